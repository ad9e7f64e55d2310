"""Writes `docs/codes.md`: every answer code, what it does to the verdict, and its sentence.

Run as `python -m tools.house.codes_page`; a test checks that the page is current.
"""

from __future__ import annotations

from mikra import messages
from mikra.codes import CODES, Effect
from tools.house.tree import ROOT

PAGE = ROOT / "docs" / "codes.md"

INTRODUCTION = """# Answer codes

Made by `make docs` from `src/mikra/codes.py`; a test checks that it is current. A code is stable: it is the `code` of
`mikra verify --json`, of a cell's finding and of an error. Its sentence is that of its family, in every language.
"""

EFFECTS = {
    Effect.PASSED: ("Passed", "Nothing against it. Exit status 0 where nothing else decides."),
    Effect.INDETERMINATE: ("Indeterminate", "Nothing false, and not all is sure: INDETERMINATE, exit status 2."),
    Effect.FAILED: ("Failed", "TOTAL-FAILED, exit status 1."),
    Effect.REFUSED: ("Refused", "The answer to a request or to a row of a class list, never to a credential."),
}


def render() -> str:
    """The page."""
    parts = [INTRODUCTION]
    for effect, (title, meaning) in EFFECTS.items():
        rows = [
            f"| `{code}` | {messages.text(f'verdict.{family}')} |" for code, (family, e) in CODES.items() if e is effect
        ]
        parts.append("\n".join(["", f"## {title}", "", meaning, "", "| code | sentence |", "|---|---|", *rows, ""]))
    return "".join(parts)


if __name__ == "__main__":
    PAGE.write_text(render(), "utf-8")
