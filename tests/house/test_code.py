"""The code keeps the rules of the house; each rule is seen refusing a planted fault."""

from __future__ import annotations

import re
import sys
import tomllib
from importlib import metadata
from pathlib import PurePath

import pytest

from tools.house import code, tree

OURS = tree.python_files("src", "tools", "benchmarks")
ALL = tree.python_files("src", "tools", "benchmarks", "tests")
CORE = [p for p in OURS if code.in_core(PurePath(tree.name(p)))]


def test_modules_are_small() -> None:
    written = [p for p in OURS if p.parent.name != "migrations"]  # the others are Django's handwriting
    assert [c for p in written for c in code.length(p.read_text(), tree.name(p))] == []


def test_functions_are_short() -> None:
    assert [c for p in ALL for c in code.functions(p.read_text(), tree.name(p))] == []


def test_names_say_something() -> None:
    assert [c for p in tree.tracked() for c in code.names(PurePath(tree.name(p)))] == []


def test_the_core_takes_effects_as_arguments() -> None:
    assert len(CORE) > 20
    assert [c for p in CORE for c in code.effects(p.read_text(), tree.name(p))] == []


def test_a_code_is_written_in_one_way() -> None:
    found = {one for p in tree.python_files("src") for one in code.codes(p.read_text())}
    assert len(found) > 150
    assert list(code.spellings(found)) == []


def test_two_spellings_of_one_code_are_seen() -> None:
    source = 'raise A("x", code="too_large")\nraise B("y", code="toolarge")\nf(code=c)\ng(code="")'
    assert list(code.codes(source)) == ["too_large", "toolarge"]
    assert list(code.spellings(code.codes(source))) == [
        "one code is written in several ways: too_large, toolarge",
    ]
    assert not list(code.spellings(["too_large", "too_many"]))


ABOUT_AN_EXTRA = {
    f"mikra.{name}"
    for name in (
        *("formats.pdf_objects", "formats.pdf_seals", "formats.pdf_stream", "formats.pdf_text"),
        "sealing.pades_hand",
    )
}
"""Modules that are all about an extra: a function of another loads them, and says what is missing."""

SERVER = "mikra.server"
"""All of the service is about the extra of that name."""


def test_the_package_loads_with_its_own_requirements_alone() -> None:
    """Extras are imported where they are used, so that a missing one is a check that says so."""
    project = tomllib.loads((tree.ROOT / "pyproject.toml").read_text())["project"]
    required = {re.split(r"[<>=\[]", r)[0].replace(".", "-").lower() for r in project["dependencies"]}
    providers = metadata.packages_distributions()
    foreign = []
    for path in tree.python_files("src"):
        module = ".".join(path.relative_to(tree.ROOT / "src").with_suffix("").parts)
        if module in ABOUT_AN_EXTRA or module.startswith(SERVER):
            continue
        loaded = code.modules_at_load(path.read_text())
        foreign += [f"{module}: {name}" for name in loaded if name in ABOUT_AN_EXTRA or name.startswith(SERVER)]
        for name in code.imports_at_load(path.read_text()) - sys.stdlib_module_names - {"mikra"}:
            distributions = {d.replace("_", "-").replace(".", "-").lower() for d in providers.get(name, [name])}
            if not distributions & required:
                foreign.append(f"{tree.name(path)}: {name}")
    assert foreign == []


def test_long_modules_and_functions_are_seen() -> None:
    assert list(code.length("x = 1\n" * 399, "a.py")) == []
    assert len(list(code.length("x = 1\n" * 400, "a.py"))) == 1
    assert list(code.functions("def f():\n" + "    x = 1\n" * 48, "a.py")) == []
    assert len(list(code.functions("class A:\n  def f():\n" + "    x = 1\n" * 49, "a.py"))) == 1


@pytest.mark.parametrize(
    "path", ["src/mikra/utils.py", "src/mikra/common/dates.py", "tests/Helpers.py", "docs/misc.md"]
)
def test_empty_names_are_seen(path: str) -> None:
    assert list(code.names(PurePath(path)))


@pytest.mark.parametrize("path", ["src/mikra/commons.py", "src/mikra/helper_springs.py"])
def test_other_names_are_not(path: str) -> None:
    assert not list(code.names(PurePath(path)))


@pytest.mark.parametrize(
    "source",
    [
        "import datetime\nx = datetime.datetime.now(tz=None)",
        "from datetime import datetime as D\nx = D.utcnow()",
        "from datetime import date\nx = date.today()",
        "import time as t\nx = t.time()",
        "from time import time\nx = time()",
        "import os\nx = os.environ['A']",
        "from os import environ",
        "import os\nx = os.getenv('A')",
        "import urllib.request",
        "from urllib import request",
        "from urllib.request import urlopen",
        "from uuid import uuid4\nx = uuid4()",
        "import secrets",
    ],
)
def test_effects_are_seen(source: str) -> None:
    assert list(code.effects(source, "a.py"))


@pytest.mark.parametrize(
    "source",
    [
        "from datetime import datetime\nx = datetime.fromisoformat('2026-01-01')",
        "'''Not datetime.now() but an argument.'''\n# os.environ",
        "from urllib.parse import urlsplit",
        "import os\nx = os.path.sep",
        "def now(time):\n    return time.time()",
    ],
)
def test_other_uses_are_not(source: str) -> None:
    assert not list(code.effects(source, "a.py"))


def test_imports_in_functions_and_for_types_are_late() -> None:
    source = "import a\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import b\ndef f():\n    import c\n"
    assert code.imports_at_load(source) == {"a", "typing"}
