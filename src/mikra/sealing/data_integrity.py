"""W3C Verifiable Credential Data Integrity 1.0: proofs, sets and chains of proofs; the EdDSA and ECDSA cryptosuites.

    eddsa-rdfc-2022, eddsa-jcs-2022        vc-di-eddsa 1.0, 3.2 and 3.3    Ed25519
    ecdsa-rdfc-2019, ecdsa-jcs-2019        vc-di-ecdsa 1.0, 3.2 and 3.3    P-256 (SHA-256), P-384 (SHA-384)
    ecdsa-sd-2023                          vc-di-ecdsa 1.0, 3.4            P-256; see `ecdsa_sd`
    Ed25519Signature2020                   vc-di-eddsa, appendix           Ed25519; only in VC 1.1, for wallets

What a proof covers: the hash of its own configuration, and of the document without `proof`; in a chain, with the proofs
that `previousProof` names. Any other suite is `proof_not_supported`, never skipped: all proofs of a document count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from mikra.sealing import ecdsa_sd
from mikra.sealing.algorithms import signature_fault
from mikra.sealing.data_integrity_proof import (
    ASSERTION,
    AUTHENTICATION,
    DIGESTS,
    SUITES,
    Proof,
    Suite,
    check_contexts,
    configuration_hash,
    covered,
    covered_content,
    read_proofs,
)
from mikra.sealing.rdf.canonical import LIBRARY
from mikra.sealing.rdf.scopes import Library

__all__ = [
    "ASSERTION",
    "AUTHENTICATION",
    "SUITES",
    "Proof",
    "Suite",
    "algorithm_for",
    "check_contexts",
    "configuration_hash",
    "covered",
    "covered_content",
    "proof_fault",
    "read_proofs",
]


def algorithm_for(suite: Suite, key: PublicKeyTypes) -> str:
    """The JWS algorithm under which a key serves a suite, or ""."""
    if isinstance(key, ed25519.Ed25519PublicKey):
        found = "EdDSA"
    elif isinstance(key, ec.EllipticCurvePublicKey):
        found = {"secp256r1": "ES256", "secp384r1": "ES384"}.get(key.curve.name, "")
    else:
        found = ""
    return found if found in suite.algorithms else ""


def proof_fault(
    document: Mapping[str, Any],
    proof: Proof,
    key: PublicKeyTypes,
    *,
    proofs: Sequence[Proof] = (),
    library: Library = LIBRARY,
) -> str:
    """Why a proof is not that of `key` over the document: a code of `codes.CODES`, or "". Raises as `covered` does."""
    algorithm = algorithm_for(proof.suite, key)
    if not algorithm:
        return "jws_key_type_mismatch"
    if proof.suite.form == "sd":
        return ecdsa_sd.proof_fault(document, proof, key, proofs=proofs, library=library)
    data = covered(document, proof, proofs=proofs, digest=DIGESTS[algorithm], library=library)
    return "signature_invalid" if signature_fault(algorithm, key, proof.value, data) else ""
