"""Does an accreditation cover this award, on the day of the award? ELM `Accreditation`, dimension by dimension.

    type           of the whole institution, or of one programme: then it must say of which
    decision       what was decided: a refusal covers nothing
    validity       the day of the award lies within its dates
    level          the award's EQF level is one of those it is limited to
    field          the award's field (ISCED-F 2013) is one of these, or lies within it
    jurisdiction   the awarding body's place (country, or ATU region) is one of these, or lies within it
    qualification  it is limited to this very qualification
    credential     it is limited to this type of credential

Each is within, outside or unknown, with a reason. What is not limited is within. Where there is a limit, and the
credential does not say on which side of it it lies, that is unknown, and never within.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from mikra.model import Accreditation, Concept, LearningAchievementSpecification, Text
from mikra.trust.identity import folded

Within = Callable[[str, str], "Outcome"]
"""(what is found, the limit) -> how they lie to each other."""


class Outcome(StrEnum):
    """Whether an award lies within an accreditation."""

    WITHIN = "within"
    OUTSIDE = "outside"
    UNKNOWN = "unknown"


class Dimension(StrEnum):
    """What an accreditation can be limited by, in the order in which it is said."""

    TYPE = "type"
    DECISION = "decision"
    VALIDITY = "validity"
    LEVEL = "level"
    FIELD = "field"
    JURISDICTION = "jurisdiction"
    QUALIFICATION = "qualification"
    CREDENTIAL = "credential"


class Decision(StrEnum):
    """What an agency decided. IMPLIED: it is called an accreditation, and no decision is stated beside that."""

    POSITIVE = "positive"
    CONDITIONAL = "conditional"
    NEGATIVE = "negative"
    IMPLIED = "implied"
    UNSTATED = ""


class Kind(StrEnum):
    """What was looked at."""

    INSTITUTION = "institution"
    PROGRAMME = "programme"
    UNSTATED = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What an accreditation covers. An empty limit is none. Levels are EQF ("6"), fields ISCED-F ("0613"), places
    countries (ISO 3166-1 alpha-3) or ATU codes ("ROU_B"); qualifications identifiers or, folded, titles."""

    title: str = ""
    agency: str = ""
    kind: Kind = Kind.UNSTATED
    decision: Decision = Decision.UNSTATED
    starts: date | None = None
    ends: date | None = None
    levels: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    qualifications: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    credentials: tuple[str, ...] = ()
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Award:
    """What is known of an award; what the credential does not state is empty."""

    on: date | None = None
    level: str = ""
    fields: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    qualifications: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    credentials: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One dimension: `why` is a key of `messages/register`, `scope.*`; `limit` and `found` are codes."""

    dimension: Dimension
    outcome: Outcome
    why: str
    limit: tuple[str, ...] = ()
    found: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """All dimensions of one accreditation."""

    scope: Scope
    dimensions: tuple[Judged, ...]

    @property
    def outcome(self) -> Outcome:
        """Outside if any is; within only if all are."""
        outcomes = {one.outcome for one in self.dimensions}
        if Outcome.OUTSIDE in outcomes:
            return Outcome.OUTSIDE
        return Outcome.UNKNOWN if Outcome.UNKNOWN in outcomes else Outcome.WITHIN


def judge(scope: Scope, award: Award) -> Judgement:
    """Whether, and as far as can be told, an accreditation covers an award."""
    made = (
        _kind(scope),
        _decision(scope),
        _validity(scope, award.on),
        _among(Dimension.LEVEL, scope.levels, (award.level,) if award.level else ()),
        _inside(Dimension.FIELD, scope.fields, award.fields, _field_within),
        _inside(Dimension.JURISDICTION, scope.places, award.places, _place_within),
        _qualification(scope, award),
        _among(Dimension.CREDENTIAL, scope.credentials, award.credentials),
    )
    return Judgement(scope=scope, dimensions=made)


def _kind(scope: Scope) -> Judged:
    named = scope.qualifications or scope.titles or scope.fields
    if scope.kind is Kind.INSTITUTION:
        outcome, why = Outcome.WITHIN, "institution"
    elif scope.kind is Kind.PROGRAMME and named:
        outcome, why = Outcome.WITHIN, "programme"
    elif scope.kind is Kind.PROGRAMME:
        outcome, why = Outcome.UNKNOWN, "programme_unnamed"
    else:
        outcome, why = Outcome.UNKNOWN, "type_unstated"
    return Judged(dimension=Dimension.TYPE, outcome=outcome, why=why)


def _decision(scope: Scope) -> Judged:
    kinds = {Decision.NEGATIVE: Outcome.OUTSIDE, Decision.UNSTATED: Outcome.UNKNOWN}
    why = scope.decision.value or "unstated"
    return Judged(dimension=Dimension.DECISION, outcome=kinds.get(scope.decision, Outcome.WITHIN), why=why)


def _validity(scope: Scope, on: date | None) -> Judged:
    limit = tuple(day.isoformat() if day else "" for day in (scope.starts, scope.ends))
    if on is None:
        outcome, why = Outcome.UNKNOWN, "day_unstated"
    elif scope.starts and on < scope.starts:
        outcome, why = Outcome.OUTSIDE, "too_early"
    elif scope.ends and on > scope.ends:
        outcome, why = Outcome.OUTSIDE, "too_late"
    elif scope.starts is None:
        outcome, why = Outcome.UNKNOWN, "start_unstated"
    else:
        outcome, why = Outcome.WITHIN, "in_time"
    found = (on.isoformat(),) if on else ()
    return Judged(dimension=Dimension.VALIDITY, outcome=outcome, why=why, limit=limit, found=found)


def _among(dimension: Dimension, limit: tuple[str, ...], found: tuple[str, ...]) -> Judged:
    """A limit without degrees: one of these, or not."""
    outcome = Outcome.WITHIN if set(limit) & set(found) else Outcome.OUTSIDE
    return _limited(dimension, limit, found, outcome)


def _field_within(found: str, limit: str) -> Outcome:
    """ISCED-F codes are digits: 0613 lies within 061, and 061 within 06. A wider one may lie in or out."""
    if found.startswith(limit):
        return Outcome.WITHIN
    return Outcome.UNKNOWN if limit.startswith(found) else Outcome.OUTSIDE


def _place_within(found: str, limit: str) -> Outcome:
    """ATU codes begin with their country: AUT_BLD_BURG lies within AUT. Which region lies in which they do not say."""
    if found == limit or found.startswith(f"{limit}_"):
        return Outcome.WITHIN
    return Outcome.UNKNOWN if found[:3] == limit[:3] else Outcome.OUTSIDE


def _inside(dimension: Dimension, limit: tuple[str, ...], found: tuple[str, ...], within: Within) -> Judged:
    """A limit with degrees: the best of all pairs."""
    pairs = {within(one, each) for one in found for each in limit}
    best = next((o for o in (Outcome.WITHIN, Outcome.UNKNOWN) if o in pairs), Outcome.OUTSIDE)
    return _limited(dimension, limit, found, best)


def _limited(dimension: Dimension, limit: tuple[str, ...], found: tuple[str, ...], outcome: Outcome) -> Judged:
    if not limit:
        outcome, why = Outcome.WITHIN, "no_limit"
    elif not found:
        outcome, why = Outcome.UNKNOWN, "unsaid"
    else:
        why = {Outcome.WITHIN: "inside", Outcome.OUTSIDE: "outside", Outcome.UNKNOWN: "wider"}[outcome]
    return Judged(dimension=dimension, outcome=outcome, why=why, limit=limit, found=found)


def _qualification(scope: Scope, award: Award) -> Judged:
    """By identifier; a title that is the same is a hint, and not more: many programmes bear one title."""
    limit = scope.qualifications or scope.titles
    found = award.qualifications or award.titles
    same_title = bool({folded(t) for t in scope.titles} & {folded(t) for t in award.titles})
    if limit and set(scope.qualifications) & set(award.qualifications):
        outcome, why = Outcome.WITHIN, "inside"
    elif limit and same_title:
        outcome, why = Outcome.UNKNOWN, "same_title"
    elif limit and scope.qualifications and award.qualifications:
        outcome, why = Outcome.OUTSIDE, "outside"
    elif limit and scope.titles and award.titles:
        outcome, why = Outcome.UNKNOWN, "other_title"
    else:
        outcome, why = (Outcome.UNKNOWN, "unsaid") if limit else (Outcome.WITHIN, "no_limit")
    return Judged(dimension=Dimension.QUALIFICATION, outcome=outcome, why=why, limit=limit, found=found)


_NEGATIVE = ("negative", "refus", "withdrawn", "reject", "denied", "not accredited", "not approved")
_CONDITIONAL = ("condition", "restriction")
_POSITIVE = ("positive", "accredited", "approved", "granted", "licensed")


@lru_cache(maxsize=4096)
def decision_of(text: str) -> Decision:
    """What the words of a decision mean, where they are plain; the strictest word counts."""
    plain = text.casefold()
    for kind, words in (
        (Decision.NEGATIVE, _NEGATIVE),
        (Decision.CONDITIONAL, _CONDITIONAL),
        (Decision.POSITIVE, _POSITIVE),
    ):
        if any(word in plain for word in words):
            return kind
    return Decision.UNSTATED


@lru_cache(maxsize=65_536)
def day_of(text: str) -> date | None:
    """The day at the head of an xsd:date or xsd:dateTime; None where there is no real one."""
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None


def scope_of(accreditation: Accreditation) -> Scope:
    """What an accreditation in a credential covers, by its own words."""
    qualification, agent = accreditation.limit_qualification, accreditation.accrediting_agent
    decision = accreditation.decision
    words = " ".join((decision.code, *decision.pref_label.values())) if decision else ""
    entry = accreditation.dc_type
    return Scope(
        title=_english(accreditation.title),
        agency=_english(agent.name) if agent else "",
        kind=_KINDS.get(entry.code, Kind.UNSTATED) if entry else Kind.UNSTATED,
        decision=decision_of(words) if decision else Decision.IMPLIED,
        starts=day_of(accreditation.date_issued),
        ends=day_of(accreditation.expiry_date),
        levels=_codes(accreditation.limit_eqf_level),
        fields=_codes(accreditation.limit_field),
        places=_codes(accreditation.limit_jurisdiction),
        qualifications=qualification_ids(qualification) if qualification else (),
        titles=tuple(qualification.title.values()) if qualification else (),
        credentials=_codes(accreditation.limit_credential_type),
        url=accreditation.report.id if accreditation.report else "",
    )


_KINDS = {
    "003293d2ce": Kind.INSTITUTION,  # institutional license
    "bb4618238e": Kind.INSTITUTION,  # institutional quality assurance
    "e57dddfcf3": Kind.PROGRAMME,  # program license
    "820101cba6": Kind.PROGRAMME,  # program quality assurance
}
"""The EU's list of types of accreditation (`vocabulary`, accreditation)."""


def qualification_ids(specification: LearningAchievementSpecification) -> tuple[str, ...]:
    """By what a qualification is known: its id, where it is one of the web or a name for ever; its identifiers."""
    own = (specification.id,) if specification.id.startswith(("http", "urn:")) else ()
    return (*own, *(f"{i.scheme_name}:{i.notation}".upper() for i in specification.identifier if i.notation))


def _codes(concepts: tuple[Concept, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(concept.code for concept in concepts if concept.id))


def _english(text: Text) -> str:
    return text.get("en") or next(iter(text.values()), "")
