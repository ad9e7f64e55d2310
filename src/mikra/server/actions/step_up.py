"""Proving again who one is, before something grave: a code by e-mail; an app or a passkey where the person has one.

What counts is when the session last saw a proof (`allauth` notes it; `proven_at`). A code has 8 characters that are
not mixed up, holds for 10 minutes, and for 5 tries.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from django.core.mail import EmailMessage
from django.http import HttpRequest

from mikra.adapters.clock import chance, now
from mikra.errors import UnavailableError
from mikra.server.store.people import Person
from mikra.server.words import _

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LIFE = dt.timedelta(minutes=10)
TRIES = 5
_STATE = "step_up"


def proven_at(request: HttpRequest) -> dt.datetime | None:
    """When this session last saw a proof of who this is."""
    records = request.session.get("account_authentication_methods", [])
    moments = [one["at"] for one in records if isinstance(one, dict) and "at" in one]
    return dt.datetime.fromtimestamp(max(moments), dt.UTC) if moments else None


def ways(person: Person) -> dict[str, int]:
    """How many authenticators of each kind this person has: totp, webauthn, recovery_codes."""
    kinds = Authenticator.objects.filter(user=person).values_list("type", flat=True)
    return {kind: list(kinds).count(kind) for kind in ("totp", "webauthn", "recovery_codes")}


def send_code(request: Any) -> None:
    """A new code to the person's own address; the one before is void. UnavailableError where mail is down."""
    code = "".join(LETTERS[byte % 32] for byte in chance(8))
    message = EmailMessage(
        subject=_("Your code for Mikra"),
        body=_("Your code: {code}\n\nIt holds for 10 minutes. If you did not ask for it, do nothing.").format(
            code=f"{code[:4]}-{code[4:]}"
        ),
        to=[request.user.email],
    )
    try:
        message.send()
    except OSError as error:
        raise UnavailableError(
            "The letter with the code could not be sent.", fix="Try again in a minute.", retry_after=60
        ) from error
    request.session[_STATE] = {"digest": _digest(code), "until": (now() + LIFE).timestamp(), "tries": TRIES}


def is_sent(request: HttpRequest) -> bool:
    """Whether a code waits to be typed."""
    state = request.session.get(_STATE) or {}
    return bool(state) and state["until"] > now().timestamp() and state["tries"] > 0


def spend_code(request: Any, typed: str) -> bool:
    """Whether this is the code; right or wrong, it counts as a try, and a right one is spent."""
    if not is_sent(request):
        return False
    state = request.session[_STATE]
    state["tries"] -= 1
    request.session.modified = True
    if not hmac.compare_digest(state["digest"], _digest(typed)):
        return False
    del request.session[_STATE]
    record_authentication(request, request.user, method="code", reauthenticated=True)
    return True


def _digest(code: str) -> str:
    plain = "".join(letter for letter in code.upper() if letter in LETTERS)
    return hashlib.sha256(plain.encode()).hexdigest()
