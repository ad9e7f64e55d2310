"""What one learner did and was awarded: claims (ELM `LearningAchievement` and its kin)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mikra.model.agent import Agent, Location
from mikra.model.specification import (
    CreditPoint,
    LearningAchievementSpecification,
    LearningActivitySpecification,
    LearningAssessmentSpecification,
    LearningEntitlementSpecification,
)
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
class AwardingProcess(Node):
    """Who awarded, when. `awarding_date` is an xsd:dateTime text."""

    awarding_body: tuple[Agent, ...] = ()
    awarding_date: str = ""
    location: Location | None = None
    description: Text = NO_TEXT
    educational_system_note: Concept | None = None
    identifier: tuple[Identifier, ...] = ()
    additional_note: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim(Node):
    """Something said of the learner, with who awarded it."""

    title: Text = NO_TEXT
    description: Text = NO_TEXT
    awarded_by: AwardingProcess | None = None
    identifier: tuple[Identifier, ...] = ()
    additional_note: tuple[Note, ...] = ()
    supplementary_document: tuple[WebResource, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningActivity(Claim):
    """What the learner took part in. `workload` is an xsd:duration; `level_of_completion` is in percent."""

    dc_type: tuple[Concept, ...] = ()
    specified_by: LearningActivitySpecification | None = None
    directed_by: tuple[Agent, ...] = ()
    temporal: tuple[PeriodOfTime, ...] = ()
    workload: str = ""
    level_of_completion: int | None = None
    location: tuple[Location, ...] = ()
    has_part: tuple[LearningActivity, ...] = ()
    is_part_of: tuple[LearningActivity, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningAssessment(Claim):
    """How the learning was proven. EDC demands a `grade` wherever an assessment is stated."""

    dc_type: tuple[Concept, ...] = ()
    specified_by: LearningAssessmentSpecification | None = None
    grade: Note | None = None
    grade_status: Concept | None = None
    id_verification: Concept | None = None
    assessed_by: tuple[Agent, ...] = ()
    date_issued: str = ""
    location: Location | None = None
    has_part: tuple[LearningAssessment, ...] = ()
    is_part_of: tuple[LearningAssessment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningEntitlement(Claim):
    """What the learner may do now."""

    dc_type: Concept | None = None
    specified_by: LearningEntitlementSpecification | None = None
    date_issued: str = ""
    expiry_date: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningAchievement(Claim):
    """What was learnt and proven: the centre of a micro-credential."""

    dc_type: tuple[Concept, ...] = ()
    specified_by: LearningAchievementSpecification | None = None
    proven_by: tuple[LearningAssessment, ...] = ()
    influenced_by: tuple[LearningActivity, ...] = ()
    credit_received: tuple[CreditPoint, ...] = ()
    entitles_to: tuple[LearningEntitlement, ...] = ()
    learning_opportunity: Mapping[str, Any] | None = field(default=None, hash=False)
    has_part: tuple[LearningAchievement, ...] = ()
    is_part_of: tuple[LearningAchievement, ...] = ()
