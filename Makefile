# Posthorn: `make run` starts it, `make test` checks it.
# Written for GNU make 3.81 and BSD tools as well, which is what macOS has.

PY := .venv/bin/python
PIP := $(PY) -m pip --quiet --disable-pip-version-check install

.PHONY: help run test check clean packages dev-packages frontend-packages
.NOTPARALLEL:

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' Makefile

run: packages ## install, migrate, and serve on http://127.0.0.1:8000 (HOST, PORT and more: .env.example)
	@$(PY) manage.py migrate --verbosity 0
	@$(PY) manage.py collectstatic --noinput --verbosity 0
	@exec $(PY) manage.py serve

test: test-tools check ## everything: the linters, the JavaScript tests, the Python and browser tests
	$(call heading,JavaScript tests)
	@node --test --test-reporter=spec tests/frontend/*.test.js
	$(call heading,Python and browser tests)
	@PYTHONDEVMODE=1 CHROMIUM="$$(sh .ci/tools.sh which-chromium)" $(PY) -m pytest
	@printf '\nEverything passed.\n'

check: check-tools dev-packages frontend-packages ## the linters alone: style, types, import contracts
	$(call heading,ruff)
	@$(PY) -m ruff check
	@$(PY) -m ruff format --check
	$(call heading,mypy)
	@$(PY) -m mypy
	$(call heading,import contracts)
	@.venv/bin/lint-imports
	$(call heading,tsc and biome)
	@npm --prefix frontend run check

clean: ## remove what make made: .venv, node_modules, caches; never var/
	rm -rf .venv frontend/node_modules
	rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache test-results
	find . -path ./var -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +


# What the targets above stand on. Packages are installed again only when the file that lists them changed.

.PHONY: test-tools check-tools

test-tools:
	@sh .ci/tools.sh venv chromium redis node npm

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

define heading
@printf '\n== %s\n' "$(1)"
endef
