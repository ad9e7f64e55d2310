"""What can be learnt and how it is proven: the reusable half of a credential.

ELM `LearningAchievementSpecification`, `Qualification`, `LearningOutcome`, `CreditPoint`, `Accreditation` and the
specifications of activity, assessment and entitlement.
"""

from __future__ import annotations

from dataclasses import dataclass

from mikra.model.agent import Agent, Location, Organisation
from mikra.model.text import (
    NO_TEXT,
    Concept,
    Identifier,
    Node,
    Note,
    PeriodOfTime,
    Text,
    WebResource,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditPoint(Node):
    """Credits under a framework (ECTS, ECVET). `point` is a decimal number as text, as ELM has it."""

    framework: Concept | None = None
    point: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningOutcome(Node):
    """What the learner can do; skills of ESCO and of other frameworks are links, not the outcome itself."""

    title: Text = NO_TEXT
    dc_type: Concept | None = None
    related_esco_skill: tuple[Concept, ...] = ()
    related_skill: tuple[Concept, ...] = ()
    reusability_level: Concept | None = None
    identifier: tuple[Identifier, ...] = ()
    additional_note: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GradingScheme(Node):
    """The scale that a grade is on."""

    title: Text = NO_TEXT
    description: Text = NO_TEXT
    supplementary_document: tuple[WebResource, ...] = ()
    identifier: tuple[Identifier, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Specification(Node):
    """What all specifications have."""

    title: Text = NO_TEXT
    alt_label: Text = NO_TEXT
    description: Text = NO_TEXT
    category: Text = NO_TEXT
    identifier: tuple[Identifier, ...] = ()
    additional_note: tuple[Note, ...] = ()
    homepage: tuple[WebResource, ...] = ()
    supplementary_document: tuple[WebResource, ...] = ()
    date_modified: str = ""
    status: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningActivitySpecification(Specification):
    """A course or other activity as it is offered. `volume_of_learning` is an xsd:duration ("PT75H")."""

    dc_type: tuple[Concept, ...] = ()
    mode: tuple[Concept, ...] = ()
    language: tuple[Concept, ...] = ()
    volume_of_learning: str = ""
    contact_hour: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningAssessmentSpecification(Specification):
    """How learning is assessed."""

    dc_type: Concept | None = None
    mode: tuple[Concept, ...] = ()
    language: tuple[Concept, ...] = ()
    grading_scheme: GradingScheme | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningEntitlementSpecification(Specification):
    """What an achievement gives access to: an occupation, a learning opportunity, a membership."""

    dc_type: Concept | None = None
    entitlement_status: Concept | None = None
    limit_jurisdiction: tuple[Concept, ...] = ()
    limit_occupation: tuple[Concept, ...] = ()
    limit_organisation: tuple[Organisation, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardingOpportunity(Node):
    """When and where an achievement can be awarded, and by whom."""

    awarding_body: tuple[Agent, ...] = ()
    location: Location | None = None
    temporal: PeriodOfTime | None = None
    identifier: tuple[Identifier, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningAchievementSpecification(Specification):
    """A micro-credential's design as ELM writes it. Durations are xsd:duration texts."""

    learning_outcome: tuple[LearningOutcome, ...] = ()
    learning_outcome_summary: Note | None = None
    credit_point: tuple[CreditPoint, ...] = ()
    volume_of_learning: str = ""
    maximum_duration: str = ""
    mode: tuple[Concept, ...] = ()
    dc_type: tuple[Concept, ...] = ()
    language: tuple[Concept, ...] = ()
    thematic_area: tuple[Concept, ...] = ()
    learning_setting: Concept | None = None
    target_group: tuple[Concept, ...] = ()
    education_level: tuple[Concept, ...] = ()
    education_subject: tuple[Concept, ...] = ()
    entry_requirement: Note | None = None
    influenced_by: tuple[LearningActivitySpecification, ...] = ()
    proven_by: tuple[LearningAssessmentSpecification, ...] = ()
    entitles_to: tuple[LearningEntitlementSpecification, ...] = ()
    awarding_opportunity: tuple[AwardingOpportunity, ...] = ()
    is_part_of: tuple[LearningAchievementSpecification, ...] = ()
    has_part: tuple[LearningAchievementSpecification, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Qualification(LearningAchievementSpecification):
    """A specification with a level. Only this class has `eqf_level`, `nqf_level` and `accreditation`."""

    eqf_level: Concept | None = None
    nqf_level: tuple[Concept, ...] = ()
    is_partial_qualification: bool | None = None
    accreditation: tuple[Accreditation, ...] = ()
    qualification_code: tuple[Concept, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Accreditation(Node):
    """Quality assurance or licence, of an organisation or of its qualification. Instants are xsd:dateTime texts."""

    title: Text = NO_TEXT
    description: Text = NO_TEXT
    dc_type: Concept | None = None
    decision: Concept | None = None
    accrediting_agent: Organisation | None = None
    organisation: tuple[Organisation, ...] = ()
    limit_qualification: Qualification | None = None
    limit_field: tuple[Concept, ...] = ()
    limit_eqf_level: tuple[Concept, ...] = ()
    limit_jurisdiction: tuple[Concept, ...] = ()
    limit_credential_type: tuple[Concept, ...] = ()
    date_issued: str = ""
    expiry_date: str = ""
    review_date: str = ""
    valid: str = ""
    status: str = ""
    report: WebResource | None = None
    homepage: tuple[WebResource, ...] = ()
    landing_page: tuple[WebResource, ...] = ()
    supplementary_document: tuple[WebResource, ...] = ()
    identifier: tuple[Identifier, ...] = ()
    additional_note: tuple[Note, ...] = ()
    date_modified: str = ""
