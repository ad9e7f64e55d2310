# Mikra: everything a person runs here, by one word. `make` alone lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
WORKERS ?= 2
VENV := .venv
CORE := .venv-core
RUN := $(VENV)/bin/python
INSTALL := -m pip install --quiet --disable-pip-version-check

# Commands start twice as fast from compiled modules, and the tests start many.
unexport PYTHONDONTWRITEBYTECODE

# The EU's own published files, where somebody has put them beside this folder. Never needed, always said.
ifndef MIKRA_PUBLISHED
ifneq ($(wildcard ../shared/elm),)
export MIKRA_PUBLISHED := $(abspath ../shared)
endif
endif

DRILLS := R1 R2 R3 R4 R5 R6 R7 R8 R9 R10 R11 R12 R13 R14 R15 R16 R17 R18

.PHONY: help demo demo-clean test check test-system core-test bench drill faults lock sbom docs clean $(DRILLS)

help:  ## List these words
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: $(VENV)/.demo  ## Seal a messy class list, verify every credential, and see where it all lies
	$(VENV)/bin/mikra demo

demo-clean:  ## Remove what the demonstration made
	rm -rf demo-output

test: $(VENV)/.dev  ## Everything that a change must pass (REQUIRE_ALL=1: a skipped test fails)
	@$(MAKE) --no-print-directory --jobs=2 check test-system
	@echo "Published files of the EU: $${MIKRA_PUBLISHED:-none at hand; their tests are skipped}"
	$(RUN) -m pytest -n $(WORKERS) --dist worksteal --ignore=tests/house --beside-core
	MIKRA_TEST_DATABASE=postgresql $(RUN) -m pytest -q -n $(WORKERS) --dist worksteal tests/server
	@$(MAKE) --no-print-directory core-test

check: $(VENV)/.dev  ## Style, types, layers and the rules of the house
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	MIKRA_HOME=build/mypy $(RUN) -m mypy
	$(VENV)/bin/lint-imports --no-logo
	$(RUN) -m pytest -q -n $(WORKERS) --dist worksteal tests/house

test-system: $(CORE)/.core
	@tools/install-test-system.sh
	@tools/install-conformance.sh

core-test: $(VENV)/.dev $(CORE)/.core  ## The tests where only the core's own requirements are installed
	rm -rf build/core
	$(RUN) -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir build/core .
	$(CORE)/bin/python $(INSTALL) --no-deps --no-index --force-reinstall build/core/*.whl
	env -u REQUIRE_ALL $(CORE)/bin/python -m pytest -q -n $(WORKERS) --dist worksteal --ignore=tests/house --ignore=tests/server --ignore=tests/journeys -o cache_dir=build/core/cache

bench: $(VENV)/.dev  ## The table of speeds, beside raw signing and the peers that install here
	@tools/install-peers.sh || echo "Some peers did not install; their columns are empty."
	$(RUN) -m benchmarks.run

drill: $(VENV)/.dev  ## The long drills, all that are not yet done or by name: make drill R3
	@tools/install-test-system.sh
	$(RUN) -m tools.drill $(filter $(DRILLS),$(MAKECMDGOALS))

$(DRILLS):
	@:

faults: $(VENV)/.dev  ## Remove each check in turn: some test must notice (FAULTS="sd_jwt" for a part)
	$(RUN) -m tools.faults $(FAULTS)

docs: $(VENV)/.dev  ## Write what the docs take from the code: outputs of commands, codes, counts of translations
	$(RUN) -m tools.house.codes_page
	$(RUN) -m tools.house.commands_page
	$(RUN) -m tools.vocabulary.translations
	$(RUN) -m tools.house.guides --write

lock: $(VENV)/.dev  ## Pin the requirements anew (UPGRADE=1: to the newest)
	UV=$(VENV)/bin/uv tools/lock.sh $(if $(UPGRADE),--upgrade)

sbom: $(VENV)/.dev  ## Write the bill of materials of the pinned requirements: build/sbom.json (CycloneDX)
	@mkdir -p build
	$(RUN) -m tools.sbom > build/sbom.json
	@echo "build/sbom.json"

clean:  ## Remove everything that was made here, environments included
	rm -rf $(VENV) $(CORE) .peers tests/conformance/node_modules build dist demo-output .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

# One environment for demonstration and work (the larger set of requirements contains the smaller),
# one beside it for the core alone. A stamp says that it is there; changed requirements make it anew.
$(VENV)/bin/python:
	PYTHON=$(PYTHON) tools/make-venv.sh $(VENV)

$(CORE)/bin/python:
	PYTHON=$(PYTHON) tools/make-venv.sh $(CORE)

$(VENV)/.demo: requirements/demo.txt pyproject.toml | $(VENV)/bin/python
	$(RUN) $(INSTALL) --require-hashes -r requirements/demo.txt
	$(RUN) $(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.txt pyproject.toml | $(VENV)/bin/python
	$(RUN) $(INSTALL) --require-hashes -r requirements/dev.txt
	$(RUN) $(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@ $(VENV)/.demo

$(CORE)/.core: requirements/core-test.txt | $(CORE)/bin/python
	$(CORE)/bin/python $(INSTALL) --require-hashes -r requirements/core-test.txt
	@touch $@
