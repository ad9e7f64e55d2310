"""A design: the reusable description of one micro-credential, as an institution writes it.

All of Annex I of the Council Recommendation of 16 June 2022 but what an award adds (learner, dates, grade), besides
what Annex II asks of its making. `design_file` reads and writes it as YAML or JSON; `prototype` says it in ELM.
Vocabulary values are `vocabulary.Entry`; their scheme stands in the annotation.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from mikra.model.remarks import (
    Cycle,
    Endorsement,
    ExternalQuality,
    Facets,
    InternalQuality,
    Need,
    ProgrammeModule,
    ProviderType,
    RouteKind,
    SettingKind,
    StackingOption,
    SupervisionKind,
)
from mikra.model.text import NO_TEXT, Colour, EmailAddress, Iri, Text, WebAddress
from mikra.vocabulary import Entry

Country = Annotated[Entry, "country"]
Language = Annotated[Entry, "language"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherIdentifier:
    """An identifier under a scheme that has no member of its own in `Identifiers`."""

    scheme: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifiers:
    """How registers know an organisation. `eidas` is what its seal certificate says (ETSI EN 319 412-1, 5.1.4)."""

    eidas: str = ""
    legal: str = ""
    vat: str = ""
    tax: str = ""
    erasmus: str = ""
    pic: str = ""
    schac: str = ""
    deqar: str = ""
    ror: str = ""
    isni: str = ""
    other: tuple[OtherIdentifier, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """An organisation: issuer, awarding body, assessor, accrediting agent."""

    name: Text
    country: Country
    region: Annotated[Entry, "atu"] | None = None
    address: Text = NO_TEXT
    type: ProviderType | None = None
    identifiers: Identifiers = field(default_factory=Identifiers)
    homepage: WebAddress = ""
    email: EmailAddress = ""
    accreditations: tuple[AccreditationRecord, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccreditationRecord:
    """A decision of external quality assurance, or a licence, with its scope and dates."""

    title: Text
    type: Annotated[Entry, "accreditation"]
    agent: Body
    issued: dt.date | None = None
    expires: dt.date | None = None
    review: dt.date | None = None
    report: WebAddress = ""
    limit_level: tuple[Annotated[Entry, "eqf"], ...] = ()
    limit_field: tuple[Annotated[Entry, "isced_f"], ...] = ()
    limit_jurisdiction: tuple[Annotated[Entry, "atu"], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillLink:
    """A skill in a published framework, by its IRI; ESCO where `scheme` is empty."""

    iri: Iri
    label: Text
    scheme: Iri = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the learner can do (Annex I, element 6)."""

    title: Text
    type: Annotated[Entry, "skill_type"] | None = None
    reuse: Annotated[Entry, "skill_reuse_level"] | None = None
    esco: tuple[SkillLink, ...] = ()
    skills: tuple[SkillLink, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """Notional workload (Annex I, element 7): credits, and hours of all learning; of these, hours in contact."""

    ects: Decimal | None = None
    ecvet: Decimal | None = None
    hours: Decimal | None = None
    contact_hours: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """Level and cycle (Annex I, element 8)."""

    eqf: Annotated[Entry, "eqf"] | None = None
    nqf: tuple[Annotated[Entry, "nqf"], ...] = ()
    cycle: Cycle | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grading:
    """The scale of grades. `grades`, in the design's first language, are the values that a class list may hold.

    `passing` is the result of everybody for whom it holds none.
    """

    title: Text = NO_TEXT
    description: Text = NO_TEXT
    grades: tuple[str, ...] = ()
    passing: Text = NO_TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """How it is assessed (Annex I, element 9, optional elements 2 and 3; Annex II, principle 4).

    Supervision and identity check are what is planned; a class list may say otherwise for one learner.
    """

    type: Annotated[Entry, "assessment"]
    title: Text = NO_TEXT
    mode: Annotated[Entry, "mode"] | None = None
    supervision: SupervisionKind = SupervisionKind.NONE
    identity_verified: bool = False
    criteria: Text = NO_TEXT
    criteria_url: WebAddress = ""
    assessor: Body | None = None
    grading: Grading = field(default_factory=Grading)


@dataclass(frozen=True, slots=True, kw_only=True)
class Participation:
    """Form of participation (Annex I, element 10) and the learning setting."""

    mode: tuple[Annotated[Entry, "mode"], ...] = ()
    setting: SettingKind = SettingKind.FORMAL
    type: Annotated[Entry, "learning_opportunity"] | None = None
    activity: Annotated[Entry, "learning_activity"] | None = None
    language: tuple[Language, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """Type of quality assurance (Annex I, element 11; Annex II, principle 1)."""

    internal: tuple[InternalQuality, ...] = ()
    external: tuple[ExternalQuality, ...] = ()
    accreditations: tuple[AccreditationRecord, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StackingPlan:
    """Integration and stackability (Annex I, optional element 4)."""

    option: StackingOption
    towards: tuple[Text, ...] = ()
    rules: Text = NO_TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate:
    """Issuing on behalf of the awarding bodies: the statement, and the document that proves it (a PDF in base64)."""

    statement: str
    document: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandPlan:
    """How certificates look: the institution's colour, and its logo (PNG or SVG, in base64)."""

    accent: Colour = ""
    logo: str = ""


class Ask(StrEnum):
    """Whether a class list has to hold a value."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    OFF = "off"


class NameForm(StrEnum):
    """How names stand in the class list; they are never split."""

    GIVEN_AND_FAMILY = "given-and-family"
    FULL = "full"
    EITHER = "either"


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnerData:
    """What is asked of each learner. The last four are off until a purpose is given (GDPR, Article 5(1)(b)-(c))."""

    name: NameForm = NameForm.EITHER
    email: Ask = Ask.OPTIONAL
    learner_id: Ask = Ask.OPTIONAL
    date_of_birth: Text = NO_TEXT
    national_id: Text = NO_TEXT
    gender: Text = NO_TEXT
    nationality: Text = NO_TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """One edition of a design. `published` is the day from which it no longer changes, None for a draft."""

    code: str
    edition: str
    languages: tuple[str, ...]
    title: Text
    issuer: Body
    outcomes: tuple[Outcome, ...] = ()
    description: Text = NO_TEXT
    awarding_bodies: tuple[Body, ...] = ()
    workload: Workload = field(default_factory=Workload)
    level: Level = field(default_factory=Level)
    field_of_study: tuple[Annotated[Entry, "isced_f"], ...] = ()
    assessment: tuple[Assessment, ...] = ()
    participation: Participation = field(default_factory=Participation)
    quality: Quality = field(default_factory=Quality)
    route: RouteKind = RouteKind.COURSE
    prior_learning_evidence: Text = NO_TEXT
    prerequisites: Text = NO_TEXT
    stacking: StackingPlan | None = None
    further_information: Text = NO_TEXT
    homepage: WebAddress = ""
    need: Need | None = None
    endorsements: tuple[Endorsement, ...] = ()
    review_by: dt.date | None = None
    target_groups: tuple[Annotated[Entry, "target_group"], ...] = ()
    facets: Facets = field(default_factory=Facets)
    module: ProgrammeModule | None = None
    learner: LearnerData = field(default_factory=LearnerData)
    mandate: Mandate | None = None
    brand: BrandPlan | None = None
    valid_months: int | None = None
    demonstration: bool = False
    published: dt.date | None = None
    digest: str = ""

    @property
    def primary_language(self) -> str:
        """The first language: that of names and of the page shown first."""
        return self.languages[0]

    @property
    def bodies(self) -> tuple[Body, ...]:
        """The awarding bodies; the issuer where none is named."""
        return self.awarding_bodies or (self.issuer,)
