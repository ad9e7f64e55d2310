"""No tracked file names a registry's host, a machine's path or the workshop.

The faults are put together from pieces.
"""

from __future__ import annotations

import pytest

from tools.house import prose, tree


def test_tracked_files_are_clean() -> None:
    found = []
    for path in tree.tracked():
        text = path.read_bytes().decode("utf-8", errors="replace")
        found.extend(prose.complaints(text, tree.name(path)))
    assert found == []


@pytest.mark.parametrize(
    "pieces",
    [
        ("https://py", "pi.org/simple"),
        ("files.python", "hosted.org"),
        ("registry.npm", "js.org"),
        ("see /wo", "rk/main"),
        ("/ro", "ot/.cache"),
        ("path='/ho", "me/anna/x'"),
        ("written by Clau", "de"),
        ("an L", "LM wrote this"),
        ("AI-gene", "rated"),
    ],
)
def test_faults_are_seen(pieces: tuple[str, str]) -> None:
    assert list(prose.complaints("".join(pieces), "a.md"))


@pytest.mark.parametrize(
    "text",
    [
        "https://example.org/work/1",
        "workshop, framework/work, ./work/x",
        "Claudia awarded it",
        "an agent (organisation or person)",
        "Europe's AI Act",
    ],
)
def test_plain_words_are_not(text: str) -> None:
    assert not list(prose.complaints(text, "a.md"))
