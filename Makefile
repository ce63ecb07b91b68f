# What can be done here; `make` alone prints it. Tools run at the versions pinned below, through the Go command.

GOFUMPT     := mvdan.cc/gofumpt@v0.8.0
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.9.0
BENCHSTAT   := golang.org/x/perf/cmd/benchstat@v0.0.0-20260908200009-22c9c6c9d4da
ONNXRUNTIME := github.com/k2-fsa/sherpa-onnx-go-linux

# What may be set: make load SCENARIO=room, make fuzz FUZZTIME=1m, make benchcmp BASE=main BENCH=Deliver, make run ARGS='--config liveroom.yaml'.
# TESTED=1 has `make ci` leave out `make test`, for who has just run it.
SCENARIO ?= smoke
FUZZTIME ?= 10s
FUZZJOBS ?= 2
PROFILE  ?= 15s
CYCLES   ?= 10
ENGINE   ?= sqlite
BENCH    ?= .
BASE     ?=
COUNT    ?= 10
ARGS     ?=
TESTED   ?=
PYTHON   ?= /usr/bin/python3

# Packages whose goroutines meet, and those whose speed is watched.
RACE := ./actors/... ./engine/... ./loadtest/... ./nlp/... ./scripts/... ./transport/...
HOT  := ./loadtest/machine ./actors/... ./engine/... ./nlp/... ./scripts/... ./transport/...

# How many packages are tested at a time: one more than there are cores, since some wait for a disk or a clock. Vet is lint's.
GOTEST := go test -vet=off -shuffle=on -p $(shell expr 1 + $$(getconf _NPROCESSORS_ONLN))

# The runtime's library for this machine, as its module names the folder.
LIBS_armv7l := arm-unknown-linux-gnueabihf
LIBS := $(or $(LIBS_$(shell uname -m)),$(shell uname -m)-unknown-linux-gnu)

export CGO_ENABLED := 1

.DEFAULT_GOAL := help
.PHONY: help build run demo test race fuzz lint fmt golden bench benchcmp load profile model eval web e2e test-postgres \
	torture vuln tidy ci

help:
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/\1\t\2/p' $(firstword $(MAKEFILE_LIST)) | while IFS="$$(printf '\t')" read -r name does; do \
		printf '  %-14s %s\n' "$$name" "$$does"; done

build: ## bin/liveroom and bin/roomload, the model runtime in bin/lib, the model in bin/model
	go build -o bin/liveroom ./engine/cmd/liveroom
	go build -o bin/roomload ./loadtest/cmd/roomload
	@go mod download $(ONNXRUNTIME)
	@mkdir -p bin/lib
	@lib="$$(go list -m -f '{{.Dir}}' $(ONNXRUNTIME))/lib/$(LIBS)/libonnxruntime.so"; \
	if ! test -f "$$lib"; then echo "no model runtime for $$(uname -m): liveroom will read texts with its linear model"; \
	elif ! cmp -s "$$lib" bin/lib/libonnxruntime.so; then install -m 0644 "$$lib" bin/lib/libonnxruntime.so; fi
	@mkdir -p bin/model; cp nlp/model/*.* bin/model/

run: build ## the engine: TCP 7700, WebSocket 7701, admin 127.0.0.1:7702 (ARGS='--config FILE')
	bin/liveroom serve $(ARGS)

demo: build ## a live room being answered, offline, on temporary data
	bin/liveroom demo $(ARGS)

test: ## every test, shuffled; then what a node must survive, with its fault routes
	$(GOTEST) ./...
	$(GOTEST) -tags chaos -run 'Model|Queue|Step|Commit|Reader' ./engine

race: ## the tests of packages whose goroutines meet, under the race detector
	$(GOTEST) -race $(RACE)

fuzz: ## every fuzz target for FUZZTIME (10s), FUZZJOBS (2) at a time
	@grep -rHoE '^func Fuzz[A-Za-z0-9_]*' --include='*_test.go' . | sort | sed 's/:func / /; s/$$/ $(FUZZTIME)/' | xargs -P $(FUZZJOBS) -L 1 .ci/fuzz

lint: ## gofumpt, vet, staticcheck, and a look for keys in the tree and its history
	deploy/secretscan.sh
	@diff="$$(go run $(GOFUMPT) -d . )"; if test -n "$$diff"; then echo "$$diff"; echo 'run make fmt'; exit 1; fi
	go vet ./...
	go vet -tags chaos ./engine
	go run $(STATICCHECK) ./...
	go run $(STATICCHECK) -tags chaos ./engine

fmt: ## format every Go file
	go run $(GOFUMPT) -w .

golden: ## rewrite the expected results under testdata; review the diff like code
	LIVEROOM_GOLDEN=1 go test -count=1 ./actors/... ./engine/... ./loadtest/... ./nlp/... ./scripts/... ./transport/...

bench: ## benchmarks of the hot path, and what an echo costs here (BenchmarkEcho), by which machines compare; BENCH=REGEXP
	go test -run='^$$' -bench='$(BENCH)' -benchmem $(HOT)

benchcmp: ## the benchmarks of this tree against those of BASE (the last commit) in turns, COUNT (10) times, by benchstat
	@BENCH='$(BENCH)' BENCHSTAT=$(BENCHSTAT) COUNT=$(COUNT) .ci/benchcmp '$(BASE)' $(HOT)

load: build ## roomload run SCENARIO (smoke)
	bin/roomload run $(SCENARIO) $(ARGS)

profile: build ## CPU profile of the engine under SCENARIO, PROFILE (15s) long, into bin/cpu.pprof
	@rm -f bin/ready.json; bin/liveroom demo --headless >bin/ready.json & engine=$$!; \
	trap 'kill $$engine; wait $$engine' EXIT; \
	until test -s bin/ready.json; do kill -0 $$engine || exit 1; sleep 0.1; done; \
	bin/roomload run $(SCENARIO) --ready bin/ready.json & load=$$!; \
	admin="$$(sed -n 's/^{[^{]*"admin":"\([^"]*\)".*/\1/p' bin/ready.json)"; \
	PPROF_TMPDIR=bin go tool pprof -proto -output=bin/cpu.pprof \
		"$$admin/debug/pprof/profile?seconds=$(PROFILE:s=)" >/dev/null && wait $$load
	go tool pprof -top bin/cpu.pprof | head -30

model: ## train the model from nlp/corpus (and LIVEROOM_CORPORA) into nlp/model
	$(PYTHON) nlp/train/train.py $(ARGS)

eval: ## how well the shipped model reads held-out texts (LIVEROOM_CORPORA for real ones, ARGS='-card nlp/model/CARD.md')
	@go run ./nlp/eval $(ARGS)

WEB := engine/admin/web

$(WEB)/node_modules/.package-lock.json: $(WEB)/package.json $(WEB)/package-lock.json
	cd $(WEB) && npm install --no-save --no-audit --no-fund --ignore-scripts
	@touch $@

web: $(WEB)/node_modules/.package-lock.json ## the console's page anew, checked and tested, into engine/admin/web/dist; needs node
	cd $(WEB) && npm run check && npm test && npm run build

e2e: build $(WEB)/node_modules/.package-lock.json ## the console in a real browser, pictures in engine/admin/web/artefacts (PICTURES=1: those of the README too); needs node and chromium
	cd $(WEB) && npm run e2e

test-postgres: ## the storage tests against a PostgreSQL of their own, and against another whether it or its dump can be read
	.ci/postgres run $(GOTEST) -count=1 ./engine/storage/...
	.ci/postgres run $(GOTEST) -count=1 -run 'NothingSaid|PapersAreInTheStore|StoreHoldsHeads' ./engine

torture: build ## kill -9 a node CYCLES (10) times under load, on ENGINE sqlite or postgres (killed too), and look for what is lost
	@case '$(ENGINE)' in \
	sqlite) bin/roomload torture --cycles $(CYCLES) $(ARGS) ;; \
	postgres) .ci/postgres run sh -c 'bin/roomload torture --cycles $(CYCLES) --set "storage.dsn=$$STORAGE_TEST_POSTGRES" \
		--database "$$STORAGE_TEST_POSTGRES_CTL" $(ARGS)' ;; \
	*) echo 'torture: ENGINE is sqlite or postgres' >&2; exit 2 ;; esac

vuln: ## known vulnerabilities in what we depend on; needs the network
	go run $(GOVULNCHECK) ./...

tidy: ## go mod tidy
	go mod tidy

ci: ## what a change must pass: lint, test, PostgreSQL, race, fuzz, smoke load without and with a kill -9 in it, a burst, a race for stock, a flood, a storm, torture
	$(MAKE) -j2 -Otarget lint test-postgres
	$(if $(TESTED),,$(MAKE) test)
	$(MAKE) race
	$(MAKE) fuzz
	$(MAKE) load SCENARIO=smoke
	$(MAKE) load SCENARIO=smoke ARGS='--duration 10s --kill-after 4s'
	$(MAKE) load SCENARIO=burst ARGS='--duration 3s --untimed'
	$(MAKE) load SCENARIO=reserve ARGS='--duration 2s --links 300 --pieces 20 --think 2s'
	$(MAKE) load SCENARIO=flood ARGS='--duration 6s --links 200 --rate 200 --half-open 500 --set transport.links.half_open=256 --untimed'
	$(MAKE) load SCENARIO=flood ARGS='--tls --duration 6s --links 200 --rate 200 --half-open 500 --untimed'
	$(MAKE) load SCENARIO=storm ARGS='--duration 6s --links 200 --rate 200 --storm 800 --set transport.links.per_address_rate=10 --untimed'
	$(MAKE) -j2 -Otarget tortures page
	@if ! why="$$(.ci/node)"; then echo "$$why: the console is taken as it was built, and no browser drives it"; \
	else (cd $(WEB) && npm run build) && { test -z "$$(git status --porcelain $(WEB)/dist)" || \
		{ git status --short $(WEB)/dist; echo 'the committed page is not what its source builds: commit it'; exit 1; }; } && \
		if command -v chromium >/dev/null; then $(MAKE) e2e; else echo 'no chromium here: no browser drives the console'; fi; fi

# Parts of ci. The page is built after the tortures, whose server has it inside.
.PHONY: tortures page

tortures:
	$(MAKE) torture CYCLES=10
	$(MAKE) torture CYCLES=3 ENGINE=postgres

page:
	@if .ci/node >/dev/null; then $(MAKE) $(WEB)/node_modules/.package-lock.json && cd $(WEB) && npm run check && npm test; fi
