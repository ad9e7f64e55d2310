"""The verbs of the audit trail, in words. Each verb that an action notes has its line; a test reads the actions."""

from __future__ import annotations

from typing import Any

from mikra.server.words import lazy

WORDS: dict[str, Any] = {
    "award.claimed": lazy("Learner collected an award"),
    "award.correction_asked": lazy("Learner said that something is not right"),
    "award.correction_declined": lazy("Nothing was put right"),
    "award.correction_done": lazy("What a learner said was put right"),
    "delivery.address": lazy("Changed an address, sent again"),
    "delivery.resent": lazy("Sent a letter again"),
    "letters.printed": lazy("Printed letters"),
    "person.back": lazy("Took somebody back"),
    "person.ended": lazy("Let somebody go"),
    "person.invited": lazy("Added somebody"),
    "person.roles": lazy("Gave other roles"),
    "settings.changed": lazy("Decided otherwise"),
    "tenant.made": lazy("Made this institution"),
}


def said(verb: str) -> str:
    """A verb in words; one without them as it is."""
    return str(WORDS.get(verb, verb))
