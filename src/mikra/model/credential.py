"""The credential: who is told what about whom, by whom, since when (ELM `EuropeanDigitalCredential`)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from mikra.model.agent import Agent, Organisation, Person
from mikra.model.learning import LearningAchievement
from mikra.model.specification import Accreditation
from mikra.model.text import NO_TEXT, Concept, Identifier, MediaObject, Node, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class DisplayDetail(Node):
    """One page of the certificate as a picture; `page` counts from 1."""

    page: int | None = None
    image: MediaObject | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IndividualDisplay(Node):
    """All pages in one language."""

    language: Concept | None = None
    display_detail: tuple[DisplayDetail, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DisplayParameter(Node):
    """What a viewer shows: title, languages, page images. Without it EDC viewers show nothing."""

    title: Text = NO_TEXT
    description: Text = NO_TEXT
    primary_language: Concept | None = None
    language: tuple[Concept, ...] = ()
    individual_display: tuple[IndividualDisplay, ...] = ()
    summary_display: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence(Node):
    """What backs the issuing: a mandate, an accreditation, a conversion."""

    dc_type: Concept | None = None
    evidence_statement: str = ""
    evidence_target: Agent | None = None
    embedded_evidence: tuple[MediaObject, ...] = ()
    accreditation: Accreditation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialSchema(Node):
    """The application profile that the credential claims to keep; `id` is its IRI."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential(Node):
    """One European Digital Credential, LTS form. Instants are xsd:dateTime texts with a zone.

    `credential_status` and `status` stay as they are written (three forms are in use, facts: `verification.checks`);
    `issuer` may be a bare IRI in foreign documents: it then stands in `extra`, as every value of unexpected form does.
    """

    context: tuple[Any, ...] = field(default=(), hash=False)
    issuer: Agent | None = None
    credential_subject: Agent | None = None
    holder: tuple[Agent, ...] = ()
    issued: str = ""
    issuance_date: str = ""
    valid_from: str = ""
    valid_until: str = ""
    expiration_date: str = ""
    credential_schema: tuple[CredentialSchema, ...] = ()
    credential_profiles: tuple[Concept, ...] = ()
    credential_status: Any = field(default=None, hash=False)
    status: Any = field(default=None, hash=False)
    evidence: tuple[Evidence, ...] = ()
    identifier: tuple[Identifier, ...] = ()
    attachment: tuple[MediaObject, ...] = ()
    display_parameter: DisplayParameter | None = None

    @property
    def learner(self) -> Person | None:
        """The person it is about; None when the subject is not a person."""
        return self.credential_subject if isinstance(self.credential_subject, Person) else None

    @property
    def issuing_organisation(self) -> Organisation | None:
        return self.issuer if isinstance(self.issuer, Organisation) else None

    @property
    def achievements(self) -> tuple[LearningAchievement, ...]:
        """The learning achievements among the claims, in order."""
        learner = self.learner
        return tuple(c for c in learner.has_claim if isinstance(c, LearningAchievement)) if learner else ()

    @property
    def achievement(self) -> LearningAchievement | None:
        """The first achievement: a micro-credential has one."""
        return next(iter(self.achievements), None)

    @property
    def title(self) -> Text:
        """What was achieved, or else the title shown on its page."""
        achievement = self.achievement
        if achievement and achievement.title:
            return achievement.title
        return self.display_parameter.title if self.display_parameter else NO_TEXT
