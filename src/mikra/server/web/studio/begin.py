"""Beginning a design: empty, from an example, from another one, or from a design file."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from mikra.errors import ConflictError, InputError
from mikra.issuance.design_file import SIZE_LIMIT
from mikra.server.actions import designs
from mikra.server.rights import Right
from mikra.server.web.guards import Asked, console
from mikra.server.web.pages import render


@require_http_methods(["GET", "HEAD", "POST"])
@console(Right.DESIGN)
def begin(request: Asked) -> HttpResponse:
    """The ways to begin; a POST takes one of them."""
    if request.method == "GET":
        return render(request, "studio/begin.html", _offers(request))
    try:
        members, reason = _content(request)
    except (InputError, ConflictError) as error:
        return render(request, "studio/begin.html", {**_offers(request), "error": error}, status=422)
    design = designs.create_design(request.actor, members, reason=reason)
    address = reverse("design", args=[request.tenant.slug, design.id])
    if request.headers.get("X-Requested-With") == "fetch":
        return HttpResponse(headers={"X-Location": address})
    return HttpResponseRedirect(address)


def _offers(request: Asked) -> dict[str, object]:
    examples = []
    for name in designs.EXAMPLES:
        content = designs.example(name)
        examples.append({"name": name, "title": content["title"], "description": content.get("description", {})})
    return {"examples": examples, "others": list(designs.list_designs(request.actor)[:50]), "error": None}


def _content(request: Asked) -> tuple[dict[str, object], str]:
    """The content to begin with, and where it comes from."""
    way = request.POST.get("way", "empty")
    if way == "example":
        return designs.example(request.POST.get("example", "")), "example"
    if way == "copy":
        return designs.get_design(request.actor, request.POST.get("design", "")).draft, "copy"
    if way == "file":
        return designs.read_file(_file(request)), "file"
    return designs.blank(request.actor), "empty"


def _file(request: Asked) -> bytes:
    file = request.FILES.get("file")
    pasted = request.POST.get("text", "")
    if file is None and not pasted.strip():
        raise InputError("There is no file.", where="file", fix="Choose a design file, or paste its text.")
    if file is not None and (file.size or 0) > SIZE_LIMIT:
        raise InputError(
            "This design file is too large.",
            found=f"{file.size} bytes",
            expected=f"at most {SIZE_LIMIT}",
            code="too_large",
        )
    return file.read() if file is not None else pasted.encode()
