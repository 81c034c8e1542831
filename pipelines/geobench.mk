# Structured tasks, the whole way: made, learned, solved, refereed, reported.
#
#     make -f pipelines/geobench.mk                          every family and domain below
#     make -f pipelines/geobench.mk ONLY='sudoku4 latin5'    some of them; a domain's name trains its one model for all
#     make -f pipelines/geobench.mk suite D=logical          one domain, each family and the model for all of it
#     make -f pipelines/geobench.mk ablations                the paper's ablations on one family
#     make -f pipelines/geobench.mk rollouts ONLY=latin5     models that are there think several times about each task
#
# leaves in OUT (geobench): report.txt, every row of the goals in goals.tsv beside what was measured, or that it was not trained;
# table.txt and table.ndjson, trm-eval's figures of each model; per model NAME steps/NAME.trm, its curve
# steps/NAME.epochs.ndjson, its traces and the referee's verdicts steps/NAME.judged.ndjson, speeds, and what its training took.
# A training that was broken off, even by kill -9, goes on at its last epoch when make is started again, and ends in the same bytes.
#
# Every model learns from tasks made afresh whose canonical form is on the side train, and is judged on tasks whose form is on
# the side test, of another seed, no two alike up to symmetry. The test side chooses nothing. Which settings were
# measured, and which are first guesses, tests/bench/LOG.md says. Trainings end after so many optimiser steps, never by the clock, so the
# same command gives the same bytes on one kind of processor (models name the day they were made, and traces their model, unless
# SOURCE_DATE_EPOCH is set; table.ndjson has no day in it). A changed setting makes again what hangs on it and nothing else.

# --- settings -------------------------------------------------------------------------------------------------------
HERE := $(dir $(lastword $(MAKEFILE_LIST)))
BIN  ?= $(HERE)../bin
OUT  ?= geobench
SEED ?= 1
# tasks made for the exam of each family, of which the test side, a tenth, is asked; options of trm-infer
EXAM  ?= 10000
INFER ?= --halt 0.9
ROLLOUTS ?= --rollouts 8 --noise 0.5
# optimiser steps are multiplied by it (in percent), to try the pipeline out or to train longer
EFFORT ?= 100
# threads of a training, all processors when empty. Small models share them badly: `make -j 2 THREADS=1` is faster, and the bytes are the same
THREADS ?=
D ?=

# puzzles that are learned better when all supervision steps and hard cells count from the beginning (tests/bench/LOG.md)
LATE := --loss stablemax --steps-ramp 0
# asked from several sides, where a model is often right and not always; two processors share it, so a task stays under 20 ms
SIX := --views 6 --threads 2

# name := families that the model is for | preset and what differs from it | epochs of 100 optimiser steps | more options of trm-infer
sudoku4    := sudoku4    | --preset sudoku4 | 6
sudoku6    := sudoku6    | --preset sudoku6 | 20
sudoku9    := sudoku9d1  | --preset sudoku9 | 30
latin5     := latin5     | --preset sudoku6 | 12
binairo6   := binairo6   | --preset sudoku6 $(LATE) | 70
maze9      := maze9      | --preset maze9 | 35
nonogram5  := nonogram5  | --preset sudoku6 $(LATE) | 70
queens8    := queens8    | --preset sudoku6 $(LATE) | 70
colouring10 := colouring10 | --preset sudoku6 | 25
infer5     := infer5     | --preset grid10 --lr 1e-3 --first-use --max-steps 3 --val-steps 3 --steps-ramp 0.5 --cooldown 0.9 | 440 | --views 16 --threads 2
sequence10 := sequence10 | --preset sudoku6 --lr 7e-4 --first-use --cooldown 0.9 --max-steps 2 --val-steps 2 | 500
modular5   := modular5   | --preset sudoku6 | 60
rewrite8   := rewrite8   | --preset grid10 --lr 7e-4 --cooldown 0.9 | 175 | --views 16 --threads 2
linear2    := linear2    | --preset sudoku6 | 150
linear3    := linear3    | --preset sudoku6 --cooldown 0.6 | 300
GRIDS := turn10 mirror10 transpose10 recolour10 shift10 crop10 symmetry10 gravity10 compose10
$(foreach f,$(GRIDS),$(eval $(f) := $(f) | --preset grid10 | 20))
crop10     := crop10     | --preset grid10 --cooldown 0.6 | 55 | $(SIX)
gravity10  := gravity10  | --preset grid10 | 68 | $(SIX)
symmetry10 := symmetry10 | --preset grid10 | 55
compose10  := compose10  | --preset grid10 --stages --steps-ramp 0.3 --cooldown 0.6 | 70 | --views 12 --threads 2
# one model for all families of a domain
geometric  := $(GRIDS) | --preset grid10 --val-asks 270 | 75
logical    := sudoku4 sudoku6 latin5 binairo6 | --preset sudoku6 | 60
constraint := maze9 nonogram5 queens8 colouring10 | --preset sudoku9 | 70
symbolic   := rewrite8 sequence10 modular5 linear3 | --preset sudoku6 | 120

DOMAINS := geometric logical constraint symbolic
FAMILIES := sudoku4 sudoku6 sudoku9 latin5 binairo6 maze9 nonogram5 queens8 colouring10 $(GRIDS) infer5 sequence10 modular5 \
	rewrite8 linear2 linear3
in.geometric  := $(GRIDS) infer5
in.logical    := sudoku4 sudoku6 sudoku9 latin5 binairo6
in.constraint := maze9 nonogram5 queens8 colouring10
in.symbolic   := sequence10 modular5 rewrite8 linear2 linear3
ONLY ?= $(FAMILIES) $(DOMAINS)

# the paper's ablations, on this family, with these seeds; each differs from `full` in one thing, and all have as many optimiser steps
ablated      := sudoku6 | --preset sudoku6 -n 4 -T 2 | 8
ABLATE_SEEDS ?= 1 2 3
ABLATE        = $(call kinds,ablated)
ABLATIONS    := full no-ema shallow attention last-calls one-step all-steps
full      :=
no-ema    := --ema 0
shallow   := -n 2 -T 1
attention := --form attention --heads 4 --prefix 8 --pos rope
# gradient through the last update of z and of y only, as HRM has it
last-calls := --grad-calls 2
# no deep supervision
one-step  := --max-steps 1
# as published: all supervision steps from the beginning
all-steps := --steps-ramp 0

# --- how ------------------------------------------------------------------------------------------------------------
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.SECONDARY:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules --no-print-directory
.PHONY: all suite ablations rollouts FORCE

Q       := $(if $(V),,@)
say      = @echo "  $(1)"
W       := $(OUT)/steps
STEP    := $(HERE)step.sh $(W)/notes
TRAIN   := $(HERE)train.sh
program  = $(BIN)/trm-$(1)
LEARN    = --epoch-steps 100 $(THREADS:%=--threads %)
# the fields of a model's line
bar     := |
field    = $(strip $(word $(1),$(subst ;, ,$(subst $(bar),;,$(subst $() ,~,$($(2)))))))
part     = $(strip $(subst ~, ,$(call field,$(1),$(2))))
kinds    = $(call part,1,$(1))
# a difficulty in the name is of the tasks, not of the family
plain    = $(foreach k,$(1),$(firstword $(subst d1, d1,$(k))))

all: $(OUT)/report.txt
	@cat $<

suite:
	@test -n "$(in.$(D))" || { echo "suite: D=$(D), expected one of $(DOMAINS)" >&2; exit 2; }
	@$(MAKE) -f $(firstword $(MAKEFILE_LIST)) ONLY='$(in.$(D)) $(D)' OUT=$(OUT)

$(W):
	@mkdir -p $@
# $(1): name; $(2): value. A file that is rewritten only when its value changes, so that what hangs on it is made again; a training
# that was broken off under other settings does not go on
define setting
$(W)/$(1).set: FORCE | $(W)
	@printf '%s\n' '$(2)' > $$@.new; if cmp -s $$@.new $$@; then rm $$@.new; else rm -f $(W)/$(1).trm.state; mv $$@.new $$@; fi
endef
$(eval $(call setting,exam,-n $(EXAM) --seed $(SEED)000007))
$(eval $(call setting,infer,$(INFER)))
epochs = $(shell echo $$(( ($(call part,3,$(1)) * $(EFFORT) + 99) / 100 )))

# --- exams ----------------------------------------------------------------------------------------------------------
# small families run out of distinct tasks before EXAM are made: trm-gen says so (status 1) and that is fine
$(W)/%.exam.ndjson: $(W)/exam.set $(call program,gen) $(call program,split)
	$(call say,$*: exam)
	$(Q){ $(call program,gen) --distinct $$(cat $(W)/exam.set) \
	  $(if $(findstring d1,$*),-f $(call plain,$*) --difficulty 1,-f $*) 2> /dev/null || [ $$? -eq 1 ]; } | \
	  $(call program,split) 2> /dev/null | { grep '"side":"test"' || true; } > $@.part
	@mv $@.part $@

# --- models, traces, verdicts ---------------------------------------------------------------------------------------
define model
$(call setting,$(1),$(call part,2,$(1)) -e $(call epochs,$(1)) --seed $(SEED))
$(call setting,infer.$(1),$(INFER) $(call part,4,$(1)))

$(W)/$(1).trm: $(W)/$(1).set $(call program,train)
	$$(call say,$(1): training; $(W)/$(1).status says how far)
	$$(Q)$(TRAIN) $(W)/$(1).epochs.ndjson $(call program,train) $(LEARN) $$$$(cat $$<) $(foreach k,$(call kinds,$(1)),--fresh $(k)) \
	  --label $(1) --status $(W)/$(1).status -o $$@

$(W)/$(1).tasks.ndjson: $(foreach k,$(call kinds,$(1)),$(W)/$(k).exam.ndjson)
	@cat $$^ > $$@.part && mv $$@.part $$@

$(W)/$(1).judged.ndjson: $(W)/$(1).trm $(W)/$(1).tasks.ndjson $(W)/infer.$(1).set $(call program,infer) $(call program,verify)
	$$(call say,$(1): solving)
	$$(Q)$(STEP) $(W)/$(1).traces.ndjson $(call program,infer) -m $$< --stats $(W)/$(1).speed.ndjson $$$$(cat $(W)/infer.$(1).set) \
	  $(W)/$(1).tasks.ndjson
	$$(Q)$(STEP) $$@ $(call program,verify) $(W)/$(1).tasks.ndjson $(W)/$(1).traces.ndjson
endef
$(foreach m,$(FAMILIES) $(DOMAINS),$(eval $(call model,$(m))))

# figures by family and difficulty with Wilson intervals, baselines, steps, calibration, and the curve of the training, which has
# seconds in it and stays out of the table
$(W)/%.eval.ndjson: $(W)/%.judged.ndjson $(call program,eval)
	$(Q)$(STEP) $@ $(call program,eval) --tasks $(W)/$*.tasks.ndjson --epochs $(W)/$*.epochs.ndjson $(W)/$*.traces.ndjson

$(OUT)/table.ndjson: $(foreach m,$(ONLY),$(W)/$(m).eval.ndjson)
	@for m in $(ONLY); do grep -h '"kind":"eval"' $(W)/$$m.eval.ndjson | grep -v '"group":"curve"' | sed "s/^{\"kind\":\"eval\",/{\"kind\":\"eval\",\"model\":\"$$m\",/"; \
	  done > $@.part
	@mv $@.part $@

$(OUT)/table.txt: $(OUT)/table.ndjson
	@for m in $(ONLY); do echo "model $$m: $$(cat $(W)/$$m.set); asked with $$(cat $(W)/infer.$$m.set)"; \
	  $(call program,eval) --text --tasks $(W)/$$m.tasks.ndjson $(W)/$$m.traces.ndjson; echo; done > $@.part
	@mv $@.part $@

# what is asked for beside what was measured; seconds are of this run and this machine
$(OUT)/report.txt: $(OUT)/table.ndjson $(OUT)/table.txt $(HERE)goals.tsv $(HERE)goals.sh
	@$(HERE)goals.sh $(HERE)goals.tsv $(W) $(OUT)/table.ndjson > $@.part
	@mv $@.part $@

# --- rollouts at test time -----------------------------------------------------------------------------------------------
define rollouts
$(W)/$(1).rollouts.ndjson: $(W)/$(1).trm $(W)/$(1).tasks.ndjson $(W)/infer.set $(W)/rollouts.set $(call program,infer) $(call program,verify)
	$$(call say,$(1): solving with rollouts)
	$$(Q)$(STEP) $(W)/$(1).rollouts.traces.ndjson $(call program,infer) -m $$< $$$$(cat $(W)/infer.set $(W)/rollouts.set) $(W)/$(1).tasks.ndjson
	$$(Q)$(STEP) $$@ $(call program,verify) $(W)/$(1).tasks.ndjson $(W)/$(1).rollouts.traces.ndjson
endef
$(foreach m,$(FAMILIES) $(DOMAINS),$(eval $(call rollouts,$(m))))
$(eval $(call setting,rollouts,$(ROLLOUTS)))

right = tail -n 1 $(1) | sed -E 's/.*"tasks":([0-9]+).*"right":([0-9]+).*/\2 of \1/'
rollouts: $(foreach m,$(ONLY),$(W)/$(m).rollouts.ndjson $(W)/$(m).judged.ndjson)
	@for m in $(ONLY); do echo "$$m: $$($(call right,$(W)/$$m.judged.ndjson)), with $(ROLLOUTS): $$($(call right,$(W)/$$m.rollouts.ndjson))"; \
	  done | tee $(OUT)/rollouts.txt

# --- ablations ------------------------------------------------------------------------------------------------------
define ablation
$(call setting,ablate.$(1).$(2),$(call part,2,ablated) -e $(call epochs,ablated) $($(1)) --seed $(2))

$(W)/ablate.$(1).$(2).trm: $(W)/ablate.$(1).$(2).set $(call program,train)
	$$(call say,ablation $(1), seed $(2))
	$$(Q)$(TRAIN) $(W)/ablate.$(1).$(2).epochs.ndjson $(call program,train) $(LEARN) $$$$(cat $$<) \
	  --fresh $(ABLATE) -o $$@
$(W)/ablate.$(1).$(2).verdicts.ndjson: $(W)/ablate.$(1).$(2).trm $(W)/$(ABLATE).tasks.ndjson
	$$(Q)$(STEP) $(W)/ablate.$(1).$(2).traces.ndjson $(call program,infer) -m $$< --halt 1 --max-steps $(if $(filter one-step,$(1)),1,6) \
	  $(W)/$(ABLATE).tasks.ndjson
	$$(Q)$(STEP) $$@ $(call program,verify) $(W)/$(ABLATE).tasks.ndjson $(W)/ablate.$(1).$(2).traces.ndjson
endef
$(foreach a,$(ABLATIONS),$(foreach s,$(ABLATE_SEEDS),$(eval $(call ablation,$(a),$(s)))))

ablations: $(foreach a,$(ABLATIONS),$(foreach s,$(ABLATE_SEEDS),$(W)/ablate.$(a).$(s).verdicts.ndjson))
	@for a in $(ABLATIONS); do for s in $(ABLATE_SEEDS); do printf '%s seed %s: ' $$a $$s; \
	  $(call right,$(W)/ablate.$$a.$$s.verdicts.ndjson); done; done | tee $(OUT)/ablations.txt
