# Every target is one line of work: uv for the tools, mill for the rest. `make` alone lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-builtin-rules --no-print-directory
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# uv from PATH when it can read our lock file, else our own inside the checkout.
UV_VERSION := 0.13.9
UV_OLDEST := 0.9.0
OWN_UV := .tools/uv-$(UV_VERSION)/bin/uv
UV := $(or $(shell printf '%s\n' "uv $(UV_OLDEST)" "$$(uv --version 2>/dev/null)" | sort -CV && command -v uv),$(OWN_UV))
export UV_PYTHON ?= >=3.11
RUN := $(UV) run --no-sync

MEMBERS := $(patsubst %/pyproject.toml,%,$(wildcard libs/*/pyproject.toml services/*/pyproject.toml))
LOCKED := uv.lock pyproject.toml $(MEMBERS:%=%/pyproject.toml)
SYNC := $(UV) sync --quiet --frozen --all-packages --all-extras
MILL := .venv/bin/mill

# What to work on; each can be given on the command line.
export BRIEF ?=
ASPECT ?=
PUBMED_ID ?= 90000001
SIZE ?=
# One more than there are cores: a good part of the tests waits for something.
WORKERS ?= $(shell expr $$(nproc) + 1)
ARGS ?=
IN ?= $(MEMBERS)
SOURCES := $(wildcard $(IN:%=%/src)) tests/lint

.PHONY: help setup demo demo-explainer gallery up down test test-images check manifests images migrate bench bench-media chaos fmt
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/.synced ## Install everything into .venv (and uv into .tools, if there is none)
	@:

demo: setup ## Make a film: BRIEF=brief.md or BRIEF='a sentence', ASPECT=16:9|9:16|1:1
	@$(MILL) demo $(if $(BRIEF),--brief "$$BRIEF") $(if $(ASPECT),--aspect $(ASPECT)) $(ARGS)

demo-explainer: setup ## Make a film of a paper, offline: PUBMED_ID=90000001 SIZE=1280x720
	@$(RUN) python -m mediamill_testing.pubmed.demo $(PUBMED_ID) $(if $(SIZE),--size $(SIZE)) $(ARGS)

gallery: setup ## Make the films of examples/ and a page that shows them: ARGS='--only product-ad'
	@$(MILL) gallery $(ARGS)

up: setup ## Start the one-machine stack
	@$(MILL) up $(ARGS)

down: setup ## Stop it
	@$(MILL) down $(ARGS)

test: setup ## Run every test: WORKERS=3 ARGS='-k words'
	@$(RUN) pytest -q -m 'alone and not bench and not images' $(ARGS) || [ $$? -eq 5 ]
	@$(RUN) pytest -m 'not alone and not bench and not images' -n $(WORKERS) --dist loadgroup --durations=10 $(ARGS)

test-images: setup ## Start every image's process out of what its image would hold
	@$(RUN) pytest -q -n 0 tests/integration/test_images_start.py $(ARGS)

check: check-format check-lint check-types check-imports check-dependencies check-lock check-rules check-manifests check-prometheus check-docker check-kubernetes ## Run every check but the tests

manifests: setup ## Write what follows from the queues' queue.toml
	@$(MILL) manifests $(ARGS)

images: setup ## Print the commands that build every image, with what each holds: VERSION=1.2 REGISTRY=…
	@$(RUN) python -m mill.images --version $(or $(VERSION),dev) --revision $$(git rev-parse HEAD || echo unknown) \
	  $(if $(REGISTRY),--registry $(REGISTRY)) $(ARGS)

migrate: setup ## Bring the database of MEDIAMILL_DATABASE_URL to this version
	@$(MILL) migrate $(ARGS)

bench: setup ## Measure us and others in one run, into out/bench: QUICK=1 ROUNDS=5 ARGS='-k w1'
	@$(SYNC) --inexact --group bench
	@$(RUN) pytest -m bench -s -p no:randomly -o faulthandler_timeout=0 $(ARGS)

bench-media: setup .tools/moviepy/.synced ## Measure the renderer beside MoviePy and plain ffmpeg, into out/bench-media: QUICK=1 ROUNDS=3 ARGS='j1 j8'
	@PYTHONPATH=tests/bench $(RUN) python -m mediabench $(ARGS)

chaos: setup ## Break what can be broken and prove that nothing was lost: SEED= MINUTES=10
	@$(RUN) python -m mediamill_testing.chaos $(if $(SEED),--seed $(SEED)) --minutes $(or $(MINUTES),10) $(ARGS)

fmt: setup ## Format the code and mend what ruff can mend
	@$(RUN) ruff format . && $(RUN) ruff check --fix .

# --- the parts of `make check`; IN=services/image holds types and dependencies to one member --------------------------
.PHONY: check-format check-lint check-types check-imports check-dependencies check-lock check-rules check-manifests check-prometheus check-docker check-kubernetes
check-format: setup
	@$(RUN) ruff format --check .
check-lint: setup
	@$(RUN) ruff check .
check-types: setup
	@MYPYPATH=$$(echo $(wildcard libs/*/src services/*/src) tests/lint | tr ' ' :) $(RUN) mypy --explicit-package-bases $(SOURCES)
check-imports: setup
	@$(RUN) lint-imports --no-logo
# What deptry cannot see: which module an editable member gives, and which packages are two names of one thing.
MODULES := mediamill=mediamill|pydantic|pydantic_core,pydantic=pydantic|pydantic_core,fastapi=fastapi|starlette
MODULES := $(MODULES),mediamill-conductor=conductor,mediamill-gateway=gateway,mediamill-mill=mill
DEPTRY := --known-first-party mediamill_media --package-module-name-map '$(MODULES)'
check-dependencies: setup
	@failed=0; for member in $(IN); do (cd $$member && $(abspath $(UV)) run --no-sync deptry --no-ansi $(DEPTRY) src) || failed=1; done; exit $$failed
check-lock: setup
	@$(UV) lock --check --quiet
check-rules: setup
	@$(RUN) pytest -q tests/lint
check-manifests: setup
	@$(MILL) manifests --check
check-prometheus: setup
	@$(RUN) python -m mediamill_testing.promtool
check-docker: .tools/check/.synced
	@.tools/check/bin/hadolint $(wildcard services/*/Dockerfile deploy/*/Dockerfile)
	@for profiles in core observability gpu core,observability,gpu; do COMPOSE_PROFILES=$$profiles POSTGRES_PASSWORD=any \
	  MEDIAMILL_SECRET=any STORE_SECRET_KEY=any .tools/check/bin/docker-compose config --quiet || exit 1; done
check-kubernetes: .tools/check/.kubernetes
	@:
.tools/check/bin/helm: .tools/check/.synced
	@.tools/check/bin/python k8s/checks/programs.py && touch $@
# Rendering and reading some 200 objects takes seconds, and nothing changes that outcome but these files.
.tools/check/.kubernetes: .tools/check/bin/helm $(shell find k8s -type f -not -path '*/__pycache__/*')
	@.tools/check/bin/python k8s/checks && touch $@

# --- installing: a stamp newer than every file that says what to install means that there is nothing to do ------------
.venv/.synced: $(LOCKED) | $(UV)
	@$(SYNC) --inexact && touch $@

# The offline linters have an environment of their own, so that demo and test need not wait for them.
.tools/check/.synced: uv.lock pyproject.toml | $(UV)
	@UV_PROJECT_ENVIRONMENT=.tools/check $(UV) sync --quiet --frozen --only-group check && touch $@

# Whom `make bench-media` measures us against: it wants another Pillow than we do, so it lives apart and nothing else needs it.
.tools/moviepy/.synced: Makefile | $(UV)
	@$(UV) venv --quiet --clear .tools/moviepy && $(UV) pip install --quiet --python .tools/moviepy/bin/python moviepy==2.2.1 && touch $@

$(OWN_UV):
	@rm -rf $(@D) && python3 -m venv .tools/uv-$(UV_VERSION) && $(@D)/pip install --quiet uv==$(UV_VERSION) \
	|| { rm -rf .tools/uv-$(UV_VERSION); PIP_ROOT_USER_ACTION=ignore python3 -m pip install --quiet --target .tools/uv-$(UV_VERSION) uv==$(UV_VERSION); }
