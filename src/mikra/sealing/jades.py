"""ETSI TS 119 182-1 (JAdES): seal a credential in the EU's own layout, and open any seal of that kind.

    {"payload": "<the credential, raw, as a JSON string>",
     "signatures": [{"protected": <base64url>, "header": {"etsiU": [...]}, "signature": <base64url>}]}

Levels: B-B is the seal, B-T adds a timestamp over it (`sigTst`). B-LT and B-LTA append to `etsiU` in the same way
(`extended`): payload, protected header and signature stay as they are, byte for byte.

`unseal` reads and never judges: it raises InputError for what cannot be read in exactly one way. `check_integrity`
judges the mathematics and never raises. Certificates, times and trust are judged elsewhere (`trust.x509`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

import orjson
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from mikra import base64url, strictjson
from mikra.errors import InputError
from mikra.public_keys.certificate import UNREADABLE, parsed
from mikra.report import Finding, Severity, words
from mikra.sealing import etsiu, jades_header, jws
from mikra.sealing.algorithms import checked_fault, key_fault
from mikra.sealing.certificates import check_validity
from mikra.sealing.etsiu import Token, ValidationData
from mikra.sealing.keys import Signer
from mikra.sealing.timestamps import Timestamper, TimestampResult, request_token, verify_token

NO_DATA = ValidationData()

CLAUSES = {
    "proof_missing": "RFC 7515, 7.2.1",
    "certificate_missing": "ETSI TS 119 182-1, 5.1.7",
    "certificate_mismatch": "ETSI TS 119 182-1, 5.1.7",
    "jws_signature_invalid": "RFC 7515, 5.2",
    "jws_signature_length": "RFC 7518, 3",
    "jws_key_type_mismatch": "RFC 8725, 3.1",
    "key_too_weak": "ETSI TS 119 312, 8.2",
    "key_type_not_supported": "ETSI TS 119 312, 8.2",
    "key_malformed": "RFC 5280, 4.1.2.7",
}


class Level(StrEnum):
    """ETSI TS 119 182-1, 6.1, by what is there; whether it holds is for the checks."""

    B = "B-B"
    T = "B-T"
    LT = "B-LT"
    LTA = "B-LTA"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """One seal of a file, opened. Certificates are DER; `chain` holds candidates, in no order, unproven.

    `claimed_at` is the sealer's own word. `binding` is "" or why the certificate is not sure (a code).
    `kinds` are those of the additions, in order. `text` and `protected` are the base64url as it stands.
    """

    header: Mapping[str, Any]
    algorithm: str
    certificate: bytes | None
    binding: str
    chain: tuple[bytes, ...]
    claimed_at: datetime | None
    tokens: tuple[Token, ...]
    validation_data: ValidationData
    kinds: tuple[str, ...]
    protected: str
    text: str
    value: bytes
    signing_input: bytes
    where: str

    @property
    def level(self) -> Level:
        kinds = {token.kind for token in self.tokens}
        if "sigTst" not in kinds:
            return Level.B
        if not {"rVals", "tstVD", "tstVd", "anyValData"} & set(self.kinds):
            return Level.T
        return Level.LTA if "arcTst" in kinds else Level.LT


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """An opened file: the sealed content, and its seals (none where the list is empty). `raw` is RFC 7797."""

    payload: bytes
    raw: bool
    seals: tuple[Seal, ...]


def seal(payload: bytes, *, signer: Signer, at: datetime, timestamper: Timestamper | None = None) -> bytes:
    """`payload` (strict JSON, an object, UTF-8) sealed at level B-B, or B-T with a timestamper.

    Raises InputError for a payload that two readers could take differently, NotAllowedError outside the validity of
    the certificate, UnavailableError or ProtocolError where the timestamp cannot be had.
    """
    check_payload(payload)
    protected = jades_header.protected_header(algorithm=signer.algorithm, certificate=signer.certificate, at=at)
    check_validity(signer.certificate, at)
    value = signer.sign(b"%b.%b" % (protected.encode("ascii"), payload))
    sealed = envelope(escape(payload), protected, value)
    return extend_with_timestamp(sealed, timestamper) if timestamper else sealed


def check_payload(payload: bytes) -> None:
    """Raises InputError where the payload is not one JSON object in strict form."""
    if not isinstance(strictjson.parse(payload, strictjson.LIMITS_WITH_IMAGES), dict):
        raise InputError("What is to be sealed is not an object.", expected="a credential", code="credential_malformed")


def escape(text: bytes) -> bytes:
    """UTF-8 text as the inside of a JSON string, in the shortest form."""
    return orjson.dumps(text.decode("utf-8"))[1:-1]


def envelope(escaped: bytes, protected: str, value: bytes) -> bytes:
    """The file at level B-B, `payload` first: EU viewers look for it there."""
    tail = f'","signatures":[{{"protected":"{protected}","signature":"{base64url.encode(value)}"}}]}}'
    return b'{"payload":"%b%b' % (escaped, tail.encode("ascii"))


def extend_with_timestamp(sealed: bytes, timestamper: Timestamper) -> bytes:
    """The same file with a timestamp over each seal (level B-T). Raises as `seal` and `unseal` do."""
    texts = [one.text for one in unseal(sealed).seals]
    items = [{"tstTokens": [{"val": base64url.encode_standard(request_token(timestamper, t.encode()))}]} for t in texts]
    return extended(sealed, [("sigTst", item) for item in items])


def extended(sealed: bytes, additions: Sequence[tuple[str, Any]]) -> bytes:
    """The same file with one item (kind, value) more in the `etsiU` of each seal; nothing else changes."""
    file = strictjson.parse(sealed, strictjson.LIMITS_WITH_IMAGES)
    entries = file.get("signatures", [file])
    for i, (kind, value) in enumerate(additions):
        entry = entries[i]
        items = entry.get("header", {}).get("etsiU", [])
        clear = bool(items) and isinstance(items[0], dict)
        items = [*items, {kind: value} if clear else etsiu.write(kind, value)]
        signature = entry.pop("signature")
        entry |= {"header": {"etsiU": items}, "signature": signature}
    return orjson.dumps(file)


def unseal(data: bytes | Mapping[str, Any], *, limits: strictjson.Limits = strictjson.LIMITS_WITH_IMAGES) -> Sealed:
    """Open a JAdES file in general or flattened JSON form. Raises InputError where its form is not sure."""
    value = strictjson.parse(data, limits) if isinstance(data, bytes) else data
    return opened(jws.read_json(value, jades_header.PROFILE))


def opened(found: jws.Jws) -> Sealed:
    """What a JWS of this profile says. Raises InputError where its header is not sure."""
    seals = tuple([_seal(found, signature) for signature in found.signatures])
    return Sealed(payload=found.payload, raw=found.payload is found.signed, seals=seals)


def _seal(opened: jws.Jws, signature: jws.Signature) -> Seal:
    additions = _additions(signature)
    data = etsiu.validation_data(additions) if additions else NO_DATA
    known = _remembered(signature, data.certificates)
    return Seal(
        header=signature.header,
        algorithm=signature.algorithm,
        certificate=known.certificate,
        binding=known.binding,
        chain=known.chain,
        claimed_at=known.claimed_at,
        tokens=_tokens(opened, signature, additions),
        validation_data=data,
        kinds=tuple([addition.kind for addition in additions]),
        protected=signature.protected,
        text=signature.text,
        value=signature.value,
        signing_input=opened.signing_input(signature),
        where=signature.where,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Header:
    """What a protected header says, read in full; `binding` and `chain` as in `Seal`."""

    certificate: bytes | None
    binding: str
    chain: tuple[bytes, ...]
    claimed_at: datetime | None


_REMEMBERED, _MOST_KNOWN = 8 * 1024, 256
_known: dict[tuple[str, str], _Header] = {}


def _remembered(signature: jws.Signature, others: tuple[bytes, ...]) -> _Header:
    """The credentials of a batch share their header, second by second: read once."""
    if others or len(signature.protected) > _REMEMBERED:
        return _read_header(signature, others)
    key = (signature.protected, signature.where)
    known = _known.get(key)
    if known is None:
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        known = _known[key] = _read_header(signature, others)
    return known


def _read_header(signature: jws.Signature, others: tuple[bytes, ...]) -> _Header:
    """The leaf is the first of `x5c`, or the one among `others` that the header names."""
    claims = jades_header.read(signature.header, f"{signature.where}/protected")
    certificate, binding = jades_header.leaf(claims, others)
    if certificate is not None:
        _check_certificate(certificate, f"{signature.where}/protected/x5c/0")
    chain = dict.fromkeys(other for other in (*claims.certificates, *others) if other != certificate)
    return _Header(certificate=certificate, binding=binding, chain=tuple(chain), claimed_at=claims.claimed_at)


def _additions(signature: jws.Signature) -> tuple[etsiu.Property, ...]:
    if "etsiU" not in signature.unprotected:
        return ()
    return etsiu.read(signature.unprotected["etsiU"], f"{signature.where}/header/etsiU")


def _tokens(opened: jws.Jws, signature: jws.Signature, additions: Sequence[etsiu.Property]) -> tuple[Token, ...]:
    """`adoTst` (5.2.6), which the seal covers, and those that were added."""
    first: tuple[Token, ...] = ()
    if not additions and "adoTst" not in signature.header:
        return first
    if "adoTst" in signature.header:
        place = f"{signature.where}/protected/adoTst"
        first = etsiu.tokens_of(signature.header["adoTst"], kind="adoTst", covered=opened.signed, where=place)
    return first + etsiu.tokens(
        additions, signed=opened.signed, protected=signature.protected, signature=signature.text
    )


def check_integrity(sealed: Sealed) -> tuple[Finding, ...]:
    """What is wrong with the seals, each finding's `rule` a code of `codes.CODES`; empty when all are whole.

    A file without seals has one finding, proof_missing. One bad seal among good ones is enough.
    """
    if not sealed.seals:
        return (_finding("proof_missing", "/signatures"),)
    return tuple([_finding(fault, one.where) for one in sealed.seals if (fault := _fault(one))])


def check_timestamps(one: Seal) -> tuple[tuple[Token, TimestampResult], ...]:
    """Each token of a seal with what it says and what is wrong with it. Who made it is for `trust.x509`."""
    others = one.validation_data.certificates
    return tuple((t, verify_token(t.der, covered=t.covered, certificates=others)) for t in one.tokens)


def _fault(one: Seal) -> str:
    if one.certificate is None:
        return one.binding
    key = _checked_key(one.algorithm, one.certificate)
    return key if isinstance(key, str) else checked_fault(one.algorithm, key, one.value, one.signing_input)


@lru_cache(maxsize=256)
def _checked_key(algorithm: str, certificate: bytes) -> PublicKeyTypes | str:
    """The key in a certificate (DER), or the code that says why it cannot answer for the algorithm."""
    key = public_key(certificate)
    return key if isinstance(key, str) else key_fault(algorithm, key) or key


@lru_cache(maxsize=256)
def public_key(certificate: bytes) -> PublicKeyTypes | str:
    """The key in a certificate (DER), or the code that says why it cannot be used."""
    try:
        return parsed(certificate).public_key()
    except UnsupportedAlgorithm:
        return "key_type_not_supported"
    except UNREADABLE:
        return "key_malformed"


@lru_cache(maxsize=256)
def key_name(certificate: bytes) -> str:
    """The kind of key in a certificate (DER), as methods are named that fade: "rsa2048", "secp256r1", "ed25519"."""
    key = public_key(certificate)
    if isinstance(key, rsa.RSAPublicKey):
        return f"rsa{key.key_size}"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return key.curve.name
    return "ed25519" if isinstance(key, ed25519.Ed25519PublicKey) else ""


def _check_certificate(certificate: bytes, where: str) -> None:
    if not _is_certificate(certificate):
        raise InputError("The sealing certificate cannot be read.", where=where, code="jws_malformed")


@lru_cache(maxsize=256)
def _is_certificate(der: bytes) -> bool:
    try:
        parsed(der)
    except UNREADABLE:
        return False
    return True


def _finding(code: str, where: str) -> Finding:
    return Finding(
        rule=code,
        severity=Severity.ERROR,
        what=words(f"sealing.{code}"),
        where=where,
        clause=CLAUSES.get(code, ""),
    )
