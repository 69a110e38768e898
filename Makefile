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
# Inlining takes room: these packages, on the way of no request to an emulated API, do
# without it, and so does what waits for a database anyway. "make size" builds with the same.
COLD = $(OWN)/conformance/... $(OWN)/cmd/keyturn $(OWN)/fixtures $(OWN)/specs $(OWN)/mockserver/admin/... $(OWN)/mockserver/certs \
	$(OWN)/mockserver/console/... $(OWN)/mockserver/defect $(OWN)/mockserver/proxy $(OWN)/mockserver/snapshot \
	github.com/go-json-experiment/... github.com/jackc/... github.com/oasdiff/... github.com/santhosh-tekuri/... \
	github.com/spf13/... github.com/vearutop/... go.yaml.in/... golang.org/x/text/...
OWN = github.com/keyturn/keyturn
# What the image holds, whatever machine builds it: no C library, no paths, the commit.
STATIC = CGO_ENABLED=0 go build -trimpath -buildvcs=auto $(COLD:%=-gcflags=%=-l) -ldflags "-s -w"
LINUX = bin/linux-amd64/keyturn bin/linux-arm64/keyturn

##@ Use

.PHONY: help
help: ## Show this help
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: ## Start the stand-in on 127.0.0.1:7070 (ARGS="--addr 127.0.0.1:0")
	go run ./cmd/keyturn serve $(ARGS)

.PHONY: build
build: ## Build the static binary into bin/
	$(STATIC) -o bin/keyturn ./cmd/keyturn

.PHONY: cold
cold:
	@echo $(COLD:%=-gcflags=%=-l)

.PHONY: $(LINUX)
$(LINUX): bin/linux-%/keyturn:
	GOOS=linux GOARCH=$* $(STATIC) -o $@ ./cmd/keyturn

.PHONY: image
image: $(LINUX) ## Build the image keyturn/keyturn by the Docker engine that answers (ARCH=arm64)
	docker/image

.PHONY: sbom
sbom: build $(LINUX) ## List what is in each binary, as CycloneDX beside it
	@for binary in bin/keyturn $(LINUX); do \
		GOFLAGS=-trimpath go tool -modfile=.ci/sbom/go.mod cyclonedx-gomod bin -json -std -noserial -notimestamp \
			-output $$binary.cdx.json $$binary; \
	done
	go test -count=1 -run TestSBOM ./docker/imagetest -sbom $(CURDIR)/bin

.PHONY: reproducible
reproducible: ## Build the commit twice, in two places, and compare the bytes
	.ci/reproducible

##@ Check

.PHONY: test
test: ## Run every test, under the race detector where there is a C compiler
	go test $(RACE) -timeout 10m ./...

# What answers requests, and what the answers come from.
STANDIN = ./mockserver ./mockserver/admin/... ./mockserver/console ./mockserver/mocktest ./mockserver/namespace \
	./mockserver/oauth ./mockserver/provider/... ./mockserver/rehearsal

.PHONY: states
states: ## Run the stand-in's tests and the referee's clean run with the state in a file, and in PostgreSQL
	for state in file postgres; do \
		mockserver/store/statetest/with $$state go test -count=1 -timeout 10m $(STANDIN) && \
		mockserver/store/statetest/with $$state go test -count=1 -timeout 10m -run 'TestCleanRun$$' ./cmd/keyturn || exit 1; \
	done
	go test -count=1 -timeout 10m -run TestCleanRunOverReplicas ./cmd/keyturn -checks '*'

.PHONY: kin
kin: ## Run the stand-in's tests with every value left to kin-openapi, and nothing to what is compiled
	go test -count=1 -tags keyturn_kin -timeout 10m $(STANDIN) ./mockserver/contract/...

.PHONY: crash
crash: ## Kill the server 100 times under load on each state, PostgreSQL beneath it too, and look for what was acknowledged
	go test -count=1 -timeout 30m -run '^TestCrash$$' ./mockserver/store/file ./mockserver/store/postgres -crash-rounds 100
	go test -count=1 -timeout 30m -run TestState -v ./cmd/keyturn -state-kills 100

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
browser: ## Open the console, and the referee's page of a sample and of a real run, in headless Chromium
	go test -count=1 -tags browser ./mockserver/console/browsertest -screenshots $(CURDIR)/bin/console
	go test -count=1 -tags browser ./conformance/report/browsertest
	go test -count=1 -run TestCleanRun/identity-service ./cmd/keyturn -reports $(CURDIR)/bin/reports
	go test -count=1 -tags browser ./conformance/report/browsertest -report $(CURDIR)/bin/reports/identity-service/report.html

.PHONY: foreign
foreign: build ## Run the referee against Ory Hydra, built where it is missing (ARGS=--renew)
	.ci/hydra/run $(ARGS)

.PHONY: size
size: ## Hold the binary to its size and to the table in cmd/keyturn/doc.go (ARGS=-write-size)
	go test -count=1 -run TestSize ./cmd/keyturn -size $(ARGS)

.PHONY: containers
containers: $(LINUX) docker/languages/node/node_modules ## Run the tests that need a Docker engine; one is started where none answers
	go mod download
	go -C docker/rootfs mod download
	docker/with-engine bash -euo pipefail -c 'docker/image && go test -count=1 -p 1 -timeout 10m ./docker/...'

.PHONY: kubernetes
kubernetes: ## Judge docker/kubernetes by schemas and Pod Security Standards
	go -C .ci/kubernetes test -count=1 -v .

.PHONY: workflows
workflows: ## Have actionlint read the workflows of docker/ci, and shellcheck their scripts
	.ci/recipes/run

docker/languages/node/node_modules: docker/languages/node/package-lock.json
	cd docker/languages/node && npm ci --ignore-scripts --no-audit --no-fund
	touch $@

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
	go test -run '^$$' -fuzz '^FuzzReadParent$$' $(FUZZFLAGS) ./mockserver/telemetry
	go test -run '^$$' -fuzz '^FuzzDecode$$' $(FUZZFLAGS) ./mockserver/snapshot
	go test -run '^$$' -fuzz '^FuzzForYAML$$' $(FUZZFLAGS) ./fixtures
	go test -run '^$$' -fuzz '^FuzzText$$' $(FUZZFLAGS) ./conformance/redact
	go test -run '^$$' -fuzz '^FuzzPieces$$' $(FUZZFLAGS) ./conformance/redact
	go test -run '^$$' -fuzz '^FuzzAccept$$' $(FUZZFLAGS) ./mockserver/contract/accept

.PHONY: bench
bench: ## Measure the running binary and print ratios
	go test -run '^$$' -bench Figures -benchtime 1x -timeout 15m ./mockserver/benchtest

.PHONY: bench-peers
bench-peers: build ## Measure beside the servers that people use instead, into bin/peers (ARGS=-write-peers)
	go test -run '^$$' -bench Peers -benchtime 1x -timeout 10m ./mockserver/benchtest \
		-keyturn $(CURDIR)/bin/keyturn -peers-to $(CURDIR)/bin/peers $(ARGS)

.PHONY: bench-growth
bench-growth: build ## What a request costs with more clients, secrets, namespaces and connections (ARGS=-write-growth)
	go test -run '^$$' -bench '^BenchmarkGrowth$$' -benchtime 1x -timeout 10m ./mockserver/benchtest \
		-keyturn $(CURDIR)/bin/keyturn -growth-to $(CURDIR)/bin/growth $(ARGS)

.PHONY: bench-state
bench-state: build ## What a durable rotation takes beside the engine's own commits and pgbench (ARGS=-state-million)
	go test -run '^$$' -bench State -benchtime 1x -timeout 30m ./mockserver/benchtest -keyturn $(CURDIR)/bin/keyturn $(ARGS)

.PHONY: bench-guard
bench-guard: build ## Have benchstat compare with the last release, by rounds of one run, into bin/guard (ARGS="-base COMMIT")
	go test -run '^$$' -bench Guard -benchtime 1x -timeout 5m ./mockserver/benchtest \
		-keyturn $(CURDIR)/bin/keyturn -guard-to $(CURDIR)/bin/guard $(ARGS)

.PHONY: soak
soak: build ## Keep mixed traffic up for ten minutes, and hold the last to the second (ARGS="-soak 1m")
	go test -run '^$$' -bench Soak -benchtime 1x -timeout 0 ./mockserver/benchtest -keyturn $(CURDIR)/bin/keyturn $(ARGS)

.PHONY: bench-containers
bench-containers: $(LINUX) ## Time a container from nothing to its first answer, beside one that only listens
	go mod download
	go -C docker/rootfs mod download
	docker/with-engine bash -euo pipefail -c 'docker/image && go test -run "^$$" -bench Run -benchtime 20x ./docker/mockcontainer'

.PHONY: generate
generate: ## Regenerate what is derived from the documents
	go generate ./...

.PHONY: verify
verify: generate ## Fail when a generated file or go.mod is not current
	go mod tidy
	git diff --exit-code
