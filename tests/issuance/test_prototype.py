"""Everything that a design says comes back from the credential: design -> EDC -> decoded -> the same facts."""

from __future__ import annotations

import base64
import copy
import dataclasses
import datetime as dt
import itertools
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mikra import vocabulary
from mikra.errors import InputError
from mikra.issuance import prototype
from mikra.issuance.compose import design_credential, serialise
from mikra.issuance.design import (
    AccreditationRecord,
    Assessment,
    Body,
    Design,
    Grading,
    Identifiers,
    Level,
    Mandate,
    OtherIdentifier,
    Outcome,
    Participation,
    Quality,
    SkillLink,
    StackingPlan,
    Workload,
)
from mikra.issuance.design_file import read_design, write_json
from mikra.issuance.prototype import concept, hours
from mikra.model import Credential, LearningAchievement, Organisation, Qualification, Text, decode, remarks
from mikra.vocabulary import Entry
from tests.issuance.awards import composed, nodes
from tests.issuance.designs import EXAMPLES, designs, example


def entry(scheme: str, key: str) -> Entry:
    return vocabulary.entry(scheme, key)


RO, LT = entry("country", "RO"), entry("country", "LT")
AGENCY = Body(name=Text(en="Agency"), country=LT)
ACCREDITED = AccreditationRecord(
    title=Text(en="Accredited", ro="Acreditat"),
    type=entry("accreditation", "program-quality-assurance"),
    agent=AGENCY,
    issued=dt.date(2024, 3, 1),
    expires=dt.date(2030, 2, 28),
    review=dt.date(2029, 1, 1),
    report="https://agency.example/report",
    limit_level=(entry("eqf", "6"),),
    limit_field=(entry("isced_f", "0521"),),
    limit_jurisdiction=(entry("atu", "ROU_JUD_CLUJ"),),
)
ISSUER = Body(
    name=Text(en="Zed", ro="Zed (ro)"),
    country=RO,
    region=entry("atu", "ROU_JUD_CLUJ"),
    address=Text(en="1 River Street"),
    type=remarks.ProviderType.EDUCATION,
    identifiers=Identifiers(
        eidas="VATRO-1",
        legal="2",
        vat="RO3",
        tax="4",
        erasmus="RO ZED01",
        pic="5",
        schac="zed.example",
        deqar="DEQARINST6",
        ror="https://ror.org/7",
        isni="8",
        other=(OtherIdentifier(scheme="Register of schools", value="9"),),
    ),
    homepage="https://zed.example/",
    email="registry@zed.example",
    accreditations=(ACCREDITED,),
)
OTHER = Body(name=Text(en="Baltic"), country=LT, type=remarks.ProviderType.EMPLOYER)
WHOLE = Design(
    code="WATER-Q",
    edition="2026.1",
    languages=("en", "ro"),
    title=Text(en="Water", ro="Apă"),
    description=Text(en="About water", ro="Despre apă"),
    issuer=ISSUER,
    awarding_bodies=(ISSUER, OTHER),
    outcomes=(
        Outcome(
            title=Text(en="Take samples", ro="Prelevează probe"),
            type=entry("skill_type", "skill"),
            reuse=entry("skill_reuse_level", "transversal"),
            esco=(SkillLink(iri="http://data.europa.eu/esco/skill/1", label=Text(en="sample")),),
            skills=(SkillLink(iri="urn:x:2", label=Text(en="other"), scheme="urn:x:scheme"),),
        ),
    ),
    workload=Workload(ects=Decimal("2.5"), ecvet=Decimal(10), hours=Decimal("62.5"), contact_hours=Decimal(20)),
    level=Level(eqf=entry("eqf", "6"), nqf=(vocabulary.entries("nqf")[0],), cycle=remarks.Cycle.FIRST),
    field_of_study=(entry("isced_f", "0521"),),
    assessment=(
        Assessment(
            type=entry("assessment", "portfolio"),
            title=Text(en="Portfolio", ro="Portofoliu"),
            mode=entry("mode", "online"),
            supervision=remarks.SupervisionKind.ONLINE,
            identity_verified=True,
            criteria=Text(en="All outcomes", ro="Toate rezultatele"),
            criteria_url="https://zed.example/criteria",
            assessor=OTHER,
            grading=Grading(
                title=Text(en="Scale"), description=Text(en="5 to 10"), passing=Text(en="Passed", ro="Admis")
            ),
        ),
    ),
    participation=Participation(
        mode=(entry("mode", "blended"),),
        setting=remarks.SettingKind.NON_FORMAL,
        type=entry("learning_opportunity", "programme-module"),
        activity=entry("learning_activity", "classroom-coursework"),
        language=(entry("language", "en"), entry("language", "ro")),
    ),
    quality=Quality(
        internal=(remarks.InternalQuality(aspect=remarks.QualityAspect.COURSE, url="https://a.example/"),),
        external=(remarks.ExternalQuality(standard=remarks.QualityStandard.ESG, reviewed="2024-03-01"),),
        accreditations=(ACCREDITED,),
    ),
    prior_learning_evidence=Text(en="Own work", ro="Lucrări proprii"),
    prerequisites=Text(en="Chemistry", ro="Chimie"),
    stacking=StackingPlan(
        option=remarks.StackingOption.STACKABLE, towards=(Text(en="Bachelor", ro="Licență"),), rules=Text(en="5 years")
    ),
    further_information=Text(en="In May", ro="În mai"),
    homepage="https://zed.example/water",
    need=remarks.Need(statement=Text(en="Lack of staff"), source=Text(en="Survey"), url="https://zed.example/need"),
    endorsements=(
        remarks.Endorsement(by=Text(en="Utilities"), role=Text(en="employers"), date="2026-01-15"),
        remarks.Endorsement(by=Text(en="Union"), statement=Text(en="Takes part")),
    ),
    review_by=dt.date(2028, 6, 30),
    target_groups=(entry("target_group", "persons-with-0-3-years-work-experience"),),
    facets=remarks.Facets(green=True, licence=Text(en="None"), funding=Text(en="Free")),
    module=remarks.ProgrammeModule(programme=Text(en="Bachelor"), module=Text(en="Field methods"), code="IM-304"),
    mandate=Mandate(statement="On behalf of Baltic", document=base64.b64encode(b"%PDF-1.7").decode()),
)  # fmt: skip


def reread(credential: Credential) -> Credential:
    return decode(orjson.loads(serialise(credential)))


@pytest.fixture(scope="module")
def credential() -> Credential:
    return reread(design_credential(WHOLE))


@pytest.fixture(scope="module")
def claim(credential: Credential) -> LearningAchievement:
    assert credential.achievement is not None
    return credential.achievement


@pytest.fixture(scope="module")
def specification(claim: LearningAchievement) -> Qualification:
    assert isinstance(claim.specified_by, Qualification)
    return claim.specified_by


def test_what_is_tested_here_is_every_member_of_a_design() -> None:
    """A new member has to be added to WHOLE, and to a test below."""
    said = {name for name, value in _set(WHOLE)}
    elsewhere = {"route", "valid_months", "demonstration", "published", "digest", "learner", "brand"}
    assert {f.name for f in dataclasses.fields(Design)} - elsewhere == said - elsewhere
    for cls, value in ((Body, ISSUER), (AccreditationRecord, ACCREDITED), (Assessment, WHOLE.assessment[0])):
        assert {f.name for f in dataclasses.fields(cls)} == {name for name, _ in _set(value)}


def _set(value: object) -> list[tuple[str, object]]:
    members = [(f, getattr(value, f.name)) for f in dataclasses.fields(value)]  # type: ignore[arg-type]
    return [(f.name, v) for f, v in members if v not in (None, (), "", Text()) and v != f.default]


def test_title_description_and_edition(claim: LearningAchievement, specification: Qualification) -> None:
    assert claim.title == specification.title == WHOLE.title
    assert claim.description == specification.description == WHOLE.description
    assert [i.notation for i in specification.identifier] == ["WATER-Q/2026.1"]
    assert [page.content_url for page in specification.homepage] == [WHOLE.homepage]


def test_the_issuer_in_full(credential: Credential) -> None:
    issuer = credential.issuing_organisation
    assert issuer is not None
    assert issuer.legal_name == ISSUER.name
    assert issuer.countries == (concept(RO),)
    assert [region.code for region in issuer.regions] == ["ROU_JUD_CLUJ"]
    address = issuer.location[0].address[0].full_address
    assert address is not None
    assert address.note_literal == ISSUER.address
    assert issuer.eidas_identifier is not None
    assert (issuer.eidas_identifier.notation, issuer.eidas_identifier.spatial) == ("VATRO-1", concept(RO))
    assert issuer.registration is not None
    assert issuer.registration.notation == "2"
    assert [i.notation for i in (*issuer.vat_identifier, *issuer.tax_identifier)] == ["RO3", "4"]
    assert {i.scheme_name: i.notation for i in issuer.identifier} == {
        "Erasmus code": "RO ZED01",
        "PIC": "5",
        "SCHAC": "zed.example",
        "DEQAR": "DEQARINST6",
        "ROR": "https://ror.org/7",
        "ISNI": "8",
        "Register of schools": "9",
    }
    assert [page.content_url for page in issuer.homepage] == [ISSUER.homepage]
    assert issuer.contact_point[0].email_address[0].id == "mailto:registry@zed.example"
    assert remarks.find(issuer.additional_note, remarks.Provider) == (
        remarks.Provider(type=remarks.ProviderType.EDUCATION),
    )


def test_accreditations_with_their_scope(credential: Credential, specification: Qualification) -> None:
    issuer = credential.issuing_organisation
    assert issuer is not None
    assert issuer.accreditation == specification.accreditation
    (found,) = specification.accreditation
    assert (found.title, found.dc_type) == (ACCREDITED.title, concept(ACCREDITED.type))
    assert (found.date_issued, found.expiry_date, found.review_date) == (
        *("2024-03-01T12:00:00Z", "2030-02-28T12:00:00Z", "2029-01-01T12:00:00Z"),
    )
    assert found.report is not None
    assert found.report.content_url == ACCREDITED.report
    assert found.accrediting_agent is not None
    assert found.accrediting_agent.legal_name == AGENCY.name
    assert [c.code for c in (*found.limit_eqf_level, *found.limit_jurisdiction)] == ["6", "ROU_JUD_CLUJ"]
    assert found.limit_field == (concept(entry("isced_f", "0521")),)


def test_awarding_bodies(credential: Credential, claim: LearningAchievement) -> None:
    assert claim.awarded_by is not None
    first, second = claim.awarded_by.awarding_body
    assert first == credential.issuer
    assert isinstance(second, Organisation)
    assert (second.legal_name, second.countries) == (OTHER.name, (concept(LT),))


def test_outcomes(specification: Qualification) -> None:
    (found,), (given,) = specification.learning_outcome, WHOLE.outcomes
    assert found.title == given.title
    assert given.type is not None
    assert given.reuse is not None
    assert (found.dc_type, found.reusability_level) == (concept(given.type), concept(given.reuse))
    (esco,), (skill,) = found.related_esco_skill, found.related_skill
    assert (esco.id, esco.scheme, esco.pref_label) == (given.esco[0].iri, prototype.ESCO_SKILLS, given.esco[0].label)
    assert (skill.id, skill.scheme, skill.pref_label) == ("urn:x:2", "urn:x:scheme", Text(en="other"))


def test_workload_level_field(claim: LearningAchievement, specification: Qualification) -> None:
    assert [(c.framework and c.framework.id, c.point) for c in claim.credit_received] == [
        (entry("credit", "ects").iri, "2.5"),
        (entry("credit", "ecvet").iri, "10"),
    ]
    assert claim.credit_received == specification.credit_point
    assert specification.volume_of_learning == "PT62H30M"
    (activity,) = claim.influenced_by
    assert activity.specified_by is not None
    assert (activity.workload, activity.specified_by.contact_hour) == ("PT62H30M", ("20",))
    assert WHOLE.level.eqf is not None
    assert specification.eqf_level == concept(WHOLE.level.eqf)
    assert specification.nqf_level == (concept(WHOLE.level.nqf[0]),)
    assert remarks.find(specification.additional_note, remarks.QfEhea) == (remarks.QfEhea(cycle=remarks.Cycle.FIRST),)
    assert specification.thematic_area == (concept(WHOLE.field_of_study[0]),)


def test_assessment(claim: LearningAchievement) -> None:
    (found,), (given,) = claim.proven_by, WHOLE.assessment
    plan = found.specified_by
    assert plan is not None
    assert (found.title, plan.title, plan.dc_type) == (given.title, given.title, concept(given.type))
    assert given.mode is not None
    assert plan.mode == (concept(given.mode),)
    assert remarks.find(plan.additional_note, remarks.Criteria) == (
        remarks.Criteria(criteria=given.criteria, url=given.criteria_url),
    )
    assert plan.supplementary_document[0].content_url == given.criteria_url
    assert plan.grading_scheme is not None
    assert (plan.grading_scheme.title, plan.grading_scheme.description) == (Text(en="Scale"), Text(en="5 to 10"))
    assert found.grade is not None
    assert found.grade.note_literal == given.grading.passing
    assert [agent.name for agent in found.assessed_by] == [OTHER.name]
    assert found.id_verification == concept(vocabulary.supervision_concept("online", True))
    assert remarks.find(found.additional_note, remarks.Supervision) == (
        remarks.Supervision(supervision=remarks.SupervisionKind.ONLINE, identity_verified=True),
    )


def test_participation(claim: LearningAchievement, specification: Qualification) -> None:
    part = WHOLE.participation
    assert part.type is not None
    assert part.activity is not None
    assert specification.mode == (concept(part.mode[0]),)
    assert specification.learning_setting == concept(entry("learning_setting", "non-formal"))
    assert specification.dc_type == (concept(part.type),)
    assert specification.language == tuple(map(concept, part.language))
    plan = claim.influenced_by[0].specified_by
    assert plan is not None
    assert (plan.dc_type, plan.mode, plan.language) == (
        *((concept(part.activity),), specification.mode, specification.language),
    )


def test_what_elm_has_no_term_for_comes_back_as_remarks(
    claim: LearningAchievement, specification: Qualification
) -> None:
    def found(kind: type[remarks.Remark]) -> tuple[remarks.Remark, ...]:
        return remarks.find(specification.additional_note, kind)

    assert found(remarks.InternalQuality) == WHOLE.quality.internal
    assert found(remarks.ExternalQuality) == WHOLE.quality.external
    assert found(remarks.Need) == (WHOLE.need,)
    assert found(remarks.Endorsement) == WHOLE.endorsements
    assert found(remarks.ReviewBy) == (remarks.ReviewBy(date="2028-06-30"),)
    assert found(remarks.Facets) == (WHOLE.facets,)
    assert found(remarks.ProgrammeModule) == (WHOLE.module,)
    assert found(remarks.FurtherInformation) == (remarks.FurtherInformation(text=WHOLE.further_information),)
    assert found(remarks.Stacking) == (
        remarks.Stacking(option=remarks.StackingOption.STACKABLE, rules=Text(en="5 years")),
    )
    assert remarks.find(claim.additional_note, remarks.Route) == (
        remarks.Route(route=remarks.RouteKind.COURSE, evidence=WHOLE.prior_learning_evidence),
    )


def test_prerequisites_stacking_target_groups(specification: Qualification) -> None:
    assert specification.entry_requirement is not None
    assert specification.entry_requirement.note_literal == WHOLE.prerequisites
    assert specification.is_partial_qualification is True
    assert [part.title for part in specification.is_part_of] == [Text(en="Bachelor", ro="Licență")]
    assert specification.target_group == (concept(WHOLE.target_groups[0]),)


def test_the_mandate(credential: Credential) -> None:
    (found,) = credential.evidence
    assert WHOLE.mandate is not None
    assert found.evidence_statement == "On behalf of Baltic"
    assert found.embedded_evidence[0].content == WHOLE.mandate.document


def test_informal_learning_and_validation() -> None:
    part = dataclasses.replace(WHOLE.participation, setting=remarks.SettingKind.INFORMAL)
    changed = dataclasses.replace(WHOLE, participation=part, route=remarks.RouteKind.VALIDATION)
    claim = reread(design_credential(changed)).achievement
    assert claim is not None
    assert isinstance(claim.specified_by, Qualification)
    assert claim.specified_by.learning_setting is None
    assert remarks.find(claim.specified_by.additional_note, remarks.Setting) == (
        remarks.Setting(setting=remarks.SettingKind.INFORMAL),
    )
    assert remarks.find(claim.additional_note, remarks.Route)[0].route is remarks.RouteKind.VALIDATION
    assert claim.influenced_by == ()


def test_nothing_is_said_that_the_design_does_not_say() -> None:
    least = Design(code="A", edition="1", languages=("en",), title=Text(en="A"), issuer=AGENCY)
    claim = reread(design_credential(least)).achievement
    assert claim is not None
    assert isinstance(claim.specified_by, Qualification)
    said = claim.specified_by
    assert (said.dc_type, said.mode, said.learning_outcome, said.volume_of_learning) == ((), (), (), "")
    assert (said.eqf_level, said.is_partial_qualification, said.additional_note, said.accreditation) == (
        None,
        None,
        (),
        (),
    )


def contents(documents: list[dict[str, object]]) -> dict[str, list[dict[str, object]]]:
    """Id -> its different contents."""
    found: dict[str, list[dict[str, object]]] = {}
    for document in documents:
        for node in nodes(document):
            same = found.setdefault(str(node["id"]), [])
            own = {name: _by_id(value) for name, value in node.items()}
            if own not in same:
                same.append(own)
    return found


def _by_id(value: object) -> object:
    """The value as a graph holds it: nodes within by their ids alone."""
    if isinstance(value, list):
        return [_by_id(item) for item in value]
    return value["id"] if isinstance(value, dict) and "id" in value else value


def agree(one: dict[str, object], other: dict[str, object]) -> bool:
    """Whether merging the two says nothing new: one is a part of the other."""
    small, large = sorted((one, other), key=len)
    return all(name in large and large[name] == value for name, value in small.items())


@settings(max_examples=25)
@given(st.lists(designs(), min_size=2, max_size=2))
def test_the_same_id_is_the_same_content_over_all_designs(some: list[Design]) -> None:
    documents = [orjson.loads(serialise(composed(design, {"full_name": "A"}, seed=i))) for i, design in enumerate(some)]
    for identifier, versions in contents(documents).items():
        if identifier.startswith(("urn:uuid:", "urn:credential:")):
            assert all(agree(one, two) for one, two in itertools.combinations(versions, 2)), identifier


def leaves(value: object, path: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
    """Where texts stand in plain data."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in entries:
        yield from leaves(inner, (*path, key))
    if isinstance(value, str):
        yield path


def changed(plain: Any, path: tuple[Any, ...]) -> Design | None:
    """The design with one text changed; None where it is no longer one."""
    copied = copy.deepcopy(plain)
    place = copied
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] += "x"
    try:
        return read_design(orjson.dumps(copied))
    except InputError:
        return None


def test_whatever_text_is_changed_no_id_stays_on_another_content() -> None:
    plain = orjson.loads(write_json(WHOLE))
    whole = orjson.loads(serialise(design_credential(WHOLE)))
    tried = 0
    for path in leaves(plain):
        if other := changed(plain, path):
            tried += 1
            documents = [whole, orjson.loads(serialise(design_credential(other)))]
            for identifier, versions in contents(documents).items():
                if identifier.startswith("urn:uuid:"):
                    assert all(agree(one, two) for one, two in itertools.combinations(versions, 2)), (path, identifier)
    assert tried > 80


def test_nodes_that_do_not_agree_would_be_seen() -> None:
    one: dict[str, object] = {"id": "urn:uuid:1", "a": 1}
    assert agree(one, {**one, "b": 2})
    assert not agree(one, {**one, "a": 2})
    assert not agree({**one, "c": 1}, {**one, "b": 2})


@pytest.mark.parametrize("name", EXAMPLES)
def test_ids_do_not_depend_on_the_run(name: str) -> None:
    assert serialise(design_credential(example(name))) == serialise(design_credential(example(name)))


ZONES = [
    ZoneInfo(name) for name in ("Atlantic/Azores", "Europe/Lisbon", "Europe/Vilnius", "Europe/Istanbul", "Asia/Yerevan")
]


@given(st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)), st.sampled_from(ZONES))
def test_a_day_is_that_day_in_every_zone_of_europe(date: dt.date, zone: ZoneInfo) -> None:
    assert dt.datetime.fromisoformat(prototype.day(date)).astimezone(zone).date() == date


def test_midnight_would_shift_the_day() -> None:
    """The twin: why it is noon."""
    midnight = dt.datetime(2026, 1, 20, tzinfo=dt.UTC)
    assert midnight.astimezone(ZoneInfo("Atlantic/Azores")).date() != midnight.date()


@pytest.mark.parametrize(
    ("amount", "written"),
    [("75", "PT75H"), ("2.5", "PT2H30M"), ("0", "PT0H"), ("0.01", "PT36S"), ("1.99", "PT1H59M24S"), ("0.25", "PT15M")],
)
def test_hours(amount: str, written: str) -> None:
    assert hours(Decimal(amount)) == written
