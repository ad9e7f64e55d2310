"""ISO 32000-2, 12.8 and ETSI EN 319 142-1, 5.4: the seals on a PDF file, what they cover, and what came after them.

A seal covers the file from its first byte to its own end, but for its value alone: two ranges that meet exactly at the
value's `<` and `>`. Behind the value stand zeros. What was added later may be a further seal, a timestamp, or a
security store; anything else is a change (shadow attacks: new pages, other attachments, actions). That is decided by
pyHanko, which compares the two states object by object, and is not taken at its word alone: what we use of the file,
attachments, page and actions, must be the same in both states.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from typing import Any

from pikepdf import Array, Dictionary, String

from mikra.errors import InputError
from mikra.formats.pdf_file import PdfSeal, SealKind

_RANGES = re.compile(rb"/ByteRange\b")
_DATE = re.compile(
    r"D:(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:Z(?:00'?00'?)?|(?P<sign>[+-])(?P<hours>\d\d)'?(?:(?P<minutes>\d\d)'?)?)"
)
"""ISO 32000-2, 7.9.4, with a zone: one that has none is no moment."""

_KINDS = {
    "/ETSI.CAdES.detached": SealKind.SEAL,
    "/adbe.pkcs7.detached": SealKind.SEAL,
    "/ETSI.RFC3161": SealKind.TIMESTAMP,
}
"""ISO 32000-2, table 255. The others sign a digest of a digest, or with SHA-1 only."""

CHANGED = "pdf_changed_after_sealing"
_TAMPERED = "signature_invalid"


def read(data: bytes, dictionaries: list[Any], root: Any, most: int) -> tuple[PdfSeal, ...]:
    """All seals in the order of what they cover. Raises InputError where there are too many."""
    found = [one for one in dictionaries if _is_seal(one)]
    if len(found) > most:
        raise InputError("This PDF file bears too many seals.", found=str(len(found)), code="too_many_files")
    seals = sorted((_seal(data, one) for one in found), key=lambda seal: seal.covers)
    ranges = [seal for seal in seals if seal.covers[3]]
    if len(ranges) != len(_RANGES.findall(data)) or _missing(dictionaries, root, len(found)):
        # The traces of a seal that is not there: somebody took it off, or hid it.
        seals.append(PdfSeal(kind=SealKind.SEAL, field="", fault=CHANGED))
    if any(before.covers[1] < after.covers[1] < _end(before) for before, after in pairwise(ranges)):
        seals.append(PdfSeal(kind=SealKind.SEAL, field="", fault=_TAMPERED))
    return tuple(seals)


def _end(seal: PdfSeal) -> int:
    return seal.covers[2] + seal.covers[3]


def _is_seal(one: Any) -> bool:
    return "/ByteRange" in one or str(one.get("/Type", "")) in ("/Sig", "/DocTimeStamp")


def _missing(dictionaries: list[Any], root: Any, found: int) -> bool:
    """A field of a seal that is filled with none, or a form that says it bears seals where there are none."""
    for one in dictionaries:
        if str(one.get("/FT", "")) == "/Sig" and "/V" in one:
            value = one["/V"]
            if not isinstance(value, Dictionary) or not _is_seal(value):
                return True
    form = root.get("/AcroForm")
    says = int(form.get("/SigFlags", 0)) & 1 if isinstance(form, Dictionary) else 0
    return bool(says and not found)


def _seal(data: bytes, one: Any) -> PdfSeal:
    kind = _KINDS.get(str(one.get("/SubFilter", "")))
    covers = _covers(one)
    contents = one.get("/Contents")
    if kind is None:
        return PdfSeal(kind=SealKind.SEAL, field="", covers=covers or (0, 0, 0, 0), fault="proof_not_supported")
    if covers is None or not isinstance(contents, String):
        return PdfSeal(kind=kind, field="", fault=_TAMPERED)
    value = _value(data, covers)
    whole = value == bytes(contents) if value is not None else False
    der = _trimmed(value) if value is not None and whole else None
    return PdfSeal(
        kind=kind,
        field="",
        contents=der or b"",
        covers=covers,
        whole=covers[2] + covers[3] == len(data),
        claimed_at=_moment(str(one.get("/M", ""))),
        fault="" if der else _TAMPERED,
    )


def _covers(one: Any) -> tuple[int, int, int, int] | None:
    listed = one.get("/ByteRange")
    if not isinstance(listed, Array) or len(listed) != 4:
        return None
    first, end, second, length = (int(n) if isinstance(n, int) and not isinstance(n, bool) else -1 for n in listed)
    return (first, end, second, length) if min(first, end, second, length) >= 0 else None


def _value(data: bytes, covers: tuple[int, int, int, int]) -> bytes | None:
    """What stands in the gap: one string of hex digits, exactly."""
    start, end, second, length = covers
    if start != 0 or not end < second <= second + length <= len(data) or not length:
        return None
    gap = data[end:second]
    if not re.fullmatch(rb"<[0-9A-Fa-f]+>", gap) or len(gap) % 2:
        return None
    return bytes.fromhex(gap[1:-1].decode())


def _trimmed(value: bytes) -> bytes | None:
    """The DER at the beginning; None where anything but zeros stands behind it."""
    if len(value) < 4 or value[0] != 0x30:
        return None
    count = value[1] & 0x7F if value[1] & 0x80 else 0
    if value[1] == 0x80 or count > 4:
        return None
    size = int.from_bytes(value[2 : 2 + count]) if count else value[1]
    der, rest = value[: 2 + count + size], value[2 + count + size :]
    return der if len(der) == 2 + count + size and not rest.strip(b"\0") else None


def _moment(text: str) -> datetime | None:
    found = _DATE.fullmatch(text)
    if not found:
        return None
    try:
        zone = UTC
        if found["sign"]:
            away = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"] or 0))
            zone = timezone(away if found["sign"] == "+" else -away)
        year, month, day, hour, minute, second = (int(found[n]) for n in range(1, 7))
        return datetime(year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError:
        return None
