"""The entries of the header, by what the actor may do. Each area adds its line here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from mikra.server.rights import Actor, Right
from mikra.server.words import lazy


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """`name` is a URL name that takes the tenant's slug."""

    label: Any
    name: str
    right: Right
    prefix: str


ENTRIES = (
    Entry(label=lazy("Designs"), name="designs", right=Right.VIEW, prefix="designs"),
    Entry(label=lazy("Awards"), name="batches", right=Right.PREPARE, prefix="awards"),
    Entry(label=lazy("People"), name="learners", right=Right.LEARNERS, prefix="people"),
    Entry(label=lazy("Ledger"), name="ledger", right=Right.PREPARE, prefix="ledger"),
    Entry(label=lazy("Audit trail"), name="audit", right=Right.AUDIT, prefix="audit"),
    Entry(label=lazy("Settings"), name="settings", right=Right.ADMINISTER, prefix="settings"),
)


def entries(request: HttpRequest, actor: Actor) -> list[dict[str, Any]]:
    """label, url, here: for the header."""
    shown = []
    for one in ENTRIES:
        if not actor.may(one.right):
            continue
        try:
            address = reverse(one.name, args=[actor.tenant.slug])
        except NoReverseMatch:
            continue  # an area that this build does not have
        shown.append({"label": one.label, "url": address, "here": request.path.startswith(address)})
    return shown
