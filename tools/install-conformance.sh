#!/usr/bin/env bash
# Independent implementations for tests/conformance/, pinned by its lock file, from npm. Where Node (20 or newer) or npm
# is missing, or nothing can be fetched, this is said and the tests that need them are skipped by name.
set -uo pipefail
cd "$(dirname "$0")/../tests/conformance"

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  echo "Conformance: Node and npm are not here (Debian: nodejs npm). These tests will be skipped by name." >&2
  exit 0
fi
if [ "$(node --print 'parseInt(process.versions.node)')" -lt 20 ]; then
  echo "Conformance: Node is older than 20. These tests will be skipped by name." >&2
  exit 0
fi
[ node_modules/.done -nt package-lock.json ] && exit 0
if npm ci --omit=dev --silent; then
  touch node_modules/.done
else
  rm -f node_modules/.done
  echo "Conformance: the packages could not be fetched. These tests will be skipped by name." >&2
fi
exit 0
