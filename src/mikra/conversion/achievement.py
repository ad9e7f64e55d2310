"""Open Badges 3.0, B.1.1 (Achievement), B.1.4 (Alignment), B.1.20 (ResultDescription): what can be achieved."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mikra import vocabulary
from mikra.conversion.narrative import criteria_narrative, criteria_page
from mikra.conversion.profile import extended, identifier, profile
from mikra.conversion.wording import label, said
from mikra.model import (
    Concept,
    Credential,
    LearningAchievement,
    LearningAchievementSpecification,
    LearningAssessment,
    Qualification,
)
from mikra.sealing.certificates import DEMONSTRATION
from mikra.validation.annex1 import Meter
from mikra.validation.workload import is_ects, points

OUTCOME, SKILL, EQF, NQF, FIELD = "ext:LearningOutcome", "ext:Skill", "ext:EQFLevel", "ext:NQFLevel", "ext:FieldOfStudy"
ASSESSMENT, SUPERVISION, SCALE = "ext:AssessmentType", "ext:Supervision", "ext:GradingScheme"
"""Our types of alignment targets (`targetType`); the standard's own list has none for European frameworks."""

DESIGN = "Design and edition"
"""Name of the identifier that holds code and edition of a design, as CODE/EDITION."""

_ESCO = "http://data.europa.eu/esco/"


def achievement(
    credential: Credential, meter: Meter, language: str, *, own_id: str, issuer_id: str, image: str = ""
) -> dict[str, Any]:
    """The Achievement. `own_id` is the issuer's id in these forms, for the agent `issuer_id` of the EDC."""
    claim = credential.achievement or LearningAchievement()
    spec = claim.specified_by or LearningAchievementSpecification()
    title = said(claim.title or spec.title or credential.title, language)
    written: dict[str, Any] = {
        "id": spec.id or claim.id or credential.id,
        "type": ["Achievement"],
        "achievementType": "MicroCredential",
        "name": title,
        "description": said(claim.description or spec.description, language) or title,
        "criteria": _criteria(credential, meter, language) or {"narrative": title},
        "inLanguage": language,
        **_codes(spec),
        "image": {"id": image, "type": "Image", "caption": title} if image else None,
        "creditsAvailable": credits(spec.credit_point),
        "fieldOfStudy": ", ".join(label(area, language) for area in spec.thematic_area),
        "creator": _creator(claim, language, own_id, issuer_id),
        "alignment": list(_alignments(spec, language)),
        "tag": [DEMONSTRATION] if any(one.scheme_name == DEMONSTRATION for one in credential.identifier) else [],
        "resultDescription": [result_description(one, claim, language) for one in claim.proven_by],
    }
    return {name: value for name, value in written.items() if value not in (None, "", [], {})}


def _criteria(credential: Credential, meter: Meter, language: str) -> dict[str, str]:
    written = {"id": criteria_page(credential), "narrative": criteria_narrative(credential, meter, language)}
    return {name: value for name, value in written.items() if value}


def _codes(spec: LearningAchievementSpecification) -> dict[str, Any]:
    """Code and edition where the identifier is ours; every other identifier as it stands."""
    written: dict[str, Any] = {}
    others = []
    for one in spec.identifier:
        code, slash, edition = one.notation.partition("/")
        if one.scheme_name == DESIGN and slash and "humanCode" not in written:
            written |= {"humanCode": code, "version": edition}
        else:
            others.append(identifier(one.notation, extended(one.scheme_name or "identifier")))
    return written | ({"otherIdentifier": others} if others else {})


def credits(given: tuple[Any, ...]) -> float | None:
    """The number of credits, ECTS before others; the standard has no place for their system."""
    found = sorted(given, key=lambda one: not is_ects(one))
    number = points(found[0]) if found else None
    return float(number) if number is not None else None


def _creator(claim: LearningAchievement, language: str, own_id: str, issuer_id: str) -> dict[str, Any]:
    """The first awarding body: the standard has one creator. The others are told in the criteria."""
    bodies = claim.awarded_by.awarding_body if claim.awarded_by else ()
    body = next(iter(bodies), None)
    if body is None:
        return {}
    if body.id == issuer_id:
        # The issuer, described there: one node, said once.
        return {"id": own_id, "type": ["Profile"], "name": said(body.name, language)}
    return profile(body, language)


def _alignments(spec: LearningAchievementSpecification, language: str) -> Iterator[dict[str, Any]]:
    framework = said(spec.title, language)
    for outcome in spec.learning_outcome:
        if outcome.id:
            yield alignment(OUTCOME, outcome.id, said(outcome.title, language), framework=framework)
        for skill in (*outcome.related_esco_skill, *outcome.related_skill):
            name = "ESCO" if skill.id.startswith(_ESCO) else _scheme_title(skill)
            yield _concept(SKILL, skill, language, framework=name)
    if isinstance(spec, Qualification):
        if spec.eqf_level is not None:
            yield _concept(EQF, spec.eqf_level, language, framework="European Qualifications Framework (EQF)")
        for level in spec.nqf_level:
            yield _concept(NQF, level, language, framework=_scheme_title(level))
    for area in spec.thematic_area:
        yield _concept(FIELD, area, language, framework="ISCED-F 2013")


def _scheme_title(concept: Concept) -> str:
    known = vocabulary.by_iri(concept.id)
    return vocabulary.scheme(known.scheme).title if known else concept.scheme


def _concept(kind: str, concept: Concept, language: str, *, framework: str = "") -> dict[str, Any]:
    return alignment(kind, concept.id, label(concept, language), code=concept.code, framework=framework)


def alignment(
    kind: str, url: str, name: str, *, code: str = "", framework: str = "", description: str = ""
) -> dict[str, Any]:
    """An Alignment. `url` may be a name (`urn:uuid:...`) where the target has no page."""
    written = {
        "type": ["Alignment"],
        "targetType": kind,
        "targetName": name or url,
        "targetUrl": url,
        "targetFramework": framework,
        "targetCode": code,
        "targetDescription": description,
    }
    return {name: value for name, value in written.items() if value}


def description_id(assessment: LearningAssessment, claim: LearningAchievement) -> str:
    """The id that a result refers to: the assessment's specification, or the assessment where two share one."""
    spec = assessment.specified_by.id if assessment.specified_by else ""
    shared = [one for one in claim.proven_by if one.specified_by and one.specified_by.id == spec]
    return spec if spec and len(shared) == 1 else assessment.id


def result_description(assessment: LearningAssessment, claim: LearningAchievement, language: str) -> dict[str, Any]:
    """What is assessed and how: type of assessment, supervision and scale stand as alignments to their lists."""
    spec = assessment.specified_by
    aligned = []
    if spec is not None and spec.dc_type is not None:
        aligned.append(_concept(ASSESSMENT, spec.dc_type, language, framework=_scheme_title(spec.dc_type)))
    if assessment.id_verification is not None:
        check = assessment.id_verification
        aligned.append(_concept(SUPERVISION, check, language, framework=_scheme_title(check)))
    if spec is not None and spec.grading_scheme is not None and spec.grading_scheme.id:
        scale = spec.grading_scheme
        words = said(scale.description, language)
        aligned.append(alignment(SCALE, scale.id, said(scale.title, language), description=words))
    return {
        "id": description_id(assessment, claim),
        "type": ["ResultDescription"],
        "name": said(assessment.title, language) or (said(spec.title, language) if spec else "") or "Result",
        "resultType": result_type(said(assessment.grade.note_literal, language) if assessment.grade else ""),
        **({"alignment": aligned} if aligned else {}),
    }


def result_type(grade: str) -> str:
    """OB 3.0, B.5.5: a number on a scale, a percentage, or a generic result."""
    plain = grade.strip().replace(",", ".", 1)
    if plain.endswith("%"):
        return "Percent"
    return "RawScore" if plain.replace(".", "", 1).isdecimal() else "Result"
