"""One document sealed or verified under one key that is given: how the W3C's vc-jose-cose suite calls implementations.

The key file is a verification method (Controlled Identifiers 1.0, 2.2) with `publicKeyJwk`, to seal `secretKeyJwk` too.
The answer is {"result": "success" | "failure" | "indeterminate", "data": ...}. Whose key it is is not asked, it is
given; nor whether the credential still counts: that is for `mikra verify`.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from mikra import base64url, strictjson
from mikra.adapters.vc_api.issuers import CONTEXTS, EXAMPLES, UNDEFINED
from mikra.adapters.vc_api.issuing import refuse_faults
from mikra.errors import InputError, MikraError
from mikra.formats import enveloped
from mikra.public_keys import jwk
from mikra.sealing import data_integrity_seal, sd_jwt, vc_cose, vc_jose
from mikra.sealing.algorithms import signature_fault
from mikra.sealing.keys import PrivateKey, Signer, bare_signer
from mikra.sealing.sd_jwt import Kind
from mikra.verification.openers.data_integrity import library_of

FEATURES = tuple(f"{what}_{how}" for how in ("jose", "sdjwt", "cose") for what in ("credential", "presentation"))
"""What is sealed here; for any other the answer is "indeterminate". COSE is bytes, and is given and taken as base64."""

SUCCESS, FAILURE, INDETERMINATE = "success", "failure", "indeterminate"

_KNOWN = frozenset(
    """@context id type name description issuer credentialSubject validFrom validUntil credentialStatus credentialSchema
    refreshService termsOfUse evidence relatedResource confidenceMethod renderMethod proof holder
    verifiableCredential issuanceDate expirationDate""".split()  # noqa: SIM905
)
"""Members of credentials and presentations in the W3C's contexts. A catch-all for examples explains no others here."""

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of it."""

    result: str
    data: str = ""

    def as_json(self) -> bytes:
        return orjson.dumps({"result": self.result, "data": self.data})


def issue(
    document: bytes,
    key: bytes,
    feature: str,
    *,
    disclosures: Sequence[str],
    at: datetime,
    chance: Callable[[int], bytes],
) -> Result:
    """The document sealed. `disclosures` are paths such as "credentialSubject.phones[0]" (for SD-JWT)."""
    if feature not in FEATURES:
        return Result(result=INDETERMINATE)
    try:
        value, method = _object(document), _object(key)
        _check(value, feature)
        signer, key_id = bare_signer(_private(method)), str(method.get("id") or method.get("controller") or "")
        paths = frozenset(_path(text) for text in disclosures)
        sealed = _sealed(value, feature, signer, key_id, paths=paths, at=at, chance=chance)
    except MikraError as error:
        return Result(result=FAILURE, data=str(error))
    return Result(result=SUCCESS, data=sealed.decode("ascii"))


def verify(sealed: bytes, key: bytes, feature: str) -> Result:
    """Whether the seal is that of the key, and what is sealed keeps the rules."""
    if feature not in FEATURES:
        return Result(result=INDETERMINATE)
    try:
        public = jwk.read(_object(key).get("publicKeyJwk"))
        _check(_opened(sealed.strip(), public, feature), feature)
    except MikraError as error:
        return Result(result=FAILURE, data=str(error))
    return Result(result=SUCCESS)


def _sealed(
    value: Mapping[str, Any],
    feature: str,
    signer: Signer,
    key_id: str,
    *,
    paths: frozenset[sd_jwt.Path],
    at: datetime,
    chance: Callable[[int], bytes],
) -> bytes:
    presentation = feature.startswith("presentation")
    if feature.endswith("jose"):
        seal = vc_jose.seal_presentation if presentation else vc_jose.seal_credential
        return seal(value, signer=signer, at=at, key_id=key_id)
    if feature.endswith("cose"):
        enclose = vc_cose.seal_presentation if presentation else vc_cose.seal_credential
        return b64encode(enclose(value, signer=signer, at=at, key_id=key_id))
    kind = Kind.W3C_PRESENTATION if presentation else Kind.W3C_CREDENTIAL
    return sd_jwt.issue(value, signer=signer, concealed=paths, chance=chance, kind=kind, key_id=key_id)


def _opened(text: bytes, public: Any, feature: str) -> Mapping[str, Any]:
    if feature.endswith("sdjwt"):
        return _opened_sd_jwt(text, public)
    envelope = vc_cose.open_envelope(text) if feature.endswith("cose") else vc_jose.open_envelope(text)
    fault = signature_fault(envelope.algorithm, public, envelope.signature, envelope.signing_input)
    if fault:
        raise InputError("The seal is not that of this key.", code=fault)
    content = vc_jose.content_of(envelope, strictjson.parse(envelope.payload))
    return content.document


def _opened_sd_jwt(text: bytes, public: Any) -> Mapping[str, Any]:
    opened = sd_jwt.read(text)
    signature = opened.jwt.signatures[0]
    fault = signature_fault(signature.algorithm, public, signature.value, opened.jwt.signing_input(signature))
    if fault:
        raise InputError("The seal is not that of this key.", code=fault)
    return {name: value for name, value in opened.claims.items() if name not in ("iss", "iat", "jti", "nbf", "exp")}


def _check(value: Mapping[str, Any], feature: str) -> None:
    """The rules of the data model; every name is explained; what is presented is sealed. Raises InputError."""
    refuse_faults(value)
    wanted = "VerifiablePresentation" if feature.startswith("presentation") else "VerifiableCredential"
    types = value.get("type")
    if wanted not in (types if isinstance(types, list) else [types]):
        raise InputError("This is something else than was asked for.", where="/type", expected=wanted)
    if "verifiableCredential" in value:
        _check_presented(value["verifiableCredential"])
    plain = {name: one for name, one in value.items() if name != "verifiableCredential"}
    contexts = value.get("@context")
    catch_all = {EXAMPLES, UNDEFINED} & {
        c for c in (contexts if isinstance(contexts, list) else []) if isinstance(c, str)
    }
    unknown = sorted(plain.keys() - _KNOWN) if catch_all else []
    if unknown:
        raise InputError("No context explains this member.", where=f"/{unknown[0]}", code="jsonld_undefined_term")
    data_integrity_seal.check(plain, library_of(CONTEXTS, inline=True))


def _check_presented(inside: Any) -> None:
    """VC-JOSE-COSE 1.0, 3.1.2: credentials in a presentation are sealed, each in an envelope."""
    for number, one in enumerate(inside if isinstance(inside, list) else [inside]):
        url = one.get("id") if isinstance(one, Mapping) and enveloped.is_enveloped(one) else None
        if not isinstance(url, str) or not url.startswith(("data:application/vc+", "data:application/vp+")):
            where = f"/verifiableCredential/{number}"
            raise InputError("A credential in a presentation must be sealed.", where=where, code="credential_malformed")


def _object(data: bytes) -> dict[str, Any]:
    value = strictjson.parse(data)
    if not isinstance(value, dict):
        raise InputError("This is not an object.", expected="an object", code="json_malformed")
    return value


def _path(text: str) -> sd_jwt.Path:
    """ "a.b[0]" -> ("a", "b", None): elements of a list are concealed one by one, each of them."""
    steps: list[str | None] = [name or None for name, _ in _STEP.findall(text)]
    return tuple(steps)


def _private(method: Mapping[str, Any]) -> PrivateKey:
    """The private key in `secretKeyJwk`. Raises InputError where there is none, or not of the public one."""
    secret = method.get("secretKeyJwk")
    if not isinstance(secret, Mapping) or not isinstance(secret.get("d"), str):
        raise InputError("The key file holds no private key.", where="/secretKeyJwk", code="key_malformed")
    public = jwk.read(secret, "/secretKeyJwk")
    number = base64url.decode(secret["d"], where="/secretKeyJwk/d", code="key_malformed")
    key: PrivateKey
    try:
        if isinstance(public, ed25519.Ed25519PublicKey):
            key = ed25519.Ed25519PrivateKey.from_private_bytes(number)
        elif isinstance(public, ec.EllipticCurvePublicKey):
            key = ec.derive_private_key(int.from_bytes(number), public.curve)
        else:
            raise jwk.not_supported("RSA", "/secretKeyJwk")
    except ValueError:
        raise InputError("The private key cannot be read.", where="/secretKeyJwk/d", code="key_malformed") from None
    if isinstance(key, rsa.RSAPrivateKey) or jwk.write(key.public_key()) != jwk.write(public):
        raise InputError("The two halves of the key do not belong together.", code="key_malformed")
    return key
