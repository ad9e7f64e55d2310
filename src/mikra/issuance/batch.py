"""Many credentials of one edition under one seal: validate the template once, fill, seal, reopen.

`Batch.seal` is the fast path of a class list; what it seals equals the general path byte for byte.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mikra.errors import ConflictError, InputError, NotAllowedError
from mikra.issuance import known_shape
from mikra.issuance.award_id import AwardId
from mikra.issuance.compose import PageRenderer, check_page, compose, serialise
from mikra.issuance.design import Body, Design
from mikra.issuance.status_entry import Member
from mikra.issuance.template import Shape, Template, compile_template, shape_of
from mikra.model import Credential
from mikra.model.jsonld import encode
from mikra.sealing import certificates, jades, sealer
from mikra.sealing.chunk import does_not_hold, signatures
from mikra.sealing.keys import BatchSigner, Signer
from mikra.sealing.sealer import Prepared, Sealer
from mikra.status.indexes import Place
from mikra.trust import certificates as trust
from mikra.validation import annex1
from mikra.validation.elm import ProfileVersion, check_profile


@dataclass(frozen=True, slots=True)
class Begun:
    """A credential without its signature, in parts: a file is written when it is sealed, and not kept until then.

    `digest` as in `chunk.Begun`. The payload is `prefix` and `rest`; `escaped` is `jades.escape(rest)`, and `around` is
    what stands before and after it in the file. `template`: what it was filled from, if anything.
    """

    digest: bytes
    prefix: bytes
    rest: bytes
    escaped: bytes
    around: tuple[bytes, bytes]
    template: Template | None = None

    @property
    def payload(self) -> bytes:
        return self.prefix + self.rest

    @property
    def file(self) -> bytes:
        """The file up to its signature."""
        return b"%b%b%b" % (self.around[0], self.escaped, self.around[1])


@dataclass(frozen=True, slots=True)
class Finished:
    """A sealed credential that was opened again; SHA-256 of the file, and of its payload."""

    file: bytes
    digest: bytes
    payload_digest: bytes


class Batch:
    """A published edition, a signer and the page images, ready to seal rows. `at` is moved on with `tick`.

    With a `renderer` each learner gets a page of their own, by the general path; else all share `pages`.
    With `status` (the member under which it stands) each credential needs a place in a status list.
    """

    def __init__(
        self,
        design: Design,
        *,
        signer: Signer,
        pages: Mapping[str, bytes],
        at: dt.datetime,
        renderer: PageRenderer | None = None,
        status: Member | None = None,
    ) -> None:
        self.design = _sealable(design, signer)
        for image in pages.values():
            check_page(image)
        self.pages = pages
        self.renderer = renderer
        self.status = status
        self.sealer = Sealer(signer, at=at)
        self._templates: dict[Shape, tuple[Template, Prepared]] = {}
        self._known: dict[Template, known_shape.Shape] = {}

    def tick(self, at: dt.datetime) -> None:
        """Move the clock on. NotAllowedError when the certificate's time is over."""
        self.sealer.tick(at)

    def seal(self, row: Mapping[str, Any], award_id: AwardId, place: Place | None = None) -> bytes:
        """The sealed credential of one row. InputError where it would break a rule."""
        self._check_place(place)
        if self.renderer:
            return self.sealer.seal(self._drawn(row, award_id, place, self.renderer))
        template, prepared = self._prepared(row)
        return prepared.seal(*template.fill(row, award_id=award_id, at=self.sealer.at, place=place))

    def _check_place(self, place: Place | None) -> None:
        if (place is None) is not (self.status is None):
            raise InputError(
                "Every credential of this batch needs a place in a status list."
                if self.status
                else "This batch offers no status, so a credential of it has no place in a list.",
                where="status",
            )

    def award(self, row: Mapping[str, Any], award_id: AwardId, place: Place | None = None) -> bytes:
        """`seal`, then `reopen` what was sealed: what is handed out. ConflictError where it does not hold."""
        self._check_place(place)
        if self.renderer:
            payload = self._drawn(row, award_id, place, self.renderer)
            sealed = self.sealer.seal(payload)
        else:
            template, prepared = self._prepared(row)
            plain, escaped = template.fill(row, award_id=award_id, at=self.sealer.at, place=place)
            payload, sealed = template.prefix + plain, prepared.seal(plain, escaped)
        reopen(sealed, payload, certificate=self.sealer.signer.certificate)
        return sealed

    @property
    def at_once(self) -> bool:
        """Whether the signer takes many digests at once: then `begin` and `finish` are faster than `award`."""
        return isinstance(self.sealer.signer, BatchSigner)

    def begin(self, row: Mapping[str, Any], award_id: AwardId, place: Place | None = None) -> Begun:
        """A credential that lacks its signature alone. InputError where it would break a rule."""
        self._check_place(place)
        if self.renderer:
            payload = self._drawn(row, award_id, place, self.renderer)
            digest, around = self.sealer.prepare(b"", b"").ask(payload)
            return Begun(digest, b"", payload, jades.escape(payload), around)
        template, prepared = self._prepared(row)
        plain, escaped = template.fill(row, award_id=award_id, at=self.sealer.at, place=place)
        digest, around = prepared.ask(plain)
        return Begun(digest, template.prefix, plain, escaped, around, template)

    def finish(self, begun: Sequence[Begun]) -> list[bytes]:
        """What was begun, sealed in one go and opened again. ConflictError where one does not hold."""
        return [one.file for one in self.finished(begun)]

    def finished(self, begun: Sequence[Begun]) -> Iterator[Finished]:
        """The same one by one, with the digests, which were read on the way: no file need be kept."""
        values = signatures(self.sealer.signer, [one.digest for one in begun])
        for one, value in zip(begun, values, strict=True):
            yield self._opened(one, sealer.finish(one.file, value))

    def _opened(self, one: Begun, file: bytes) -> Finished:
        """Opened again: the first of a template in a second by the general path, then those of the same shape."""
        known = self._known.get(one.template) if one.template else None
        found = known.open(file, one.rest) if known else None
        if found is not None:
            return Finished(file, found.file, found.payload)
        certificate = self.sealer.signer.certificate
        reopen(file, one.payload, certificate=certificate)
        if one.template and (known is None or known.protected != self.sealer.protected):
            self._learn(one.template, known_shape.learn(file, one.template.prefix, one.rest, certificate=certificate))
        return Finished(file, hashlib.sha256(file).digest(), hashlib.sha256(one.payload).digest())

    def _learn(self, template: Template, shape: known_shape.Shape | None) -> None:
        if shape is not None:
            self._known[template] = shape

    def payload(self, row: Mapping[str, Any], award_id: AwardId, place: Place | None = None) -> bytes:
        """What `seal` seals."""
        self._check_place(place)
        if self.renderer:
            return self._drawn(row, award_id, place, self.renderer)
        return self._prepared(row)[0].payload(row, award_id=award_id, at=self.sealer.at, place=place)

    def _composed(
        self, row: Mapping[str, Any], award_id: AwardId, place: Place | None, pages: Mapping[str, bytes]
    ) -> Credential:
        """By the general path."""
        member = self.status or Member.STATUS
        at = self.sealer.at
        return compose(self.design, row, award_id=award_id, at=at, pages=pages, place=place, member=member)

    def _drawn(self, row: Mapping[str, Any], award_id: AwardId, place: Place | None, renderer: PageRenderer) -> bytes:
        plain = self._composed(row, award_id, place, {})
        language = str(row.get("language") or self.design.primary_language)
        image = renderer.render(plain, language)
        check_page(image)
        credential = self._composed(row, award_id, place, {language: image})
        check_award(credential)
        return serialise(credential)

    def _prepared(self, row: Mapping[str, Any]) -> tuple[Template, Prepared]:
        shape = shape_of(row)
        known = self._templates.get(shape)
        if known is None:
            known = self._templates[shape] = self._compiled(row)
        return known

    def _compiled(self, row: Mapping[str, Any]) -> tuple[Template, Prepared]:
        at = self.sealer.at
        sample = AwardId.new(at, bytes(9))
        place = _SAMPLE if self.status else None
        credential = self._composed(row, sample, place, self.pages)
        check_award(credential)
        template = compile_template(self.design, row, self.pages, self.status)
        if template.payload(row, award_id=sample, at=at, place=place) != serialise(credential):
            raise ConflictError("The fast path and the general path disagree.", fix="Report this as a defect of Mikra.")
        return template, self.sealer.prepare(template.prefix)


_SAMPLE = Place("https://status.example/1", 0)
"""A place for the credential that a template is tried with."""


def _sealable(design: Design, signer: Signer) -> Design:
    """The design as this certificate can seal it; a missing identifier of the issuer comes from there."""
    if not design.published:
        raise NotAllowedError(
            "A draft cannot be awarded.",
            where="published",
            expected="a published edition",
            fix="Publish it first: mikra design publish FILE",
        )
    certificates.check_use(signer.certificate, demonstration=design.demonstration)
    return _check_mandate(_with_identifier(design, trust.read(signer.certificate).organization_identifier))


def _check_mandate(design: Design) -> Design:
    """InputError where the issuer awards in the name of others alone, and shows no mandate."""
    if design.issuer in design.bodies or (design.mandate and design.mandate.statement.strip()):
        return design
    raise InputError(
        "The issuer is not among the awarding bodies, and nothing shows that it may act for them.",
        where="mandate",
        expected="a statement of the mandate, and better its document",
        fix="Add mandate.statement (and mandate.document, a PDF) to the design, or let the awarding body seal.",
        code="mandate_missing",
    )


def _with_identifier(design: Design, sealed_as: str) -> Design:
    named = design.issuer.identifiers.eidas
    if named and sealed_as and named != sealed_as:
        raise InputError(
            "The seal belongs to another organisation than the issuer of this design.",
            where="issuer.identifiers.eidas",
            found=named,
            expected=sealed_as,
            fix="Use the seal of the issuer, or correct the identifier in the design.",
            code="issuer_key_mismatch",
        )
    if not (named or sealed_as):
        raise InputError(
            "Nothing says who the issuer is in law.",
            where="issuer.identifiers.eidas",
            expected="an identifier such as VATRO-12345678",
            fix="Give it in the design, or use a seal certificate that holds it.",
        )
    identifiers = replace(design.issuer.identifiers, eidas=named or sealed_as)
    issuer = replace(design.issuer, identifiers=identifiers)

    def known(body: Body | None) -> Body | None:
        return issuer if body == design.issuer else body

    bodies = tuple(known(body) or body for body in design.awarding_bodies)
    assessment = tuple(replace(a, assessor=known(a.assessor)) for a in design.assessment)
    return replace(design, issuer=issuer, awarding_bodies=bodies, assessment=assessment)


def check_award(credential: Credential) -> None:
    """InputError where a mandatory element of Annex I is missing, or the EDC profile or its reader would refuse it."""
    meter = annex1.measure(credential, stage=annex1.Stage.AWARD)
    if not meter.complete:
        raise InputError(
            "A mandatory element of Annex I is missing.",
            where=", ".join(element.path for element in meter.missing),
            expected=", ".join(element.name() for element in meter.missing),
            fix="Complete the design: mikra design check FILE",
            code="annex1_missing",
        )
    document = encode(credential)
    own_status = credential.credential_status is not None
    for version in (ProfileVersion.V1_2_0,) if own_status else ProfileVersion:
        result = check_profile(document, version=version)
        # Whoever asks for `credentialStatus` writes for readers of 1.2 alone; the EU's reader of today is not one.
        reader = [finding for finding in result.reader if not (own_status and finding.rule == "profile.reader.status")]
        if not result.conforms or reader:
            first = next(iter((*result.profile, *reader)), None)
            raise InputError(
                first.what.text() if first else "This is no European Digital Credential.",
                where=first.where if first else "",
                found=first.found if first else "",
                expected=first.expected if first else f"application profile {version}",
                fix="Complete the design: mikra design check FILE",
                code="credential_malformed",
            )


def reopen(sealed: bytes, payload: bytes, *, certificate: bytes) -> None:
    """ConflictError unless `sealed` opens, one seal under `certificate` holds, and it holds exactly `payload`."""
    try:
        opened = jades.unseal(sealed)
        whole = opened.payload == payload and [one.certificate for one in opened.seals] == [certificate]
        holds = whole and not jades.check_integrity(opened)
    except InputError:
        holds = False
    if not holds:
        raise does_not_hold()
