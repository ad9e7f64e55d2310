"""The API as one: its operations, its key, its door, its description."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser
from ninja.security import HttpBearer

from mikra.server.web.api import awards, batches, deliveries, designs, presentations, problems, rows, webhooks
from mikra.server.web.api.describe import published
from mikra.server.web.api.door import Called, door
from mikra.server.web.guards import public

RAW = frozenset({("batches/<uuidstr:id>/list", "PUT")})
"""(address, method) of what reads its body itself."""


class Key(HttpBearer):
    """`Authorization: Bearer mikra_...`; the door has looked at it already."""

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        return getattr(request, "actor", None)


class Members(Parser):
    """The body as the door read it."""

    def parse_body(self, request: Any) -> Any:
        return request.members


api = NinjaAPI(
    title="Mikra",
    version="1",
    description="Micro-credentials of an institution: designs, class lists, awards, deliveries.",
    openapi_url=None,
    docs_url=None,
    auth=Key(),
    parser=Members(),
    urls_namespace="api",
)
ROUTERS = (
    designs.router,
    batches.router,
    rows.router,
    awards.router,
    deliveries.router,
    presentations.router,
    webhooks.router,
)
for _router in ROUTERS:
    api.add_router("", _router)
api.add_exception_handler(ValidationError, problems.invalid)
api.add_exception_handler(HttpError, problems.refused)


@require_safe
@public
def openapi(request: HttpRequest) -> HttpResponse:
    """The description of the API (OpenAPI 3.1); it names no institution."""
    return JsonResponse(published(api))


def _patterns() -> list[URLPattern]:
    """The operations behind the door."""
    methods = dict(_methods())
    found: list[URLPattern] = []
    for one in api.urls[0]:
        address = str(one.pattern)
        if isinstance(one, URLPattern) and one.callback is not None and address in methods:
            known = methods.pop(address)  # ninja names an address once for each operation
            raw = frozenset(method for place, method in RAW if place == address)
            found.append(path(address, door(one.callback, known, raw), name=f"api-{one.name}"))
    return found


def _methods() -> Iterator[tuple[str, frozenset[str]]]:
    """(address as Django writes it, its methods)."""
    for router in ROUTERS:
        for address, view in router.path_operations.items():
            written = address.lstrip("/").replace("{", "<").replace("}", ">")
            yield written, frozenset(method for one in view.operations for method in one.methods)


urlpatterns = [path("openapi.json", openapi, name="openapi"), *_patterns()]

__all__ = ["Called", "api", "urlpatterns"]
