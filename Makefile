# Everything starts here. A machine needs make and python3 (3.11 or newer); the rest comes from PyPI.

PYTHON ?= python3
UV_VERSION := 0.13.9
# One process for each core, but no more than this many: each loads its own compiled kernels.
TEST_PROCESSES ?= 4
ARGS ?=
# What `make bench` runs; the rest of benchmarks/ is what these import, or makes a scene or a plot.
BENCHMARKS := track_speed read_speed exercise_speed release_speed live_speed cover ledger ledger_kills moon_horizon moon_light moon_route moon_mission

UV := .tools/uv-$(UV_VERSION)/bin/uv
BIN := .venv/bin
READY := .venv/.ready
DOCS_READY := .venv/.docs-ready

# uv uses the Python that is here and never fetches one.
export UV_PYTHON_DOWNLOADS := never
unexport VIRTUAL_ENV

.DEFAULT_GOAL := help
.PHONY: help setup setup-browser setup-peers demo test lint format bench docs

help: ## list the targets (this)
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY) ## make .venv with Kizuna and everything that builds and checks it

setup-browser: ## install a headless Chromium for the tests that look at pages, where that is possible
	@sh tools/setup-browser.sh

setup-peers: $(READY) ## install tshark, and captures of ASTERIX, for the tests that compare with them
	@sh tools/setup-peers.sh $(UV)

demo: $(READY) ## run the two shipped exercises; the reports go to out/
	$(BIN)/kizuna run examples/exercises/alps.yaml --out out/alps
	$(BIN)/kizuna run examples/exercises/trilateral.yaml --out out/trilateral

test: $(READY) setup-browser setup-peers ## run every test (ARGS="-k word" and the like are handed to pytest)
	$(BIN)/pytest -n auto --maxprocesses $(TEST_PROCESSES) $(ARGS)

lint: $(READY) ## style, types, and the walls between the rooms
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --config importlinter.ini

format: $(READY) ## put the files in the house style
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: $(READY) ## measure how fast it is, on an idle machine, and how accurate
	@set -e; for name in $(BENCHMARKS); do echo "== $$name"; $(BIN)/python "benchmarks/$$name.py"; done
	@echo "== track_accuracy, Kizuna alone"; $(BIN)/python benchmarks/track_accuracy.py --quick

docs: $(DOCS_READY) ## build the documentation into site/
	$(BIN)/sphinx-build --fail-on-warning --keep-going --quiet --fresh-env docs site
	@echo "The documentation is in site/index.html"

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Kizuna needs Python 3.11 or newer; name one with: make PYTHON=python3.12 setup" >&2; exit 1; }
	@$(PYTHON) -m venv --clear .tools/uv-$(UV_VERSION) > /dev/null 2>&1 \
		|| { echo "$(PYTHON) can't make a virtual environment; on Debian and Ubuntu run: apt-get install python3-venv" >&2; exit 1; }
	.tools/uv-$(UV_VERSION)/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

$(READY): pyproject.toml uv.lock | $(UV)
	$(UV) sync --frozen --quiet --python "$$(command -v $(PYTHON))"
	@touch $@

$(DOCS_READY): $(READY)
	$(UV) sync --frozen --quiet --group docs
	@touch $@
