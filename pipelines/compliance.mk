# The whole way of the main job, from building models to a report:
#
#     .ifc -> elements -> checked -> samples -> split -> train -> verdicts on what is unknown -> figures -> report
#
#     make -f pipelines/compliance.mk                      on made-up buildings
#     make -f pipelines/compliance.mk IFC=folder           on your own models: a folder, one file, or a list of paths
#
# leaves in OUT (demo): report.html, report.txt, results.csv, checked.ndjson, traces.ndjson, eval.ndjson, models/ (a store).
#
# Three groups of models go the same way and are kept apart:
#   learn  made-up buildings that the model learns from
#   exam   made-up buildings of another seed, never learned from, whose truth is known: what the model's figures come from
#   own    yours, with IFC=: judged and reported; what is decided among them is learned from, too
# Without IFC= the exam is what is judged and reported.
#
# A program that refuses some records (status 1) has done its work, and that is said at the end; 2 and 3 stop the run. A
# changed setting rebuilds what hangs on it and nothing else.

# --- settings -------------------------------------------------------------------------------------------------------
HERE := $(dir $(lastword $(MAKEFILE_LIST)))
# beside the pipelines in the sources; installed, they stand in PREFIX/share/trm
BIN  ?= $(firstword $(wildcard $(HERE)../bin) $(abspath $(HERE)../../../bin))
OUT  ?= demo
IFC  ?=
RULES ?= $(HERE)rules/building-code.json
KEYS ?= $(HERE)keys.tsv
JOBS ?= $(shell nproc)
# made-up buildings, and the walls, slabs, columns, doors, windows, stair flights and spaces in them
LEARN_BUILDINGS ?= 100
LEARN_ELEMENTS  ?= 10000
EXAM_BUILDINGS  ?= 20
EXAM_ELEMENTS   ?= 2000
SEED ?= 1
# variants of a sample around each rule's limit; options of trm-train, and of trm-infer for every model that is asked
VARY  ?= 1
TRAIN ?= --batch 64 --epochs 24 --lr 1e-3 --explore 0.3 --max-minutes 7
INFER ?=
TITLE ?= $(if $(IFC),Building code check,Building code check of made-up buildings)
DATE  ?=

# --- how ------------------------------------------------------------------------------------------------------------
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.SECONDARY:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules --no-print-directory
.PHONY: all say FORCE

# V=1 shows the commands; without it each step says in a line what it makes
Q     := $(if $(V),,@)
say    = @echo "  $(1)"

W     := $(OUT)/steps
NOTES := $(W)/notes
STEP  := $(HERE)step.sh $(NOTES)
# models into records: $(1) as IFC= of batch.mk, by itself that of this run; what did not change stays as old as it is
READ   = $(MAKE) -f $(HERE)batch.mk BIN="$(BIN)" RULES="$(RULES)" JOBS="$(JOBS)" MODEL= HOSTS= OUT=$(W)/$*.batch $(if $(1),IFC=$(1)) && \
	for f in broken checked; do to=$(W)/$*.checked.ndjson; [ $$f = checked ] || to=$$to.broken; \
	cmp -s $(W)/$*.batch/$$f.ndjson $$to || { cp $(W)/$*.batch/$$f.ndjson $$to.part && mv $$to.part $$to; }; done
JUDGED    := $(if $(IFC),own,exam)
BASELINES := prior logistic name
program = $(BIN)/trm-$(1)
export IFC TITLE DATE

# one run at a time in OUT: the lock is gone when the last process of a run is, however that ended
all:
	@mkdir -p $(W)
	@rm -f $(NOTES)
	@status=0; flock -n -E 75 $(W)/lock $(MAKE) -f $(firstword $(MAKEFILE_LIST)) say || status=$$?; if [ $$status -eq 75 ]; then \
	  echo "$(OUT): another run is at work there; try again when it has ended" >&2; exit 3; fi; exit $$status

# --- settings as files, rewritten only when their value changes -----------------------------------------------------
$(W):
	@mkdir -p $@

# $(1): name; $(2): value
define setting
$(W)/$(1).set: FORCE | $(W)
	@printf '%s\n' '$(2)' > $$@.new; if cmp -s $$@.new $$@; then rm $$@.new; else mv $$@.new $$@; fi
endef
$(eval $(call setting,learn,-n $(LEARN_BUILDINGS) -N $(LEARN_ELEMENTS) --seed $(SEED)))
$(eval $(call setting,exam,-n $(EXAM_BUILDINGS) -N $(EXAM_ELEMENTS) --seed $(SEED)000003))
$(eval $(call setting,samples,--vary $(VARY) --seed $(SEED)))
$(eval $(call setting,train,$(TRAIN) --seed $(SEED)))
$(eval $(call setting,infer,$(INFER)))
$(eval $(call setting,groups,learn exam $(if $(IFC),own)))

# --- models ---------------------------------------------------------------------------------------------------------
$(W)/learn.list $(W)/exam.list: $(W)/%.list: $(W)/%.set $(call program,buildings)
	@rm -rf $(W)/$*.models
	$(call say,$*: made-up buildings)
	$(Q)$(call program,buildings) $$(cat $<) -o $(W)/$*.models
	@find $(W)/$*.models -type f -name '*.ifc' | LC_ALL=C sort > $@.part && mv $@.part $@

# --- elements, verdicts of the rules --------------------------------------------------------------------------------
$(W)/learn.checked.ndjson $(W)/exam.checked.ndjson: $(W)/%.checked.ndjson: $(W)/%.list $(RULES) $(call program,ifc) $(call program,check)
	$(call say,$*: elements and the rules' verdicts)
	$(Q)$(call READ,$<)

# looked at in every run; only models that changed are read
$(W)/own.checked.ndjson: $(W)/%.checked.ndjson: FORCE | $(W)
	$(Q)$(call READ)

$(W)/truth.ndjson: $(W)/exam.list $(RULES) $(call program,check)
	@cat $(W)/exam.models/*.truth.ndjson > $(W)/truth.full
	$(Q)$(STEP) $@ $(call program,check) -r $(RULES) $(W)/truth.full
	@rm $(W)/truth.full

# --- samples, models ------------------------------------------------------------------------------------------------
$(W)/%.extracted.ndjson: $(W)/%.checked.ndjson $(W)/samples.set $(call program,extract)
	$(call say,$*: samples)
	$(Q)$(STEP) $@ $(call program,extract) -r $(RULES) $$(cat $(W)/samples.set) $<

$(W)/samples.ndjson: $(W)/learn.extracted.ndjson $(if $(IFC),$(W)/own.extracted.ndjson) $(W)/groups.set $(KEYS) \
		$(call program,split)
	$(Q)$(STEP) $@ $(call program,split) --keys $(KEYS) $(filter %.extracted.ndjson,$^)

$(W)/model.trm: $(W)/samples.ndjson $(W)/train.set $(call program,train)
	$(call say,training: a few minutes; $(W)/train.status says how far)
	$(Q)$(STEP) $(W)/epochs.ndjson $(call program,train) -r $(RULES) $$(cat $(W)/train.set) --status $(W)/train.status \
	  -o $@ $(W)/samples.ndjson

$(BASELINES:%=$(W)/%.trm): $(W)/%.trm: $(W)/samples.ndjson $(call program,train)
	$(call say,training: the baseline $*)
	$(Q)$(STEP) $(W)/$*.epochs.ndjson $(call program,train) -r $(RULES) --arch $* -o $@ $(W)/samples.ndjson

# the newest model becomes the current one of the store; it keeps the last three beside it
$(W)/stored: $(W)/model.trm $(call program,models)
	$(Q)$(call program,models) -s $(OUT)/models --promote add $(W)/model.trm > $@.part
	$(Q)$(call program,models) -s $(OUT)/models prune > /dev/null
	@mv $@.part $@

# --- verdicts of the model ------------------------------------------------------------------------------------------
# -k keeps the order, so the bytes do not depend on the number of jobs. Not --pipe: GNU parallel 20221122 loses bytes by it, and says nothing,
# when it is stopped and continued (Ctrl-Z, fg) while a job is slow to read.
infer = $(STEP) $(1) parallel --will-cite --pipepart -a $(4) -k --block 2M -j $(JOBS) --halt now,fail=1 \
	  $(STEP) - $(call program,infer) -m $(2) $(3)

$(W)/exam.traces.ndjson: $(W)/exam.checked.ndjson $(W)/stored $(W)/infer.set $(call program,infer)
	$(call say,exam: the model's verdicts)
	$(Q)$(call infer,$@,$(OUT)/models/current,--all $$(cat $(W)/infer.set),$<)

$(W)/own.traces.ndjson: $(W)/own.checked.ndjson $(W)/stored $(W)/infer.set $(call program,infer)
	$(call say,own: the model's verdicts)
	$(Q)$(call infer,$@,$(OUT)/models/current,$$(cat $(W)/infer.set),$<)

$(BASELINES:%=$(W)/exam.%.ndjson): $(W)/exam.%.ndjson: $(W)/exam.checked.ndjson $(W)/%.trm $(W)/infer.set $(call program,infer)
	$(Q)$(call infer,$@,$(W)/$*.trm,--all $$(cat $(W)/infer.set),$<)

$(OUT)/eval.ndjson: $(W)/exam.traces.ndjson $(W)/truth.ndjson $(BASELINES:%=$(W)/exam.%.ndjson) $(call program,eval)
	$(call say,figures)
	$(Q)$(STEP) $@ $(call program,eval) --truth $(W)/truth.ndjson $(foreach b,$(BASELINES),-b $(b)=$(W)/exam.$(b).ndjson) $<

# --- what people look at --------------------------------------------------------------------------------------------
$(OUT)/checked.ndjson: $(W)/$(JUDGED).checked.ndjson $(W)/groups.set
	@cp $< $@.part && mv $@.part $@

$(OUT)/traces.ndjson: $(W)/$(JUDGED).traces.ndjson $(W)/groups.set
	@cp $< $@.part && mv $@.part $@

# what was learned from, under the names that the report shows
$(W)/learned.ndjson: $(W)/samples.ndjson
	@grep -h '^{"kind":"extracted"' $(W)/learn.extracted.ndjson | sed 's/"id":"extracted"/"id":"made-up buildings"/' > $@.part
	@$(if $(IFC),grep -h '^{"kind":"extracted"' $(W)/own.extracted.ndjson | sed 's/"id":"extracted"/"id":"your models"/' >> $@.part)
	@mv $@.part $@

REPORT_IN := $(OUT)/checked.ndjson $(W)/$(JUDGED).checked.ndjson.broken $(OUT)/traces.ndjson $(OUT)/eval.ndjson \
	$(W)/learned.ndjson $(W)/epochs.ndjson
note = $(if $(IFC),The model that judges the unknown learned from made-up buildings and from what the rules could decide in \
	your own models. Rules with few examples of your own lean on the made-up ones; the section on training says how many there \
	were of each. Its figures were measured on made-up buildings it never saw.,These buildings are made up. The model that \
	judges the unknown learned from other made-up buildings and never saw these.)

$(OUT)/report.html $(OUT)/report.txt $(OUT)/results.csv &: $(OUT)/checked.ndjson $(OUT)/traces.ndjson $(OUT)/eval.ndjson \
		$(W)/learned.ndjson $(call program,report)
	$(call say,report)
	$(Q)$(STEP) $(OUT)/report.html $(call program,report) -t "$$TITLE" -n "$(strip $(note))" $${DATE:+--date "$$DATE"} $(REPORT_IN)
	$(Q)$(STEP) $(OUT)/report.txt $(call program,report) -f text -t "$$TITLE" $(REPORT_IN)
	$(Q)$(STEP) $(OUT)/results.csv $(call program,report) -f csv $(OUT)/checked.ndjson $(OUT)/traces.ndjson

say: $(OUT)/report.html
	@sed -n '1,/^Failures/p' $(OUT)/report.txt | sed '$$d'
	@if [ -s $(NOTES) ]; then sort -u $(NOTES) >&2; fi
	@echo "report: $(OUT)/report.html"
