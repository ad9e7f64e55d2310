"""Open Badges 3.0 and W3C VC 2.0, the fast path: the forms of one edition, many learners at a time.

    batch = FormBatch(kind=Kind.OPEN_BADGE, rows=rows, identity=identity, signer=signer, key=public_key, at=now)
    files = batch.finish([batch.begin(row, origin, place) for row, origin, place in chunk])

`row` is the row from which the EDC was composed, `origin` the award with the digest of that EDC, issued at `at`. What
comes out is what `forms.make` makes of that EDC (`tests/conversion/test_form_batch.py`, a law). Rows that no template
fits go the general path, each by itself.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

from mikra import strictjson
from mikra.conversion.form_holes import (
    Row,
    Rows,
    fitting,
    moments,
    shape_of,
    static_texts,
    stem_of,
    values_of,
    with_holes,
)
from mikra.conversion.forms import SUITES, Award, Kind, document_of, library, published
from mikra.conversion.identity import Identity, Origin
from mikra.conversion.open_badges import form_id
from mikra.errors import ConflictError, InputError
from mikra.model import Credential
from mikra.sealing import data_integrity as di
from mikra.sealing import vc_jose, vc_jose_sealer
from mikra.sealing.algorithms import signature_fault
from mikra.sealing.chunk import Begun, check_texts, does_not_hold, signatures
from mikra.sealing.data_integrity_template import SealTemplate, hole
from mikra.sealing.keys import Signer
from mikra.status.indexes import Place

KINDS = frozenset({Kind.OPEN_BADGE, Kind.VC_2, Kind.VC_2_JWT})
"""The others hold a sealed credential, or are for wallets that know no newer form: `forms.make` makes them."""

_HOLE = re.compile(f"{hole('([a-z_0-9]+)')}".encode())

Status = Callable[[Place], tuple[Mapping[str, Any], ...]]
"""The status entries of a place, the most important first."""


def no_status(place: Place) -> tuple[Mapping[str, Any], ...]:
    raise InputError("This batch offers no status, so a credential of it has no place in a list.", where="status")


class _Enveloped:
    """A document with holes as vc+jwt."""

    def __init__(self, document: Mapping[str, Any], sealer: vc_jose_sealer.Sealer) -> None:
        parts = _HOLE.split(orjson.dumps(document))
        self._pieces = [b""] * len(parts)
        self._pieces[2::2] = parts[2::2]
        names = [part.decode() for part in parts[1::2]]
        self._pick: Callable[[Mapping[str, bytes]], Any] = itemgetter(*names, "") if names else lambda values: (b"",)
        self._prepared = sealer.prepare(parts[0])

    def begin(self, values: Mapping[str, str]) -> Begun:
        try:
            escaped = {name: orjson.dumps(text)[1:-1] for name, text in values.items()}
        except orjson.JSONEncodeError:
            raise InputError("This text holds half a character.", code="json_bad_unicode") from None
        escaped[""] = b""
        pieces = self._pieces.copy()
        pieces[1::2] = self._pick(escaped)[:-1]
        return self._prepared.begin(b"".join(pieces))

    finish = staticmethod(vc_jose_sealer.finish)


_Template = SealTemplate | _Enveloped


@dataclass(frozen=True, slots=True)
class BegunForm:
    """A form without its seal, and what finishes it."""

    begun: Begun
    template: _Template


@dataclass(kw_only=True)
class FormBatch:
    """One kind of form of one edition, in one language, under the key that `identity` names; `key` is its public half.

    `at` is when the EDC are issued and the forms sealed; `tick` moves it on. One thread.
    """

    kind: Kind
    rows: Rows
    identity: Identity
    signer: Signer
    key: PublicKeyTypes
    at: dt.datetime
    language: str = ""
    image: str = ""
    status: Status = no_status
    _templates: dict[Hashable, tuple[_Template, frozenset[str]] | None] = field(
        default_factory=dict, init=False, repr=False
    )
    _times: dict[Hashable, Mapping[str, str]] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise InputError("This form is made one by one.", where="kind", found=self.kind.value, fix="Use `make`.")
        self._own = published(self.signer)
        self._library = library(self.identity.namespace)
        self._suite = "" if self.kind is Kind.VC_2_JWT else SUITES.get(self.signer.algorithm, "")
        self._sealer = vc_jose_sealer.Sealer(self._own, at=self.at, key_id=self.identity.verification_method)

    def tick(self, at: dt.datetime) -> None:
        """Move the clock on."""
        self.at = at
        self._times.clear()
        self._sealer.tick(at)
        for known in self._templates.values():
            if known is not None and isinstance(known[0], SealTemplate):
                known[0].tick(at)

    def begin(self, row: Row, award: Origin, place: Place | None = None) -> BegunForm:
        """A form that lacks its seal. InputError where it would break a rule."""
        if stem_of(award) not in award.credential:
            raise InputError("Award and credential do not belong together.", where="award", found=award.award)
        check_texts(row.values())
        shape = shape_of(row, self.rows, place is not None)
        if shape not in self._templates:
            self._templates[shape] = self._compile(row, award, place)
        known = self._templates[shape]
        if known is not None:
            times = self._times.get(shape)
            if times is None:
                times = self._times[shape] = moments(self.rows.compose(row, award, self.at))
            values = values_of(row, self.rows, award, place, times)
            template, static = known
            if fitting(row, values, self.rows, static):
                values["form"] = self._form_id(award).rpartition(":")[2]
                return BegunForm(template.begin(values), template)
        alone = self._template(self._document(row, award, place))
        return BegunForm(alone.begin({}), alone)

    def finish(self, begun: Sequence[BegunForm]) -> list[bytes]:
        """What was begun, sealed in one go and opened again. ConflictError where one does not hold."""
        files = self.sealed(begun)
        for one, file in zip(begun, files, strict=True):
            self._reopen(file, one.begun.payload)
        return files

    def sealed(self, begun: Sequence[BegunForm]) -> list[bytes]:
        """The same, not opened again."""
        values = signatures(self._own, [one.begun.digest for one in begun])
        return [one.template.finish(one.begun, value) for one, value in zip(begun, values, strict=True)]

    def _document(self, row: Row, award: Origin, place: Place | None) -> dict[str, Any]:
        """By the general path."""
        return self._written(self.rows.compose(row, award, self.at), award, place)

    def _written(self, credential: Credential, origin: Origin, place: Place | None) -> dict[str, Any]:
        identity = replace(self.identity, status=self.status(place)) if place else self.identity
        made = Award(credential=credential, origin=origin, identity=identity, image=self.image)
        language = self.language or made.languages[0]
        return document_of(made, self.kind, at=self.at, signer=None, language=language)

    def _form_id(self, origin: Origin) -> str:
        if self.kind.holds_all_languages:
            return form_id(origin, self.kind.value)
        return form_id(origin, f"{self.kind.value} {self.language}")

    def _compile(self, row: Row, award: Origin, place: Place | None) -> tuple[_Template, frozenset[str]] | None:
        general = self._document(row, award, place)
        if not self.kind.holds_all_languages and not self.language:
            self.language = str(general["credentialSubject"]["achievement"]["inLanguage"])
        document = with_holes(row, self.rows, self._written, self._form_id, place is not None)
        if document is None:
            return None
        template, static = self._template(document), static_texts(document)
        times = moments(self.rows.compose(row, award, self.at))
        values = values_of(row, self.rows, award, place, times)
        if fitting(row, values, self.rows, static):
            values["form"] = self._form_id(award).rpartition(":")[2]
            if template.begin(values).payload != self._template(general).begin({}).payload:
                raise ConflictError(
                    "The fast path and the general path disagree.", fix="Report this as a defect of Mikra."
                )
        return template, static

    def _template(self, document: Mapping[str, Any]) -> _Template:
        if not self._suite:
            return _Enveloped(document, self._sealer)
        return SealTemplate(
            document,
            suite=self._suite,
            signer=self._own,
            method=self.identity.verification_method,
            at=self.at,
            library=self._library,
            listed=True,
        )

    def _reopen(self, file: bytes, payload: bytes) -> None:
        """ConflictError unless the form opens, its seal is that of the key, and it holds exactly `payload`."""
        try:
            holds = self._holds(file, payload) if self._suite else self._holds_enveloped(file, payload)
        except InputError:
            holds = False
        if not holds:
            raise does_not_hold()

    def _holds(self, file: bytes, payload: bytes) -> bool:
        document = strictjson.parse(file, strictjson.LIMITS_WITH_IMAGES)
        proofs = di.read_proofs(document)
        content = {name: value for name, value in document.items() if name != "proof"}
        return (
            [proof.method for proof in proofs] == [self.identity.verification_method]
            and orjson.dumps(content) == payload
            and not di.proof_fault(document, proofs[0], self.key, proofs=proofs, library=self._library)
        )

    def _holds_enveloped(self, file: bytes, payload: bytes) -> bool:
        opened = vc_jose.open_envelope(file)
        fault = signature_fault(opened.algorithm, self.key, opened.signature, opened.signing_input)
        return not fault and opened.payload == payload and opened.key_id == self.identity.verification_method
