"""RFC 9901, 4 and SD-JWT VC (draft 26), 2 and 3: an SD-JWT issued, in compact form.

W3C VC-JOSE-COSE 1.0, 3.2 and 4.2 has the same form for Verifiable Credentials 2.0 (`vc+sd-jwt`, `vp+sd-jwt`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Any

import orjson
from cryptography import x509

from mikra import base64url
from mikra.errors import InputError
from mikra.public_keys import jwk
from mikra.sealing.keys import Signer
from mikra.sealing.sd_jwt.conceal import Chance, Path, conceal


class Kind(StrEnum):
    """The `typ` of what is sealed."""

    SD_JWT_VC = "dc+sd-jwt"
    W3C_CREDENTIAL = "vc+sd-jwt"
    W3C_PRESENTATION = "vp+sd-jwt"


_REGISTERED = frozenset({"iss", "nbf", "exp", "cnf", "status"})
ALWAYS_OPEN: Mapping[Kind, frozenset[str]] = {
    Kind.SD_JWT_VC: _REGISTERED | {"vct", "vct#integrity", "aka_vcts"},
    Kind.W3C_CREDENTIAL: _REGISTERED | {"@context", "type", "issuer", "credentialStatus", "credentialSchema"},
    Kind.W3C_PRESENTATION: _REGISTERED | {"@context", "type"},
}
"""SD-JWT VC, 2.2.2.2: never disclosures, nor anything within them; of the W3C forms what a reader needs at once."""


def issue(
    claims: Mapping[str, Any],
    *,
    signer: Signer,
    concealed: Iterable[Path],
    chance: Chance,
    kind: Kind = Kind.SD_JWT_VC,
    key_id: str = "",
    decoys: int = 0,
) -> bytes:
    """The SD-JWT with all its disclosures: what the holder gets. The certificate chain goes along, its anchor does not.

    Raises InputError where a claim that must stay open is to be concealed, or the signer has no name at all.
    """
    paths = frozenset(concealed)
    check_layout(claims, paths, kind)
    made = conceal(claims, paths, chance=chance, decoys=decoys)
    covered = b"%b.%b" % (protected_header(signer, kind, key_id), _encode(orjson.dumps(made.payload)))
    parts = [f"{covered.decode()}.{base64url.encode(signer.sign(covered))}", *made.disclosures, ""]
    return "~".join(parts).encode()


def check_layout(claims: Mapping[str, Any], paths: Iterable[Path], kind: Kind) -> None:
    """InputError where the layout conceals what must stay open, or the claims lack what every reader needs."""
    for path in paths:
        if path and path[0] in ALWAYS_OPEN[kind]:
            raise InputError("This claim must stay open.", where=_pointer(path), fix="Take it out of the layout.")
    if kind is Kind.SD_JWT_VC and not (isinstance(claims.get("vct"), str) and claims["vct"]):
        raise InputError("The claims name no type.", where="/vct", expected="vct", fix="Name the type of credential.")
    if kind is not Kind.SD_JWT_VC and claims.keys() & {"vc", "vp"}:
        raise InputError("The claims of an older form are not sealed.", where="/vc", fix="Give the credential itself.")
    confirmed = claims.get("cnf")
    holder = confirmed.get("jwk") if isinstance(confirmed, Mapping) else None
    if isinstance(holder, Mapping) and jwk.has_private_part(holder):
        raise InputError("The holder's private key must not be sealed.", where="/cnf/jwk", code="key_compromised")


def protected_header(signer: Signer, kind: Kind, key_id: str = "") -> bytes:
    """The header in base64url: `x5c` from the leaf to below the anchor (HAIP 1.0, 6.1.1), or a `kid`, or both."""
    header: dict[str, Any] = {"alg": signer.algorithm, "typ": kind.value}
    if key_id:
        header["kid"] = key_id
    if signer.certificate:
        chain = [signer.certificate, *(c for c in signer.chain if not _is_anchor(c))]
        header["x5c"] = [base64url.encode_standard(c) for c in chain]
    if "kid" not in header and "x5c" not in header:
        raise InputError("Nothing says whose key seals.", expected="a certificate, or the id of a key", fix="Give one.")
    return _encode(orjson.dumps(header))


def sd_hash(presented: bytes) -> str:
    """4.3.1: the digest of all that is presented, up to the last `~`."""
    return base64url.encode(hashlib.sha256(presented).digest())


@lru_cache(maxsize=64)
def _is_anchor(certificate: bytes) -> bool:
    read = x509.load_der_x509_certificate(certificate)
    return read.issuer == read.subject


def _encode(data: bytes) -> bytes:
    return base64url.encode(data).encode()


def _pointer(path: Path) -> str:
    return "".join(f"/{'*' if step is None else step}" for step in path)
