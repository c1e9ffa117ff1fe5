# Everything a developer or the pipeline types. Every target makes what it needs: environment, engine, lab.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# The tools of .venv come first, so that recipes read like what one would type in an activated shell.
export PATH := $(CURDIR)/.venv/bin:$(PATH)
# Where bytecode may not be written, every run of Ansible compiles what it imports anew.
unexport PYTHONDONTWRITEBYTECODE

REQUIREMENTS := requirements.txt requirements-dev.txt app/requirements.txt app/requirements-dev.txt
UNIT := -m "not integration and not e2e and not full" --ignore=tests/lint --ignore=tests/integration --ignore=tests/e2e

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: setup
setup: ## Create .venv from the hashed requirements (nothing to do when they are unchanged)
	@.ci/setup .venv $(REQUIREMENTS)

.PHONY: engine
engine: setup
	@python -m lab engine

.PHONY: lab
lab: engine
	@python -m lab up

.PHONY: up
up: lab ## Start the lab and converge it: EchoDiary on two hosts, monitoring on a third
	@. .ci/pipeline.sh; inventory=$$(inventory_of local); ansible-playbook site.yml -i "$$inventory"

.PHONY: cloud
cloud: engine ## From an empty AWS account (imitation) to a page that answers, a hand in the console, and back
	@python -m lab.cloud

.PHONY: live
live: setup ## A throw-away environment in a real AWS account: asks, says what it costs, keeps a log
	@python -m lab.cloud --live

.PHONY: down
down: setup ## Remove everything the lab made, and nothing else
	@python -m lab down

.PHONY: status
status: setup ## Show what of the lab is running
	@python -m lab status

.PHONY: test
test: setup ## Run all tests, quick ones first
	@.ci/test

.PHONY: test-full
test-full: setup ## Run all tests and the long ones
	@.ci/test --full

.PHONY: lint
lint: setup ## Check style, types, documentation and that the parts agree
	@.ci/lint

.PHONY: unit
unit: setup ## Run the unit tests (no Docker needed)
	@pytest -n 3 $(UNIT)

.PHONY: rights
rights: setup ## Write which rights in AWS provisioning takes (docs/aws/), as the kinds of the account name them
	@python .ci/rights.py

.PHONY: ports
ports: setup ## Write the tables of ports into the READMEs of inventories/, as components say what they listen on
	@python .ci/ports.py

.PHONY: app-test
app-test: engine ## Run EchoDiary's own tests
	@cd app && pytest -n 3

.PHONY: front
front: ## Build EchoDiary's pages into frontend/dist (needs Node.js)
	@.ci/front

.PHONY: integration
integration: engine ## Run the tests that need a Docker engine
	@.ci/browser
	@pytest -n 3 --dist loadscope --no-loadscope-reorder -m "not full" tests/integration

.PHONY: molecule
molecule: engine ## Test every role on a fresh host, or one with ROLE=name
	@.ci/molecule $(ROLE)

.PHONY: e2e
e2e: engine ## Run the end-to-end tests on a lab of their own
	@pytest -m "not full" tests/e2e

.PHONY: load-tools
load-tools: ## Put what a load test needs of Python into an environment of its own (docs/load.md)
	@.ci/setup .venv-load requirements-load.txt

.PHONY: cores
cores: engine ## Converge, deploy and roll back with every ansible-core, or one with CORE=2.21
	@pytest tests/e2e/test_controllers.py $(if $(CORE),-k '[$(CORE)]')

.PHONY: full
full: engine
	@.ci/browser
	@pytest -m full

.PHONY: bench
bench: engine ## Measure against tuned Ansible, Mitogen and pyinfra; results in benchmarks/results/
	@.ci/setup .venv-bench requirements.txt requirements-bench.txt
	@python -m benchmarks

# What the pipelines do, and anybody can do by hand (docs/pipelines.md). Values come from the environment or the command line
# and are read as text by the scripts.
export ENVIRONMENT RELEASE REASON IMAGE IMAGE_REPOSITORY

.PHONY: image
image: ## Build EchoDiary's image of this commit and push it (IMAGE_REPOSITORY=registry/name)
	@.ci/image

.PHONY: pin
pin: setup ## Write which image an environment runs (ENVIRONMENT=staging IMAGE=…@sha256:…)
	@.ci/pin "$$ENVIRONMENT" "$$IMAGE"

.PHONY: publish-pin
publish-pin: setup
	@.ci/publish-pin "$$ENVIRONMENT"

.PHONY: deploy
deploy: setup ## Deploy to an environment (ENVIRONMENT=staging RELEASE=v1.4.0)
	@.ci/release deploy "$$ENVIRONMENT"

.PHONY: rollback
rollback: setup ## Put an environment back on its last good release (ENVIRONMENT=production)
	@.ci/release rollback "$$ENVIRONMENT"

.PHONY: smoke
smoke: setup ## Ask every host of an environment as its users do (ENVIRONMENT=staging)
	@.ci/smoke "$$ENVIRONMENT"

.PHONY: drift
drift: setup ## Report what differs from git, and change nothing (ENVIRONMENT=production)
	@.ci/look status "$$ENVIRONMENT"

.PHONY: security
security: setup ## Look for what a stranger could use of an environment (ENVIRONMENT=production)
	@.ci/security "$$ENVIRONMENT"

.PHONY: report
report: setup ## Tell the week of an environment on one page, what to do first (ENVIRONMENT=production)
	@.ci/report "$$ENVIRONMENT"

.PHONY: plan
plan: setup ## Report what this checkout would change in an environment (ENVIRONMENT=staging)
	@.ci/look plan "$$ENVIRONMENT"

.PHONY: drift-issue
drift-issue: setup
	@PYTHONPATH=. python .ci/github.py issue --environment "$$ENVIRONMENT"

.PHONY: plan-comment
plan-comment: setup
	@PYTHONPATH=. python .ci/github.py comment --environment "$$ENVIRONMENT" --number "$$NUMBER"

.PHONY: lock
lock: setup ## Pin requirements*.in anew (make lock ARGS=--upgrade)
	@.ci/lock $(ARGS)
