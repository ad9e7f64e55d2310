#!/usr/bin/env bash
# Makes a virtual environment: make-venv.sh FOLDER. Python 3.11 or newer; PYTHON names another interpreter.
# A bare Debian has python3 without the part that makes environments: it is installed when we may.
set -euo pipefail

folder=$1
python=${PYTHON:-python3}

install_or_say() {
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing from Debian: $*"
    export DEBIAN_FRONTEND=noninteractive
    apt-get -o DPkg::Lock::Timeout=300 update -qq
    apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "$@" >/dev/null
  else
    echo "Missing: $*. Install it first, on Debian or Ubuntu with: sudo apt-get install $*" >&2
    exit 1
  fi
}

command -v "$python" >/dev/null || install_or_say python3 python3-venv
"$python" - <<'P' || { echo "Mikra needs Python 3.11 or newer; set PYTHON to one, for example: make PYTHON=python3.11" >&2; exit 1; }
import sys
sys.exit(sys.version_info < (3, 11))
P
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
  version=$("$python" -c 'import sys; print(f"{sys.version_info[0]}.{sys.version_info[1]}")')
  install_or_say "python$version-venv"
fi
rm -rf "$folder"
"$python" -m venv "$folder"
