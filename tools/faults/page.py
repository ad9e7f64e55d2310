"""`docs/faults.md`: every check, and the test that noticed when it was gone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from tools.faults.checks import Fault
from tools.faults.plan import HARMLESS
from tools.faults.quick import NOTICED, Answer
from tools.house.tree import ROOT

PAGE = ROOT / "docs" / "faults.md"
NOT_TRIED = "not yet tried"

HEAD = """# Planted faults

Every check that refuses something was removed, one at a time, and the tests of its area were run: at least one must
fail. The last column names the first that did. `make faults` does it anew; [the drills](drills.md) plant others.

{summary}

| file | function | the check | refuses with | noticed by |
|---|---|---|---|---|
"""
_ROW = re.compile(r"^\| `([^`]*)` \| `([^`]*)` \| `([^`]*)` \| .* \| `([^`]*)` \|$", re.MULTILINE)


def written(every: Sequence[Fault], answers: Mapping[str, Answer]) -> str:
    """The page."""
    words = [_word(fault, answers) for fault in every]
    counted = {word: words.count(word) for word in dict.fromkeys(words)}
    summary = f"{len(every)} checks: " + ", ".join(f"{count} {word}" for word, count in counted.items()) + "."
    rows = [_row(fault, _last(word, fault, answers)) for fault, word in zip(every, words, strict=True)]
    reasons = [f"- `{_cell(name)}`: {reason}" for name, reason in HARMLESS.items()]
    end = "\n## Harmless\n\nNothing notices these, because nothing changes:\n\n" + "\n".join(reasons) if reasons else ""
    return HEAD.format(summary=summary) + "\n".join(rows) + "\n" + end + ("\n" if end else "")


def read(page: str, every: Sequence[Fault]) -> dict[str, Answer]:
    """Name of a fault -> the test that noticed it, as the page has it."""
    known = {(file, function, check): by for file, function, check, by in _ROW.findall(page)}
    found = {fault.name: known.get((fault.file, fault.function, _cell(fault.condition))) for fault in every}
    return {name: (NOTICED, by) for name, by in found.items() if by}


def _row(fault: Fault, last: str) -> str:
    cells = [f"`{fault.file}`", f"`{fault.function}`", f"`{_cell(fault.condition)}`", _cell(fault.says), last]
    return f"| {' | '.join(cells)} |"


def _word(fault: Fault, answers: Mapping[str, Answer]) -> str:
    if fault.name in HARMLESS:
        return "harmless"
    return answers.get(fault.name, (NOT_TRIED, ""))[0]


def _last(word: str, fault: Fault, answers: Mapping[str, Answer]) -> str:
    return f"`{_cell(answers[fault.name][1], 200)}`" if word == NOTICED else word


def _cell(text: str, size: int = 100) -> str:
    short = " ".join(text.split()).replace("|", "\\|").replace("`", "'")
    return short if len(short) <= size else short[: size - 3] + "..."
