"""What ninja itself refuses, in our words: one error, at the member that it is about."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja.errors import HttpError, ValidationError

from mikra.errors import InputError, MikraError, NotAllowedError
from mikra.server.actions.api_keys import no_key
from mikra.server.web import errors

_SAID = {
    "extra_forbidden": "There is no such member.",
    "missing": "This is missing.",
}


def invalid(request: HttpRequest, error: ValidationError | type[ValidationError]) -> HttpResponse:
    """A body, a query or a part of the address that does not fit."""
    found = error.errors[0] if isinstance(error, ValidationError) and error.errors else {}
    return errors.answer(request, _said(found))


def _said(found: dict[str, Any]) -> MikraError:
    where = [str(one) for one in found.get("loc", ())]
    if len(where) > 1 and where[0] in ("body", "query", "path"):
        where = where[2:] if where[0] == "body" and len(where) > 2 else where[1:]
    kind = str(found.get("type", ""))
    given = found.get("input") if kind not in ("missing", "extra_forbidden") else None
    return InputError(
        _SAID.get(kind, "This value cannot be."),
        where="/".join(where)[:200],
        found=repr(given)[:80] if isinstance(given, str | int | float | bool) else "",
        expected=str(found.get("msg", ""))[:200] if kind not in _SAID else "",
        fix="See the description of the API: /api/v1/openapi.json.",
        code="member_unknown" if kind == "extra_forbidden" else "value_invalid",
    )


def refused(request: HttpRequest, error: HttpError | type[HttpError]) -> HttpResponse:
    """No key, or a request that cannot be read."""
    status = error.status_code if isinstance(error, HttpError) else 400
    if status == 401:
        return errors.answer(request, no_key())
    if status == 403:
        return errors.answer(request, NotAllowedError("You may not do this here.", code="not_allowed"))
    return errors.answer(request, InputError("This request cannot be read.", code="request_malformed"))
