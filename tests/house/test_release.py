"""What goes out with a release: the licence's exact words, pins that agree, versions that agree."""

from __future__ import annotations

import hashlib
import re
import tomllib
from pathlib import Path

import pytest

import mikra
from tools.house import tree

LOCKS = sorted((tree.ROOT / "requirements").glob("*.txt"))
PROJECT = tomllib.loads((tree.ROOT / "pyproject.toml").read_text())["project"]

EUPL_WORDS = 2239
EUPL_DIGEST = "8a14e695861d7e6dc2158614896f2b9963941d46e4ed3c986639b51e9337294a"
"""SHA-256 of the words of the EUPL-1.2 in English, a space between each two: equal in SPDX's copy of the text."""


def pins(lock: str) -> dict[str, str]:
    """Package -> version of a file of pinned requirements."""
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", lock, re.MULTILINE))


def test_the_licence_is_the_eupl_word_for_word() -> None:
    words = re.findall(r"\w+", (tree.ROOT / "LICENSE").read_text("utf-8"))
    assert len(words) == EUPL_WORDS
    assert hashlib.sha256(" ".join(words).encode()).hexdigest() == EUPL_DIGEST
    assert PROJECT["license"] == "EUPL-1.2"


def test_the_version_is_one() -> None:
    assert PROJECT["version"] == mikra.__version__


@pytest.mark.parametrize("path", LOCKS, ids=lambda p: p.name)
def test_every_requirement_is_pinned_with_its_hashes(path: Path) -> None:
    text = path.read_text()
    entries = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert len(entries) == len(pins(text)) > 2
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in text


def test_the_sets_of_pins_agree() -> None:
    """One environment holds them all: demonstration, core and work have one version of each package."""
    full = pins((tree.ROOT / "requirements" / "dev.txt").read_text())
    for name in ("core.txt", "core-test.txt", "demo.txt"):
        ours = pins((tree.ROOT / "requirements" / name).read_text())
        assert {k: v for k, v in ours.items() if full.get(k) != v} == {}, name


def test_every_requirement_of_the_core_is_in_its_lock() -> None:
    names = {re.split(r"[<>=\[; ]", r)[0].replace(".", "-").lower() for r in PROJECT["dependencies"]}
    assert names <= pins((tree.ROOT / "requirements" / "core.txt").read_text()).keys()


def test_the_bound_of_pkcs11_holds() -> None:
    version = pins((tree.ROOT / "requirements" / "dev.txt").read_text())["python-pkcs11"]
    assert tuple(int(n) for n in version.split(".")[:2]) < (0, 10)
