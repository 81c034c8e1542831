# trm: Tiny Recursive Models as Unix filters. `make help` lists the commands.
#
# Lists on top, rules below. Each program names the rooms of lib/ it is made of, highest first, so the data flow can be
# read here; tests/unit/rooms.bats asks the object files whether that is true.

# --- programs and their rooms ---------------------------------------------------------------------------------------
trm-ifc       := cli ifc step schema pack rec base
trm-check     := cli rule fact schema rec base
trm-buildings := cli build rec base
trm-extract   := cli code task rule fact schema rec base
trm-split     := cli fact rec base
trm-train     := cli learn team model code task rule fact schema ckpt opt net mat stat rec base
trm-infer     := cli store model code task rule fact schema ckpt net mat stat rec base
trm-alert     := cli rec base
trm-serve     := cli rec base
trm-diff      := cli fact rec base
trm-eval      := cli score task stat fact rec base
trm-models    := cli store ckpt rec base
trm-convert   := cli torch ckpt pack net mat rec base
trm-report    := cli page fact pack stat rec base
trm-gen       := cli task rec base
trm-verify    := cli task rec base
trm-search    := cli task rec base
trm-psl       := cli task rec base
trm-route     := cli rec base
trm-audit     := cli task stat rec base
trm-lint      := cli lint task rec base
trm-watch     := cli rec base
trm-savings   := cli rec base

# --- what a room needs from outside ---------------------------------------------------------------------------------
rec.libs  := -ljansson
net.libs  := -fopenmp

# --- settings -------------------------------------------------------------------------------------------------------
CC      ?= cc
OPT     ?= -O2
PREFIX  ?= /usr/local
DESTDIR ?=
SECONDS ?= 60
JOBS    := $(shell nproc 2>/dev/null || echo 1)
GOLDEN  ?= ../shared/golden
IDS     ?= ../shared/ids/official
WARN    := -Wall -Wextra -Wshadow -Wpointer-arith -Wstrict-prototypes -Wmissing-prototypes -Wvla
CFLAGS  ?= -g
override CFLAGS += -std=gnu11 $(OPT) $(WARN) -ffp-contract=off -MMD -MP -I/usr/include/libxml2 -fopenmp
LDLIBS  += -lm

ifdef SAN
B   := .build/san
BIN := .build/san/bin
override CFLAGS += -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer -O1
LDFLAGS += -fsanitize=address,undefined
else
B   := .build/std
BIN := bin
endif

# Training by several processes: make MPI=1 builds .build/mpi/bin/trm-train, which mpirun starts; Debian has it as libopenmpi-dev
# and openmpi-bin. Nothing else needs it.
ifdef MPI
B   := .build/mpi
BIN := .build/mpi/bin
override CFLAGS += -DTRM_MPI $(shell mpicc --showme:compile)
team.libs := $(shell mpicc --showme:link)
endif

ROOMS    := $(notdir $(wildcard lib/*))
PROGRAMS := $(patsubst src/%.c,%,$(wildcard src/*.c))
UNITS    := $(patsubst tests/unit/%.c,$(B)/unit/%,$(wildcard tests/unit/*.c))
REPLAYS  := $(patsubst tests/fuzz/%.c,$(B)/fuzz/%,$(wildcard tests/fuzz/*.c))
GOLDENS  := $(B)/unit/golden-f64 $(B)/unit/golden-f32
# every room, highest first, for tests that may use any of them
ALL      := cli build page score lint store learn team model torch ckpt opt net mat code task rule fact ifc step schema stat pack rec base
HAVE     := $(filter $(notdir $(patsubst %/,%,$(dir $(wildcard lib/*/*.c)))),$(ALL))

.SUFFIXES:
.SECONDARY:
.DELETE_ON_ERROR:
.PHONY: all programs demo check golden ids-suite bench fuzz install uninstall deb clean setup help units

all: programs

programs: $(PROGRAMS:%=$(BIN)/%)

units: $(UNITS) $(GOLDENS) $(REPLAYS)

# --- building -------------------------------------------------------------------------------------------------------
archives = $(patsubst %,$(B)/lib/%.a,$(filter $(HAVE),$(1)))
libs     = $(foreach r,$(1),$($(r).libs)) $(LDLIBS)

$(B)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(CPPFLAGS) -c -o $@ $<

# The element-wise loops of the engine pay for more unrolling and vectors than -O2 gives; the reader and writer for more inlining.
$(foreach r,net opt mat step ifc rec base,$(B)/obj/lib/$(r)/%.o): OPT := -O3
# sqrtf without errno can be a vector instruction.
$(B)/obj/lib/opt/%.o: CPPFLAGS += -fno-math-errno
# In bfloat16 bytes hang on the kind of processor anyway, so multiply-adds may be fused.
$(B)/obj/lib/net/bf16_ops.o: CPPFLAGS += -ffp-contract=fast

# The arithmetic a second time in double, for tests that compare with golden numbers and difference quotients.
DOUBLE     := ckpt opt net mat rec base
DOUBLE_OBJ := $(patsubst %.c,$(B)/double/%.o,$(foreach r,$(DOUBLE),$(wildcard lib/$(r)/*.c)))
$(B)/double/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(CPPFLAGS) -DTRM_DOUBLE -c -o $@ $<

define room
$(B)/lib/$(1).a: $(patsubst %.c,$(B)/obj/%.o,$(wildcard lib/$(1)/*.c))
	@mkdir -p $$(@D)
	@rm -f $$@
	ar rcsD $$@ $$^
endef
$(foreach r,$(HAVE),$(eval $(call room,$(r))))

define program
$(BIN)/$(1): $(B)/obj/src/$(1).o $(call archives,$($(1)))
	@mkdir -p $$(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $$@ $$^ $(call libs,$($(1)))
endef
$(foreach p,$(PROGRAMS),$(eval $(call program,$(p))))

$(B)/unit/%: $(B)/obj/tests/unit/%.o $(call archives,$(ALL))
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(call libs,$(ALL))

# tests/unit/double_*.c are linked with it.
$(B)/unit/double_%: $(B)/double/tests/unit/double_%.o $(DOUBLE_OBJ)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(call libs,$(DOUBLE))

# Fuzz targets without their fuzzer: tests/unit/fuzz.bats sends the corpus through them.
$(B)/fuzz/%: $(B)/obj/tests/fuzz/%.o $(B)/obj/tests/fuzz/replay/replay.o $(call archives,$(ALL))
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(call libs,$(ALL))

# Golden numbers in both precisions.
$(B)/unit/golden-f64: $(B)/double/tests/golden/golden.o $(DOUBLE_OBJ)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(call libs,$(DOUBLE))
$(B)/unit/golden-f32: $(B)/obj/tests/golden/golden.o $(call archives,$(DOUBLE))
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(call libs,$(DOUBLE))

-include $(shell find $(B)/obj $(B)/double -name '*.d' 2>/dev/null)

clean:
	rm -rf bin .build

# --- commands -------------------------------------------------------------------------------------------------------
help:
	@echo "make            build bin/"
	@echo "make demo       the main job on made-up buildings, or on IFC=folder; leaves demo/report.html"
	@echo "make check      every test; SAN=1 under sanitizers; ONLY='name ...' some"
	@echo "make golden     compare with golden numbers under GOLDEN=folder"
	@echo "make ids-suite  IDS cases under IDS=folder"
	@echo "make bench      one JSON line per benchmark"
	@echo "make fuzz       every fuzz target for SECONDS=60"
	@echo "make MPI=1      .build/mpi/bin/trm-train, for mpirun"
	@echo "make install    PREFIX=/usr/local DESTDIR="
	@echo "make deb        a Debian package in .build/"

setup:
	@pipelines/setup.sh run

demo:
	@pipelines/setup.sh run
	@echo "building bin/"
	@$(MAKE) -s --no-print-directory -j$(JOBS) programs
	@$(MAKE) --no-print-directory -f pipelines/compliance.mk OUT=demo $(if $(IFC),IFC="$(IFC)")

check:
	@pipelines/setup.sh check
	@echo "building bin/ and the tests"
	@$(MAKE) -s --no-print-directory -j$(JOBS) programs units
	@tests/run.sh $(BIN) $(B)/unit $(ONLY)

golden:
	@pipelines/setup.sh run
	@$(MAKE) -s --no-print-directory $(GOLDENS) $(BIN)/trm-convert
	@tests/golden/convert.sh $(BIN) "$(GOLDEN)" $(B)/golden
	@status=0; for p in $(GOLDENS); do for road in "" $(B)/golden/safetensors $(B)/golden/torch; do \
		$$p "$(GOLDEN)" $$road || status=1; done; done; exit $$status

ids-suite:
	@pipelines/setup.sh run
	@$(MAKE) --no-print-directory programs
	@tests/ids/suite.sh $(BIN) "$(IDS)"

bench:
	@pipelines/setup.sh run
	@$(MAKE) --no-print-directory programs $(BENCHES)
	@tests/bench/run.sh $(BIN) $(B)/bench

# Benchmark programs, built as unit tests are.
BENCHES := $(patsubst tests/bench/%.c,$(B)/bench/%,$(wildcard tests/bench/*.c))
$(B)/bench/%: $(B)/obj/tests/bench/%.o $(call archives,$(ALL))
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(call libs,$(ALL)) $(PEER)
# oneDNN is a peer of one of them, where it is installed.
ifneq ($(wildcard /usr/include/dnnl.h),)
$(B)/obj/tests/bench/products.o: CPPFLAGS += -DHAVE_DNNL
$(B)/bench/products: PEER := -ldnnl
endif

# Fuzzers are built with clang from the same sources, the rooms that meet bytes from outside.
FUZZERS    := $(patsubst tests/fuzz/%.c,.build/fuzz/%,$(wildcard tests/fuzz/*.c))
FUZZROOMS  := $(filter-out cli net opt mat learn model,$(HAVE))
FUZZOBJ    := $(patsubst %.c,.build/fuzz/obj/%.o,$(foreach r,$(FUZZROOMS),$(wildcard lib/$(r)/*.c)))
FUZZFLAGS  := -g -O1 -std=gnu11 -I/usr/include/libxml2 -fno-sanitize-recover=undefined
.build/fuzz/obj/%.o: %.c
	@mkdir -p $(@D)
	clang $(FUZZFLAGS) -fsanitize=fuzzer-no-link,address,undefined -MMD -MP -c -o $@ $<
$(FUZZERS): .build/fuzz/%: .build/fuzz/obj/tests/fuzz/%.o $(FUZZOBJ)
	clang $(FUZZFLAGS) -fsanitize=fuzzer,address,undefined -o $@ $^ $(foreach r,$(FUZZROOMS),$($(r).libs)) -lm
-include $(shell find .build/fuzz/obj -name '*.d' 2>/dev/null)

fuzz:
	@pipelines/setup.sh fuzz
	@$(MAKE) -s --no-print-directory -j$(JOBS) $(FUZZERS)
	@tests/fuzz/run.sh $(SECONDS) $(FUZZERS)

# What is installed where, below DESTDIR and PREFIX; uninstall takes away just that.
AT       = $(DESTDIR)$(PREFIX)
MANDIRS := 1 5 7
BASHDIR  = $(AT)/share/bash-completion/completions
ZSHDIR   = $(AT)/share/zsh/site-functions

install: programs
	install -d $(AT)/bin $(AT)/share/trm $(AT)/share/doc/trm $(BASHDIR) $(ZSHDIR) $(MANDIRS:%=$(AT)/share/man/man%)
	install -m 755 $(PROGRAMS:%=$(BIN)/%) $(AT)/bin
	$(foreach s,$(MANDIRS),install -m 644 $(wildcard man/man$(s)/*) $(AT)/share/man/man$(s) &&) true
	cp -R pipelines $(AT)/share/trm/
	install -m 644 README.md LICENSE $(AT)/share/doc/trm
	$(foreach p,$(PROGRAMS),share/complete.sh bash $(BIN)/$(p) > $(BASHDIR)/$(p) &&) true
	$(foreach p,$(PROGRAMS),share/complete.sh zsh $(BIN)/$(p) > $(ZSHDIR)/_$(p) &&) true

uninstall:
	rm -f $(PROGRAMS:%=$(AT)/bin/%) $(PROGRAMS:%=$(BASHDIR)/%) $(PROGRAMS:%=$(ZSHDIR)/_%)
	rm -f $(foreach s,$(MANDIRS),$(patsubst man/%,$(AT)/share/man/%,$(wildcard man/man$(s)/*)))
	rm -rf $(AT)/share/trm $(AT)/share/doc/trm

deb:
	@pipelines/setup.sh deb
	@$(MAKE) -s --no-print-directory -j$(JOBS) programs
	@rm -rf .build/deb
	@$(MAKE) -s --no-print-directory install DESTDIR=.build/deb PREFIX=/usr
	@share/deb.sh .build/deb .build
