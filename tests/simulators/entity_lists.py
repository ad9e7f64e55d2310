"""Lists of trusted entities of a simulated Europe (ETSI TS 119 602, JSON), sealed by hand as JAdES in compact form."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from mikra import base64url
from tests.simulators.authorities import Holder

KIND = "http://uri.etsi.org/19602/LoTEType/EUPubEAAProvidersList"
ISSUANCE = "http://uri.etsi.org/19602/SvcType/PubEAA/Issuance"
REVOCATION = "http://uri.etsi.org/19602/SvcType/PubEAA/Revocation"
NOTIFIED = "http://uri.etsi.org/19602/PubEAAProvidersList/SvcStatus/notified"
ISSUED, NEXT = "2026-11-01T00:00:00Z", "2027-05-01T00:00:00Z"


def named(text: str, language: str = "en") -> list[dict[str, str]]:
    return [{"lang": language, "value": text}]


def address(text: str) -> list[dict[str, str]]:
    return [{"lang": "en", "uriValue": text}]


def certificates(*ders: bytes) -> dict[str, Any]:
    return {"X509Certificates": [{"val": base64.b64encode(der).decode()} for der in ders]}


def service(kind: str, *ders: bytes, **more: Any) -> dict[str, Any]:
    """One service. `ServiceHistory` beside it is given as `history`."""
    history = more.pop("history", None)
    about = {"ServiceName": named("Diplomas"), "ServiceDigitalIdentity": certificates(*ders)}
    found: dict[str, Any] = {"ServiceInformation": about | {"ServiceTypeIdentifier": kind} | more}
    return found | ({"ServiceHistory": history} if history else {})


def entity(name: str, *services: Mapping[str, Any]) -> dict[str, Any]:
    postal = [{"lang": "en", "StreetAddress": "1 Street", "Locality": "Zed", "Country": "RO"}]
    reached = {"TEPostalAddress": postal, "TEElectronicAddress": address("mailto:list@zed.example")}
    about = {"TEName": named(name), "TEAddress": reached, "TEInformationURI": address("https://zed.example/")}
    return {"TrustedEntityInformation": about, "TrustedEntityServices": list(services)}


def entity_list(*entities: Mapping[str, Any], **scheme: Any) -> dict[str, Any]:
    """A whole list; `scheme` replaces members of ListAndSchemeInformation, None leaves one out."""
    usual = {
        "LoTEVersionIdentifier": 1,
        "LoTESequenceNumber": 7,
        "LoTEType": KIND,
        "SchemeOperatorName": named("European Commission"),
        "SchemeTerritory": "EU",
        "ListIssueDateTime": ISSUED,
        "NextUpdate": NEXT,
    }
    kept = {name: value for name, value in (usual | scheme).items() if value is not None}
    return {"LoTE": {"ListAndSchemeInformation": kept, "TrustedEntitiesList": list(entities)}}


def sealed(document: Any, holder: Holder, *, shown: Sequence[bytes] = (), **header: Any) -> bytes:
    """JAdES, compact: by the holder's key; `shown` are the certificates in the header, else the holder's own."""
    own = holder.certificate.public_bytes(Encoding.DER)
    chain = [base64.b64encode(der).decode() for der in (shown or (own,))]
    usual = {"alg": holder.signer.algorithm, "typ": "trustlist+jwt", "x5c": chain}
    head = {name: value for name, value in (usual | header).items() if value is not None}
    parts = [base64url.encode(json.dumps(part).encode()) for part in (head, document)]
    text = ".".join(parts).encode()
    return text + b"." + base64url.encode(holder.signer.sign(text)).encode()
