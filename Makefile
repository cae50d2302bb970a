# Redress. From nothing: `make run` to look at it, `make test` to prove it. `make help` lists the rest.

PYTHON ?= python3
PORT ?= 8000
# Test workers: as many as there are cores.
JOBS ?= auto

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DATABASE := $(BIN)/python -m marketplace.database
MANAGE := $(BIN)/python manage.py
COMPILE := $(CURDIR)/$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --no-header

export REDRESS_ENV ?= development
export PORT
# Many images set this. Without compiled files every command reads two thousand sources anew, and starts three times as slowly.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup run code test tests check rules bench real races walks docs migrations requirements browser stop clean

help: ## list what make can do
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: $(READY) ## install what the project needs into .venv

# One stamp, newer than the pins: with nothing to do this costs nothing.
$(READY): requirements/uv.txt requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Redress needs Python 3.11 or newer; say which: make PYTHON=python3.12 ..."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); $(MAKE) --no-print-directory _venv; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	@$(BIN)/uv pip sync --quiet --require-hashes --compile-bytecode --python $(BIN)/python requirements/dev.txt
	@touch $@

# Debian keeps the venv module in a package of its own.
.PHONY: _venv
_venv:
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null && $(PYTHON) -m venv $(VENV); \
	else echo "Python's venv module is missing. On Debian or Ubuntu: sudo apt install python3-venv"; exit 1; fi

run: $(READY) ## demo world, web and workers on http://localhost:8000 (PORT=8001 for another); Ctrl-C stops all
	@exec $(MANAGE) serve --migrate --demo

test: $(READY) browser ## all checks, then all tests
	@$(DATABASE) hold $(MAKE) --no-print-directory check tests

tests: $(READY) ## the tests alone
	@$(DATABASE) hold $(BIN)/python -m pytest -n $(JOBS) -q -rs

check: $(READY) ## style, types, architecture, migrations, templates
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet . || { echo "Run: $(BIN)/ruff format ."; exit 1; }
	@said=$$($(BIN)/lint-imports --no-logo 2>&1) || { echo "$$said"; exit 1; }
	@$(BIN)/mypy
	@$(MANAGE) check --fail-level WARNING
	@$(MANAGE) makemigrations --check --dry-run
	@$(MANAGE) check_templates
	@$(BIN)/djlint templates --lint --quiet

rules: $(READY) ## which rule of the rulebook is proved by which test
	@$(DATABASE) hold $(BIN)/python -m pytest -p tests.rules --collect-only -qq -m '' -p no:randomly

bench: $(READY) ## the measured jobs, side by side with their limits
	@$(DATABASE) hold $(BIN)/python -m benchmarks

real: $(READY) ## replay two years of a real marketplace, where its data is (long: see CONTRIBUTING)
	@rm -rf var/real
	@$(DATABASE) hold $(BIN)/python -m pytest -m real -p no:randomly -o faulthandler_timeout=1800 -n $(JOBS) -q tests/real
	@$(BIN)/python -m tests.real.table

races: $(READY) ## every pair of rival verbs, fifty rounds each (long)
	@RACE_ROUNDS=50 $(DATABASE) hold $(BIN)/python -m pytest -p no:randomly -n $(JOBS) -q tests/races

walks: $(READY) ## random walks over all that anybody can do to a dispute, other ones each time (long)
	@WALKS=12 $(DATABASE) hold $(BIN)/python -m pytest --hypothesis-profile=default -o faulthandler_timeout=1800 -n $(JOBS) -q tests/disputes/test_walk.py

docs: $(READY) ## the state diagrams, the rule table and the API schema, made from the code
	@$(DATABASE) hold $(MANAGE) build_docs

migrations: $(READY) ## write the migrations that the models ask for
	@$(DATABASE) hold $(MANAGE) makemigrations

requirements: $(READY) ## pin anew what requirements/*.in ask for
	@cd requirements && for name in uv base dev; do $(COMPILE) $(UPGRADE) $$name.in -o $$name.txt || exit 1; done

# The browser tests need a Chromium. Where it cannot be installed they say so and are skipped.
browser:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null \
	|| [ -n "$$CHROMIUM" ] \
	|| if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing Chromium for the browser tests."; apt-get update -qq && apt-get install -y -qq chromium >/dev/null; \
	else echo "No Chromium found: browser tests will be skipped. Install it, or set CHROMIUM=/path/to/it."; fi
	@command -v ffmpeg >/dev/null \
	|| if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing ffmpeg for the tests of videos."; apt-get update -qq && apt-get install -y -qq ffmpeg >/dev/null; \
	else echo "No ffmpeg found: the tests of videos will be skipped."; fi

code: $(READY) ## the six digits that the demo's staff enter at this moment
	@$(MANAGE) demo --code

stop: $(READY) ## stop the embedded database
	@$(DATABASE) stop

clean: ## remove what was made, the embedded database with all its data included
	@test ! -x $(BIN)/python || $(DATABASE) stop || true
	@rm -rf $(VENV) var .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis htmlcov .coverage
