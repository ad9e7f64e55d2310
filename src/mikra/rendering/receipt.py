"""The receipt of a class list on paper: who got what, PDF/UA-1, A4, with the sealed receipt attached as it is.

What stands on the page goes to the typesetter as data, never as markup. The same receipt gives the same bytes.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

import orjson

from mikra.rendering.typesetter import Typesetter
from mikra.rendering.verification_report import numbered


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptPage:
    """`facts`: (term, value); `rows`: row, name, award id, SHA-256; `heads`: the same four in words."""

    language: str
    title: str
    institution: str
    facts: tuple[tuple[str, str], ...]
    heads: tuple[str, str, str, str]
    rows: tuple[tuple[str, str, str, str], ...]
    notes: tuple[str, ...]
    attached: str


def write_receipt(page: ReceiptPage, attached: bytes, at: datetime) -> bytes:
    """The receipt as PDF. UnavailableError without the extra `pdf`; InputError where a text cannot be set."""
    contents = orjson.dumps(numbered(orjson.loads(orjson.dumps(asdict(page))))).decode()
    return Typesetter("receipt.typ").document(["ua-1"], at, contents=contents, file=attached.decode())
