"""One credential under judgement: what every check may look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import orjson

from mikra import formats
from mikra.errors import InputError
from mikra.formats.open_badges import is_badge, read_badge
from mikra.model import Agent, Credential, decode
from mikra.report import Check, Finding, Stated
from mikra.sealing.certificates import DEMONSTRATION, is_demonstration
from mikra.status import bitstring, token
from mikra.validation.annex1 import Meter, measure
from mikra.validation.annex1_parts import Parts, gather
from mikra.validation.elm import ProfileResult, ProfileVersion, check_profile
from mikra.validation.principles import check_principles
from mikra.validation.sanity import check_sanity
from mikra.validation.vc_model import check_model, faults
from mikra.verification import dates, seals
from mikra.verification.dates import Period
from mikra.verification.issuer import issuer_id
from mikra.verification.question import Question
from mikra.verification.seals import Judged
from mikra.verification.summary import summarise


class Unread(Mapping[str, Any]):
    """A credential of a known shape: strict JSON by that, and read only where somebody asks what stands in it."""

    def __init__(self, payload: bytes) -> None:
        self._payload = payload

    @cached_property
    def _members(self) -> Mapping[str, Any]:
        members: Mapping[str, Any] = orjson.loads(self._payload)
        return members

    def __getitem__(self, name: str) -> Any:
        return self._members[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)


@dataclass(frozen=True, kw_only=True)
class Case:
    """One credential whose seals are whole, or that has none. What is costly is made when first asked for.

    `twin`: one of the same shape that was judged already (`known_shapes`); its content is not judged again. `names`:
    what is called otherwise in the twin, made-up name -> real one; `varying`: the rows of the summary where it is told.
    `made`: answers for all that have this twin (`repeated`).
    """

    question: Question
    document: Mapping[str, Any]
    seals: tuple[Judged, ...] = ()
    file: str = field(default="")
    format: str = ""
    proof_of_holder: Check | None = None
    own_status: Check | None = None
    presenter: str = ""
    notes: tuple[Finding, ...] = ()
    summary: Callable[[], Mapping[str, Stated]] | None = None
    twin: Case | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    varying: frozenset[str] = frozenset()
    made: dict[Any, Check] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def profile(self) -> ProfileResult:
        """Against the version asked for; else the one it keeps, the newer first; else the one it breaks least."""
        if self.twin is not None:
            return self.twin.profile
        wanted = self.question.policy.profile_version
        versions = [ProfileVersion(wanted)] if wanted else [ProfileVersion.V1_2_0, ProfileVersion.V1_1_0]
        results: list[ProfileResult] = []
        for version in versions:
            results.append(check_profile(self.document, version=version))
            if results[-1].conforms or not results[-1].applicable:
                return results[-1]
        return min(results, key=lambda result: len(result.profile))

    @property
    def is_edc(self) -> bool:
        return self.profile.applicable

    @cached_property
    def credential(self) -> Credential | None:
        """The model; None for what does not claim to be a European Digital Credential."""
        if self.twin is not None:
            return self.twin.credential
        return decode(self.document) if self.is_edc else None

    @cached_property
    def badge(self) -> Credential | None:
        """The model of an Open Badge, for whoever shows it; None for anything else."""
        return read_badge(self.document) if is_badge(self.document) else None

    @cached_property
    def parts(self) -> Parts | None:
        if self.twin is not None:
            return self.twin.parts
        return gather(self.credential) if self.credential is not None else None

    @cached_property
    def meter(self) -> Meter | None:
        if self.twin is not None:
            return self.twin.meter
        return measure(self.credential) if self.credential is not None else None

    @cached_property
    def remarks(self) -> tuple[Finding, ...]:
        """On the principles of Annex II and on sense, as of the day of the award."""
        if self.twin is not None:
            return self.twin.remarks
        if self.credential is None or self.parts is None:
            return ()
        awarded = date.fromisoformat(self.parts.date) if self.parts.date else self.question.at.date()
        return (
            *check_principles(self.credential, at_award=awarded),
            *check_sanity(self.credential, awarded_on=awarded),
        )

    @cached_property
    def rows(self) -> Mapping[str, Stated] | None:
        """What an EDC says, element by element; None for anything else."""
        if self.credential is None or self.meter is None:
            return None
        return summarise(self.credential, self.meter)

    @cached_property
    def model_faults(self) -> tuple[Finding, ...]:
        """What breaks the W3C's data model; European credentials have their profile, other formats their own rules."""
        declared = self.document.get("type")
        types = declared if isinstance(declared, list) else [declared]
        if self.is_edc or not {"VerifiableCredential", "VerifiablePresentation"} & {
            t for t in types if isinstance(t, str)
        }:
            return ()
        return faults(check_model(self.document))

    @cached_property
    def period(self) -> Period | None:
        """From when until when it counts; None where that cannot be read."""
        try:
            return dates.period_of(self.document)
        except InputError:
            return None

    @cached_property
    def offers_status(self) -> bool:
        """Whether it names a list of withdrawn credentials, or may do so."""
        try:
            return bool((*bitstring.entries(self.document), *token.entries(self.document)))
        except InputError:
            return True

    @cached_property
    def holds_none(self) -> bool:
        """Whether no other credential stands in it, as in a learner record."""
        try:
            return not formats.held(self.document)
        except InputError:
            return False

    @property
    def issuer(self) -> Agent | None:
        return self.parts.issuer if self.parts is not None else None

    @property
    def demonstration(self) -> bool:
        """Whether its seal, or the credential itself, says that it is a demonstration without value."""
        certificates = [one.certificate for one in self.seals if one.certificate is not None]
        if any(is_demonstration(certificate.der) for certificate in certificates):
            return True
        told = self.credential or self.badge
        identifiers = told.identifier if told is not None else ()
        return any(identifier.scheme_name == DEMONSTRATION for identifier in identifiers)

    @cached_property
    def leading(self) -> Judged | None:
        """The seal that counts."""
        if not self.seals:
            return None
        published = [one for one in self.seals if one.controller]
        named = issuer_id(self.document) if published else ""
        own = [one for one in published if one.controller == named]
        return seals.leading(own or self.seals, self.issuer)
