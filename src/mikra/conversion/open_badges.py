"""Open Badges 3.0, B.1.2 (AchievementCredential): one award as an OpenBadgeCredential of VC Data Model 2.0.

    badge = open_badge(credential, identity=identity, origin=origin)          in the primary language
    badges = [open_badge(..., language=tag) for tag in languages(credential)]

The standard holds each text in one language, so there is one document per language; each has its own id, and all name
the award and the sealed EDC. What has no place is told in the criteria as text; `loss` measures what that comes to.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mikra.conversion.achievement import achievement, credits, description_id
from mikra.conversion.identity import Identity, Origin
from mikra.conversion.profile import profile
from mikra.conversion.wording import languages, said
from mikra.errors import InputError
from mikra.model import Agent, Credential, LearningAchievement, Person
from mikra.validation.annex1 import measure

CONTEXT_VC = "https://www.w3.org/ns/credentials/v2"
CONTEXT = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
TYPES = ("VerifiableCredential", "OpenBadgeCredential")
FORMS = uuid.UUID("5b1f3f0e-52c7-5a0c-9c55-6d696b726131")
"""Name space of the ids of forms (RFC 9562, 5.5). Never changed: forms in the world carry what comes of it."""

EDC_MEDIA_TYPE = "application/jose+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """How the learner stands in the badge.

    `salt` is secret and random per award: with it, name, e-mail and numbers stand as digests (OB 3.0, B.1.13), so that
    only who knows them can match them. `key` is the DID of the learner's own key, where the badge is bound to one.
    """

    salt: str = ""
    key: str = ""


IN_THE_CLEAR = Bearer()


def form_id(origin: Origin, form: str) -> str:
    """The id of one form of an award: always the same for the same award and form."""
    return f"urn:uuid:{uuid.uuid5(FORMS, f'{origin.award} {form}')}"


def open_badge(
    credential: Credential,
    *,
    identity: Identity,
    origin: Origin,
    language: str = "",
    bearer: Bearer = IN_THE_CLEAR,
    image: str = "",
) -> dict[str, Any]:
    """The badge, not sealed yet. `image` is an address or `data:` of a PNG or SVG. Empty members are left out.

    What is the same for all learners stands first, so that the fast path hashes it once (`form_batch`).

    InputError where the credential is about no achievement, or has no date from which it counts.
    """
    tongue = language or languages(credential)[0]
    claim = credential.achievement
    if claim is None or not credential.valid_from:
        raise InputError(
            "An Open Badge needs an achievement and a day from which it counts.",
            where="/credentialSubject/hasClaim" if claim is None else "/validFrom",
            fix="Add it to the credential.",
            code="credential_malformed",
        )
    display = credential.display_parameter
    awarded = claim.awarded_by.awarding_date if claim.awarded_by else ""
    written: dict[str, Any] = {
        "@context": [CONTEXT_VC, CONTEXT],
        "type": list(TYPES),
        "name": said(display.title if display else credential.title, tongue) or said(credential.title, tongue),
        "description": said(display.description, tongue) if display else "",
        "image": {"id": image, "type": "Image"} if image else None,
        "issuer": _issuer(credential, identity, tongue),
        "credentialSubject": _subject(credential, claim, identity, tongue, bearer, image),
        "id": form_id(origin, f"open-badge-3 {tongue}"),
        "validFrom": credential.valid_from,
        "validUntil": credential.valid_until or credential.expiration_date,
        "awardedDate": awarded,
        "evidence": links(origin),
        "credentialStatus": dict(identity.status[0]) if identity.status else None,
    }
    return {name: value for name, value in written.items() if value}


def with_proof(badge: Mapping[str, Any], *proofs: Mapping[str, Any]) -> dict[str, Any]:
    """The badge with its proofs as a list, which the standard's schema wants even of one."""
    return {**badge, "proof": [dict(proof) for proof in proofs]}


def _issuer(credential: Credential, identity: Identity, language: str) -> dict[str, Any]:
    written = profile(credential.issuer or Agent(), language, own_id=identity.issuer)
    return written | ({"official": identity.official} if identity.official else {})


def _subject(
    credential: Credential, claim: LearningAchievement, identity: Identity, language: str, bearer: Bearer, image: str
) -> dict[str, Any]:
    subject = credential.credential_subject or Agent()
    issuer_id = credential.issuer.id if credential.issuer else ""
    activities = [period for activity in claim.influenced_by for period in activity.temporal]
    written: dict[str, Any] = {
        "type": ["AchievementSubject"],
        "activityStartDate": min((p.start_date for p in activities if p.start_date), default=""),
        "activityEndDate": max((p.end_date for p in activities if p.end_date), default=""),
        "creditsEarned": credits(claim.credit_received),
        "achievement": achievement(
            credential, measure(credential), language, own_id=identity.issuer, issuer_id=issuer_id, image=image
        ),
        "id": bearer.key or subject.id,
        "identifier": list(identities(subject, bearer.salt)),
        "result": list(_results(claim, language)),
        "source": _assessor(claim, language, issuer_id),
    }
    return {name: value for name, value in written.items() if value not in (None, "", [], {})}


def _results(claim: LearningAchievement, language: str) -> Iterator[dict[str, Any]]:
    for assessment in claim.proven_by:
        grade = said(assessment.grade.note_literal, language) if assessment.grade else ""
        if grade:
            yield {"type": ["Result"], "resultDescription": description_id(assessment, claim), "value": grade}


def _assessor(claim: LearningAchievement, language: str, issuer_id: str) -> dict[str, Any] | None:
    """Who assessed, where that is somebody else than the issuer."""
    others = [agent for one in claim.proven_by for agent in one.assessed_by if agent.id != issuer_id and agent.id]
    return profile(others[0], language) if others else None


def identities(subject: Agent, salt: str = "") -> Iterator[dict[str, Any]]:
    """IdentityObjects (OB 3.0, B.1.13): name, e-mail, numbers. A national number never stands in the clear."""
    if name := subject.name.best():
        yield _identity("name", name, salt)
    for point in subject.contact_point:
        yield from (_identity("emailAddress", box.id.removeprefix("mailto:"), salt) for box in point.email_address)
    yield from (_identity("identifier", one.notation, salt) for one in subject.identifier if one.notation)
    if salt and isinstance(subject, Person) and subject.national_id is not None:
        yield _identity("nationalIdentityNumber", subject.national_id.notation, salt)


def _identity(kind: str, value: str, salt: str) -> dict[str, Any]:
    written = {"type": "IdentityObject", "hashed": bool(salt), "identityType": kind}
    if not salt:
        return written | {"identityHash": value}
    return written | {"identityHash": identity_hash(value, salt), "salt": salt}


def identity_hash(value: str, salt: str) -> str:
    """OB 3.0, B.3.9 (IdentityHash): `sha256$` and the digest of value and salt, in hexadecimal."""
    return "sha256$" + hashlib.sha256((value + salt).encode()).hexdigest()


def links(origin: Origin) -> list[dict[str, Any]]:
    """The award, and the sealed EDC with the digest of its content, as evidence: valid here, and never fetched."""
    return [
        {"id": origin.award, "type": ["Evidence"], "name": "Award", "genre": "award"},
        {
            "id": origin.credential,
            "type": ["Evidence"],
            "name": "European Digital Credential",
            "description": f"The sealed credential of this award; SHA-256 of its content: {origin.hexadecimal}",
            "genre": "European Digital Credential",
            "digestSRI": origin.integrity,
            "mediaType": EDC_MEDIA_TYPE,
        },
    ]
