# Verbs only: each is one line into `python -m autograder` (on Windows, type that line instead).
# The set-up happens by itself, once: .venv and a stamp for what is installed in it.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
RUN := $(BIN)/python -m autograder
export AUTOGRADER_VIA := make
# By default a worker takes hundreds of tests at once: one would prove every topic while the others have nothing to do.
SPREAD := -n auto --dist worksteal
LANGUAGE_OPTION := $(if $(LANG_),--lang $(LANG_))
CHINESE := $(filter zh%,$(firstword $(LANG_) $(LANGUAGE) $(LC_ALL) $(LC_MESSAGES) $(LANG)))

.DEFAULT_GOAL := help
.PHONY: help setup system grade watch hint status debug report batch starter notebook release check test lint mutants strangers gallery fuzz chaos \
  bench parity translations doctor clean

help:            ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {if (FILENAME == "Makefile") verb[++n] = $$1; said[$$1] = $$2} \
	  END {for (i = 1; i <= n; i++) printf "  make %-13s %s\n", verb[i], said[verb[i]]}' Makefile $(CHINESE:%=autograder/locale/zh_CN/verbs.txt)

$(VENV)/student.stamp: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or later is needed; $(PYTHON) is older. Say which one: make PYTHON=python3.12 …"; exit 2; }
	@test -x $(BIN)/python || { echo "Setting up $(VENV), once; this takes a few minutes."; $(PYTHON) -m venv $(VENV); }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable .
	@touch $@

$(VENV)/developer.stamp: $(VENV)/student.stamp
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

setup: $(VENV)/student.stamp ## what a student needs, into .venv

system:          ## packages of the operating system that isolate and test better (Debian, Ubuntu; root)
	apt-get update -q && apt-get install -q -y --no-install-recommends bubblewrap chromium

grade: $(VENV)/student.stamp ## your work: all topics, or TOPIC=… [ONLY=…] [SEED=…] [FROM=path] [ALL=1] [DEVICE=cpu|cuda|auto]
	@$(RUN) grade $(TOPIC) $(if $(ONLY),--only '$(ONLY)') $(if $(SEED),--seed '$(SEED)') $(if $(FROM),--from '$(FROM)') \
	  $(if $(DEVICE),--device $(DEVICE)) $(if $(ALL),--all) $(if $(JSON),--json) $(if $(STRICT),--strict) $(LANGUAGE_OPTION)

watch: $(VENV)/student.stamp ## grade on every save: the topic that you save, or TOPIC=…; keys n h a q
	@$(RUN) watch $(TOPIC) $(if $(SEED),--seed '$(SEED)') $(if $(FROM),--from '$(FROM)') $(LANGUAGE_OPTION)

hint: $(VENV)/student.stamp ## a hint for the first open question [TOPIC=…] [ONLY=…]
	@$(RUN) hint $(TOPIC) $(if $(ONLY),--only '$(ONLY)') $(if $(SEED),--seed '$(SEED)') $(if $(FROM),--from '$(FROM)') $(LANGUAGE_OPTION)

status: $(VENV)/student.stamp ## progress over all topics and what comes next
	@$(RUN) status $(if $(FROM),--from '$(FROM)') $(LANGUAGE_OPTION)

debug: $(VENV)/student.stamp ## one question where breakpoint() works: TOPIC=… ONLY=… [SEED=…]
	@$(RUN) debug $(TOPIC) $(if $(ONLY),--only '$(ONLY)') $(if $(SEED),--seed '$(SEED)') $(if $(FROM),--from '$(FROM)') $(LANGUAGE_OPTION)

report: $(VENV)/student.stamp ## your work graded, as an HTML page with pictures [TOPIC=…] [ONLY=…] [OUT=out/report.html]
	@$(RUN) report $(TOPIC) $(if $(ONLY),--only '$(ONLY)') $(if $(SEED),--seed '$(SEED)') $(if $(FROM),--from '$(FROM)') \
	  $(if $(OUT),--out '$(OUT)') $(LANGUAGE_OPTION)

batch: $(VENV)/student.stamp ## a class: IN=canvas.zip TOPIC=…|all [OUT=…] [ROSTER=…] [DRY=1] [SOURCE=…] [BOOK=…] [FINAL=1] [FRESH=1] [JOBS=…] [CLUSTER=tcp://…] [DEVICE=cuda] [UNSAFE=1]
	@$(RUN) batch '$(TOPIC)' '$(IN)' $(if $(OUT),'$(OUT)') $(if $(ROSTER),--roster '$(ROSTER)') $(if $(SOURCE),--source '$(SOURCE)') \
	  $(if $(BOOK),--book '$(BOOK)') $(if $(DRY),--dry-run) $(if $(JOBS),--jobs $(JOBS)) $(if $(CLUSTER),--cluster '$(CLUSTER)') \
	  $(if $(DEVICE),--device $(DEVICE)) $(if $(FRESH),--fresh) $(if $(FINAL),--final) $(if $(UNSAFE),--unsafe) $(LANGUAGE_OPTION)

starter: $(VENV)/student.stamp ## starter/<topic>.py from solutions/ [TOPIC=…] [FORCE=1]
	@$(RUN) starter $(TOPIC) $(if $(FORCE),--force)

notebook: $(VENV)/student.stamp ## starter/<topic>.ipynb, to work in instead of the .py [TOPIC=…] [FORCE=1]
	@$(RUN) notebook $(TOPIC) $(if $(FORCE),--force) $(LANGUAGE_OPTION)

release: $(VENV)/student.stamp ## the student edition, a folder and a zip [TOPICS="…"] [OUT=folder]
	@$(RUN) release $(TOPICS) $(if $(OUT),--out '$(OUT)')

doctor: $(VENV)/student.stamp ## how student code is kept apart on this machine
	@$(RUN) doctor $(LANGUAGE_OPTION)

test: check      ## everything: the floors, style, types, spelling, tests, proofs of all topics

check: lint      ## the same as test
	@$(BIN)/python -m pytest -q $(SPREAD) $(PYTEST)

lint: $(VENV)/developer.stamp ## style, types, floors and spelling alone
	@$(BIN)/ruff check . && $(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/codespell

mutants: $(VENV)/developer.stamp ## known mistakes caught and named, alternatives kept [TOPIC=…] [ONLY=…] [SEEDS=3] [RECORDED=1]
	@$(RUN) mutants $(TOPIC) $(if $(ONLY),--only $(ONLY)) $(if $(RECORDED),--recorded,--seeds $(or $(SEEDS),3))

strangers: $(VENV)/developer.stamp ## programs in no bank get no wrong name, those in it their own; with and without solutions
	@AUTOGRADER_STRANGERS=all $(BIN)/python -m pytest -q -s tests/autograder/diagnosis/test_strangers.py \
	  tests/autograder/authoring/test_release.py

fuzz: $(VENV)/developer.stamp ## wrong frames for the trusted side [SECONDS=60] [SEED=…]
	@FUZZ_SECONDS=$(or $(SECONDS),60) FUZZ_SEED=$(or $(SEED),$$(date +%s)) $(BIN)/python -m pytest -q -s tests/autograder/fuzz

chaos: $(VENV)/developer.stamp ## kill a batch's processes at random moments [ROUNDS=100] [SEED=…]
	@AUTOGRADER_CHAOS=$(or $(ROUNDS),100) AUTOGRADER_CHAOS_SEED=$(or $(SEED),1) $(BIN)/python -m pytest -q tests/autograder/chaos

parity: $(VENV)/developer.stamp ## the same scores by nbgrader, Otter and Gradescope [TOPIC=…] [MOST=3] [SECONDS=600] [PAGE=file] [FRESH=1] [APART=1]
	@$(RUN) parity $(TOPIC) $(if $(MOST),--most $(MOST)) $(if $(ROUTES),--routes $(ROUTES)) $(if $(SECONDS),--seconds $(SECONDS)) \
	  $(if $(PAGE),--page '$(PAGE)') $(if $(FRESH),--fresh) $(if $(APART),--apart)

bench: $(VENV)/developer.stamp ## ratios of speed, pairs in turn [CASE=floor,jobs] [FULL=1]
	@$(BIN)/python -m benchmarks $(CASE) $(if $(FULL),--full)

gallery: $(VENV)/developer.stamp ## every hostile or broken submission, at each level, as root and as an ordinary user
	@AUTOGRADER_GALLERY=all $(BIN)/python -m pytest -q $(SPREAD) tests/autograder/test_gallery.py

translations: $(VENV)/developer.stamp ## compile the catalogues after editing a .po file
	@$(BIN)/pybabel compile --domain autograder --directory autograder/locale

clean:           ## the environment and every cache; your work and out/ stay
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .autograder
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
