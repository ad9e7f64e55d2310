"""Open Badges 3.0 (1EdTech), B.1: an OpenBadgeCredential of any issuer, read into the model as far as it goes.

    credential = read_badge(document)

Of VC Data Model 2.0 and 1.1 alike. What has no place in the model, or is of another form than the standard's, is
passed over: the sealed bytes are the credential, and keep it. Nothing here judges, nor raises on what a badge holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from mikra import vocabulary
from mikra.formats import standard_elements
from mikra.formats.loose import Json, listed, mapping, mappings, text, texts
from mikra.model import (
    Address,
    AwardingProcess,
    Concept,
    ConceptScheme,
    ContactPoint,
    Credential,
    CreditPoint,
    GradingScheme,
    Identifier,
    LearningAchievement,
    LearningAssessment,
    LearningAssessmentSpecification,
    LearningOutcome,
    LegalIdentifier,
    Location,
    Mailbox,
    Note,
    Organisation,
    Person,
    Qualification,
    Text,
    WebResource,
)

_ESCO, _EQF, _ISCED = (
    "http://data.europa.eu/esco/",
    "http://data.europa.eu/snb/eqf/",
    "http://data.europa.eu/snb/isced-f/",
)
_NQF = "http://data.europa.eu/snb/qdr/"
_OUTCOMES = ("ext:LearningOutcome", "CFItem", "ceasn:Competency")
_ASSESSMENT, _SUPERVISION, _SCALE = "ext:AssessmentType", "ext:Supervision", "ext:GradingScheme"
_LEGAL = {"ext:VAT": "vat_identifier", "ext:tax": "tax_identifier"}
DEMONSTRATION = "Demonstration, no value"
"""The tag of a badge that is one (`sealing.certificates.DEMONSTRATION`)."""

UNKNOWN_LANGUAGE = "und"
"""BCP 47, 4.1: a text whose language nobody says."""


def is_badge(document: Any) -> bool:
    """Whether this claims to be an Open Badge of version 3."""
    names = listed(mapping(document).get("type"))
    return "OpenBadgeCredential" in names or "AchievementCredential" in names


def read_badge(document: Mapping[str, Any]) -> Credential:
    """The model of a badge. Dates and status stay as they are written; a subject without a name stays nameless."""
    subject = mapping(document.get("credentialSubject"))
    achievement = mapping(subject.get("achievement"))
    language = text(achievement.get("inLanguage")) or text(document.get("inLanguage")) or UNKNOWN_LANGUAGE
    issuer = _organisation(document.get("issuer"), language)
    claim = _claim(document, subject, achievement, language)
    learner = replace(_person(subject, language), has_claim=(claim,))
    start = text(document.get("validFrom")) or text(document.get("issuanceDate"))
    credential = Credential(
        id=text(document.get("id")),
        types=tuple(name for name in listed(document.get("type")) if isinstance(name, str)),
        issuer=issuer,
        credential_subject=learner,
        issued=start,
        issuance_date=text(document.get("issuanceDate")),
        valid_from=start,
        valid_until=text(document.get("validUntil")) or text(document.get("expirationDate")),
        credential_status=document.get("credentialStatus"),
        identifier=_marks(achievement),
    )
    return standard_elements.added(credential, mapping(subject.get("microCredential")))


def _claim(document: Json, subject: Json, achievement: Json, language: str) -> LearningAchievement:
    award = next((text(one.get("id")) for one in mappings(document.get("evidence")) if one.get("genre") == "award"), "")
    title = texts(achievement.get("name") or document.get("name"), language)
    creator = achievement.get("creator") or document.get("issuer")
    issuer = mapping(document.get("issuer"))
    if mapping(creator).get("id") == issuer.get("id"):
        creator = issuer or creator
    return LearningAchievement(
        id=award,
        title=title,
        description=texts(achievement.get("description"), language),
        awarded_by=AwardingProcess(
            awarding_body=(_organisation(creator, language),), awarding_date=text(document.get("awardedDate"))
        ),
        specified_by=_specification(achievement, title, language),
        credit_received=_credit(subject.get("creditsEarned")),
        proven_by=tuple(_assessments(subject, achievement, language)),
    )


def _specification(achievement: Json, title: Text, language: str) -> Qualification:
    outcomes: list[LearningOutcome] = []
    aligned: dict[str, list[Concept]] = {"eqf": [], "nqf": [], "field": []}
    for one in mappings(achievement.get("alignment")):
        kind, concept = _kind_of(one), _concept(one, language)
        if kind in aligned:
            aligned[kind].append(concept)
        elif kind == "outcome":
            outcomes.append(LearningOutcome(id=concept.id, title=concept.pref_label))
        elif outcomes and text(one.get("targetType")).startswith("ext:"):
            skills = (*outcomes[-1].related_esco_skill, concept)
            outcomes[-1] = replace(outcomes[-1], related_esco_skill=skills)
        else:
            outcomes.append(LearningOutcome(title=concept.pref_label, related_skill=(concept,)))
    return Qualification(
        id=text(achievement.get("id")),
        title=title,
        description=texts(achievement.get("description"), language),
        identifier=tuple(_codes(achievement)),
        learning_outcome=tuple(outcomes),
        credit_point=_credit(achievement.get("creditsAvailable")),
        eqf_level=next(iter(aligned["eqf"]), None),
        nqf_level=tuple(aligned["nqf"]),
        thematic_area=tuple(aligned["field"]),
    )


def _marks(achievement: Json) -> tuple[Identifier, ...]:
    """A badge that is tagged as a demonstration is one."""
    marked = DEMONSTRATION in listed(achievement.get("tag"))
    return (Identifier(notation="demonstration", scheme_name=DEMONSTRATION),) if marked else ()


def _kind_of(alignment: Json) -> str:
    url, kind = text(alignment.get("targetUrl")), text(alignment.get("targetType"))
    for start, name in ((_EQF, "eqf"), (_NQF, "nqf"), (_ISCED, "field"), (_ESCO, "skill")):
        if url.startswith(start):
            return name
    return "outcome" if kind in _OUTCOMES else "skill"


def _concept(alignment: Json, language: str) -> Concept:
    iri = text(alignment.get("targetUrl"))
    known = vocabulary.by_iri(iri)
    scheme = (ConceptScheme(id=known.scheme_iri),) if known else ()
    name = texts(alignment.get("targetName"), language)
    return Concept(id=iri, pref_label=name, notation=text(alignment.get("targetCode")), in_scheme=scheme)


def _codes(achievement: Json) -> Iterator[Identifier]:
    if code := text(achievement.get("humanCode")):
        edition = text(achievement.get("version"))
        notation = f"{code}/{edition}" if edition else code
        yield Identifier(notation=notation, scheme_name="Design and edition" if edition else "humanCode")
    for one in mappings(achievement.get("otherIdentifier")):
        yield Identifier(notation=text(one.get("identifier")), scheme_name=_scheme(one))


def _scheme(entry: Json) -> str:
    return text(entry.get("identifierType")).removeprefix("ext:")


def _credit(value: Any) -> tuple[CreditPoint, ...]:
    """A number of credits: the standard does not say of which system."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        return ()
    return (CreditPoint(point=f"{value:g}"),)


def _assessments(subject: Json, achievement: Json, language: str) -> Iterator[LearningAssessment]:
    results = mappings(subject.get("result"))
    described = mappings(achievement.get("resultDescription"))
    known = {text(one.get("id")) for one in described}
    for one in described:
        own = [result for result in results if result.get("resultDescription") == one.get("id")]
        yield _assessment(one, next(iter(own), {}), language)
    for result in results:
        if text(result.get("resultDescription")) not in known:
            yield _assessment({}, result, language)


def _assessment(description: Json, result: Json, language: str) -> LearningAssessment:
    aligned = {text(one.get("targetType")): one for one in mappings(description.get("alignment"))}
    scale = aligned.get(_SCALE)
    name = texts(description.get("name"), language)
    value = text(result.get("value")) or text(result.get("status"))
    return LearningAssessment(
        id=text(description.get("id")),
        title=name,
        grade=Note(note_literal=texts(value, language)) if value else None,
        id_verification=_concept(aligned[_SUPERVISION], language) if _SUPERVISION in aligned else None,
        specified_by=LearningAssessmentSpecification(
            title=name,
            dc_type=_concept(aligned[_ASSESSMENT], language) if _ASSESSMENT in aligned else None,
            grading_scheme=GradingScheme(
                id=text(scale.get("targetUrl")),
                title=texts(scale.get("targetName"), language),
                description=texts(scale.get("targetDescription"), language),
            )
            if scale
            else None,
        ),
    )


def _organisation(value: Any, language: str) -> Organisation:
    """A Profile, or the address of one."""
    if isinstance(value, str):
        return Organisation(id=value)
    found = mapping(value)
    entries = mappings(found.get("otherIdentifier"))
    legal: dict[str, list[LegalIdentifier]] = {name: [] for name in _LEGAL.values()}
    for one in entries:
        if (kind := text(one.get("identifierType"))) in _LEGAL:
            legal[_LEGAL[kind]].append(LegalIdentifier(notation=text(one.get("identifier"))))
    eidas = next((text(one.get("identifier")) for one in entries if one.get("identifierType") == "ext:eIDAS"), "")
    parent, email = mapping(found.get("parentOrg")), text(found.get("email"))
    page = text(found.get("url"))
    return Organisation(
        id=text(found.get("id")),
        legal_name=texts(found.get("name"), language),
        location=_location(mapping(found.get("address")), language),
        eidas_identifier=LegalIdentifier(notation=eidas) if eidas else None,
        vat_identifier=tuple(legal["vat_identifier"]),
        tax_identifier=tuple(legal["tax_identifier"]),
        identifier=tuple(
            Identifier(notation=text(one.get("identifier")), scheme_name=_scheme(one))
            for one in entries
            if one.get("identifierType") not in (*_LEGAL, "ext:eIDAS")
        ),
        homepage=(WebResource(content_url=page),) if page else (),
        contact_point=(ContactPoint(email_address=(Mailbox(id=f"mailto:{email}"),)),) if email else (),
        sub_organization_of=_organisation(parent, language) if parent.get("id") else None,
    )


def _location(address: Json, language: str) -> tuple[Location, ...]:
    if not address:
        return ()
    country = _country(text(address.get("addressCountryCode")))
    region, street = text(address.get("addressRegion")), text(address.get("streetAddress"))
    return (
        Location(
            address=(
                Address(
                    country_code=Concept(id=country) if country else None,
                    full_address=Note(note_literal=texts(street, language)) if street else None,
                ),
            ),
            spatial_code=(Concept(pref_label=texts(region, language)),) if region else (),
        ),
    )


def _country(code: str) -> str:
    known = vocabulary.entries("country") if len(code) == 2 else ()
    return next((entry.iri for entry in known if entry.slug.casefold() == code.casefold()), "")


def _person(subject: Json, language: str) -> Person:
    """The learner, as far as it stands in the clear."""
    plain: dict[str, list[str]] = {}
    for one in mappings(subject.get("identifier")):
        if one.get("hashed") is False and (value := text(one.get("identityHash"))):
            plain.setdefault(text(one.get("identityType")), []).append(value)
    name = next(iter(plain.get("name", [])), "") or text(subject.get("name"))
    mails = tuple(Mailbox(id=f"mailto:{value}") for value in plain.get("emailAddress", []))
    return Person(
        id=text(subject.get("id")),
        full_name=texts(name, language) if name else Text(),
        contact_point=(ContactPoint(email_address=mails),) if mails else (),
        identifier=tuple(
            Identifier(notation=value, scheme_name=kind)
            for kind, values in plain.items()
            if kind not in ("name", "emailAddress")
            for value in values
        ),
    )
