# The recursive model alone, an outside solver alone, and both together, on the same tasks:
#
#     make -f pipelines/hybrid.mk                                    trains a small model, and sets it beside a classical search
#     make -f pipelines/hybrid.mk MODEL=sudoku6.trm FAMILIES=sudoku6 with a model that is there
#     make -f pipelines/hybrid.mk SOLVER='my-solver --fast' CHARGE=0.02   another solver, which charges so much a task
#     make -f pipelines/hybrid.mk SOLVER='pipelines/replay.sh recorded.ndjson' CHARGE=0.02   a recording of one
#
# leaves in OUT (hybrid): table.txt, table.ndjson (a record of kind eval each for trm, solver and both), savings.txt,
# and the answers of the three.
#
# A solver is a command that reads tasks and writes answers, see trm-answer(5). Both together: every task goes to the model;
# where the referee finds its answer wrong, or there is none, the task goes to the outside solver. The referee judges by the rules of
# the task, so that gate needs no answer key. Answers of tasks are hidden from both solvers.
#
# Costs are measured: seconds of processor that a solver took, at PRICE an hour; a solver that charges by the task costs CHARGE instead.
# Where the outside solver is a search on the same machine, it may well be the cheaper one: the table says what was measured.

# --- settings -------------------------------------------------------------------------------------------------------
HERE := $(dir $(lastword $(MAKEFILE_LIST)))
BIN  ?= $(HERE)../bin
OUT  ?= hybrid
FAMILIES ?= sudoku4
TASKS ?= 500
SEED  ?= 1
MODEL ?= $(OUT)/steps/model.trm
TRAIN ?= --preset sudoku4 --epochs 6 --epoch-steps 100
TRM    ?= $(BIN)/trm-infer --timing -m $(MODEL)
SOLVER ?= $(BIN)/trm-search --timing
ROUTES ?= $(HERE)rules/routes.json
# of an hour of processor; what the outside solver charges for a task, if anything; what the training cost
PRICE  ?= 0.05
CHARGE ?=
ONCE   ?= 0
DAILY  ?= 10000

# --- how ------------------------------------------------------------------------------------------------------------
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.SECONDARY:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules --no-print-directory
.PHONY: all FORCE

Q       := $(if $(V),,@)
say      = @echo "  $(1)"
W       := $(OUT)/steps
program  = $(BIN)/trm-$(1)
export TRM SOLVER CHARGE
export PATH := $(abspath $(BIN)):$(PATH)

all: $(OUT)/table.txt $(OUT)/savings.txt
	@cat $^

$(W):
	@mkdir -p $@

# $(1): name; $(2): value. A file that is rewritten only when its value changes, so that what hangs on it is made again
define setting
$(W)/$(1).set: FORCE | $(W)
	@printf '%s\n' "$(2)" > $$@.new; if cmp -s $$@.new $$@; then rm $$@.new; else mv $$@.new $$@; fi
endef
$(eval $(call setting,tasks,$(FAMILIES) -n $(TASKS) --seed $(SEED)000003))
$(eval $(call setting,model,$(TRAIN) --seed $(SEED)))
$(eval $(call setting,trm,$$$$TRM))
$(eval $(call setting,solver,$$$$SOLVER $$$$CHARGE))
$(eval $(call setting,price,$(PRICE) $(ONCE) $(DAILY)))

# --- TASKS of each family on the side test, those that the rules give to the model; answers hidden -----------------------------------
$(W)/tasks.ndjson: $(W)/tasks.set $(ROUTES) $(call program,gen) $(call program,route) $(call program,split)
	$(call say,tasks: $(FAMILIES))
	$(Q){ for f in $(FAMILIES); do { $(call program,gen) --distinct -f $$f -n $$(($(TASKS) * 15)) --seed $(SEED)000003 2> /dev/null || [ $$? -eq 1 ]; } | \
	  $(call program,split) 2> /dev/null | { grep '"side":"test"' || true; } | $(call program,route) -r $(ROUTES) | \
	  { grep -E '"route":\{"class":"(structured|critical)"' || true; } | awk 'NR <= $(TASKS)'; done; } > $@.part
	@test -s $@.part || { echo "no tasks" >&2; exit 1; }
	@mv $@.part $@
$(W)/asked.ndjson: $(W)/tasks.ndjson
	@sed 's/,"answer":\[[0-9,]*\]//' $< > $@

# --- the model ------------------------------------------------------------------------------------------------------
$(OUT)/steps/model.trm: $(W)/model.set | $(call program,train)
	$(call say,training: $(FAMILIES))
	$(Q)$(call program,train) $(TRAIN) --seed $(SEED) $(FAMILIES:%=--fresh %) -o $@ > $(W)/epochs.ndjson

# --- each alone -----------------------------------------------------------------------------------------------------
# $(1): variable with the command; $(2): tasks; $(3): answers. Seconds of processor go beside them.
solve = TIMEFORMAT='%U %S'; { time bash -eu -o pipefail -c "$$$(1)" < $(2) > $(3).part; } 2> $(3).err || { cat $(3).err >&2; exit 1; }; \
	tail -n 1 $(3).err | awk '{print $$1 + $$2}' > $(3:.ndjson=.seconds); head -n -1 $(3).err >&2; rm $(3).err; mv $(3).part $(3)

$(W)/trm.ndjson: $(W)/asked.ndjson $(W)/trm.set $(if $(findstring $(MODEL),$(TRM)),$(MODEL))
	$(call say,the model alone)
	$(Q)$(call solve,TRM,$<,$@)
$(W)/solver.ndjson: $(W)/asked.ndjson $(W)/solver.set
	$(call say,the outside solver alone)
	$(Q)$(call solve,SOLVER,$<,$@)

# --- both: what the referee does not find right goes to the outside solver ----------------------------------------------
ids = awk 'match($$0, /"id":"([^"\\]|\\.)*"/) {print substr($$0, RSTART, RLENGTH)}'
$(W)/judged.ndjson: $(W)/asked.ndjson $(W)/trm.ndjson
	@$(call program,verify) $^ | { grep -v '"kind":"verified"' || true; } > $@
$(W)/left.ndjson: $(W)/asked.ndjson $(W)/judged.ndjson
	@{ grep '"right":true' $(W)/judged.ndjson || true; } | $(ids) > $(W)/done.ids
	@awk 'FILENAME == ARGV[1] {done[$$0]; next} match($$0, /"id":"([^"\\]|\\.)*"/) && !(substr($$0, RSTART, RLENGTH) in done)' $(W)/done.ids $< > $@
$(W)/rest.ndjson: $(W)/left.ndjson $(W)/solver.set
	$(call say,both: $$(wc -l < $(W)/left.ndjson) of $$(wc -l < $(W)/asked.ndjson) tasks go on to the outside solver)
	$(Q)$(call solve,SOLVER,$<,$@)
# a task that went on took the time of both
$(W)/both.ndjson: $(W)/judged.ndjson $(W)/rest.ndjson
	@{ grep '"right":true' $(W)/judged.ndjson || true; awk ' \
	  function num(key) { return match($$0, "\"" key "\":[0-9.e+-]+") ? substr($$0, RSTART + length(key) + 3, RLENGTH - length(key) - 3) : 0 } \
	  { match($$0, /"id":"([^"\\]|\\.)*"/); id = substr($$0, RSTART, RLENGTH) } FILENAME == ARGV[1] { ms[id] = num("ms"); next } \
	  { all = num("ms") + ms[id]; sub(/"ms":[0-9.e+-]+/, "\"ms\":" all) } 1' $^; } > $@
	@awk '{s += $$1} END {print s}' $(W)/trm.seconds $(W)/rest.seconds > $(W)/both.seconds

# --- figures --------------------------------------------------------------------------------------------------------
# money for $(1) tasks that went outside and $(2) seconds of processor
$(W)/money: $(W)/trm.ndjson $(W)/solver.ndjson $(W)/both.ndjson $(W)/price.set
	@n=$$(wc -l < $(W)/asked.ndjson); left=$$(wc -l < $(W)/left.ndjson); \
	awk -v n=$$n -v left=$$left -v price=$(PRICE) -v charge="$$CHARGE" -v trm=$$(cat $(W)/trm.seconds) -v solver=$$(cat $(W)/solver.seconds) \
	  -v rest=$$(cat $(W)/rest.seconds) 'BEGIN { h = price / 3600; out = charge == "" ? solver * h : n * charge; on = charge == "" ? rest * h : left * charge; \
	  printf "trm %.12g %.6g\nsolver %.12g %.6g\nboth %.12g %.6g\n", trm * h / n, trm, out / n, solver, (trm * h + on) / n, trm + rest }' > $@
$(OUT)/table.ndjson: $(W)/money $(W)/tasks.ndjson $(call program,eval)
	@for who in trm solver both; do cost=$$(awk -v w=$$who '$$1 == w {print $$2}' $(W)/money); \
	  sed 's/,"cost":[0-9.e+-]*//; s/}$$/,"cost":'$$cost'}/' $(W)/$$who.ndjson | $(call program,eval) --tasks $(W)/tasks.ndjson | head -n 1 | \
	  sed "s/\"id\":\"tasks\"/\"id\":\"$$who\"/"; done > $@.part
	@mv $@.part $@
$(OUT)/table.txt: $(OUT)/table.ndjson
	@{ printf '%-8s %7s %8s %19s %12s %12s %10s\n' who tasks exact interval 'cost a task' 'cpu seconds' 'p95 ms'; \
	  for who in trm solver both; do grep "\"id\":\"$$who\"" $< | awk -v w=$$who -v s=$$(awk -v w=$$who '$$1 == w {print $$3}' $(W)/money) ' \
	  function n(key) { return match($$0, "\"" key "\":[0-9.e+-]+") ? substr($$0, RSTART + length(key) + 3, RLENGTH - length(key) - 3) : "-" } \
	  { printf "%-8s %7s %8s %19s %12.3g %12s %10s\n", w, n("n"), n("accuracy"), "[" n("lo") ", " n("hi") "]", n("task"), s, n("p95") }'; done; } > $@.part
	@mv $@.part $@
# what that would save at so many tasks a day, if all of them were like these; those that the model solves bear the cost of all its
# tries
$(OUT)/savings.txt: $(W)/money $(call program,savings)
	@n=$$(wc -l < $(W)/asked.ndjson); left=$$(wc -l < $(W)/left.ndjson); \
	own=$$(awk -v n=$$n -v l=$$left '$$1 == "trm" {print (n > l ? $$2 * n / (n - l) : $$2)}' $(W)/money); out=$$(awk '$$1 == "solver" {print $$2}' $(W)/money); \
	$(call program,savings) --text --tasks $(DAILY) --outside $$out --own $$own --share $$(awk -v n=$$n -v l=$$left 'BEGIN {print (n - l) / n}') --once $(ONCE) > $@
