# The same verbs for a person and for CI. Each is a short script in scripts/ that can be read and run by itself.
.DEFAULT_GOAL := help
.PHONY: help install run test bench check docs lock clean

help: ## say what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: ## make .venv and install the locked packages into it
	@scripts/install dev

run: ## serve at http://localhost:8000 with demo data (PORT=8001: elsewhere)
	@scripts/run

test: ## every test (ARGS="-k replay": those; they go to pytest)
	@scripts/test $(ARGS)

bench: ## how fast, against whom; takes long (ARGS=--quick: a short run)
	@scripts/bench $(ARGS)

check: ## lint, format, types
	@scripts/check

docs: ## write the references in docs/ that come from the code
	@scripts/docs

lock: ## fix versions and hashes anew (ARGS=--upgrade: the newest that pyproject.toml allows)
	@scripts/lock $(ARGS)

clean: ## remove what the other commands made, except ./data
	@scripts/clean
