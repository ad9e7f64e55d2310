"""Badges as others make them: a great variety of shapes, all valid in their own way, from one seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

CONTEXTS = (
    ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
    ["https://www.w3.org/2018/credentials/v1", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.1.json"],
    ["https://www.w3.org/2018/credentials/v1", "https://purl.imsglobal.org/spec/ob/v3p0/context.json"],
)
NAMES = ("Teamwork", "Вода и почва", "Kvalita vody", "Šuolis", "Überblick", "安全", "مهارة", "A" * 120)
TARGETS = (
    ("CFItem", "https://case.example/items/1"),
    ("ceasn:Competency", "https://credentialfinder.example/c/1"),
    ("", "http://data.europa.eu/esco/skill/80f308e6-0e09-404a-80cd-ec5f50f6f304"),
    ("ext:Level", "http://data.europa.eu/snb/eqf/5"),
    ("", "http://data.europa.eu/snb/isced-f/0521"),
    ("ext:other", "urn:uuid:00000000-0000-4000-8000-000000000001"),
)


def badges(count: int, seed: int = 1) -> Iterator[dict[str, Any]]:
    """OpenBadgeCredentials, none like the other."""
    chance = random.Random(seed)
    for number in range(count):
        yield _badge(number, chance)


def _maybe(chance: random.Random, members: dict[str, Any], share: float = 0.5) -> dict[str, Any]:
    return {name: value for name, value in members.items() if chance.random() < share}


def _badge(number: int, chance: random.Random) -> dict[str, Any]:
    context = list(chance.choice(CONTEXTS))
    old = "v1" in context[0]
    start, end = ("issuanceDate", "expirationDate") if old else ("validFrom", "validUntil")
    return {
        "@context": context,
        "id": f"urn:uuid:00000000-0000-4000-8000-{number:012x}",
        "type": ["VerifiableCredential", chance.choice(["OpenBadgeCredential", "AchievementCredential"])],
        "issuer": _profile(number, chance),
        start: "2025-05-01T00:00:00Z",
        "credentialSubject": _subject(number, chance),
        **_maybe(
            chance,
            {
                "name": chance.choice(NAMES),
                end: "2030-05-01T00:00:00+02:00",
                "awardedDate": "2025-04-30T12:00:00Z",
                "evidence": [{"id": "https://portfolio.example/1", "type": ["Evidence"], "name": "Work"}],
                "image": {"id": "https://badges.example/i.png", "type": "Image"},
            },
        ),
    }


def _profile(number: int, chance: random.Random) -> Any:
    name = f"https://issuer{number % 37}.example/"
    if chance.random() < 0.1:
        return name
    return {
        "id": name,
        "type": chance.choice(["Profile", ["Profile"], ["Profile", "Organization"]]),
        **_maybe(
            chance,
            {
                "name": chance.choice(NAMES),
                "url": name,
                "email": "badges@issuer.example",
                "address": {"type": ["Address"], "addressCountryCode": chance.choice(["RO", "US", "cz", "XX"])},
                "otherIdentifier": [{"type": "IdentifierEntry", "identifier": "1", "identifierType": "sourcedId"}],
                "parentOrg": {"id": "https://parent.example/", "type": ["Profile"], "name": "Parent"},
            },
        ),
    }


def _subject(number: int, chance: random.Random) -> dict[str, Any]:
    plain = {"type": "IdentityObject", "hashed": False, "identityHash": "zoe@student.example"}
    hidden = {"type": "IdentityObject", "hashed": True, "identityHash": "sha256$00", "salt": "s"}
    identity = chance.choice([plain, hidden])
    return {
        "type": chance.choice(["AchievementSubject", ["AchievementSubject"]]),
        "achievement": _achievement(number, chance),
        **_maybe(
            chance,
            {
                "id": "did:example:1",
                "identifier": [identity | {"identityType": "emailAddress"}],
                "creditsEarned": chance.choice([1, 2.5, 0, 30]),
                "result": [{"type": ["Result"], "value": chance.choice(["A", "9", "87 %"])}],
                "role": "Learner",
                "name": "Zoë O'Brien",
            },
        ),
    }


def _achievement(number: int, chance: random.Random) -> dict[str, Any]:
    aligned = chance.sample(TARGETS, chance.randrange(len(TARGETS)))
    return {
        "id": f"https://badges.example/{number}",
        "type": ["Achievement"],
        "name": chance.choice(NAMES),
        "description": "d",
        "criteria": chance.choice([{"narrative": "c"}, {"id": "https://badges.example/c"}]),
        **_maybe(
            chance,
            {
                "achievementType": chance.choice(["MicroCredential", "Course", "ext:Own"]),
                "inLanguage": chance.choice(["en", "cs", "en-US"]),
                "creditsAvailable": 3,
                "humanCode": "X-1",
                "fieldOfStudy": "Water",
                "creator": {"id": "https://creator.example/", "type": ["Profile"], "name": "Creator"},
                "tag": ["a", "b"],
                "alignment": [
                    {
                        "type": ["Alignment"],
                        "targetName": "T",
                        "targetUrl": url,
                        **({"targetType": kind} if kind else {}),
                    }
                    for kind, url in aligned
                ],
                "resultDescription": [
                    {"id": "urn:r:1", "type": ["ResultDescription"], "name": "Exam", "resultType": "LetterGrade"}
                ],
            },
        ),
    }
