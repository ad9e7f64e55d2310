"""W3C VC-JOSE-COSE 1.0, 3.1 and 5: credentials and presentations under JWS, compact form; version 1.1 as JWT.

    vc+jwt   the payload is the credential itself (VC Data Model 2.0)        cty vc
    vp+jwt   the payload is the presentation itself                          cty vp
    JWT      claims `vc` and `vp` (VC Data Model 1.1, 6.3.1: `vc_jwt`), and Open Badges 3.0, 8.2

`open_envelope` lets the gate (`jws`) judge the form, `content_of` says what the payload is. Which key it was comes
from outside: nothing here takes a key from the header (`jwk`, `jku` and `x5u` do not pass), but `x5c` names a
certificate, for whoever judges certificates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson

from mikra import base64url, strictjson
from mikra.errors import InputError
from mikra.sealing import jades_header, jws, jwt_claims, vc_jwt
from mikra.sealing.algorithms import ALGORITHMS
from mikra.sealing.jwt_claims import Claims, refuse
from mikra.sealing.keys import Signer

CREDENTIAL, PRESENTATION = "vc+jwt", "vp+jwt"

ENVELOPED = {CREDENTIAL: False, PRESENTATION: True, "vc+cose": False, "vp+cose": True}
"""What an envelope is declared to be -> whether that is a presentation. Those of COSE are read by `vc_cose`."""

CLAUSE = "W3C VC-JOSE-COSE 1.0, 3.1 and 5"

BASE_CONTEXT = "https://www.w3.org/ns/credentials/v2"
"""VC Data Model 2.0, 4.3: the first context of every document."""

_CONTENT = {CREDENTIAL: "vc", PRESENTATION: "vp"}
_PRESENTATIONS = frozenset({"VerifiablePresentation", "EnvelopedVerifiablePresentation"})
_BADGES = frozenset({"OpenBadgeCredential", "AchievementCredential", "EndorsementCredential", "ClrCredential"})
"""Open Badges 3.0, 8.2.4.1 and CLR 2.0: sealed as plain JWT (`typ` JWT), with the credential as payload."""

PROFILE = jws.Profile(
    name="VC-JOSE-COSE",
    algorithms=frozenset(ALGORITHMS),
    protected=frozenset({"alg", "kid", "typ", "cty", "x5c", "x5t#S256"} | jwt_claims.NAMES),
    types=frozenset({CREDENTIAL, PRESENTATION, "jwt", ""}),
    max_protected=32 * 1024,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What passed the gate; nothing is proven yet. Certificates are DER, the leaf first; `type` is `typ`, lower case.

    `claims` are those of the header; `claimed_at` is what it says of the time of sealing; `clause` is the standard's.
    """

    header: Mapping[str, Any]
    type: str
    payload: bytes
    signature: bytes
    signing_input: bytes
    certificates: tuple[bytes, ...] = ()
    claims: Claims = jwt_claims.NONE
    clause: str = CLAUSE

    @property
    def claimed_at(self) -> datetime | None:
        return self.claims.issued_at

    @property
    def algorithm(self) -> str:
        return str(self.header["alg"])

    @property
    def key_id(self) -> str:
        return str(self.header.get("kid", ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What was sealed: the document without the claims of the JWT, and those. `party` is issuer or holder."""

    document: Mapping[str, Any]
    claims: Claims
    is_presentation: bool
    party: str

    @property
    def claimed_at(self) -> datetime | None:
        return self.claims.issued_at


def open_envelope(text: bytes) -> Envelope:
    """Raises InputError with the codes of `jws`, and certificate_mismatch."""
    opened = jws.read_compact(text, PROFILE)
    signature = opened.signatures[0]
    read = _known_header if len(signature.protected) <= _REMEMBERED else _header_of
    known = read(signature.protected)
    return Envelope(
        header=signature.header,
        type=known.type,
        payload=opened.payload,
        signature=signature.value,
        signing_input=opened.signing_input(signature),
        certificates=known.certificates,
        claims=known.claims,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What a header says, read once for all credentials that share it."""

    type: str
    certificates: tuple[bytes, ...]
    claims: Claims


_REMEMBERED = 8 * 1024
"""Characters of a header that is kept."""


def _header_of(protected: str) -> _Known:
    """A header that passed the gate."""
    header = orjson.loads(base64url.decode(protected))
    kind = str(header.get("typ", "")).lower().removeprefix("application/")
    content = str(header.get("cty", "")).lower().removeprefix("application/")
    if kind in _CONTENT and content not in ("", _CONTENT[kind], f"{_CONTENT[kind]}+ld+json"):
        raise InputError(
            "The seal says that it covers something else.",
            where="/cty",
            found=content[:40],
            expected=_CONTENT[kind],
            code="jws_typ_mismatch",
        )
    certified = jades_header.read({name: header[name] for name in ("x5c", "x5t#S256") if name in header}, "")
    if certified.certificates and jades_header.leaf(certified, ())[0] is None:
        raise InputError("The seal names one certificate and carries another.", code="certificate_mismatch")
    return _Known(type=kind, certificates=certified.certificates, claims=jwt_claims.read({}, header))


_known_header = lru_cache(maxsize=256)(_header_of)


def content_of(envelope: Envelope, payload: object) -> Content:
    """`payload` is that of the envelope, strictly parsed. Raises InputError credential_malformed, jws_typ_mismatch."""
    if not isinstance(payload, dict):
        raise refuse("There is no credential under this seal.")
    plain = jwt_claims.NAMES.isdisjoint(payload)
    claims = envelope.claims if plain else jwt_claims.read(payload, envelope.header)
    if payload.keys() & {"vc", "vp"}:
        return _of_version_1(envelope, payload, claims)
    document = jwt_claims.without(payload)
    types = _types(document)
    presentation = bool(types & _PRESENTATIONS)
    if not presentation and "VerifiableCredential" not in types and not types & _BADGES:
        raise refuse("There is no credential under this seal.", "/type")
    plain_badge = envelope.type in ("jwt", "") and types & _BADGES and not presentation
    if ENVELOPED.get(envelope.type) is not presentation and not plain_badge:
        raise InputError(
            "This seal was made for another purpose.",
            where="/typ",
            found=envelope.type or "nothing",
            expected=PRESENTATION if presentation else CREDENTIAL,
            code="jws_typ_mismatch",
        )
    _agree(document, claims, presentation)
    party = party_of(document, presentation=presentation) or claims.issuer
    return Content(document=within(document, claims), claims=claims, is_presentation=presentation, party=party)


def _of_version_1(envelope: Envelope, payload: Mapping[str, Any], claims: Claims) -> Content:
    if envelope.type not in ("jwt", ""):
        raise refuse("The claims vc and vp are of version 1.1.", "/vc", expected="the credential itself as content")
    document, presentation = vc_jwt.document_of(payload, claims)
    party = party_of(document, presentation=presentation)
    return Content(document=document, claims=claims, is_presentation=presentation, party=party)


def _types(document: Mapping[str, Any]) -> frozenset[str]:
    declared = document.get("type")
    return frozenset(t for t in (declared if isinstance(declared, list) else [declared]) if isinstance(t, str))


def party_of(document: Mapping[str, Any], *, presentation: bool = False) -> str:
    """The identifier of the issuer, or of the holder of a presentation; "" where there is none."""
    stated = document.get("holder" if presentation else "issuer")
    said = stated.get("id") if isinstance(stated, Mapping) else stated
    return said if isinstance(said, str) else ""


def _agree(document: Mapping[str, Any], claims: Claims, presentation: bool) -> None:
    """VC-JOSE-COSE, 3.1.3: claims must not contradict the members that speak of the same."""
    party = party_of(document, presentation=presentation)
    subject = document.get("credentialSubject")
    about = subject.get("id") if isinstance(subject, Mapping) else None
    for claim, claimed, said in (
        ("iss", claims.issuer, party or None),
        ("jti", claims.id, document.get("id")),
        ("sub", claims.subject, about if not presentation else None),
    ):
        if claimed and said is not None and said != claimed:
            raise refuse("Seal and content do not say the same.", f"/{claim}", found=claimed, expected=str(said))


def within(document: dict[str, Any], claims: Claims) -> dict[str, Any]:
    """The credential counts no longer than its seal: `nbf` and `exp` narrow its dates where they are narrower."""
    for name, claimed, narrower in (("validFrom", claims.not_before, max), ("validUntil", claims.expires, min)):
        if claimed is None:
            continue
        stated = jwt_claims.read({"iat": document[name]}).issued_at if name in document else None
        if stated is None or narrower(stated, claimed) != stated:
            document = {**document, name: claimed.isoformat().replace("+00:00", "Z")}
    return document


def seal_credential(document: Mapping[str, Any], *, signer: Signer, at: datetime, key_id: str = "") -> bytes:
    """`document` as vc+jwt; of version 1.1 as JWT with `vc`. `key_id` is the DID URL of the key, or its `kid`.

    The time of sealing stands in the header (RFC 7519, 5.3), so that the payload is the credential and nothing else.
    Raises InputError where another than a credential is given, or nothing says which key it is.
    """
    if not _is_version_1(document):
        _check(document, "VerifiableCredential")
        return seal_bytes(orjson.dumps(document), kind=CREDENTIAL, signer=signer, at=at, key_id=key_id)
    claims = {**vc_jwt.claims_of(document), "iat": int(at.timestamp())}
    header = _header(signer, key_id) | {"typ": "JWT"}
    return _sealed(header, orjson.dumps(claims), signer)


def seal_presentation(
    document: Mapping[str, Any],
    *,
    signer: Signer,
    at: datetime,
    key_id: str = "",
    nonce: str = "",
    audience: str = "",
    expires: datetime | None = None,
) -> bytes:
    """`document` as vp+jwt, for one request: its nonce, its audience. Credentials within are enveloped.

    Raises InputError where another than a presentation is given.
    """
    _check(document, "VerifiablePresentation")
    asked = {"nonce": nonce, "aud": audience, "exp": int(expires.timestamp()) if expires else ""}
    claims = {**document, **{name: value for name, value in asked.items() if value}}
    return seal_bytes(orjson.dumps(claims), kind=PRESENTATION, signer=signer, at=at, key_id=key_id)


def seal_bytes(payload: bytes, *, kind: str, signer: Signer, at: datetime, key_id: str = "") -> bytes:
    """A payload that is already JSON, byte for byte. Raises InputError where it is not strict."""
    strictjson.parse(payload, strictjson.LIMITS_WITH_IMAGES)
    return _sealed(header_of(signer, kind=kind, at=at, key_id=key_id), payload, signer)


def header_of(signer: Signer, *, kind: str, at: datetime, key_id: str = "") -> dict[str, Any]:
    """The protected header of a vc+jwt or vp+jwt. Raises InputError where nothing says which key it is."""
    return {**_header(signer, key_id), "typ": kind, "cty": _CONTENT[kind], "iat": int(at.astimezone(UTC).timestamp())}


def _header(signer: Signer, key_id: str) -> dict[str, Any]:
    header: dict[str, Any] = {"alg": signer.algorithm}
    if key_id:
        header["kid"] = key_id
    if signer.certificate:
        chain = (signer.certificate, *signer.chain)
        header["x5c"] = [base64url.encode_standard(certificate) for certificate in chain]
    if len(header) == 1:
        raise InputError(
            "Nothing would say which key made the seal.",
            expected="the DID URL of the key, or a certificate",
            code="key_not_found",
        )
    return header


def _sealed(header: Mapping[str, Any], payload: bytes, signer: Signer) -> bytes:
    text = f"{base64url.encode(orjson.dumps(header))}.{base64url.encode(payload)}".encode("ascii")
    return b"%b.%b" % (text, base64url.encode(signer.sign(text)).encode("ascii"))


def _is_version_1(document: Mapping[str, Any]) -> bool:
    contexts = document.get("@context")
    return bool((contexts[:1] if isinstance(contexts, list) else [contexts]) == [vc_jwt.BASE_CONTEXT])


def _check(document: Mapping[str, Any], kind: str) -> None:
    if kind not in _types(document) or document.keys() & {"vc", "vp"}:
        raise refuse("This is not what is to be sealed.", "/type", expected=kind)
