# Many models through check and inference, a large one or a few small ones a job; only what changed since last time.
#
#     make -f pipelines/batch.mk IFC=folder                        checked records
#     make -f pipelines/batch.mk IFC=folder MODEL=demo/models      and the model's verdicts: a store's current, or a model file
#     make -f pipelines/batch.mk IFC=folder HOSTS=hosts            on many machines, see below
#
# leaves in OUT (batch): checked.ndjson, traces.ndjson (with MODEL=), broken.ndjson (a model record with `error` for each model that
# was not done), joblog. Broken models stop nothing and are named at the end with their reason.
#
# What was done is kept in OUT/pieces under a digest of all it hangs on: the bytes and the name of the model, the rules, the model
# file, the programs and their options. So a run does what is missing, whatever ended the one before; killed and started again it
# ends in the same files. GNU parallel's own --resume-failed goes by the number of a line, and would be wrong once a file is added.
#
# What is broken in itself is not tried again until something it hangs on changes (or RETRY=1); what took too long, needed too much
# memory, crashed or met a failing system is tried again in the next run, and the last two RETRIES times in this one.
#
# HOSTS names a file of GNU parallel's --sshloginfile: lines as `8/ssh -p 2222 user@host`, `:` for this machine. The programs, rules
# and model are copied there each time; the hosts need rsync and the libraries that the programs are linked with.
# For a cluster: `make -f pipelines/batch.mk prepare ...`, `sbatch --array=1-N pipelines/batch.slurm OUT`, `make ... collect`.

# --- settings -------------------------------------------------------------------------------------------------------
HERE  := $(dir $(lastword $(MAKEFILE_LIST)))
BIN   ?= $(HERE)../bin
OUT   ?= batch
# a folder, one model, or a list of paths
IFC   ?=
RULES ?= $(HERE)rules/building-code.json
# a store of models, a model file, or nothing
MODEL ?=
# options of trm-infer
INFER ?=
# jobs at a time, on each host; all cores by default
JOBS  ?=
HOSTS ?=
# seconds of each program on one model, MiB of its address space (0: as many as there are)
LIMIT_S  ?= 600
LIMIT_MB ?= 4096
RETRIES  ?= 2
RETRY    ?=
# pieces that no run has used for so many days go
KEEP_DAYS ?= 7

# --- how ------------------------------------------------------------------------------------------------------------
export BIN OUT IFC RULES MODEL INFER JOBS HOSTS LIMIT_S LIMIT_MB RETRIES RETRY KEEP_DAYS
MAKEFLAGS += --no-builtin-rules --no-print-directory
.SUFFIXES:
.PHONY: all prepare collect

all prepare collect:
	@"$(HERE)batch.sh" $@
