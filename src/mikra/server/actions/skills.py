"""ESCO, the European classification of skills: imported from its published CSV files for the whole installation.

None is bundled. A file (`skills_en.csv` and its like, ESCO 1.0 to 1.2) holds one language: conceptUri,
preferredLabel, altLabels, skillType, reuseLevel. Importing again replaces what was there of that language.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator, Mapping

from mikra.errors import InputError
from mikra.server.actions.work import work
from mikra.server.store.skills import Skill
from mikra.vocabulary import EU_LANGUAGES
from mikra.vocabulary.folding import words

NEEDED = ("conceptUri", "preferredLabel")
START = "http://data.europa.eu/esco/skill/"
MOST = 100_000
"""Rows; ESCO 1.2 has some 14,000 skills."""

LARGEST = 100_000_000
"""Bytes."""

_KINDS = {"knowledge": "knowledge", "skill/competence": "skill"}


def import_esco(data: bytes, *, language: str) -> int:
    """How many skills were taken. InputError for another language, and for a file that is none of ESCO's skills."""
    if language not in EU_LANGUAGES:
        raise InputError(
            "This is no language of the Union.", where="--language", found=language, expected=", ".join(EU_LANGUAGES)
        )
    if len(data) > LARGEST:
        raise InputError("This file is too large.", expected=f"at most {LARGEST} bytes", code="too_large")
    skills = list(_read(data, language))
    if not skills:
        raise InputError(
            "There is no skill in this file.",
            expected=f"rows whose conceptUri begins with {START}",
            fix="Take skills_LANGUAGE.csv of the ESCO download, as CSV.",
        )
    with work():
        Skill._default_manager.filter(language=language).delete()
        Skill._default_manager.bulk_create(skills, batch_size=500)
    return len(skills)


def _read(data: bytes, language: str) -> Iterator[Skill]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("This file is not written in UTF-8.", found=f"byte {error.start}") from error
    csv.field_size_limit(min(sys.maxsize, 1_000_000))
    rows = csv.DictReader(io.StringIO(text, newline=""))
    lacking = [name for name in NEEDED if name not in (rows.fieldnames or ())]
    if lacking:
        raise InputError(
            "This is no file of ESCO's skills.",
            found=", ".join(rows.fieldnames or ())[:200],
            expected=", ".join(NEEDED),
            fix="Take skills_LANGUAGE.csv of the ESCO download, as CSV.",
        )
    seen: set[str] = set()
    try:
        for number, row in enumerate(rows):
            if number >= MOST:
                raise InputError("This file has too many rows.", expected=f"at most {MOST}", code="too_large")
            made = _skill(row, language)
            if made and made.iri not in seen:
                seen.add(made.iri)
                yield made
    except csv.Error as error:
        raise InputError("This file cannot be read as CSV.", where=f"line {rows.line_num}", found=str(error)) from error


def _skill(row: Mapping[str, str | None], language: str) -> Skill | None:
    iri, label = (row.get("conceptUri") or "").strip(), (row.get("preferredLabel") or "").strip()
    if not iri.startswith(START) or not label or len(iri) > 200:
        return None
    names = [label, *(row.get("altLabels") or "").split("\n")]
    found = dict.fromkeys(word for name in names for word in words(name))
    return Skill(
        iri=iri,
        language=language,
        label=label[:500],
        kind=_KINDS.get((row.get("skillType") or "").strip(), ""),
        reuse=(row.get("reuseLevel") or "").strip()[:40],
        search="".join(f" {word}" for word in found),
    )


def search_skills(text: str, language: str, limit: int = 20) -> list[Skill]:
    """Skills by folded words; they belong to nobody."""
    return Skill.found(text, language, limit)


def known_skill(typed: str) -> tuple[str, dict[str, str]]:
    """(address, names by language) of a skill by its address or its whole name; what is none stays as it was typed."""
    rows, plain = Skill._default_manager, typed.replace("\x00", "")
    found = rows.filter(iri=plain).first() or rows.filter(label__iexact=plain).first()
    return (found.iri, Skill.labels(found.iri)) if found else (typed, {})
