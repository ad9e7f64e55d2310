"""Rendering: Jinja2 with what every template may use, and `render`, the one way to make a page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import django_htmx.jinja
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.template import loader
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import json_script
from django.utils.translation import get_language, gettext, ngettext, npgettext, pgettext
from jinja2 import Environment, StrictUndefined

from mikra.messages.spoken import Day
from mikra.server.store.sign_on import SignOn
from mikra.server.web import navigation, refusals


def environment(**options: Any) -> Environment:
    """Called once by Django."""
    options["undefined"] = StrictUndefined
    made = Environment(extensions=["jinja2.ext.i18n"], trim_blocks=True, lstrip_blocks=True, **options)
    made.install_gettext_callables(  # type: ignore[attr-defined]
        gettext, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext
    )
    made.globals |= {
        "static": static,
        "json_script": json_script,
        "url": url,
        "url_if": url_if,
        "services": SignOn.enabled_ones,
        "languages": settings.LANGUAGES,
        "django_htmx_script": django_htmx.jinja.django_htmx_script,
    }
    made.filters |= {"day": day, "moment": moment, "said": refusals.kept}
    return made


def day(value: dt.date | None) -> str:
    """A calendar day in the reader's language: 3 May 2026."""
    if value is None:
        return ""
    return Day(value.date() if isinstance(value, dt.datetime) else value).text(get_language() or "en")


def moment(value: dt.datetime | None) -> str:
    """An instant with its zone: 3 May 2026, 14:05 UTC."""
    return "" if value is None else f"{day(value)}, {value.astimezone(dt.UTC):%H:%M} UTC"


def url_if(name: str, *args: Any) -> str:
    """The same as `url`; "" where this build has no such page."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def url(name: str, *args: Any, **query: Any) -> str:
    """An address of ours by name; keyword arguments become its query."""
    from django.utils.http import urlencode

    given = {key: value for key, value in query.items() if value not in (None, "")}
    return reverse(name, args=args) + (f"?{urlencode(given, doseq=True)}" if given else "")


def _signed_in(request: HttpRequest) -> Any:
    user = getattr(request, "user", None)
    return user if user is not None and user.is_authenticated else None


def context(request: HttpRequest) -> dict[str, Any]:
    """What every page knows: who reads, where, in which language, and what was just said to them."""
    actor = getattr(request, "actor", None)
    person = getattr(request, "person", None) or _signed_in(request)
    if person is not None and person.owns_wallet:
        return _of_wallet(request)
    of_tenant = {"tenant": request.tenant} if hasattr(request, "tenant") else {}  # else a page may name its own
    return {
        **of_tenant,
        "language": (get_language() or "en").partition("-")[0],
        "actor": actor,
        "person": person,
        "nav": navigation.entries(request, actor) if actor else [],
        "account": navigation.account(person, several=not actor) if person else [],
        "foot": navigation.foot(),
        "messages": lambda: messages.get_messages(request),
        "now": timezone.now,
    }


def _of_wallet(request: HttpRequest) -> dict[str, Any]:
    """The same for a learner, who works nowhere here."""
    return {
        "language": (get_language() or "en").partition("-")[0],
        "actor": None,
        "person": {"name": gettext("Your wallet"), "owns_wallet": True},
        "nav": navigation.wallet(request) if hasattr(request, "wallet") else [],
        "account": navigation.owner(),
        "foot": navigation.foot(),
        "messages": lambda: messages.get_messages(request),
        "now": timezone.now,
    }


def render(
    request: HttpRequest, template: str, values: Mapping[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """A page. With htmx and a block named by its target, only that part is sent (`fragment`)."""
    return HttpResponse(loader.render_to_string(template, dict(values or {}), request, using="jinja2"), status=status)
