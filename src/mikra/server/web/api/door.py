"""What every request to the API passes, before and after the operation itself.

1. 400 for a path or query with NUL, 415 for a packed body or one that is no JSON, 413 by Content-Length.
2. 401 without a key in force, 429 where the key asks too often.
3. The body, read strictly (RFC 8259, RFC 7493): `request.members`.
4. A POST with an Idempotency-Key is done once.
5. HEAD is GET without its body, OPTIONS names the methods, a method that is not there is 405 as problem+json.
6. ETag and If-None-Match (RFC 9110, 13.1.2) on what GET gives.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from mikra import strictjson
from mikra.errors import InputError, MikraError
from mikra.server.actions import api_keys, idempotency
from mikra.server.actions.idempotency import Answer
from mikra.server.actions.rate_limits import BUCKETS
from mikra.server.rights import Actor
from mikra.server.web import errors
from mikra.server.words import language

LIMITS = strictjson.Limits(max_bytes=5 * 1024 * 1024, max_depth=40, max_nodes=200_000)
"""Of a body of JSON. Class lists without a limit of rows go by PUT, as CSV."""

RAW = "raw"
"""The attribute of a view that reads its body itself."""


class Called(HttpRequest):
    """A request that came through the door."""

    actor: Actor
    members: Any


def door(view: Callable[..., HttpResponseBase], methods: frozenset[str], raw: frozenset[str]) -> Callable[..., Any]:
    """The view behind the door. `methods` are those that it has; `raw` those whose bodies it reads itself."""

    def entered(request: Any, **parts: Any) -> HttpResponseBase:
        try:
            return _entered(view, request, parts, methods, raw)
        except MikraError as error:
            return errors.answer(request, error)

    entered.guard = "api"  # type: ignore[attr-defined]
    entered.csrf_exempt = True  # type: ignore[attr-defined]
    entered.__name__ = getattr(view, "__name__", "api")
    return entered


def _entered(
    view: Callable[..., HttpResponseBase],
    request: Any,
    parts: dict[str, Any],
    methods: frozenset[str],
    raw: frozenset[str],
) -> HttpResponseBase:
    _check_address(request)
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers={"Allow": _allow(methods)})
    request.actor = api_keys.actor_of(_secret(request), language=language())
    BUCKETS.take(request.actor.name)
    asked = request.method
    if asked == "HEAD" and "GET" in methods:
        request.method = "GET"
    if request.method not in methods:
        return _no_such_method(request, methods)
    request.members = None
    if request.method not in raw:
        _read(request)
    response = _done(view, request, parts)
    if request.method == "GET":
        _remember(request, response)
    return _without_body(response) if asked == "HEAD" else response


def _check_address(request: HttpRequest) -> None:
    if "\x00" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
        raise InputError("This address holds a character that none has.", code="request_malformed")


def _secret(request: HttpRequest) -> str:
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if kind.lower() == "bearer" else ""


def _allow(methods: frozenset[str]) -> str:
    return ", ".join(sorted(methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())))


def _no_such_method(request: HttpRequest, methods: frozenset[str]) -> HttpResponse:
    error = InputError(
        "This address does not take this method.",
        found=str(request.method)[:20],
        expected=_allow(methods),
        code="method_not_allowed",
    )
    response = errors.answer(request, error)
    response["Allow"] = _allow(methods)
    return response


def check_length(request: HttpRequest, most: int) -> None:
    """InputError `too_large` by Content-Length, before anything is read."""
    length = request.headers.get("Content-Length", "")
    if length.isascii() and length.isdigit() and int(length) > most:
        raise too_large(most)


def too_large(most: int) -> InputError:
    """More bytes than this address takes."""
    return InputError(
        "This is larger than may be sent here.",
        expected=f"at most {most} bytes",
        fix="Send less at once; a long class list goes as CSV by PUT to .../list.",
        code="too_large",
    )


def check_plain(request: HttpRequest) -> None:
    """InputError for a packed body."""
    coding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if coding != "identity":
        raise InputError(
            "Bodies are taken as they are, not packed.",
            where="Content-Encoding",
            found=coding[:40],
            expected="identity",
            code="encoding_not_supported",
        )


def _read(request: Any) -> None:
    """The members of the body, where there is one."""
    check_length(request, LIMITS.max_bytes)
    body = request.body
    if not body:
        return
    check_plain(request)
    if (request.content_type or "").lower() != "application/json":
        raise InputError(
            "The body is no JSON, by its own words.",
            where="Content-Type",
            found=(request.content_type or "")[:80],
            expected="application/json",
            code="media_type_not_supported",
        )
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(
            "The body is not UTF-8.", where=f"byte {error.start}", expected="UTF-8", code="request_malformed"
        ) from None
    try:
        request.members = strictjson.parse(body, LIMITS)
    except InputError as error:
        error.fix = "Send JSON that every reader understands alike (RFC 8259, RFC 7493)."
        raise


def _done(view: Callable[..., HttpResponseBase], request: Any, parts: dict[str, Any]) -> HttpResponseBase:
    key = request.headers.get("Idempotency-Key")
    if request.method != "POST" or key is None:
        return view(request, **parts)
    digest = hashlib.sha256(request.get_full_path().encode() + b"\n" + request.body).digest()
    found = idempotency.once(request.actor, key, digest, lambda: _kept(view(request, **parts)))
    response = HttpResponse(found.body, status=found.status, headers=found.headers)
    if found.again:
        response["Idempotency-Replayed"] = "true"
    return response


def _kept(response: Any) -> Answer:
    headers = {name: response[name] for name in ("Content-Type", "Location") if name in response}
    return Answer(response.status_code, bytes(response.content), headers)


def _remember(request: HttpRequest, response: HttpResponseBase) -> None:
    """ETag, and 304 where the caller has just this already."""
    if not isinstance(response, HttpResponse) or response.status_code != 200:
        return
    mark = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    response["ETag"] = mark
    response["Cache-Control"] = "private, no-cache"
    known = [one.strip().removeprefix("W/") for one in request.headers.get("If-None-Match", "").split(",")]
    if mark in known or known == ["*"]:
        response.status_code, response.content = 304, b""


def _without_body(response: HttpResponseBase) -> HttpResponseBase:
    if isinstance(response, StreamingHttpResponse):
        return HttpResponse(status=response.status_code, headers=dict(response.items()))
    if isinstance(response, HttpResponse):
        response["Content-Length"] = str(len(response.content))
        response.content = b""
    return response
