# Every night: check the exports, say what changed, learn from them, take the new model only when it is better, report, alert.
#
#     make -f pipelines/nightly.mk IFC=folder OUT=night
#
# leaves in OUT: report.html, report.txt, topics.bcf, alerts.ndjson, nights.ndjson (a record a night, trm-night(5)), models/ (a store), and in
# nights/DAY all that the night made: checked, carried, diff, samples, candidate.trm, eval, traces, log.
#
# The steps: exam (once) - check - diff - samples - train - compare - promote - verdicts - report - alerts. A night that was cut short
# goes on where it stopped when started again on the same day (NIGHT=DAY for an earlier one). One run at a time in OUT.
# What to do when it is red: trm-runbook(7). Timer units: pipelines/nightly.timer, nightly.service; or a line of cron:
#
#     17 2 * * *  make -s -f /usr/local/share/trm/pipelines/nightly.mk BIN=/usr/local/bin IFC=/srv/exports OUT=/srv/trm
#
# The new model is compared with the current one on made-up buildings whose truth is known, on what the rules cannot decide there,
# and on what the night before set aside of your own. It becomes the current one only when it is better by more than the interval
# on the first and not worse on the second; the store keeps the last three and the current one.

# --- settings -------------------------------------------------------------------------------------------------------
HERE := $(dir $(lastword $(MAKEFILE_LIST)))
BIN  ?= $(HERE)../bin
OUT  ?= night
IFC  ?=
NIGHT ?= $(shell date -u +%F)
RULES ?= $(HERE)rules/building-code.json
KEYS ?= $(HERE)keys.tsv
WAIVERS ?=
# made-up buildings to learn from beside your own, and to be examined on
LEARN_BUILDINGS ?= 100
LEARN_ELEMENTS  ?= 10000
EXAM_BUILDINGS  ?= 40
EXAM_ELEMENTS   ?= 4000
SEED ?= 1
VARY ?= 1
TRAIN ?= --batch 64 --epochs 24 --lr 1e-3 --explore 0.3 --max-minutes 15
# fresh: every model learns from nothing; current: it goes on from the weights of the current one, where there is one. Its record and the
# lineage in the model say which. TRAIN must then give a net of the same form and sizes; after a change of those start fresh once
START ?= fresh
# a filter that every sample goes through before training: cat, or one of your own
SAMPLES_THROUGH ?= cat
INFER ?=
# as for batch.mk
JOBS ?=
HOSTS ?=
LIMIT_S ?= 600
LIMIT_MB ?= 4096
# options of trm-alert; a command that gets the alerts of a red night on its stdin, as `mail -s trm office@example.org`
ALERT ?=
TELL  ?=
TITLE ?= Building code check
# of so many nights all is kept, of older ones the record and the report
KEEP_NIGHTS ?= 7

# --- how ------------------------------------------------------------------------------------------------------------
export BIN OUT IFC NIGHT RULES KEYS WAIVERS LEARN_BUILDINGS LEARN_ELEMENTS EXAM_BUILDINGS EXAM_ELEMENTS SEED VARY START TRAIN
export SAMPLES_THROUGH INFER JOBS HOSTS LIMIT_S LIMIT_MB ALERT TELL TITLE KEEP_NIGHTS
MAKEFLAGS += --no-builtin-rules --no-print-directory
.SUFFIXES:
.PHONY: all

# an alert (4) is told, and no failure of the night
all:
	@"$(HERE)nightly.sh" || [ $$? -eq 4 ]
