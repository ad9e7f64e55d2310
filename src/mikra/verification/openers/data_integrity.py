"""Credentials and presentations with a `proof` (W3C VC Data Integrity 1.0, 4.4 to 4.6): all proofs must hold.

Contexts and form first, then for each proof its purpose, its key, its mathematics. Of a presentation the holder's proof
is checked here, with the challenge and domain of the session; the credentials inside are judged by themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from mikra import formats, strictjson
from mikra.errors import InputError, MikraError, UnavailableError
from mikra.formats import Item
from mikra.messages.spoken import harmless
from mikra.report import Finding, Severity, Words, words
from mikra.sealing import data_integrity as di
from mikra.sealing.data_integrity import ASSERTION, AUTHENTICATION, Proof
from mikra.sealing.rdf.canonical import LIBRARY
from mikra.sealing.rdf.scopes import Library, contexts_in
from mikra.trust.did import VerificationMethod, resolve_method
from mikra.verification import presenter, seals, sentence
from mikra.verification.issuer import issuer_id
from mikra.verification.openers.opening import Opening
from mikra.verification.question import Question
from mikra.verification.seals import PlainSeal
from mikra.vocabulary import contexts

_NAMED = {"context_not_allowed", "jsonld_undefined_term"}
"""What is wrong lies in a name: it is told which."""


def open_item(item: Item, question: Question) -> Opening:
    """The credential under its proofs; or what a holder presented, once the presentation's own proofs hold."""
    document = item.document
    try:
        library = library_of(question.policy.contexts, inline=question.policy.inline_contexts)
        di.check_contexts(document, library)
        proofs = di.read_proofs(document)
        opened = _Opened(document, proofs, question, library)
        faults = tuple(opened.faults())
    except InputError as error:
        return Opening(faults=(_fault(error.code, error.where, error.found),))
    if faults:
        return Opening(faults=faults)
    notes = tuple(_added(document, library))
    if formats.is_presentation(document):
        if not document.get("verifiableCredential"):
            presenter.proves_alone(document)
            judged = tuple(seals.judge(seal, question.at, question.policy) for seal in opened.seals())
            holder = presenter.check(document, opened.methods[0].controller, question.session)
            return Opening(document=document, seals=judged, holder=holder, notes=notes)
        inside = formats.presented(document, name=item.name, where=item.where, limits=question.policy.limits)
        return Opening(inside=inside, presenter=opened.methods[0].controller, notes=notes)
    judged = tuple(seals.judge(seal, question.at, question.policy) for seal in opened.seals())
    return Opening(document=document, seals=judged, notes=notes)


@dataclass(frozen=True)
class _Opened:
    """One document with its proofs, while they are checked."""

    document: Mapping[str, Any]
    proofs: tuple[Proof, ...]
    question: Question
    library: Library
    methods: list[VerificationMethod] = field(default_factory=list)

    @property
    def presentation(self) -> bool:
        return formats.is_presentation(self.document)

    def faults(self) -> Iterator[Finding]:
        """Everything that is wrong with the proofs, in order; who is trusted is judged later."""
        for proof in self.proofs:
            code = self._fault(proof)
            if code:
                yield _fault(code, proof.where)
        if self.presentation and len(self.methods) == len(self.proofs):
            holder = self.document.get("holder")
            named = holder.get("id") if isinstance(holder, Mapping) else holder
            if named is not None and named not in [method.controller for method in self.methods]:
                yield _fault("holder_binding_invalid", "/holder")

    def _fault(self, proof: Proof) -> str:
        """A code of `codes.CODES`, or "" where the proof holds; then its key is kept."""
        wanted = AUTHENTICATION if self.presentation else ASSERTION
        if proof.purpose != wanted:
            return "key_purpose_mismatch"
        if proof.suite.name == "Ed25519Signature2020" and not _is_version_1(self.document):
            return "proof_not_supported"
        ended = proof.moment("expires")
        if ended is not None and ended + self.question.policy.clock_skew < self.question.at:
            return "credential_expired"
        asked = self._session_fault(proof) if self.presentation else ""
        if asked:
            return asked
        try:
            method = resolve_method(proof.method, loader=self.question.loader, purpose=wanted)
        except (InputError, UnavailableError) as error:
            return self._key_fault(proof, error)
        self.methods.append(method)
        return di.proof_fault(self.document, proof, method.key, proofs=self.proofs, library=self.library)

    def _session_fault(self, proof: Proof) -> str:
        session = self.question.session
        if session.nonce and proof.text("challenge") != session.nonce:
            return "nonce_mismatch"
        if session.audience and session.audience not in proof.domains:
            return "audience_mismatch"
        return ""

    def _key_fault(self, proof: Proof, error: MikraError) -> str:
        """A key that cannot be had. Where it is not even said to be the issuer's, that is what is wrong."""
        if isinstance(error, UnavailableError):
            return error.code or "key_unavailable"
        asked = not self.presentation and not self.question.policy.proof_only
        issuer = issuer_id(self.document)
        if asked and proof.controller != issuer and all(each.controller != issuer for each in self.proofs):
            return "issuer_key_mismatch"
        return error.code

    def seals(self) -> Iterator[PlainSeal]:
        for proof, method in zip(self.proofs, self.methods, strict=True):
            yield PlainSeal(
                algorithm=proof.suite.name,
                where=proof.where,
                claimed_at=proof.moment("created"),
                key_id=method.id,
                controller=method.controller,
                expires=method.expires,
                revoked=method.revoked,
                compromised=method.compromised,
            )


def _is_version_1(document: Mapping[str, Any]) -> bool:
    found = document.get("@context")
    return (found[0] if isinstance(found, list) else found) == contexts.CREDENTIALS_V1


def _fault(code: str, where: str, found: str = "") -> Finding:
    what = words(f"data_integrity.{code}", name=harmless(found)) if code in _NAMED and found else _told(code)
    return Finding(rule=code, severity=Severity.ERROR, what=what, where=where)


def _told(code: str) -> Words:
    return sentence.for_refusal(code)


def _added(document: Mapping[str, Any], library: Library) -> Iterator[Finding]:
    """A note for each context that is not bundled but was added by an administrator, with its digest."""
    listed = [url for _, value in contexts_in(document) for url in (value if isinstance(value, list) else [value])]
    named = {url for url in listed if isinstance(url, str)}
    for url in sorted(named & library.added.keys()):
        what = words("data_integrity.context_added", name=harmless(url))
        found = f"SHA-256 {contexts.digest(library.added[url])}"
        yield Finding(rule="context.added", severity=Severity.INFORMATION, what=what, found=found)


def library_of(added: Mapping[str, bytes], *, inline: bool = False) -> Library:
    """The bundled contexts and those that an administrator added. InputError where one of these is no context."""
    return _library(tuple(sorted(added.items())), inline) if added or inline else LIBRARY


@lru_cache(maxsize=8)
def _library(added: tuple[tuple[str, bytes], ...], inline: bool) -> Library:
    return Library({url: _context(url, data) for url, data in added}, inline=inline)


def _context(url: str, data: bytes) -> Any:
    document = strictjson.parse(data)
    if not isinstance(document, dict) or "@context" not in document or url in contexts.BUNDLED:
        raise InputError(
            "This is not a context that can be added.",
            where=url,
            expected='{"@context": ...}, under a URL that is not bundled',
            code="context_not_allowed",
        )
    return document["@context"]
