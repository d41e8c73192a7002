# Needs python3 (3.11 or newer) with venv, and make. Everything else is installed into .venv.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
ARGS   ?=

.DEFAULT_GOAL := help
.PHONY: help demo test test-kafka test-live check bench attack damage fuzz score load chaos format clean

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

demo: $(VENV)/.run ## redact the bundled raw logs into ./edgesieve-demo/ and show what changed
	@$(BIN)/edgesieve demo $(ARGS)

test: $(VENV)/.dev ## run all tests (ARGS="-k word" for some)
	@$(BIN)/python -m pytest $(ARGS)

test-kafka: $(VENV)/.dev ## tests on a real Kafka, which comes by Maven (needs java and mvn)
	@$(BIN)/python -m pytest -n 0 -m kafka tests/servers $(ARGS)

check: $(VENV)/.dev ## format, lint, types, import rules; no tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	@./.ci/pyright $(BIN)

bench: $(VENV)/.dev ## measure speed and memory against the bare codec
	@$(BIN)/python -m tests.bench.run $(ARGS)

attack: $(VENV)/.dev ## what survives of secrets, by hand and by generator, and what is slow (5 minutes)
	@$(BIN)/python -m tests.attack.report $(ARGS)

damage: $(VENV)/.dev ## what is changed of 200,000 clean records (5 minutes)
	@$(BIN)/python -m tests.attack.damage $(ARGS)

fuzz: $(VENV)/.dev ## fuzz URLs, headers, text and codec for a minute (ARGS="600 url": for ten, one of them)
	@$(BIN)/python -m tests.attack.fuzz $(ARGS)

score: $(VENV)/.dev ## what detection is worth: recall, false alerts, time to detect on made-up traffic (40 minutes)
	@$(BIN)/python -m tests.simulator.score $(ARGS)

load: $(VENV)/.dev ## how fast a live run takes uploads in, for three minutes (ARGS="--seconds 30", --big)
	@$(BIN)/python -m tests.live.load $(ARGS)

test-live: $(VENV)/.dev ## kill a live run and its workers under load, twice each: nothing is lost, nothing comes twice
	@$(BIN)/python -m tests.live.chaos --runs 2 $(ARGS)

chaos: $(VENV)/.dev ## the same for long: 20 random runs of each (up to three hours)
	@$(BIN)/python -m tests.live.chaos --runs 20 $(ARGS)

format: $(VENV)/.dev ## write the format that check asks for
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

clean: ## remove the environment and what the tools keep
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache edgesieve-demo .kafka
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'edgesieve: $(PYTHON) is too old; right would be Python 3.11 or newer: make PYTHON=python3.11' >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
		{ rm -rf $(VENV); echo 'edgesieve: $(PYTHON) cannot make an environment; on Debian: apt-get install python3-venv' >&2; exit 1; }

# Two stamps: `make demo` installs only what the program itself needs.
$(VENV)/.run: pyproject.toml | $(BIN)/python
	@echo 'installing edgesieve into $(VENV) …'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@$(BIN)/python -m compileall -q edgesieve.py redactors detectors pipeline # quick starts where Python may not write
	@touch $@

$(VENV)/.dev: pyproject.toml | $(BIN)/python
	@echo 'installing edgesieve and the tools of its developers into $(VENV) …'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@$(BIN)/python -m compileall -q edgesieve.py redactors detectors pipeline
	@touch $@ $(VENV)/.run
