# The two commands that matter: `make demo` and `make test`. Everything else they call.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: setup demo test lint lab notebooks headings lock clean

setup: .venv/.ready

.venv/.ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	touch $@

demo: setup
	$(BIN)/dxaudit demo --output reports

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

test: setup lint
	$(BIN)/python -m pytest tests --numprocesses auto --dist loadfile
	$(BIN)/python -m pytest --nbval notebooks --numprocesses auto --dist loadfile

# An empty folder gets the sample city; decisions and notebooks are kept there.
lab: setup
	mkdir -p reports/workbench
	$(BIN)/dxaudit lab reports/workbench

# Run the notebooks and store their outputs for the comparison in `make test`.
notebooks: setup
	$(BIN)/python tests/notebooks/store_outputs.py

# Learn anew from vocabulary/headings.toml what headings mean.
headings: setup
	$(BIN)/python -c "from dxaudit.intake.headings import write; write()"

# Exact versions with hashes, and no download address, for every platform and Python from 3.11.
lock:
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes \
		--no-header --no-emit-index-url --no-annotate --output-file requirements.lock

clean:
	rm -rf .venv build dist *.egg-info
