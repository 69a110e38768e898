SHELL := bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --warn-undefined-variables --no-builtin-rules
.DEFAULT_GOAL := help

# The race detector links with a C compiler; without one the tests run without it.
RACE := $(if $(filter 1,$(shell go env CGO_ENABLED)),-race)
# A count and not a time: a run that ends by the clock can fail with "context deadline
# exceeded" though nothing was found (golang/go#75804).
FUZZTIME ?= 100000x
# Shrinking what is merely new would take most of the time.
FUZZFLAGS = -fuzztime $(FUZZTIME) -fuzzminimizetime 1s
ARGS ?=

##@ Use

.PHONY: help
help: ## Show this help
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: ## Start the stand-in on 127.0.0.1:7070 (ARGS="--addr 127.0.0.1:0")
	go run ./cmd/keyturn serve $(ARGS)

.PHONY: build
build: ## Build the static binary into bin/
	CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o bin/keyturn ./cmd/keyturn

##@ Check

.PHONY: test
test: ## Run every test, under the race detector where there is a C compiler
	go test $(RACE) -timeout 10m ./...

.PHONY: lint
lint: ## Run the linters (.golangci.yml says why a rule is off)
	go tool -modfile=.ci/tools/go.mod golangci-lint run ./...

.PHONY: sdk
sdk: mockserver/sdktest/node_modules ## Run the vendors' official Node clients against the binary
	go test -count=1 -tags sdk -timeout 5m -v ./mockserver/sdktest

mockserver/sdktest/node_modules: mockserver/sdktest/package-lock.json
	cd mockserver/sdktest && npm ci
	touch $@

.PHONY: browser
browser: ## Open the referee's page, of a sample and of a real run, in headless Chromium
	go test -count=1 -tags browser ./conformance/report/browsertest
	go test -count=1 -run TestCleanRun/identity-service ./cmd/keyturn -reports $(CURDIR)/bin/reports
	go test -count=1 -tags browser ./conformance/report/browsertest -report $(CURDIR)/bin/reports/identity-service/report.html

.PHONY: foreign
foreign: build ## Run the referee against Ory Hydra, built where it is missing (ARGS=--renew)
	.ci/hydra/run $(ARGS)

.PHONY: matrix
matrix: ## Plant every defect, compare what finds it, then ten clean runs (ARGS=-write-kills)
	GOGC=400 go test -count=1 -timeout 30m -parallel 16 -run TestKillMatrix ./cmd/keyturn -defects '*' $(ARGS)
	GOGC=400 go test -count=1 -timeout 10m -parallel 4 -run TestMeetingRotations ./cmd/keyturn -defects '*'
	go test -count=1 -run TestKillPage ./cmd/keyturn $(ARGS)
	go test -count=10 -timeout 10m -run 'TestCleanRun$$' ./cmd/keyturn

.PHONY: fuzz
fuzz: ## Fuzz each target with FUZZTIME inputs
	go test -run '^$$' -fuzz '^FuzzParseWorld$$' $(FUZZFLAGS) ./fixtures
	go test -run '^$$' -fuzz '^FuzzRequest$$' $(FUZZFLAGS) ./mockserver
	go test -run '^$$' -fuzz '^FuzzSignature$$' $(FUZZFLAGS) ./mockserver
	go test -run '^$$' -fuzz '^FuzzDecode$$' $(FUZZFLAGS) ./mockserver/wire
	go test -run '^$$' -fuzz '^FuzzRedact$$' $(FUZZFLAGS) ./mockserver/journal
	go test -run '^$$' -fuzz '^FuzzForYAML$$' $(FUZZFLAGS) ./mockserver/admin
	go test -run '^$$' -fuzz '^FuzzText$$' $(FUZZFLAGS) ./conformance/redact
	go test -run '^$$' -fuzz '^FuzzPieces$$' $(FUZZFLAGS) ./conformance/redact

.PHONY: bench
bench: ## Measure the running binary and print ratios
	go test -run '^$$' -bench Figures -benchtime 1x -timeout 15m ./mockserver/benchtest

.PHONY: generate
generate: ## Regenerate what is derived from the documents
	go generate ./...

.PHONY: verify
verify: generate ## Fail when a generated file or go.mod is not current
	go mod tidy
	git diff --exit-code
