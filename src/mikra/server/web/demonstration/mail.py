"""The letters that a demonstration would have sent: sign-in codes, claim letters. Elsewhere there is no such page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from mikra.server.installation import Mode, installation
from mikra.server.post_folder import MOST, letter, letters
from mikra.server.web.guards import not_there, public
from mikra.server.web.pages import render


@require_GET
@public
def index(request: HttpRequest) -> HttpResponse:
    """The newest letters."""
    _only_in_a_demonstration()
    return render(request, "demonstration/mail.html", {"letters": letters(installation().home / "mail"), "most": MOST})


@require_GET
@public
def show(request: HttpRequest, name: str) -> HttpResponse:
    """One letter, as text."""
    _only_in_a_demonstration()
    found = letter(installation().home / "mail", name)
    return render(request, "demonstration/letter.html", {"letter": found})


def _only_in_a_demonstration() -> None:
    if installation().mode is not Mode.DEMONSTRATION:
        raise not_there()
