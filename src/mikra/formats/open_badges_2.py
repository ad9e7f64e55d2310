"""Open Badges 2.0 (1EdTech, 2018): Assertion, BadgeClass and Profile, put together in the form of Open Badges 3.0.

    document = as_badge_3(assertion, badge_class, profile)
    credential = open_badges.read_badge(document)

What is hosted, signed, revoked and for whom, `verification.openers.open_badge_2` judges.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from mikra.formats.loose import Json, listed, mapping, mappings, text

_KINDS = {"email": "emailAddress", "url": "ext:url", "telephone": "ext:telephone", "id": "identifier"}
"""Types of recipients (OB 2.0, IdentityObject), and the identity types of OB 3.0."""


def recipient_matches(recipient: Json, value: str) -> bool | None:
    """Whether the assertion is about `value` (an e-mail address); None where it cannot be told (no or weak digest).

    OB 2.0, IdentityHash: `sha256$` and the digest of value and salt. E-mail addresses are tried in small letters too.
    """
    identity, salt = text(recipient.get("identity")), text(recipient.get("salt"))
    candidates = dict.fromkeys((value, value.lower()))
    if recipient.get("hashed") is not True:
        return identity.lower() == value.lower() if identity else None
    method, _, digest = identity.partition("$")
    if method.lower() != "sha256" or not digest:
        return None
    made = (hashlib.sha256((one + salt).encode()).hexdigest() for one in candidates)
    return any(hmac.compare_digest(one.encode(), digest.lower().encode()) for one in made)


def as_badge_3(assertion: Json, badge_class: Json, profile: Json) -> dict[str, Any]:
    """The same in the form of Open Badges 3.0, unsealed: for whoever reads, shows and imports."""
    written = {
        "id": text(assertion.get("id")),
        "type": ["OpenBadgeCredential"],
        "name": badge_class.get("name"),
        "issuer": _profile(profile),
        "validFrom": text(assertion.get("issuedOn")),
        "validUntil": text(assertion.get("expires")),
        "awardedDate": text(assertion.get("issuedOn")),
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": _identifiers(mapping(assertion.get("recipient"))),
            "achievement": _achievement(badge_class),
        },
        "evidence": [_evidence(one) for one in listed(assertion.get("evidence"))],
    }
    return {name: value for name, value in written.items() if value not in (None, "", [])}


def _profile(profile: Json) -> dict[str, Any]:
    kept = {name: profile.get(name) for name in ("id", "name", "url", "email", "description")}
    return {"type": ["Profile"], **{name: value for name, value in kept.items() if isinstance(value, str) and value}}


def _identifiers(recipient: Json) -> list[dict[str, Any]]:
    if not text(recipient.get("identity")):
        return []
    written = {
        "type": "IdentityObject",
        "hashed": recipient.get("hashed") is True,
        "identityHash": text(recipient.get("identity")),
        "identityType": _KINDS.get(text(recipient.get("type")), "identifier"),
        "salt": text(recipient.get("salt")),
    }
    return [{name: value for name, value in written.items() if value != ""}]


def _achievement(badge_class: Json) -> dict[str, Any]:
    criteria = badge_class.get("criteria")
    written = {
        "id": text(badge_class.get("id")),
        "type": ["Achievement"],
        "name": badge_class.get("name"),
        "description": badge_class.get("description"),
        "criteria": {"id": criteria} if isinstance(criteria, str) else dict(mapping(criteria)),
        "inLanguage": text(badge_class.get("@language")),
        "alignment": [_alignment(one) for one in mappings(badge_class.get("alignment"))],
        "tag": [tag for tag in listed(badge_class.get("tags")) if isinstance(tag, str)],
    }
    return {name: value for name, value in written.items() if value not in (None, "", [], {})}


def _alignment(one: Json) -> dict[str, Any]:
    """Version 1.1 wrote the same under shorter names."""
    names = {"targetName": "name", "targetUrl": "url", "targetDescription": "description"}
    written = {new: text(one.get(new)) or text(one.get(old)) for new, old in names.items()}
    written |= {name: text(one.get(name)) for name in ("targetFramework", "targetCode")}
    return {"type": ["Alignment"], **{name: value for name, value in written.items() if value}}


def _evidence(one: Any) -> dict[str, Any]:
    members: Mapping[str, Any] = {"id": one} if isinstance(one, str) else mapping(one)
    kept = {name: members.get(name) for name in ("id", "name", "description", "narrative", "genre")}
    return {"type": ["Evidence"], **{name: value for name, value in kept.items() if isinstance(value, str) and value}}
