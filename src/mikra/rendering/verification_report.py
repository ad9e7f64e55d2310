"""The report on a credential for people, on paper: PDF/UA-1, A4, with the report for programs attached as it is.

What stands on the page goes to the typesetter as data, never as markup. The same report gives the same bytes.
"""

from __future__ import annotations

import unicodedata
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import orjson

from mikra.rendering.typesetter import Typesetter

_SCRIPTS = frozenset({"LATIN", "GREEK", "CYRILLIC", "ARABIC", "HEBREW"})
"""Of the fonts that lie here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One credential. `checks`: (name, word, reason); `facts`: (term, values); `tone`: good, warn or bad."""

    sentence: str
    title: str
    file: str
    digest: str
    tone: str
    checks: tuple[tuple[str, str, str], ...]
    facts: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The whole. `lines` stand under the title, `notes` at the end."""

    language: str
    title: str
    lines: tuple[str, ...]
    parts: tuple[Part, ...]
    notes: tuple[str, ...]
    attached: str
    heads: tuple[str, str]
    """Above the checks, and above what the credential says."""


def write_report(page: Page, attached: bytes, at: datetime) -> bytes:
    """The report as PDF. UnavailableError without the extra `pdf`; InputError where a text cannot be set."""
    contents = orjson.dumps(asdict(page)).decode()
    return Typesetter("report.typ").document(["ua-1"], at, contents=contents, file=attached.decode())


def numbered(value: Any) -> Any:
    """Of texts in JSON: letters of scripts that our fonts do not have as "U+674E", all else as it is."""
    if isinstance(value, str):
        return "".join(one if _drawable(one) else f" U+{ord(one):04X} " for one in value)
    if isinstance(value, dict):
        return {name: numbered(one) for name, one in value.items()}
    return [numbered(one) for one in value] if isinstance(value, list) else value


def _drawable(one: str) -> bool:
    script = unicodedata.name(one, "").partition(" ")[0]
    return (ord(one) < 0x2100 and (script in _SCRIPTS or unicodedata.category(one)[0] in "PZMCN")) or one.isascii()
