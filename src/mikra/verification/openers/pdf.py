"""PDF files (ISO 32000-2) under PAdES seals (ETSI EN 319 142-1; EN 319 102-1): what is attached is what is judged.

    1. The file can be read in one way, and holds one credential          else InputError: check 1
    2. Every seal on it is whole, and nothing was changed after it        else `faults`: check 2
    3. Nothing in it would run or reach out                               else InputError: check 1
    4. The credential is opened by its own kind; its seals are the seals of the report. One that bears none is sealed
       by the file around it, where that is sealed.
    5. The page is never judged: `notes` say whether a seal covers it, and whether it says something else.

The page agrees when the title stands on it, whole or up to its first comma, colon or bracket, in any language, and, of
a European credential, the learner's name. A seal of the credential's own sealer covers the page with the attachment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from mikra import formats
from mikra.codes import CODES, Effect
from mikra.errors import InputError, UnavailableError
from mikra.formats import Form, Item
from mikra.formats.pdf import PdfFile, PdfSeal, SealKind
from mikra.formats.sniff import Kind, kind_of
from mikra.formats.squeezed import squeezed
from mikra.messages.spoken import Moment, Said
from mikra.model import decode
from mikra.report import Finding, Severity, Words, words
from mikra.sealing import cms, pades
from mikra.sealing.etsiu import Token, ValidationData
from mikra.sealing.timestamps import verify_token
from mikra.verification import openers, proofs, seals
from mikra.verification.openers.opening import Opening
from mikra.verification.question import Question
from mikra.verification.seals import VALIDITY_CODES, Judged, PlainSeal, Trust

_KINDS = (Kind.JSON, Kind.JWT, Kind.SD_JWT)
_MAIN_PART = re.compile(r"[,:;(\[–—]")


def open_item(item: Item, question: Question) -> Opening:
    """See above."""
    try:
        file = question.pdf_reader(item.data)
    except UnavailableError:
        return Opening(faults=(_finding("proof_not_supported", words("pdf.fault.extra"), Severity.ERROR),))
    faults = tuple(_faults(file, item.data))
    if faults:
        return Opening(faults=faults)
    if file.active:
        raise InputError("This PDF file would run or open something.", found=file.active, code="pdf_active_content")
    inside = _credential(file, item, question)
    sealed = [seals.judge(seal, question.at, question.policy, question.loader) for seal in _plain(file, item.data)]
    failed = tuple(_failed(sealed))
    if failed:
        return Opening(faults=failed)
    return _with_notes(_opened(inside, sealed, question), file, sealed)


def _faults(file: PdfFile, data: bytes) -> Iterator[Finding]:
    """Seals that are not whole, and changes after them."""
    for seal in file.seals:
        code = seal.fault or _mathematics(seal, data)
        if code:
            yield _finding(code, words(f"pdf.fault.{_SAID.get(code, 'broken')}"), Severity.ERROR)


_SAID = {
    "pdf_changed_after_sealing": "changed",
    "proof_not_supported": "method",
    "jws_alg_not_allowed": "method",
    "seal_certificate_expired": "expired",
    "seal_certificate_revoked": "withdrawn",
    "key_compromised": "withdrawn",
}
"""Code -> key of its sentence."""


def _mathematics(seal: PdfSeal, data: bytes) -> str:
    """A code where the seal does not hold, else ""."""
    if seal.kind is SealKind.TIMESTAMP:
        result = verify_token(seal.contents, covered=pades.covered(data, seal.covers))
        return "signature_invalid" if result.fault in proofs.TAMPERED else ""
    try:
        cms.check(cms.read(seal.contents), pades.covered(data, seal.covers))
    except cms.BrokenSealError as broken:
        return broken.code
    return ""


def _plain(file: PdfFile, data: bytes) -> Iterator[PlainSeal]:
    """The seals as values; timestamps that came later show when they existed."""
    certificates, crls, ocsps = file.store
    store = ValidationData(certificates=certificates, crls=crls, ocsps=ocsps)
    later = [one for one in file.seals if one.kind is SealKind.TIMESTAMP]
    for seal in file.seals:
        if seal.kind is SealKind.SEAL:
            parts = cms.read(seal.contents)
            own = [Token(kind="sigTst", der=t, covered=parts.signature, where="/Contents") for t in parts.tokens]
            over = [
                Token(kind="arcTst", der=t.contents, covered=pades.covered(data, t.covers), where="/Contents")
                for t in later
                if t.covers > seal.covers
            ]
            yield PlainSeal(
                algorithm=parts.algorithm,
                where="/AcroForm",
                claimed_at=seal.claimed_at,
                certificate=parts.certificate,
                chain=(*parts.chain, *certificates),
                tokens=(*own, *over),
                validation_data=store,
            )


def _failed(sealed: list[Judged]) -> Iterator[Finding]:
    """Whole seals that are false all the same: outside the certificate's time, revoked, with a false proof of time."""
    for one in sealed:
        tampered = "signature_invalid" if any(proof.tampered for proof in one.proofs) else ""
        codes = (tampered, VALIDITY_CODES[one.validity], one.code)
        code = next((code for code in codes if code and CODES[code][1] is Effect.FAILED), "")
        if code:
            yield _finding(code, words(f"pdf.fault.{_SAID.get(code, 'broken')}"), Severity.ERROR)


def _credential(file: PdfFile, item: Item, question: Question) -> Item:
    """The one credential that is attached. InputError: pdf_no_credential, pdf_ambiguous, and what it is refused for."""
    found: list[Item] = []
    for one in file.attachments:
        if kind_of(one.data) in _KINDS:
            found += _items(one.data, item, question)
    if not found:
        raise InputError(
            "There is no credential attached to this PDF file.",
            fix="Give the file as the issuer sent it: printing it again drops what is attached.",
            code="pdf_no_credential",
        )
    if len(found) > 1:
        raise InputError("There is more than one credential in this PDF file.", code="pdf_ambiguous")
    return found[0]


def _items(data: bytes, item: Item, question: Question) -> list[Item]:
    """The credentials in an attachment; none in JSON that is something else."""
    try:
        items = formats.read(data, item.name, question.policy.limits).items
    except InputError as error:
        if error.code == "credential_malformed":
            return []
        raise
    return [replace(one, where=item.where + one.where) for one in items]


def _opened(inside: Item, sealed: list[Judged], question: Question) -> Opening:
    if inside.form is Form.SEALED and openers.can_open(inside):
        return openers.open_item(inside, question)
    if inside.form is Form.UNSEALED and sealed:
        return Opening(document=inside.document, seals=tuple(sealed))
    return Opening(inside=(inside,))


def _with_notes(opening: Opening, file: PdfFile, sealed: list[Judged]) -> Opening:
    if opening.faults:
        return opening
    notes = [_seal_note(one) for one in sealed if one not in opening.seals]
    if opening.document:
        notes.append(_page_note(opening, file, sealed))
    return replace(opening, format=opening.format or "pdf.format", notes=(*notes, *opening.notes))


def _page_note(opening: Opening, file: PdfFile, sealed: list[Judged]) -> Finding:
    if any(_same_sealer(page, own) for page in sealed for own in opening.seals):
        return _finding("pdf.page", words("pdf.page.sealed"), Severity.INFORMATION)
    if file.text is not None and _agrees(opening.document, file.text):
        return _finding("pdf.page", words("pdf.page.agrees"), Severity.INFORMATION)
    key = "unreadable" if file.text is None else "differs"
    return _finding("pdf_page_not_verified", words(f"pdf.page.{key}"), Severity.WARNING)


def _same_sealer(page: Judged, own: Judged) -> bool:
    """The same certificate, or a trusted one of the same organisation."""
    if page.seal.certificate and page.seal.certificate == own.seal.certificate:
        return True
    trusted = Trust.NONE not in (page.trust, own.trust)
    return trusted and bool(page.owner.identifier) and page.owner.identifier == own.owner.identifier


def _agrees(document: Mapping[str, Any], page: str) -> bool:
    titles, names = _expected(document)
    parts = {squeezed(_MAIN_PART.split(title, maxsplit=1)[0]) for title in titles}
    return any(part in page for part in parts if part) and (
        not names or any(name in page or name[::-1] in page for name in map(squeezed, names) if name)
    )


def _expected(document: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Titles, in any language, and what the learner of a European credential is called."""
    credential = decode(document)
    if credential.achievement is not None:
        learner = credential.learner
        return list(credential.title.values()), list(learner.name.values()) if learner else []
    subject = document.get("credentialSubject")
    achievement = subject.get("achievement") if isinstance(subject, Mapping) else None
    named = [one.get("name") for one in (document, achievement) if isinstance(one, Mapping)]
    return [text for name in named for text in _texts(name)], []


def _texts(name: Any) -> list[str]:
    """A name as VC 2.0 has it: a text, or language value objects (2.0, 11.1)."""
    if isinstance(name, list):
        return [text for one in name for text in _texts(one)]
    if isinstance(name, Mapping):
        name = name.get("@value")
    return [name] if isinstance(name, str) else []


def _seal_note(one: Judged) -> Finding:
    """The file's own seal: whose, and who confirms it. It decides nothing while it is whole."""
    name = one.owner.name
    who: Said | Words = Said({"": name}) if name else words("verify.seal.nameless")
    trusted = "confirmed" if one.trust is not Trust.NONE else "unconfirmed"
    if one.proof is not None and one.proof.shows is not None:
        what = words(f"pdf.seal.{trusted}_proven", name=who, moment=Moment(one.proof.shows))
    else:
        what = words(f"pdf.seal.{trusted}", name=who)
    return _finding("pdf.seal", what, Severity.INFORMATION)


def _finding(rule: str, what: Words, severity: Severity) -> Finding:
    return Finding(rule=rule, severity=severity, what=what)
