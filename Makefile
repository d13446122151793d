# PYTHON=/path/to/python3.11 chooses the interpreter; without it the first recent one found is taken.
PYTHON ?=

VENV = .venv
# Named for PYTHON, so that asking for another interpreter makes the environment again.
STAMP = $(VENV)/.installed-$(subst /,-,$(or $(PYTHON),found))

.DEFAULT_GOAL := help
.PHONY: help demo docs test bench bench-audit lint clean

help: ## say what each command does
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' Makefile

demo: $(STAMP) ## audit the export that is shipped and leave an HTML page in build/demo
	@$(VENV)/bin/rebild-policy demo --out build/demo

docs: $(STAMP) ## build the manual as a site into build/site; a warning is an error
	@$(VENV)/bin/sphinx-build -W --keep-going -q -c tools/site -d build/site-cache docs build/site
	@echo "Open build/site/index.html"

test: lint ## check style and types, then run the tests
	$(VENV)/bin/python -m pytest -n auto --dist loadgroup

lint: $(STAMP) ## check style and types
	$(VENV)/bin/ruff check
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/mypy

bench: $(STAMP) ## run the benchmarks
	@$(VENV)/bin/python -m benchmarks

bench-audit: $(STAMP) ## run the benchmarks of audits: exports of one and of ten million events
	@$(VENV)/bin/python -m benchmarks.audit

clean: ## remove the environment, what was built, and the caches
	rm -rf $(VENV) build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(STAMP): pyproject.toml
	@python=$$(sh tools/prerequisites.sh "$(PYTHON)") && \
	echo "Installing into $(VENV) with $$("$$python" --version); this takes about a minute." && \
	"$$python" -m venv --clear $(VENV)
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --use-pep517 --editable '.[dev]'
	@touch $@
