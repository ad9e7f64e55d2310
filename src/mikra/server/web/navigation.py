"""The entries of the header, by what the actor may do. Each area adds its line here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from mikra.server.rights import Actor, Right
from mikra.server.words import _, lazy


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """`name` is a URL name that takes the tenant's slug. Any of the rights shows it."""

    label: Any
    name: str
    right: Right
    prefix: str
    also: tuple[Right, ...] = ()


ENTRIES = (
    Entry(label=lazy("Designs"), name="designs", right=Right.VIEW, prefix="designs"),
    Entry(label=lazy("Awards"), name="batches", right=Right.VIEW, prefix="awards"),
    Entry(
        label=lazy("Prior learning"),
        name="prior",
        right=Right.PREPARE,
        prefix="prior-learning",
        also=(Right.SEAL, Right.REVIEW, Right.DESIGN, Right.RIGHTS_CASES),
    ),
    Entry(label=lazy("People"), name="learners", right=Right.LEARNERS, prefix="people"),
    Entry(label=lazy("Ledger"), name="ledger", right=Right.PREPARE, prefix="ledger"),
    Entry(label=lazy("Ask a wallet"), name="ask_wallet", right=Right.RECOGNISE, prefix="ask-wallet"),
    Entry(label=lazy("Feedback"), name="feedback", right=Right.QUALITY, prefix="feedback"),
    Entry(label=lazy("Audit trail"), name="audit", right=Right.AUDIT, prefix="audit"),
    Entry(label=lazy("Data protection"), name="privacy_cases", right=Right.RIGHTS_CASES, prefix="data-protection"),
    Entry(label=lazy("Settings"), name="settings", right=Right.ADMINISTER, prefix="settings"),
)


def entries(request: HttpRequest, actor: Actor) -> list[dict[str, Any]]:
    """label, url, here: for the header."""
    shown = []
    for one in ENTRIES:
        if not any(map(actor.may, (one.right, *one.also))):
            continue
        try:
            address = reverse(one.name, args=[actor.tenant.slug])
        except NoReverseMatch:
            continue  # an area that this build does not have
        shown.append({"label": one.label, "url": address, "here": request.path.startswith(address)})
    return shown


def account(person: Any, several: bool) -> list[dict[str, Any]]:
    """The entries under the person's own name."""
    entries: list[dict[str, Any]] = [{"label": _("Your account"), "url": reverse("account")}]
    if several:
        entries.append({"label": _("Another institution"), "url": reverse("console")})
    return [*entries, {"label": _("Sign out"), "url": reverse("account_logout"), "post": True}]


def wallet(request: HttpRequest) -> list[dict[str, Any]]:
    """The same in a wallet."""
    known = (("wallet", _("Credentials")), ("wallet_shares", _("Shown to others")), ("wallet_owner", _("About you")))
    shown = [{"label": text, "url": reverse(name)} for name, text in known]
    here = max((one["url"] for one in shown if request.path.startswith(one["url"])), key=len, default="")
    return [{**one, "here": one["url"] == here} for one in shown]


def owner() -> list[dict[str, Any]]:
    """The entries of a learner's menu."""
    return [
        {"label": _("Credentials"), "url": reverse("wallet")},
        {"label": _("Sign out"), "url": reverse("account_logout"), "post": True},
    ]


def foot() -> list[dict[str, Any]]:
    """Links at the foot of every page, as far as this build has them."""
    known = (("accessibility", _("Accessibility")), ("privacy", _("Privacy")))
    shown = []
    for name, text in known:
        try:
            shown.append({"label": text, "url": reverse(name)})
        except NoReverseMatch:
            continue
    return shown
