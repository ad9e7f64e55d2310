"""The front door, and the switch of the language."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from mikra.server.web.guards import public
from mikra.server.web.pages import render


@require_safe
@public
def home(request: HttpRequest) -> HttpResponse:
    """What this is, and where to go."""
    return render(request, "public/home.html")


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
