"""A design in ELM: everything of a credential that is the same for every learner.

Ids of these nodes are made from their content (UUID version 5), because readers of JSON-LD merge nodes by id: same
id, same content. An organisation has one id, made from what the design says of it, wherever it stands; where EDC only
wants to know who it is, a part of its content stands there (`named_organisation`).
A calendar day is written as noon UTC, so that no time zone of Europe reads it as the day before or after.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeVar

import orjson

from mikra import vocabulary
from mikra.issuance import design_form
from mikra.issuance.design import AccreditationRecord, Assessment, Body, Design, Outcome, SkillLink
from mikra.model import (
    NO_TEXT,
    Accreditation,
    Address,
    Concept,
    ConceptScheme,
    ContactPoint,
    CreditPoint,
    GradingScheme,
    Identifier,
    LearningAchievementSpecification,
    LearningActivitySpecification,
    LearningAssessmentSpecification,
    LearningOutcome,
    LegalIdentifier,
    Location,
    Mailbox,
    Node,
    Note,
    Organisation,
    Qualification,
    Text,
    WebResource,
    remarks,
)
from mikra.model.jsonld import encode
from mikra.model.remarks import SettingKind, StackingOption
from mikra.vocabulary import Entry

_NODES = uuid.UUID("0b7e4a52-6f0a-5b3c-9a55-6d696b726130")
"""Name space of the ids of static nodes. Never changed."""

ESCO_SKILLS = "http://data.europa.eu/esco/concept-scheme/skills"
_SETTINGS = {SettingKind.FORMAL: "formal", SettingKind.NON_FORMAL: "non-formal"}
_SCHEME_NAMES = {
    "erasmus": "Erasmus code",
    "pic": "PIC",
    "schac": "SCHAC",
    "deqar": "DEQAR",
    "ror": "ROR",
    "isni": "ISNI",
}


_NodeT = TypeVar("_NodeT", bound=Node)


def node_id(*parts: Any) -> str:
    """`urn:uuid:` of the content given: plain data, in order."""
    content = orjson.dumps(parts, default=_plain, option=orjson.OPT_SORT_KEYS)
    return f"urn:uuid:{uuid.uuid5(_NODES, content.decode())}"


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(type(value).__name__)


def identified(node: _NodeT) -> _NodeT:
    """The node with an id made from all of its content, the nodes within included."""
    return replace(node, id=node_id(encode(node)))


def concept(entry: Entry) -> Concept:
    """A vocabulary value as a credential carries it: only labels that have an official source."""
    schemes = (ConceptScheme(id=entry.scheme_iri),) if entry.scheme_iri else ()
    return Concept(id=entry.iri, in_scheme=schemes, pref_label=Text(entry.official))


def coded(scheme: str, key: str) -> Concept:
    """`concept` of the entry under that key."""
    return concept(vocabulary.entry(scheme, key))


def day(date: dt.date) -> str:
    """A calendar day as xsd:dateTime: noon UTC."""
    return f"{date.isoformat()}T12:00:00Z"


def hours(amount: Decimal) -> str:
    """Hours, of two decimals at most, as xsd:duration: 75 -> PT75H, 2.5 -> PT2H30M, 0.01 -> PT36S."""
    minutes, seconds = divmod(int(amount * 3600), 60)
    whole, minutes = divmod(minutes, 60)
    parts = ((whole, "H"), (minutes, "M"), (seconds, "S"))
    return "PT" + ("".join(f"{value}{unit}" for value, unit in parts if value) or "0H")


def note(text: Text) -> Note | None:
    return identified(Note(note_literal=text)) if text else None


def page(url: str, title: Text = NO_TEXT) -> tuple[WebResource, ...]:
    return (identified(WebResource(content_url=url, title=title)),) if url else ()


def remark_notes(found: Iterable[remarks.Remark | None], languages: Sequence[str]) -> tuple[Note, ...]:
    """Notes for remarks, without the empty ones."""
    written = [remarks.write(remark, languages=languages) for remark in found if remark is not None]
    return tuple(identified(n) for n in written if any("\n" in literal for literal in n.note_literal.values()))


def named_organisation(body: Body) -> Organisation:
    """Name, place and identifiers: what every copy holds, because EDC's reader does not follow references."""
    return Organisation(
        id=node_id("organisation", design_form.write(body)),
        legal_name=body.name,
        location=(_location(body),),
        **_identifiers(body),
    )


def organisation(body: Body) -> Organisation:
    """An organisation with all that is known of it, accreditations included."""
    provider = remarks.Provider(type=body.type) if body.type else None
    return replace(
        named_organisation(body),
        homepage=page(body.homepage),
        contact_point=_contact(body),
        accreditation=tuple(map(accreditation, body.accreditations)),
        additional_note=remark_notes([provider], tuple(body.name)),
    )


def _location(body: Body) -> Location:
    address = identified(Address(country_code=concept(body.country), full_address=note(body.address)))
    regions = (concept(body.region),) if body.region else ()
    return identified(Location(address=(address,), spatial_code=regions))


def _contact(body: Body) -> tuple[ContactPoint, ...]:
    if not body.email:
        return ()
    mailbox = Mailbox(id=f"mailto:{body.email}")
    return (identified(ContactPoint(email_address=(mailbox,))),)


def _identifiers(body: Body) -> dict[str, Any]:
    given = body.identifiers
    country = concept(body.country)

    def legal(kind: str, value: str) -> LegalIdentifier | None:
        # One value under two laws (a VAT number that is the tax number too) is two nodes.
        content = LegalIdentifier(notation=value, spatial=country)
        return replace(content, id=node_id(kind, encode(content))) if value else None

    named = [(title, getattr(given, name)) for name, title in _SCHEME_NAMES.items()]
    named += [(other.scheme, other.value) for other in given.other]
    return {
        "eidas_identifier": legal("eidas", given.eidas),
        "registration": legal("registration", given.legal),
        "vat_identifier": tuple(filter(None, [legal("vat", given.vat)])),
        "tax_identifier": tuple(filter(None, [legal("tax", given.tax)])),
        "identifier": tuple(
            identified(Identifier(notation=value, scheme_name=scheme)) for scheme, value in named if value
        ),
    }


def accreditation(record: AccreditationRecord) -> Accreditation:
    """An accreditation with its scope and dates."""
    content = Accreditation(
        title=record.title,
        dc_type=concept(record.type),
        accrediting_agent=organisation(record.agent),
        date_issued=day(record.issued) if record.issued else "",
        expiry_date=day(record.expires) if record.expires else "",
        review_date=day(record.review) if record.review else "",
        report=next(iter(page(record.report)), None),
        limit_eqf_level=tuple(map(concept, record.limit_level)),
        limit_field=tuple(map(concept, record.limit_field)),
        limit_jurisdiction=tuple(map(concept, record.limit_jurisdiction)),
    )
    return identified(content)


def _skill(link: SkillLink) -> Concept:
    return Concept(id=link.iri, in_scheme=(ConceptScheme(id=link.scheme or ESCO_SKILLS),), pref_label=link.label)


def outcome(given: Outcome) -> LearningOutcome:
    content = LearningOutcome(
        title=given.title,
        dc_type=concept(given.type) if given.type else None,
        reusability_level=concept(given.reuse) if given.reuse else None,
        related_esco_skill=tuple(map(_skill, given.esco)),
        related_skill=tuple(map(_skill, given.skills)),
    )
    return identified(content)


def credits_of(design: Design) -> tuple[CreditPoint, ...]:
    """ECTS and ECVET credits. `point` is text: "3", "2.5"."""
    amounts = [("ects", design.workload.ects), ("ecvet", design.workload.ecvet)]
    return tuple(
        identified(CreditPoint(framework=coded("credit", scheme), point=format(amount.normalize(), "f")))
        for scheme, amount in amounts
        if amount is not None
    )


def assessment_specification(design: Design, given: Assessment) -> LearningAssessmentSpecification:
    criteria = remarks.Criteria(criteria=given.criteria, url=given.criteria_url)
    content = LearningAssessmentSpecification(
        title=given.title or design.title,
        dc_type=concept(given.type),
        mode=(concept(given.mode),) if given.mode else (),
        grading_scheme=_grading(given),
        supplementary_document=page(given.criteria_url),
        additional_note=remark_notes([criteria], design.languages),
    )
    return identified(content)


def _grading(given: Assessment) -> GradingScheme | None:
    scheme = given.grading
    if not (scheme.title or scheme.description):
        return None
    return identified(GradingScheme(title=scheme.title or scheme.description, description=scheme.description))


def activity_specification(design: Design) -> LearningActivitySpecification:
    workload = design.workload
    part = design.participation
    content = LearningActivitySpecification(
        title=design.title,
        dc_type=(concept(part.activity),) if part.activity else (),
        mode=tuple(map(concept, part.mode)),
        language=tuple(map(concept, part.language)),
        volume_of_learning=hours(workload.hours) if workload.hours is not None else "",
        contact_hour=(format(workload.contact_hours, "f"),) if workload.contact_hours is not None else (),
    )
    return identified(content)


def specification(design: Design) -> Qualification:
    """The design as an ELM qualification: only this class has levels and accreditations."""
    part, level, workload = design.participation, design.level, design.workload
    setting = _SETTINGS.get(part.setting)
    edition = Identifier(notation=f"{design.code}/{design.edition}", scheme_name="Design and edition")
    content = Qualification(
        title=design.title,
        description=design.description,
        identifier=(identified(edition),),
        learning_outcome=tuple(map(outcome, design.outcomes)),
        credit_point=credits_of(design),
        volume_of_learning=hours(workload.hours) if workload.hours is not None else "",
        eqf_level=concept(level.eqf) if level.eqf else None,
        nqf_level=tuple(map(concept, level.nqf)),
        mode=tuple(map(concept, part.mode)),
        dc_type=(concept(part.type),) if part.type else (),
        language=tuple(map(concept, part.language)),
        learning_setting=coded("learning_setting", setting) if setting else None,
        thematic_area=tuple(map(concept, design.field_of_study)),
        target_group=tuple(map(concept, design.target_groups)),
        entry_requirement=note(design.prerequisites),
        accreditation=tuple(map(accreditation, design.quality.accreditations)),
        homepage=page(design.homepage),
        is_partial_qualification=_partial(design),
        is_part_of=_towards(design),
        additional_note=remark_notes(_design_remarks(design), design.languages),
    )
    return identified(content)


def _partial(design: Design) -> bool | None:
    return design.stacking.option is StackingOption.STACKABLE if design.stacking else None


def _towards(design: Design) -> tuple[LearningAchievementSpecification, ...]:
    if not design.stacking:
        return ()
    return tuple(identified(Qualification(title=title)) for title in design.stacking.towards)


def _design_remarks(design: Design) -> list[remarks.Remark | None]:
    informal = design.participation.setting is SettingKind.INFORMAL
    stacking = design.stacking
    return [
        *design.quality.internal,
        *design.quality.external,
        remarks.QfEhea(cycle=design.level.cycle) if design.level.cycle else None,
        remarks.Setting(setting=design.participation.setting) if informal else None,
        remarks.Stacking(option=stacking.option, rules=stacking.rules) if stacking else None,
        remarks.FurtherInformation(text=design.further_information),
        design.need,
        *design.endorsements,
        remarks.ReviewBy(date=design.review_by.isoformat()) if design.review_by else None,
        design.facets,
        design.module,
    ]
