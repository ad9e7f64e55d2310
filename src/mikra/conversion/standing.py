"""Where the status of an award stands, for its other forms: the place that the sealed EDC names, in each encoding.

All forms of one award share one place: what withdraws the EDC withdraws them. A credential of the W3C model carries the
entries (Bitstring Status List 1.0, 2.1), an attestation the claim `status` (Token Status List, 6.2).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mikra.errors import InputError
from mikra.model import Credential
from mikra.status import bitstring, token
from mikra.status.bitstring import Entry
from mikra.status.indexes import Place

KIND = "BitstringStatusListEntry"
_MEMBERS = ("id", "statusPurpose", "statusListIndex", "statusListCredential", "statusReference")


def entries(credential: Credential) -> tuple[Mapping[str, Any], ...]:
    """The entries of the award, as any credential of the W3C model may carry them, the most important first."""
    return tuple(
        {"type": KIND, **{name: one.members[name] for name in _MEMBERS if name in one.members}}
        for one in _entries(credential)
        if one.known and one.kind == KIND and one.size == 1
    )


def place(credential: Credential) -> Place | None:
    """The place, where its lists are laid out as ours are; None where the address of its list token is not known."""
    for one in _entries(credential):
        base = one.list_url.rpartition("/")[0]
        try:
            found = Place(base, one.position())
        except InputError:
            continue
        if one.list_url == found.address(one.purpose) and one.members.get("statusReference") == found.reference:
            return found
    return None


def token_claim(credential: Credential) -> Mapping[str, Any] | None:
    """The claim `status` of an attestation of this award; None where the award has no place in a list token."""
    found = place(credential)
    return token.reference(found.address("token"), found.index) if found else None


def _entries(credential: Credential) -> tuple[Entry, ...]:
    return bitstring.entries({"credentialStatus": credential.credential_status, "status": credential.status})
