"""Into a wallet by a code sent to an e-mail address. An address that has no wallet yet gets one by answering.

So nobody learns by it who has a wallet: whatever address is typed, the page says the same, and a letter goes out.
The code has 8 characters, holds for 10 minutes and for 5 tries; the session keeps its digest and the address encrypted.
"""

from __future__ import annotations

import datetime as dt
import hmac
from typing import Any

from django.contrib.auth import login
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email

from mikra.adapters.clock import chance, now
from mikra.base64url import decode, encode
from mikra.errors import InputError, UnavailableError
from mikra.server.actions import wallets
from mikra.server.actions.rate_limits import Buckets
from mikra.server.actions.step_up import LETTERS, LIFE, TRIES
from mikra.server.store import personal
from mikra.server.store.wallets import Wallet
from mikra.server.words import _

STATE, OFFER = "wallet_sign_in", "wallet_offer"
_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
PER_ADDRESS = Buckets(a_minute=1, burst=5)
PER_CALLER = Buckets(a_minute=10, burst=20)
"""Letters are not sent in numbers, neither to one address nor from one place."""


def send(request: Any, address: str, *, caller: str = "", typed: bool = True) -> None:
    """A code to this address; the one before is void. InputError for what is no address.

    UnavailableError where too many were asked for, or mail is down. `typed`: by whoever sits there, who may read it.
    """
    address = address.strip()
    try:
        validate_email(address)
    except ValidationError as error:
        raise InputError("This is no e-mail address.", where="email", expected="name@example.org") from error
    PER_CALLER.take(caller)
    PER_ADDRESS.take(wallets.token_of(address).hex())
    code = "".join(LETTERS[byte % 32] for byte in chance(8))
    body = _("Your code: {code}\n\nIt holds for 10 minutes. If you did not ask for it, do nothing.")
    message = EmailMessage(
        subject=_("Your code for Mikra"), body=body.format(code=f"{code[:4]}-{code[4:]}"), to=[address]
    )
    try:
        message.send()
    except OSError as error:
        raise UnavailableError(
            "The letter with the code could not be sent.", fix="Try again in a minute.", retry_after=60
        ) from error
    request.session[STATE] = {
        "digest": _digest(code),
        "to": encode(personal.seal_away(_key(), address)),
        "until": (now() + LIFE).timestamp(),
        "tries": TRIES,
        "typed": typed,
    }


def shown(request: Any) -> str:
    """The address as the page may show it: whoever only has a letter's link does not learn whose it is."""
    address = sent_to(request)
    if not address or (request.session.get(STATE) or {}).get("typed", True):
        return address
    name, _at, domain = address.rpartition("@")
    return f"{name[:1]}…@{domain[:1]}…{domain[domain.rfind('.') :]}"


def remember(request: Any, code: str) -> None:
    """The offer that is to be kept when somebody has signed in."""
    request.session[OFFER] = encode(personal.seal_away(_key(), code))


def remembered(request: Any) -> str:
    """The code of that offer, and forgets it; "" where there is none."""
    kept = request.session.pop(OFFER, "")
    return str(personal.look_into(_key(), decode(kept))) if kept else ""


def sent_to(request: Any) -> str:
    """The address to which a code is on its way; "" where none is."""
    state = request.session.get(STATE) or {}
    if not state or state["until"] <= now().timestamp() or state["tries"] <= 0:
        return ""
    return str(personal.look_into(_key(), decode(state["to"])))


def spend(request: Any, typed: str) -> str:
    """The address that answered. Right or wrong, it counts as a try; InputError for a wrong code, or a late one."""
    address = sent_to(request)
    state = request.session.get(STATE) or {}
    if address:
        state["tries"] -= 1
        request.session.modified = True
    if not address or not hmac.compare_digest(state["digest"], _digest(typed)):
        raise InputError(
            "This is not the code of the last letter, or it is older than 10 minutes.",
            where="code",
            fix="Look for the newest letter, or ask for another code.",
        )
    del request.session[STATE]
    return address


def enter(request: Any, address: str, *, language: str = "", at: dt.datetime | None = None) -> Wallet:
    """Signs this browser in to the wallet of an address that has just answered."""
    wallet = wallets.open_for(address, language=language, at=at)
    login(request, wallet.person, backend=_BACKEND)
    return wallet


def switch(request: Any, wallet: Wallet) -> None:
    """From the wallet that this browser had opened to one that was shown to be theirs too."""
    login(request, wallet.person, backend=_BACKEND)


def _key() -> bytes:
    return personal.derived("sign-in", wallets.NOBODY)


def _digest(code: str) -> str:
    plain = "".join(letter for letter in code.upper() if letter in LETTERS)
    return hmac.digest(_key(), plain.encode(), "sha256").hex()
