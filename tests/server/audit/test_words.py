"""Every verb that the actions note has its words in the console."""

from __future__ import annotations

import ast
from pathlib import Path

from mikra.server import actions
from mikra.server.web.audit.words import WORDS


def verbs() -> set[str]:
    """Verbs as they stand in the actions: `Line(verb="...")`; those that are put together count by their pieces."""
    found = set()
    for file in Path(str(actions.__file__)).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.keyword) and node.arg == "verb" and isinstance(node.value, ast.Constant):
                found.add(str(node.value.value))
    return found


def test_each_verb_has_its_words() -> None:
    assert verbs() - set(WORDS) == set()
    assert len(verbs()) > 5
