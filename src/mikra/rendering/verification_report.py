"""The report on a credential for people, on paper: PDF/UA-1, A4, with the report for programs attached as it is.

What stands on the page goes to the typesetter as data, never as markup. The same report gives the same bytes.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

import orjson

from mikra.rendering.typesetter import Typesetter


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One credential. `checks`: (name, word, reason); `facts`: (term, values)."""

    sentence: str
    title: str
    file: str
    digest: str
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
