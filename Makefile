# Trade2026: `make help` lists what can be done here.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# The first interpreter on the path that is new enough; `make up PYTHON=/path/to/python` overrides.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)
VENV := .venv
PY := $(VENV)/bin/python
INSTALL := $(PY) tools/install_locked.py
CHECKED := $(wildcard src tools tests bench examples)
SEEDS ?= 500
KILLS ?= 20
REQUESTS ?= 10000
MESSAGES ?= 100000
STEPS ?= 100000
WORKERS ?= 2
# What tests need beside packages, on one core mostly: done while style and types are checked on another.
# The page comes before the compiled core, whose stamp has every file of the package in it.
PREPARE := { $(PY) tools/compile_market.py && $(PY) tools/build_page.py --check \
	&& $(PY) tools/install_chromium.py && $(PY) tools/compile_core.py --if-possible; }
NAME ?=
PORT :=
MARKET :=
HOST :=

# Tests start hundreds of processes; without bytecode that is kept each of them compiles all sources anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help:  ## List the targets
	@grep -hE '^[a-z][a-z-]*:.*## ' $(MAKEFILE_LIST) \
		| awk -F':.*## ' '{ printf "  make %-14s %s\n", $$1, $$2 }'

.PHONY: up
up: $(PY)  ## Install what the desk needs into .venv, build the page, start the desk: make up PORT=9000 MARKET=sp500
	@$(PY) tools/build_page.py & page=$$!; trap "kill $$page 2>/dev/null || true" EXIT; \
		$(INSTALL) market; PYTHONPATH=src $(PY) tools/compile_market.py & market=$$!; \
		trap "kill $$page $$market 2>/dev/null || true" EXIT; \
		$(INSTALL) run; wait $$market; wait $$page
	@$(VENV)/bin/trade2026 up $(if $(PORT),--port $(PORT)) $(if $(HOST),--host $(HOST)) $(if $(MARKET),--market $(MARKET))

.PHONY: down
down: $(PY)  ## Stop the desk
	@$(INSTALL) run
	@$(VENV)/bin/trade2026 down

.PHONY: status
status: $(PY)  ## Show the desk's processes
	@$(INSTALL) run
	@$(VENV)/bin/trade2026 status || true

.PHONY: logs
logs: $(PY)  ## Show what the desk's processes said, and go on until Ctrl-C
	@$(INSTALL) run
	@$(VENV)/bin/trade2026 logs -f

.PHONY: page
page: $(PY)  ## Build the page from web/ where its sources changed
	@$(PY) tools/build_page.py --required

.PHONY: backtest
backtest: $(PY)  ## Run momentum on the S&P 500 sample, without a desk
	@$(INSTALL) run
	@$(VENV)/bin/trade2026 backtest momentum --data sp500

.PHONY: test
test: install-test  ## Install what tests need and run everything: lint, types, imports, page, tests
	@mkdir -p build; $(PREPARE) > build/prepared.txt 2>&1 & preparing=$$!; \
		trap "kill $$preparing 2>/dev/null || true" EXIT; $(MAKE) lint types imports; \
		wait $$preparing && code=0 || code=$$?; cat build/prepared.txt; exit $$code
	$(PY) -m pytest -n $(WORKERS) --dist worksteal --durations=40 --durations-min=4

.PHONY: lint
lint: install-test  ## Check style, format and determinism
	$(VENV)/bin/ruff check $(CHECKED)
	$(VENV)/bin/ruff format --check $(CHECKED)
	$(PY) -m tools.determinism_lint

.PHONY: types
types: install-test  ## Check types (mypy, strict)
	$(VENV)/bin/mypy $(CHECKED)

.PHONY: imports
imports: install-test  ## Check that imports point down the layers
	$(VENV)/bin/lint-imports --no-cache

.PHONY: format
format: install-test  ## Format the code and mend what ruff can mend
	$(VENV)/bin/ruff check --fix $(CHECKED)
	$(VENV)/bin/ruff format $(CHECKED)

.PHONY: simulate
simulate: install-test  ## Simulate the desk under faults of disk, clock, process and venue: make simulate SEEDS=500 [VENUE=PRISM]
	$(PY) -m tests.simulation.run --seeds $(SEEDS) $(if $(VENUE),--venue $(VENUE))

.PHONY: crash
crash: install-test  ## Kill a loaded desk at random points and check what it acknowledged: make crash KILLS=20
	$(PY) -m tests.crash.run --kills $(KILLS)

.PHONY: crash-prism
crash-prism: install-test  ## Kill a desk and the simulated market it trades on, compare their books: make crash-prism KILLS=20
	$(PY) -m tests.crash.prism --kills $(KILLS)

.PHONY: fuzz
fuzz: install-test  ## Ask API and Binance door what nobody foresaw: make fuzz REQUESTS=100000 MESSAGES=1000000
	$(PY) -m tests.fuzz.door --messages $(MESSAGES)
	$(PY) -m tests.fuzz.run --requests $(REQUESTS)

.PHONY: histories
histories: install-test  ## Play random histories of the pure engines: make histories STEPS=100000
	$(PY) -m tests.oms.whole_life --steps $(STEPS)

.PHONY: mutants
mutants: install-test  ## Break the core on purpose and check that the simulation notices
	$(PY) -m tests.simulation.mutants

.PHONY: bench
bench: install-test  ## Run one benchmark, or list them: make bench NAME=replay
	$(PY) -m bench $(if $(NAME),$(NAME),--list)

.PHONY: bench-report
bench-report: install-test  ## Run the benchmarks and write docs/benchmarks.md
	$(PY) -m bench report

.PHONY: compile
compile: install-test  ## Compile the hot path into build/compiled; use it with PYTHONPATH=build/compiled
	@$(PY) -m tools.compile_core

.PHONY: compiled-check
compiled-check: compile  ## Check that the compiled build gives the bytes that plain Python gives
	$(PY) -m pytest tests/compiled
	$(PY) -m tests.compiled.run

.PHONY: lock
lock: $(PY)  ## Compile requirements/*.in into hash-locked *.txt (UPGRADE=1 takes newer versions)
	@$(INSTALL) lock
	@$(PY) tools/lock.py $(if $(UPGRADE),--upgrade)

.PHONY: clean
clean:  ## Remove the environment, caches and build products; data folders stay
	rm -rf $(VENV) build dist web/node_modules src/trade2026/web/dist src/*.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find src tests tools -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: install-test
install-test: $(PY)
	@$(INSTALL) test

$(PY):
	@if [ -z "$(PYTHON)" ]; then \
		echo "Trade2026 needs Python 3.11 or newer; none was found on the path."; \
		echo "Install one, or name it: make up PYTHON=/path/to/python3.12"; exit 1; fi
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Trade2026 needs Python 3.11 or newer; $(PYTHON) is $$("$(PYTHON)" --version 2>&1)."; exit 1; }
	@"$(PYTHON)" -m venv $(VENV) || { rm -rf $(VENV); \
		echo "$(PYTHON) could not create a virtual environment."; \
		echo "Install its venv module (Debian, Ubuntu: apt install python3-venv) and run make again."; exit 1; }
