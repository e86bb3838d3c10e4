# Everything below works from a fresh clone, with Python 3.11, make and a package index.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PACKAGES := schemas ranker embedder streams upnext catalogue ops tests
LISTED := pyproject.toml constraints.txt

# All but muq, which pins older versions of what the others use.
EXTRAS := embedder embedded formats gateway training evaluation bench catalogue dev

# A folder of your own music for `make demo`.
MUSIC ?=

TWO_AT_ONCE = --numprocesses=2 --dist=loadscope

INSTALL = $(BIN)/uv pip install --quiet --python $(BIN)/python -c constraints.txt -e

.DEFAULT_GOAL := help
.PHONY: help setup demo player test slow chaos check format constraints

help: ## Show this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 22

setup: $(VENV)/.installed-dev ## Create .venv with everything needed to work on upnext

demo: $(VENV)/.installed-demo ## Watch a queue follow a listener; MUSIC=FOLDER for your own music
	@$(BIN)/upnext demo $(if $(MUSIC),--music "$(MUSIC)")

player: $(VENV)/.installed-demo ## Open the player on the shipped catalogue, at http://127.0.0.1:8080
	@$(BIN)/upnext up --player

# The browser's driver keeps an event loop and greenlets in its process, which others cannot share.
test: setup ## Run the tests, two files at once
	$(BIN)/pytest $(TWO_AT_ONCE) --ignore=tests/player
	$(BIN)/pytest $(TWO_AT_ONCE) tests/player

slow: setup ## Run the tests that take long: a training, start to end
	$(BIN)/pytest -m slow

chaos: setup ## Kill, freeze and rebalance workers and broker under traffic, with both engines
	$(BIN)/upnext bench chaos --engine faust --kills 100
	$(BIN)/upnext bench chaos --engine transactions --kills 100

check: setup ## Check format, lint, types and import contracts
	$(BIN)/ruff format --check $(PACKAGES)
	$(BIN)/ruff check $(PACKAGES)
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup ## Format the code and sort its imports
	$(BIN)/ruff check --select I --fix $(PACKAGES)
	$(BIN)/ruff format $(PACKAGES)

constraints: setup ## Write the newest versions that fit together to constraints.txt
	$(BIN)/uv pip compile --quiet --upgrade $(addprefix --extra=,$(EXTRAS)) --python-version 3.11 \
		--no-header --no-annotate --output-file constraints.txt pyproject.toml

# The marker files: an installation is repeated when what is listed has changed, and only then.

$(VENV)/.installed-dev: $(BIN)/uv $(LISTED)
	@echo "installing everything into $(VENV), some minutes the first time"
	$(INSTALL) '.[embedder,embedded,formats,gateway,training,evaluation,catalogue,dev]'
	@touch $@ $(VENV)/.installed-demo

$(VENV)/.installed-demo: $(BIN)/uv $(LISTED)
	@echo "installing what the demo needs into $(VENV), some minutes the first time"
	$(INSTALL) '.[embedder,embedded,formats,gateway]'
	@touch $@

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || \
		{ echo "upnext needs Python 3.11, and '$(PYTHON)' is none: make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt uv
	@touch $@
