"""About whom it is, and whether it is bound to that person.

A file does not show who holds it: whoever shows it was not asked to prove anything. What can be said is by what the
credential itself identifies the person, and whether it names a key of the holder's (`cnf`, RFC 7800).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mikra.messages.spoken import Listed, Sentences
from mikra.model import Agent, Credential, Person
from mikra.report import Check, Status, Words, words
from mikra.validation.annex1_parts import gather

CLAUSE = "Recommendation of 16 June 2022, Annex II, principle 7"


def check(document: Mapping[str, Any], credential: Credential | None) -> Check:
    """Check 8. It never decides: a file cannot bind its holder."""
    subject = gather(credential).subject if credential is not None else None
    kinds = tuple(_kinds(subject)) if subject is not None else tuple(_plain(document))
    said = words("verify.holder.identified", by=Listed(kinds)) if kinds else words("verify.holder.unidentified")
    bound = words("verify.holder.key" if "cnf" in document else "verify.holder.not_asked")
    reason = Sentences((said, bound))
    where = "/credentialSubject"
    return Check(id="holder", status=Status.NOT_APPLICABLE, reason=reason, clause=CLAUSE, where=where)


def _kinds(subject: Agent) -> Iterator[Words]:
    """What identifies the person: the kinds, never the values."""
    if subject.name:
        yield words("verify.holder.by.name")
    if isinstance(subject, Person):
        if subject.date_of_birth:
            yield words("verify.holder.by.birth_date")
        if subject.national_id:
            yield words("verify.holder.by.national_id")
    if subject.identifier:
        yield words("verify.holder.by.identifier")
    if any(point.email_address for point in subject.contact_point):
        yield words("verify.holder.by.email")


def _plain(document: Mapping[str, Any]) -> Iterator[Words]:
    subject = document.get("credentialSubject")
    if isinstance(subject, Mapping) and isinstance(subject.get("name"), (str, Mapping)):
        yield words("verify.holder.by.name")
