"""Design + row -> credential: the general path, one learner at a time (`template` is the fast one, byte-equal).

Members that differ per learner are written after those that do not (`arrange`), so that a batch hashes what is
static once. A row holds the roster's canonical names (`fields`); names have one value in the primary language.
"""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

import orjson

from mikra import vocabulary
from mikra.errors import InputError
from mikra.formats import png
from mikra.issuance import prototype
from mikra.issuance.design import Assessment, Design
from mikra.issuance.prototype import coded, concept, day, node_id
from mikra.model import (
    NO_TEXT,
    AwardingProcess,
    Concept,
    ContactPoint,
    Credential,
    CredentialSchema,
    DisplayDetail,
    DisplayParameter,
    Evidence,
    Identifier,
    IndividualDisplay,
    LearningAchievement,
    LearningActivity,
    LearningAssessment,
    LegalIdentifier,
    Mailbox,
    MediaObject,
    Note,
    Person,
    Text,
    remarks,
)
from mikra.model.jsonld import CONTEXT, encode
from mikra.model.remarks import RouteKind, SupervisionKind

SCHEMA = "http://data.europa.eu/snb/model/ap/edc-generic-full"
DEMONSTRATION = "Demonstration, no value"
"""Title of the identifier that marks a demonstration credential, whatever its language."""

PAGE_LIMIT = 61_440
"""Bytes of a page image (BAR: 60 KB at most)."""


class PageRenderer(Protocol):
    """Draws the page that viewers show."""

    def render(self, credential: Credential, language: str) -> bytes:
        """PNG, in `language`."""


@dataclass(frozen=True, slots=True)
class AwardId:
    """The ids of one award's nodes: one UUID (version 7) whose last two hex digits count the nodes.

    30 hex digits are the award's own: 48 bits of time, 66 bits of chance.
    """

    stem: str

    @classmethod
    def new(cls, at: dt.datetime, chance: bytes) -> AwardId:
        """`chance` is 9 random bytes; the caller draws them, so that a journal can hold the id before sealing."""
        milliseconds = int(at.timestamp() * 1000).to_bytes(6, "big").hex()
        digits = chance.hex()
        variant = "89ab"[int(digits[3], 16) & 3]
        return cls(f"{milliseconds[:8]}-{milliseconds[8:]}-7{digits[:3]}-{variant}{digits[4:7]}-{digits[7:17]}")

    def node(self, number: int) -> str:
        """`urn:uuid:` of node 1 to 255; the credential itself is `credential`."""
        return f"urn:uuid:{self.stem}{number:02x}"

    @property
    def credential(self) -> str:
        return f"urn:credential:{self.stem}00"

    @property
    def award(self) -> str:
        """The award id, the same in every form of it: the id of the achievement."""
        return self.node(1)


_PERSON, _ACHIEVEMENT, _PROCESS, _ACTIVITY, _CONTACT, _LEARNER_ID, _NATIONAL_ID = 2, 1, 3, 4, 5, 6, 7
_ASSESSMENT, _GRADE, _SUPERVISION = 0x20, 0x40, 0x60

_LATE: Mapping[str, tuple[str, ...]] = {
    "EuropeanDigitalCredential": (
        *("credentialSubject", "id", "issued", "issuanceDate", "validFrom", "validUntil"),
        *("status", "credentialStatus"),
    ),
    "Person": (
        *("hasClaim", "id", "givenName", "familyName", "fullName", "dateOfBirth", "gender"),
        *("citizenshipCountry", "nationalID", "identifier", "contactPoint"),
    ),
    "LearningAchievement": ("awardedBy", "influencedBy", "provenBy", "id"),
    "LearningActivity": ("awardedBy", "id"),
    "LearningAssessment": ("awardedBy", "idVerification", "additionalNote", "grade", "id"),
    "AwardingProcess": ("id", "awardingDate"),
}
"""Per class: the members that a learner's data touches, in the order in which they are written last."""


def arrange(value: Any) -> Any:
    """The document with what is static first: within each object, and `@context` and `type` before everything."""
    if isinstance(value, list):
        return [arrange(item) for item in value]
    if not isinstance(value, dict):
        return value
    kind = value.get("type")
    late = _LATE.get(kind[-1] if isinstance(kind, list) else kind or "", ())
    first = [name for name in ("@context", "type") if name in value]
    early = [name for name in value if name not in late and name not in first]
    return {name: arrange(value[name]) for name in (*first, *early, *(n for n in late if n in value))}


def serialise(credential: Credential) -> bytes:
    """The bytes that are sealed: UTF-8 JSON, no blanks, `@context` first (EDC's reader looks for `"@context":[`)."""
    return orjson.dumps(arrange(encode(credential)))


def edition_pages(design: Design, renderer: PageRenderer) -> dict[str, bytes]:
    """Language -> the edition's page, which holds no personal data. Drawn once for all learners."""
    blank = design_credential(design)
    return {language: renderer.render(blank, language) for language in design.languages}


def check_page(image: bytes) -> None:
    """InputError for a page that shows nothing, or is too large."""
    if len(image) > PAGE_LIMIT:
        raise InputError("The page image is too large.", found=f"{len(image)} bytes", expected=f"{PAGE_LIMIT}")
    if png.is_blank(image):
        raise InputError("The page image shows nothing.", fix="Draw the page, or leave it to Mikra.")


def design_credential(design: Design) -> Credential:
    """The design as a credential without learner, dates and page: what the Annex I meter reads at design time."""
    achievement = LearningAchievement(
        title=design.title,
        description=design.description,
        specified_by=prototype.specification(design),
        credit_received=prototype.credits_of(design),
        awarded_by=AwardingProcess(
            awarding_body=tuple(prototype.organisation(b, design.languages) for b in design.bodies)
        ),
        proven_by=tuple(_assessment(design, i, {}, None) for i in range(len(design.assessment))),
        influenced_by=_activities(design, None, None),
        additional_note=_route(design),
    )
    return Credential(
        context=CONTEXT,
        issuer=prototype.organisation(design.issuer, design.languages),
        credential_subject=Person(has_claim=(achievement,)),
        credential_schema=(CredentialSchema(id=SCHEMA),),
        credential_profiles=(coded("credential", "generic"),),
        evidence=_mandate(design),
        display_parameter=_display(design, design.primary_language, {}),
        identifier=_demonstration(design),
    )


def compose(
    design: Design,
    row: Mapping[str, Any],
    *,
    award_id: AwardId,
    at: dt.datetime,
    pages: Mapping[str, bytes],
) -> Credential:
    """One learner's credential, not yet sealed. `pages`: PNGs by language; `at`: the instant of issuing, with zone.

    Row members: given_name, family_name or full_name; completed (date of the award; the day of issuing where absent);
    and as the design asks: email, learner_id, date_of_birth, national_id, gender, nationality, grade, supervision,
    identity_verified, language.
    """
    language = row.get("language") or design.primary_language
    process = _process(design, row, award_id, at)
    part_process = replace(process, awarding_body=tuple(map(prototype.named_organisation, design.bodies)))
    achievement = LearningAchievement(
        id=award_id.award,
        title=design.title,
        description=design.description,
        specified_by=prototype.specification(design),
        credit_received=prototype.credits_of(design),
        awarded_by=process,
        proven_by=tuple(
            replace(_assessment(design, i, row, award_id), awarded_by=part_process)
            for i in range(len(design.assessment))
        ),
        influenced_by=_activities(design, award_id, part_process),
        additional_note=_route(design),
    )
    issued = instant(at)
    return Credential(
        id=award_id.credential,
        context=CONTEXT,
        issuer=prototype.organisation(design.issuer, design.languages),
        credential_subject=_learner(design, row, award_id, language, achievement),
        credential_schema=(CredentialSchema(id=SCHEMA),),
        credential_profiles=(coded("credential", "generic"),),
        evidence=_mandate(design),
        display_parameter=_display(design, language, pages),
        identifier=_demonstration(design),
        issued=issued,
        issuance_date=issued,
        valid_from=issued,
        valid_until=instant(later(at, design.valid_months)) if design.valid_months else "",
    )


def instant(at: dt.datetime) -> str:
    """xsd:dateTime in UTC, whole seconds: 2026-05-20T09:30:00Z."""
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def later(at: dt.datetime, months: int) -> dt.datetime:
    """The same day `months` later, or the last day of that month."""
    year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
    start_of_next = dt.date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    last = (start_of_next - dt.timedelta(days=1)).day
    return at.replace(year=year, month=month + 1, day=min(at.day, last))


def _process(design: Design, row: Mapping[str, Any], award_id: AwardId, at: dt.datetime) -> AwardingProcess:
    awarded = row.get("completed")
    return AwardingProcess(
        id=award_id.node(_PROCESS),
        awarding_body=tuple(prototype.organisation(b, design.languages) for b in design.bodies),
        awarding_date=day(awarded) if isinstance(awarded, dt.date) else (awarded or day(at.astimezone(dt.UTC).date())),
    )


def _activities(
    design: Design, award_id: AwardId | None, process: AwardingProcess | None
) -> tuple[LearningActivity, ...]:
    if design.route is not RouteKind.COURSE:
        return ()
    workload = design.workload.hours
    return (
        LearningActivity(
            id=award_id.node(_ACTIVITY) if award_id else "",
            title=design.title,
            specified_by=prototype.activity_specification(design),
            workload=prototype.hours(workload) if workload is not None else "",
            awarded_by=process,
        ),
    )


def _assessment(design: Design, index: int, row: Mapping[str, Any], award_id: AwardId | None) -> LearningAssessment:
    given = design.assessment[index]
    language = row.get("language") or design.primary_language
    grade = (row.get("grade") if index == 0 else "") or given.grading.passing
    kind = SupervisionKind(row.get("supervision") or given.supervision)
    checked = row.get("identity_verified")
    verified = given.identity_verified if checked is None else bool(checked)
    remark = remarks.Supervision(supervision=kind, identity_verified=verified)
    supervision = remarks.write(
        remark, languages=design.languages, note_id=award_id.node(_SUPERVISION + index) if award_id else ""
    )
    return LearningAssessment(
        id=award_id.node(_ASSESSMENT + index) if award_id else "",
        title=given.title or design.title,
        specified_by=prototype.assessment_specification(design, given),
        assessed_by=_assessor(design, given),
        id_verification=concept(vocabulary.supervision_concept(kind.value, verified)),
        grade=_grade(grade, language, award_id.node(_GRADE + index) if award_id else ""),
        additional_note=(supervision,),
    )


def _grade(grade: str, language: str, identifier: str) -> Note | None:
    return Note(id=identifier, note_literal=Text({language: grade})) if grade else None


def _assessor(design: Design, given: Assessment) -> tuple[Any, ...]:
    return (prototype.organisation(given.assessor, design.languages),) if given.assessor else ()


def _route(design: Design) -> tuple[Note, ...]:
    route = remarks.Route(route=design.route, evidence=design.prior_learning_evidence)
    return prototype.remark_notes([route], design.languages)


def _mandate(design: Design) -> tuple[Evidence, ...]:
    if not design.mandate:
        return ()
    statement, document = design.mandate.statement, design.mandate.document
    embedded = (_media(document, "PDF", node_id("mandate-document", document)),) if document else ()
    return (
        Evidence(
            id=node_id("mandate", statement, document),
            dc_type=coded("evidence_type", "mandate"),
            evidence_statement=statement,
            embedded_evidence=embedded,
        ),
    )


def _demonstration(design: Design) -> tuple[Identifier, ...]:
    if not design.demonstration:
        return ()
    marked = Identifier(id=node_id("demonstration"), notation="demonstration", scheme_name=DEMONSTRATION)
    return (marked,)


def is_demonstration(credential: Credential) -> bool:
    """Whether the credential says of itself that it is a demonstration without value."""
    return any(i.scheme_name == DEMONSTRATION for i in credential.identifier)


def _media(content: str, file_type: str, identifier: str) -> MediaObject:
    return MediaObject(
        id=identifier,
        content=content,
        content_encoding=coded("encoding", "base64"),
        content_type=coded("file_type", file_type),
    )


def _display(design: Design, language: str, pages: Mapping[str, bytes]) -> DisplayParameter:
    def shown(tag: str) -> IndividualDisplay:
        content = base64.b64encode(pages[tag]).decode()
        image = _media(content, "PNG", node_id("page-image", content))
        detail = DisplayDetail(id=node_id("page", tag, content), page=1, image=image)
        return IndividualDisplay(
            id=node_id("display", tag, content), language=coded("language", tag), display_detail=(detail,)
        )

    tags = list(pages) or list(design.languages)
    return DisplayParameter(
        id=node_id("display", design.title, language, list(pages.values()) and [len(p) for p in pages.values()]),
        title=design.title,
        primary_language=coded("language", language),
        language=tuple(coded("language", tag) for tag in tags),
        individual_display=tuple(shown(tag) for tag in pages),
    )


def _learner(
    design: Design, row: Mapping[str, Any], award_id: AwardId, language: str, achievement: LearningAchievement
) -> Person:
    def named(name: str) -> Text:
        value = row.get(name)
        return Text({language: str(value)}) if value else NO_TEXT

    given, family = row.get("given_name"), row.get("family_name")
    joined = " ".join(part for part in (given, family) if part)
    email, learner_id, born = row.get("email"), row.get("learner_id"), row.get("date_of_birth")
    return Person(
        id=award_id.node(_PERSON),
        given_name=named("given_name"),
        family_name=named("family_name"),
        full_name=named("full_name") or (Text({language: joined}) if joined else NO_TEXT),
        date_of_birth=(day(born) if isinstance(born, dt.date) else born)
        if born and design.learner.date_of_birth
        else "",
        gender=_asked(design.learner.gender, "human_sex", row.get("gender")),
        citizenship_country=tuple(
            filter(None, [_asked(design.learner.nationality, "country", row.get("nationality"))])
        ),
        national_id=_national_id(design, row.get("national_id"), award_id),
        identifier=(_learner_id(str(learner_id), award_id),) if learner_id else (),
        contact_point=(_contact(str(email), award_id),) if email else (),
        has_claim=(achievement,),
    )


def _asked(purpose: Text, scheme: str, value: Any) -> Concept | None:
    return coded(scheme, str(value)) if purpose and value else None


def _national_id(design: Design, value: Any, award_id: AwardId) -> LegalIdentifier | None:
    if not (design.learner.national_id and value):
        return None
    return LegalIdentifier(id=award_id.node(_NATIONAL_ID), notation=str(value), spatial=concept(design.issuer.country))


def _learner_id(value: str, award_id: AwardId) -> Identifier:
    return Identifier(id=award_id.node(_LEARNER_ID), notation=value, scheme_name="Learner number")


def _contact(email: str, award_id: AwardId) -> ContactPoint:
    return ContactPoint(id=award_id.node(_CONTACT), email_address=(Mailbox(id=f"mailto:{email}"),))
