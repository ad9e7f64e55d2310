"""Words and marks of batches and awards, and the six steps of the path."""

from __future__ import annotations

import json
from typing import Any

from django.urls import reverse

from mikra.errors import MikraError
from mikra.server.store.awards import Award
from mikra.server.store.batches import Batch
from mikra.server.web import refusals
from mikra.server.words import _, lazy

State = Batch.State
STATES: dict[str, tuple[str, Any]] = {
    State.WHO: ("draft", lazy("Waits for a list")),
    State.CHECK: ("fix", lazy("Being checked")),
    State.APPROVAL: ("review", lazy("Waits for approval")),
    State.SCHEDULED: ("waiting", lazy("Scheduled")),
    State.SEALING: ("running", lazy("Being sealed")),
    State.PAUSED: ("waiting", lazy("Paused")),
    State.DONE: ("sealed", lazy("Sealed")),
    State.CANCELLED: ("na", lazy("Cancelled")),
    State.REVERTED: ("withdrawn", lazy("Withdrawn")),
}
"""State of a batch -> mark and word."""

AWARDS: dict[str, tuple[str, Any]] = {
    Award.State.VALID: ("genuine", lazy("Valid")),
    Award.State.SUSPENDED: ("suspended", lazy("Suspended")),
    Award.State.REVOKED: ("withdrawn", lazy("Withdrawn")),
    Award.State.SUPERSEDED: ("superseded", lazy("Replaced")),
}
"""State of an award -> mark and word."""

STEP: dict[str, str] = {
    State.WHO: "batch_who",
    State.CHECK: "batch_check",
    State.APPROVAL: "batch_approve",
    State.SCHEDULED: "batch_follow",
    State.SEALING: "batch_follow",
    State.PAUSED: "batch_follow",
    State.DONE: "batch_follow",
    State.CANCELLED: "batch_follow",
    State.REVERTED: "batch_follow",
}
"""State of a batch -> the page on which one goes on."""


def steps(slug: str, batch: Batch | None, here: int) -> list[tuple[str, str]]:
    """The six steps, with links to those that can be gone back to."""
    names = [_("Choose"), _("Who"), _("Check"), _("Look"), _("Approve and seal"), _("Follow")]
    if batch is None or batch.state not in (State.WHO, State.CHECK):
        return [(name, "") for name in names]
    pages = ["", "batch_who", "batch_check", "batch_look", "batch_approve", ""]
    return [
        (name, reverse(page, args=[slug, batch.id]) if page and place < here else "")
        for place, (name, page) in enumerate(zip(names, pages, strict=True), 1)
    ]


def said(error: MikraError) -> str:
    """An error in one line, as it stands at a field: what, what was found, what to do."""
    return refusals.said(error, found=True)


def trigger(name: str) -> str:
    """The value of HX-Trigger."""
    return json.dumps({name: True})
