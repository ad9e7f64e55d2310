"""On the way to the sign-in of an institution: a page that leads on by itself.

A browser follows no answer to a form to another site where the policy allows forms to this one alone (CSP 3,
form-action), and which site it will be is known only once the institution's service was asked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponseBase

from mikra.server.web.pages import render

View = Callable[..., HttpResponseBase]


def leaving(view: View) -> View:
    """The view, with a page in the place of an answer that leads to another site."""

    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        answer = view(request, *args, **kwargs)
        target = answer.headers.get("Location", "")
        parts = urlsplit(target)
        if answer.status_code != 302 or not parts.netloc or parts.netloc == request.get_host():
            return answer
        page = render(request, "account/leaving.html", {"target": target, "host": parts.hostname})
        page.cookies.update(answer.cookies)
        page["Cache-Control"] = "no-store"
        return page

    shown.__module__, shown.__name__ = view.__module__, getattr(view, "__name__", type(view).__name__)
    return shown
