# Two commands do everything from a fresh clone: `make demo` and `make test`. Python 3.11+ and pip are all they need.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready

.PHONY: demo test lint types imports docs bench clean

demo: $(STAMP)  ## the story in docs/examples: real SDKs against the fake cloud
	$(BIN)/pytest docs/examples -p no:randomly -q --ramsts-trace

test: $(STAMP)  ## the whole test suite, in random order, on every core
	$(BIN)/pytest -n auto -q

lint: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(STAMP)
	$(BIN)/mypy

docs: $(STAMP)
	$(BIN)/sphinx-build -q -W --keep-going -b html docs docs/_build/html

bench: $(STAMP)
	$(BIN)/python -m benchmarks

# Made anew whenever what is to be installed changes.
$(STAMP): pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable . --group dev
	@touch $@

clean:
	rm -rf $(VENV) build dist docs/_build .coverage* .mypy_cache .pytest_cache .ruff_cache .hypothesis
