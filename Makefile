# One command per chore. `make` alone lists them. Every target sets up what it needs first.

SHELL := /bin/bash
BIN := .venv/bin
PACKAGES := sync_server hardware glass pos_app kds_app
# How the tests are shared out between the processes stands in tests/conftest.py. One more than CI
# has processors, since one of them often waits for a server, a browser or a disk.
PYTEST := $(BIN)/python -m pytest -q -n 3

# Tests start dozens of processes: each would compile everything it imports once more.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup test lint types imports fmt demo bench fuzz simulate screenshots icons lock clean

help:  ## this list
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 14

setup:  ## prepare the machine and .venv; does nothing when nothing changed
	@bash scripts/setup.sh

test: setup  ## everything that CI checks
	@$(MAKE) --no-print-directory --jobs=2 --output-sync lint types imports
	@$(PYTEST)

lint: setup  ## style and suspicious code
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: setup  ## strict types
	@$(BIN)/mypy $(PACKAGES) scripts tests

imports: setup  ## who may import whom
	@$(BIN)/lint-imports --no-logo

fmt: setup  ## format the code
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

demo: setup  ## a whole seeded restaurant on this machine; options in ARGS="..."
	@$(BIN)/vitrylo demo $(ARGS)

bench: setup  ## measure, beside the machine's own limits; options in ARGS="--only a,b"
	@$(BIN)/python -m tests.bench $(ARGS)

fuzz: setup  ## the property tests with many fresh examples; where in ARGS="tests/domain"
	@$(PYTEST) -m hypothesis --hypothesis-profile=fuzz $(ARGS)

simulate: setup  ## evenings of trouble on every core until one breaks; where from in ARGS="SEED"
	@$(BIN)/python -m tests.simulation --forever $(ARGS)

screenshots: setup  ## take the README's pictures from the running program
	@$(BIN)/python -m pytest -q tests/e2e
	@$(BIN)/python -m pytest -q tests/apps/test_everywhere.py -k readme
	@mkdir -p docs/screenshots
	@for name in floor order modifiers pay room review kitchen price-rule portions \
		conflict; do \
		cp build/e2e/$$name.png docs/screenshots/; done
	@for name in split portrait light small polish; do \
		cp build/screens/readme_$$name.png docs/screenshots/$$name.png; done
	@cp build/e2e/paper-0003.png docs/screenshots/receipt.png
	@$(BIN)/python -m tests.web.pictures docs/screenshots
	@$(BIN)/python -m pytest -q tests/apps/kds/test_screen.py -k "stands_on_the_glass or by_dish"
	@for name in board tab_pass sheet_speed sheet_recipe_duck by_dish; do \
		cp build/screens/kds_$${name}_1920x1080.png docs/screenshots/; done

icons: setup  ## rebuild the icon fonts (needs npm)
	@$(BIN)/python scripts/build_icons.py

lock: setup  ## resolve the dependencies again after a change of pyproject.toml
	@$(BIN)/uv pip compile --quiet --generate-hashes --universal --all-extras \
		--custom-compile-command "make lock" pyproject.toml -o requirements.lock

clean:  ## forget the environments and caches; data in var/ stays
	rm -rf .venv .venv-emupos .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	rm -rf .hypothesis build *.egg-info
