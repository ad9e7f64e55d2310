"""Serving status lists and tombstones: public, cached for seconds, readable from any page on the web.

Who asks for a list asks for a hundred thousand credentials at once; who asks for one place asks for a withdrawn one.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import condition, require_safe

from mikra.server.actions import status_serving
from mikra.server.actions.status_serving import Served
from mikra.server.web.guards import public
from mikra.server.web.pages import render

CACHED = 30
"""Seconds that others may keep a list: what is withdrawn is public within 60 (BAR, R15)."""


def _etag(request: HttpRequest, number: int, encoding: str) -> str:
    return f'"{status_serving.served(number, encoding).digest}"'


@require_safe
@public
@condition(etag_func=_etag)
def published(request: HttpRequest, number: int, encoding: str) -> HttpResponse:
    """A list in one encoding: `revocation`, `suspension`, `token`."""
    return _open(status_serving.served(number, encoding))


@require_safe
@public
def place(request: HttpRequest, number: int, index: int) -> HttpResponse:
    """What became of a withdrawn credential: sealed, or for people (who ask for HTML). 404 while there is nothing."""
    found = status_serving.tombstone(number, index)
    if "text/html" not in request.headers.get("Accept", ""):
        return _open(found.served)
    response = render(request, "public/withdrawn.html", {"found": found})
    response["Vary"] = "Accept, Cookie"
    return response


def _open(found: Served) -> HttpResponse:
    response = HttpResponse(found.content, content_type=found.content_type)
    response["Cache-Control"] = f"public, max-age={CACHED}"
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["Vary"] = "Accept"
    return response
