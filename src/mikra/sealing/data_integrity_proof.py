"""W3C Verifiable Credential Data Integrity 1.0, 2.1 and 4: what a proof is, how it is read, and what it covers.

A proof covers the hash of its own configuration, and of the document without `proof`; in a chain, with the proofs that
`previousProof` names. `data_integrity` has the mathematics and the table of cryptosuites.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from mikra.errors import InputError
from mikra.instants import instant
from mikra.sealing import jcs, multibase
from mikra.sealing.rdf.canonical import LIBRARY, canonical_form, kept_form
from mikra.sealing.rdf.scopes import Library, contexts_in, is_iri, not_allowed, urls_of
from mikra.vocabulary.contexts import CREDENTIALS_V1, CREDENTIALS_V2

ASSERTION, AUTHENTICATION = "assertionMethod", "authentication"
BASES = (CREDENTIALS_V2, CREDENTIALS_V1)
MOST_PROOFS = 16
_OFFSET = re.compile(r"(?:Z|[+-]\d\d:\d\d)\Z")
_TEXTS = frozenset({"id", "created", "expires", "verificationMethod", "proofPurpose", "challenge", "nonce"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """One cryptosuite: how a document becomes bytes ("rdfc", "jcs", "sd"), and under which JWS algorithms."""

    name: str
    form: str
    algorithms: tuple[str, ...]
    header: str = "z"


SUITES: Mapping[str, Suite] = {
    s.name: s
    for s in (
        Suite(name="eddsa-rdfc-2022", form="rdfc", algorithms=("EdDSA",)),
        Suite(name="eddsa-jcs-2022", form="jcs", algorithms=("EdDSA",)),
        Suite(name="ecdsa-rdfc-2019", form="rdfc", algorithms=("ES256", "ES384")),
        Suite(name="ecdsa-jcs-2019", form="jcs", algorithms=("ES256", "ES384")),
        Suite(name="ecdsa-sd-2023", form="sd", algorithms=("ES256",), header="u"),
        Suite(name="Ed25519Signature2020", form="rdfc", algorithms=("EdDSA",)),
    )
}
DIGESTS = {"EdDSA": "SHA256", "ES256": "SHA256", "ES384": "SHA384"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One proof of a document, its form checked. `options` is the proof without `proofValue`, as it stands."""

    suite: Suite
    options: Mapping[str, Any]
    value: bytes
    method: str
    purpose: str
    previous: tuple[str, ...] = ()
    where: str = "/proof"

    @property
    def id(self) -> str:
        return str(self.options.get("id", ""))

    @property
    def controller(self) -> str:
        """The DID before the fragment of the verification method."""
        return self.method.partition("#")[0]

    def text(self, name: str) -> str:
        return str(self.options.get(name, ""))

    def moment(self, name: str) -> datetime | None:
        """`created` or `expires`; None where it is not said. Without an offset it is UTC (Data Integrity 1.0, 2.1).

        Raises InputError credential_malformed where it names no moment.
        """
        said = self.text(name)
        if not said:
            return None
        return instant(said if _OFFSET.search(said) else f"{said}Z", f"{self.where}/{name}")

    @property
    def domains(self) -> tuple[str, ...]:
        found = self.options.get("domain", ())
        return (found,) if isinstance(found, str) else tuple(found)


def read_proofs(document: Mapping[str, Any]) -> tuple[Proof, ...]:
    """The proofs of a secured document, in order.

    Raises InputError: proof_missing, proof_not_supported, proof_value_malformed, credential_malformed; key_not_found
    where there is no verification method.
    """
    found = document.get("proof")
    entries = found if isinstance(found, list) else [found]
    if not found or not all(isinstance(entry, (dict, Mapping)) for entry in entries):
        raise _refuse("proof_missing" if not found else "credential_malformed", "There is no proof.", "/proof")
    if len(entries) > MOST_PROOFS:
        raise _refuse("too_large", "There are more seals than we accept.", "/proof")
    places = [f"/proof/{n}" if isinstance(found, list) else "/proof" for n in range(len(entries))]
    proofs = tuple([_read(entry, where) for entry, where in zip(entries, places, strict=True)])
    if len(proofs) > 1 or proofs[0].previous:
        _check_chain(proofs)
    return proofs


def _read(entry: Mapping[str, Any], where: str) -> Proof:
    suite = _suite(entry, where)
    for name, value in entry.items():
        if value.__class__ is not str and name in _TEXTS:
            raise _refuse("credential_malformed", "A part of the proof is no text.", f"{where}/{name}")
    if "id" in entry and not is_iri(entry["id"]):
        raise _refuse("credential_malformed", "The id of a proof is no address.", f"{where}/id", entry["id"])
    if not entry.get("verificationMethod"):
        raise _refuse("key_not_found", "The proof names no key.", f"{where}/verificationMethod")
    domain = entry.get("domain", [])
    if not isinstance(domain, str) and not (isinstance(domain, list) and all(isinstance(d, str) for d in domain)):
        raise _refuse("credential_malformed", "The domain of the proof is no text.", f"{where}/domain")
    return Proof(
        suite=suite,
        options={name: value for name, value in entry.items() if name != "proofValue"},
        value=multibase.decode(entry.get("proofValue"), suite.header, where=f"{where}/proofValue"),
        method=entry["verificationMethod"],
        purpose=entry.get("proofPurpose", ""),
        previous=_previous(entry, where),
        where=where,
    )


def _suite(entry: Mapping[str, Any], where: str) -> Suite:
    kind, name = entry.get("type"), entry.get("cryptosuite")
    chosen = name if kind == "DataIntegrityProof" else kind if name is None else None
    suite = SUITES.get(chosen) if isinstance(chosen, str) else None
    if suite is None or (kind != "DataIntegrityProof") != (suite.name == "Ed25519Signature2020"):
        raise _refuse(
            "proof_not_supported", "The seal is of a kind that we do not check.", where, str(name or kind or "nothing")
        )
    return suite


def _previous(entry: Mapping[str, Any], where: str) -> tuple[str, ...]:
    found = entry.get("previousProof", [])
    names = [found] if isinstance(found, str) else found
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise _refuse("credential_malformed", "The proof before this one is not named.", f"{where}/previousProof")
    return tuple(names)


def _check_chain(proofs: Sequence[Proof]) -> None:
    """Ids are unique, every `previousProof` is there, and no chain bites its own tail."""
    known: dict[str, Proof] = {}
    for proof in proofs:
        if proof.id and proof.id in known:
            raise _refuse("credential_malformed", "Two proofs have one id.", f"{proof.where}/id", proof.id)
        known[proof.id] = proof
    for proof in proofs:
        reached, open_ones = set(), list(proof.previous)
        while open_ones:
            name = open_ones.pop()
            if not name or name not in known or name == proof.id:
                raise _refuse(
                    "credential_malformed",
                    "A proof builds on one that is not there.",
                    f"{proof.where}/previousProof",
                    name,
                )
            if name not in reached:
                reached.add(name)
                open_ones += known[name].previous


def check_contexts(document: Mapping[str, Any], library: Library = LIBRARY) -> None:
    """The base context of W3C first, every context known (VC Data Model 2.0, 4.3). InputError context_not_allowed."""
    if "@context" not in document:
        raise not_allowed("This credential names no vocabulary.", "/@context", "nothing")
    root = document["@context"]
    if not root or (root[0] if isinstance(root, list) else root) not in BASES:
        urls_of(root, library, "/@context")
        raise not_allowed("The first vocabulary of a credential is that of W3C.", "/@context", str(root))
    named = [("/@context", root)] if _names_no_other(document) else contexts_in(document)
    for where, value in named:
        urls_of(value, library, where)


def _names_no_other(document: Mapping[str, Any]) -> bool:
    """Whether the only other contexts are proofs' copies of the first; a quick look for the usual case.

    Each of those has a `@` in its name: where the text holds no more of them, there is no other.
    """
    proofs = document.get("proof", [])
    copies = sum(
        isinstance(proof, dict) and bool(proof.get("@context") == document["@context"])
        for proof in (proofs if isinstance(proofs, list) else [proofs])
    )
    try:
        text = orjson.dumps(document)
    except orjson.JSONEncodeError:
        return False
    at = -1
    for _ in range(2 + copies):
        at = text.find(b"@", at + 1)
        if at < 0:
            return True
    return text.count(b'"@context":') == 1 + copies


def covered(
    document: Mapping[str, Any],
    proof: Proof,
    *,
    proofs: Sequence[Proof] = (),
    digest: str = "SHA256",
    library: Library = LIBRARY,
) -> bytes:
    """What the signature of a proof is over: the digest of its configuration, then that of the document.

    `document` may still have its `proof`. Raises InputError as `canonical_form` and `jcs.canonical` do.
    """
    content = covered_content(document, proof, proofs)
    options = dict(proof.options)
    hash_of = hashlib.sha384 if digest == "SHA384" else hashlib.sha256
    if proof.suite.form == "jcs":
        if "@context" in options:
            content["@context"] = _agreed(options["@context"], document, proof.where)
        return hash_of(jcs.canonical(options)).digest() + hash_of(jcs.canonical(content)).digest()
    return (
        configuration_hash(document, proof, digest=digest, library=library)
        + hash_of(canonical_form(content, library, digest=digest)).digest()
    )


def covered_content(document: Mapping[str, Any], proof: Proof, proofs: Sequence[Proof] = ()) -> dict[str, Any]:
    """The document without its proofs, but with those that this one builds on (Data Integrity 1.0, 4.3 and 4.6)."""
    content = {name: value for name, value in document.items() if name != "proof"}
    if proof.previous:
        entries = document["proof"] if isinstance(document["proof"], list) else [document["proof"]]
        content["proof"] = [entries[n] for n, each in enumerate(proofs) if each.id in proof.previous]
    return content


def configuration_hash(
    document: Mapping[str, Any], proof: Proof, *, digest: str = "SHA256", library: Library = LIBRARY
) -> bytes:
    """The digest of a proof without its value, in the contexts of the document (vc-di-eddsa 1.0, 3.2.5)."""
    options = dict(proof.options)
    if "@context" in options:
        _agreed(options["@context"], document, proof.where)
    options["@context"] = document.get("@context")
    hash_of = hashlib.sha384 if digest == "SHA384" else hashlib.sha256
    return hash_of(kept_form(options, library, digest=digest)).digest()


def _agreed(context: Any, document: Mapping[str, Any], where: str) -> Any:
    """vc-di-eddsa, 3.3.2, step 4: the document begins with all the contexts of the proof."""
    mine = context if isinstance(context, list) else [context]
    whole = document.get("@context", [])
    if (whole if isinstance(whole, list) else [whole])[: len(mine)] != mine:
        raise _refuse("signature_invalid", "The proof was made with other vocabularies.", f"{where}/@context")
    return context


def _refuse(code: str, message: str, where: str, found: str = "") -> InputError:
    return InputError(message, where=where, found=found[:80], fix="Ask the issuer for a corrected file.", code=code)
