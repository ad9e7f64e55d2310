"""Languages: what is said in one language is said in all that the credential uses (Annex II, principle 2).

Only the texts that describe the learning are compared: names of people and organisations, grades and labels of
vocabularies have no translation to miss.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from mikra import vocabulary
from mikra.errors import NotFoundError
from mikra.model import Credential, LearningActivity, LearningAssessment
from mikra.model.specification import Specification
from mikra.model.text import Node, Text
from mikra.report import Finding
from mikra.validation.annex1_parts import Learning, said
from mikra.validation.sanity_question import ask

_MOST = 40
"""Languages that are looked into: more than the EU has, fewer than a hostile file may hold."""


@dataclass(frozen=True, slots=True)
class LanguageName:
    """A language that is called by its name in the reader's language."""

    tag: str

    def text(self, language: str = "en", /) -> str:
        primary = self.tag.partition("-")[0]
        if not (2 <= len(primary) <= 3 and primary.isascii() and primary.isalpha()):
            return self.tag
        try:
            return vocabulary.entry("language", primary).label(language)
        except NotFoundError:
            return self.tag


def check(credential: Credential, learning: Learning) -> Iterator[Finding]:
    """One question for each language that some texts have and others lack, at the first that lacks it."""
    texts = [(owner, field, getattr(owner, field)) for owner, field in _places(learning)]
    texts = [(owner, field, text) for owner, field, text in texts if isinstance(text, Text) and said(text)]
    languages = dict.fromkeys(tag for _, _, text in texts for tag in text)
    for language in islice(languages, _MOST):
        lacking = [(owner, field, text) for owner, field, text in texts if not said(Text({"": text.get(language, "")}))]
        if lacking:
            owner, field, text = lacking[0]
            yield ask(
                "language.missing",
                credential,
                (owner, field),
                found=", ".join(text),
                expected=language,
                language=LanguageName(language),
                count=len(lacking),
                total=len(texts),
            )


def _places(learning: Learning) -> Iterator[tuple[Node, str]]:
    yield from _titled(learning.achievement)
    for specification in learning.specifications:
        yield from _specified(specification)
        for outcome in specification.learning_outcome:
            yield outcome, "title"
        for note in (specification.entry_requirement, specification.learning_outcome_summary):
            if note is not None:
                yield note, "note_literal"
    claims: tuple[LearningAssessment | LearningActivity, ...] = (*learning.assessments, *learning.activities)
    for claim in claims:
        yield from _titled(claim)
        if claim.specified_by is not None:
            yield from _specified(claim.specified_by)


def _specified(specification: Specification) -> Iterator[tuple[Node, str]]:
    yield from _titled(specification)
    for note in specification.additional_note:
        yield note, "note_literal"


def _titled(node: Node) -> Iterator[tuple[Node, str]]:
    yield node, "title"
    yield node, "description"
