"""What the Recommendation asks for and ELM has no term for: written as notes under a stable heading, and read back.

A remark becomes an ELM `Note`: its `subject` is a concept with a fixed id and the remark's kind as notation; its
literal is, in each language, the heading and one `label: value` line for each member that is not empty. Labels and
the words for closed values stand in `messages/note/`; so people can read the note in any viewer, and
`read(write(remark)) == remark` holds (`tests/model/test_remarks.py`).
"""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, TypeVar, get_type_hints

from mikra import messages
from mikra.model.text import NO_TEXT, Concept, IsoDate, Note, Text, WebAddress

_SUBJECTS = uuid.UUID("9d0c1d1e-5f0f-5c55-8f0e-6d696b726131")
"""Name space of the subjects' ids (RFC 9562, 5.5). Never changed: credentials in the world carry what comes of it."""


class QualityAspect(StrEnum):
    """What internal quality assurance covers (Annex II, principle 1)."""

    CREDENTIAL = "credential"
    COURSE = "course"
    LEARNER_FEEDBACK = "learner-feedback"
    PEER_FEEDBACK = "peer-feedback"


class QualityStandard(StrEnum):
    """What external quality assurance is in line with (Annex II, principle 1)."""

    EQF_ANNEX_IV = "eqf-annex-iv"
    ESG = "esg"
    EQAVET = "eqavet"
    OTHER = "other"


class RouteKind(StrEnum):
    """How the outcomes were reached (Recommendation, 5(e)-(f); Annex II, principle 5)."""

    COURSE = "course"
    VALIDATION = "validation-of-prior-learning"


class SettingKind(StrEnum):
    """Where the learning took place (Recommendation, 5(d)-(f)); ELM's own list lacks informal learning."""

    FORMAL = "formal"
    NON_FORMAL = "non-formal"
    INFORMAL = "informal"


class StackingOption(StrEnum):
    """Annex I, optional element 4."""

    STAND_ALONE = "stand-alone"
    STACKABLE = "stackable"


class SupervisionKind(StrEnum):
    """Supervision during assessment (Annex I, optional element 2)."""

    NONE = "none"
    ONLINE = "online"
    ON_SITE = "on-site"


class ProviderType(StrEnum):
    """Kinds of providers (Recommendation, 5(b))."""

    EDUCATION = "education-training"
    SOCIAL_PARTNER = "social-partner"
    EMPLOYER = "employer-industry"
    CIVIL_SOCIETY = "civil-society"
    EMPLOYMENT_SERVICE = "employment-service"
    AUTHORITY = "public-authority"
    OTHER = "other"


class Cycle(StrEnum):
    """Cycles of the Qualifications Framework of the European Higher Education Area (2005, short cycle 2018)."""

    SHORT = "short-cycle"
    FIRST = "first-cycle"
    SECOND = "second-cycle"
    THIRD = "third-cycle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Base of all remarks. Dates are ISO 8601 calendar dates as text."""

    kind: ClassVar[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class InternalQuality(Remark):
    """One of the four aspects of internal quality assurance: when it was looked at, with what evidence."""

    kind: ClassVar[str] = "internal-quality"
    aspect: QualityAspect
    date: IsoDate = ""
    evidence: Text = NO_TEXT
    url: WebAddress = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalQuality(Remark):
    """The external standard, and the label or register that stands for it."""

    kind: ClassVar[str] = "external-quality"
    standard: QualityStandard
    label: Text = NO_TEXT
    reviewed: IsoDate = ""
    next_review: IsoDate = ""
    url: WebAddress = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Need(Remark):
    """Why this micro-credential is offered (Annex II, principle 3)."""

    kind: ClassVar[str] = "need"
    statement: Text = NO_TEXT
    source: Text = NO_TEXT
    url: WebAddress = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endorsement(Remark):
    """Who stands behind the design besides the awarding bodies (Recommendation, 8(b), 10)."""

    kind: ClassVar[str] = "endorsement"
    by: Text = NO_TEXT
    role: Text = NO_TEXT
    date: IsoDate = ""
    statement: Text = NO_TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewBy(Remark):
    """The day by which the design is to be looked at again (Annex II, principle 3)."""

    kind: ClassVar[str] = "review-by"
    date: IsoDate = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facets(Remark):
    """What people search by (Recommendation, 11-12)."""

    kind: ClassVar[str] = "facets"
    green: bool = False
    digital: bool = False
    licence: Text = NO_TEXT
    funding: Text = NO_TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class Stacking(Remark):
    """How it combines (Annex I, optional element 4; Annex II, principle 5)."""

    kind: ClassVar[str] = "stacking"
    option: StackingOption
    towards: Text = NO_TEXT
    rules: Text = NO_TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeModule(Remark):
    """The module of an existing programme that it was made from."""

    kind: ClassVar[str] = "programme-module"
    programme: Text = NO_TEXT
    module: Text = NO_TEXT
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route(Remark):
    """Course, or validation of prior learning with the kinds of evidence taken."""

    kind: ClassVar[str] = "route"
    route: RouteKind
    evidence: Text = NO_TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting(Remark):
    """The learning setting, where ELM's list has no word for it."""

    kind: ClassVar[str] = "setting"
    setting: SettingKind


@dataclass(frozen=True, slots=True, kw_only=True)
class QfEhea(Remark):
    """The cycle of the learning experience (Annex I, element 8): ELM has no property for it."""

    kind: ClassVar[str] = "qf-ehea"
    cycle: Cycle


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria(Remark):
    """What the assessment is measured against (Annex II, principle 4)."""

    kind: ClassVar[str] = "criteria"
    criteria: Text = NO_TEXT
    url: WebAddress = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supervision(Remark):
    """Supervision and identity check of one learner's assessment: ELM does not tell online from on site."""

    kind: ClassVar[str] = "supervision"
    supervision: SupervisionKind
    identity_verified: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider(Remark):
    """What kind of provider an organisation is."""

    kind: ClassVar[str] = "provider"
    type: ProviderType


@dataclass(frozen=True, slots=True, kw_only=True)
class FurtherInformation(Remark):
    """Annex I, optional element 5."""

    kind: ClassVar[str] = "further-information"
    text: Text = NO_TEXT
    url: WebAddress = ""


KINDS: dict[str, type[Remark]] = {cls.kind: cls for cls in Remark.__subclasses__()}
_RemarkT = TypeVar("_RemarkT", bound=Remark)
_HINTS: dict[type[Remark], dict[str, Any]] = {cls: get_type_hints(cls) for cls in KINDS.values()}


def subject_id(kind: str) -> str:
    """The fixed id of the concept that marks notes of this kind."""
    return f"urn:uuid:{uuid.uuid5(_SUBJECTS, kind)}"


def write(remark: Remark, *, languages: Sequence[str], note_id: str = "") -> Note:
    """The note for a remark: in every language that one of its texts has, or in `languages` where it has no text."""
    texts = [getattr(remark, f.name) for f in dataclasses.fields(remark) if _HINTS[type(remark)][f.name] is Text]
    spoken = list(dict.fromkeys(tag for text in texts for tag in text)) or list(languages)
    literal = {tag: "\n".join((messages.text(f"note.{remark.kind}", tag), *_lines(remark, tag))) for tag in spoken}
    return Note(
        id=note_id,
        note_literal=Text(literal),
        subject=Concept(id=subject_id(remark.kind), notation=remark.kind),
    )


def _lines(remark: Remark, language: str) -> Iterator[str]:
    for field in dataclasses.fields(remark):
        value = getattr(remark, field.name)
        if isinstance(value, Text):
            value = value.get(language, "")
        elif isinstance(value, bool):
            value = messages.text("note.value.yes", language) if value else ""
        elif isinstance(value, StrEnum):
            value = messages.text(f"note.value.{value.value}", language)
        if value:
            label = messages.text(f"note.{remark.kind}.{field.name}", language)
            yield f"{label}: {value}".replace("\n", "\n    ")


def read(note: Note) -> Remark | None:
    """The remark in a note; None for a note that is not one of ours, or no longer reads as one."""
    cls = KINDS.get(note.subject.notation) if note.subject else None
    if cls is None or note.subject is None or note.subject.id != subject_id(cls.kind):
        return None
    values: dict[str, Any] = {}
    for language, literal in note.note_literal.items():
        for name, value in _members(cls, literal, language):
            if _HINTS[cls][name] is Text:
                values[name] = Text({**values.get(name, NO_TEXT), language: value})
            else:
                values[name] = _scalar(_HINTS[cls][name], value, language)
    required = {f.name for f in dataclasses.fields(cls) if f.default is dataclasses.MISSING}
    return cls(**values) if required <= values.keys() and None not in values.values() else None


def _members(cls: type[Remark], literal: str, language: str) -> Iterator[tuple[str, str]]:
    labels = {messages.text(f"note.{cls.kind}.{f.name}", language): f.name for f in dataclasses.fields(cls)}
    for line in literal.replace("\n    ", "\r").split("\n")[1:]:
        label, separator, value = line.partition(": ")
        if separator and label in labels:
            yield labels[label], value.replace("\r", "\n")


def _scalar(hint: Any, value: str, language: str) -> Any:
    if hint is bool:
        return value == messages.text("note.value.yes", language)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        spoken = {messages.text(f"note.value.{item.value}", language): item for item in hint}
        return spoken.get(value)
    return value


def find(notes: Iterable[Note], kind: type[_RemarkT]) -> tuple[_RemarkT, ...]:
    """All remarks of one class among some notes, in order."""
    return tuple(remark for remark in map(read, notes) if isinstance(remark, kind))
