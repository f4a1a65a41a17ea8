# The words a developer and CI share. `make help` lists them.
PYTHON ?= python3.11
JOBS ?= auto
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
AGENT_BIN := agent/.venv/bin
AGENT_READY := agent/.venv/.ready
SCANNERS := .scanners
SCANNERS_READY := $(SCANNERS)/.ready

.DEFAULT_GOAL := help
.PHONY: help setup demo test faults rules lint format agent agent-trixie agent-drivers guests bench docs requirements clean

help:  ## what each target does
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: $(READY)  ## make .venv with pinned, hashed dependencies

# Every dependency comes from the hashed list; the project itself is then added without asking an index for anything.
$(READY): requirements/dev.txt pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Setpoint needs $(PYTHON); say where one is: make PYTHON=/path/to/python3" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# What the agent is tested with (frameworks, servers, drivers) is a world of its own, apart from Setpoint's.
$(AGENT_READY): agent/requirements/test.txt
	$(PYTHON) -m venv agent/.venv
	$(AGENT_BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r agent/requirements/test.txt
	@touch $@

# Programs that Setpoint runs where they are; their libraries are at other versions than ours.
$(SCANNERS_READY): requirements/scanners.txt
	$(PYTHON) -m venv $(SCANNERS)
	$(SCANNERS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/scanners.txt
	@touch $@

demo: $(READY)  ## the whole loop on a small production; KEEP=1 leaves it running
	$(BIN)/python -m demo $(if $(KEEP),--keep)

test: $(READY) $(AGENT_READY) $(SCANNERS_READY)  ## every test but the long ones: `faults`, `guests`, `agent-trixie`; JOBS=1: one by one
	$(BIN)/pytest -n $(JOBS) --dist loadfile tests/unit tests/contract tests/integration tests/e2e
	cd agent && .venv/bin/pytest tests/unit tests/integration

faults: $(READY)  ## some twenty minutes of killing, stopping and lying to it
	$(BIN)/pytest tests/faults

rules: $(SCANNERS_READY)  ## the semgrep rules over their examples, without a network
	PATH=$(CURDIR)/$(SCANNERS)/bin:$$PATH semgrep --metrics off --disable-version-check --oss-only --test rules/semgrep

lint: $(READY) $(AGENT_READY)  ## style, types, architecture, and the README's help text
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	cd agent && .venv/bin/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m docs.check

format: $(READY)  ## put the code in the agreed shape
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

agent: $(AGENT_READY)  ## the agent alone: style, types, unit and integration tests
	cd agent && .venv/bin/ruff check && .venv/bin/ruff format --check && .venv/bin/mypy
	cd agent && .venv/bin/pytest tests/unit tests/integration

agent-trixie:  ## the agent's unit tests on Debian trixie's Python 3.13; needs root and debootstrap
	agent/tests/trixie.sh tests/unit

agent-drivers: $(AGENT_READY)  ## the agent with drivers built against the system's libraries, and MariaDB's and OpenLDAP's servers
	$(AGENT_BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r agent/requirements/drivers.txt
	cd agent && .venv/bin/pytest tests/drivers

guests: $(AGENT_READY)  ## some ten minutes: others' test suites with the agent loaded, load, forks, fuzzing
	cd agent && .venv/bin/pytest tests/guest tests/fuzz

bench: $(READY)  ## every benchmark, each against a named peer
	@for each in bench/bench_*.py bench/drift_truth.py; do echo "== $$each"; $(BIN)/python -m "bench.$$(basename $$each .py)" || exit 1; done

docs: $(READY)  ## rewrite the parts of the docs that the program itself tells
	$(BIN)/python -m docs.check --write

requirements:  ## pin every dependency again, newest versions
	$(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --universal --python-version 3.11 pyproject.toml -o requirements/base.txt
	$(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --universal --python-version 3.11 --extra aws pyproject.toml -o requirements/aws.txt
	$(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --universal --python-version 3.11 --extra dev pyproject.toml requirements/build.in -o requirements/dev.txt
	$(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --universal --python-version 3.11 requirements/iast.in -o requirements/iast.txt
	$(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --universal --python-version 3.11 requirements/identity.in -o requirements/identity.txt
	$(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --universal --python-version 3.11 agent/requirements/test.in -o agent/requirements/test.txt
	$(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --universal --python-version 3.11 agent/requirements/guests.in -o agent/requirements/guests.txt
	$(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --universal --python-version 3.11 agent/requirements/drivers.in -o agent/requirements/drivers.txt
	$(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --universal --python-version 3.11 requirements/overhead.in -o requirements/overhead.txt
	$(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --universal --python-version 3.11 requirements/dast-wapiti.in -o requirements/dast-wapiti.txt
	$(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --universal --python-version 3.11 requirements/dast-schemathesis.in -o requirements/dast-schemathesis.txt
	$(BIN)/uv pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --universal --python-version 3.11 requirements/scanners.in -o requirements/scanners.txt

clean:  ## remove what this file made
	rm -rf $(VENV) $(SCANNERS) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache demo/.run bench/.run
	rm -rf agent/.venv agent/.run agent/.mypy_cache agent/.ruff_cache agent/.pytest_cache agent/.hypothesis
