# Every command of the project. Each brings along what it needs; a second run repeats nothing.
SHELL := /bin/sh
BIN := .venv/bin
PY := $(BIN)/python

.PHONY: help demo run setup train measure test chaos bench check fresh pictures lock env env-dev

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' Makefile

demo: env ## Start everything against the simulator, with progress and one address; Ctrl-C ends it
	@exec $(PY) -m scripts.demo

run: env ## Start web and worker with the settings in .env, as a host would
	@PATH="$(CURDIR)/$(BIN):$$PATH" && PORT=$${PORT:-8000} && export PATH PORT && \
		honcho start release && exec honcho start web worker

setup: env-dev ## Make both environments, the bridge's and Rasa's, without starting anything
	@$(PY) scripts/rasa_env.py setup

train: env ## Train both bots, where their data is newer than their models
	@$(PY) scripts/rasa_env.py train bot moodbot

measure: env ## Measure how well the bot understands people, and write docs/bot-quality.md anew
	@$(PY) -m scripts.bot_quality measure

test: env-dev ## Run every test, after getting Rasa, a trained bot and a browser; ARGS="…" goes to pytest
	@$(PY) scripts/rasa_env.py train bot moodbot
	@HANDOVER_CHROMIUM="$$($(PY) -m scripts.browser)" && export HANDOVER_CHROMIUM && \
		exec $(PY) -m pytest -n 2 --dist loadfile $(ARGS)

chaos: env-dev ## Let everything go wrong at once, and judge (SEEDS=1-10 MESSAGES=2000 DATABASE=sqlite or postgresql BOT=stand-in, rasa or two-rasas)
	@case "$$BOT" in *rasa*) $(PY) scripts/rasa_env.py train ;; esac
	@exec $(PY) -m scripts.chaos

bench: env-dev ## Measure the bridge in turns with what it is compared with; writes benchmarks/RESULTS.md
	@exec $(PY) -m benchmarks $(ARGS)

check: env-dev ## Check format, lint, types and the imports between packages
	@$(PY) -m scripts.check

fresh: env ## Clone into an empty folder, start the demo twice there, play the story, print the seconds
	@$(PY) -m scripts.fresh

pictures: env-dev ## Take the documents' pictures of a running demo
	@$(PY) -m scripts.pictures

lock: env-dev ## Choose the newest versions again and write the hashed requirements
	@sh scripts/lock.sh

env: ## Make the environment of the bridge and the simulator alone, without starting anything
	@sh scripts/python.sh scripts/bridge_env.py run

env-dev: ## The same, with what tests and checks need
	@sh scripts/python.sh scripts/bridge_env.py dev
