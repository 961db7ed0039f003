# Everything a developer types. `make run` and `make test` need Python 3.11+ and nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEVSTACK := $(BIN)/python -m nso_contacts.devstack
RUNTIME := $(VENV)/.runtime-installed
DEVELOPMENT := $(VENV)/.development-installed
# The lists are complete, so nothing is left to resolve: an older pip would otherwise look past a pin that is asked for with extras.
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps
ARGS ?=
WORKERS ?= 2

.PHONY: run dev manage test faults bench check messages lock browser

run: $(RUNTIME)  ## The whole office at http://127.0.0.1:8000/ until Ctrl-C (PORT, HOST, OFFICE=empty)
	@exec $(DEVSTACK) run

dev: $(DEVELOPMENT)  ## The same, reloading when a file changes
	@exec $(DEVSTACK) dev

manage: $(RUNTIME)  ## A management command against that office: make manage ARGS="showmigrations"
	@exec $(DEVSTACK) manage $(ARGS)

test: $(DEVELOPMENT) browser  ## All tests, with throw-away servers: make test ARGS="tests/mail -x"
	@$(DEVSTACK) exec -- $(BIN)/python -m pytest -q --reuse-db -n $(WORKERS) --dist loadgroup $(ARGS)  # the database goes with its servers

faults: $(DEVELOPMENT)  ## The long form of the tests that kill processes, fill disks and break mail servers
	@$(DEVSTACK) exec -- $(BIN)/python -m pytest -q -m faults $(ARGS) tests/faults

bench: $(DEVELOPMENT)  ## Speed beside Django's admin, into docs/benchmarks.md: STATE_DIR=/srv/large make bench ARGS="--seconds 10"
	@$(BIN)/python -m benchmarks $(ARGS)

check: $(DEVELOPMENT)  ## Everything but the tests: style, types, contracts, migrations, deployment, messages
	$(BIN)/ruff check --quiet .
	$(BIN)/ruff format --check --quiet .
	$(BIN)/lint-imports --no-cache
	$(BIN)/djlint --lint --quiet templates
	@$(DEVSTACK) exec -- scripts/check-project

messages: $(DEVELOPMENT)  ## Collect the texts to translate and compile the translations (needs gettext)
	@$(DEVSTACK) exec -- $(BIN)/python manage.py makemessages --all --no-obsolete --add-location file --ignore $(VENV) --ignore var
	@$(DEVSTACK) exec -- $(BIN)/python manage.py compilemessages --ignore $(VENV)

lock: $(DEVELOPMENT)  ## Write the hashed lists of dependencies anew: make lock ARGS="--upgrade"
	for list in requirements requirements-embedded requirements-image requirements-dev; do \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url \
	    $(ARGS) $$list.in -o $$list.txt || exit; \
	done

# Browser tests use Debian's chromium. Where it can be had without asking anybody, it is fetched.
browser:
	@if [ -z "$$CHROMIUM" ] && ! command -v chromium >/dev/null && [ -f /etc/debian_version ] && [ "$$(id -u)" = 0 ]; then \
	  echo "Installing chromium for the browser tests."; \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core; } \
	    >/dev/null || echo "chromium could not be installed; browser tests will be skipped."; \
	fi

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "NSO Contacts needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1). Name one: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { \
	  echo "$(PYTHON) cannot make a virtual environment here; on Debian: apt-get install python3-venv" >&2; rm -rf $(VENV); exit 1; }

$(RUNTIME): requirements.txt requirements-embedded.txt | $(BIN)/python
	@echo "Installing what NSO Contacts needs into $(VENV) (once)."
	@$(PIP) -r requirements.txt -r requirements-embedded.txt
	@touch $@

$(DEVELOPMENT): requirements-dev.txt $(RUNTIME)
	@echo "Installing the development tools into $(VENV) (once)."
	@$(PIP) -r requirements.txt -r requirements-embedded.txt -r requirements-dev.txt
	@touch $@
