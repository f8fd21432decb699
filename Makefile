# Rotation Job. `make` alone says what there is.

PREFIX ?= /usr/local
DESTDIR ?=
SWIFT ?= swift
# What `install` installs; `make build` makes it. The gate is looked for beside the job.
BINARY ?= .build/release/rotation-job
GATE_BINARY ?= $(dir $(BINARY))rotation-gate
# Read by `demo`, `bench`, `bench-token` and `fuzz`.
DEVICES ?= 60
COUNT ?= 20000
# Fleets that `bench` makes; one of 1000000 takes an hour. BENCH_JSON names a file that its numbers are added to, a line of JSON a size.
BENCH_SIZES ?= 1000 20000 100000
BENCH_JSON ?=
TOKEN_COUNT ?= 10000
FUZZ_SECONDS ?= 30
# Suites that PostgreSQL is asked as well, and those among them that are about a file of SQLite.
POSTGRES_TESTS = ^(FleetTests\.|JobTests\.(PlanAndRun|Recovery|Confirmation|Stop|HaltTests|RevocationRule)|EndToEnd\.Postgres)
SQLITE_TESTS = InventoryFileTests|MigrationTests|StorageFailureTests|BulkImportTests

# Points of each kind that `torture` tries, in a run of two batches and in one of 16; 0 for all.
TORTURE_POINTS ?= 0
BATCH_TORTURE_POINTS ?= 60

BINDIR = $(DESTDIR)$(PREFIX)/bin
SHAREDIR = $(DESTDIR)$(PREFIX)/share/rotation-job
POLICYDIR = $(SHAREDIR)/policies
CRONDIR = $(SHAREDIR)/cron
DOCDIR = $(DESTDIR)$(PREFIX)/share/doc/rotation-job
UNITDIR = $(DESTDIR)$(PREFIX)/lib/systemd/system
ISSUERDIR = $(DESTDIR)$(PREFIX)/lib/rotation-job/issuers
NOTICEDIR = $(DESTDIR)$(PREFIX)/lib/rotation-job/notices

MANDIR = $(DESTDIR)$(PREFIX)/share/man
BASHDIR = $(DESTDIR)$(PREFIX)/share/bash-completion/completions
# Where Debian's zsh and fish look, and those of most others.
ZSHDIR = $(DESTDIR)$(PREFIX)/share/zsh/vendor-completions
FISHDIR = $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d

EXAMPLEDIR = $(SHAREDIR)/examples
POLICIES = $(notdir $(wildcard policies/*.yaml policies/*.yaml.example policies/*.json))
DOCS = README.md ARCHITECTURE.md CONTRIBUTING.md SECURITY.md CHANGELOG.md LICENSE
GUIDES = $(notdir $(wildcard docs/*.md docs/*.yaml))
PROXIES = $(notdir $(wildcard examples/gate/*))
MONITORING = $(notdir $(wildcard examples/monitoring/*))
ISSUERS = openssl-ca aws-private-ca
NOTICES = $(notdir $(wildcard notices/*))
CRONFILES = INSTALL.md rotation-job.crontab rotation.yaml.example
PAGES = man1/rotation-job.1 man1/rotation-gate.1 man5/rotation.yaml.5 man5/rotation-policy.5
UNITS = rotation-job.service rotation-job.timer rotation-gate.service rotation-gate.socket
# So that links between documents lead where they lead in the source tree: NAME:TARGET, below DOCDIR.
DOCLINKS = policies:../../rotation-job/policies examples:../../rotation-job/examples cron:../../rotation-job/cron \
  issuers:../../../lib/rotation-job/issuers
RELEASE = -c release --static-swift-stdlib

SHELL = /bin/bash
.SHELLFLAGS = -euo pipefail -c
.DEFAULT_GOAL = help

.PHONY: help
help: ## Say what the targets do (this)
	@echo "Rotation Job keeps the certificates of a device fleet fresh. Targets:"
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-13s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))
	@echo
	@echo "Variables: PREFIX ($(PREFIX)), DESTDIR, BINARY ($(BINARY)), DEVICES ($(DEVICES), demo), COUNT ($(COUNT), bench), BENCH_SIZES ($(BENCH_SIZES), bench), BENCH_JSON (bench), TOKEN_COUNT ($(TOKEN_COUNT), bench-token), FUZZ_SECONDS ($(FUZZ_SECONDS), fuzz), TORTURE_POINTS ($(TORTURE_POINTS)) and BATCH_TORTURE_POINTS ($(BATCH_TORTURE_POINTS), torture)"

.PHONY: setup
setup: ## Install what the build needs and this machine lacks (Debian packages)
	@scripts/setup build

.PHONY: setup-test
setup-test: ## Install what the tests need beside that
	@scripts/setup build test

.PHONY: build
build: setup ## Build the programs for release and print where they are
	$(SWIFT) build $(RELEASE) --product rotation-job
	$(SWIFT) build $(RELEASE) --product rotation-gate
	@bin="$$($(SWIFT) build $(RELEASE) --show-bin-path)"; echo "built $$bin/rotation-job and $$bin/rotation-gate"

.PHONY: test
test: setup setup-test ## Build for debugging and run all tests, end to end too
	$(SWIFT) build --product rotation-job
	$(SWIFT) build --product rotation-gate
	$(SWIFT) test
	$(MAKE) --no-print-directory test-postgres

# What asks SQLite's own file anything is SQLite's alone.
.PHONY: test-postgres
test-postgres: setup setup-test ## Ask PostgreSQL what the tests ask of a registry, on a server that this starts and removes
	scripts/with-postgres $(SWIFT) test --filter '$(POSTGRES_TESTS)' --skip '$(SQLITE_TESTS)'

.PHONY: demo
demo: setup ## Rotate a small made fleet in demo/, step by step
	@scripts/setup demo
	$(SWIFT) build $(RELEASE) --product rotation-job
	$(SWIFT) build $(RELEASE) --product rotation-gate
	$(SWIFT) build $(RELEASE) --product FleetMaker
	@scripts/demo "$$($(SWIFT) build $(RELEASE) --show-bin-path)" $(DEVICES)

.PHONY: bench
bench: setup ## Measure the cryptography, a run over COUNT due devices, and each command over fleets of BENCH_SIZES
	$(SWIFT) build $(RELEASE) --product rotation-job
	$(SWIFT) build $(RELEASE) --product RotationBench
	@bin="$$($(SWIFT) build $(RELEASE) --show-bin-path)"; disk="$$(mktemp -d)"; memory="$$(mktemp -d -p /dev/shm)"; trap 'rm -rf "$$disk" "$$memory"' EXIT; \
	"$$bin/RotationBench"; "$$bin/RotationBench" --algorithms; "$$bin/RotationBench" --run "$$bin/rotation-job" "$$disk/run" $(COUNT); \
	rm -rf "$$disk/run"; for size in $(BENCH_SIZES); do echo; \
	BENCH_JSON="$(BENCH_JSON)" "$$bin/RotationBench" --stages "$$bin/rotation-job" "$$size" "$$memory/bench" "$$disk/bench"; done

.PHONY: instructions
instructions: setup setup-test ## Count the instructions of an import, a plan and a run, and hold them against their limits
	$(SWIFT) build $(RELEASE) --product rotation-job
	$(SWIFT) build $(RELEASE) --product FleetMaker
	@scripts/instructions "$$($(SWIFT) build $(RELEASE) --show-bin-path)" 100 import plan run

.PHONY: bench-token
bench-token: setup setup-test ## Measure a run whose authority's key is in a token of SoftHSM
	$(SWIFT) build $(RELEASE) --product rotation-job
	$(SWIFT) build $(RELEASE) --product RotationBench
	@bin="$$($(SWIFT) build $(RELEASE) --show-bin-path)"; work="$$(mktemp -d)"; trap 'rm -rf "$$work"' EXIT; \
	"$$bin/RotationBench" --token "$$bin/rotation-job" "$$work/run" $(TOKEN_COUNT)

.PHONY: bench-gate
bench-gate: setup setup-test ## Measure handshakes of the network gate, beside nginx
	$(SWIFT) build $(RELEASE) --product rotation-job
	$(SWIFT) build $(RELEASE) --product rotation-gate
	$(SWIFT) build $(RELEASE) --product RotationBench
	@bin="$$($(SWIFT) build $(RELEASE) --show-bin-path)"; work="$$(mktemp -d)"; trap 'rm -rf "$$work"' EXIT; \
	PATH="$$PATH:/usr/sbin" "$$bin/RotationBench" --gate "$$bin/rotation-job" "$$bin/rotation-gate" "$$work/gate" 5

.PHONY: fuzz
fuzz: setup ## Look for inputs that parsers fall over, FUZZ_SECONDS for each
	@scripts/fuzz $(FUZZ_SECONDS)

.PHONY: torture
torture: setup setup-test ## Kill a run, fail its calls and cut its power wherever it makes something durable (half an hour)
	$(SWIFT) build --product rotation-job
	@bin="$$($(SWIFT) build --show-bin-path)"; work="$$(mktemp -d)"; trap 'rm -rf "$$work"' EXIT; \
	torture() { .venv-test/bin/python3 -B -W ignore Tests/EndToEnd/Tools/torture.py --job "$$bin/rotation-job" "$$@"; }; \
	torture --points $(TORTURE_POINTS) "$$work/torture"; torture --devices 172 --points $(BATCH_TORTURE_POINTS) "$$work/batches"

.PHONY: lint
lint: ## Check layout and shell scripts
	$(SWIFT) format lint --strict --recursive Sources Tests Package.swift
	@if command -v shellcheck >/dev/null; then shellcheck $$(grep -lE '^#!.*sh$$' scripts/* .ci/* examples/*.sh notices/*); \
	else echo "shellcheck is not installed: shell scripts were not checked (apt-get install shellcheck)"; fi

.PHONY: format
format: ## Lay the Swift sources out
	$(SWIFT) format --in-place --recursive Sources Tests Package.swift

.PHONY: install
install: ## Install the built programs, issuers, example policies, units and documents below DESTDIR/PREFIX
	@for program in "$(BINARY)" "$(GATE_BINARY)"; do \
	  test -x "$$program" || { echo "there is no $$program: run \`make build\` first" >&2; exit 1; }; done
	install -d $(BINDIR) $(POLICYDIR) $(CRONDIR) $(EXAMPLEDIR)/gate $(EXAMPLEDIR)/monitoring $(DOCDIR)/docs $(UNITDIR) $(ISSUERDIR) $(NOTICEDIR)
	install -m 0755 "$(BINARY)" $(BINDIR)/rotation-job
	install -m 0755 "$(GATE_BINARY)" $(BINDIR)/rotation-gate
	install -m 0755 $(addprefix issuers/,$(ISSUERS)) $(ISSUERDIR)
	install -m 0755 $(addprefix notices/,$(NOTICES)) $(NOTICEDIR)
	install -m 0644 $(addprefix policies/,$(POLICIES)) $(POLICYDIR)
	install -m 0644 $(DOCS) $(DOCDIR)
	install -m 0644 $(addprefix docs/,$(GUIDES)) $(DOCDIR)/docs
	install -m 0755 examples/device-agent.sh $(EXAMPLEDIR)
	install -m 0644 examples/README.md $(EXAMPLEDIR)
	install -m 0644 $(addprefix examples/gate/,$(PROXIES)) $(EXAMPLEDIR)/gate
	install -m 0644 $(addprefix examples/monitoring/,$(MONITORING)) $(EXAMPLEDIR)/monitoring
	install -m 0644 $(addprefix cron/,$(CRONFILES)) $(CRONDIR)
	scripts/manual "$(abspath $(BINARY))" "$(abspath $(GATE_BINARY))" $(MANDIR)
	install -d $(BASHDIR) $(ZSHDIR) $(FISHDIR)
	for program in "$(abspath $(BINARY))" "$(abspath $(GATE_BINARY))"; do name="$${program##*/}"; \
	  "$$program" --generate-completion-script bash | sed '1{/^#!/d}' >"$(BASHDIR)/$$name"; "$$program" --generate-completion-script zsh >"$(ZSHDIR)/_$$name"; \
	  "$$program" --generate-completion-script fish >"$(FISHDIR)/$$name.fish"; done
	for unit in $(UNITS); do install -m 0644 "cron/$$unit" "$(UNITDIR)/$$unit"; done
	for link in $(DOCLINKS); do ln -sfn "$${link#*:}" "$(DOCDIR)/$${link%%:*}"; done
	ln -sfn ../doc/rotation-job/docs $(SHAREDIR)/docs
	sed -i 's|/usr/local/|$(PREFIX)/|g' $(addprefix $(UNITDIR)/,$(UNITS)) $(addprefix $(CRONDIR)/,$(CRONFILES)) \
	  $(DOCDIR)/*.md $(DOCDIR)/docs/*.md $(EXAMPLEDIR)/README.md

.PHONY: uninstall
uninstall: ## Take away exactly what install put there
	rm -f $(BINDIR)/rotation-job $(BINDIR)/rotation-gate $(addprefix $(POLICYDIR)/,$(POLICIES)) $(addprefix $(ISSUERDIR)/,$(ISSUERS)) $(addprefix $(NOTICEDIR)/,$(NOTICES)) \
	  $(addprefix $(DOCDIR)/,$(DOCS) $(addprefix docs/,$(GUIDES))) $(addprefix $(CRONDIR)/,$(CRONFILES)) $(addprefix $(MANDIR)/,$(PAGES)) \
	  $(foreach name,rotation-job rotation-gate,$(BASHDIR)/$(name) $(ZSHDIR)/_$(name) $(FISHDIR)/$(name).fish) \
	  $(EXAMPLEDIR)/device-agent.sh $(EXAMPLEDIR)/README.md $(addprefix $(EXAMPLEDIR)/gate/,$(PROXIES)) \
	  $(addprefix $(EXAMPLEDIR)/monitoring/,$(MONITORING)) $(addprefix $(UNITDIR)/,$(UNITS))
	@for link in $(DOCLINKS); do if [ -L "$(DOCDIR)/$${link%%:*}" ]; then rm "$(DOCDIR)/$${link%%:*}"; fi; done
	@if [ -L $(SHAREDIR)/docs ]; then rm $(SHAREDIR)/docs; fi
	@for folder in $(ISSUERDIR) $(NOTICEDIR) $(dir $(ISSUERDIR)) $(POLICYDIR) $(CRONDIR) $(EXAMPLEDIR)/gate $(EXAMPLEDIR)/monitoring $(EXAMPLEDIR) $(SHAREDIR) $(DOCDIR)/docs $(DOCDIR); do \
	  if [ -d "$$folder" ]; then rmdir --ignore-fail-on-non-empty "$$folder"; fi; done

.PHONY: deb
deb: ## Build the Debian packages into dist/, from BINARY where it is there
	@scripts/setup package
	@test -x "$(BINARY)" -a -x "$(GATE_BINARY)" || $(MAKE) build
	mkdir -p dist
	env BINARY="$(abspath $(BINARY))" GATE_BINARY="$(abspath $(GATE_BINARY))" DEB_DESTDIR="$(abspath dist)" debian/rules binary
	lintian --fail-on error,warning dist/*.deb
	dh_clean

.PHONY: tarball
tarball: ## Pack what install installs into dist/, to be unpacked anywhere
	@test -x "$(BINARY)" -a -x "$(GATE_BINARY)" || $(MAKE) build
	@stage="$$(mktemp -d)"; trap 'rm -rf "$$stage"' EXIT; name="rotation-job-$$("$(BINARY)" --version)-$$(uname -m)"; \
	$(MAKE) -s install DESTDIR="$$stage/" PREFIX=/usr/local BINARY="$(BINARY)" GATE_BINARY="$(GATE_BINARY)"; \
	strip "$$stage"/usr/local/bin/*; mv "$$stage/usr/local" "$$stage/$$name"; mkdir -p dist; \
	tar -C "$$stage" --owner=0 --group=0 --sort=name -czf "dist/$$name.tar.gz" "$$name"; echo "packed dist/$$name.tar.gz"

.PHONY: test-packages
test-packages: deb tarball ## Install, use, upgrade, remove and purge the packages in roots of Debian 12 and 13 (root, debootstrap, a network)
	@scripts/setup package-test
	scripts/test-packages dist bookworm trixie

.PHONY: clean
clean: ## Remove what the build and the demo made
	rm -rf .build dist
	@if [ -f demo/.made-by-demo ]; then rm -rf demo; fi
