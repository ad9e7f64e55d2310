"""vc-di-ecdsa 1.0, 3.4 (ecdsa-sd-2023): a seal from which the holder may show chosen parts alone.

The issuer signs every statement that is not mandatory by itself, with a key made for this one credential, and that key
with the mandatory statements. Nodes get labels from an HMAC, so that what is shown does not tell what is not.

    base      d9 5d 00, then [signature, key, HMAC key, signatures, mandatory pointers]      for the holder alone
    derived   d9 5d 01, then [signature, key, signatures, labels, mandatory numbers]         for a verifier
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from mikra import base64url
from mikra.errors import InputError
from mikra.sealing import cbor, multibase
from mikra.sealing import data_integrity_proof as di
from mikra.sealing.algorithms import ALGORITHMS, signature_fault
from mikra.sealing.data_integrity_proof import ASSERTION, SUITES, Proof
from mikra.sealing.data_integrity_seal import check, prepared, proof_options, suite_for
from mikra.sealing.keys import Signer, bare_signer
from mikra.sealing.rdf.canonical import LIBRARY
from mikra.sealing.rdf.quads import budget, to_quads
from mikra.sealing.rdf.rdfc import Canonicalisation
from mikra.sealing.rdf.scopes import Library
from mikra.sealing.selection import canonical_groups, select

NAME = "ecdsa-sd-2023"
CHANCE = 64
"""Bytes of chance for one credential: the HMAC key, and the key of its statements."""

MOST_SIGNATURES = 2_000
"""Each costs a verification; an EDC of the EU's full sample would need 350."""

_BASE, _DERIVED = b"\xd9\x5d\x00", b"\xd9\x5d\x01"
_P256 = b"\x80\x24"
_SIZE, _KEY_SIZE, _HMAC_SIZE = 64, 35, 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """What only the holder has. `key` is the Multikey of the statements' key."""

    signature: bytes
    key: bytes
    hmac_key: bytes
    signatures: Sequence[bytes]
    mandatory: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """What a verifier gets. `labels`: number of a canonical name -> digest; `mandatory`: numbers of statements."""

    signature: bytes
    key: bytes
    signatures: Sequence[bytes]
    labels: Mapping[int, bytes]
    mandatory: Sequence[int]


def seal(
    document: Mapping[str, Any],
    *,
    signer: Signer,
    method: str,
    at: datetime,
    mandatory: Sequence[str],
    chance: bytes,
    library: Library = LIBRARY,
) -> dict[str, Any]:
    """3.4.17 (base proof): the document with a base proof. `mandatory` are JSON Pointers; `chance` is fresh each time.

    Raises InputError as `data_integrity_seal.add_proof`, and where a pointer points to nothing.
    """
    kind = suite_for(NAME, signer)
    content = prepared(document, kind)
    check(content, library)
    if len(chance) != CHANCE or "proof" in content:
        raise InputError("This seal is the only one, and needs fresh chance.", expected=f"{CHANCE} bytes of chance")
    options = proof_options(kind, method=method, at=at, purpose=ASSERTION)
    proof = Proof(suite=kind, options=options, value=b"", method=method, purpose=ASSERTION)
    own = ec.derive_private_key(int.from_bytes(chance[32:]) % (ALGORITHMS["ES256"].order - 1) + 1, ec.SECP256R1())
    key = _P256 + own.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    grouped = canonical_groups(content, {"mandatory": mandatory}, _labels(chance[:32]), library)
    chosen = set(grouped.matching["mandatory"])
    sign = bare_signer(own).sign
    signatures = [sign(line.encode()) for n, line in enumerate(grouped.lines) if n not in chosen]
    configuration = di.configuration_hash(content, proof, library=library)
    signature = signer.sign(_signed(configuration, key, [grouped.lines[n] for n in sorted(chosen)]))
    value = _BASE + cbor.encode([signature, key, chance[:32], signatures, list(mandatory)])
    return content | {"proof": options | {"proofValue": multibase.encode_u(value)}}


def derive(sealed: Mapping[str, Any], pointers: Sequence[str], *, library: Library = LIBRARY) -> dict[str, Any]:
    """3.4.18 (derived proof): the mandatory parts and those chosen. InputError where it is not such a seal."""
    (proof,) = di.read_proofs(sealed) if not isinstance(sealed.get("proof"), list) else (None,)
    if proof is None or proof.suite.name != NAME or not proof.value.startswith(_BASE):
        raise InputError("From this seal no parts can be shown.", where="/proof", code="proof_not_supported")
    base = _base(proof)
    content = di.covered_content(sealed, proof)
    combined = [*base.mandatory, *pointers]
    groups = {"mandatory": base.mandatory, "selective": pointers, "combined": combined}
    grouped = canonical_groups(content, groups, _labels(base.hmac_key), library)
    chosen, compulsory = set(grouped.matching["selective"]), set(grouped.matching["mandatory"])
    free = [n for n in range(len(grouped.lines)) if n not in compulsory]
    if len(free) != len(base.signatures):
        raise InputError("The seal does not fit the credential.", where="/proof", code="signature_invalid")
    signatures = [value for n, value in zip(free, base.signatures, strict=True) if n in chosen]
    shown = sorted(grouped.matching["combined"])
    names = Canonicalisation(grouped.parts["combined"]).names
    labels = {int(name[6:]): base64url.decode(grouped.labels[node][3:]) for node, name in names.items()}
    numbers = [place for place, n in enumerate(shown) if n in compulsory]
    part = [base.signature, base.key, signatures, dict(sorted(labels.items())), numbers]
    revealed = select(content, combined) or {}
    value = multibase.encode_u(_DERIVED + cbor.encode(part))
    return revealed | {"proof": {**proof.options, "proofValue": value}}


def proof_fault(
    document: Mapping[str, Any],
    proof: Proof,
    key: PublicKeyTypes,
    *,
    proofs: Sequence[Proof] = (),
    library: Library = LIBRARY,
) -> str:
    """3.4.19 (verification): why the proof, base or derived, does not hold: a code, or ""."""
    content = di.covered_content(document, proof, proofs)
    if proof.value.startswith(_BASE):
        base = _base(proof)
        grouped = canonical_groups(content, {"mandatory": base.mandatory}, _labels(base.hmac_key), library)
        lines, chosen = grouped.lines, set(grouped.matching["mandatory"])
        found: Base | Derived = base
    else:
        found = derived = _derived(proof)
        lines, chosen = _labelled(content, derived, library), set(derived.mandatory)
        if max(chosen, default=-1) >= len(lines):
            return "signature_invalid"
    free = [line for n, line in enumerate(lines) if n not in chosen]
    configuration = di.configuration_hash(document, proof, library=library)
    data = _signed(configuration, found.key, [lines[n] for n in sorted(chosen)])
    if len(free) != len(found.signatures) or signature_fault("ES256", key, found.signature, data):
        return "signature_invalid"
    own = _public(found.key, proof.where)
    bad = any(
        signature_fault("ES256", own, value, line.encode()) for line, value in zip(free, found.signatures, strict=True)
    )
    return "signature_invalid" if bad else ""


def _labelled(content: Mapping[str, Any], derived: Derived, library: Library) -> list[str]:
    """The statements of what is shown, with the labels that the holder passed on."""
    canonical = Canonicalisation(to_quads(content, library).lines)
    labels = {}
    if len(canonical.names) != len(derived.labels):
        raise InputError("The seal does not fit the credential.", where="/proof", code="signature_invalid")
    for node, name in canonical.names.items():
        digest = derived.labels.get(int(name[6:]))
        if digest is None:
            raise InputError("The seal does not fit the credential.", where="/proof", code="signature_invalid")
        labels[node] = f"_:{multibase.encode_u(digest)}"
    return canonical.lines(labels)


def _labels(hmac_key: bytes) -> Any:
    """3.4.6 (createHmacIdLabelMapFunction)."""
    return lambda name: multibase.encode_u(hmac.digest(hmac_key, name.encode(), "sha256"))


def _signed(configuration: bytes, key: bytes, mandatory: Sequence[str]) -> bytes:
    """3.4.12 (serializeSignData)."""
    return configuration + key + hashlib.sha256("".join(mandatory).encode()).digest()


def _public(key: bytes, where: str) -> ec.EllipticCurvePublicKey:
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key[2:])
    except ValueError:
        raise _malformed(where) from None


def _base(proof: Proof) -> Base:
    """3.4.3 (parseBaseProofValue)."""
    parts = _parts(proof, _BASE)
    signature, key, hmac_key, signatures, mandatory = parts
    texts = isinstance(mandatory, list) and all(isinstance(each, str) for each in mandatory)
    if not _are_bytes([hmac_key], _HMAC_SIZE) or not texts:
        raise _malformed(proof.where)
    return Base(signature=signature, key=key, hmac_key=hmac_key, signatures=signatures, mandatory=mandatory)


def _derived(proof: Proof) -> Derived:
    """3.4.8 (parseDerivedProofValue)."""
    signature, key, signatures, labels, mandatory = _parts(proof, _DERIVED)
    fits = isinstance(labels, dict) and all(isinstance(n, int) for n in labels)
    fits = fits and _are_bytes(list(labels.values()), _HMAC_SIZE) and isinstance(mandatory, list)
    if not fits or not all(isinstance(n, int) for n in mandatory) or len(set(mandatory)) != len(mandatory):
        raise _malformed(proof.where)
    return Derived(signature=signature, key=key, signatures=signatures, labels=labels, mandatory=mandatory)


def _parts(proof: Proof, header: bytes) -> list[Any]:
    if not proof.value.startswith(header):
        raise _malformed(proof.where)
    parts = cbor.decode(proof.value[len(header) :], where=f"{proof.where}/proofValue")
    if not isinstance(parts, list) or len(parts) != 5:
        raise _malformed(proof.where)
    signatures = parts[3] if header == _BASE else parts[2]
    if isinstance(signatures, list) and len(signatures) > MOST_SIGNATURES:
        raise budget("statements that are sealed by themselves", MOST_SIGNATURES)
    whole = _are_bytes([parts[0]], _SIZE) and _are_bytes([parts[1]], _KEY_SIZE) and parts[1].startswith(_P256)
    if not whole or not isinstance(signatures, list) or not _are_bytes(signatures, _SIZE):
        raise _malformed(proof.where)
    return parts


def _are_bytes(values: list[Any], size: int) -> bool:
    return all(isinstance(value, bytes) and len(value) == size for value in values)


def _malformed(where: str) -> InputError:
    return InputError(
        "A part of the seal is not written as it must be.", where=f"{where}/proofValue", code="proof_value_malformed"
    )


__all__ = ["CHANCE", "NAME", "SUITES", "Base", "Derived", "derive", "proof_fault", "seal"]
