# Everything a developer does, one word each. `make` alone lists the words.
#
# Needs Python 3.11 or newer; each target makes the environment that it needs in .venv.
# Choose another interpreter or folder: make test PYTHON=python3.13 VENV=.venv-313

CANDIDATES := python3 python3.14 python3.13 python3.12 python3.11 python
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in $(CANDIDATES); do $$p -c '$(NEW_ENOUGH)' 2>/dev/null && echo $$p && break; done)
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
EXTRAS := dev$(shell command -v ffmpeg >/dev/null 2>&1 || echo ,ffmpeg)
ARGS ?=

export PIP_DISABLE_PIP_VERSION_CHECK := 1
.PHONY: help install demo demo-reset test test-live lint format coverage bench docs screenshots clean
.DEFAULT_GOAL := help

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(STAMP) ## Make .venv and install the project into it, when pyproject.toml changed

$(STAMP): pyproject.toml
	@$(or $(PYTHON),python3) -c '$(NEW_ENOUGH)' 2>/dev/null || { \
	  echo "This project needs Python 3.11 or newer, and found none."; \
	  echo "Install one, or name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3.12"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { \
	  echo "Could not make $(VENV). On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@echo "Installing the project into $(VENV) (needed once, and when pyproject.toml changes) ..."
	@$(BIN)/python -m pip install -qq --editable '.[$(EXTRAS)]'
	@touch $@

demo: $(STAMP) ## Start the clinic's site, a stand-in for Stripe and the worker; print logins
	@$(BIN)/python -m sandbox.demo $(ARGS)

demo-reset: $(STAMP) ## The same from scratch: forgets everything done in the demo
	@$(BIN)/python -m sandbox.demo --reset $(ARGS)

test: $(STAMP) ## Run all tests on SQLite, then PostgreSQL where one answers (ARGS="tests/care -x")
	@$(BIN)/python -m tests $(ARGS)

test-live: $(STAMP) ## Ask Stripe's own test mode the same (STRIPE_SECRET_KEY=sk_test_...; opt-in)
	@$(BIN)/python -m pytest -q -m live tests/stripe_standin/test_live.py $(ARGS)

lint: $(STAMP) ## Check style, types, templates, imports, migrations and settings; change nothing
	@PATH="$(abspath $(BIN)):$$PATH" sh tests/lint.sh

format: $(STAMP) ## Rewrite Python files in the project's style
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

coverage: $(STAMP) ## Run the tests on SQLite and say which lines none of them reached
	@$(BIN)/python -m coverage erase
	@$(BIN)/python -m coverage run -m pytest -m "not browser and not nginx and not postgres and not redis" $(ARGS)
	@$(BIN)/python -m coverage report

bench: $(STAMP) ## Count queries and time the busiest pages, beside a bare page of the same site
	@$(BIN)/python -m benchmarks $(ARGS)

docs: $(STAMP) ## Build the documentation into site/, warnings are errors
	@$(BIN)/mkdocs build --strict
	@echo "Open site/index.html"

screenshots: $(STAMP) ## Take the README's pictures from a fresh demo (needs Chromium)
	@$(BIN)/python -m sandbox.screenshots $(ARGS)

clean: ## Remove everything that these targets made
	rm -rf $(VENV) .demo build dist site htmlcov .coverage .pytest_cache .mypy_cache .ruff_cache
	rm -rf .hypothesis .import_linter_cache
