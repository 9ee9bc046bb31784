# Two commands do everything on a machine with only Python: `make conformance` and `make test`.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

# Compiled modules are kept, or each run of the tests compiles them again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: conformance test lint bench leaderboard docs clean

conformance: $(STAMP)  ## the suites against the embedded reference server
	$(BIN)/python -m pytest $(ARGS)
	@echo "reports are in ./reports (see reports/README.md)"

test: $(STAMP)  ## the harness's own tests
	$(BIN)/python -m pytest tests -n 2 --dist worksteal -q $(ARGS)

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: $(STAMP)
	$(BIN)/python -m benchmarks $(ARGS)

leaderboard: $(STAMP)  ## installs real servers from PyPI and npm, and measures them: half an hour
	$(BIN)/python -m benchmarks.leaderboard $(ARGS)

docs: $(STAMP)  ## the site in build/site; a broken link is an error
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict
	@echo "the site is in build/site/index.html"

$(STAMP): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable ".[all,dev]"
	touch $@

clean:
	rm -rf $(VENV) build dist
