"""The documents that are made from the inventory: to read, and to take along."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from mikra.errors import NotFoundError
from mikra.server.actions import notices
from mikra.server.rights import Right
from mikra.server.web.guards import Asked, console
from mikra.server.web.pages import render
from mikra.server.web.privacy.kinds import DOCUMENTS

FORMS = {
    "html": ("text/html; charset=utf-8", notices.as_html),
    "md": ("text/markdown; charset=utf-8", notices.as_markdown),
}


@require_safe
@console(Right.ADMINISTER)
def index(request: Asked) -> HttpResponse:
    """Which there are."""
    return render(request, "privacy/documents.html", {"documents": DOCUMENTS})


@require_safe
@console(Right.ADMINISTER)
def one(request: Asked, kind: str) -> HttpResponse:
    """One of them."""
    values = {"document": notices.made(request.tenant, _kind(kind)), "kind": kind}
    return render(request, "privacy/document.html", values)


@require_safe
@console(Right.ADMINISTER)
def file(request: Asked, kind: str, form: str) -> HttpResponse:
    """The same as a file."""
    if form not in FORMS:
        raise NotFoundError("There is nothing here under this address.", fix="Check the address.", code="not_found")
    media, write = FORMS[form]
    response = HttpResponse(write(notices.made(request.tenant, _kind(kind))), content_type=media)
    response["Content-Disposition"] = f'attachment; filename="{kind}.{form}"'
    return response


def _kind(kind: str) -> notices.Kind:
    try:
        return notices.Kind(kind)
    except ValueError as error:
        raise NotFoundError(
            "There is nothing here under this address.", fix="Check the address.", code="not_found"
        ) from error
