"""Where people who work here arrive: their institutions, and what waits for them."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET

from mikra.adapters.clock import now
from mikra.server.actions import batches, waiting
from mikra.server.rights import Right
from mikra.server.store.batches import Batch
from mikra.server.store.people import Membership
from mikra.server.web.guards import ONLY, Asked, console, signed_in
from mikra.server.web.pages import day, render, url_if
from mikra.server.words import _, ngettext


@require_GET
@signed_in
def choose(request: Asked) -> HttpResponse:
    """One institution: go there. Several: choose. None: say so."""
    only = request.session.get(ONLY)
    mine = [one for one in Membership.working(request.person) if only in (None, one.tenant.slug)]
    if len(mine) == 1:
        return HttpResponseRedirect(reverse("start", args=[mine[0].tenant.slug]))
    return render(request, "console/choose.html", {"memberships": mine})


@require_GET
@console()
def start(request: Asked) -> HttpResponse:
    """What waits for this person here, and the first steps of an institution that has not awarded yet."""
    found = waiting.waiting(request.actor, now().date())
    steps = waiting.first_steps(request.actor)
    values = {
        "waiting": found,
        "things": [*_batches(request, found), *_others(request, found)],
        "first": [] if steps.done else _first(request, steps),
        "next_step": next((one for one in _first(request, steps) if not one["done"] and one["href"]), None),
        "stopped": request.tenant.stopped,
        "blocked": request.tenant.issuing_blocked,
    }
    return render(request, "console/start.html", values)


def _batches(request: Asked, found: waiting.Waiting) -> list[dict[str, Any]]:
    return [
        {
            "title": one.edition.title,
            "text": f"{_said(one)} · {day(one.created)}",
            "href": reverse("batch", args=[request.tenant.slug, one.id]),
        }
        for one in (*found.approvals, *found.lists)
    ]


def _said(batch: Batch) -> str:
    """What a batch waits for."""
    if batch.state == Batch.State.APPROVAL:
        return _("Waits for your approval")
    if batch.state == Batch.State.WHO:
        return _("Waits for a list")
    counts = batches.counts_of(batch)
    if not counts.fix:
        return _("A list that is ready to be sealed")
    pattern = ngettext("{count} of {total} rows needs you", "{count} of {total} rows need you", counts.fix)
    return pattern.format(count=counts.fix, total=counts.total)


def _others(request: Asked, found: waiting.Waiting) -> list[dict[str, Any]]:
    counted = (
        (
            found.came_back,
            ngettext("{count} letter came back", "{count} letters came back", found.came_back),
            _("Change the address, and send it again."),
            "ledger",
            "?show=problem",
        ),
        (
            found.requests,
            ngettext("{count} learner asks for a correction", "{count} learners ask for a correction", found.requests),
            _("They say how it should be."),
            "name_requests",
            "",
        ),
        (
            found.reviews,
            ngettext("{count} design waits for a review", "{count} designs wait for a review", found.reviews),
            _("Comment, ask for changes, or approve."),
            "designs",
            "?state=review",
        ),
        (
            found.overdue,
            ngettext(
                "{count} design has to be reviewed within 60 days",
                "{count} designs have to be reviewed within 60 days",
                found.overdue,
            ),
            _("After that day they cannot be awarded."),
            "designs",
            "?state=published",
        ),
    )
    slug = request.tenant.slug
    return [
        {"title": title.format(count=count), "text": text, "href": url_if(page, slug) + query}
        for count, title, text, page, query in (*counted, *_prior(found))
        if count
    ]


def _prior(found: waiting.Waiting) -> tuple[tuple[int, str, str, str, str], ...]:
    assess, decide = found.to_assess, found.to_decide
    return (
        (
            assess,
            ngettext("{count} case of prior learning to assess", "{count} cases of prior learning to assess", assess),
            _("Say outcome by outcome whether it is met."),
            "prior",
            "?state=assessment",
        ),
        (
            decide,
            ngettext("{count} case of prior learning to decide", "{count} cases of prior learning to decide", decide),
            _("Read the assessment, then decide."),
            "prior",
            "?state=decision",
        ),
    )


def _first(request: Asked, steps: waiting.FirstSteps) -> list[dict[str, Any]]:
    """The steps in order, each with a link for those who may take it."""
    slug, may = request.tenant.slug, request.actor.may
    return [
        {
            "done": steps.provider,
            "text": _("Say who you are: the provider’s profile, with quality assurance and accreditations."),
            "href": url_if("providers", slug) if may(Right.DESIGN) or may(Right.ADMINISTER) else "",
            "action": _("Provider profiles"),
        },
        {
            "done": steps.key,
            "text": _("Get a key to seal with. You can begin without a qualified one; the label says so."),
            "href": url_if("keys", slug) if may(Right.ADMINISTER) else "",
            "action": _("Keys and seals"),
        },
        {
            "done": steps.design,
            "text": _("Describe a micro-credential, have it reviewed, and publish it."),
            "href": url_if("designs", slug) if may(Right.DESIGN) else "",
            "action": _("Designs"),
        },
        {
            "done": steps.award,
            "text": _("Award it to a class from your spreadsheet. A trial run sends nothing."),
            "href": url_if("batch_choose", slug) if may(Right.PREPARE) else "",
            "action": _("Award"),
        },
    ]
