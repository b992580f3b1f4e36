# `make run` shows Oxbeam at work, `make test` checks it. RELEASE=25|27|29 chooses the OTP that `run` and `otp` use.
RELEASE ?= 27
CARGO ?= cargo
OXBEAM = target/release/oxbeam
# Tests of the release build. A busy machine may make what waits for time fail: each may be tried three times.
TESTS_OF = OXBEAM_TRIES=3 OXBEAM_BIN=$(CURDIR)/$(OXBEAM) $(CARGO) test -p oxbeam_tests --test

.PHONY: run build otp libraries test boots corpus mesh bench tools conformance compare-erlc lint

# On a terminal the Erlang shell, else the tour.
run: build
	@$(OXBEAM) otp fetch $(RELEASE)
	@if [ -t 0 ] && [ -t 1 ]; then \
		OXBEAM_OTP=$(RELEASE) exec target/bin/erl; \
	elif [ -x examples/six_rules/run ]; then \
		OXBEAM_OTP=$(RELEASE) PATH="$(CURDIR)/target/bin:$$PATH" exec examples/six_rules/run; \
	else \
		OXBEAM_OTP=$(RELEASE) exec target/bin/erl -noshell \
			-eval 'io:format("OTP ~s runs on Oxbeam~n", [erlang:system_info(otp_release)]), halt().'; \
	fi

# The release build, and links named erl, erlc, ... in target/bin.
build:
	$(CARGO) build --release
	@$(OXBEAM) links target/bin

# OTP and Elixir under .otp/RELEASE, from Debian's packages; the system stays as it is.
otp:
	@$(CARGO) run -- otp fetch $(RELEASE)

# The same of all releases.
libraries:
	@for release in 25 27 29; do $(CARGO) run -- otp fetch $$release || exit 1; done

# Unit tests, a boot of each release on the release build, and there the corpus in its usual configuration and what else there is.
test:
	@echo "== unit tests"
	$(CARGO) test --workspace
	@$(MAKE) --no-print-directory boots
	@for release in 25 27 29; do \
		echo "== corpus on OTP $$release"; \
		$(TESTS_OF) erlang -- --quiet otp$$release::normal:: || exit 1; \
	done
	@echo "== every instruction is in compiled code, every stand-in knows its function"
	@$(CARGO) test -p oxbeam --test instructions --test stand_ins
	@$(OXBEAM) otp fetch 25 --suites
	@for target in otp machine elixir terminal; do \
		echo "== $$target"; \
		$(TESTS_OF) $$target -- --quiet || exit 1; \
	done
	@$(MAKE) --no-print-directory mesh MINUTES=0.5
	@echo "== tools"
	@$(TESTS_OF) tools -- --quiet --skip ::slow::

# Nodes of every release, and of a real `erl` that REFERENCE names, work together while they are killed and cut off (examples/mesh).
MINUTES ?= 10
mesh: build
	@echo "== mesh"
	@for release in 25 27 29; do $(OXBEAM) otp fetch $$release || exit 1; done
	PATH="$(CURDIR)/target/bin:$$PATH:$(CURDIR)/.otp/25/usr/bin" OXBEAM_OTP="$(CURDIR)/.otp/25" examples/mesh/run --minutes $(MINUTES) \
		$(foreach release,25 27 29,"env OXBEAM_OTP=$(CURDIR)/.otp/$(release) erl") $(if $(REFERENCE),"$(REFERENCE)")

# OTP's and Elixir's tools on every release, those that take long among them.
tools: build
	@for release in 25 27 29; do $(OXBEAM) otp fetch $$release || exit 1; done
	$(TESTS_OF) tools

# Each release starts and says which it is.
boots: build
	@for release in 25 27 29; do \
		echo "== boot of OTP $$release"; \
		$(OXBEAM) otp fetch $$release || exit 1; \
		said=$$(OXBEAM_OTP=$$release timeout 60 target/bin/erl -noshell -eval 'io:format("~s",[erlang:system_info(otp_release)]), halt().' < /dev/null) || exit 1; \
		[ "$$said" = "$$release" ] || { echo "it said: $$said" >&2; exit 1; }; \
	done

# The Erlang programs of tests/data on every release and configuration; what fails is listed in tests/data/known_failures.txt.
# And the Elixir project there, on every release.
corpus: build
	@for release in 25 27 29; do $(OXBEAM) otp fetch $$release || exit 1; done
	OXBEAM_BIN=$(CURDIR)/$(OXBEAM) $(CARGO) test -p oxbeam_tests --test erlang --test elixir

# Times the programs of benches/ on Oxbeam and on what REFERENCE adds, in turn (docs/performance.md).
bench: build
	@$(OXBEAM) otp fetch $(RELEASE)
	@OXBEAM_OTP=$(RELEASE) $(CARGO) run --release -p oxbeam_benches -- $(REFERENCE) $(BENCH)

# OTP's own test suites, on Oxbeam and, if REFERENCE names a real erl of the same RELEASE, there too; writes docs/conformance.md.
# LISTS=early,mid,late,variants, or SUITES=map,kernel/file; JOBS=1.
LISTS ?= $(if $(SUITES),,early)
conformance: build
	@$(OXBEAM) otp fetch $(RELEASE)
	$(OXBEAM) conform --release $(RELEASE) $(if $(LISTS),--list $(LISTS)) $(if $(SUITES),--suite $(SUITES)) $(if $(JOBS),--jobs $(JOBS)) \
		$(if $(REFERENCE),--reference $(REFERENCE)) --known tests/data/otp_expected.toml --publish docs

# OTP's own stdlib and compiler, compiled here and by a real erlc (ORACLE_ERLC) of the same RELEASE: the same bytes.
compare-erlc: build
	tests/compare_erlc $(RELEASE)

lint:
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --quiet -- --deny warnings
