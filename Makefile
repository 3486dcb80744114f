# Two commands: `make run` uses it, `make test` checks all of it. Needs Python 3.11 or later and make, nothing else.

VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check
NEEDED := no Python 3.11 or later with venv was found. Install one (Debian, Ubuntu: apt install python3 python3-venv), or name one: make $(MAKECMDGOALS) PYTHON=/path/to/python3

.PHONY: help install run test check bench soak lock

help: ## what there is
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' Makefile

install: $(VENV)/.run ## prepare .venv
	@echo ".venv is ready."

run: $(VENV)/.run ## start Batchline and print one link (HOST, PORT, DATABASE_URL: see docs/settings.md)
	@exec $(PY) manage.py serve

test: $(VENV)/.dev ## run every test, on SQLite and on PostgreSQL where one is reachable
	@exec $(PY) -m tests.everything

check: $(VENV)/.dev ## lint, types, import contract, missing migrations, deployment check
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(PY) manage.py makemigrations --check
	HTTPS=1 SECRET_KEY=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(60))') $(PY) manage.py check --deploy --fail-level WARNING

bench: $(VENV)/.dev ## build a large inventory and measure (CALLS=100000)
	@exec $(PY) -m tests.bench

soak: $(VENV)/.dev ## what is too long for make test: races, kills, random walks
	@exec $(PY) -m tests.everything --soak

lock: $(VENV)/.made ## resolve the requirements again
	rm -rf $(VENV)/lock && $(PY) -m venv $(VENV)/lock && $(VENV)/lock/bin/python -m pip install -q uv
	$(VENV)/lock/bin/uv pip compile -q --upgrade --universal --generate-hashes --no-emit-index-url --no-header \
		--python-version 3.11 pyproject.toml -o requirements.txt
	$(VENV)/lock/bin/uv pip compile -q --upgrade --universal --generate-hashes --no-emit-index-url --no-header \
		--python-version 3.11 -c requirements.txt --group dev pyproject.toml -o requirements-dev.txt
	rm -rf $(VENV)/lock

# Stamps: a second run installs nothing. A broken .venv (its Python was removed) is made again.
$(VENV)/.run: requirements.txt $(VENV)/.made
	@echo "Installing what Batchline needs (a minute, once) ..."
	@$(PIP) install -q --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.run
	@echo "Installing what the tests need (a minute, once) ..."
	@$(PIP) install -q --require-hashes -r requirements-dev.txt
	@touch $@

ifneq ($(shell $(PY) -c 'print(1)' 2>/dev/null),1)
.PHONY: $(VENV)/.made
endif
$(VENV)/.made:
	@if $(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
		$(PIP) --version >/dev/null 2>&1 || $(PY) -m ensurepip >/dev/null && touch $@; exit; \
	fi; for python in $(PYTHON) python3.13 python3.12 python3.11 python3; do \
		if "$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			rm -rf $(VENV) && "$$python" -m venv $(VENV) && touch $@; exit; \
		fi; \
	done; echo "Batchline: $(NEEDED)" >&2; exit 1
