# Needs python3 (3.11 or newer) and make; everything else is fetched by `make setup`.
#
#   make demo           the product with simulated vendors at http://127.0.0.1:8000
#   make demo PORT=9000 the same on another port
#   make test           every test, browser journeys included

SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv/bin/python

ifdef PORT
export PORT
endif
ifdef SANDBOX_PORT
export SANDBOX_PORT
endif
ifdef SANDBOX_SMTP_PORT
export SANDBOX_SMTP_PORT
endif

.PHONY: backup restore drill setup demo run test check bench screens chaos model lock browser triage
.NOTPARALLEL:

setup:
	@$(PYTHON) arbook/setup_machine.py

demo:
	@$(PYTHON) -m arbook.processes.ports PORT SANDBOX_PORT SANDBOX_SMTP_PORT
	@$(PYTHON) arbook/setup_machine.py
	@exec $(VENV) -m arbook.processes demo --with-parent

run:
	@$(PYTHON) -m arbook.processes.ports PORT
	@$(PYTHON) arbook/setup_machine.py
	@exec $(VENV) -m arbook.processes run --with-parent

browser: setup
	@$(VENV) -m tests.browser

test: browser
	@$(VENV) -m pytest --color=no --numprocesses 2 --dist worksteal $(ARGS)

check: browser
	$(VENV) -m ruff check .
	$(VENV) -m ruff format --check .
	git ls-files -z '*.html' | xargs -0 .venv/bin/djade --check --target-version 5.2
	.venv/bin/lint-imports
	$(VENV) manage.py makemigrations --check --dry-run
	$(VENV) manage.py check
	$(VENV) -m pytest --color=no --numprocesses 2 --dist worksteal

bench: setup
	@exec $(VENV) -m tests.benchmarks $(ARGS)

# Learns the second opinion on replies anew: messaging/triage/learned/weights.json.
triage: setup
	@exec $(VENV) -m messaging.triage.learning

screens: browser
	@exec $(VENV) -m tests.screens $(ARGS)

# Stories for MODEL_SECONDS, then each broken gate for a minute at most; MODEL_SEED repeats a run.
model: setup
	@MODEL_SECONDS=$${MODEL_SECONDS:-600} exec $(VENV) -m pytest --color=no -q -s tests/model $(ARGS)

chaos: setup
	@exec $(VENV) -m tests.chaos $(if $(SEED),--seed $(SEED)) $(if $(MINUTES),--minutes $(MINUTES)) $(ARGS)

FILE ?= arbook-$(shell date -u +%Y%m%d-%H%M%S).backup

# make backup [FILE=...]; make restore FILE=... [REPLACE=yes]; make drill takes one and tries it out.
backup: setup
	@$(VENV) manage.py backup $(FILE)

restore: setup
	@$(VENV) manage.py restore $(FILE) $(if $(REPLACE),--replace)

drill: setup
	@$(VENV) manage.py backup $(FILE)
	@$(VENV) manage.py restore $(FILE) --drill

LOCK := CUSTOM_COMPILE_COMMAND="make lock" .venv/bin/pip-compile --quiet --generate-hashes \
	--strip-extras --allow-unsafe --no-emit-index-url --no-emit-trusted-host --no-emit-find-links

lock: setup
	$(LOCK) --output-file requirements.txt requirements.in
	$(LOCK) --output-file requirements-dev.txt requirements-dev.in
