# Every target works from a fresh clone: bin/sopwith makes the environment that it needs.
# PYTEST=... passes more to pytest: make test-fast PYTEST="-k calendar -x"

DEV := bin/sopwith --dev
PYTEST ?=
WORKERS ?= 2

.PHONY: help run test test-fast test-faults test-full check format lint floors types system bench bench-scale lock try clean

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

run:  ## start Sopwith with sample data at http://127.0.0.1:8080
	bin/sopwith up --demo

# What fails while two workers share the machine is run once more by itself: a fault fails twice, a
# race of a test with a busy machine does not. Both runs are printed.
test: check system  ## all checks and all tests, browser and PostgreSQL included
	$(DEV) -m pytest -q -n $(WORKERS) --dist loadfile $(PYTEST) || \
	$(DEV) -m pytest -q --last-failed --last-failed-no-failures none $(PYTEST)

test-fast:  ## the unit tests: no server, no browser
	$(DEV) -m pytest -q tests/unit tests/test_packaging.py $(PYTEST)

test-faults: system  ## kill the server at every point, on both databases; many random kills
	SOPWITH_FULL=1 $(DEV) -m pytest -q tests/faults $(PYTEST)

test-full: check system  ## as test, with many more generated examples
	SOPWITH_FULL=1 $(DEV) -m pytest -q -n $(WORKERS) --dist loadfile $(PYTEST)

check: lint floors types  ## format, lint, floors and types, without a test

format:  ## put the code into shape
	$(DEV) -m ruff format .
	$(DEV) -m ruff check --fix-only .

lint:  ## fail on code that `make format` would change, and on what ruff finds
	$(DEV) -m ruff format --check .
	$(DEV) -m ruff check --quiet .

floors:  ## fail on an import from a floor above or beside
	$(DEV) tools/floors.py

types:  ## fail on what mypy finds
	$(DEV) tools/linktree.py build/typing
	$(DEV) -m mypy
	$(DEV) -m mypy tools bin/sopwith

system:  ## install what the browser tests need from the system's packages
	python3 tools/system_packages.py

bench:  ## measure us beside the others; writes to bench/results
	bin/sopwith --bench -m bench

bench-scale:  ## measure how much one machine carries, on both databases; BENCH_SIZES=10000,100000,1000000 for more
	bin/sopwith --bench -m bench scale

lock:  ## make the lists in lock/ again from pyproject.toml
	python3 tools/relock.py

try:  ## prove that a bare clone of the last commit sets itself up and runs
	python3 tools/newcomer.py

clean:  ## remove everything that can be made again; your data in var/ stays
	rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	rm -rf .venv .venv-dev .venv-bench .venv-grown .venv-tool .venv-cache .venv-lock
	find bin tools platform web catalog tests bench -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
