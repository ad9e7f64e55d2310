"""Each request has an id, a line in the log and a place in the figures: by the name of its route, never its address."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from mikra.server.logs import request_id
from mikra.server.metrics import ANSWERS
from mikra.server.store.base import new_id

log = logging.getLogger("mikra.requests")

_GIVEN = re.compile(r"[0-9a-fA-F-]{16,64}")
"""What proxies make: hexadecimal digits, in which no name and no number of a person can be written by accident."""
_QUIET = frozenset({"alive", "ready", "metrics", ""})


class Requests:
    """Outermost but for the headers. A proxy's X-Request-ID is taken where it looks like one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        known = given if _GIVEN.fullmatch(given) else str(new_id())
        token, begun = request_id.set(known), time.perf_counter()
        try:
            response = self.get_response(request)
            self._note(request, response, time.perf_counter() - begun)
        finally:
            request_id.reset(token)
        response["X-Request-ID"] = known
        return response

    def _note(self, request: HttpRequest, response: HttpResponse, seconds: float) -> None:
        route = request.resolver_match.view_name if request.resolver_match else ""
        method = request.method if request.method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE") else "other"
        ANSWERS.labels(method, f"{response.status_code // 100}xx", route or "none").observe(seconds)
        if route not in _QUIET or response.status_code >= 500:
            told = {"method": method, "route": route, "status": response.status_code}
            log.info("answered", extra={**told, "milliseconds": round(seconds * 1000, 1)})
