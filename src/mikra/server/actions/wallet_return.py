"""Back into a wallet whose addresses do not answer any more, by the sign-in of an institution (ADR 24).

let(wallet, proof, True)               its owner lets an account that has named them open it again
ask(new, tenant, subject, service)     later, from a new wallet: that account asks; all old addresses are told
stop(wallet)                           whoever still gets into the old one says no, and the account opens nothing more
finish(new)                            after three days: all is in the old wallet again, for the new address

It is the account that counts, as the institution's service names it (`Proof.subject`), and no address: another account
of that institution is nobody's, and one that its learner did not allow before opens nothing.
"""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from dataclasses import dataclass

from django.core.mail import EmailMessage
from django.utils import translation

from mikra.adapters.clock import now
from mikra.errors import ConflictError, NotAllowedError, UnavailableError
from mikra.messages import spoken
from mikra.server import words
from mikra.server.actions import audit, wallet_identity, wallet_owner
from mikra.server.actions.work import work
from mikra.server.installation import installation
from mikra.server.store.sign_on import SignOn
from mikra.server.store.tenants import Tenant
from mikra.server.store.wallets import Proof, Return, Wallet, proof_by
from mikra.server.words import _

log = logging.getLogger("mikra.server.wallet_return")
WAIT = dt.timedelta(days=3)
"""Between asking and opening: whoever reads an old address, or is signed in on an old phone, can say no."""
LASTS = dt.timedelta(days=30)
"""After which a request that nobody came back for is forgotten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """An account that has named the owner. `open`: whether it may open the wallet again."""

    proof: uuid.UUID
    institution: str
    open: bool


def linked(wallet: Wallet) -> list[Linked]:
    """All accounts that have named the owner, by institution."""
    rows = Proof.of(wallet).exclude(subject=None).select_related("tenant").order_by("tenant__name", "id")
    return [Linked(proof=one.pk, institution=one.tenant.name, open=one.recovers) for one in rows if one.tenant]


def let(wallet: Wallet, proof: uuid.UUID | str, yes: bool) -> None:
    """Allows it, or forbids it; what was asked by it meanwhile ends. NotFoundError for what is somebody else's."""
    found = Proof.get(wallet, proof)
    with work():
        Wallet._default_manager.select_for_update().get(pk=wallet.pk)
        Proof.of(wallet).filter(pk=found.pk).exclude(subject=None).update(recovers=yes)
        if not yes:
            Return.of(wallet).filter(tenant=found.tenant).delete()


def services() -> list[SignOn]:
    """By which sign-ins somebody can ask."""
    return SignOn.enabled_ones()


def ask(
    new: Wallet, tenant: Tenant, subject: str, service: str, *, caller: str = "", at: dt.datetime | None = None
) -> Return:
    """Who has signed in to `new` was named by that account. NotAllowedError where it opens no wallet.

    UnavailableError where the old addresses cannot be written to now: nothing is asked without their knowing.
    """
    wallet_owner.RECOVERIES.take(caller)
    moment = at or now()
    proof = proof_by(tenant, wallet_identity.token_of(tenant, subject))
    if proof is None or not proof.recovers:
        raise NotAllowedError(
            "This account opens no wallet: nobody allowed it to, before.",
            fix="Use a code on paper, or ask each institution to send your letters again.",
            code="not_allowed",
        )
    if proof.wallet_id == new.pk:
        raise ConflictError("This account opens the wallet in which you are.", code="conflict")
    with work():
        old = Wallet._default_manager.select_for_update().get(pk=proof.wallet_id)
        known = Return.of(old).filter(to=new).first()
        if known is not None:
            return known
        Return.of(old).delete()
        Return._default_manager.filter(to=new).delete()
        row = Return(wallet=old, to=new, tenant=tenant, created=moment, opens=_day_of(moment))
        row.save(force_insert=True)
        _note(row, "wallet.return_asked", moment)
        _tell(old, _asked(old, tenant, service, row.opens))
    return row


def _day_of(at: dt.datetime) -> dt.datetime:
    """The beginning of the first day (UTC) that is three days away: a day can be named, a minute is missed."""
    return (at + WAIT + dt.timedelta(days=1)).astimezone(dt.UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def waiting(new: Wallet, at: dt.datetime | None = None) -> Return | None:
    """What the owner of this wallet has asked for."""
    return Return._default_manager.filter(to=new, created__gt=(at or now()) - LASTS).select_related("tenant").first()


def asked_of(wallet: Wallet, at: dt.datetime | None = None) -> Return | None:
    """Who wants to open this wallet."""
    return Return.of(wallet).filter(created__gt=(at or now()) - LASTS).select_related("tenant").first()


def stop(wallet: Wallet, at: dt.datetime | None = None) -> None:
    """The owner says that it is not them: the account opens nothing, until they allow it anew. Twice is once."""
    with work():
        Wallet._default_manager.select_for_update().get(pk=wallet.pk)
        row = Return.of(wallet).select_related("tenant").first()
        if row is None:
            return
        Proof.of(wallet).filter(tenant=row.tenant).update(recovers=False)
        _note(row, "wallet.return_stopped", at or now())
        row.delete()


def give_up(new: Wallet) -> None:
    """Who asked wants it no more."""
    with work():
        Return._default_manager.filter(to=new).delete()


def finish(new: Wallet, at: dt.datetime | None = None) -> Wallet:
    """The old wallet, with all of the new one, and signed out everywhere else.

    NotAllowedError before its day, and where it was stopped or forbidden meanwhile.
    """
    moment = at or now()
    with work():
        row = waiting(new, moment)
        if row is None:
            raise NotAllowedError("Nothing is asked for any more.", fix="Ask again by the sign-in.", code="not_allowed")
        old = Wallet._default_manager.select_for_update().get(pk=row.wallet_id)
        if row.opens > moment:
            raise NotAllowedError("It does not open yet.", fix="Come back on the day that is named.", code="too_early")
        allowed = Proof.of(old).filter(tenant=row.tenant, recovers=True).exclude(subject=None)
        if not allowed or not Return.of(old).filter(pk=row.pk):
            raise NotAllowedError("Nothing is asked for any more.", fix="Ask again by the sign-in.", code="not_allowed")
        told = [one.text for one in wallet_owner.addresses(old)]
        _note(row, "wallet.returned", moment)
        row.delete()
        wallet_owner.join(new, old)
    try:
        _tell(old, _opened(old, row.tenant), told)
    except UnavailableError:
        log.warning("not told", extra={"task": "wallet_return"})  # it is open; that it was asked for was told before
    return old


def _tell(wallet: Wallet, letter: tuple[str, str], to: list[str] | None = None) -> None:
    subject, body = letter
    try:
        for one in [one.text for one in wallet_owner.addresses(wallet)] if to is None else to:
            EmailMessage(subject=subject, body=body, to=[one]).send()
    except OSError as error:
        raise UnavailableError(
            "The old addresses could not be told, so nothing was asked.", fix="Try again in a minute.", retry_after=60
        ) from error


def _asked(wallet: Wallet, tenant: Tenant, service: str, opens: dt.datetime) -> tuple[str, str]:
    with translation.override(_language(wallet)):
        body = _(
            "Somebody has signed in with your account at {tenant} ({service}), and wants to open your wallet with "
            "another address.\n\nIt opens on {day}. If that is you, do nothing.\n\nIf it is not you, open your wallet "
            "and press “This is not me”:\n\n{address}\n"
        )
        day = spoken.Day(opens.date()).text(words.language())
        address = f"{installation().origin.rstrip('/')}/wallet/"
        return _("Somebody wants to open your wallet"), body.format(
            tenant=tenant.name, service=service, day=day, address=address
        )


def _opened(wallet: Wallet, tenant: Tenant) -> tuple[str, str]:
    with translation.override(_language(wallet)):
        body = _(
            "Your wallet was opened for another address, as was asked three days ago by your account at {tenant}. "
            "It is closed on all devices that had it open.\n\nThis address opens it still.\n"
        )
        return _("Your wallet was opened for another address"), body.format(tenant=tenant.name)


def _language(wallet: Wallet) -> str:
    return wallet.person.language or "en"


def _note(row: Return, verb: str, at: dt.datetime) -> None:
    """In the trail of the institution whose account it is: that it happened, and not whose wallet it is."""
    line = audit.Line(verb=verb, subject=f"return:{row.pk}")
    audit.note_all(row.tenant, "learner", [line], at)
