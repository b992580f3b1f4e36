# `make run` shows Oxbeam at work, `make test` checks it. RELEASE=25|27|29 chooses the OTP that `run` and `otp` use.
RELEASE ?= 27
CARGO ?= cargo
OXBEAM = target/release/oxbeam

.PHONY: run build otp test

# On a terminal the Erlang shell, else the tour.
run: build otp
	@if [ -t 0 ] && [ -t 1 ]; then \
		exec env OXBEAM_OTP=$(RELEASE) target/bin/erl; \
	elif [ -x examples/six_rules/run ]; then \
		exec env OXBEAM_OTP=$(RELEASE) PATH="$(CURDIR)/target/bin:$$PATH" examples/six_rules/run; \
	else \
		exec env OXBEAM_OTP=$(RELEASE) target/bin/erl -noshell -eval 'io:format("Hello from OTP ~s~n", [erlang:system_info(otp_release)]), halt().'; \
	fi

# The release build, and links named erl, erlc, ... in target/bin.
build:
	$(CARGO) build --release
	@$(OXBEAM) links target/bin

# OTP and Elixir under .otp/RELEASE, from Debian's packages; the system stays as it is.
otp: build
	@$(OXBEAM) otp fetch $(RELEASE)

test:
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --quiet -- --deny warnings
	$(CARGO) test --workspace
