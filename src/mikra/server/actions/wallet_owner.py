"""What belongs to the owner of a wallet: their addresses, a code on paper for the day when none of them answers any
more, all of it as one file, and the end of it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import zipfile
from collections import Counter
from dataclasses import dataclass
from typing import Any

import orjson

from mikra.adapters.clock import chance, now
from mikra.errors import ConflictError, InputError
from mikra.exchange.transfer import ESI
from mikra.server.actions import (
    claim_codes,
    erasure_list,
    shares,
    wallet_answers,
    wallet_bundle,
    wallet_forms,
    wallet_moving,
    wallets,
)
from mikra.server.actions.erasure_rows import destroy_wallet
from mikra.server.actions.rate_limits import Buckets
from mikra.server.actions.work import work
from mikra.server.store import personal
from mikra.server.store.scrubbing import scrub
from mikra.server.store.shares import Share
from mikra.server.store.wallets import Address, Consent, Held, Wallet, by_address, by_recovery
from mikra.server.words import _, language

ADDRESSES = 5
"""Of one wallet."""
RECOVERIES = Buckets(a_minute=5, burst=10)
"""By the caller: codes on paper are not guessed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An address as its owner reads it."""

    address: Address
    text: str


def addresses(wallet: Wallet) -> list[Known]:
    """The one that gets letters first."""
    key = wallets.key_of(wallet)
    rows = Address.of(wallet).order_by("-first", "id")
    return [Known(address=one, text=str(personal.look_into(key, bytes(one.content)))) for one in rows]


def add_address(wallet: Wallet, address: str, at: dt.datetime | None = None) -> Address:
    """One that has just answered a code; twice is once. ConflictError: it opens another wallet, or there are many."""
    token = wallets.token_of(address)
    known = by_address(token)
    if known is not None and known.pk != wallet.pk:
        raise ConflictError(
            "This address opens another wallet.",
            fix="Sign in there, export what is in it, erase it, and add the address here.",
        )
    if known is not None:
        return Address.of(wallet).get(token=token)
    with work():
        Wallet._default_manager.select_for_update().get(pk=wallet.pk)
        if Address.of(wallet).count() >= ADDRESSES:
            raise ConflictError("There are many addresses already.", expected=f"at most {ADDRESSES}", fix="Remove one.")
        blob = personal.seal_away(wallets.key_of(wallet), address.strip())
        made = Address(wallet=wallet, token=token, content=blob, confirmed=at or now())
        made.save(force_insert=True)
    return made


def remove_address(wallet: Wallet, id: str) -> None:
    """It opens this wallet no longer. ConflictError for the last one."""
    found = Address.get(wallet, id)
    with work():
        Wallet._default_manager.select_for_update().get(pk=wallet.pk)
        others = Address.of(wallet).exclude(pk=found.pk).order_by("id")
        if not others:
            raise ConflictError("This is the only address that opens your wallet.", fix="Add another one first.")
        found.delete()
        if found.first:
            Address.of(wallet).filter(pk=others[0].pk).update(first=True)


def describe(wallet: Wallet, *, name: str, esi: str) -> None:
    """What the learner says about themselves. InputError for what is no European Student Identifier (`esi`)."""
    esi = esi.strip()
    if esi and not ESI.fullmatch(esi):
        raise InputError(
            "This is no European Student Identifier.",
            where="esi",
            found=esi[:60],
            expected="urn:schac:personalUniqueCode:int:esi:...",
            fix="Copy it from your student card, or leave it empty.",
        )
    wallets.describe(wallet, name=" ".join(name.split())[:200], esi=esi)


def new_recovery(wallet: Wallet) -> str:
    """A code for paper, shown once; the one before is void."""
    code = claim_codes.letters(int.from_bytes(chance(20)), 32)
    wallet.recovery = _recovery(code)
    with work():
        wallet.save(update_fields=("recovery",))
    return claim_codes.spaced(code)


def move(new: Wallet, code: str, *, caller: str = "") -> Wallet:
    """Opens an old wallet by its code on paper for whoever has just signed in to a new one, by an address that answers.

    All of the new one goes over to the old one (`wallet_moving`), and the code is spent. InputError for a code that
    opens none; ConflictError where the old one has no room for the addresses.
    """
    RECOVERIES.take(caller)
    old = by_recovery(_recovery(code))
    if old is None or old.pk == new.pk:
        raise InputError("This code opens no other wallet.", where="paper", fix="Check it against your paper.")
    with work():
        locked = Wallet._default_manager.select_for_update().filter(pk=old.pk, recovery=old.recovery).first()
        if locked is None:
            raise InputError("This code opens no other wallet.", where="paper", fix="Check it against your paper.")
        Wallet._default_manager.filter(pk=old.pk).update(recovery=None)
        join(new, locked)
    locked.recovery = None
    return locked


def join(new: Wallet, old: Wallet) -> None:
    """All of `new` into `old`, which its addresses open from now on, and which is closed wherever it was open.

    Call it inside `work()`, `old` locked. ConflictError where the old one has no room.
    """
    moved = [one.text for one in addresses(new)]
    Address.of(new).delete()
    for text in moved:
        add_address(old, text)
    wallet_moving.move(new, old)
    erasure_list.append(erasure_list.WALLET, [new.id], now())
    destroy_wallet(new)
    old.person.set_unusable_password()  # sessions hold a digest of it: a phone that was lost is signed out
    old.person.save(update_fields=("password",))


def _recovery(code: str) -> bytes:
    plain = "".join(one for one in code.upper() if one in claim_codes.LETTERS)
    return hashlib.sha256(b"recovery:" + plain.encode()).digest()


def export(wallet: Wallet, at: dt.datetime | None = None) -> bytes:
    """All that is kept for the owner (GDPR, 15 and 20): each file as it came, and `wallet.json` about the rest."""
    written = io.BytesIO()
    listed = []
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, one in enumerate([*wallets.held(wallet), *wallets.held(wallet, removed=True)], 1):
            name = f"credentials/{number:03d}.{wallet_forms.ending_of(one.form)}"
            archive.writestr(name, wallets.content(one))
            listed.append(_listed(one, name))
        data = {
            "made": (at or now()).isoformat(timespec="seconds"),
            "profile": wallets.profile(wallet),
            "addresses": [_address(one) for one in addresses(wallet)],
            "credentials": listed,
            "adding": [_consent(one) for one in Consent.of(wallet).filter(revoked=None).select_related("tenant")],
            "shares": [_share(one) for one in shares.mine(wallet)],
            "answers": [_answer(one) for one in wallet_answers.mine(wallet)],
        }
        archive.writestr("index.html", wallet_bundle.index(_("Your wallet"), language(), _rows(listed)))
        archive.writestr("wallet.json", orjson.dumps(data, option=orjson.OPT_INDENT_2))
    return written.getvalue()


def _rows(listed: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """Of each file in the export (file, title, who gave it), and one row for the rest."""
    tongue = language()
    rows = [
        (one["file"], one["title"].get(tongue, "") or one["name"] or one["file"], one["issuer"].get(tongue, ""))
        for one in listed
    ]
    return [
        *rows,
        ("wallet.json", _("All the rest, for programs"), _("Your addresses, your links, when each file came.")),
    ]


def _address(one: Known) -> dict[str, Any]:
    return {"address": one.text, "confirmed": one.address.confirmed.isoformat(), "letters": one.address.first}


def _consent(one: Consent) -> dict[str, Any]:
    return {"institution": one.tenant.name, "since": one.created.isoformat()}


def _listed(one: Held, name: str) -> dict[str, Any]:
    about = wallets.about(one)
    return {
        "file": name,
        "name": about.get("file", ""),
        "title": about.get("title", {}),
        "issuer": about.get("issuer", {}),
        "came": one.created.isoformat(),
        "by": one.source,
        "verdict": one.verdict,
        "checked": one.checked.isoformat() if one.checked else None,
        "removed": one.removed.isoformat() if one.removed else None,
    }


def _share(one: shares.Shared) -> dict[str, Any]:
    share: Share = one.share
    return {
        "made": share.created.isoformat(),
        "ends": share.expires.isoformat() if share.expires else None,
        "state": one.state,
        "for": one.note,
        "credentials": list(one.titles),
        "shown": list(one.fields),
        "password": bool(share.password),
        "once": share.once,
        "opened": {day.isoformat(): count for day, count in one.opened},
    }


def _answer(one: wallet_answers.Noted) -> dict[str, Any]:
    return {
        "at": one.at.isoformat(),
        "to": one.to,
        "name": one.name,
        "purpose": one.purpose,
        "confirmed_by": [*filter(None, [one.asker]), *(institution for institution, _name in one.known)],
        "credentials": list(one.titles),
        "shown": list(one.fields),
    }


def erase(wallet: Wallet, at: dt.datetime | None = None) -> Counter[str]:
    """The wallet, its key, and all under it, in backups too (`erasure_list`). Institutions keep what they awarded."""
    moment = at or now()
    with work():
        erasure_list.append(erasure_list.WALLET, [wallet.id], moment)
        counts = destroy_wallet(wallet)
    scrub()
    return counts
