#!/usr/bin/env bash
# The peers of the benchmarks, pinned, into .peers/ (never tracked): npm's `jose`, and joserfc in an environment of its own.
# What does not install is said; the table then shows that column empty.
set -uo pipefail
cd "$(dirname "$0")/.."
mkdir -p .peers
failed=0

node_peers() {
  if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    echo "Peers: Node and npm are not here (Debian: nodejs npm)." >&2
    return 1
  fi
  [ .peers/node/.done -nt benchmarks/peers/package-lock.json ] && return 0
  mkdir -p .peers/node
  cp benchmarks/peers/package.json benchmarks/peers/package-lock.json .peers/node/
  (cd .peers/node && npm ci --omit=dev --ignore-scripts --no-audit --no-fund --silent) && touch .peers/node/.done
}

python_peers() {
  [ .peers/venv/.done -nt requirements/peers.txt ] && return 0
  tools/make-venv.sh .peers/venv &&
    .peers/venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/peers.txt &&
    touch .peers/venv/.done
}

node_peers || failed=1
python_peers || failed=1
exit $failed
