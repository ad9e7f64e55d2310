"""The rules of the Open Badges 3.0 JSON schema, as a table of our own.

Source: Open Badges Specification 3.0, appendix B (data models, 1EdTech, final release 2024) and, for the extensible
lists, section B.6; in the form that the schema for VC Data Model 2.0 gives them (`proof` a list, `credentialStatus` one
object, `validFrom` demanded).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

Check = Callable[[Any], bool]


def string(value: Any) -> bool:
    return isinstance(value, str)


def uri(value: Any) -> bool:
    return isinstance(value, str) and bool(urlsplit(value).scheme) and not re.search(r"\s", value)


def number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def boolean(value: Any) -> bool:
    return isinstance(value, bool)


def instant(value: Any) -> bool:
    return isinstance(value, str) and "T" in value and datetime.fromisoformat(value).tzinfo is not None


def language(value: Any) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(r"[a-z]{2,4}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?", value))


def country(value: Any) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(r"[A-Z]{2}", value))


def email(value: Any) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(r"[^@\s]+@[^@\s]+", value))


def identity_hash(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def one_of(*names: str) -> Check:
    """A member of an extensible list (B.6): one of the names, or `ext:` and letters, digits, dot, dash, underscore."""
    return lambda v: isinstance(v, str) and (v in names or bool(re.fullmatch(r"ext:[A-Za-z0-9._-]+", v)))


ACHIEVEMENT_TYPES = one_of("Achievement", "MicroCredential", "Badge", "Certificate", "Course")
RESULT_TYPES = one_of("RawScore", "Percent", "Result", "LetterGrade", "Status", "GradePointAverage")
IDENTIFIER_TYPES = one_of("name", "emailAddress", "identifier", "nationalIdentityNumber", "sourcedId", "systemId")
TARGET_TYPES = one_of("ceasn:Competency", "ceterms:Credential", "CFItem", "CFRubric", "CTDL")

MANY = "*"
"""Marks a member that is a list: `("*", rule)`."""

RULES: dict[str, dict[str, Any]] = {
    "AchievementCredential": {
        "!": ("@context", "id", "type", "name", "credentialSubject", "issuer", "validFrom"),
        "id": uri,
        "name": string,
        "description": string,
        "image": "Image",
        "credentialSubject": "AchievementSubject",
        "issuer": "Profile",
        "validFrom": instant,
        "validUntil": instant,
        "awardedDate": instant,
        "evidence": (MANY, "Evidence"),
        "credentialStatus": "CredentialStatus",
        "proof": (MANY, "Proof"),
    },
    "AchievementSubject": {
        "!": ("type", "achievement"),
        "id": uri,
        "activityStartDate": instant,
        "activityEndDate": instant,
        "creditsEarned": number,
        "achievement": "Achievement",
        "identifier": (MANY, "IdentityObject"),
        "narrative": string,
        "result": (MANY, "Result"),
        "role": string,
        "source": "Profile",
        "term": string,
        "licenseNumber": string,
    },
    "Achievement": {
        "!": ("id", "type", "criteria", "description", "name"),
        "id": uri,
        "achievementType": ACHIEVEMENT_TYPES,
        "alignment": (MANY, "Alignment"),
        "creator": "Profile",
        "creditsAvailable": number,
        "criteria": "Criteria",
        "description": string,
        "fieldOfStudy": string,
        "humanCode": string,
        "image": "Image",
        "inLanguage": language,
        "name": string,
        "otherIdentifier": (MANY, "IdentifierEntry"),
        "resultDescription": (MANY, "ResultDescription"),
        "tag": (MANY, string),
        "version": string,
    },
    "Address": {
        "!": ("type",),
        "addressCountry": string,
        "addressCountryCode": country,
        "addressRegion": string,
        "streetAddress": string,
    },
    "Alignment": {
        "!": ("type", "targetName", "targetUrl"),
        "targetCode": string,
        "targetDescription": string,
        "targetName": string,
        "targetFramework": string,
        "targetType": TARGET_TYPES,
        "targetUrl": uri,
    },
    "Criteria": {"!": (), "id": uri, "narrative": string},
    "CredentialStatus": {"!": ("id", "type"), "id": uri, "type": string},
    "Evidence": {
        "!": ("type",),
        "id": uri,
        "narrative": string,
        "name": string,
        "description": string,
        "genre": string,
    },
    "IdentifierEntry": {
        "!": ("type", "identifier", "identifierType"),
        "identifier": string,
        "identifierType": IDENTIFIER_TYPES,
    },
    "IdentityObject": {
        "!": ("type", "hashed", "identityHash", "identityType"),
        "hashed": boolean,
        "identityHash": identity_hash,
        "identityType": IDENTIFIER_TYPES,
        "salt": string,
    },
    "Image": {"!": ("id", "type"), "id": uri, "caption": string},
    "Profile": {
        "!": ("id", "type"),
        "id": uri,
        "name": string,
        "url": uri,
        "email": email,
        "address": "Address",
        "otherIdentifier": (MANY, "IdentifierEntry"),
        "official": string,
        "parentOrg": "Profile",
    },
    "Proof": {"!": ("type",), "created": instant, "proofPurpose": string, "proofValue": string},
    "Result": {"!": ("type",), "achievedLevel": uri, "resultDescription": uri, "value": string},
    "ResultDescription": {
        "!": ("id", "type", "name", "resultType"),
        "id": uri,
        "alignment": (MANY, "Alignment"),
        "name": string,
        "resultType": RESULT_TYPES,
    },
}
ALONE = frozenset({"IdentifierEntry", "IdentityObject", "Image"})
"""Classes whose `type` is one name; of all others it is a list that has the class's name in it."""

WITHOUT_TYPE = frozenset({"Criteria", "CredentialStatus", "Proof", "AchievementCredential"})


def complaints(value: Any, rule: str = "AchievementCredential", where: str = "") -> Iterator[str]:
    """What the schema would not accept."""
    if not isinstance(value, Mapping):
        yield f"{where}: not an object"
        return
    rules = RULES[rule]
    for name in rules["!"]:
        if name not in value:
            yield f"{where}/{name}: demanded"
    if rule not in WITHOUT_TYPE:
        yield from _type(value.get("type"), rule, where)
    if rule == "AchievementCredential":
        yield from _credential(value)
    for name, inner in value.items():
        if name in rules:
            yield from _member(inner, rules[name], f"{where}/{name}")


def _member(value: Any, rule: Any, where: str) -> Iterator[str]:
    if isinstance(rule, tuple):
        if not isinstance(value, list) or not value:
            yield f"{where}: not a list of at least one"
            return
        for number_, one in enumerate(value):
            yield from _member(one, rule[1], f"{where}/{number_}")
    elif isinstance(rule, str):
        yield from complaints(value, rule, where)
    elif not rule(value):
        yield f"{where}: {value!r}"


def _type(value: Any, rule: str, where: str) -> Iterator[str]:
    fits = value == rule if rule in ALONE else isinstance(value, list) and rule in value
    if not fits:
        yield f"{where}/type: {value!r}"


def _credential(value: Mapping[str, Any]) -> Iterator[str]:
    contexts = value.get("@context", [])
    if contexts[:1] != ["https://www.w3.org/ns/credentials/v2"]:
        yield "/@context/0"
    if not re.fullmatch(r"https://purl\.imsglobal\.org/spec/ob/v3p0/context-3\.\d\.\d\.json", str(contexts[1:2][0])):
        yield "/@context/1"
    types = value.get("type", [])
    if "VerifiableCredential" not in types or not {"OpenBadgeCredential", "AchievementCredential"} & set(types):
        yield "/type"
