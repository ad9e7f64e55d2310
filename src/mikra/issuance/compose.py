"""Design + row -> credential: the general path, one learner at a time (`template` is the fast one, byte-equal).

Members that differ per learner are written after those that do not (`arrange`), so that a batch hashes what is
static once. A row holds the roster's canonical names (`fields`); what the design does not ask for is left out.
"""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

import orjson

from mikra import messages, vocabulary
from mikra.errors import InputError
from mikra.formats import png
from mikra.issuance import prototype, status_entry
from mikra.issuance.award_id import AwardId, Part
from mikra.issuance.design import Assessment, Design
from mikra.issuance.prototype import coded, concept, identified
from mikra.issuance.recipient import asked, calendar_day, language_of, person
from mikra.issuance.status_entry import Member
from mikra.model import (
    AwardingProcess,
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
    MediaObject,
    Note,
    Organisation,
    Person,
    Text,
    remarks,
)
from mikra.model.jsonld import CONTEXT, encode
from mikra.model.remarks import RouteKind, SupervisionKind
from mikra.status.indexes import Place

__all__ = [
    "AwardId",
    "PageRenderer",
    "arrange",
    "check_page",
    "compose",
    "design_credential",
    "edition_pages",
    "instant",
    "is_demonstration",
    "later",
    "serialise",
]

from mikra.sealing.certificates import DEMONSTRATION

SCHEMA = "http://data.europa.eu/snb/model/ap/edc-generic-full"

MANDATE_SCHEMA = "http://data.europa.eu/snb/model/ap/edc-issued-by-mandate"
"""The generic profile, and evidence with a statement (EDC application profile, 1.1.0 and 1.2.0)."""

PAGE_LIMIT = 61_440
"""Bytes of a page image (60 KB)."""


class PageRenderer(Protocol):
    """Draws the page that viewers show."""

    def render(self, credential: Credential, language: str) -> bytes:
        """PNG, in `language`."""


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
    try:
        return orjson.dumps(arrange(encode(credential)))
    except TypeError as error:  # orjson's word for a text with half a surrogate pair
        raise InputError(
            "A text of this credential holds half a character.", fix="Type the text again.", code="json_bad_unicode"
        ) from error


def edition_pages(design: Design, renderer: PageRenderer) -> dict[str, bytes]:
    """Language -> the edition's page, which holds no personal data. Drawn once for all learners."""
    blank = design_credential(design)
    return {language: renderer.render(blank, language) for language in design.languages}


def check_page(image: bytes) -> None:
    """InputError for a page that is no PNG image, shows nothing, or is too large."""
    if len(image) > PAGE_LIMIT:
        raise InputError(
            "The page image is too large.",
            found=f"{len(image)} bytes",
            expected=f"at most {PAGE_LIMIT} bytes",
            fix="Draw it with fewer colours or pixels.",
            code="image_too_large",
        )
    if png.is_blank(image):
        raise InputError(
            "The page image shows nothing.", fix="Draw the page, or leave it to Mikra.", code="image_malformed"
        )


def design_credential(design: Design) -> Credential:
    """The design as a credential without learner, dates and page: what the Annex I meter reads at design time."""
    process = AwardingProcess(awarding_body=tuple(map(prototype.organisation, design.bodies)))
    achievement = _achievement(design, {}, None, process)
    return _credential(design, Person(has_claim=(achievement,)), design.primary_language, {})


def compose(
    design: Design,
    row: Mapping[str, Any],
    *,
    award_id: AwardId,
    at: dt.datetime,
    pages: Mapping[str, bytes],
    place: Place | None = None,
    member: Member = Member.STATUS,
) -> Credential:
    """One learner's credential, not yet sealed. `pages`: PNGs by language; `at`: the instant of issuing, with zone.

    `place` is where its status will stand, `member` where the credential says so; without a place it offers none.

    Row members: given_name, family_name or full_name; completed (date of the award; the day of issuing where absent);
    and as the design asks: email, learner_id, date_of_birth, national_id, gender, nationality, grade, supervision,
    identity_verified, language. Raises InputError where one of them cannot be taken.
    """
    row = asked(design, row)
    issued = instant(at)
    process = AwardingProcess(
        id=award_id.node(Part.PROCESS),
        awarding_body=tuple(map(prototype.organisation, design.bodies)),
        awarding_date=calendar_day(row.get("completed") or at.astimezone(dt.UTC).date(), "completed"),
    )
    learner = person(design, row, award_id, _achievement(design, row, award_id, process))
    return replace(
        _credential(design, learner, language_of(design, row), pages),
        id=award_id.credential,
        issued=issued,
        issuance_date=issued,
        valid_from=issued,
        valid_until=instant(later(at, design.valid_months)) if design.valid_months else "",
        **status_entry.members(place, member),
    )


def instant(at: dt.datetime) -> str:
    """xsd:dateTime in UTC, whole seconds: 2026-05-20T09:30:00Z. InputError for a time without a zone."""
    if at.tzinfo is None:
        raise InputError("This time has no zone.", found=at.isoformat(), expected="a zone, such as UTC")
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def later(at: dt.datetime, months: int) -> dt.datetime:
    """The same day `months` later, or the last day of that month."""
    year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
    start_of_next = dt.date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    last = (start_of_next - dt.timedelta(days=1)).day
    return at.replace(year=year, month=month + 1, day=min(at.day, last))


def _credential(design: Design, subject: Person, language: str, pages: Mapping[str, bytes]) -> Credential:
    return Credential(
        context=CONTEXT,
        issuer=prototype.organisation(design.issuer),
        credential_subject=subject,
        credential_schema=(CredentialSchema(id=MANDATE_SCHEMA if design.mandate else SCHEMA),),
        credential_profiles=(coded("credential", "mandated-issue" if design.mandate else "generic"),),
        evidence=_mandate(design),
        display_parameter=_display(design, language, pages),
        identifier=_demonstration(design),
    )


def _achievement(
    design: Design, row: Mapping[str, Any], award_id: AwardId | None, process: AwardingProcess
) -> LearningAchievement:
    part_process = replace(process, awarding_body=tuple(map(prototype.named_organisation, design.bodies)))
    return LearningAchievement(
        id=award_id.award if award_id else "",
        title=design.title,
        description=design.description,
        specified_by=prototype.specification(design),
        credit_received=prototype.credits_of(design),
        awarded_by=process,
        proven_by=tuple(_assessment(design, i, row, award_id, part_process) for i in range(len(design.assessment))),
        influenced_by=_activities(design, award_id, part_process),
        additional_note=(*_route(design), *_marked(design)),
    )


def _activities(design: Design, award_id: AwardId | None, process: AwardingProcess) -> tuple[LearningActivity, ...]:
    if design.route is not RouteKind.COURSE:
        return ()
    workload = design.workload.hours
    return (
        LearningActivity(
            id=award_id.node(Part.ACTIVITY) if award_id else "",
            title=design.title,
            specified_by=prototype.activity_specification(design),
            workload=prototype.hours(workload) if workload is not None else "",
            awarded_by=process,
        ),
    )


def _assessment(
    design: Design, index: int, row: Mapping[str, Any], award_id: AwardId | None, process: AwardingProcess
) -> LearningAssessment:
    given = design.assessment[index]
    kind, verified = _supervision(given, row)
    remark = remarks.Supervision(supervision=kind, identity_verified=verified)

    def node(part: Part) -> str:
        return award_id.node(part + index) if award_id else ""

    return LearningAssessment(
        id=node(Part.ASSESSMENT),
        title=given.title or design.title,
        specified_by=prototype.assessment_specification(design, given),
        assessed_by=(prototype.organisation(given.assessor),) if given.assessor else (),
        id_verification=concept(vocabulary.supervision_concept(kind.value, verified)),
        grade=_grade(design, given, row if index == 0 else {}, node(Part.GRADE)),
        additional_note=(remarks.write(remark, languages=design.languages, note_id=node(Part.SUPERVISION)),),
        awarded_by=process,
    )


def _supervision(given: Assessment, row: Mapping[str, Any]) -> tuple[SupervisionKind, bool]:
    """What the row says of this learner, else what the design plans. "no" is not a yes: only true and false count."""
    kind = row.get("supervision", given.supervision)
    verified = row.get("identity_verified", given.identity_verified)
    if kind not in list(SupervisionKind) or verified not in (True, False):
        raise InputError(
            "This is not how an assessment is supervised.",
            where="supervision, identity_verified",
            found=f"{kind!r}, {verified!r}"[:60],
            expected=f"{' | '.join(SupervisionKind)}, and true or false",
            fix="Correct the two values.",
            code="cell_type_ambiguous",
        )
    return SupervisionKind(kind), bool(verified)


def _grade(design: Design, given: Assessment, row: Mapping[str, Any], identifier: str) -> Note | None:
    own = {design.primary_language: str(row["grade"])} if "grade" in row else None
    grade = Text(own) if own else given.grading.passing
    return Note(id=identifier, note_literal=grade) if grade else None


def _route(design: Design) -> tuple[Note, ...]:
    route = remarks.Route(route=design.route, evidence=design.prior_learning_evidence)
    return prototype.remark_notes([route], design.languages)


def _mandate(design: Design) -> tuple[Evidence, ...]:
    """The evidence of acting for others: one for each awarding body that is not the issuer, and names it."""
    mandate = design.mandate
    if not mandate:
        return ()
    content = Evidence(
        dc_type=coded("evidence_type", "mandate"),
        evidence_statement=mandate.statement,
        embedded_evidence=(_media(mandate.document, "PDF"),) if mandate.document else (),
    )
    targets: list[Organisation | None] = [
        prototype.named_organisation(body) for body in design.bodies if body != design.issuer
    ]
    return tuple(identified(replace(content, evidence_target=target)) for target in targets or [None])


def _demonstration(design: Design) -> tuple[Identifier, ...]:
    if not design.demonstration:
        return ()
    return (identified(Identifier(notation="demonstration", scheme_name=DEMONSTRATION)),)


def _marked(design: Design) -> tuple[Note, ...]:
    """The mark of a demonstration where people read."""
    marks = {
        tag: f"{messages.text('page.demonstration', tag)}. {messages.text('page.demonstration.detail', tag)}"
        for tag in design.languages
    }
    return (identified(Note(note_literal=Text(marks))),) if design.demonstration else ()


def is_demonstration(credential: Credential) -> bool:
    """Whether the credential says of itself that it is a demonstration without value."""
    return any(i.scheme_name == DEMONSTRATION for i in credential.identifier)


def _media(content: str, file_type: str) -> MediaObject:
    media = MediaObject(
        content=content,
        content_encoding=coded("encoding", "base64"),
        content_type=coded("file_type", file_type),
    )
    return identified(media)


def _display(design: Design, language: str, pages: Mapping[str, bytes]) -> DisplayParameter:
    def shown(tag: str) -> IndividualDisplay:
        image = _media(base64.b64encode(pages[tag]).decode(), "PNG")
        detail = identified(DisplayDetail(page=1, image=image))
        return identified(IndividualDisplay(language=coded("language", tag), display_detail=(detail,)))

    title, description = design.title, design.description
    if design.demonstration:
        title = Text({tag: f"{value} – {messages.text('page.demonstration', tag)}" for tag, value in title.items()})
        description = _marked(design)[0].note_literal
    content = DisplayParameter(
        title=title,
        description=description,
        primary_language=coded("language", language),
        language=tuple(coded("language", tag) for tag in list(pages) or design.languages),
        individual_display=tuple(shown(tag) for tag in pages),
    )
    return identified(content)
