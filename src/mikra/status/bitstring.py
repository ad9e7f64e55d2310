"""Status lists: W3C Bitstring Status List v1.0 (sections 2 and 3), and its forerunner StatusList2021.

`entries` reads what a credential says of its own status, in the three forms that European Digital Credentials use:
`status` objects, a `credentialStatus` object, and `credentialStatus` as an address (a text, or an xsd:anyURI literal).
`read_list` opens the published list, `value_at` reads one place of it. Who sealed the list is not judged here.
`list_credential` writes the list that is to be sealed, from the one table that all encodings share.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from urllib.parse import urldefrag

from mikra.errors import InputError
from mikra.status.table import Table, Value

MIN_ENTRIES = 131_072
"""The least number of places of a list, so that a check does not tell whom it is about (section 2.2)."""

MAX_BYTES = 16_777_216
"""The most that a list may unpack to: 134 million places."""

LIST_TYPES: Mapping[str, str] = MappingProxyType(
    {"BitstringStatusListCredential": "BitstringStatusList", "StatusList2021Credential": "StatusList2021"}
)
"""Type of the list credential -> type of its subject."""

MOST_VALID = dt.timedelta(hours=24)
"""How long a list of ours counts."""

TTL = 3_600_000
"""Milliseconds after which a reader should ask again."""

ENTRY_TYPES = frozenset({"BitstringStatusListEntry", "StatusList2021Entry"})

_INDEX = re.compile(r"[0-9]{1,18}")
_EMPTY: Mapping[str, Any] = MappingProxyType({})


class Purpose(StrEnum):
    """What a set bit means. `MESSAGE` and `REFRESH` never withdraw anything."""

    REVOCATION = "revocation"
    SUSPENSION = "suspension"
    MESSAGE = "message"
    REFRESH = "refresh"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a credential says about where its status stands.

    `purpose` is empty where the form has none (an address): then the list's own purpose counts. `known` is false for
    a method that is not read here. `where` is a JSON Pointer.
    """

    purpose: str
    index: Any
    list_url: str
    kind: str
    where: str
    size: int = 1
    known: bool = True
    members: Mapping[str, Any] = field(default_factory=lambda: _EMPTY, hash=False)

    def position(self) -> int:
        """The place in the list. InputError `status_index_malformed` unless a plain number in base 10."""
        if type(self.index) is int and self.index >= 0:
            return self.index
        if isinstance(self.index, str) and _INDEX.fullmatch(self.index):
            return int(self.index)
        raise InputError(
            "The place in the status list is not a plain number.",
            where=self.where + "/statusListIndex",
            found=repr(self.index)[:40],
            expected="digits only",
            code="status_index_malformed",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusList:
    """A published list, unpacked: the first bit is the left-most of the first byte. Dates are texts as written."""

    id: str
    purposes: tuple[str, ...]
    bits: bytes
    valid_from: str = ""
    valid_until: str = ""
    issuer: str = ""
    members: Mapping[str, Any] = field(default_factory=lambda: _EMPTY, hash=False)


def entries(document: Mapping[str, Any]) -> tuple[Entry, ...]:
    """All status entries of a credential, in order; none means that the issuer offers no status."""
    return (*_offered(document, "credentialStatus"), *_offered(document, "status"))


def _offered(document: Mapping[str, Any], member: str) -> Iterator[Entry]:
    value = document.get(member)
    if value is None or value == [] or value == "":
        return
    many = isinstance(value, list)
    for number, item in enumerate(value if many else [value]):
        where = f"/{member}/{number}" if many else f"/{member}"
        if isinstance(item, Mapping) and "@value" not in item:
            # ELM has a `status` of its own, with concepts in it: only what names a list is a status entry there.
            if member == "credentialStatus" or "statusListCredential" in item or _kind(item) in ENTRY_TYPES:
                yield _from_object(item, where)
        elif member == "credentialStatus":
            yield _from_address(item.get("@value") if isinstance(item, Mapping) else item, where)


def _kind(item: Mapping[str, Any]) -> str:
    declared = item.get("type")
    names = [n for n in (declared if isinstance(declared, list) else [declared]) if isinstance(n, str)]
    return next((n for n in names if n in ENTRY_TYPES), names[0] if names else "")


def _from_object(item: Mapping[str, Any], where: str) -> Entry:
    kind, url, purpose, size = _kind(item), item.get("statusListCredential"), item.get("statusPurpose"), 1
    if type(item.get("statusSize")) is int:
        size = item["statusSize"]
    known = kind in ENTRY_TYPES and isinstance(url, str) and isinstance(purpose, str) and size in (1, 2, 4, 8)
    return Entry(
        purpose=purpose if isinstance(purpose, str) else "",
        index=item.get("statusListIndex"),
        list_url=url if isinstance(url, str) else "",
        kind=kind,
        where=where,
        size=size,
        known=known,
        members=item,
    )


def _from_address(value: Any, where: str) -> Entry:
    """`https://.../list#42`: the list is at the address, the place is its fragment, as in the `id` of an entry."""
    address = urldefrag(value) if isinstance(value, str) else urldefrag("")
    known = bool(address.url) and _INDEX.fullmatch(address.fragment) is not None
    return Entry(purpose="", index=address.fragment, list_url=address.url, kind="anyURI", where=where, known=known)


def read_list(document: Mapping[str, Any]) -> StatusList:
    """The list in a list credential.

    InputError `status_list_malformed`, `status_list_too_large`; `status_recursion` for a list with a status elsewhere.
    """
    list_id = document.get("id", "")
    subject = document.get("credentialSubject")
    kinds = document.get("type")
    kind = next((k for k in LIST_TYPES if isinstance(kinds, list) and k in kinds), "")
    if not kind or not isinstance(subject, Mapping) or not isinstance(list_id, str):
        raise _malformed("/type", f"{kinds!r}", " or ".join(LIST_TYPES))
    if subject.get("type") != LIST_TYPES[kind]:
        raise _malformed("/credentialSubject/type", f"{subject.get('type')!r}", LIST_TYPES[kind])
    _refuse_own_status(document, list_id)
    return StatusList(
        id=list_id,
        purposes=_purposes(subject.get("statusPurpose")),
        bits=unpack(subject.get("encodedList")),
        valid_from=_date(document, "validFrom", "issued", "issuanceDate"),
        valid_until=_date(document, "validUntil", "expirationDate"),
        issuer=_issuer(document.get("issuer")),
        members=subject,
    )


def _malformed(where: str, found: str, expected: str, code: str = "status_list_malformed") -> InputError:
    return InputError(
        "The status list is not in the form it must have.", where=where, found=found[:60], expected=expected, code=code
    )


def _refuse_own_status(document: Mapping[str, Any], list_id: str) -> None:
    own = entries(document)
    if own:
        itself = own[0].list_url == list_id
        code = "status_list_malformed" if itself else "status_recursion"
        raise _malformed("/credentialStatus", own[0].list_url, "a list that depends on no other list", code)


def _purposes(value: Any) -> tuple[str, ...]:
    purposes = value if isinstance(value, list) else [value]
    if not purposes or not all(isinstance(p, str) for p in purposes):
        raise _malformed("/credentialSubject/statusPurpose", repr(value), "a purpose")
    return tuple(purposes)


def _date(document: Mapping[str, Any], *names: str) -> str:
    value = next((document[n] for n in names if n in document), "")
    return value if isinstance(value, str) else repr(value)


def _issuer(value: Any) -> str:
    issuer = value.get("id") if isinstance(value, Mapping) else value
    return issuer if isinstance(issuer, str) else ""


def unpack(encoded: Any, max_bytes: int = MAX_BYTES) -> bytes:
    """The bits: base64url (with the multibase letter `u`, or in the older form without), then gzip, capped."""
    where = "/credentialSubject/encodedList"
    if not isinstance(encoded, str):
        raise _malformed(where, type(encoded).__name__, "text")
    text = encoded[1:] if encoded.startswith("u") else encoded
    inflater = zlib.decompressobj(wbits=31)
    try:
        packed = _base64(text)
        bits = inflater.decompress(packed, max_bytes)
    except (binascii.Error, ValueError, zlib.error) as error:
        raise _malformed(where, str(error), "base64url of gzip") from error
    if inflater.unconsumed_tail:
        raise _malformed(where, f"over {max_bytes} bytes", f"at most {max_bytes} bytes", "status_list_too_large")
    if not inflater.eof or inflater.unused_data:
        raise _malformed(where, "cut short, or something after the end", "one whole gzip member")
    return bits


def _base64(text: str) -> bytes:
    plain = text.rstrip("=").replace("+", "-").replace("/", "_")
    return base64.b64decode(plain + "=" * (-len(plain) % 4), altchars=b"-_", validate=True)


def value_at(status_list: StatusList, entry: Entry) -> int:
    """The value at the entry's place: 0 or 1, or up to 2^size - 1 in a list of messages.

    InputError `status_index_malformed`, `status_index_out_of_range`, `status_list_too_short`,
    `status_list_id_mismatch`, `status_purpose_mismatch`.
    """
    place = entry.position()
    if status_list.id and urldefrag(status_list.id).url != urldefrag(entry.list_url).url:
        raise _mismatch("/id", status_list.id, entry.list_url, "status_list_id_mismatch")
    if entry.purpose and entry.purpose not in status_list.purposes:
        found = ", ".join(status_list.purposes)
        raise _mismatch("/credentialSubject/statusPurpose", found, entry.purpose, "status_purpose_mismatch")
    places = len(status_list.bits) * 8 // entry.size
    if places < MIN_ENTRIES:
        raise _mismatch("/credentialSubject/encodedList", str(places), str(MIN_ENTRIES), "status_list_too_short")
    if place >= places:
        raise _mismatch(entry.where, str(place), f"less than {places}", "status_index_out_of_range")
    first_bit = place * entry.size
    byte = status_list.bits[first_bit // 8]
    return byte >> (8 - entry.size - first_bit % 8) & ((1 << entry.size) - 1)


def _mismatch(where: str, found: str, expected: str, code: str) -> InputError:
    message = "The status list and what the credential says about it do not fit together."
    return InputError(message, where=where, found=found[:200], expected=expected[:200], code=code)


def encode(bits: bytes, *, level: int = 6) -> str:
    """`encodedList` (section 3.3): multibase `u`, base64url without padding, gzip without name and time."""
    packer = zlib.compressobj(level, zlib.DEFLATED, 31)
    packed = packer.compress(bits) + packer.flush()
    return "u" + base64.urlsafe_b64encode(packed).rstrip(b"=").decode("ascii")


def list_credential(
    table: Table,
    purpose: Purpose,
    *,
    url: str,
    issuer: str,
    at: dt.datetime,
    valid: dt.timedelta = MOST_VALID,
    level: int = 6,
) -> dict[str, Any]:
    """The list as a credential of VC 2.0 (section 2.2), counting from `at` for `valid`, to be sealed.

    A list of messages has two bits a place. InputError beyond 24 hours, or with fewer places than the standard wants.
    """
    if table.size < MIN_ENTRIES:
        raise _mismatch("/credentialSubject/encodedList", str(table.size), str(MIN_ENTRIES), "status_list_too_short")
    if not dt.timedelta() < valid <= MOST_VALID:
        raise InputError("A status list is valid for at most 24 hours.", found=str(valid))
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": url,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer,
        "validFrom": _written(at),
        "validUntil": _written(at + valid),
        "credentialSubject": {
            "id": f"{url}#list",
            "type": "BitstringStatusList",
            "statusPurpose": purpose.value,
            "ttl": TTL,
            "encodedList": encode(_bits(table, purpose), level=level),
        },
    }


def _bits(table: Table, purpose: Purpose) -> bytes:
    if purpose is Purpose.MESSAGE:
        return table.wide()
    if purpose is Purpose.REFRESH:
        raise InputError("Mikra publishes no list of that purpose.", found=purpose.value)
    value = Value.INVALID if purpose is Purpose.REVOCATION else Value.SUSPENDED
    return table.bits(value, msb_first=True)


def _written(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
