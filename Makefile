# Ratebook. `make demo` runs the demo and `make test` the tests; both install what they need.

PYTHON ?= python3
VENV := .venv
# Three steps of setting up: what running the suite needs, what the tests add, and what checks and benchmarks add.
RUNNING := $(VENV)/.running
TESTING := $(VENV)/.testing
READY := $(VENV)/.ready
# Node and the tools of the web console, only where they are needed.
CONSOLE := $(VENV)/.console
BROWSER := $(VENV)/.browser
INSTALL_CONSOLE = echo "Installing Node and the tools of the web console (first time only)" && \
	$(RUN) deploy/set_up.py console && $(RUN) -m deploy.console install && touch $(CONSOLE)
INSTALL_BROWSER = echo "Installing what drives a browser (first time only)" && $(RUN) deploy/set_up.py browser && touch $(BROWSER)
RUN := $(VENV)/bin/python
.DEFAULT_GOAL := help
# Whatever the caller's environment says: otherwise each process compiles all that it imports, which takes seconds.
export PYTHONDONTWRITEBYTECODE :=

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(RUNNING) ## Start everything, bill 1,000 sample orders through the gateway, reconcile, stop
	@$(RUN) -m deploy.local demo

up: console ## Run the suite with sample data until Ctrl-C; PORT=8400, EMPTY=1 without the data
	@$(RUN) -m deploy.local up $(if $(PORT),--port $(PORT)) $(if $(EMPTY),--empty)

console: $(CONSOLE) ## Build the web console, if a source has changed; installs Node
	@$(RUN) -m deploy.console build

test: $(TESTING) ## Run the tests on real PostgreSQL and NATS, and a few in Chromium where there is one
	@if ! $(RUN) -m tests.console.chromium; then \
		echo "The console will NOT be tested."; \
	elif ! { [ $(CONSOLE) -nt gateway/console/package-lock.json ] || { $(INSTALL_CONSOLE); }; } \
		|| ! { [ $(BROWSER) -nt locks/browser.txt ] || { $(INSTALL_BROWSER); }; } || ! $(RUN) -m deploy.console build; then \
		echo "The console will NOT be tested: it could not be built, or what drives a browser could not be installed."; fi
	@$(RUN) -m pytest -n 3

bench: $(READY) $(if $(filter console,$(ONLY)),$(BROWSER) $(CONSOLE)) ## Run the benchmarks and write docs/benchmarks.md; ONLY=gateway runs one
	@$(RUN) -m tests.bench $(ONLY)

test-long: $(TESTING) ## Run the long tests: random entries, declared answers, restarts under load, memory use
	@$(RUN) -m pytest -n 2 -m long tests --ignore=tests/long
	@RATEBOOK_LIVES=40 RATEBOOK_SEEDS=24 $(RUN) -m pytest -n 2 tests/exchange/test_laws.py tests/exchange/test_lives.py
	@$(RUN) -m pytest -m long tests/long

test-ldap: $(READY) ## Run the tests with slapd; needs a compiler, libldap2-dev, libsasl2-dev, and apt or slapd
	@$(VENV)/bin/uv pip install --quiet --python $(RUN) --require-hashes --no-deps -r locks/ldap.txt
	@$(RUN) -m pytest -m ldap tests/services/security/directory

test-ad: $(READY) ## Run the tests with an Active Directory domain (Samba, as root, on 127.0.0.1:636)
	@$(VENV)/bin/uv pip install --quiet --python $(RUN) --require-hashes --no-deps -r locks/ldap.txt
	@$(RUN) -m pytest -m ad tests/services/security/directory

test-console: $(BROWSER) console ## Run the tests of the console in Chromium, of clients, and of commands in the documentation
	@$(RUN) -m deploy.console check
	@$(RUN) -m pytest -n 2 -m console tests/console

faults: $(TESTING) ## Kill processes and cut connections during exports, then check; RATEBOOK_SEED=7 repeats a run
	@RATEBOOK_ROUNDS=$${RATEBOOK_ROUNDS:-50} $(RUN) -m pytest -s -m "faults or races" tests/faults tests/deploy

check: $(READY) ## Lint, format, types, import rules, house rules, deployable locks, the console
	@$(VENV)/bin/ruff check
	@$(VENV)/bin/ruff format --check
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports
	@$(RUN) -m deploy.checks
	@$(RUN) -m deploy.locks check
	@if [ $(CONSOLE) -nt gateway/console/package-lock.json ] || { $(INSTALL_CONSOLE); }; then $(RUN) -m deploy.console check; \
	else echo "The console was NOT checked: Node or its packages could not be installed here."; fi

coverage: $(READY) ## Run the tests and report branch coverage; fails below the floor in pyproject.toml
	@$(VENV)/bin/coverage erase
	@$(VENV)/bin/coverage run -m pytest -n 3
	@$(VENV)/bin/coverage combine --quiet
	@$(VENV)/bin/coverage report

mutants: $(READY) ## Change the rules one place at a time and see whether a test fails; ONLY="services.rating.rules.pricing*"
	@$(VENV)/bin/uv pip install --quiet --python $(RUN) --require-hashes --no-deps -r locks/mutants.txt
	@RATEBOOK_TEST_CLUSTER={} $(VENV)/bin/mutmut run $(ONLY)
	@$(VENV)/bin/mutmut results

format: $(READY) ## Format the code and apply the linter's fixes
	@$(VENV)/bin/ruff format
	@$(VENV)/bin/ruff check --fix

documents: $(READY) ## Generate OpenAPI, event schemas and docs/errors.md from the code
	@$(RUN) -m deploy.documents

examples: $(READY) ## Collect examples for OpenAPI from the API tests; those that are still valid stay (FRESH=1: none does)
	@rm -rf .ratebook/examples $(if $(FRESH),shared/contracts/openapi/examples)
	@RATEBOOK_EXAMPLES=.ratebook/examples $(RUN) -m pytest -n 3 tests/services tests/exchange tests/shared/http tests/gateway
	@$(RUN) -m deploy.documents --examples .ratebook/examples

locks: $(READY) ## Compile locks/ from pyproject.toml (UPGRADE=1 uses the newest versions)
	@$(RUN) -m deploy.locks compile $(if $(UPGRADE),--upgrade)

clean: ## Remove the virtual environment and all local data
	@rm -rf $(VENV) .ratebook mutants .coverage*

setup: $(READY) ## Install everything for development

$(CONSOLE): $(RUNNING) locks/console.txt gateway/console/package-lock.json
	@$(INSTALL_CONSOLE)

$(BROWSER): $(TESTING) locks/browser.txt
	@$(INSTALL_BROWSER)

$(READY): $(TESTING) locks/all.txt
	@echo "Installing the tools for checks and benchmarks (first time only)"
	@$(RUN) deploy/set_up.py all
	@touch $(READY)

$(TESTING): $(RUNNING) locks/test.txt
	@echo "Installing what the tests need (first time only)"
	@$(RUN) deploy/set_up.py test
	@touch $(TESTING)

$(RUNNING): locks/local.txt
	@command -v $(PYTHON) >/dev/null || { echo "Ratebook needs Python 3.11 or newer, but $(PYTHON) is not on the PATH. Name another: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Ratebook needs Python 3.11 or newer, but $(PYTHON) is $$($(PYTHON) -c 'import platform; print(platform.python_version())'). Name a newer one: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "This Python has no venv module. On Debian and Ubuntu, install the package python3-venv."; exit 1; }
	@echo "Installing Python packages into $(VENV) (first time only)"
	@$(PYTHON) -m venv $(VENV)
	@$(RUN) deploy/set_up.py local
	@touch $(RUNNING)

.PHONY: help setup demo up console test test-long test-ldap test-ad test-console bench faults check coverage mutants format documents examples locks clean
