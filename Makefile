# Needs GNU make and Python 3.11 or newer; everything else is installed into .venv.
# Another Python: make PYTHON=/path/to/python reproduce
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup setup-dev reproduce studies check test test-long lowest newest fuzz kill mutate docs lint calibrate benchmark bench clean

VENV := .venv
BIN := $(VENV)/bin
PYTHONS := $(or $(PYTHON),python3.11 python3.12 python3.13 python3 python)
PIP := $(BIN)/python -m pip --quiet --quiet --disable-pip-version-check --no-input
# stamps: set-up runs once, and again when a lock or the project's metadata change
RUNTIME := $(VENV)/.installed
DEV := $(VENV)/.installed-dev
# the programs that `make bench` compares with lie in an environment of their own
BENCH := .venv-bench

# these run a second time without the compiled kernels
SIGNAL_TESTS := tests/test_signal.py tests/test_steps.py tests/test_steps_contract.py tests/test_pipeline.py \
	tests/properties/test_signal_properties.py

# two test workers share the cores; a BLAS that starts threads of its own beside them only slows them
check test test-long fuzz mutate studies calibrate benchmark: export OPENBLAS_NUM_THREADS ?= 1
check test test-long fuzz mutate studies calibrate benchmark: export OMP_NUM_THREADS ?= 1
ifdef EMGKIT_RECORDINGS
export EMGKIT_RECORDINGS
endif

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(RUNTIME) ## make .venv with emgkit and the locked versions of what it needs

setup-dev: $(DEV) ## the same, with what tests and lint need

reproduce: $(RUNTIME) ## set up and recompute the main study, from raw signals to the report
	@$(BIN)/emgkit reproduce

# two at a time; one study's failure does not stop the others, but is the target's
studies: $(RUNTIME) ## run every study whole (knee_tasks needs EMGKIT_RECORDINGS)
	@ls -d studies/*/ | xargs -P 2 -n 1 sh -c ' \
		name=$$(basename "$$0"); data=; \
		if [ "$$name" = knee_tasks ]; then \
			if [ -z "$$EMGKIT_RECORDINGS" ]; then echo "$$name: skipped, EMGKIT_RECORDINGS is not set"; exit 0; fi; \
			data="--data $$EMGKIT_RECORDINGS/uci_lower_limb"; \
		fi; \
		begun=$$(date +%s); \
		if said=$$($(BIN)/emgkit run "$$0" $$data 2>&1); then echo "$$name: done in $$(($$(date +%s) - begun)) s"; \
		else echo "$$name: FAILED"; echo "$$said"; exit 1; fi'

check: $(DEV) ## lint of what changed, and the tests near and above it (SINCE names a commit to compare with)
	@$(BIN)/python .ci/check.py $(SINCE)

test: $(DEV) ## run the tests (EMGKIT_RECORDINGS names the folder of real recordings)
	@$(BIN)/python -m pytest -n 2 --durations=15 -m "not slow and not site and not long"
	@EMGKIT_KERNELS=scipy $(BIN)/python -m pytest $(SIGNAL_TESTS) -n 2 -q -r fE

test-long: $(DEV) ## run the tests that take seconds each: whole studies, many simulated ones, pages in a browser
	@$(BIN)/python -m pytest -n 2 --durations=15 -m "long and not slow"

lowest: $(DEV) ## a quick part of the tests, and the main study, with the lowest versions that pyproject.toml allows
	@$(BIN)/python .ci/versions.py lowest

newest: $(DEV) ## the same with the newest versions of everything
	@$(BIN)/python .ci/versions.py newest

fuzz: $(DEV) ## damage files of every kind and read them (SECONDS says how long, SUBJECTS what; ROUNDS repeats the tests' own damage)
	@$(BIN)/python .ci/fuzz.py --seconds $(or $(SECONDS),600) $(SUBJECTS)
	@$(if $(ROUNDS),EMGKIT_FUZZ=$(ROUNDS) $(BIN)/python -m pytest tests/io -m fuzz -n 2 -q)

kill: $(DEV) ## kill runs at random moments, fill the disk, forbid writing (KILLS says how often)
	@$(BIN)/python .ci/kill.py $(or $(KILLS),100)

mutate: $(DEV) ## change the code in random places and count what the tests notice (NUMBER a room, ROOMS)
	@$(BIN)/python .ci/mutate.py --number $(or $(NUMBER),40) $(ROOMS)

calibrate: $(DEV) ## run the slow checks: simulations of the statistics, every figure for every journal (minutes)
	@$(BIN)/python -m pytest -m slow -n 2 --durations=15

benchmark: $(DEV) ## time the statistics beside statsmodels and MNE, as ratios
	@$(BIN)/python -m pytest benchmarks -q -p no:cacheprovider --benchmark-columns=min,median,iqr,rounds

bench: $(BENCH)/.installed ## compare the speed with other programs; prints a table and writes it into the docs
	@$(BENCH)/bin/python benchmarks/compare.py

docs: $(DEV) ## build the documentation site in docs/_build/html, and check it
	@rm -rf docs/_build docs/gallery docs/reference/backreferences # else the gallery keeps images of an older emgkit
	@$(BIN)/python -m sphinx -W --keep-going -q -b html docs docs/_build/html
	@$(BIN)/python -m pytest tests/docs/test_site.py -m site -q

lint: $(DEV) ## style, types, import layers and spelling
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/codespell

clean: ## remove the environment, caches and builds (never results)
	rm -rf $(VENV) $(BENCH) build dist docs/_build docs/gallery docs/reference/generated docs/reference/backreferences .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find emgkit tests studies docs -name __pycache__ -type d -prune -exec rm -rf {} +

$(RUNTIME): requirements/lock.txt pyproject.toml
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || { \
		for candidate in $(PYTHONS); do \
			if "$$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
				echo "Making $(VENV) with $$("$$candidate" -c 'import sys; print(sys.executable, sys.version.split()[0])')" >&2; \
				exec "$$candidate" -m venv --clear $(VENV); \
			fi; \
		done; \
		echo "No Python 3.11 or newer that can make virtual environments was found; looked for: $(PYTHONS)." >&2; \
		echo "Install one (on Debian and Ubuntu: python3 and python3-venv), or name it: make PYTHON=/path/to/python" >&2; \
		exit 1; \
	}
	@echo "Installing emgkit and what it needs into $(VENV) (a minute or two the first time)" >&2
	@$(PIP) install -r requirements/lock.txt
	@$(PIP) install --no-deps -e .
	@touch $@

$(DEV): requirements/lock-dev.txt $(RUNTIME)
	@echo "Installing what tests and lint need into $(VENV)" >&2
	@$(PIP) install -r requirements/lock.txt -r requirements/lock-dev.txt
	@touch $@

$(BENCH)/.installed: requirements/lock.txt requirements/lock-dev.txt requirements/bench.txt $(RUNTIME)
	@echo "Installing emgkit and the programs it is compared with into $(BENCH)" >&2
	@$(BIN)/python -m venv --clear $(BENCH)
	@$(BENCH)/bin/python -m pip --quiet --quiet --disable-pip-version-check --no-input install \
		-r requirements/lock.txt -r requirements/lock-dev.txt
	@$(BENCH)/bin/python -m pip --quiet --quiet --disable-pip-version-check --no-input install --no-deps -e .
	@grep == requirements/bench.txt | while read -r one; do \
		$(BENCH)/bin/python -m pip --quiet --quiet --disable-pip-version-check --no-input install --no-deps "$$one" \
			|| echo "$$one cannot be installed" >&2; done
	@touch $@
