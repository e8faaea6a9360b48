# Everything that a developer does here. make help lists it.

GO            ?= go
FUZZTIME      ?= 30s
CHECKS        ?= 100000
LINT_VERSION  := v2.15.0
VERSION       ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LINT          := bin/golangci-lint
# The packages whose tests have golden files.
GOLDEN         = $(shell grep -rlE '(flag\.Bool|Lookup)\("update"|connectortest\.Run' --include='*_test.go' . | xargs -n1 dirname | sort -u)

.DEFAULT_GOAL := help
.PHONY: help demo build test torture check golden docs fuzz properties bench clean

help: ## list what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

demo: ## play a conversation on each channel against simulated providers, and serve on
	$(GO) run ./cmd/causeway demo

build: ## make bin/causeway, one static file
	CGO_ENABLED=0 $(GO) build -buildvcs=false -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o bin/causeway ./cmd/causeway

test: ## run all tests, and fuzz what reads webhooks for FUZZTIME each (30s)
	@GO='$(GO)' FUZZTIME='$(FUZZTIME)' ./scripts/test

torture: ## the long forms: 10,000 kills, power cuts, faulty and full disks; an hour, prints figures
	@GO='$(GO)' ./scripts/torture

check: $(LINT) ## gofmt, go vet, golangci-lint, and generated pages that are not as generated
	@unformatted=$$(gofmt -l $$(git ls-files --cached --others --exclude-standard '*.go')); \
	  if [ -n "$$unformatted" ]; then echo "gofmt -w is wanted on:"; echo "$$unformatted"; exit 1; fi
	$(GO) vet ./...
	$(LINT) run ./...
	$(GO) test -count=1 -run '^TestPages$$' ./connectors

golden: ## write the golden files anew; read the diff that follows
	$(GO) test $(GOLDEN) -update
	@git diff --stat

docs: ## write what is generated of README.md, docs/channels.md and docs/faults.md
	$(GO) test -count=1 -run '^TestPages$$' ./connectors -update

fuzz: ## run every fuzz target for FUZZTIME each: make fuzz FUZZTIME=10m
	@GO='$(GO)' ./scripts/fuzz '$(FUZZTIME)' Fuzz

properties: ## what must hold of every rendering, on CHECKS generated messages (100000); half an hour
	$(GO) test -count=1 -timeout 5h -run '^(TestFitHoldsItsPromises|TestNothingIsLostInSilence|TestEachLeafIsReadOrTold|TestWhatValidatesIsShown)$$' \
	  ./core ./connectors ./kommunicate -rapid.checks=$(CHECKS)

bench: ## measure beside bare programs, some minutes (docs/performance.md); go run ./bench -quick takes one
	$(GO) run ./bench

clean: ## remove what was built
	rm -rf bin causeway

$(LINT): Makefile
	GOBIN=$(CURDIR)/bin $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION)
	@touch $@
