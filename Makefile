# mseal-emu: see README.md. `make help` lists the targets.

# ---- configuration (all of it can be given on the command line) -------------------------------------------
CC ?= gcc
AR ?= ar
CFLAGS ?= -O2 -g
PREFIX ?= /usr/local
DESTDIR ?=
V ?= 0
WERROR ?= 0
SANITIZE ?= 0
FUZZ_TIME ?= 60
B ?= build$(if $(filter 1,$(SANITIZE)),-asan)
export LC_ALL := C
# What is built is what the rules below say, and nothing beside its source.
MAKEFLAGS += --no-builtin-rules

# Unicorn: a private prefix (scripts/deps.sh unpacks one where the distribution's is too old) or the system's.
UNICORN_MIN := 2.1.1
MULTIARCH := x86_64-linux-gnu
UNICORN_PREFIX ?= $(firstword $(wildcard $(CURDIR)/.deps/unicorn /opt/unicorn/2.1.1))
# A second version; the tests run on both.
UNICORN_NEWEST ?= $(firstword $(wildcard $(CURDIR)/.deps/unicorn-newest /opt/unicorn/2.1.4))
unicorn_cflags = $(if $(1),-I$(1)/usr/include)
unicorn_libdir = $(1)/usr/lib/$(MULTIARCH)
# The static library where there is one: resolving 23,000 symbols of the shared one is 5 ms of each start. Not
# relaxed, since Debian 12's ld makes calls of the pushes through the GOT that newer assemblers mark as relaxable.
unicorn_archive = $(wildcard $(if $(1),$(unicorn_libdir)/libunicorn.a,$(shell $(CC) -print-file-name=libunicorn.a)))
unicorn_shared = $(if $(1),-L$(unicorn_libdir) -Wl$(comma)-rpath$(comma)$(2)) -lunicorn
# What emu/engine/ answers instead of the static library's own functions (see its engine.h); both are to be linked.
unicorn_wraps = $(shell nm $(B)/libmseal-emu.a | sed -n 's/.* T __wrap_\(.*\)/-Wl,--wrap=\1,-u,\1,-u,__wrap_\1/p')
# unicorn_libs PREFIX RUN-PATH
unicorn_libs = $(or $(addprefix $(unicorn_wraps) -Wl$(comma)--no-relax ,$(call unicorn_archive,$(1))),$(unicorn_shared))
comma := ,

GOALS := $(or $(MAKECMDGOALS),all)
ifneq ($(filter-out clean help format,$(GOALS)),)
ifneq ($(shell uname -sm),Linux x86_64)
$(error mseal-emu needs an x86-64 Linux host, this is $(shell uname -sm): use such a machine or a virtual one)
endif
endif

# ---- flags -----------------------------------------------------------------------------------------------------
WARN := -Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers
ALL_CFLAGS = -std=gnu11 -D_GNU_SOURCE $(WARN) -Wmissing-prototypes -Iinclude -I. $(call unicorn_cflags,$(UNICORN_PREFIX)) $(CFLAGS)
ifeq ($(WERROR),1)
ALL_CFLAGS += -Werror
endif
ifeq ($(SANITIZE),1)
SAN := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
ALL_CFLAGS += $(SAN) -DMM_DEBUG -DSANITIZED
ALL_LDFLAGS += $(SAN)
endif
ALL_LDFLAGS += $(LDFLAGS)
# Designs loaded at run time (--design ./mine.so) call functions of libmseal-mm.
ALL_LDFLAGS += -rdynamic
LDLIBS += -ldl -lm -lpthread

ifeq ($(V),1)
Q :=
say = @:
else
Q := @
say = @printf '  %-5s %s\n'
endif

# ---- what there is to build ------------------------------------------------------------------------------------
SRC_MM := $(wildcard mm/*.c mm/designs/*.c)
SRC_SYS := $(wildcard syscalls/*.c syscalls/*/*.c)
SRC_KFUZZ := $(filter-out %_fuzzer.c fuzz/standalone.c,$(wildcard fuzz/*.c))
SRC_EMU := $(filter-out emu/main.c,$(wildcard emu/*.c emu/*/*.c))
OBJ_MM := $(SRC_MM:%.c=$(B)/%.o)
OBJ_MM_DEBUG := $(SRC_MM:%.c=$(B)/debug/%.o)
OBJ_EMU := $(strip $(SRC_SYS:%.c=$(B)/%.o) $(SRC_EMU:%.c=$(B)/%.o) $(SRC_KFUZZ:%.c=$(B)/%.o))

UNIT := $(patsubst tests/unit/%.c,$(B)/tests/unit/%,$(wildcard tests/unit/test_*.c))
# Unit tests of the upper layers say so by what they include; the others need only libmseal-mm.
UNIT_EMU := $(patsubst tests/unit/%.c,$(B)/tests/unit/%,\
	$(shell grep -lsE '^\#include ("(\.\./)*(emu|syscalls)/|<mseal-emu/emu\.h>)' tests/unit/test_*.c))
GUEST := $(patsubst %.c,$(B)/%,$(wildcard guest-tests/*.c))
SCENARIOS := $(if $(wildcard guest-tests/scenarios/main.c),$(B)/guest-tests/scenarios/scenarios)
TEST_GUEST := $(patsubst %.c,$(B)/%,$(wildcard tests/guest/*.c tests/host/*.c))
DEMO := $(patsubst %.c,$(B)/%,$(wildcard demo/*.c))
EXAMPLES := $(patsubst %.c,$(B)/%.so,$(wildcard examples/*.c))
BENCH_HOST := $(patsubst %.c,$(B)/%,$(filter-out bench/measure.c,$(wildcard bench/*.c)))
BENCH_GUEST := $(patsubst %.c,$(B)/%,$(wildcard bench/guest/*.c))
FUZZERS := $(patsubst fuzz/%.c,%,$(wildcard fuzz/*_fuzzer.c))
BIN := $(if $(wildcard emu/main.c),$(B)/mseal-emu)
BIN_NEWEST := $(if $(BIN),$(if $(UNICORN_NEWEST),$(B)/mseal-emu-newest))

all: $(if $(SRC_MM),$(B)/libmseal-mm.a) $(if $(OBJ_EMU),$(B)/libmseal-emu.a) $(BIN) $(SCENARIOS) $(if $(filter 1,$(SANITIZE)),,$(B)/mseal-fuzz-static) ## libraries and the program (default)

# ---- rules --------------------------------------------------------------------------------------------------------
# Everything is built again when the compiler or its flags change.
$(B)/flags: FORCE
	@mkdir -p $(@D); echo '$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS)' | cmp -s - $@ || echo '$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS)' >$@

$(B)/unicorn-ok: $(B)/flags
	@scripts/deps.sh check-unicorn '$(UNICORN_PREFIX)' $(UNICORN_MIN)
	@touch $@

$(B)/%.o: %.c $(B)/flags $(B)/unicorn-ok
	@mkdir -p $(@D)
	$(say) CC $<
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# mm/ once more for the tests: it checks all its invariants after every change.
$(B)/debug/%.o: %.c $(B)/flags
	@mkdir -p $(@D)
	$(say) CC "$< (MM_DEBUG)"
	$(Q)$(CC) $(ALL_CFLAGS) -DMM_DEBUG -MMD -MP -c -o $@ $<

$(B)/emu/cmd/view.o: emu/cmd/view.html

$(B)/libmseal-mm.a: $(OBJ_MM)
$(B)/libmseal-mm-debug.a: $(OBJ_MM_DEBUG)
$(B)/libmseal-emu.a: $(OBJ_EMU)
$(B)/%.a:
	$(say) AR $@
	$(Q)rm -f $@; $(AR) rcs $@ $^

link_emu = $(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $(B)/emu/main.o $(B)/libmseal-emu.a \
	$(B)/libmseal-mm.a
$(B)/mseal-emu: $(B)/emu/main.o $(B)/libmseal-emu.a $(B)/libmseal-mm.a
	$(say) LD $@
	$(Q)$(link_emu) $(call unicorn_libs,$(UNICORN_PREFIX),$(call unicorn_libdir,$(UNICORN_PREFIX))) $(LDLIBS)
$(B)/mseal-emu-newest: $(B)/mseal-emu
	$(say) LD "$@ ($(UNICORN_NEWEST))"
	$(Q)$(link_emu) $(call unicorn_libs,$(UNICORN_NEWEST),$(call unicorn_libdir,$(UNICORN_NEWEST))) $(LDLIBS)

CHECK_LIBS = $(shell pkg-config --libs check)
$(filter-out $(UNIT_EMU),$(UNIT)): $(B)/tests/unit/%: tests/unit/%.c $(B)/libmseal-mm-debug.a $(B)/flags
	@mkdir -p $(@D)
	$(say) LD $@
	$(Q)$(CC) $(ALL_CFLAGS) -DMM_DEBUG -Imm -MMD -MP $(ALL_LDFLAGS) -o $@ $< $(B)/libmseal-mm-debug.a $(CHECK_LIBS) -lm
$(UNIT_EMU): $(B)/tests/unit/%: tests/unit/%.c $(B)/libmseal-emu.a $(B)/libmseal-mm-debug.a $(B)/flags
	@mkdir -p $(@D)
	$(say) LD $@
	$(Q)$(CC) $(ALL_CFLAGS) -DMM_DEBUG -MMD -MP $(ALL_LDFLAGS) -o $@ $< $(B)/libmseal-emu.a $(B)/libmseal-mm-debug.a \
		$(CHECK_LIBS) $(call unicorn_libs,$(UNICORN_PREFIX),$(call unicorn_libdir,$(UNICORN_PREFIX))) $(LDLIBS)

# Guest programs: static, never sanitised, nothing of the project inside; they pass wrong arguments on purpose.
GUEST_CFLAGS := -std=gnu11 -O1 -g -static -fno-builtin-memset $(WARN) -Wno-stringop-overflow -Wno-stringop-overread -Wno-nonnull $(if $(filter 1,$(WERROR)),-Werror)
$(GUEST) $(TEST_GUEST) $(DEMO) $(BENCH_GUEST): $(B)/%: %.c
	@mkdir -p $(@D)
	$(say) GUEST $@
	$(Q)gcc $(GUEST_CFLAGS) -MMD -MP -MF $@.d -o $@ $< -lm
# Two in assembler: their addresses and registers are compared, on screens of mseal-emu tui and with the host's processor.
$(B)/tests/guest/steps $(B)/tests/guest/arithmetic: GUEST_CFLAGS += -nostdlib -Wl,-Ttext=0x401000 -Wl,--build-id=none -fcf-protection=none
# One whose text has its addresses in it.
$(B)/tests/guest/every_call $(B)/tests/guest/every_command: GUEST_CFLAGS += -nostdlib -fno-stack-protector -Wl,-Ttext=0x401000 -Wl,--build-id=none -fcf-protection=none
$(SCENARIOS): $(wildcard guest-tests/scenarios/*.[ch])
	@mkdir -p $(@D)
	$(say) GUEST $@
	$(Q)gcc $(GUEST_CFLAGS) -o $@ $(filter %.c,$^)
# Designs as shared objects need the public headers only.
$(EXAMPLES): $(B)/examples/%.so: examples/%.c $(wildcard include/mseal-emu/*.h)
	@mkdir -p $(@D)
	$(say) SO $@
	$(Q)$(CC) -std=gnu11 -O2 $(WARN) -shared -fPIC -Iinclude -o $@ $<
$(BENCH_HOST): $(B)/bench/%: bench/%.c $(B)/bench/measure.o $(B)/libmseal-mm.a
	@mkdir -p $(@D)
	$(say) LD $@
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP $(ALL_LDFLAGS) -o $@ $< $(B)/bench/measure.o $(B)/libmseal-mm.a -lm

# ---- targets -----------------------------------------------------------------------------------------------------
deps: ## install what is missing to build and to run (apt; private Unicorn in .deps/)
	@scripts/deps.sh build
deps-test: ## the same, and what the tests compare with
	@scripts/deps.sh test

demo: deps ## real programs and a sealing demonstration under the emulator
	@$(MAKE) --no-print-directory demo-run
demo-run: all $(DEMO)
	@B=$(B) demo/run

check: deps-test ## every test (SANITIZE=1: under ASan + UBSan; WERROR=1: warnings are errors)
	@$(MAKE) --no-print-directory check-run
check-run: test-programs
	@B=$(B) SANITIZE=$(SANITIZE) tests/run
check-fast: all $(UNIT) ## unit tests only, with what is installed
	@B=$(B) SANITIZE=$(SANITIZE) tests/run unit
determinism: test-programs ## the trace of each program of many tasks, RUNS=2 times on each version of Unicorn: the same
	@B=$(B) RUNS=$(RUNS) tests/run determinism
test-programs: all $(B)/mseal-fuzz $(UNIT) $(GUEST) $(TEST_GUEST) $(DEMO) $(EXAMPLES) $(BENCH_HOST) $(BENCH_GUEST) $(BIN_NEWEST) ## what tests/run GROUP needs; the measurements, so that they build

syntax: ## the compiler's warnings alone, nothing is built (CC=clang)
	@printf '%s\n' emu/main.c $(SRC_EMU) $(SRC_SYS) $(SRC_MM) $(SRC_KFUZZ) $(wildcard bench/*.c tests/unit/*.c) | \
		xargs -P 2 -n 20 $(CC) -fsyntax-only $(ALL_CFLAGS) -DMM_DEBUG -Imm
examples: $(EXAMPLES) ## the sealing designs of examples/ as shared objects

matrix: all $(SCENARIOS) $(EXAMPLES) ## every scenario under every design: docs/matrix.md and docs/matrix.html anew
	$(Q)for f in markdown html; do $(B)/mseal-emu matrix -f $$f -o docs/matrix.$$(echo $$f | sed s/markdown/md/) || exit 1; done

bench: all $(GUEST) $(BENCH_HOST) $(BENCH_GUEST) ## measurements, side by side with qemu-user and the host kernel
	@B=$(B) bench/run

# mm/ against the kernel of this machine: first what once differed, then something new.
$(B)/mseal-fuzz: $(B)/fuzz/standalone.o $(SRC_KFUZZ:%.c=$(B)/%.o) $(B)/libmseal-mm.a
	$(say) LD $@
	$(Q)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ -ldl -lm
# The same for a guest: under the emulator it compares all of that, system calls and CPU, with mm/ alone; or for another kernel.
$(B)/mseal-fuzz-static: $(B)/mseal-fuzz
	$(say) LD $@
	$(Q)gcc -static -o $@ $(B)/fuzz/standalone.o $(SRC_KFUZZ:%.c=$(B)/%.o) $(B)/libmseal-mm.a -ldl -lm 2>$@.log || { cat $@.log; exit 1; }
KFUZZ_ARGS ?= --ops 0 --time $(FUZZ_TIME) --jobs 2
fuzz-kernel: $(B)/mseal-fuzz ## random memory calls on the model and on this kernel for FUZZ_TIME seconds
	@$< fuzz/cases/*.case
	@$< $(KFUZZ_ARGS)

# Every short sequence of calls on four pages, under each design: what breaks a promise goes into the document.
holes: $(B)/mseal-fuzz ## docs/holes.md again: the holes of each sealing design
	@$< --worlds --depth $(or $(DEPTH),3) >$(B)/holes.md && mv $(B)/holes.md docs/holes.md

KERNEL ?= 6.1 6.12 uml-6.12 6.16 6.17 6.18 6.19 7.0 7.1 7.2 7.3
conformance: test-programs ## KERNEL='...': the same programs on other kernels and in the emulator; KERNEL=--judge: compare again; docs/conformance.md
	@B=$(B) scripts/conformance.sh $(KERNEL)

fuzz: ## the long form of what make check does: mm/ and this kernel, then each libFuzzer target (needs clang), FUZZ_TIME seconds each
	@case $$(uname -r) in 6.18.*) $(MAKE) --no-print-directory fuzz-kernel ;; \
	    *) echo "mm/ is not compared with this kernel, $$(uname -r): it is Linux 6.18's" ;; esac
	@$(MAKE) --no-print-directory B=build-fuzz CC=clang SANITIZE=1 CFLAGS='-O1 -g -fsanitize=fuzzer-no-link' fuzz-run
fuzz-run: $(FUZZERS:%=$(B)/fuzz/%)
	@for f in $^; do mkdir -p $$f.corpus; echo "== $$f, $(FUZZ_TIME) s"; \
	    [ $${f##*/} != elf_fuzzer ] || head -c 4096 /bin/true >$$f.corpus/true; \
	    (cd $(B)/fuzz && ./$${f##*/} -max_total_time=$(FUZZ_TIME) -max_len=4096 -len_control=10 -print_final_stats=1 \
	        $${f##*/}.corpus) || exit 1; done
$(FUZZERS:%=$(B)/fuzz/%): $(B)/fuzz/%: fuzz/%.c $(B)/libmseal-emu.a $(B)/libmseal-mm.a
	@mkdir -p $(@D)
	$(say) LD $@
	$(Q)$(CC) $(ALL_CFLAGS) -fsanitize=fuzzer -MMD -MP $(ALL_LDFLAGS) -o $@ $< $(B)/libmseal-emu.a $(B)/libmseal-mm.a \
		$(call unicorn_libs,$(UNICORN_PREFIX),$(call unicorn_libdir,$(UNICORN_PREFIX))) $(LDLIBS)

# A private Unicorn is installed beside the program, which finds it relative to itself, if it does not hold it already,
# and for those who link libmseal-emu.a.
install: all ## program, libraries, headers, pkg-config files, man page (PREFIX=, DESTDIR=)
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/pkgconfig $(DESTDIR)$(PREFIX)/include/mseal-emu \
		$(DESTDIR)$(PREFIX)/share/man/man1
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $(DESTDIR)$(PREFIX)/bin/mseal-emu $(B)/emu/main.o $(B)/libmseal-emu.a \
		$(B)/libmseal-mm.a \
		$(call unicorn_libs,$(UNICORN_PREFIX),'$$ORIGIN/../lib/mseal-emu') $(LDLIBS)
	$(if $(UNICORN_PREFIX),install -d $(DESTDIR)$(PREFIX)/lib/mseal-emu && install -m 644 \
		$(call unicorn_libdir,$(UNICORN_PREFIX))/libunicorn.so.2 $(DESTDIR)$(PREFIX)/lib/mseal-emu/ && \
		ln -sf libunicorn.so.2 $(DESTDIR)$(PREFIX)/lib/mseal-emu/libunicorn.so)
	install -d $(DESTDIR)$(PREFIX)/lib/mseal-emu
	$(if $(wildcard $(B)/mseal-fuzz-static),install -m 755 $(B)/mseal-fuzz-static $(DESTDIR)$(PREFIX)/lib/mseal-emu/)
	$(if $(SCENARIOS),install -m 755 $(SCENARIOS) $(wildcard guest-tests/scenarios/expected.tsv) $(DESTDIR)$(PREFIX)/lib/mseal-emu/)
	install -m 644 $(B)/libmseal-mm.a $(B)/libmseal-emu.a $(DESTDIR)$(PREFIX)/lib/
	install -m 644 include/mseal-emu/*.h $(DESTDIR)$(PREFIX)/include/mseal-emu/
	install -m 644 docs/mseal-emu.1 $(DESTDIR)$(PREFIX)/share/man/man1/
	version=$$(sed -n 's/^#define MSEAL_EMU_VERSION "\(.*\)"/\1/p' include/mseal-emu/emu.h); \
	for lib in mseal-mm mseal-emu; do sed -e 's|@PREFIX@|$(PREFIX)|' -e "s|@VERSION@|$$version|" scripts/$$lib.pc.in \
		>$(DESTDIR)$(PREFIX)/lib/pkgconfig/$$lib.pc || exit 1; done

clean: ## remove what was built (not .deps/)
	rm -rf build build-*

format: ## clang-format over all C files
	clang-format -i $$(git ls-files '*.c' '*.h')

readme docs: all $(DEMO) $(TEST_GUEST) $(EXAMPLES) ## run the commands in README.md and docs again and put in what they print
	@B=$(B) scripts/readme.sh README.md docs/mseal-emu.1 $(filter-out docs/matrix.md docs/write-a-design.md docs/embed.md,$(wildcard docs/*.md))

help: ## this list
	@sed -n 's/^\([a-z -]*\):[^#]*## \(.*\)/  \1\t\2/p' Makefile | expand -t 16
	@echo; echo "  variables: V=1 WERROR=1 SANITIZE=1 B=DIR PREFIX=DIR DESTDIR=DIR UNICORN_PREFIX=DIR CC= CFLAGS= FUZZ_TIME=S"

FORCE:
.PHONY: all syntax deps deps-test demo demo-run matrix determinism check check-run check-fast test-programs examples bench fuzz fuzz-run fuzz-kernel holes conformance install clean format readme docs help FORCE
.SECONDARY:
.DELETE_ON_ERROR:
-include $(shell find $(B) -name '*.d' 2>/dev/null)
