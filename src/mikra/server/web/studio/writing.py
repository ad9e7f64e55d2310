"""The form: shown, saved by button or as one types, undone; two who write at once both see what the other wrote."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mikra.adapters.clock import now
from mikra.errors import ConflictError, InputError
from mikra.server.actions import designs, drafts, editions, providers, reviews
from mikra.server.rights import Right
from mikra.server.store.base import new_id
from mikra.server.store.designs import Design
from mikra.server.store.tenants import Provider
from mikra.server.web.guards import Asked, console
from mikra.server.web.pages import render
from mikra.server.web.studio import choices, conflict, meter, posted, workload
from mikra.server.web.studio.sheet import Sheet, sheet_of
from mikra.server.words import _, language


@require_http_methods(["GET", "HEAD", "POST"])
@console(Right.VIEW)
def write(request: Asked, id: uuid.UUID) -> HttpResponse:
    """The form; a POST saves it, with one change of its shape where a button asks for one."""
    design = designs.get_design(request.actor, id)
    if request.method == "GET":
        return show(request, design)
    request.actor.need(Right.DESIGN)
    try:
        members, place = _sent(request, design)
    except InputError as error:
        return show(request, design, error=error)
    version, page = _read_at(request)
    if drafts.overtaken(design, version, page):
        return conflict.show(request, design, members)
    try:
        drafts.save_draft(request.actor, id, members, version=design.version)
    except ConflictError as error:
        return _refused(request, id, members, error)
    if not place:
        messages.success(request, _("Saved."))
    return HttpResponseRedirect(_after(request, id, place))


def _refused(request: Asked, id: uuid.UUID, members: dict[str, Any], error: ConflictError) -> HttpResponse:
    """Somebody was faster by a moment: both are shown. Anything else is said as it is."""
    if error.code != "design_overtaken":
        raise error
    return conflict.show(request, designs.get_design(request.actor, id), members)


def _after(request: Asked, id: uuid.UUID, place: str) -> str:
    if request.POST.get("do") == "review":
        return reverse("design_review", args=[request.tenant.slug, id])
    shown = {"show": request.GET["show"][:12]} if request.GET.get("show") else {}
    address = reverse("design", args=[request.tenant.slug, id]) + (f"?{urlencode(shown)}" if shown else "")
    return f"{address}#at-{place}" if place else address


def _read_at(request: Asked) -> tuple[int, str]:
    version = request.POST.get("version", "")
    return int(version) if version.isdecimal() else 0, request.POST.get("page", "")[:36]


def _sent(request: Asked, design: Design) -> tuple[dict[str, Any], str]:
    """The draft with what was sent, and the place of the form to come back to."""
    bodies = {str(one.id): one.body for one in Provider.named(request.tenant)}
    members = posted.merged(design.draft, request.POST, bodies, language())
    _take_brand(request, members)
    if file := request.FILES.get("mandate.document+"):
        posted.add_document(members, file)
    verb = request.POST.get("do", "")
    if verb == "language":
        verb = f"language:{request.POST.get('_language', '')}"
    if verb.startswith("profile:"):
        providers.create_provider(request.actor, designs_body(members, verb.partition(":")[2]))
        return members, "issuer"
    return members, posted.do(members, verb) if verb not in ("", "review") else ""


def designs_body(members: dict[str, Any], path: str) -> dict[str, Any]:
    """The organisation that stands there."""
    from mikra.server.actions.drafts_paths import read

    found = read(members, path)
    if not isinstance(found, dict):
        raise InputError("There is no organisation here.", where=path[:80], code="request_malformed")
    return found


def _take_brand(request: Asked, members: dict[str, Any]) -> None:
    """Colour and logo come with the issuer's profile, where the design has none of its own."""
    chosen = request.POST.get("issuer@", "")
    profile = next((one for one in Provider.named(request.tenant) if str(one.id) == chosen), None)
    if profile and (profile.logo or profile.accent):
        brand = {"accent": profile.accent, "logo": profile.logo}
        members["brand"] = {name: value for name, value in brand.items() if value}


@require_POST
@console(Right.DESIGN)
def autosave(request: Asked, id: uuid.UUID) -> HttpResponse:
    """The same as one types: 204, or 409 where somebody else saved; the button then shows both."""
    design = designs.get_design(request.actor, id)
    version, page = _read_at(request)
    if drafts.overtaken(design, version, page):
        return HttpResponse(status=409)
    bodies = {str(one.id): one.body for one in Provider.named(request.tenant)}
    members = posted.merged(design.draft, request.POST, bodies, language())
    drafts.save_draft(request.actor, id, members, version=design.version, page=page)
    return HttpResponse(status=204)


def show(request: Asked, design: Design, *, error: InputError | None = None) -> HttpResponse:
    """The page of the form."""
    judged = drafts.judge(design.draft, language=request.tenant.language, day=now().date())
    profiles = Provider.named(request.tenant)
    sheet = sheet_of(design, judged, language=language(), providers=profiles)
    sheet.beside = request.GET.get("show", "")[:12]
    values = {
        "design": design,
        "sheet": sheet,
        "page": str(new_id()),
        "can_write": request.actor.may(Right.DESIGN) and design.state == Design.State.DRAFT and not design.deleted,
        "editions": editions.list_editions(request.actor, design.id),
        "review": reviews.last_review(request.actor, design.id),
        "steps": len(drafts.list_versions(request.actor, design.id)),
        "error": error,
        "workload": workload.says(sheet),
        "level_says": workload.level_says(sheet),
        **beside(design, judged),
        **_lists(sheet),
    }
    return render(request, "studio/form.html", values, status=422 if error else 200)


def beside(design: Design, judged: drafts.Judged, base: str = "") -> dict[str, Any]:
    """What stands beside the form."""
    spoken = language()
    return {
        "elements": meter.items(judged, spoken, base),
        "optional": meter.optional(judged, spoken, base),
        "principles": meter.principles(judged, spoken, base),
        "judged": judged,
        "standing_says": meter.sentence(judged),
    }


def _lists(sheet: Sheet) -> dict[str, Any]:
    spoken = sheet.language
    small = ("eqf", "assessment", "mode", "target_group", "learning_opportunity", "learning_activity")
    smaller = ("skill_type", "skill_reuse_level", "accreditation", "supervision_kind")
    return {
        "lists": {name: choices.listed(name, spoken) for name in (*small, *smaller)},
        "spoken": {name: choices.spoken(name, spoken) for name in choices.SPOKEN},
        "name_forms": choices.names(),
        "asks": choices.asks(),
    }


@require_safe
@console(Right.VIEW)
def show_meter(request: Asked, id: uuid.UUID) -> HttpResponse:
    """The meter alone, asked for again after each saving."""
    design = designs.get_design(request.actor, id)
    judged = drafts.judge(design.draft, language=request.tenant.language, day=now().date())
    return render(request, "studio/beside.html", {"design": design, **beside(design, judged)})


@require_safe
@console(Right.VIEW)
def show_workload(request: Asked, id: uuid.UUID) -> HttpResponse:
    """What credits mean in hours, asked for again after each saving."""
    design = designs.get_design(request.actor, id)
    judged = drafts.judge(design.draft, language=request.tenant.language, day=now().date())
    sheet = Sheet(design.draft, judged, language=language())
    return render(request, "studio/workload.html", {"design": design, "workload": workload.says(sheet)})


@require_POST
@console(Right.DESIGN)
def undo(request: Asked, id: uuid.UUID) -> HttpResponse:
    """One step back, or back to a step of the list."""
    number = request.POST.get("number", "")
    if number.isdecimal():
        drafts.go_back(request.actor, id, int(number))
        messages.success(request, _("This is the earlier draft again. What was there before is kept in the list."))
    else:
        drafts.undo(request.actor, id)
        messages.success(request, _("The last change is undone."))
    return HttpResponseRedirect(reverse("design", args=[request.tenant.slug, id]))


@require_safe
@console(Right.VIEW)
def history(request: Asked, id: uuid.UUID) -> HttpResponse:
    """The drafts that are kept, to go back to."""
    design = designs.get_design(request.actor, id)
    steps = drafts.list_versions(request.actor, id)
    return render(request, "studio/history.html", {"design": design, "steps": steps})
