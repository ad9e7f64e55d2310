"""The front door, the switch of the language, and what machines ask of every site."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.templatetags.static import static
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from mikra.rendering.mosaic import mosaic
from mikra.server.actions import first_start
from mikra.server.installation import installation
from mikra.server.web.guards import public
from mikra.server.web.pages import render
from mikra.server.words import language
from mikra.validation.annex1_elements import DEFINITIONS

PRIVATE = (
    "/account/",
    "/api/",
    "/claim/",
    "/console/",
    "/operator/",
    "/s/",
    "/set-up/",
    "/sign-in/",
    "/sign-out/",
    "/wallet/",
)
"""What search engines leave alone. It keeps nobody out; the guards do."""


@require_safe
@public
def home(request: HttpRequest) -> HttpResponse:
    """What this is, and where to go. A service that nobody has set up says so first."""
    values = {
        "operator": installation().operator,
        "new": first_start.wanted(),
        "elements": [one.name(language(), short=True) for one in DEFINITIONS if one.mandatory],
        "tiles": mosaic(installation().operator or "Mikra"),
    }
    return render(request, "public/home.html", values)


@require_POST
@public
def set_language(request: HttpRequest) -> HttpResponse:
    """Sets the language cookie and goes back to the page."""
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        target = "/"
    response = HttpResponseRedirect(target)
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=365 * 86_400,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
        )
    return response


@require_safe
@public
def robots(request: HttpRequest) -> HttpResponse:
    """The Robots Exclusion Protocol (RFC 9309)."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in PRIVATE)]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
@public
def favicon(request: HttpRequest) -> HttpResponse:
    """For what is shown without a page of ours around it: a file, a PDF."""
    response = HttpResponseRedirect(static("mikra/favicon.svg"))
    response["Cache-Control"] = "public, max-age=86400"
    return response
