"""Changes to the full document, and the state of which element each brings about."""

from __future__ import annotations

from typing import Any

from mikra.model import Text, remarks
from tests.validation.samples import (
    ACTIVITY,
    ASSESSMENT,
    REMOVED,
    SPECIFICATION,
    accreditation,
    concept,
    en,
    note,
    organisation,
    private,
    remark,
)

IN_THE_EVENING = remarks.FurtherInformation(text=Text(en="In the evening."))
TWO_NAMES = {
    "credentialSubject__fullName": REMOVED,
    "credentialSubject__givenName": {"en": "Žofie"},
    "credentialSubject__familyName": {"en": "Černá"},
}
SKILL = "develop-digital-content"
HOURS_OF_ACTIVITY = {**ACTIVITY, "workload": "PT40H"}

WEAK: list[tuple[str, str, dict[str, Any]]] = [
    ("1", "half-name", {"credentialSubject__fullName": REMOVED, "credentialSubject__givenName": {"en": "Žofie"}}),
    ("1", "odd-form", {"credentialSubject__fullName": "Žofie Černá"}),
    ("1", "label-only", {"credentialSubject__fullName": REMOVED, "credentialSubject__prefLabel": {"en": "Ž. Č."}}),
    (
        "1",
        "number-only",
        {"credentialSubject__fullName": REMOVED, "credentialSubject__identifier": [{"notation": "S-1"}]},
    ),
    ("1", "number-only", {"credentialSubject__fullName": REMOVED, "credentialSubject__id": "did:key:z6Mk"}),
    ("2", "odd-form", {"a__title": "Repairing electric bicycles", "s__title": REMOVED}),
    ("2", "page-only", {"a__title": REMOVED, "s__title": REMOVED}),
    ("3", "own-term", {"issuer__location__0__address__0__countryCode": private("Bohemia")}),
    (
        "3",
        "address-only",
        {"issuer__location__0__address__0": {"type": "Address", "fullAddress": note("1 Hill Road, Brno")}},
    ),
    ("3", "number-only", {"issuer__location": REMOVED}),
    ("3", "odd-form", {"issuer__location": "Czechia", "issuer__eIDASIdentifier": REMOVED}),
    ("4", "not-all-named", {"a__awardedBy__awardingBody": [{"type": "Organisation"}, organisation("urn:2", "Zed")]}),
    ("4", "number-only", {"a__awardedBy__awardingBody": [{"id": "https://zed.example", "type": "Organisation"}]}),
    ("4", "number-only", {"a__awardedBy__awardingBody": "did:web:zed.example"}),
    ("4", "odd-form", {"a__awardedBy__awardingBody": [{"type": "Organisation", "legalName": "Zed"}]}),
    ("5", "unreadable", {"issued": "2026-02-30T00:00:00Z", "a__awardedBy__awardingDate": REMOVED}),
    ("5", "unreadable", {"issued": "yesterday", "a__awardedBy__awardingDate": REMOVED}),
    ("5", "validity-only", {"issued": REMOVED, "a__awardedBy__awardingDate": REMOVED}),
    ("6", "summary-only", {"s__learningOutcome": REMOVED, "s__learningOutcomeSummary": note("Repairs bicycles.")}),
    (
        "6",
        "skills-only",
        {"s__learningOutcome": [{"relatedESCOSkill": [concept("esco_skill", "develop-digital-content")]}]},
    ),
    ("6", "odd-form", {"s__learningOutcome": ["Replace a hub motor."]}),
    ("6", "odd-form", {"s__learningOutcome": [{"title": "Replace a hub motor."}]}),
    ("7", "credits-without-hours", {"s__volumeOfLearning": REMOVED}),
    ("7", "unit-unknown", {"s__volumeOfLearning": REMOVED, "s__creditPoint__0__framework": private("stars")}),
    ("7", "calendar", {"s__volumeOfLearning": "P60M", "s__creditPoint": REMOVED}),
    ("7", "unreadable", {"s__volumeOfLearning": "60 hours", "s__creditPoint": REMOVED}),
    ("7", "unreadable", {"s__volumeOfLearning": REMOVED, "s__creditPoint__0__point": "lots"}),
    ("7", "unreadable", {"s__volumeOfLearning": "PT0H", "s__creditPoint__0__point": "0"}),
    (
        "7",
        "contact-hours-only",
        {
            "s__volumeOfLearning": REMOVED,
            "s__creditPoint": REMOVED,
            "a__influencedBy__0__specifiedBy__contactHour": ["30"],
        },
    ),
    ("7", "odd-form", {"s__volumeOfLearning": 60, "s__creditPoint": REMOVED}),
    ("8", "national-only", {"s__eqfLevel": REMOVED, "s__nqfLevel": [concept("nqf", "at-nqf-level-5")]}),
    ("8", "no-scheme", {"s__eqfLevel": private("Level five")}),
    ("8", "no-scheme", {"s__eqfLevel": REMOVED, "s__nqfLevel": [private("Level five")]}),
    ("8", "no-scheme", {"s__eqfLevel": REMOVED, "s__educationLevel": [private("tertiary")]}),
    ("8", "wrong-place", {"s__type": "LearningAchievementSpecification"}),
    ("9", "own-term", {"p__specifiedBy__dcType": private("artefact assessment")}),
    ("9", "title-only", {"p__specifiedBy__dcType": REMOVED}),
    ("9", "odd-form", {"p__specifiedBy": {"dcType": "oral examination"}, "p__title": REMOVED}),
    ("10", "own-term", {"s__mode": [private("by post")]}),
    ("10", "assessment-only", {"s__mode": REMOVED}),
    ("10", "odd-form", {"s__mode": "online", "p__specifiedBy__mode": REMOVED}),
    ("11", "expired", {"s__accreditation__0__expiryDate": "2026-05-19T00:00:00Z"}),
    ("11", "not-yet", {"s__accreditation__0__dateIssued": "2026-06-01T00:00:00Z"}),
    ("11", "own-term", {"s__accreditation__0__dcType": private("gold star")}),
    ("11", "nobody-named", {"s__accreditation__0__accreditingAgent": REMOVED}),
    ("11", "reference-only", {"s__accreditation": [{"id": "http://data.europa.eu/snb/accreditation/1"}]}),
    ("11", "reference-only", {"s__accreditation": "http://data.europa.eu/snb/accreditation/1"}),
    (
        "11",
        "own-statement",
        {
            "s__accreditation": [accreditation(accreditingAgent={"id": "urn:uuid:university", "legalName": en("U")})],
            "s__accreditation__0__dateIssued": REMOVED,
        },
    ),
    ("11", "wrong-place", {"s__type": "LearningAchievementSpecification"}),
    ("o1", "odd-form", {"s__entryRequirement": "None"}),
    ("o2", "own-term", {"p__idVerification": private("the teacher was there")}),
    ("o3", "no-scale", {"p__specifiedBy__gradingScheme": REMOVED}),
    ("o3", "odd-form", {"p__grade": "B"}),
    ("o5", "provider-only", {"s__homepage": REMOVED}),
]

MISSING: list[tuple[str, dict[str, Any]]] = [
    ("1", {"credentialSubject__fullName": REMOVED}),
    ("1", {"credentialSubject__fullName": {"en": " – "}}),
    ("1", {"credentialSubject": REMOVED}),
    ("2", {"a__title": REMOVED, "s__title": {"en": "..."}, "displayParameter": REMOVED}),
    ("3", {"issuer__location": REMOVED, "issuer__eIDASIdentifier": REMOVED}),
    ("3", {"issuer": "did:web:zed.example"}),
    ("3", {"issuer": REMOVED}),
    ("4", {"a__awardedBy": REMOVED}),
    ("4", {"a__awardedBy__awardingBody": [{"id": "urn:uuid:nobody", "type": "Organisation"}]}),
    ("5", {"issued": REMOVED, "validFrom": REMOVED, "a__awardedBy__awardingDate": REMOVED}),
    ("6", {"s__learningOutcome": REMOVED}),
    ("6", {"s__learningOutcome": [{"title": {"en": "-"}}]}),
    ("6", {"a__specifiedBy": REMOVED}),
    ("7", {"s__volumeOfLearning": REMOVED, "s__creditPoint": REMOVED}),
    ("8", {"s__eqfLevel": REMOVED}),
    ("9", {"a__provenBy": REMOVED}),
    ("10", {"s__mode": REMOVED, "p__specifiedBy__mode": REMOVED}),
    ("11", {"s__accreditation": REMOVED}),
    ("o1", {"s__entryRequirement": REMOVED}),
    ("o2", {"p__idVerification": REMOVED}),
    ("o3", {"p__grade": REMOVED}),
    ("o4", {"s__isPartialQualification": REMOVED}),
    ("o5", {"s__homepage": REMOVED, "issuer__homepage": REMOVED}),
]

ELSEWHERE: list[tuple[str, dict[str, Any]]] = [
    (
        "1",
        {
            "credentialSubject__fullName": REMOVED,
            "credentialSubject__givenName": en("Ž"),
            "credentialSubject__familyName": en("Č"),
        },
    ),
    ("1", {"credentialSubject__type": REMOVED}),
    ("2", {"a__title": REMOVED}),
    ("3", {"issuer__location__0": {"spatialCode": [concept("atu", "AUT_BLD_TIROL")]}}),
    ("3", {"issuer__location": REMOVED, "a__awardedBy__awardingBody__0": organisation("urn:uuid:university", "U")}),
    ("4", {"a__awardedBy__awardingBody": [{"id": "urn:uuid:university", "type": "Organisation"}]}),
    ("4", {"a__awardedBy__awardingBody": [{"type": "Person", "fullName": {"en": "Prof. Nováková"}}]}),
    ("5", {"issued": REMOVED}),
    ("5", {"issued": REMOVED, "issuanceDate": "2026-05-21", "a__awardedBy__awardingDate": REMOVED}),
    ("6", {"a__specifiedBy": REMOVED, "a__learningOpportunity": {"learningAchievementSpecification": SPECIFICATION}}),
    ("6", {"s__learningOutcome": REMOVED, "s__hasPart": [SPECIFICATION]}),
    ("6", {"a__specifiedBy": [SPECIFICATION]}),
    ("7", {"s__volumeOfLearning": REMOVED, "a__influencedBy": [HOURS_OF_ACTIVITY]}),
    ("7", {"s__volumeOfLearning": "PT77H30M", "s__creditPoint": REMOVED}),
    ("7", {"s__volumeOfLearning": REMOVED, "a__influencedBy__0__specifiedBy__volumeOfLearning": "PT40H"}),
    ("8", {"s__eqfLevel": REMOVED, "s__additionalNote": [remark(remarks.QfEhea(cycle=remarks.Cycle.SHORT))]}),
    ("9", {"p__specifiedBy": REMOVED, "p__dcType": [concept("assessment", "quiz")]}),
    ("9", {"a__provenBy": REMOVED, "s__provenBy": [ASSESSMENT["specifiedBy"]]}),
    ("9", {"a__provenBy": [{"title": en("All parts"), "hasPart": [ASSESSMENT]}]}),
    ("10", {"s__mode": REMOVED, "a__influencedBy__0__specifiedBy__mode": [concept("mode", "online")]}),
    (
        "10",
        {"s__mode": REMOVED, "s__additionalNote": [remark(remarks.Route(route=remarks.RouteKind.VALIDATION))]},
    ),
    ("11", {"s__accreditation": REMOVED, "issuer__accreditation": [accreditation()]}),
    ("11", {"s__accreditation": REMOVED, "evidence": [{"type": "Evidence", "accreditation": accreditation()}]}),
    ("11", {"s__accreditation": REMOVED, "a__awardedBy__awardingBody__0__accreditation": [accreditation()]}),
    (
        "11",
        {
            "s__accreditation": REMOVED,
            "s__additionalNote": [
                remark(remarks.ExternalQuality(standard=remarks.QualityStandard.ESG, reviewed="2025-11-02"))
            ],
        },
    ),
    (
        "11",
        {
            "s__accreditation": REMOVED,
            "s__additionalNote": [
                remark(remarks.InternalQuality(aspect=remarks.QualityAspect.COURSE, date="2025-11-02"))
            ],
        },
    ),
    (
        "o2",
        {
            "p__idVerification": REMOVED,
            "p__additionalNote": [remark(remarks.Supervision(supervision=remarks.SupervisionKind.ONLINE))],
        },
    ),
    ("o4", {"s__isPartialQualification": REMOVED, "s__isPartOf": [{"type": "Qualification", "title": en("BSc")}]}),
    ("o4", {"s__isPartialQualification": REMOVED, "a__entitlesTo": [{"title": en("Entry to year two")}]}),
    (
        "o4",
        {
            "s__isPartialQualification": REMOVED,
            "s__additionalNote": [remark(remarks.Stacking(option=remarks.StackingOption.STACKABLE))],
        },
    ),
    ("o5", {"s__homepage": REMOVED, "s__additionalNote": [note("Taught in the evening.")]}),
    (
        "o5",
        {
            "s__homepage": REMOVED,
            "s__additionalNote": [remark(remarks.FurtherInformation(text=Text(en="In the evening.")))],
        },
    ),
]
