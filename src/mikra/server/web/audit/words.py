"""The verbs of the audit trail, in words. Each verb that an action notes has its line; a test reads the actions."""

from __future__ import annotations

from typing import Any

from mikra.server.words import lazy

WORDS: dict[str, Any] = {
    "api_key.made": lazy("Made a key for a program"),
    "api_key.revoked": lazy("Revoked the key of a program"),
    "award.claimed": lazy("Learner collected an award"),
    "award.correction_asked": lazy("Learner said that something is not right"),
    "award.correction_declined": lazy("Nothing was put right"),
    "award.correction_done": lazy("What a learner said was put right"),
    "award.reinstated": lazy("Ended a suspension"),
    "award.resumed": lazy("An award counts again"),
    "award.revoked": lazy("Withdrew an award"),
    "award.sealed": lazy("Sealed a credential"),
    "award.superseded": lazy("Put a new award in the place of an old one"),
    "award.suspended": lazy("Suspended an award"),
    "award.to_wallet": lazy("Learner took an award into a wallet of their own"),
    "awards.exported": lazy("Took away a list of awards"),
    "batch.approval_asked": lazy("Asked somebody to approve a class list"),
    "batch.approved": lazy("Approved a class list, and had it sealed"),
    "batch.begun": lazy("Began a class list"),
    "batch.cancelled": lazy("Cancelled a class list"),
    "batch.done": lazy("A class list was sealed"),
    "batch.list": lazy("Took in a class list"),
    "batch.paused": lazy("Paused sealing"),
    "batch.resumed": lazy("Went on sealing"),
    "batch.reverted": lazy("Took back a whole class list"),
    "batch.sent_back": lazy("Sent a class list back"),
    "case.done": lazy("Closed a request of a learner"),
    "case.exported": lazy("Took out all data of a learner"),
    "delivery.address": lazy("Changed an address, sent again"),
    "delivery.bounced": lazy("A letter came back"),
    "delivery.resent": lazy("Sent a letter again"),
    "design.approved": lazy("Approved a design"),
    "design.archived": lazy("Archived a design"),
    "design.begun": lazy("Began a design"),
    "design.changed": lazy("Changed a design"),
    "design.commented": lazy("Commented on a design"),
    "design.deleted": lazy("Deleted a draft"),
    "design.gone_back": lazy("Went back to an earlier draft"),
    "design.quality_checked": lazy("Filled in the quality checklist"),
    "design.restored": lazy("Restored a design"),
    "edition.begun": lazy("Began a new edition"),
    "edition.published": lazy("Published an edition"),
    "folder.opened": lazy("Opened a folder for class lists"),
    "key.made": lazy("Made a key"),
    "learner.erased": lazy("Erased a learner"),
    "letters.printed": lazy("Printed letters"),
    "offer.withdrawn": lazy("Withdrew an offer"),
    "person.back": lazy("Took somebody back"),
    "person.ended": lazy("Let somebody go"),
    "person.invited": lazy("Added somebody"),
    "person.roles": lazy("Gave other roles"),
    "provider.added": lazy("Added a provider"),
    "provider.changed": lazy("Changed a provider"),
    "provider.logo": lazy("Changed a logo"),
    "provider.removed": lazy("Removed a provider"),
    "retention.deleted": lazy("Deleted what was kept long enough"),
    "settings.changed": lazy("Decided otherwise"),
    "sign_on.changed": lazy("Set up the institution's own sign-in"),
    "sign_on.removed": lazy("Removed the institution's own sign-in"),
    "tenant.made": lazy("Made this institution"),
    "webhook.changed": lazy("Changed where events are sent to"),
    "webhook.made": lazy("Has events sent to a program"),
    "webhook.removed": lazy("No longer sends events to a program"),
    "webhook.replayed": lazy("Sent an event again"),
    "webhook.started": lazy("Sends events again"),
    "webhook.stopped": lazy("Stopped sending events"),
}


def said(verb: str) -> str:
    """A verb in words; one without them as it is."""
    return str(WORDS.get(verb, verb))
