# Posthorn: `make run` starts it, `make test` checks it.
# Written for GNU make 3.81 and BSD tools as well, which is what macOS has.

PY := .venv/bin/python
# Without PYTHONNODEBUGRANGES, Python 3.11's tracebacks parse the lines they show. One that is written while something else
# is being parsed, by Hypothesis for instance, ends that with "AST constructor recursion depth mismatch".
TESTS := PYTHONDEVMODE=1 PYTHONNODEBUGRANGES=1 $(PY) -m
PIP := $(PY) -m pip --quiet --disable-pip-version-check install

.PHONY: help run test quick check clean packages dev-packages frontend-packages
.NOTPARALLEL:

# How many processes share the Python tests on each engine. Much of their time is spent waiting: more than there are cores.
WORKERS ?= 3

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' Makefile

run: packages ## install, migrate, and serve on http://127.0.0.1:8000 (HOST, PORT and more: .env.example)
	@$(PY) manage.py migrate --verbosity 0
	@$(PY) manage.py collectstatic --noinput --verbosity 0
	@exec $(PY) manage.py serve

test: test-tools dev-packages frontend-packages ## everything: what `make quick` runs, and the Python and browser tests
	@sh .ci/together.sh ruff mypy imports frontend javascript
	@printf '\n== Python and browser tests, on SQLite and on PostgreSQL\n'
	@CHROMIUM="$$(sh .ci/tools.sh which-chromium)" $(TESTS) tests.both -n $(WORKERS) --dist loadfile --no-loadscope-reorder

quick: check-tools dev-packages frontend-packages ## within a minute: the linters, the types, the tests that need no server
	@sh .ci/together.sh ruff mypy imports frontend javascript python
	@printf '\nEverything passed.\n'

check: check-tools dev-packages frontend-packages ## the linters and the types alone
	@sh .ci/together.sh ruff mypy imports frontend

clean: ## remove what make made: .venv, node_modules, caches; never var/
	rm -rf .venv frontend/node_modules
	rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache test-results
	find . -path ./var -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +


# The parts of `test`, `quick` and `check`, which run beside each other.

.PHONY: ruff mypy imports frontend javascript python

ruff:
	@$(PY) -m ruff check
	@$(PY) -m ruff format --check

mypy:
	@$(PY) -m mypy

imports:
	@.venv/bin/lint-imports

frontend:
	@npm --silent --prefix frontend run check

javascript:
	@node --test --test-reporter=dot tests/frontend/*.test.js

python:
	@$(TESTS) pytest -q -m quick


# What the targets above stand on. Packages are installed again only when the file that lists them changed.

.PHONY: test-tools check-tools

test-tools:
	@sh .ci/tools.sh venv chromium redis postgres node npm

check-tools:
	@sh .ci/tools.sh venv node npm

packages:
	@sh .ci/tools.sh venv
	@cmp -s requirements.txt .venv/requirements.txt || { \
		echo "Installing Python packages (once) ..."; \
		$(PIP) -r requirements.txt && cp requirements.txt .venv/; }

dev-packages: packages
	@cmp -s requirements-dev.txt .venv/requirements-dev.txt || { \
		echo "Installing Python packages for the tests (once) ..."; \
		$(PIP) -r requirements-dev.txt && cp requirements-dev.txt .venv/; }

frontend-packages:
	@cmp -s frontend/package-lock.json frontend/node_modules/.installed || { \
		echo "Installing JavaScript packages for the checks (once) ..."; \
		(cd frontend && npm ci --no-audit --no-fund --loglevel=error >/dev/null) && \
		cp frontend/package-lock.json frontend/node_modules/.installed; }
