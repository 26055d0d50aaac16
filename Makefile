# mseal-emu: see README.md. `make help` lists the targets.
UNICORN_PREFIX ?= $(firstword $(wildcard $(CURDIR)/.deps/unicorn /opt/unicorn/2.1.1))
CC ?= gcc
B := build
CFLAGS ?= -O2 -g
override CFLAGS += -std=gnu11 -Wall -Wextra -Wno-unused-parameter -Werror -Iinclude -I. -MMD -MP -D_GNU_SOURCE \
	-I$(UNICORN_PREFIX)/usr/include
LDLIBS := -L$(UNICORN_PREFIX)/usr/lib/x86_64-linux-gnu -Wl,-rpath,$(UNICORN_PREFIX)/usr/lib/x86_64-linux-gnu -lunicorn -lcapstone -lm
MM := $(patsubst %.c,$(B)/%.o,$(wildcard mm/*.c mm/designs/*.c))
SYS := $(patsubst %.c,$(B)/%.o,$(wildcard syscalls/*.c syscalls/*/*.c))
EMU := $(patsubst %.c,$(B)/%.o,$(filter-out emu/main.c,$(wildcard emu/*.c)))
UNIT := $(patsubst tests/unit/%.c,$(B)/tests/unit/%,$(wildcard tests/unit/test_*.c))

all: $(B)/libmseal-mm.a $(if $(SYS),$(B)/libmseal-emu.a) $(if $(wildcard emu/main.c),$(B)/mseal-emu)
$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -c -o $@ $<
$(B)/libmseal-mm.a: $(MM)
	@mkdir -p $(@D); rm -f $@; ar rcs $@ $^
$(B)/libmseal-emu.a: $(SYS) $(EMU)
	@mkdir -p $(@D); rm -f $@; ar rcs $@ $^
$(B)/mseal-emu: $(B)/emu/main.o $(B)/libmseal-emu.a $(B)/libmseal-mm.a
	$(CC) $(CFLAGS) -o $@ $^ $(LDLIBS)
$(B)/tests/unit/%: tests/unit/%.c $(B)/libmseal-mm.a
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -Imm -o $@ $< $(B)/libmseal-mm.a $$(pkg-config --cflags --libs check) -lm
check-fast: all $(UNIT)
	@for t in $(UNIT); do $$t || exit 1; done
check: check-fast
clean:
	rm -rf $(B)
.PHONY: all check check-fast clean
-include $(shell find $(B) -name '*.d' 2>/dev/null)
