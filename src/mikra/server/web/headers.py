"""What every answer says to the browser (BAR, R17): nothing but our own files, no framing, no guessing of types."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
SCANNER = "/static/mikra/scan/worker.js"
SCANNER_POLICY = POLICY.replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")
"""Of that script's own answer, and so of its own thread: it reads codes by WebAssembly. No page may do that."""
CAMERA = "camera=(self), geolocation=(), microphone=()"
"""Of the pages that have a scanner: the verifier's box, and where a wallet answers."""
TRANSPORT = "max-age=31536000; includeSubDomains"
"""RFC 6797. Django would say it only where it sees TLS itself; here a proxy speaks TLS, and the origin says so."""


class Headers:
    """Outermost."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        policy = SCANNER_POLICY if request.path == SCANNER else POLICY
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        if settings.SESSION_COOKIE_SECURE:
            response.headers.setdefault("Strict-Transport-Security", TRANSPORT)
        if "Cache-Control" not in response and not request.path.startswith("/static/"):
            response["Cache-Control"] = "no-store"
        return response
