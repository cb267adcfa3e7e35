# Each target sets up what it needs: Python 3.10 or newer, make and git are enough.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CORES ?= 2
ROUNDS ?= 10
FROM ?= 0
SCRIPTS ?= 200000
EXAMPLES ?= 3000
MUTANTS ?= 500
SEED ?= 1
EDITS ?= 1000
FUZZ_RUNS ?= 5000
FUZZ_SEED ?= 1
LOCK := $(VENV)-checks/bin/python -m uv pip compile --quiet --no-config --upgrade --universal --python-version 3.10 \
    --generate-hashes --no-annotate --custom-compile-command "make lock"

.PHONY: help demo test lint docs serve-docs fuzz break generate corpus oracles mutation bench bench-audit \
    dist check-dist check-install check-container sbom wheels lock audit-dependencies clean

help:
	@echo "make demo      install cblint and lint the examples"
	@echo "make test      run every check of the project (under 10 minutes on 2 cores)"
	@echo "make docs      build the site of the documentation in site/ (make serve-docs shows it while you write)"
	@echo "make fuzz      run the properties on new examples, ten times over, and each target of tools.fuzz 5,000 times"
	@echo "               (FUZZ_RUNS=50000: a million executions in all; FUZZ_SEED=2: others)"
	@echo "make break     kill audits at 20 moments, fill their disks, and take their workers away"
	@echo "make generate  write the generated documentation"
	@echo "make corpus    counts and precision over the corpus, where it is at hand"
	@echo "make oracles   hold 200,000 generated scripts to the shells, and thousands of texts to other parsers and validators"
	@echo "               (FROM=seed goes on, SCRIPTS=number, EXAMPLES=number)"
	@echo "make mutation  change cblint in 500 small ways, and look whether the tests notice (MUTANTS=number, SEED=number)"
	@echo "make bench-audit  audit generated fleets of 1,000 and 10,000 repositories, and hold them to what was planted"
	@echo "make bench     time an installed wheel beside yamllint, and keystrokes in an editor (EDITS=10000: memory too)"
	@echo "make dist      build the wheel and the source distribution in dist/, the same bytes wherever that is"
	@echo "make check-dist  build them twice, in different circumstances, compare the bytes, and look at what they hold"
	@echo "make check-install  install the wheel in every documented way (from the package index), and run it"
	@echo "make check-container  build the image step by step in a folder ROOT (that of a Debian), and run it, read-only"
	@echo "make sbom      what is installed with the wheel in dist, as CycloneDX, in sbom/"
	@echo "make wheels    which platforms need a compiler to install cblint: asks the package index, and writes the table"
	@echo "make lock      the newest versions of what releases and the image are made of"
	@echo "make audit-dependencies  known weaknesses of what is installed with cblint: asks the package index"

# A venv that pip can fill from pyproject.toml's groups needs a pip that knows them (25.1).
$(VENV)/base: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/test: $(VENV)/base
	$(BIN)/python -m pip install --quiet --group test
	@touch $@

# What builds the site, and what the types of its hooks are checked with.
$(VENV)/docs: $(VENV)/base
	$(BIN)/python -m pip install --quiet --group docs
	@touch $@

# What looks at the site. Where npm, its registry or Chromium is missing, its test says that it was left out.
$(VENV)/site/done: tests/site/package.json tests/site/package-lock.json
	@mkdir -p $(@D)
	@cp $^ $(@D)
	npm ci --prefix $(@D) --ignore-scripts --no-audit --no-fund --silent --fetch-retries=0 && touch $@ \
	    || echo "Without npm and its registry, nobody looks at the site."

# Only root can install it, and only where there are packages of Debian's. What goes wrong is no failure.
$(VENV)/chromium:
	@command -v chromium > /dev/null || test "$$(id -u)" != 0 || ! command -v apt-get > /dev/null \
	    || DEBIAN_FRONTEND=noninteractive timeout 120 apt-get -qq -o Acquire::Retries=0 -o Dpkg::Use-Pty=0 \
	        install --no-install-recommends --yes chromium > /dev/null 2>&1 || true
	@if command -v chromium > /dev/null; then touch $@; else echo "Without Chromium, nobody looks at the site."; fi

# Microsoft's validator of SARIF. Where npm, its registry or Linux is missing, its test says that it was left out.
$(VENV)/multitool/done: tests/multitool/package.json tests/multitool/package-lock.json
	@mkdir -p $(@D)
	@cp $^ $(@D)
	npm ci --prefix $(@D) --ignore-scripts --no-audit --no-fund --silent --fetch-retries=0 \
	    && chmod u+x $(@D)/node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool && touch $@ \
	    || echo "Without npm and its registry, SARIF is not held to Microsoft's validator."

$(VENV)-bench/done: pyproject.toml $(shell find cblint rules tools/hatch_build.py -type f -not -name '*.pyc')
	$(PYTHON) -m venv $(VENV)-bench
	$(VENV)-bench/bin/python -m pip install --quiet --upgrade "pip>=25.1"
	$(VENV)-bench/bin/python -m pip install --quiet --group bench
	$(VENV)-bench/bin/python -m pip install --quiet --force-reinstall ".[lsp]"
	@touch $@

# What makes a distribution, in the versions of its lock file: with others its bytes may be others.
$(VENV)-dist/done: tools/locked/dist.txt
	$(PYTHON) -m venv $(VENV)-dist
	$(VENV)-dist/bin/python -m pip install --quiet --require-hashes --only-binary :all: --requirement $<
	@touch $@

# What looks at one.
$(VENV)-checks/done: pyproject.toml
	$(PYTHON) -m venv $(VENV)-checks
	$(VENV)-checks/bin/python -m pip install --quiet --upgrade "pip>=25.1"
	$(VENV)-checks/bin/python -m pip install --quiet --group dist-checks
	@touch $@

demo: $(VENV)/base
	$(BIN)/cblint check examples --exit-zero

lint: $(VENV)/test $(VENV)/docs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .
	$(BIN)/hadolint Dockerfile
	$(BIN)/zizmor --quiet --offline --persona=pedantic .github action.yml
	$(BIN)/python -m tools.generate --check

# Compiled first: tests start hundreds of processes, which would else each do that where nobody may write bytecode.
# Neighbours stay with one worker (worksteal), so that what a module shares is made once.
test: lint $(VENV)/multitool/done $(VENV)/site/done $(VENV)/chromium
	$(BIN)/python -m compileall -q cblint tests tools
	$(BIN)/python -m pytest --numprocesses $(CORES) --dist worksteal

docs: $(VENV)/docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

serve-docs: $(VENV)/docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs serve

fuzz: $(VENV)/test
	for round in $$(seq $(ROUNDS)); do \
	    CBLINT_HYPOTHESIS=fuzz $(BIN)/python -m pytest --numprocesses $(CORES) -m hypothesis tests || exit 1; \
	    CBLINT_HYPOTHESIS=fuzz $(BIN)/python -m pytest --numprocesses $(CORES) -m "not hypothesis" \
	        tests/properties tests/integration/test_hostile_anything.py tests/test_fix.py \
	        tests/integration/test_fix_places.py tests/integration/test_corpus_fixes.py \
	        tests/test_formats_hostile.py tests/test_line_hash.py tests/test_pre_commit_hooks.py \
	        tests/test_reports.py tests/test_sarif.py tests/test_sarif_places.py \
	        tests/test_spelling.py || exit 1; \
	done
	CBLINT_FLEET=all CBLINT_CHANGES=200 $(BIN)/python -m pytest --numprocesses $(CORES) \
	    tests/test_fleet.py tests/audit/test_again.py
	CBLINT_MUTATED=10000 $(BIN)/python -m pytest --numprocesses $(CORES) tests/integration/test_shell_oracles.py
	CBLINT_HOSTILE=all $(BIN)/python -m pytest --numprocesses $(CORES) tests/integration tests/hostile tests/test_taint_growth.py \
	    tests/properties/test_hosts.py tests/properties/test_hosted_fixes.py
	$(BIN)/python -m tools.fuzz --runs $(FUZZ_RUNS) --seed $(FUZZ_SEED) --workers $(CORES)

break: $(VENV)/test
	$(BIN)/python -m pip install --quiet --group cluster
	CBLINT_BREAK=all CBLINT_KILLS=20 $(BIN)/python -m pytest tests/audit/test_killing.py tests/audit/test_breaking.py \
	    tests/audit/test_cluster.py \
	    tests/audit/test_breaking_for_long.py tests/audit/test_cluster_for_long.py

generate: $(VENV)/test
	$(BIN)/python -m tools.generate

corpus: $(VENV)/test
	$(BIN)/python -m tools.corpus

# The shells, bashlex, PyYAML's own parser and jsonschema: what they make of a text is not what we think they do.
oracles: $(VENV)/test
	$(BIN)/python -m tools.oracles --workers $(CORES) --from $(FROM) --scripts $(SCRIPTS)
	CBLINT_ORACLES=$(EXAMPLES) CBLINT_FROM=$(FROM) CBLINT_HYPOTHESIS=fuzz $(BIN)/python -m pytest --numprocesses $(CORES) \
	    tests/integration/test_bashlex_oracle.py tests/properties/test_source_properties.py \
	    tests/properties/test_shape_properties.py tests/properties/test_project_schema.py \
	    tests/properties/test_config_schema.py

# One processor, for an hour or two. What was done is kept in .mutation: a run that was stopped goes on there.
mutation: $(VENV)/test
	$(BIN)/python -m pip install --quiet --group mutation
	$(BIN)/python -m pytest tests/test_mutation.py
	$(BIN)/python -m tools.mutation --seed $(SEED) --mutants $(MUTANTS)

bench-audit: $(VENV)/test
	$(BIN)/python -m tools.bench_audit $(BIN)/python

bench: $(VENV)-bench/done
	$(VENV)-bench/bin/python -m tools.bench $(VENV)-bench/bin/python $(BENCH)
	$(PYTHON) tools/bench_editor.py $(VENV)-bench/bin/python --edits $(EDITS)

dist: $(VENV)-dist/done
	$(VENV)-dist/bin/python -m tools.dist

check-dist: dist $(VENV)-checks/done
	$(VENV)-checks/bin/twine check --strict dist/*
	$(VENV)-checks/bin/check-wheel-contents dist
	$(VENV)-dist/bin/python -m tools.dist --check

check-install: dist sbom $(VENV)/test $(VENV)-checks/done
	CBLINT_DIST=dist CBLINT_SBOM=sbom $(BIN)/python -m pytest tests/integration/test_install.py tests/integration/test_sbom.py

# What is installed with cblint, and nothing else: not even pip is there.
sbom: $(VENV)-checks/done
	rm -rf sbom
	$(PYTHON) -m venv --without-pip sbom/venv
	$(VENV)-checks/bin/python -m pip --python sbom/venv/bin/python install --quiet --only-binary :all: dist/*.whl
	$(VENV)-checks/bin/cyclonedx-py environment --pyproject pyproject.toml --mc-type application --output-reproducible \
	    --validate --spec-version 1.6 --output-format JSON --output-file sbom/cblint.cdx.json sbom/venv/bin/python
	rm -rf sbom/venv

check-container: $(VENV)/test
	CBLINT_ROOT="$(ROOT)" $(BIN)/python -m pytest tests/integration/test_container.py

wheels: dist $(VENV)-checks/done
	$(VENV)-checks/bin/python -m tools.wheels --write

lock: $(VENV)-checks/done
	$(LOCK) --group dist --output-file tools/locked/dist.txt
	$(LOCK) --extra audit --extra shellcheck --output-file tools/locked/container.txt pyproject.toml

audit-dependencies: $(VENV)-checks/done
	$(LOCK) --all-extras --output-file $(VENV)-checks/all.txt pyproject.toml
	for file in $(VENV)-checks/all.txt tools/locked/*.txt; do \
	    $(VENV)-checks/bin/pip-audit --strict --disable-pip --require-hashes --requirement $$file || exit 1; \
	done

clean:
	rm -rf $(VENV) $(VENV)-bench $(VENV)-dist $(VENV)-checks dist sbom site .mypy_cache .ruff_cache .pytest_cache .hypothesis \
	    .mutation crashes
