#!/usr/bin/env bash
# What the tests use besides Python packages: SoftHSM2, a hardware key in software; Chromium, to look at pages;
# PostgreSQL, on which the service's tests run a second time; strace, to see what a process writes and syncs.
# Installed from Debian when missing and when we may; else said, and the tests that need it are skipped by name.
set -euo pipefail

missing=()
{ command -v initdb || compgen -G "/usr/lib/postgresql/*/bin/initdb"; } >/dev/null || missing+=(postgresql)
command -v softhsm2-util >/dev/null || missing+=(softhsm2)
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || missing+=(chromium)
command -v strace >/dev/null || missing+=(strace)

[ ${#missing[@]} = 0 ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing from Debian: ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  if apt-get -o DPkg::Lock::Timeout=300 update -qq &&
    apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "${missing[@]}" >/dev/null; then
    exit 0
  fi
  echo "Could not install: ${missing[*]}. The tests that need it will be skipped by name." >&2
else
  echo "Missing: ${missing[*]}. The tests that need it will be skipped by name." >&2
  echo "To run them too, on Debian or Ubuntu: sudo apt-get install ${missing[*]}" >&2
fi
