"""OpenID4VP 1.0, 5: what a verifier asks of a wallet: the request, signed or by value, and the links that lead to it.

    request = Request(client_id=x509_hash(signer.certificate), response_uri=..., nonce=..., state=..., query=...)
    signed(request, signer=signer, at=now)          the request object, behind a request_uri
    by_reference(request.client_id, address)        openid4vp://?client_id=...&request_uri=...
    by_value(request)                               all within the link, for the prefix redirect_uri alone

A wallet reads them by `oid4vp_wallet`. Request objects have no `iss`: some wallets refuse one with a prefix.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode, urlsplit

import orjson
from cryptography import x509

from mikra import base64url
from mikra.errors import InputError
from mikra.exchange import dcql, jwe
from mikra.sealing.keys import Signer

SCHEME = "openid4vp://"
TYPE = "oauth-authz-req+jwt"
"""RFC 9101, 10.8."""
MEDIA_TYPE = f"application/{TYPE}"
AUDIENCE = "https://self-issued.me/v2"
"""5.8: whom a request speaks to where nothing is known about the wallet."""
LIFETIME = timedelta(minutes=5)
ALGORITHMS = ("ES256", "EdDSA")
LONGEST_NONCE = 400


class Prefix(StrEnum):
    """5.9.3: how the verifier's name is proven."""

    X509_HASH = "x509_hash"
    X509_SAN_DNS = "x509_san_dns"
    DID = "decentralized_identifier"
    REDIRECT_URI = "redirect_uri"


class Mode(StrEnum):
    """8.2 and 8.3: how the answer comes."""

    PLAIN = "direct_post"
    ENCRYPTED = "direct_post.jwt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request. `client_id` has its prefix; `query` is DCQL as JSON.

    `key`: the public JWK for which answers are encrypted, with `kid` and `alg`; it belongs to `direct_post.jwt`.
    `encryptions`: how an answer may be encrypted, by `enc` (11.1). `name` and `purpose`: who asks and what for, in the
    verifier's own words, for the holder to read.
    """

    client_id: str
    response_uri: str
    nonce: str
    state: str
    query: Mapping[str, Any]
    mode: Mode = Mode.PLAIN
    key: Mapping[str, Any] = field(default_factory=dict)
    encryptions: tuple[str, ...] = tuple(jwe.ENCRYPTIONS)
    name: str = ""
    purpose: str = ""

    def __post_init__(self) -> None:
        if (self.mode is Mode.ENCRYPTED) != bool(self.key):
            raise InputError(
                "An encrypted answer needs a key, and no other one does.", where="key", expected=Mode.ENCRYPTED
            )
        prefix_of(self.client_id)

    def parameters(self) -> dict[str, Any]:
        """5.1: the parameters, as JSON."""
        return {
            "response_type": "vp_token",
            "response_mode": self.mode.value,
            "client_id": self.client_id,
            "response_uri": self.response_uri,
            "nonce": self.nonce,
            "state": self.state,
            "dcql_query": self._query(),
            "client_metadata": self._metadata(),
        }

    def _query(self) -> dict[str, Any]:
        """With the purpose where OpenID4VP draft 24 (6.2) has it: 1.0 ignores what it does not know (6)."""
        sets = self.query.get("credential_sets")
        if not self.purpose or not isinstance(sets, list):
            return dict(self.query)
        return {**self.query, "credential_sets": [{"purpose": self.purpose, **one} for one in sets]}

    def _metadata(self) -> dict[str, Any]:
        """5.1 and 11.1: which forms are read here, how an answer is encrypted; the name of RFC 7591, 2."""
        found: dict[str, Any] = {"vp_formats_supported": formats_supported()}
        if self.name:
            found["client_name"] = self.name
        if self.key:
            found["jwks"] = {"keys": [dict(self.key)]}
            found["encrypted_response_enc_values_supported"] = list(self.encryptions)
        return found


def formats_supported() -> dict[str, Any]:
    """Annex B: format -> what it may be signed with."""
    signed = list(ALGORITHMS)
    return {
        "dc+sd-jwt": {"sd-jwt_alg_values": signed, "kb-jwt_alg_values": signed},
        "jwt_vc_json": {"alg_values": signed},
        "ldp_vc": {
            "proof_type_values": ["DataIntegrityProof", "Ed25519Signature2020"],
            "cryptosuite_values": ["ecdsa-rdfc-2019", "eddsa-rdfc-2022"],
        },
    }


def prefix_of(client_id: str) -> Prefix:
    """InputError for a name without a prefix that is read here."""
    name, colon, rest = client_id.partition(":")
    if not colon or not rest or name not in set(Prefix):
        raise InputError(
            "The verifier is named in a way that is not read here.",
            where="client_id",
            found=name[:40],
            expected=", ".join(Prefix),
        )
    return Prefix(name)


def x509_hash(certificate: bytes) -> str:
    """5.9.3: by the digest of the certificate (DER)."""
    return f"{Prefix.X509_HASH}:{base64url.encode(hashlib.sha256(certificate).digest())}"


def x509_san_dns(host: str) -> str:
    """5.9.3: by a name in the certificate."""
    return f"{Prefix.X509_SAN_DNS}:{host}"


def decentralized_identifier(did: str) -> str:
    """5.9.3: by a DID."""
    return f"{Prefix.DID}:{did}"


def redirect_uri(response_uri: str) -> str:
    """5.9.3: by the address of the answer alone: nobody proves it, and it cannot be signed."""
    return f"{Prefix.REDIRECT_URI}:{response_uri}"


def signed(
    request: Request,
    *,
    signer: Signer,
    at: datetime,
    key_id: str = "",
    wallet_nonce: str = "",
    audience: str = AUDIENCE,
) -> str:
    """5.1 and RFC 9101: the request object. `key_id`: the DID URL of the key; else the certificates go along.

    InputError where the name is not that of the signer, or is none that can be signed.
    """
    header = {"typ": TYPE, "alg": signer.algorithm, **_key_of(request, signer, key_id)}
    begun = int(at.timestamp())
    claims = {**request.parameters(), "aud": audience, "iat": begun, "exp": begun + int(LIFETIME.total_seconds())}
    if wallet_nonce:
        claims["wallet_nonce"] = wallet_nonce
    covered = ".".join(base64url.encode(orjson.dumps(part)) for part in (header, claims))
    return f"{covered}.{base64url.encode(signer.sign(covered.encode()))}"


def _key_of(request: Request, signer: Signer, key_id: str) -> dict[str, Any]:
    prefix = prefix_of(request.client_id)
    if prefix is Prefix.REDIRECT_URI:
        raise InputError("A verifier of this kind does not sign.", where="client_id", fix="Send the request by value.")
    if prefix is Prefix.DID:
        if key_id.partition("#")[0] != request.client_id.removeprefix(f"{Prefix.DID}:"):
            raise InputError("The key is not one of the verifier's DID.", where="kid", found=key_id[:100])
        return {"kid": key_id}
    if not signer.certificate:
        raise InputError("The name of this verifier is in a certificate.", where="signer", expected="a certificate")
    if prefix is Prefix.X509_HASH and request.client_id != x509_hash(signer.certificate):
        raise InputError("The verifier has the name of another certificate.", where="client_id")
    if prefix is Prefix.X509_SAN_DNS and urlsplit(request.response_uri).hostname != request.client_id.partition(":")[2]:
        raise InputError("The answer goes to another host than the verifier's.", where="response_uri")
    below = [one for one in signer.chain if not _is_anchor(one)]
    return {"x5c": [base64url.encode_standard(one) for one in (signer.certificate, *below)]}


def _is_anchor(certificate: bytes) -> bool:
    """HAIP 1.0, 5: the anchor is not sent along."""
    read = x509.load_der_x509_certificate(certificate)
    return read.issuer == read.subject


def by_reference(client_id: str, address: str, *, post: bool = False, scheme: str = SCHEME) -> str:
    """5.10: a link to where the request object stands. `post`: the wallet may send it a nonce of its own."""
    given = {"client_id": client_id, "request_uri": address} | ({"request_uri_method": "post"} if post else {})
    return f"{scheme}?{urlencode(given)}"


def by_value(request: Request, *, scheme: str = SCHEME) -> str:
    """5.1: the whole request within the link. InputError for a verifier who has to sign."""
    if prefix_of(request.client_id) is not Prefix.REDIRECT_URI:
        raise InputError("This verifier has to sign.", where="client_id", fix="Send the request by reference.")
    if request.client_id != redirect_uri(request.response_uri):
        raise InputError("The answer goes to another address than the verifier's name.", where="response_uri")
    written = {
        name: value if isinstance(value, str) else orjson.dumps(value).decode()
        for name, value in request.parameters().items()
    }
    return f"{scheme}?{urlencode(written)}"


def encryption_key(key: Mapping[str, str], key_id: str) -> dict[str, str]:
    """8.3: a public JWK as `client_metadata` names it."""
    return {**key, "kid": key_id, "use": "enc", "alg": jwe.ALGORITHM}


def micro_credential(
    vcts: Sequence[str], more: Sequence[Sequence[str]] = (), *, multiple: bool = False
) -> dict[str, Any]:
    """A query for a micro-credential in any of the forms: attestation of one of these types, then the W3C forms.

    Asked for are its title and its holder's name; `more`: sets of further claims, the best first. Who has none of
    these sets answers with title and name. A badge comes whole. `multiple`: several may be shown at once (6.1).
    """
    named = (("f", "g"), ("f",), ("n",))
    plain = {"t": "achievement_title", "f": "family_name", "g": "given_name", "n": "full_name"}
    further = {one: one for names in more for one in names if one not in plain.values()}
    sets = [["t", *name, *(one for one in names if one in further)] for names in (*more, ()) for name in named]
    alternatives = [["OpenBadgeCredential"], ["https://purl.imsglobal.org/spec/vc/ob/vocab.html#OpenBadgeCredential"]]
    query: dict[str, Any] = {
        "credentials": [
            {
                "id": "mc",
                "format": "dc+sd-jwt",
                "meta": {"vct_values": list(vcts)},
                "claims": [{"id": id, "path": [name]} for id, name in {**plain, **further}.items()],
                "claim_sets": sets,
            },
            {"id": "mcjwt", "format": "jwt_vc_json", "meta": {"type_values": alternatives}},
            {"id": "mcld", "format": "ldp_vc", "meta": {"type_values": alternatives}},
        ],
        "credential_sets": [{"options": [["mc"], ["mcjwt"], ["mcld"]], "required": True}],
    }
    if multiple:
        query["credentials"] = [{**one, "multiple": True} for one in query["credentials"]]
    dcql.parse(query)
    return query
