"""Check 8 for a credential within a presentation (W3C VC Data Model 2.0, 4.13): who presented it, and is it about them?

A proof of the holder's key shows that whoever presents has that key. Whether the credential is about that person shows
only where the credential names the same identifier.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mikra import formats
from mikra.errors import InputError
from mikra.formats.edc import types_of
from mikra.messages.spoken import Sentences, harmless
from mikra.report import Check, Status, words
from mikra.verification.question import Session

CLAUSE = "W3C VC Data Model 2.0, 4.13; VC Data Integrity 1.0, 2.1"

_OF_CREDENTIALS = frozenset({"credentialSubject", "issuer", "recipient", "badge"})
_CREDENTIALS = frozenset(
    {"VerifiableCredential", "EuropeanDigitalCredential", "OpenBadgeCredential", "AchievementCredential", "Assertion"}
)


def check(document: Mapping[str, Any], presenter: str, session: Session) -> Check:
    """Check 8. `presenter` is the controller of the key that proved the presentation."""
    subjects = [one for one in _subjects(document) if one.startswith("did:")]
    who = words("data_integrity.holder.presented", name=harmless(presenter))
    asked = words(f"data_integrity.holder.{'asked' if session.nonce else 'not_asked'}")
    if subjects and presenter not in subjects:
        return Check(
            id="holder",
            status=Status.FAILED if session.key_binding else Status.NOT_APPLICABLE,
            reason=Sentences((who, words("data_integrity.holder.other"))),
            code="holder_binding_invalid" if session.key_binding else "",
            clause=CLAUSE,
            where="/credentialSubject/id",
        )
    about = (words("data_integrity.holder.same"),) if subjects else ()
    return Check(
        id="holder",
        status=Status.PASSED if subjects and session.nonce else Status.NOT_APPLICABLE,
        reason=Sentences((who, *about, asked)),
        clause=CLAUSE,
        where="/credentialSubject",
    )


def proves_alone(document: Mapping[str, Any]) -> None:
    """A presentation of nothing proves its holder, and says nothing else: no key for signing in issues a credential.

    Raises InputError credential_malformed.
    """
    said = sorted(_OF_CREDENTIALS & document.keys())
    if said or not formats.is_presentation(document) or types_of(document) & _CREDENTIALS:
        raise InputError(
            "What only shows who its holder is says what a credential says.",
            where=f"/{said[0]}" if said else "/type",
            expected="a VerifiablePresentation and nothing that is issued",
            code="credential_malformed",
        )


def missing() -> Check:
    """Check 8 where the holder was asked to prove something, and nothing was proven."""
    code = "holder_binding_missing"
    return Check(id="holder", status=Status.FAILED, reason=words(f"holder.{code}"), code=code, clause=CLAUSE)


def _subjects(document: Mapping[str, Any]) -> Iterator[str]:
    found = document.get("credentialSubject", [])
    for subject in found if isinstance(found, list) else [found]:
        identifier = subject.get("id") if isinstance(subject, Mapping) else None
        if isinstance(identifier, str):
            yield identifier
