"""W3C VC Data Model 2.0 (and 1.1): the twin of an award, an Open Badge that carries all standard elements besides.

    twin(credential, ...)        VC 2.0: credentials/v2, the Open Badges context, and our own (`terms`)
    as_1_1(badge)                an Open Badge in the form of VC 1.1, for wallets that know no other

EDC's own context cannot stand beside credentials/v2 (both protect the same terms): therefore our own terms.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from mikra.conversion import terms
from mikra.conversion.elements import standard_elements
from mikra.conversion.identity import Identity, Origin
from mikra.conversion.open_badges import CONTEXT, FORMS, IN_THE_CLEAR, Bearer, form_id, open_badge
from mikra.model import Credential

CONTEXT_1_1 = "https://www.w3.org/2018/credentials/v1"
CONTEXT_STATUS_2021 = "https://w3id.org/vc/status-list/2021/v1"


def twin(
    credential: Credential,
    *,
    identity: Identity,
    origin: Origin,
    language: str = "",
    bearer: Bearer = IN_THE_CLEAR,
    image: str = "",
) -> dict[str, Any]:
    """The VC 2.0 form, not sealed yet. InputError without a namespace, and as `open_badge`.

    `language` is that of the Open Badge in it; what stands under our own terms is there in all languages.
    """
    badge = open_badge(credential, identity=identity, origin=origin, language=language, bearer=bearer, image=image)
    elements = standard_elements(credential, born=not bearer.salt)
    about = badge["credentialSubject"]
    # What is the same for all learners stands first, as in the badge.
    subject = {"type": about["type"], "achievement": about["achievement"], "microCredential": elements, **about}
    written = {
        **badge,
        "@context": [*badge["@context"], terms.context_url(identity.namespace)],
        "id": form_id(origin, "vc-2.0"),
        "credentialSubject": subject,
    }
    if len(identity.status) > 1:
        written["credentialStatus"] = [dict(entry) for entry in identity.status]
    return written


def as_1_1(badge: Mapping[str, Any], status: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """A badge of VC 2.0, not sealed, in the form of VC 1.1: other names for the dates, no digests, status of 2021.

    `status`: all entries of the award; none: the one of the badge. A bitstring entry becomes a StatusList2021Entry: the
    same list, by its former name. Several stand as a list, which wallets read (VC 1.1, 4.9, says nothing against it).
    """
    written = {name: value for name, value in badge.items() if name not in ("validFrom", "validUntil", "proof")}
    written["@context"] = [CONTEXT_1_1, CONTEXT]
    written["id"] = f"urn:uuid:{uuid.uuid5(FORMS, str(badge['id']) + ' vc-1.1')}"
    written["issuanceDate"] = badge["validFrom"]
    if "validUntil" in badge:
        written["expirationDate"] = badge["validUntil"]
    written["evidence"] = [
        {name: value for name, value in entry.items() if name not in ("digestSRI", "mediaType")}
        for entry in badge.get("evidence", ())
    ]
    own = badge.get("credentialStatus")
    entries = [_entry_2021(one) for one in status or ((own,) if isinstance(own, Mapping) else ())]
    if entries:
        written["credentialStatus"] = entries if len(entries) > 1 else entries[0]
        written["@context"].append(CONTEXT_STATUS_2021)
    return written


def _entry_2021(entry: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in entry.items() if name != "statusReference"}
    return {**kept, "type": "StatusList2021Entry"}
