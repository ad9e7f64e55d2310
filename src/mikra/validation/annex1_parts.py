"""The parts of a credential in which Annex I's elements stand, gathered once, from whatever form they were read in.

Foreign documents put a list where one is meant, a plain text where languages are meant, leave `type` out, or name an
organisation in full only once and by id elsewhere (JSON-LD merges nodes by id). `decode` keeps what it could not
place in `extra`; here it is read all the same. Nothing in this module raises on what a credential may hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, TypeVar

from mikra.model import (
    Agent,
    Credential,
    LearningAchievement,
    LearningAchievementSpecification,
    LearningActivity,
    LearningAssessment,
    Note,
    Organisation,
    Person,
    Text,
    jsonld,
    remarks,
)
from mikra.model.learning import AwardingProcess, Claim
from mikra.model.text import Node

_NodeT = TypeVar("_NodeT", bound=Node)
_RemarkT = TypeVar("_RemarkT", bound=remarks.Remark)
_ClaimT = TypeVar("_ClaimT", LearningAchievement, LearningActivity, LearningAssessment)
_KIND_OF = {remarks.subject_id(kind): cls for kind, cls in remarks.KINDS.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Learning:
    """One achievement with all that describes it: its specification, its parts, what led to it and what proved it."""

    achievement: LearningAchievement
    specifications: tuple[LearningAchievementSpecification, ...]
    assessments: tuple[LearningAssessment, ...]
    activities: tuple[LearningActivity, ...]
    awarding: AwardingProcess | None
    bodies: tuple[Agent, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """A credential taken apart. `learner` may be made from a subject that does not say that it is a person."""

    credential: Credential
    subject: Agent | None
    learner: Person | None
    issuer: Agent | None
    learnings: tuple[Learning, ...]

    @property
    def date(self) -> str:
        """The day of award, or else of issuing, as YYYY-MM-DD; "" where neither is readable."""
        awarded = (each.awarding.awarding_date for each in self.learnings if each.awarding)
        for instant in (*awarded, self.credential.issued, self.credential.issuance_date):
            if found := day(instant):
                return found
        return ""

    def copies(self, agent: Agent) -> Iterator[Agent]:
        """The agent as it stands in every place where the issuer or an awarding body bears its id; itself first."""
        yield agent
        if agent.id:
            everybody = (self.issuer, *(body for learning in self.learnings for body in learning.bodies))
            yield from (
                other for other in everybody if other is not None and other is not agent and other.id == agent.id
            )

    def organisations(self, learning: Learning) -> Iterator[Organisation]:
        """The issuer and the awarding bodies, with the organisations that they are part of."""
        for agent in (self.issuer, *learning.bodies):
            while isinstance(agent, Organisation):
                yield agent
                agent = agent.sub_organization_of


def gather(credential: Credential) -> Parts:
    """All parts. Takes a few microseconds where the credential has the usual form."""
    subject = credential.credential_subject or _first(recovered(credential, "credentialSubject", Agent))
    learner = _person(subject)
    issuer = credential.issuer or _first(recovered(credential, "issuer", Agent))
    learnings = tuple([_learning(a) for a in _achievements(learner)])
    return Parts(credential=credential, subject=subject, learner=learner, issuer=issuer, learnings=learnings)


def day(instant: str) -> str:
    """The real calendar day at the head of an xsd:date or xsd:dateTime, as YYYY-MM-DD; "" if there is none."""
    head = instant[:10]
    if head[4:5] != "-" or head[7:8] != "-":
        return ""
    try:
        date.fromisoformat(head)
    except ValueError:
        return ""
    return head


def readable(instant: str) -> bool:
    """Whether an xsd:date or xsd:dateTime is a real one."""
    try:
        return bool(day(instant)) and bool(datetime.fromisoformat(instant))
    except ValueError:
        return False


def said(text: Text) -> bool:
    """Whether a text says anything: some value with a letter or a digit in it."""
    for language in text:  # nearly always the first character of the first text is a letter
        if text[language][:1].isalnum():
            return True
    return any(any(map(str.isalnum, value)) for value in text.values())


def find(notes: Iterable[Note], kind: type[_RemarkT]) -> Iterator[_RemarkT]:
    """The remarks of one kind among the notes. Other kinds are passed over unread."""
    for note in notes:
        if note.subject is not None and _KIND_OF.get(note.subject.id) is kind:
            remark = read_remark(note)
            if isinstance(remark, kind):
                yield remark


@lru_cache(maxsize=2048)
def read_remark(note: Note) -> remarks.Remark | None:
    """`remarks.read`, remembered: the notes of a design are the same in all its credentials."""
    return remarks.read(note)


def remark_kind(note: Note) -> type[remarks.Remark] | None:
    """The kind of remark that a note says it is, None for a note of another's."""
    return _KIND_OF.get(note.subject.id) if note.subject is not None else None


def notes_of(learning: Learning) -> Iterator[Note]:
    """All notes on an achievement, on its specifications and on its assessments."""
    yield from learning.achievement.additional_note
    for specification in learning.specifications:
        yield from specification.additional_note
    for assessment in learning.assessments:
        yield from assessment.additional_note
        if assessment.specified_by:
            yield from assessment.specified_by.additional_note


def recovered(node: Node, member: str, cls: type[_NodeT]) -> tuple[_NodeT, ...]:
    """The nodes in a JSON member that `decode` could not place: of a list where one is meant, or among odd items."""
    raw = node.extra.get(member)
    if raw is None:
        return ()
    items = raw if isinstance(raw, list) else [raw]
    return tuple(found for item in items if (found := _recovered(item, cls)) is not None)


def _recovered(item: Any, cls: type[_NodeT]) -> _NodeT | None:
    if isinstance(item, Mapping):
        return jsonld.decode_node(item, cls)
    return cls(id=item) if isinstance(item, str) and item and issubclass(cls, Agent) else None


def states(node: Node, member: str) -> bool:
    """Whether a JSON member in `extra` says anything at all, in whatever form."""
    return _has_substance(node.extra.get(member))


def _has_substance(raw: Any) -> bool:
    if isinstance(raw, str):
        return any(map(str.isalnum, raw))
    if isinstance(raw, Mapping):
        return any(_has_substance(value) for name, value in raw.items() if name not in ("id", "type"))
    if isinstance(raw, list):
        return any(_has_substance(item) for item in raw)
    return isinstance(raw, int | float) and not isinstance(raw, bool)


def _first(nodes: tuple[_NodeT, ...]) -> _NodeT | None:
    return nodes[0] if nodes else None


def _person(subject: Agent | None) -> Person | None:
    """The subject as a person, also where it says another type, or none, and yet has claims."""
    if isinstance(subject, Person) or subject is None:
        return subject
    return jsonld.decode_node({**jsonld.encode(subject), "type": "Person"}, Person)


def _achievements(learner: Person | None) -> tuple[LearningAchievement, ...]:
    if learner is None:
        return ()
    claims = learner.has_claim or recovered(learner, "hasClaim", Claim)
    return tuple(claim for claim in claims if isinstance(claim, LearningAchievement))


def _learning(achievement: LearningAchievement) -> Learning:
    own = achievement.specified_by
    if own is not None and not (achievement.has_part or own.has_part or achievement.extra):
        specifications: tuple[LearningAchievementSpecification, ...] = (own,)
        family: tuple[LearningAchievement, ...] = (achievement,)
    else:
        family = tuple(_with_parts(achievement))
        specifications = tuple(s for member in family for s in _specifications(member))
    awarding = achievement.awarded_by or _first(recovered(achievement, "awardedBy", AwardingProcess))
    return Learning(
        achievement=achievement,
        specifications=specifications,
        assessments=tuple([a for member in family for a in _assessments(member)]),
        activities=tuple([a for member in family for a in _activities(member)]),
        awarding=awarding,
        bodies=(awarding.awarding_body or recovered(awarding, "awardingBody", Agent)) if awarding else (),
    )


def _specifications(achievement: LearningAchievement) -> Iterator[LearningAchievementSpecification]:
    own = achievement.specified_by or _first(recovered(achievement, "specifiedBy", LearningAchievementSpecification))
    if own is None:
        own = _of_opportunity(achievement.learning_opportunity)
    if own is not None:
        yield from _specification_family(own)


def _of_opportunity(opportunity: Any) -> LearningAchievementSpecification | None:
    raw = opportunity.get("learningAchievementSpecification") if isinstance(opportunity, Mapping) else None
    return jsonld.decode_node(raw, LearningAchievementSpecification) if isinstance(raw, Mapping) else None


def _specification_family(
    specification: LearningAchievementSpecification,
) -> Iterator[LearningAchievementSpecification]:
    yield specification
    for part in specification.has_part:
        yield from _specification_family(part)


def _assessments(owner: LearningAchievement) -> Iterator[LearningAssessment]:
    for assessment in owner.proven_by or recovered(owner, "provenBy", LearningAssessment):
        yield from _with_parts(assessment) if assessment.has_part else (assessment,)


def _activities(owner: LearningAchievement) -> Iterator[LearningActivity]:
    for activity in owner.influenced_by or recovered(owner, "influencedBy", LearningActivity):
        yield from _with_parts(activity) if activity.has_part else (activity,)


def _with_parts(owner: _ClaimT) -> Iterator[_ClaimT]:
    yield owner
    for part in owner.has_part:
        yield from _with_parts(part)
