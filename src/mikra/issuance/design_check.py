"""What a design has to be as a whole: what its members' types alone cannot say. The content is for `validation`."""

from __future__ import annotations

import base64
import binascii
import re

from mikra import vocabulary
from mikra.errors import InputError, NotFoundError
from mikra.issuance.design import Assessment, Design
from mikra.model.text import Text

MAX_ASSESSMENTS = 32
"""An award's ids have room for so many (`compose.AwardId`)."""

_NAME = re.compile(r"[^\s/\\\x00-\x1f\x7f](?:[^/\\\x00-\x1f\x7f]{0,62}[^\s/\\\x00-\x1f\x7f])?")


def check_design(design: Design) -> None:
    """Raises InputError for the first thing that does not go together."""
    _names(design)
    _languages(design)
    _bodies(design)
    _assessments(design)
    _skills(design)
    _mandate(design)


def _names(design: Design) -> None:
    for member, value in (("code", design.code), ("edition", design.edition)):
        if not _NAME.fullmatch(value):
            raise InputError(
                "A design needs a short code." if member == "code" else "A design needs a short name for its edition.",
                where=member,
                found=value[:60] or "nothing",
                expected="1 to 64 characters, no slashes",
                fix='Give one such as WATER-Q, or "2026.1".',
                code="design_value",
            )


def _languages(design: Design) -> None:
    if not design.languages or len(set(design.languages)) < len(design.languages):
        raise InputError(
            "A design needs its languages, each once.",
            where="languages",
            found=", ".join(design.languages) or "nothing",
            expected="a list such as [en, ro]",
            fix="The first is that of names and of the page shown first.",
            code="design_language",
        )
    for i, tag in enumerate(design.languages):
        _language(tag, f"languages[{i}]")
    if design.primary_language not in design.title:
        raise InputError(
            "The title is missing in the first language of the design.",
            where=f"title.{design.primary_language}",
            found=", ".join(design.title),
            expected=design.primary_language,
            fix="Add the title in that language, or put another language first.",
            code="design_language",
        )


def _language(tag: str, where: str) -> None:
    try:
        known = vocabulary.entry("language", tag).slug
    except NotFoundError:
        known = ""
    if known != tag:
        raise InputError(
            "This is no language that a credential can be in.",
            where=where,
            found=tag,
            expected=known or "a tag such as en, ro or lt",
            fix="Correct the tag. The list: mikra vocabulary language",
            code="design_language",
        )


def _bodies(design: Design) -> None:
    if len(set(design.awarding_bodies)) < len(design.awarding_bodies):
        raise InputError(
            "An awarding body stands twice.", where="awarding_bodies", fix="Name each body once.", code="design_value"
        )


def _assessments(design: Design) -> None:
    if len(design.assessment) > MAX_ASSESSMENTS:
        raise InputError(
            "A design cannot have so many assessments.",
            where="assessment",
            found=str(len(design.assessment)),
            expected=f"at most {MAX_ASSESSMENTS}",
            fix="Describe those that belong together as one.",
            code="design_value",
        )
    for i, given in enumerate(design.assessment):
        _grades(given, f"assessment[{i}].grading.passing", from_list=i == 0)


def _grades(given: Assessment, where: str, *, from_list: bool) -> None:
    """EDC demands a grade of every assessment; a class list gives that of the first."""
    grades, passing = given.grading.grades, given.grading.passing
    if not (passing or from_list):
        raise InputError(
            "A class list gives the grade of the first assessment; this one needs a result of its own.",
            where=where,
            expected="what everybody has who is awarded the credential, such as: passed",
            fix="Add it, or put the graded assessment first.",
            code="design_member_missing",
        )
    if grades and passing and not set(passing.values()) & set(grades):
        raise InputError(
            "The result is not one of the grades.",
            where=where,
            found=", ".join(passing.values()),
            expected=", ".join(grades),
            fix="Add it to the grades, or choose one of them.",
            code="design_value",
        )


def _skills(design: Design) -> None:
    """One address means one thing: readers that merge by address would find two labels."""
    known: dict[str, tuple[Text, str]] = {}
    for i, outcome in enumerate(design.outcomes):
        for member, links in (("esco", outcome.esco), ("skills", outcome.skills)):
            for j, link in enumerate(links):
                where = f"outcomes[{i}].{member}[{j}]"
                said = (link.label, link.scheme)
                if known.setdefault(link.iri, said) != said:
                    raise InputError(
                        "This skill stands elsewhere with another label or list.",
                        where=where,
                        found=link.label.best(design.primary_language),
                        expected=known[link.iri][0].best(design.primary_language),
                        fix="Write the same in both places.",
                        code="design_value",
                    )


def _mandate(design: Design) -> None:
    if not (design.mandate and design.mandate.document):
        return
    try:
        document = base64.b64decode(design.mandate.document, validate=True)
    except binascii.Error:
        document = b""
    if not document.startswith(b"%PDF-"):
        raise InputError(
            "The document of the mandate cannot be read.",
            where="mandate.document",
            expected="a PDF file in base64, without line breaks",
            fix="Encode the file again, or leave it out.",
            code="design_value",
        )
