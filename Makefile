# Every target works without network once the modules are downloaded. The lint tool and benchstat are pinned in tools/go.mod.
GO    ?= go
TOOLS := $(CURDIR)/bin

.PHONY: help build test race client lint fmt fmt-diff script fuzz bench golden screenshots axe check clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "%-11s %s\n", $$1, $$2}'

build: ## build the binary into ./bin
	$(GO) build -trimpath -ldflags '-s -w' -o bin/rollcall ./cmd/rollcall

test: ## run every test
	$(GO) test ./...

race: ## run every test under the race detector, one package at a time: tests that watch the clock need a processor
	$(GO) build -race ./...
	$(GO) test -race -p 1 ./...

bin/golangci-lint: tools/go.mod
	cd tools && $(GO) build -o $(TOOLS)/golangci-lint github.com/golangci/golangci-lint/v2/cmd/golangci-lint

bin/benchstat: tools/go.mod
	cd tools && $(GO) build -o $(TOOLS)/benchstat golang.org/x/perf/cmd/benchstat

bin/oapi-codegen: tools/go.mod
	cd tools && $(GO) build -o $(TOOLS)/oapi-codegen github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen

client: bin/oapi-codegen ## make a client of the API from its OpenAPI document, and use it
	OAPI_CODEGEN=$(TOOLS)/oapi-codegen $(GO) test -count=1 -run GeneratedClient ./system/service

lint: bin/golangci-lint ## run the linters, and prove that the rules of the house bite
	bin/golangci-lint run ./...
	GOLANGCI_LINT=$(TOOLS)/golangci-lint $(GO) test -count=1 -run Planted ./system/internal/archtest

fmt: bin/golangci-lint ## format the tree
	bin/golangci-lint fmt ./...

fmt-diff: bin/golangci-lint ## fail if the tree is not formatted
	bin/golangci-lint fmt --diff ./...

script: ## run the binary as the scripts in cmd/rollcall/testdata/script
	$(GO) test -count=1 -run Script ./cmd/rollcall

FUZZTIME ?= 10s
fuzz: ## run each fuzz target for FUZZTIME
	@for pkg in $$($(GO) list ./...); do \
	  for target in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz'); do \
	    echo "$$pkg $$target"; $(GO) test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) $$pkg || exit 1; \
	  done; \
	done

bench: ## measure rounds, reading, streams and serving beside plain programs, in one run (about 7 minutes)
	$(GO) run ./cmd/rollcall-bench

screenshots: ## make the pictures of the README (needs Chromium)
	ROLLCALL_SCREENSHOTS=$(CURDIR)/docs/images $(GO) test -count=1 -run '^TestScreenshots$$' ./system/gateway/dashboard

golden: ## rewrite golden files and generated documents
	$(GO) test $$(grep -rlE --include='*_test.go' 'flag.Bool\("update"|rollcall/system/testkit"' . | xargs -n1 dirname | sort -u) -update

check: fmt-diff lint race script ## everything a change must pass

AXE := 4.14.1
axe: .cache/axe-$(AXE)/axe.min.js ## fetch axe-core, which checks the dashboard's accessibility (needs npm)

.cache/axe-$(AXE)/axe.min.js:
	mkdir -p $(@D)
	cd $(@D) && npm pack --silent axe-core@$(AXE) >/dev/null && tar -xzf axe-core-$(AXE).tgz --strip-components=1 package/axe.min.js

clean: ## remove what the targets made
	rm -rf bin .cache
