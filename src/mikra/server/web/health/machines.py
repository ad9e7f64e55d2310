"""For machines: is it alive, can it answer, and its figures."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from mikra.server import metrics as figures
from mikra.server.health import look
from mikra.server.installation import installation
from mikra.server.web.guards import not_there, public


@require_safe
@public
def alive(request: HttpRequest) -> HttpResponse:
    """This process answers. It asks nothing of the database: a restart would not mend that."""
    return JsonResponse({"status": "alive"})


@require_safe
@public
def ready(request: HttpRequest) -> HttpResponse:
    """Whether requests should be sent here: 200, or 503."""
    good = look.ready()
    answer = JsonResponse({"status": "ready" if good else "not ready"}, status=200 if good else 503)
    if not good:
        answer["Retry-After"] = "10"
    return answer


@require_safe
@public
def metrics(request: HttpRequest) -> HttpResponse:
    """For Prometheus; to whoever may not read them they are not there."""
    behind_a_proxy = "X-Forwarded-For" in request.headers
    address = "" if behind_a_proxy else request.META.get("REMOTE_ADDR", "")
    if not figures.may_read(installation(), address, request.headers.get("Authorization", "")):
        raise not_there()
    return HttpResponse(figures.page(), content_type=CONTENT_TYPE_LATEST)
