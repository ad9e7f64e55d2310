"""The one place that turns errors into HTTP: a page for people, problem+json (RFC 9457) under /api/.

| error | status |
|---|---|
| InputError | 422 (400 where the request itself is malformed, 413 where it is too large) |
| NotFoundError | 404 |
| NotAllowedError | 403 |
| ConflictError | 409 |
| UnavailableError | 503 with Retry-After (429 where it is a limit) |
| ProtocolError | 400 |
| anything else | 500 with an id that stands in the log |
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from typing import Any

from django.core.exceptions import (
    BadRequest,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
)
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError

from mikra.errors import (
    ConflictError,
    InputError,
    MikraError,
    NotAllowedError,
    NotFoundError,
    ProtocolError,
    UnavailableError,
)
from mikra.server.actions.work import unavailable
from mikra.server.store.base import new_id
from mikra.server.web import refusals
from mikra.server.words import _

_STATUS: tuple[tuple[type[MikraError], int], ...] = (
    (InputError, 422),
    (NotFoundError, 404),
    (NotAllowedError, 403),
    (ConflictError, 409),
    (UnavailableError, 503),
    (ProtocolError, 400),
)
_BY_CODE = {
    "request_malformed": 400,
    "not_signed_in": 401,
    "method_not_allowed": 405,
    "too_large": 413,
    "media_type_not_supported": 415,
    "encoding_not_supported": 415,
    "rate_limited": 429,
}
log = logging.getLogger("mikra.web")


class Errors:
    """Outermost but for headers: nothing that a client sends becomes a bare 500."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return answer(request, error)


def status_of(error: MikraError) -> int:
    """The HTTP status of one of our errors."""
    if error.code in _BY_CODE:
        return _BY_CODE[error.code]
    return next(status for kind, status in _STATUS if isinstance(error, kind))


def known(error: Exception) -> MikraError | None:
    """Django's own refusals in our words; None for what is a defect."""
    if isinstance(error, MikraError):
        return error
    if isinstance(error, Http404):
        return NotFoundError(
            _("There is nothing here under this address."), fix=_("Check the address."), code="not_found"
        )
    if isinstance(error, RequestDataTooBig | TooManyFieldsSent):
        return InputError(_("This is larger than may be sent at once."), code="too_large", fix=_("Send less at once."))
    if isinstance(error, BadRequest | SuspiciousOperation | MultiPartParserError | UnicodeDecodeError):
        return InputError(_("This request cannot be read."), code="request_malformed", fix=_("Send it again."))
    if isinstance(error, PermissionDenied):
        return NotAllowedError(_("You may not do this here."), code="not_allowed")
    if isinstance(error, OperationalError):
        return unavailable()
    return None


def answer(request: HttpRequest, error: Exception) -> HttpResponse:
    """The response to an error, as a page or as problem+json."""
    said = known(error)
    if said is None:
        incident = str(new_id())
        log.error("defect", extra={"incident": incident, "kind": type(error).__name__}, exc_info=error)
        response = _shown(request, 500, None, incident)
    else:
        response = _shown(request, status_of(said), said, "")
        if response.status_code == 401:
            response["WWW-Authenticate"] = "Bearer"
        if isinstance(said, UnavailableError):
            response["Retry-After"] = str(math.ceil(said.retry_after or 30))
    return response


def problem(status: int, error: MikraError | None, incident: str = "") -> dict[str, Any]:
    """RFC 9457, 3.1, with our members beside it."""
    title = refusals.message(error) if error else _("Something went wrong here")
    body: dict[str, Any] = {"status": status, "title": title}
    if error:
        found = {name: getattr(error, name) for name in ("code", "where", "found", "expected")}
        found["fix"] = refusals.kept(error.fix)
        body |= {name: value for name, value in found.items() if value}
    if incident:
        body["instance"] = f"urn:uuid:{incident}"
    return body


def _shown(request: HttpRequest, status: int, error: MikraError | None, incident: str) -> HttpResponse:
    if request.path.startswith("/api/") or _program(request):
        return JsonResponse(problem(status, error, incident), status=status, content_type="application/problem+json")
    from mikra.server.web.pages import render

    return render(request, "error.html", {"error": error, "status": status, "incident": incident}, status=status)


def _program(request: HttpRequest) -> bool:
    """Who asks for JSON and no page: wallets, that look in several places for what they need."""
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that did not come from our page, or from one that is too old (Django's CSRF check)."""
    error = NotAllowedError(
        _("This form is too old, or came from elsewhere."),
        fix=_("Go back, load the page again, and send it once more."),
    )
    return _shown(request, 403, error, "")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return answer(request, Http404())


def malformed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return answer(request, exception if isinstance(exception, Exception) else BadRequest())


def defect(request: HttpRequest) -> HttpResponse:
    import sys

    error = sys.exc_info()[1]
    return answer(request, error if isinstance(error, Exception) else RuntimeError())
