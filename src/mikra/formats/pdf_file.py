"""What a PDF file turns out to hold (ISO 32000-2): values passed from the reader to whoever judges them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mikra.errors import InputError


class SealKind(StrEnum):
    """Of whom, or of a clock alone (EN 319 142-1, 5.4.3)."""

    SEAL = "seal"
    TIMESTAMP = "timestamp"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """An embedded file (ISO 32000-2, 7.11.4). `name` is somebody's text and no path."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfSeal:
    """A signature dictionary (ISO 32000-2, 12.8.1). `contents` is DER without padding; `covers` four offsets.

    `fault` is a code of `codes.CODES` where the dictionary itself, or what was added to the file later, is wrong;
    `whole`: the seal covers the file to its end; `claimed_at` is the entry M.
    """

    kind: SealKind
    field: str
    contents: bytes = b""
    covers: tuple[int, int, int, int] = (0, 0, 0, 0)
    whole: bool = False
    claimed_at: datetime | None = None
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfFile:
    """What a PDF file holds. `text` is what its pages say, without any space; None where they cannot be read.

    `active` names the first content that would run or reach out ("/JavaScript"), "" where there is none. `store` is
    the document security store (EN 319 142-1, 5.4.2): certificates, CRLs, OCSP responses, in DER, unproven.
    """

    attachments: tuple[Attachment, ...]
    text: str | None
    active: str
    seals: tuple[PdfSeal, ...]
    store: tuple[tuple[bytes, ...], tuple[bytes, ...], tuple[bytes, ...]] = ((), (), ())


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfLimits:
    """Bytes; `unpacked` is of all streams together, `attachment` of one, `content` of all pages together."""

    unpacked: int = 50_000_000
    attachment: int = 5 * 1024 * 1024
    content: int = 4_000_000
    objects: int = 50_000
    attachments: int = 100
    pages: int = 50
    seals: int = 20


DEFAULT_LIMITS = PdfLimits()


def damaged(what: str = "This PDF file is damaged, or can be read in more than one way.") -> InputError:
    return InputError(what, fix="Give the file as it was sent to you.", code="file_damaged")
