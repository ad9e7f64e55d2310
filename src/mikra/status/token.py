"""IETF Token Status List (draft-ietf-oauth-status-list-14, 4 to 8): the list in a JWT, read and written.

`entries` reads the reference in a credential (`status.status_list`), `read_claims` the claims of a list whose seal was
judged elsewhere, `value_at` one place of it; `claims` writes them. The seal and its header are for whoever seals.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mikra.errors import InputError
from mikra.status.bitstring import MAX_BYTES, Entry
from mikra.status.table import Table, Value

TYPE = "statuslist+jwt"
MEDIA_TYPE = f"application/{TYPE}"
KIND = "status_list"

BACKDATED = dt.timedelta(seconds=60)
"""`iat` lies in the past, because strict readers take the present for the future."""

MOST_VALID = dt.timedelta(hours=24)
"""How long a list of ours counts."""

TTL = 3600
"""Seconds after which a reader should ask again: a withdrawal is seen within the hour."""

REFERENCE = "status_reference"
"""A claim of ours: the beginning of the addresses at which the issuer says more about a place of this list."""

BITS = (1, 2, 4, 8)
_LATEST = 253_402_300_799
"""Seconds since 1970 at the end of the year 9999."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenList:
    """A list token, unpacked. `subject` is its own address; times are seconds since 1970, None where unsaid."""

    subject: str
    bits: int
    packed: bytes
    issued: int
    expires: int | None = None
    ttl: int | None = None
    reference: str = ""

    @property
    def size(self) -> int:
        return len(self.packed) * 8 // self.bits


def entries(document: Mapping[str, Any]) -> tuple[Entry, ...]:
    """The reference to a list token (6.2), as an entry without a purpose; empty where the credential has none."""
    status = document.get("status")
    if not isinstance(status, Mapping) or KIND not in status:
        return ()
    where = f"/status/{KIND}"
    reference = status[KIND]
    if not isinstance(reference, Mapping):
        return (Entry(purpose="", index=None, list_url="", kind=KIND, where=where, known=False),)
    url, index = reference.get("uri"), reference.get("idx")
    known = isinstance(url, str) and bool(url)
    place = index if type(index) is int else repr(index)
    address = url if isinstance(url, str) else ""
    return (Entry(purpose="", index=place, list_url=address, kind=KIND, where=where, known=known, members=reference),)


def reference(url: str, index: int) -> dict[str, Any]:
    """The claim `status` of an attestation (6.2): its place in the list token at `url`."""
    return {KIND: {"idx": index, "uri": url}}


def claims(
    table: Table,
    *,
    url: str,
    at: dt.datetime,
    valid: dt.timedelta = MOST_VALID,
    bits: int = 2,
    level: int = 6,
    since: dt.datetime | None = None,
) -> dict[str, Any]:
    """The claims of a list token (5.1) for the address `url`, counting from `at` for `valid`.

    `bits` 1 knows VALID and INVALID alone; 4 and 8 say the same as 2 in more room. InputError beyond 24 hours.
    `since`: when the sealing certificate begins; `iat` does not lie before it.
    """
    if not dt.timedelta() < valid <= MOST_VALID:
        raise InputError("A status list is valid for at most 24 hours.", found=str(valid))
    begun = at - BACKDATED if since is None else max(at - BACKDATED, min(since, at))
    issued = math.ceil(begun.timestamp())
    return {
        "sub": url,
        "iat": issued,
        "exp": int((at + valid - BACKDATED).timestamp()),
        "ttl": min(TTL, int(valid.total_seconds())),
        "status_list": {"bits": bits, "lst": encode(_packed(table, bits), level=level)},
        REFERENCE: f"{url.rpartition('/')[0]}/",
    }


def _packed(table: Table, bits: int) -> bytes:
    if bits == 2:
        return table.packed
    if bits == 1:
        return table.bits(Value.INVALID, msb_first=False)
    if bits not in BITS:
        raise InputError("A status list has 1, 2, 4 or 8 bits a place.", found=str(bits))
    wide = bytearray(table.size * bits // 8)
    step, ways = (2, _FOURS) if bits == 4 else (4, _EIGHTS)
    for place in range(step):
        wide[place::step] = table.packed.translate(ways[place])
    return bytes(wide)


_FOURS = tuple(bytes((b >> 4 * p & 3) | (b >> 4 * p + 2 & 3) << 4 for b in range(256)) for p in range(2))
_EIGHTS = tuple(bytes(b >> 2 * p & 3 for b in range(256)) for p in range(4))


def encode(packed: bytes, *, level: int = 6) -> str:
    """`lst` (4.2): zlib, then base64url without padding."""
    return base64.urlsafe_b64encode(zlib.compress(packed, level)).rstrip(b"=").decode("ascii")


def decode(text: Any, max_bytes: int = MAX_BYTES) -> bytes:
    """The bytes of `lst`, capped. InputError `status_list_malformed`, `status_list_too_large`."""
    where = "/status_list/lst"
    if not isinstance(text, str) or "=" in text:
        raise _malformed(where, type(text).__name__, "base64url without padding")
    inflater = zlib.decompressobj()
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        packed = inflater.decompress(data, max_bytes)
    except (binascii.Error, ValueError, zlib.error) as error:
        raise _malformed(where, str(error), "base64url of zlib") from error
    if inflater.unconsumed_tail:
        raise _malformed(where, f"over {max_bytes} bytes", f"at most {max_bytes}", "status_list_too_large")
    if not inflater.eof or inflater.unused_data:
        raise _malformed(where, "cut short, or something after the end", "one whole zlib stream")
    return packed


def read_claims(given: Mapping[str, Any]) -> TokenList:
    """The list in a token's claims (5.1). InputError `status_list_malformed`, `status_list_too_large`."""
    inner = given.get("status_list")
    if not isinstance(inner, Mapping):
        raise _malformed("/status_list", type(inner).__name__, "an object")
    bits = inner.get("bits")
    if type(bits) is not int or bits not in BITS:
        raise _malformed("/status_list/bits", repr(bits), "1, 2, 4 or 8")
    subject, reference = given.get("sub"), given.get(REFERENCE, "")
    if not isinstance(subject, str) or not subject:
        raise _malformed("/sub", repr(subject), "the address of the list")
    issued = _seconds(given, "iat")
    if issued is None:
        raise _malformed("/iat", "nothing", "the time of issuing")
    return TokenList(
        subject=subject,
        bits=bits,
        packed=decode(inner.get("lst")),
        issued=issued,
        expires=_seconds(given, "exp"),
        ttl=_seconds(given, "ttl"),
        reference=reference if isinstance(reference, str) else "",
    )


def _seconds(given: Mapping[str, Any], name: str) -> int | None:
    """A NumericDate (RFC 7519, 2) or a number of seconds; fractions are cut off."""
    value = given.get(name)
    if value is None:
        return None
    if type(value) not in (int, float) or not 0 <= value <= _LATEST:
        raise _malformed(f"/{name}", repr(value), "seconds since 1970")
    return int(value)


def value_at(token_list: TokenList, entry: Entry) -> int:
    """The value at the entry's place (4.1): 0 valid, 1 invalid, 2 suspended, others of the application's own.

    InputError `status_list_id_mismatch` unless `sub` is the address asked for, letter for letter (8.3);
    `status_index_malformed`, `status_index_out_of_range`.
    """
    place = entry.position()
    if token_list.subject != entry.list_url:
        raise InputError(
            "The status list is another one than the credential names.",
            where="/sub",
            found=token_list.subject[:200],
            expected=entry.list_url[:200],
            code="status_list_id_mismatch",
        )
    if place >= token_list.size:
        raise InputError(
            "The status list has no such place.",
            where=entry.where,
            found=str(place),
            expected=f"less than {token_list.size}",
            code="status_index_out_of_range",
        )
    bits = token_list.bits
    first = place * bits
    return token_list.packed[first >> 3] >> (first & 7) & ((1 << bits) - 1)


def _malformed(where: str, found: str, expected: str, code: str = "status_list_malformed") -> InputError:
    return InputError(
        "The status list is not in the form it must have.", where=where, found=found[:60], expected=expected, code=code
    )
