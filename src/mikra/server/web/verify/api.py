"""`POST /api/v1/verify`: the report of `mikra verify --json`, for any program, without a key. Nothing is stored.

The body is the credential itself, of any kind; or JSON `{"credential": ..., "at": "..."}` with a text or an object;
or a form (multipart) with a file in `file` and, if wanted, `at`.
200 for passed and indeterminate, 422 for failed (docs/design.md, "From checks to a verdict"); problem+json for what is
no question.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import orjson
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseBase, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.views.decorators.csrf import csrf_exempt

from mikra import strictjson
from mikra.errors import InputError, MikraError
from mikra.instants import instant
from mikra.server.actions import verifying
from mikra.server.web import errors
from mikra.server.web.api.door import check_plain
from mikra.server.web.callers import caller_of
from mikra.server.web.guards import public
from mikra.server.web.verify.views import BUCKETS
from mikra.server.words import language

_MEMBERS = frozenset({"credential", "at", "language"})


@csrf_exempt
@public
def verify(request: HttpRequest) -> HttpResponseBase:
    """One file in, its reports out."""
    try:
        response = _answered(request)
    except MikraError as error:
        response = errors.answer(request, error)
    response["Access-Control-Allow-Origin"] = "*"
    response["Cache-Control"] = "no-store"
    return response


def _answered(request: HttpRequest) -> HttpResponse:
    if request.method == "OPTIONS":
        return HttpResponse(
            status=204,
            headers={
                "Allow": "OPTIONS, POST",
                "Access-Control-Allow-Methods": "POST",
                "Access-Control-Allow-Headers": "Content-Type",
            },
        )
    if request.method != "POST":
        raise InputError(
            "This address answers to POST alone.", found=str(request.method), expected="POST", code="method_not_allowed"
        )
    BUCKETS.take(caller_of(request))
    check_plain(request)
    data, at = _asked(request)
    checked = verifying.check(data, at=at, languages=(language(),))
    told = [one[language()] for one in checked.reports]
    return HttpResponse(
        orjson.dumps([_plain(one) for one in told]),
        status=checked.verdict.http_status,
        content_type="application/json",
    )


def _asked(request: HttpRequest) -> tuple[bytes, dt.datetime | None]:
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdecimal() and int(length) > verifying.LARGEST + 10_000:
        raise InputError(
            "This is too large.",
            found=f"{length} bytes",
            expected=f"at most {verifying.LARGEST} bytes",
            code="too_large",
        )
    if request.content_type == "multipart/form-data":
        return _form(request)
    body = request.body
    members = _question(body)
    if members is None:
        return body, None
    given = members["credential"]
    return given.encode() if isinstance(given, str) else orjson.dumps(given), _moment(members.get("at", ""))


def _form(request: HttpRequest) -> tuple[bytes, dt.datetime | None]:
    try:
        files = [one for _name, some in request.FILES.lists() for one in some]
        fields = request.POST
    except (MultiPartParserError, SuspiciousOperation, UnreadablePostError) as error:
        raise InputError(
            "This form could not be read.", expected="multipart/form-data with one file", code="request_malformed"
        ) from error
    if len(files) > 1 or (files and "credential" in fields):
        raise InputError(
            "One request asks about one file.", found=f"{len(files)} files", expected="1", code="request_malformed"
        )
    data = bytes(files[0].read()) if files else str(fields.get("credential", "")).encode()
    return data, _moment(fields.get("at", ""))


def _question(body: bytes) -> dict[str, Any] | None:
    """The members of a question in JSON; None where the body is the credential itself."""
    if body.lstrip()[:1] != b"{" or b'"credential"' not in body:
        return None
    try:
        said = strictjson.parse(body)
    except InputError:
        return None
    return said if isinstance(said, dict) and "credential" in said and set(said) <= _MEMBERS else None


def _moment(text: object) -> dt.datetime | None:
    if text == "":
        return None
    try:
        found = instant(text, "at")
    except InputError as error:
        raise _no_moment(text) from error
    if found.tzinfo is None:
        raise _no_moment(text)
    return found


def _no_moment(text: object) -> InputError:
    expected = "2026-06-01T12:00:00Z"
    return InputError(
        "This is no moment.", where="at", found=str(text)[:40], expected=expected, code="request_malformed"
    )


def _plain(report: dict[str, Any]) -> dict[str, Any]:
    """The promised shape, without details."""
    kept = ("id", "status", "reason", "clause", "where")
    return {**report, "checks": [{k: v for k, v in one.items() if k in kept} for one in report["checks"]]}
