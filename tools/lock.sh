#!/usr/bin/env bash
# Pins every requirement with its hashes: lock.sh [--upgrade]. The files name packages and hashes, never a registry.
# The core's and the demo's pins are taken from the full set, so that one environment can hold them all.
set -euo pipefail
cd "$(dirname "$0")/.."

uv=${UV:-uv}
compile() {
  "$uv" pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate \
    --no-emit-index-url --generate-hashes "$@"
}

compile "$@" --extra dev -o requirements/dev.txt pyproject.toml
pins=$(mktemp)
trap 'rm -f "$pins"' EXIT
grep -E '^[A-Za-z0-9]' requirements/dev.txt | sed -E 's/ *\\$//' >"$pins"
compile -c "$pins" -o requirements/core.txt pyproject.toml
compile -c "$pins" --extra test -o requirements/core-test.txt pyproject.toml
compile -c "$pins" --extra build --extra pdf --extra server -o requirements/demo.txt pyproject.toml
compile "$@" -o requirements/peers.txt benchmarks/peers/requirements.in
