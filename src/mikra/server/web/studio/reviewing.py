"""Review: what a reviewer reads, says and decides, element by element; and the checklist of quality."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from mikra.adapters.clock import now
from mikra.errors import ConflictError, InputError, NotAllowedError
from mikra.server.actions import designs, drafts, editions, reviews
from mikra.server.actions.tenant_settings import settings_of
from mikra.server.rights import Right
from mikra.server.store.designs import Design, Review
from mikra.server.web import refusals
from mikra.server.web.guards import Asked, console
from mikra.server.web.pages import render
from mikra.server.web.studio import choices, labels, writing
from mikra.server.words import _, language


@require_safe
@console(Right.VIEW)
def read(request: Asked, id: uuid.UUID) -> HttpResponse:
    """The draft as a reviewer reads it, with what was said and what can be decided."""
    return show(request, designs.get_design(request.actor, id))


def show(request: Asked, design: Design, *, problem: str = "", typed: dict[str, str] | None = None) -> HttpResponse:
    """The page; with a problem and what was typed where something was refused."""
    day, spoken = now().date(), language()
    judged = drafts.judge(design.draft, language=request.tenant.language, day=day)
    review = reviews.last_review(request.actor, design.id)
    said = reviews.list_comments(request.actor, design.id)
    author = reviews.is_author(request.actor, design, review)
    tongues = choices.languages(list(judged.draft.design.languages), spoken)
    tongue = _tongue(request, [tag for tag, _name in tongues], spoken)
    values = {
        "design": design,
        "review": review,
        "parts": parts(design, said, spoken, tongue),
        "tongues": tongues,
        "tongue": tongue,
        "whole": [one for one in said if not one.where],
        "open": sum(1 for one in said if not one.resolved),
        "elements": labels.elements(),
        "aspects": choices.spoken("aspect", spoken),
        "own": author and settings_of(request.tenant).four_eyes,
        "in_review": design.state == Design.State.IN_REVIEW,
        "day": day,
        "problem": problem,
        "typed": typed or {},
        **writing.beside(design, judged, reverse("design", args=[request.tenant.slug, design.id])),
    }
    return render(request, "studio/review.html", values, status=422 if problem else 200)


def _tongue(request: Asked, tags: list[str], spoken: str) -> str:
    """The language in which the texts are read: asked for, else the reader's, else the first; "all" for all."""
    asked = request.GET.get("in", "")
    return asked if asked in (*tags, "all") else spoken if spoken in tags else tags[0]


def parts(design: Design, said: list[Any], spoken: str, tongue: str = "all") -> list[dict[str, Any]]:
    """Every member of the draft with its content in words, in one language or all, and what was said about it."""
    found = []
    for name, label in labels.elements():
        content = [
            line
            for line in labels.lines(name, design.draft.get(name), spoken)
            if tongue == "all" or line[2] in ("", tongue)
        ]
        about = [one for one in said if one.where.partition(".")[0].partition("[")[0] == name]
        if content or about:
            found.append({"name": name, "label": label, "lines": content, "comments": about})
    return found


@require_POST
@console(Right.VIEW)
def act(request: Asked, id: uuid.UUID) -> HttpResponse:
    """One verb of review, as the button says."""
    verb = VERBS.get(request.POST.get("do", ""))
    if verb is None:
        raise InputError("There is no such step.", code="request_malformed")
    try:
        say = verb(request, id)
    except (InputError, NotAllowedError) as error:
        if isinstance(error, NotAllowedError) and error.code != "four_eyes":
            raise
        typed = {name: request.POST.get(name, "") for name in ("text", "where", "reason", "note")}
        return show(request, designs.get_design(request.actor, id), problem=_said(error), typed=typed)
    except ConflictError as error:
        return show(request, designs.get_design(request.actor, id), problem=_said(error))
    messages.success(request, say)
    return HttpResponseRedirect(reverse("design_review", args=[request.tenant.slug, id]))


def _said(error: Any) -> str:
    """Why something was refused, in the reader's language."""
    words = {
        "four_eyes": _("Here a second person approves a design, and you wrote at this one. Ask a colleague."),
        "design_incomplete": _("It cannot be published yet: see what is missing beside this text."),
        "design_overtaken": _("It was changed after you opened this page. Read it again, then decide."),
        "text_missing": _("Write what is to be changed, and why."),
        "edition_published": _("The name of this edition is taken. Give the edition another name in the form."),
        "not_in_review": _("It is not in review now."),
        "design_not_approved": _("It is not approved yet."),
        "design_not_draft": _("It is no draft now."),
    }
    return words.get(error.code) or refusals.said(error)


def _version(request: Asked) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() else 0


def _ask(request: Asked, id: uuid.UUID) -> str:
    reviews.ask_review(request.actor, id, version=_version(request))
    return _("Reviewers see it now. You can take it back as long as nobody has decided.")


def _withdraw(request: Asked, id: uuid.UUID) -> str:
    reviews.withdraw_review(request.actor, id)
    return _("It is a draft again.")


def _comment(request: Asked, id: uuid.UUID) -> str:
    reviews.comment(request.actor, id, request.POST.get("text", ""), where=request.POST.get("where", ""))
    return _("Your comment stands there.")


def _resolve(request: Asked, id: uuid.UUID) -> str:
    resolved = not request.POST.get("again")
    reviews.resolve(request.actor, request.POST.get("comment", ""), resolved=resolved)
    return _("The comment is settled.") if resolved else _("The comment is open again.")


def _changes(request: Asked, id: uuid.UUID) -> str:
    reviews.request_changes(request.actor, id, request.POST.get("reason", ""))
    return _("Its authors can change it now; your reason stands at the top.")


def _approve(request: Asked, id: uuid.UUID) -> str:
    reviews.approve(request.actor, id, version=_version(request), reason=request.POST.get("reason", ""))
    return _("It is approved and can be published.")


def _publish(request: Asked, id: uuid.UUID) -> str:
    review: Review | None = reviews.last_review(request.actor, id)
    if review is not None and review.state == Review.State.OPEN:
        request.actor.need(Right.PUBLISH)
        _approve(request, id)
    edition = editions.publish(request.actor, id, version=_version(request))
    return _("Edition {label} is published. It never changes from now on.").format(label=edition.label)


def _aspect(request: Asked, id: uuid.UUID) -> str:
    text = request.POST.get("done", "")
    try:
        done = dt.date.fromisoformat(text) if text else None
    except ValueError as error:
        raise InputError(_("“{found}” is no date.").format(found=text[:20]), where="done") from error
    reviews.check_aspect(
        request.actor, id, request.POST.get("aspect", ""), done=done, note=request.POST.get("note", "")
    )
    return _("The checklist is kept.")


VERBS = {
    "ask": _ask,
    "withdraw": _withdraw,
    "comment": _comment,
    "resolve": _resolve,
    "changes": _changes,
    "approve": _approve,
    "publish": _publish,
    "aspect": _aspect,
}
