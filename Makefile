# Every habit of the project as one word. `make` alone lists them.
# Needs make and Python 3.11 or 3.12; everything else is installed into .venv. No root, no Docker.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 13))
PYTHON ?= $(shell for p in python3.11 python3.12 python3; do \
	"$$p" -c '$(SUPPORTED)' 2>/dev/null && command -v "$$p" && break; done)

VENV := .venv
PY := $(VENV)/bin/python
TIMEBANK := $(VENV)/bin/timebank
PYTEST := $(PY) -m pytest
STAMP := $(VENV)/.stamp

SEEDS ?= 100
ROUNDS ?= 3
KILLS ?= 24
FAST_TESTS = $(wildcard tests/unit tests/scenarios)
# Two processes, as the smallest machine has two cores; tests that start a city of their own run one after the other.
PARALLEL := -n 2
JS_TESTS = $(wildcard tests/js/*.test.js tests/js/*.test.mjs)

.PHONY: help setup check format lint types imports tidy docs-check vectors-check fast js \
	third-party test demo city city-down sim chaos mutants fuzz laws bench features docs vectors clean

help: ## List the targets, one sentence each.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# --- From nothing -----------------------------------------------------------------------------------------------

setup: $(STAMP) ## Make .venv and install the project into it, editable, with every tool.

$(STAMP): pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or 3.12 is needed; name it with make PYTHON=/path/to/python" >&2; exit 1; }
	@$(PY) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: setup ## Play the whole story in a city of four real nodes, audit its archive, leave proofs in var/demo.
	$(TIMEBANK) city story --demo --dir var/demo

city: setup ## Start a city of four nodes in the background and print its addresses.
	$(TIMEBANK) city up

city-down: setup ## Stop the city that `make city` started.
	$(TIMEBANK) city down

# --- Yes or no --------------------------------------------------------------------------------------------------

check: format lint types imports tidy docs-check vectors-check fast js ## Everything that answers within a minute; `make -k check` goes on after a fault.

format: setup ## Is every Python file formatted?
	$(PY) -m ruff format --check --quiet .

lint: setup ## Does ruff accept every Python file?
	$(PY) -m ruff check --quiet .

types: setup ## Does mypy, strict, accept node, wallet and scripts?
	$(PY) -m mypy --no-error-summary

imports: setup ## Do all imports point down (the contracts in pyproject.toml)?
	$(VENV)/bin/lint-imports

tidy: setup ## Sizes, names, words: what a reviewer should not have to say.
	$(PYTEST) tests/test_tidy.py

docs-check: setup ## Do the documents agree with the code?
	$(PY) -m scripts.gen_docs --check
	$(PYTEST) tests/test_docs.py

vectors-check: setup ## Do the committed test vectors equal what the code makes?
	$(PY) -m scripts.gen_vectors --check

fast: setup ## The tests that start no process and search nothing long.
	$(PYTEST) $(PARALLEL) -m "not slow" $(FAST_TESTS)

js: ## The vectors once more, in JavaScript, where Node.js is installed.
	@if ! command -v node >/dev/null; then echo "left out: tests/js, because Node.js is not installed"; \
	elif [ -z "$(JS_TESTS)" ]; then echo "left out: tests/js holds no test"; \
	else node --test --test-reporter=spec $(JS_TESTS); fi

third-party: setup ## Do tools made for other logs (Go's sumdb, transparency-dev) verify a running city? Says so where Go is missing.
	$(PYTEST) -rs -s tests/third_party

test: setup ## Every test, slow ones included; says in one line what was left out.
	@mkdir -p var/test; failed=0; \
	$(MAKE) js || failed=$$?; \
	$(PYTEST) $(PARALLEL) -m "not slow" --junitxml=var/test/fast.xml || failed=$$?; \
	$(PYTEST) -m slow --junitxml=var/test/slow.xml || failed=$$?; \
	exit $$failed

# --- Longer searches --------------------------------------------------------------------------------------------

sim: setup ## Run the simulator on SEEDS seeds (default 100) with 4 nodes, a tenth of them with 7, a hundredth with 13.
	$(PY) -m scripts.simulate --seeds $(SEEDS)

chaos: setup ## Kill a real city's nodes KILLS times (default 24) under load, and cut, freeze, wipe, double, fill, upgrade them.
	$(PY) -m scripts.chaos --kills $(KILLS)

explore: setup ## Explore every execution of ROUNDS rounds (default 3) with one liar of four, and of two rounds with two.
	$(PY) -m scripts.explore --rounds $(ROUNDS)
	$(PY) -m scripts.explore --byzantine 2

mutants: setup ## Does the simulator catch every bug that we plant?
	$(PY) -m scripts.mutants

fuzz: setup ## Feed every decoder with many thousand inputs.
	$(PYTEST) --hypothesis-profile=fuzz --timeout=3600 tests/fuzz tests/property

laws: setup ## N right and N wrong statements (default 10000) against the sums, the roots and the twin; prints the codes met.
	LAWS_N=$(or $(N),10000) $(PYTEST) -s --timeout=3600 tests/property/test_laws.py

bench: setup ## Measure against the machine's own primitives; prints a table and JSON.
	$(PY) -m scripts.bench

audit-big: setup ## Make an archive of N transactions (default 1000000; kept in var/big), verify it, say how fast and in what memory.
	$(PY) -m scripts.big_archive --transactions $(or $(N),1000000)

# --- What is generated ------------------------------------------------------------------------------------------

features: setup ## Run the tests of each feature and write docs/features.md.
	$(PY) -m scripts.features

docs: setup ## Write the generated documents.
	$(PY) -m scripts.gen_docs

vectors: setup ## Write tests/vectors; a changed vector is a changed format.
	$(PY) -m scripts.gen_vectors

clean: ## Remove caches, build products, test results and the demo; .venv and a running city stay.
	rm -rf build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache var/demo var/test
	find . -name __pycache__ -type d -not -path './$(VENV)/*' -prune -exec rm -rf {} +
