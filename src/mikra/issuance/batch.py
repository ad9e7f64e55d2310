"""Many credentials of one edition under one seal: validate the template once, fill, seal, reopen.

`Batch.seal` is the fast path of a class list; what it seals equals the general path byte for byte.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mikra.errors import ConflictError, InputError, NotAllowedError
from mikra.issuance.compose import AwardId, PageRenderer, check_page, compose, serialise
from mikra.issuance.design import Design
from mikra.issuance.template import Shape, Template, compile_template, shape_of
from mikra.model import Credential
from mikra.model.jsonld import encode
from mikra.sealing import certificates, jades
from mikra.sealing.keys import Signer
from mikra.sealing.sealer import Prepared, Sealer
from mikra.validation import annex1
from mikra.validation.elm import check_profile

__all__ = ["Batch", "reopen"]


class Batch:
    """A published edition, a signer and the page images, ready to seal rows. `at` is moved on with `tick`.

    With a `renderer` each learner gets a page of their own, by the general path; else all share `pages`.
    """

    def __init__(
        self,
        design: Design,
        *,
        signer: Signer,
        pages: Mapping[str, bytes],
        at: dt.datetime,
        renderer: PageRenderer | None = None,
    ) -> None:
        self.design = _sealable(design, signer)
        for image in pages.values():
            check_page(image)
        self.pages = pages
        self.renderer = renderer
        self.sealer = Sealer(signer, at=at)
        self._templates: dict[Shape, tuple[Template, Prepared]] = {}

    def tick(self, at: dt.datetime) -> None:
        """Move the clock on. NotAllowedError when the certificate's time is over."""
        self.sealer.tick(at)

    def seal(self, row: Mapping[str, Any], award_id: AwardId) -> bytes:
        """The sealed credential of one row. InputError where the first row of its shape would break a rule."""
        if self.renderer:
            return self.sealer.seal(self.payload(row, award_id))
        template, prepared = self._prepared(row)
        return prepared.seal(*template.fill(row, award_id=award_id, at=self.sealer.at))

    def payload(self, row: Mapping[str, Any], award_id: AwardId) -> bytes:
        """What `seal` seals."""
        if self.renderer:
            return serialise(self._drawn(row, award_id, self.renderer))
        return self._prepared(row)[0].payload(row, award_id=award_id, at=self.sealer.at)

    def _drawn(self, row: Mapping[str, Any], award_id: AwardId, renderer: PageRenderer) -> Credential:
        at = self.sealer.at
        plain = compose(self.design, row, award_id=award_id, at=at, pages={})
        language = str(row.get("language") or self.design.primary_language)
        image = renderer.render(plain, language)
        check_page(image)
        credential = compose(self.design, row, award_id=award_id, at=at, pages={language: image})
        check_award(credential)
        return credential

    def _prepared(self, row: Mapping[str, Any]) -> tuple[Template, Prepared]:
        shape = shape_of(row)
        known = self._templates.get(shape)
        if known is None:
            known = self._templates[shape] = self._compiled(row)
        return known

    def _compiled(self, row: Mapping[str, Any]) -> tuple[Template, Prepared]:
        at = self.sealer.at
        sample = AwardId.new(at, bytes(9))
        credential = compose(self.design, row, award_id=sample, at=at, pages=self.pages)
        check_award(credential)
        template = compile_template(self.design, row, self.pages)
        if template.payload(row, award_id=sample, at=at) != serialise(credential):
            raise ConflictError("The fast path and the general path disagree.", fix="Report this as a defect of Mikra.")
        return template, self.sealer.prepare(template.prefix)


def _sealable(design: Design, signer: Signer) -> Design:
    """The design as this certificate can seal it; a missing identifier of the issuer comes from there."""
    if not design.published:
        raise NotAllowedError(
            "A draft cannot be awarded.",
            where="published",
            expected="a published edition",
            fix="Publish it first: mikra design publish FILE",
        )
    demonstration = certificates.is_demonstration(signer.certificate)
    if demonstration != design.demonstration:
        raise NotAllowedError(
            "A demonstration key seals demonstration credentials, and nothing else does.",
            found="a demonstration key" if demonstration else "a demonstration design",
            fix="Use a key of the institution's own." if demonstration else "Use the demonstration key.",
        )
    return _with_identifier(design, certificates.organization_identifier(signer.certificate))


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
    bodies = tuple(issuer if body == design.issuer else body for body in design.awarding_bodies)
    return replace(design, issuer=issuer, awarding_bodies=bodies)


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
    result = check_profile(encode(credential))
    if not result.conforms or result.reader:
        first = (*result.profile, *result.reader)[0]
        raise InputError(first.what.text(), where=first.where, found=first.found, expected=first.expected)


def reopen(sealed: bytes, payload: bytes) -> None:
    """ConflictError unless `sealed` opens, its seal holds, and it holds exactly `payload`."""
    opened = jades.unseal(sealed)
    if opened.payload != payload or jades.check_integrity(opened):
        raise ConflictError(
            "What was sealed does not open as what was meant.",
            fix="Check the key or its device; nothing of this row was stored.",
        )
