"""W3C Verifiable Credential Data Integrity 1.0, 4.2 and 4.3 (Add Proof, Add Proof Set or Chain): the general path.

What is sealed is first read as strictly as any verifier would read it: contexts known, every name defined, also for the
suites that only hash JSON. VC 1.1 documents get the Data Integrity context, without which no reader knows the proof.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import orjson

from mikra.errors import InputError
from mikra.sealing import jcs, multibase
from mikra.sealing.data_integrity_proof import (
    ASSERTION,
    DIGESTS,
    SUITES,
    Proof,
    Suite,
    check_contexts,
    covered,
    read_proofs,
)
from mikra.sealing.keys import Signer
from mikra.sealing.rdf.canonical import LIBRARY
from mikra.sealing.rdf.quads import to_quads
from mikra.sealing.rdf.scopes import Library
from mikra.vocabulary.contexts import CREDENTIALS_V1, DATA_INTEGRITY_V2, ED25519_2020


def seal(
    document: Mapping[str, Any], *, suite: str, signer: Signer, method: str, at: datetime, library: Library = LIBRARY
) -> bytes:
    """The sealed document as JSON text, in the order of RFC 8785, its proof at the end. See `add_proof`."""
    sealed = add_proof(document, suite=suite, signer=signer, method=method, at=at, library=library)
    proof = sealed.pop("proof")
    return b'%b,"proof":%b}' % (jcs.canonical(sealed)[:-1], orjson.dumps(proof))


def add_proof(
    document: Mapping[str, Any],
    *,
    suite: str,
    signer: Signer,
    method: str,
    at: datetime,
    purpose: str = ASSERTION,
    challenge: str = "",
    domain: str | Sequence[str] = "",
    proof_id: str = "",
    previous: Sequence[str] = (),
    library: Library = LIBRARY,
) -> dict[str, Any]:
    """The document with one proof more. `method` is the DID URL of the signer's key; `previous`, ids of earlier proofs.

    Raises InputError where the document would not verify anywhere, or key and suite do not fit.
    """
    kind = suite_for(suite, signer)
    content = prepared(document, kind)
    check(content, library)
    options = proof_options(kind, method=method, at=at, purpose=purpose)
    extra = {"id": proof_id, "challenge": challenge, "domain": domain, "previousProof": list(previous)}
    options |= {name: value for name, value in extra.items() if value}
    if kind.form == "jcs":
        options["@context"] = content["@context"]
    before = _entries(content)
    sealed = content | {"proof": [*before, {**options, "proofValue": kind.header + "1"}]}
    proofs = read_proofs(sealed) if before else (_unsigned(kind, options, previous),)
    data = covered(sealed, proofs[-1], proofs=proofs, digest=DIGESTS[signer.algorithm], library=library)
    proof = options | {"proofValue": multibase.encode_z(signer.sign(data))}
    return content | {"proof": [*before, proof] if before else proof}


def _unsigned(kind: Suite, options: Mapping[str, Any], previous: Sequence[str]) -> Proof:
    if previous:
        raise InputError("A proof builds on one that is not there.", where="/proof", code="credential_malformed")
    return Proof(suite=kind, options=options, value=b"", method="", purpose="")


def suite_for(name: str, signer: Signer) -> Suite:
    """The suite of that name. InputError where there is none, or the signer's key is of another kind."""
    kind = SUITES.get(name)
    if kind is None or signer.algorithm not in kind.algorithms:
        raise InputError(
            "This key cannot seal with this cryptosuite.",
            where="suite",
            found=f"{name}, {signer.algorithm}",
            expected="; ".join(f"{s.name}: {' or '.join(s.algorithms)}" for s in SUITES.values()),
            fix="Choose the suite that fits the key.",
            code="jws_key_type_mismatch",
        )
    return kind


def prepared(document: Mapping[str, Any], kind: Suite) -> dict[str, Any]:
    """The document as it is sealed: VC 1.1 with the context that defines the proof."""
    content = dict(document)
    contexts = content.get("@context", [])
    contexts = list(contexts) if isinstance(contexts, list) else [contexts]
    legacy = kind.name == "Ed25519Signature2020"
    if CREDENTIALS_V1 in contexts[:1]:
        needed = ED25519_2020 if legacy else DATA_INTEGRITY_V2
        content["@context"] = [*contexts, *([] if needed in contexts else [needed])]
    elif legacy:
        raise InputError(
            "This older seal is only for VC 1.1.", where="suite", found=kind.name, code="proof_not_supported"
        )
    return content


def check(content: Mapping[str, Any], library: Library) -> None:
    """As strictly as any verifier reads: contexts known, every name defined. InputError."""
    check_contexts(content, library)
    to_quads({name: value for name, value in content.items() if name != "proof"}, library)


def proof_options(kind: Suite, *, method: str, at: datetime, purpose: str) -> dict[str, Any]:
    """The configuration of a proof (Data Integrity 1.0, 2.1)."""
    named = {"type": kind.name} if kind.name == "Ed25519Signature2020" else _named(kind)
    return named | {
        "created": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "verificationMethod": method,
        "proofPurpose": purpose,
    }


def _named(kind: Suite) -> dict[str, str]:
    return {"type": "DataIntegrityProof", "cryptosuite": kind.name}


def _entries(content: Mapping[str, Any]) -> list[Any]:
    found = content.get("proof", [])
    return list(found) if isinstance(found, list) else [found]
