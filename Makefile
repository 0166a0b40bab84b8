# Everything a person types. `make run` and `make test` install what they need.

SWIFT ?= swift
RELEASE = .build/release/darkroom
# Without debug information: 54 MB instead of 146. Names of functions stay, for reports of a crash.
BUILD_RELEASE = scripts/build build -c release -debug-info-format none --product
# What `make run` hands to `darkroom serve`: make run SERVE="--port 9000"
SERVE ?=
# What `make bench` hands to `darkroom-bench`: make bench BENCH="submit status --engine sqlite"
BENCH ?=

.PHONY: run test build build-bench check torture report bench bench-peers clean help

help:                ## says what there is
	@sed -n 's/^\([a-z-]*\):.*## /make \1	/p' Makefile | expand -t 24

run: build           ## builds, then serves at http://127.0.0.1:8080
	@$(RELEASE) serve $(SERVE)

build:               ## builds .build/release/darkroom
	@scripts/setup build
	@$(BUILD_RELEASE) darkroom

test:                ## builds once, then passes every test
	@scripts/setup test
	@scripts/python-setup
	@scripts/check-tree
	@scripts/check-docs
	@scripts/build test --build-tests
	@scripts/with-postgres scripts/run-tests

check: test          ## all that decides whether a change is good

torture:             ## kills, freezes, floods and starves nodes for TORTURE_SECONDS (600), plans a million rows; prints its TORTURE_SEED
	@scripts/setup test
	@scripts/build torture --build-tests
	@TORTURE_SECONDS=$${TORTURE_SECONDS:-600} scripts/with-postgres $(SWIFT) test --skip-build --disable-xctest \
		--filter '^(SystemTests\.TortureTests|CoreTests\.MillionRowTests)'

report: build        ## shows what becomes of hostile pictures, of addresses that lie, and of ZIPs, bulk changes and the trash
	@scripts/setup report
	@scripts/report-pictures
	@scripts/report-rebinding
	@scripts/report-assets
	@scripts/build test --build-tests
	@scripts/report-provenance

build-bench: build
	@$(BUILD_RELEASE) darkroom-bench

bench: build-bench   ## measures; figures to .build/bench.json and .build/bench.md
	@scripts/setup bench
	@$(RELEASE)-bench --json .build/bench.json --markdown .build/bench.md $(BENCH)

bench-peers: build-bench ## measures, beside what others write: FastAPI, Django, BullMQ, Procrastinate
	@scripts/setup bench-peers
	@scripts/peers-setup
	@$(RELEASE)-bench --peers --json .build/bench.json --markdown .build/bench.md $(BENCH)

clean:               ## removes what was built, and nothing else
	rm -rf .build
