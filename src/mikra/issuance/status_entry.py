"""What an EDC credential says about where its status stands: ELM `status`, or `credentialStatus` for profile 1.2.

Both members hold entries of the W3C Bitstring Status List (1.0, section 2.1). Under `status` there are two, for what
is withdrawn and what is suspended; the profile 1.2 allows one `credentialStatus`, so suspension is not offered there.
`statusReference` is the address at which the issuer says more, once the credential was withdrawn or superseded.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from mikra.status.bitstring import Purpose
from mikra.status.indexes import Place

KIND = "BitstringStatusListEntry"


class Member(StrEnum):
    """Where the entries stand. Profile 1.1.0 refuses objects under `credentialStatus`."""

    STATUS = "status"
    CREDENTIAL_STATUS = "credentialStatus"


def entry(place: Place, purpose: Purpose) -> dict[str, Any]:
    """One entry, as any credential of the W3C model may carry it."""
    address = place.address(purpose)
    return {
        "id": f"{address}#{place.index}",
        "type": KIND,
        "statusPurpose": purpose.value,
        "statusListIndex": f"{place.index}",
        "statusListCredential": address,
        "statusReference": place.reference,
    }


def members(place: Place | None, member: Member) -> dict[str, Any]:
    """The members of `model.Credential` that say so; none without a place."""
    if place is None:
        return {}
    if member is Member.CREDENTIAL_STATUS:
        return {"credential_status": {**entry(place, Purpose.REVOCATION), "type": ["CredentialStatus", KIND]}}
    return {"status": [entry(place, Purpose.REVOCATION), entry(place, Purpose.SUSPENSION)]}
