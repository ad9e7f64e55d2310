"""Open Badges 3.0, B.1.5 (Criteria): what a badge has no place for, as text that a person can read (Markdown)."""

from __future__ import annotations

from collections.abc import Iterator

from mikra import vocabulary
from mikra.conversion.facts import facts, spoken
from mikra.conversion.wording import said
from mikra.model import Credential, remarks
from mikra.validation.annex1 import Meter
from mikra.validation.annex1_parts import Learning, gather, notes_of

TOLD = ("4", "6", "7", "8", "9", "10", "11", "o1", "o2", "o4", "o5")
"""Elements of Annex I that are told here; the others have a place of their own in every badge."""


def criteria_narrative(credential: Credential, meter: Meter, language: str) -> str:
    """What had to be done, then the elements, one to a paragraph, under the names that the law gives them."""
    return "\n\n".join((*_criteria(credential, language), *_elements(credential, meter, language)))


def criteria_page(credential: Credential) -> str:
    """The address of a page that tells the criteria, "" where none is given."""
    urls = (remark.url for learning in gather(credential).learnings for remark in _remarks(learning))
    return next((url for url in urls if url), "")


def _criteria(credential: Credential, language: str) -> Iterator[str]:
    for learning in gather(credential).learnings:
        for remark in _remarks(learning):
            if text := said(remark.criteria, language):
                yield _plain(text)


def _remarks(learning: Learning) -> tuple[remarks.Criteria, ...]:

    return remarks.find(notes_of(learning), remarks.Criteria)


def _elements(credential: Credential, meter: Meter, language: str) -> Iterator[str]:
    stated = facts(credential, language)
    for number in TOLD:
        told = meter[number].shown(language) if number == "7" else [spoken(fact, language) for fact in stated[number]]
        if values := list(dict.fromkeys(_plain(value) for value in told)):
            yield f"**{vocabulary.annex_term(f'short.{number}', language)}:** {'; '.join(values)}"


def _plain(text: str) -> str:
    """One paragraph in which nothing is markup: what Markdown would read as such is escaped (CommonMark, 2.4)."""
    line = " ".join(text.split())
    return "".join(f"\\{c}" if c in "\\`*_[]<>#|~" else c for c in line)
