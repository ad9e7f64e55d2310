"""Provider profiles: who the institution speaks for, as credentials and the catalogue will say it."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mikra.errors import InputError
from mikra.server.actions import providers
from mikra.server.rights import Right
from mikra.server.store.tenants import Provider
from mikra.server.web.guards import Asked, console
from mikra.server.web.pages import render
from mikra.server.web.studio import choices, posted
from mikra.server.web.studio.profile_sheet import ProfileSheet
from mikra.server.words import _, language

IDENTIFIERS = ("eidas", "legal", "vat", "tax", "erasmus", "pic", "schac", "deqar", "ror", "isni")


@require_safe
@console(Right.VIEW)
def index(request: Asked) -> HttpResponse:
    """All profiles, with what each still lacks."""
    rows = []
    for one in providers.list_providers(request.actor):
        _body, faults = providers.judge_body(one.body)
        rows.append({"provider": one, "faults": len(faults), "country": _country(one)})
    return render(request, "studio/providers.html", {"rows": rows, "can_write": _may(request)})


def _country(provider: Provider) -> str:
    return choices.label("country", provider.body.get("country", ""), language())


def _may(request: Asked) -> bool:
    return request.actor.may(Right.DESIGN) or request.actor.may(Right.ADMINISTER)


@require_POST
@console(Right.VIEW)
def add(request: Asked) -> HttpResponse:
    """An empty profile, to be filled."""
    made = providers.create_provider(request.actor, {})
    return HttpResponseRedirect(reverse("provider", args=[request.tenant.slug, made.id]))


@require_http_methods(["GET", "HEAD", "POST"])
@console(Right.VIEW)
def write(request: Asked, id: uuid.UUID) -> HttpResponse:
    """The form of a profile; wrong values are kept and shown with what is wrong."""
    provider = providers.get_provider(request.actor, id)
    if request.method == "GET":
        return _show(request, provider)
    verb = request.POST.get("do", "")
    body = _sent(request, provider, verb)
    try:
        providers.save_provider(
            request.actor,
            id,
            body,
            policy={
                name.removeprefix("_policy-"): request.POST[name]
                for name in request.POST
                if name.startswith("_policy-")
            },
            issues=bool(request.POST.get("_issues")),
            accent=request.POST.get("_accent", "").strip(),
        )
        _take_logo(request, id)
    except InputError as error:
        provider.body = body
        return _show(request, provider, error=error)
    if not verb:
        messages.success(request, _("Saved. Designs that exist already keep what they say."))
    place = f"#at-{verb.partition(':')[2].partition('[')[0]}" if verb else ""
    return HttpResponseRedirect(reverse("provider", args=[request.tenant.slug, id]) + place)


def _sent(request: Asked, provider: Provider, verb: str) -> dict[str, Any]:
    others = {str(one.id): one.body for one in Provider.named(request.tenant)}
    body = posted.merged(provider.body, request.POST, others, language())
    if verb:
        posted.do(body, verb)
    return body


def _take_logo(request: Asked, id: uuid.UUID) -> None:
    if file := request.FILES.get("_logo"):
        providers.set_logo(request.actor, id, file.read())
    elif request.POST.get("_no_logo"):
        providers.set_logo(request.actor, id, b"")


def _show(request: Asked, provider: Provider, *, error: InputError | None = None) -> HttpResponse:
    tags = list(request.tenant.languages or [request.tenant.language])
    written = [*(provider.body.get("name") or {})] if isinstance(provider.body.get("name"), dict) else []
    others = [one for one in Provider.named(request.tenant) if one.id != provider.id]
    sheet = ProfileSheet(provider, list(dict.fromkeys((*tags, *written))), language=language(), others=others)
    values = {
        "provider": provider,
        "sheet": sheet,
        "error": error,
        "identifiers": IDENTIFIERS,
        "types": choices.listed("provider_type", language()),
        "accreditations": choices.listed("accreditation", language()),
        "eqf": choices.listed("eqf", language()),
        "can_write": _may(request),
        "accent": request.POST.get("_accent", provider.accent),
    }
    return render(request, "studio/provider.html", values, status=422 if error else 200)


@require_POST
@console(Right.VIEW)
def remove(request: Asked, id: uuid.UUID) -> HttpResponse:
    """Takes a profile away."""
    name = providers.get_provider(request.actor, id).name
    providers.delete_provider(request.actor, id)
    messages.success(request, _("The profile of {name} is gone. Designs keep what they say.").format(name=name or "?"))
    return HttpResponseRedirect(reverse("providers", args=[request.tenant.slug]))


@require_safe
@console(Right.VIEW)
def logo(request: Asked, id: uuid.UUID) -> HttpResponse:
    """The logo as a picture."""
    data = providers.logo_of(providers.get_provider(request.actor, id))
    kind = "image/png" if data.startswith(b"\x89PNG") else "image/svg+xml"
    response = HttpResponse(data, content_type=kind, status=200 if data else 404)
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
