#!/bin/sh
# Chooses the newest versions that fit and writes them with their hashes. No address of a registry
# is recorded, so that every machine uses its own.
set -eu
uv=$PWD/.venv/bin/uv
export UV_CUSTOM_COMPILE_COMMAND="make lock"

compile() {
    "$uv" pip compile --quiet --upgrade --universal --generate-hashes --no-annotate "$@"
}

compile --python-version 3.11 pyproject.toml --output-file requirements.txt
compile --python-version 3.11 pyproject.toml --extra dev \
    --constraint requirements.txt --output-file requirements-dev.txt

# Rasa's two environments: one for each Python that it runs on.
cd rasa_bot
compile --python-version 3.10 requirements.in \
    --override requirements-overrides.txt --output-file requirements.txt
compile --python-version 3.11 requirements-3.11.in \
    --override requirements-overrides-3.11.txt --output-file requirements-3.11.txt
