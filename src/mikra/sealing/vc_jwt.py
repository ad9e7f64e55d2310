"""W3C VC Data Model 1.1, 6.3.1: credentials and presentations as JWT, with the claims `vc` and `vp`.

    iss   issuer, or holder of a presentation        nbf   issuanceDate
    sub   credentialSubject.id                       exp   expirationDate
    jti   id

Where claim and member both stand, they must say the same. Only for documents of version 1.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from mikra.instants import instant
from mikra.sealing.jwt_claims import Claims, refuse

BASE_CONTEXT = "https://www.w3.org/2018/credentials/v1"
"""VC Data Model 1.1, 4.1: the first context of every document."""


def document_of(payload: Mapping[str, Any], claims: Claims) -> tuple[dict[str, Any], bool]:
    """The credential, or the presentation (True), with what the claims say of it. Raises credential_malformed."""
    name = "vp" if "vp" in payload else "vc"
    document = payload[name]
    if not isinstance(document, dict) or {"vc", "vp"} <= payload.keys():
        raise refuse(f"The claim {name} is not one credential or presentation.", f"/{name}")
    contexts = document.get("@context")
    if (contexts[:1] if isinstance(contexts, list) else [contexts]) != [BASE_CONTEXT]:
        raise refuse(f"The claim {name} is for version 1.1 alone.", f"/{name}/@context", expected=BASE_CONTEXT)
    filled = dict(document)
    _party(filled, "holder" if name == "vp" else "issuer", claims.issuer)
    _text(filled, "id", claims.id, "jti")
    if name == "vc":
        _subject(filled, claims.subject)
        _date(filled, "issuanceDate", claims.not_before)
        _date(filled, "expirationDate", claims.expires)
    return filled, name == "vp"


def _party(document: dict[str, Any], name: str, claimed: str) -> None:
    stated = document.get(name, claimed)
    said = stated.get("id") if isinstance(stated, Mapping) else stated
    if claimed and said != claimed:
        raise refuse("It names another issuer than its seal.", f"/{name}", found=str(said), expected=claimed)
    if stated:
        document[name] = stated


def _text(document: dict[str, Any], name: str, claimed: str, claim: str) -> None:
    if claimed and document.setdefault(name, claimed) != claimed:
        raise refuse(f"It has another {name} than its seal says.", f"/{name}", expected=f"the same as {claim}")


def _subject(document: dict[str, Any], claimed: str) -> None:
    """`sub` stands for the id of the one subject; of several it could be any."""
    subject = document.get("credentialSubject")
    if not claimed or (isinstance(subject, list) and len(subject) != 1):
        return
    one = subject[0] if isinstance(subject, list) else subject
    if not isinstance(one, Mapping):
        raise refuse("It says nothing about anybody.", "/credentialSubject")
    filled = {"id": claimed, **one}
    if filled["id"] != claimed:
        raise refuse("It is about somebody else than its seal says.", "/credentialSubject/id")
    document["credentialSubject"] = [filled] if isinstance(subject, list) else filled


def _date(document: dict[str, Any], name: str, claimed: datetime | None) -> None:
    if claimed is None:
        return
    if name not in document:
        document[name] = claimed.isoformat().replace("+00:00", "Z")
    elif instant(document[name], f"/{name}").replace(microsecond=0) != claimed:
        raise refuse("It has other dates than its seal says.", f"/{name}", expected=claimed.isoformat())


def claims_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """The payload for a credential of version 1.1, every member where other readers look for it."""
    subject = document.get("credentialSubject")
    issuer = document.get("issuer")
    stated = {
        "iss": issuer.get("id") if isinstance(issuer, Mapping) else issuer,
        "sub": subject.get("id") if isinstance(subject, Mapping) else None,
        "jti": document.get("id"),
        "nbf": _seconds(document, "issuanceDate"),
        "exp": _seconds(document, "expirationDate"),
    }
    return {**{name: value for name, value in stated.items() if value is not None}, "vc": dict(document)}


def _seconds(document: Mapping[str, Any], name: str) -> int | None:
    if name not in document:
        return None
    return int(instant(document[name], f"/{name}").astimezone(UTC).timestamp())
