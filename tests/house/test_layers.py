"""The import contracts are kept, and each is seen broken by a planted import."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tools.house import code, tree

CONFIG = tree.ROOT / "pyproject.toml"


def lint(source: Path, contract: str) -> tuple[int, str]:
    """Runs one contract of ours over the package in a folder."""
    program = (
        "import sys; sys.path[0] = sys.argv[1]; from importlinter.cli import lint_imports;"
        "sys.exit(lint_imports(config_filename=sys.argv[2], limit_to_contracts=(sys.argv[3],), no_cache=True))"
    )
    command = [sys.executable, "-c", program, str(source), str(CONFIG), contract]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the package's Python files, to plant faults in."""
    for path in tree.python_files("src"):
        there = tmp_path / path.relative_to(tree.ROOT / "src")
        there.parent.mkdir(parents=True, exist_ok=True)
        there.write_bytes(path.read_bytes())
    return tmp_path


@pytest.mark.parametrize("contract", ["layers", "wall", "no-cycles"])
def test_kept(copy: Path, contract: str) -> None:
    code_, output = lint(copy, contract)
    assert code_ == 0, output
    assert "1 kept, 0 broken" in output


@pytest.mark.parametrize(
    ("contract", "where", "line"),
    [
        ("layers", "sealing", "import mikra.validation"),
        ("layers", "verification", "import mikra.issuance"),
        ("layers", "model", "import mikra.sealing"),
        ("layers", "issuance", "import mikra.adapters"),
        ("layers", "vocabulary", "import mikra.model"),
        ("layers", "fortune", ""),
        ("wall", "trust", "import socket"),
        ("wall", "formats", "def f():\n    from http import client"),
        ("wall", "issuance", "import sqlite3"),
        ("wall", "messages", "import django"),
        ("no-cycles", "trust", "import mikra.trust.planted"),
    ],
)
def test_broken(copy: Path, contract: str, where: str, line: str) -> None:
    package = copy / "mikra" / where
    package.mkdir(exist_ok=True)
    with (package / "__init__.py").open("a") as module:
        module.write(f"\n{line}\n")
    if contract == "no-cycles":
        (package / "planted.py").write_text("import mikra.trust.planted2\n")
        (package / "planted2.py").write_text("import mikra.trust.planted\n")
    code_, output = lint(copy, contract)
    assert code_ == 1, output
    assert "0 kept, 1 broken" in output


def test_every_part_of_the_core_is_behind_the_wall() -> None:
    """A new package or module of the core must be named in the contract that forbids effects."""
    contracts = tomllib.loads(CONFIG.read_text())["tool"]["importlinter"]["contracts"]
    (wall,) = (c for c in contracts if c["id"] == "wall")
    folder = tree.ROOT / "src" / "mikra"
    parts = {p.relative_to(folder).parts[0].removesuffix(".py") for p in tree.python_files("src")}
    core = parts - {"__init__", "__main__", *code.OUTSIDE_THE_CORE}
    assert {m.removeprefix("mikra.") for m in wall["source_modules"]} == core
