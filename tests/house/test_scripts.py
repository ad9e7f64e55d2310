"""The scripts that set a bare machine up, on machines played by little programs: nothing is installed here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tools.house import tree

TOOLS = tree.ROOT / "tools"


class Machine:
    """A machine whose `id`, `apt-get` and `python3` are ours. What apt-get was asked for stands in `asked`."""

    def __init__(self, folder: Path) -> None:
        self.programs = folder / "bin"
        self.programs.mkdir()
        self.log = folder / "asked"
        for name in ("bash", "env", "rm", "cat"):
            (self.programs / name).symlink_to(
                Path("/bin") / name if Path("/bin", name).exists() else f"/usr/bin/{name}"
            )

    def program(self, name: str, script: str) -> None:
        path = self.programs / name
        path.write_text(f"#!/bin/bash\n{script}\n")
        path.chmod(0o755)

    def administrator(self, *, yes: bool) -> None:
        self.program("id", f"echo {0 if yes else 1000}")
        self.program("apt-get", f'echo "$@" >>{self.log}')

    def run(self, script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {k: v for k, v in os.environ.items() if k != "PYTHON"} | {"PATH": str(self.programs)}
        command = ["/bin/bash", str(TOOLS / script), *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    @property
    def asked(self) -> str:
        return self.log.read_text() if self.log.exists() else ""


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


BARE_PYTHON = f"""
case "$*" in
  *ensurepip*) exit 1 ;;
  "-m venv"*) exec {sys.executable} -c "import os, sys; os.mkdir(sys.argv[1])" "$3" ;;
  *) exec {sys.executable} "$@" ;;
esac
"""


def test_the_missing_part_of_python_is_installed_by_an_administrator(machine: Machine, tmp_path: Path) -> None:
    machine.administrator(yes=True)
    machine.program("python3", BARE_PYTHON)
    done = machine.run("make-venv.sh", str(tmp_path / "venv"))
    assert done.returncode == 0, done.stderr
    assert f"install -y -qq --no-install-recommends python3.{sys.version_info[1]}-venv" in machine.asked
    assert (tmp_path / "venv").is_dir()


def test_anybody_else_is_told_what_to_install(machine: Machine, tmp_path: Path) -> None:
    machine.administrator(yes=False)
    machine.program("python3", BARE_PYTHON)
    done = machine.run("make-venv.sh", str(tmp_path / "venv"))
    assert done.returncode == 1
    assert f"sudo apt-get install python3.{sys.version_info[1]}-venv" in done.stderr
    assert machine.asked == ""


def test_no_python_at_all(machine: Machine, tmp_path: Path) -> None:
    machine.administrator(yes=False)
    done = machine.run("make-venv.sh", str(tmp_path / "venv"))
    assert done.returncode == 1
    assert "sudo apt-get install python3 python3-venv" in done.stderr


def test_an_old_python_is_refused(machine: Machine, tmp_path: Path) -> None:
    machine.administrator(yes=True)
    machine.program("python3", "cat >/dev/null; exit 1")
    done = machine.run("make-venv.sh", str(tmp_path / "venv"))
    assert done.returncode == 1
    assert "3.11 or newer" in done.stderr


def test_a_whole_python_needs_nothing(machine: Machine, tmp_path: Path) -> None:
    machine.administrator(yes=True)
    machine.program("python3", BARE_PYTHON.replace("*ensurepip*) exit 1 ;;", ""))
    done = machine.run("make-venv.sh", str(tmp_path / "venv"))
    assert done.returncode == 0, done.stderr
    assert machine.asked == ""


def test_what_tests_use_is_installed_or_said(machine: Machine) -> None:
    machine.administrator(yes=True)
    assert machine.run("install-test-system.sh").returncode == 0
    assert "install -y -qq --no-install-recommends softhsm2 chromium strace" in machine.asked
    machine.administrator(yes=False)
    done = machine.run("install-test-system.sh")
    assert done.returncode == 0
    assert "skipped by name" in done.stderr
    machine.log.unlink()
    machine.program("softhsm2-util", "exit 0")
    assert "Missing: chromium strace." in machine.run("install-test-system.sh").stderr
    machine.program("chromium", "exit 0")
    machine.program("strace", "exit 0")
    assert machine.run("install-test-system.sh").stderr == ""
    assert machine.asked == ""


def missing(lock: dict[str, Any], manifest: dict[str, Any]) -> list[str]:
    """What `npm ci` would look for in the lock file and not find: then it installs nothing, and tests are skipped."""
    packages: dict[str, dict[str, Any]] = lock["packages"]
    found = [] if packages[""]["dependencies"] == manifest["dependencies"] else ["package.json"]
    for place, package in packages.items():
        steps = place.split("/node_modules/") if place else []
        above = ["/node_modules/".join(steps[:n]) for n in range(len(steps), 0, -1)]
        folders = [f"{one}/node_modules/" for one in above] + ["node_modules/"]
        asked = {**package.get("dependencies", {}), **package.get("optionalDependencies", {})}
        gaps = [name for name in asked if not any(folder + name in packages for folder in folders)]
        found += [f"{place or 'package.json'} needs {name}" for name in gaps]
    return found


def test_the_lock_of_the_independent_verifiers_is_whole() -> None:
    folder = tree.ROOT / "tests" / "conformance"
    lock, manifest = (json.loads((folder / name).read_text()) for name in ("package-lock.json", "package.json"))
    assert missing(lock, manifest) == []
    optional = next(name for name in lock["packages"] if name.endswith("/cbor-extract-linux-x64"))
    del lock["packages"][optional]
    assert any("cbor-extract-linux-x64" in one for one in missing(lock, manifest)), "a gap is not noticed"
    assert missing(lock, {"dependencies": {}}) != []
