"""What an issuer says of a credential that no longer counts: when, why, who decided, and which one took its place.

A sealed text at the address that the credential's own status entry names (`statusReference`), or that its list token
begins; in the form of a W3C credential (VC 2.0, 4.1), so that whoever can verify our credentials can verify it. It
holds no personal data: no name, no outcome, no grade. `who` is an office, not a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mikra.errors import InputError
from mikra.status.indexes import Change, Place
from mikra.status.table import Value

FORMAT = "mikra/tombstone/1"
_LONGEST = 2_000
"""Characters of a text in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """`at` is xsd:dateTime. `successor` is the id of the credential that replaces it, `link` where that is; or ""."""

    url: str
    at: str
    who: str = ""
    why: str = ""
    successor: str = ""
    link: str = ""

    @property
    def superseded(self) -> bool:
        """Another credential took its place; else it was withdrawn and that is all."""
        return bool(self.successor)


def document(place: Place, change: Change, *, issuer: Any) -> dict[str, Any]:
    """What is to be sealed. InputError for a change that withdraws nothing."""
    if change.value is not Value.INVALID:
        raise InputError("Only what is withdrawn for good has a tombstone.", found=change.value.name.lower())
    told = {
        "format": FORMAT,
        "status": "superseded" if change.successor else "revoked",
        "decidedAt": change.at,
        "decidedBy": change.who,
        "reason": change.why,
        "successor": change.successor,
        "link": change.link,
    }
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": place.reference,
        "type": ["VerifiableCredential"],
        "issuer": issuer,
        "validFrom": change.at,
        "credentialSubject": {name: text for name, text in told.items() if text},
    }


def read(document: Mapping[str, Any], *, url: str) -> Tombstone:
    """The tombstone that was found at `url`. InputError for one that is none, or that belongs elsewhere."""
    subject = document.get("credentialSubject")
    members = subject if isinstance(subject, Mapping) else {}
    texts = {name: members.get(name, "") for name in ("decidedAt", "decidedBy", "reason", "successor", "link")}
    if members.get("format") != FORMAT or document.get("id") != url:
        raise _malformed(str(document.get("id")), url)
    if not all(isinstance(text, str) and len(text) <= _LONGEST for text in texts.values()) or not texts["decidedAt"]:
        raise _malformed("a member that is no text", "texts")
    return Tombstone(
        url=url,
        at=texts["decidedAt"],
        who=texts["decidedBy"],
        why=texts["reason"],
        successor=texts["successor"],
        link=texts["link"],
    )


def _malformed(found: str, expected: str) -> InputError:
    return InputError(
        "This does not say what became of a credential.",
        found=found[:200],
        expected=expected[:200],
        code="status_list_malformed",
    )
