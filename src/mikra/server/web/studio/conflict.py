"""Two people saved at once: both versions side by side, and nothing of either is lost."""

from __future__ import annotations

import uuid
from typing import Any

import orjson
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from mikra import strictjson
from mikra.errors import ConflictError, InputError
from mikra.server.actions import designs, drafts, drafts_paths
from mikra.server.rights import Right
from mikra.server.store.designs import Design
from mikra.server.web.guards import Asked, console
from mikra.server.web.pages import render
from mikra.server.web.studio import labels
from mikra.server.words import _, language


def show(request: Asked, design: Design, mine: dict[str, Any]) -> HttpResponse:
    """The page with both: what differs, and which of the two stays. What one typed waits in the page itself."""
    spoken = language()
    rows = [
        {
            "path": path,
            "label": labels.of_path(path, spoken),
            "mine": labels.shown(ours),
            "theirs": labels.shown(theirs),
        }
        for path, ours, theirs in drafts_paths.contrasts(mine, design.draft)
    ]
    last = design.versions.select_related("by").order_by("-number").first()
    values = {"design": design, "rows": rows, "mine": orjson.dumps(mine).decode(), "last": last}
    return render(request, "studio/conflict.html", values, status=409)


@require_POST
@console(Right.DESIGN)
def settle(request: Asked, id: uuid.UUID) -> HttpResponse:
    """Saves one's own version, with the values that were chosen from the other's."""
    design = designs.get_design(request.actor, id)
    mine = strictjson.parse(request.POST.get("mine", "").encode())
    if not isinstance(mine, dict):
        raise InputError("This request cannot be read.", code="request_malformed")
    version = request.POST.get("version", "")
    if str(design.version) != version:
        return show(request, design, mine)
    settled = chosen(mine, design.draft, set(request.POST.getlist("theirs")))
    try:
        drafts.save_draft(request.actor, id, settled, version=int(version))
    except ConflictError as error:
        if error.code != "design_overtaken":
            raise
        return show(request, designs.get_design(request.actor, id), mine)
    messages.success(request, _("Saved, with what you chose from both."))
    return HttpResponseRedirect(reverse("design", args=[request.tenant.slug, design.id]))


def chosen(mine: dict[str, Any], theirs: dict[str, Any], taken: set[str]) -> dict[str, Any]:
    """One's own draft with the chosen values of the other."""
    settled = drafts_paths.copied(mine)
    for path, _ours, value in list(drafts_paths.contrasts(mine, theirs)):
        if path in taken:
            drafts_paths.write(settled, path, value)
    return settled
