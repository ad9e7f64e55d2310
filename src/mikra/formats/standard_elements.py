"""Our own terms for Annex I in a VC 2.0 credential (`conversion/terms.py`), read back into the model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any, TypeVar

from mikra.formats.loose import Json, listed, mapping, mappings, text, texts
from mikra.model import (
    Accreditation,
    Address,
    AwardingProcess,
    Concept,
    Credential,
    CreditPoint,
    GradingScheme,
    LearningAchievement,
    LearningAssessment,
    LearningAssessmentSpecification,
    LearningOutcome,
    Location,
    Note,
    Organisation,
    Person,
    Qualification,
    Text,
    WebResource,
    remarks,
)

_EQF = "http://data.europa.eu/snb/eqf/"
_EnumT = TypeVar("_EnumT", bound=StrEnum)


def added(credential: Credential, elements: Json) -> Credential:
    """The credential with what the elements say, where they say something."""
    learner, claim = credential.learner, credential.achievement
    if not elements or learner is None or claim is None:
        return credential
    spec = claim.specified_by if isinstance(claim.specified_by, Qualification) else Qualification()
    title = _labels(elements) or claim.title
    claim = replace(
        claim,
        title=title,
        awarded_by=_awarded(claim, elements),
        specified_by=_specification(spec, elements, title),
        proven_by=tuple(_assessment(one) for one in mappings(elements.get("assessments"))) or claim.proven_by,
    )
    born = text(elements.get("learnerDateOfBirth")) or learner.date_of_birth
    person: Person = replace(learner, has_claim=(claim,), date_of_birth=born)
    return replace(credential, issuer=_placed(credential.issuer, elements), credential_subject=person)


def _labels(node: Json) -> Text:
    return texts(node.get("labels"), "und")


def _concept(value: Any) -> Concept | None:
    found = mapping(value)
    iri = text(found.get("id"))
    return Concept(id=iri, pref_label=_labels(found)) if iri else None


def _concepts(value: Any) -> tuple[Concept, ...]:
    return tuple(concept for one in mappings(value) if (concept := _concept(one)) is not None)


def _awarded(claim: LearningAchievement, elements: Json) -> AwardingProcess | None:
    bodies = tuple(_body(one) for one in mappings(elements.get("awardingBodies")))
    process = claim.awarded_by or AwardingProcess()
    return replace(process, awarding_body=bodies) if bodies else claim.awarded_by


def _body(node: Json) -> Organisation:
    places = tuple(Address(country_code=country) for country in _concepts(node.get("bodyCountry")))
    location = (Location(address=places),) if places else ()
    return Organisation(id=text(node.get("id")), legal_name=_labels(node), location=location)


def _placed(issuer: Any, elements: Json) -> Any:
    regions = _concepts(elements.get("issuingRegion"))
    if not regions or not isinstance(issuer, Organisation):
        return issuer
    place = replace(next(iter(issuer.location), Location()), spatial_code=regions)
    return replace(issuer, location=(place, *issuer.location[1:]))


def _specification(spec: Qualification, elements: Json, title: Text) -> Qualification:
    workload = mapping(elements.get("notionalWorkload"))
    levels = _concepts(elements.get("frameworkLevels"))
    eqf = [level for level in levels if level.id.startswith(_EQF)]
    stacking = mapping(elements.get("stackability"))
    partial = stacking.get("partialQualification")
    wanted = texts(elements.get("prerequisites"), "und")
    credits = tuple(
        CreditPoint(point=text(one.get("creditNumber")), framework=_concept(one.get("creditSystem")))
        for one in mappings(workload.get("creditAwards"))
    )
    pages = [page for page in listed(elements.get("furtherPages")) if isinstance(page, str)]
    return replace(
        spec,
        title=title,
        learning_outcome=tuple(_outcomes(elements)) or spec.learning_outcome,
        volume_of_learning=text(workload.get("workDuration")),
        credit_point=credits or spec.credit_point,
        eqf_level=next(iter(eqf), spec.eqf_level),
        nqf_level=tuple(level for level in levels if level not in eqf) or spec.nqf_level,
        mode=_concepts(elements.get("participationForms")),
        accreditation=tuple(_accreditations(elements)),
        entry_requirement=Note(note_literal=wanted) if wanted else None,
        is_partial_qualification=partial if isinstance(partial, bool) else None,
        is_part_of=tuple(Qualification(title=_labels(one)) for one in mappings(stacking.get("stackingTargets"))),
        homepage=tuple(WebResource(content_url=page) for page in pages),
        additional_note=tuple(_notes(elements, tuple(title))),
    )


def _outcomes(elements: Json) -> Iterator[LearningOutcome]:
    for one in mappings(elements.get("learningOutcomes")):
        yield LearningOutcome(
            id=text(one.get("id")),
            title=_labels(one),
            dc_type=_concept(one.get("outcomeType")),
            related_esco_skill=_concepts(one.get("relatedSkills")),
        )


def _assessment(node: Json) -> LearningAssessment:
    grade, scale = texts(node.get("gradeAchieved"), "und"), texts(node.get("gradingScale"), "und")
    kind = _member(remarks.SupervisionKind, node.get("supervisionKind"))
    seen = (
        remarks.Supervision(supervision=kind, identity_verified=node.get("identityVerified") is True) if kind else None
    )
    return LearningAssessment(
        id=text(node.get("id")),
        title=_labels(node),
        grade=Note(note_literal=grade) if grade else None,
        id_verification=_concept(node.get("supervisionAndIdentity")),
        additional_note=(remarks.write(seen, languages=("en",)),) if seen else (),
        specified_by=LearningAssessmentSpecification(
            title=_labels(node),
            dc_type=_concept(node.get("assessmentType")),
            mode=_concepts(node.get("participationForms")),
            grading_scheme=GradingScheme(title=scale) if scale else None,
        ),
    )


def _accreditations(elements: Json) -> Iterator[Accreditation]:
    for one in mappings(elements.get("qualityAssurance")):
        if not _is_remark(one):
            page, agency = text(one.get("qualityReport")), texts(one.get("qualityAgency"), "und")
            yield Accreditation(
                id=text(one.get("id")),
                title=_labels(one),
                dc_type=_concept(one.get("qualityType")),
                accrediting_agent=Organisation(legal_name=agency) if agency else None,
                report=WebResource(content_url=page) if page else None,
            )


def _is_remark(node: Json) -> bool:
    return bool(node.keys() & {"qualityStandard", "qualityAspect"})


def _notes(elements: Json, languages: Sequence[str]) -> Iterator[Note]:
    for remark in _remarks(elements):
        yield remarks.write(remark, languages=languages or ("en",))


def _remarks(elements: Json) -> Iterator[remarks.Remark]:
    if cycle := _member(remarks.Cycle, elements.get("higherEducationCycle")):
        yield remarks.QfEhea(cycle=cycle)
    for one in mappings(elements.get("qualityAssurance")):
        url = text(one.get("qualityReport"))
        if standard := _member(remarks.QualityStandard, one.get("qualityStandard")):
            yield remarks.ExternalQuality(standard=standard, label=_labels(one), url=url)
        if aspect := _member(remarks.QualityAspect, one.get("qualityAspect")):
            yield remarks.InternalQuality(aspect=aspect, evidence=_labels(one), url=url)
    stacking = mapping(elements.get("stackability"))
    if option := _member(remarks.StackingOption, stacking.get("stackingOption")):
        yield remarks.Stacking(option=option, rules=texts(stacking.get("stackingRules"), "und"))
    if further := texts(elements.get("furtherInformation"), "und"):
        yield remarks.FurtherInformation(text=further)


def _member(kind: type[_EnumT], value: Any) -> _EnumT | None:
    return next((one for one in kind if one.value == value), None)
