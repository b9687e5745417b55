# `make help` lists the targets. Everything lives in .venv; nothing is installed outside it
# (but for Chromium, which `make test` gets from apt when it may).

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
LOCK   := uv pip compile --universal --python-version 3.11 --generate-hashes --no-header \
          --no-emit-find-links --group pyproject.toml:dev pyproject.toml -o requirements.lock

# Options of `newsarchive demo`, for example: make demo DEMO="--port 9000"
DEMO  ?=
# Options of pytest, for example: make test PYTEST="-k arabic"
PYTEST ?=

export UV_LINK_MODE ?= hardlink

.DEFAULT_GOAL := help
.PHONY: help install demo test check unit chromium format lock bench nightly docs messages clean

help:  ## list the targets
	@sed -n 's/^\([a-z]*\):[^#]*## *\(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 18

install: $(READY)  ## make .venv with everything that is locked

demo: $(READY)  ## index the bundled sample and serve it on http://127.0.0.1:8000
	$(BIN)/newsarchive demo $(DEMO)

test: check unit  ## everything that CI runs: format, lint, types, architecture, tests

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: $(READY) chromium
	$(BIN)/pytest -m "not nightly" $(PYTEST)

# The browser tests take Debian's Chromium. Without it they are skipped aloud (and fail under CI=true).
chromium:
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
	    apt-get install -y -qq --no-install-recommends chromium fonts-noto-core; \
	  else \
	    echo 'No Chromium: the browser tests will be skipped. To have them: sudo apt-get install chromium fonts-noto-core'; \
	  fi; }

format: $(READY)  ## put the code in shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

messages: $(READY)  ## bring the catalogues of translations to what the code says
	$(BIN)/python docs/tools/make_messages.py

docs: $(READY)  ## rewrite the pages that are made from the code
	$(BIN)/python docs/tools/make_docs.py

bench: $(READY)  ## measure ingest and search on this machine
	$(BIN)/pytest tests/benchmarks -s -p no:cacheprovider -m "" --override-ini "python_files=bench_*.py"

nightly: $(READY) chromium  ## the tests that are too slow for every change
	$(BIN)/pytest -m nightly $(PYTEST)

lock: $(READY)  ## write requirements.lock anew from pyproject.toml (add UPGRADE=1 to take newer versions)
	$(BIN)/$(LOCK) $(if $(UPGRADE),--upgrade) --quiet

clean:  ## remove .venv and what the tests and tools left; archives stay
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

# uv is in the lock like everything else: pip installs it by its hashes, then it installs the rest.
# Where uv cannot reach the registry and pip (with its own configuration) can, pip installs the same files.
$(READY): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed; this is " + sys.version.split()[0] + ". Say which: make PYTHON=python3.12")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip --upgrade
	awk '/^[a-z]/ { wanted = /^uv==/ } wanted' requirements.lock > $(VENV)/uv.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $(VENV)/uv.lock
	VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip sync --require-hashes requirements.lock \
	  || $(BIN)/python -m pip install --require-hashes --no-deps -r requirements.lock
	VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --quiet --no-deps --no-build-isolation --offline --editable .
	touch $@
