"""Showing credentials to somebody: the learner chooses which, what of them, how long, and stops it at once.

share = shares.make(wallet, [held.id], fields=["grade"], days=30)
shares.link(share)                    https://.../s/CODE/   128 bits; made again from the row, kept nowhere
shown = shares.open_by(code)          what is shown, checked now; NotFoundError for a code that is none
"""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.hashers import check_password, make_password

from mikra.adapters.clock import now
from mikra.errors import ConflictError, InputError, NotFoundError
from mikra.server.actions import claim_codes, minors, verifying, wallets
from mikra.server.actions.rate_limits import Buckets
from mikra.server.actions.work import work
from mikra.server.installation import installation
from mikra.server.store import personal, shares
from mikra.server.store.base import new_id
from mikra.server.store.shares import Share, ShareDay
from mikra.server.store.wallets import Held, Wallet

DAYS = (7, 30, 90)
"""How long a share may last; 0 is without an end."""
ALWAYS = ("title", "learner", "awarding_body", "awarded_on", "issuer", "date", "valid_until")
"""What a share always tells: of whom, what, by whom, when. Without it there is nothing to rely on."""
CAN_DO = (
    "outcomes",
    "workload",
    "level",
    "assessment",
    "supervision",
    "grade",
    "quality",
    "participation",
    "prerequisites",
    "stackability",
    "further_information",
)
"""What the person can do, in the order in which an employer asks."""
CHOICES = (*CAN_DO, "country")
"""What the learner may leave out."""
MOST = 20
"""Credentials in one share."""
LIVE = 200
"""Shares of one wallet that are not stopped."""
LONGEST = 200
"""Characters of a note."""
PASSWORDS = Buckets(a_minute=10, burst=10)
"""By the share: a word is not guessed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """A share as its owner sees it. `state`: open, ended, used, stopped. `opened`: (day, how often)."""

    share: Share
    note: str
    held: tuple[str, ...]
    titles: tuple[dict[str, str], ...]
    fields: tuple[str, ...]
    whole: bool
    state: str
    opened: tuple[tuple[dt.date, int], ...] = ()

    @property
    def times(self) -> int:
        return sum(count for _day, count in self.opened)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A share as others see it. `files`: of each credential, (name, bytes, report in the language)."""

    share: Share
    note: str
    fields: frozenset[str]
    whole: bool
    files: tuple[tuple[Held, bytes, dict[str, Any]], ...] = field(default=())


def make(
    wallet: Wallet,
    ids: Sequence[uuid.UUID | str],
    *,
    fields: Sequence[str] = CHOICES,
    days: int = 30,
    password: str = "",
    once: bool = False,
    note: str = "",
    at: dt.datetime | None = None,
) -> Share:
    """A new share. InputError for nothing chosen, an unknown length, a note too long; NotFoundError for others' files.

    ConflictError for too many. A learner who is not of age is offered an end (`minors.may_share_for_good`).
    """
    moment = at or now()
    chosen = [wallets.get(wallet, one) for one in dict.fromkeys(str(one) for one in ids)]
    _refuse(chosen, fields, days, note, moment)
    if len(password) > 100:
        raise InputError("This password is too long.", where="password", expected="at most 100 characters")
    share_id = new_id()
    content = {
        "held": [str(one.id) for one in chosen],
        "fields": [one for one in CHOICES if one in set(fields)],
        "note": note.strip(),
    }
    made = Share(
        id=share_id,
        wallet=wallet,
        token=claim_token(claim_codes.secret("share", share_id)),
        content=personal.seal_away(wallets.key_of(wallet), content),
        password=make_password(password) if password else "",
        once=once,
        expires=moment + dt.timedelta(days=days) if days else None,
    )
    with work():
        Wallet._default_manager.select_for_update().get(pk=wallet.pk)
        if Share.of(wallet).filter(stopped=None).count() >= LIVE:
            raise ConflictError("You share very much already.", expected=f"at most {LIVE} links", fix="Stop some.")
        made.save(force_insert=True)
    return made


def _refuse(chosen: Sequence[Held], fields: Sequence[str], days: int, note: str, at: dt.datetime) -> None:
    if not chosen or len(chosen) > MOST:
        raise InputError(
            "Choose what you want to show.", where="held", expected=f"1 to {MOST} credentials", found=f"{len(chosen)}"
        )
    if any(one.removed for one in chosen):
        raise InputError("You have taken this out of your wallet.", where="held", fix="Put it back first.")
    strange = set(fields) - set(CHOICES)
    if strange:
        raise InputError("This cannot be chosen.", where="fields", found=", ".join(sorted(strange))[:80])
    if days not in (*DAYS, 0):
        raise InputError("This is no length of a share.", where="days", found=str(days), expected="7, 30, 90 or 0")
    if days == 0 and not all(may_last(one, at) for one in chosen):
        raise InputError("Choose an end for this one.", where="days", expected="7, 30 or 90 days")
    if len(note.strip()) > LONGEST:
        raise InputError("This note is too long.", where="note", expected=f"at most {LONGEST} characters")


def may_last(held: Held, at: dt.datetime) -> bool:
    """Whether a share of it may be without an end."""
    return held.award is None or minors.may_share_for_good(held.award, at.date())


def link(share: Share) -> str:
    """The address to give away."""
    return f"{installation().origin.rstrip('/')}/s/{claim_codes.secret('share', share.id)}/"


def claim_token(code: str) -> bytes:
    """By which a code is found."""
    return hashlib.sha256(b"share:" + code.encode()).digest()


def mine(wallet: Wallet) -> list[Shared]:
    """All shares, the newest first; those that ended stay in sight."""
    rows = list(Share.of(wallet).order_by("-id")[: 2 * LIVE])
    days = ShareDay._default_manager.filter(share__in=rows).order_by("day")
    known: dict[uuid.UUID, list[tuple[dt.date, int]]] = {}
    for share_id, day, times in days.values_list("share_id", "day", "count"):
        known.setdefault(share_id, []).append((day, times))
    about = {str(one.id): wallets.about(one) for one in Held.of(wallet)}
    return [_shared(one, about, known.get(one.id, [])) for one in rows]


def one_of(wallet: Wallet, id: uuid.UUID | str) -> Shared:
    """One of them. NotFoundError, also for what is somebody else's."""
    share = Share.get(wallet, id)
    days = list(ShareDay._default_manager.filter(share=share).order_by("day").values_list("day", "count"))
    about = {str(one.id): wallets.about(one) for one in Held.of(wallet)}
    return _shared(share, about, days)


def _shared(share: Share, about: dict[str, dict[str, Any]], days: Sequence[tuple[dt.date, int]]) -> Shared:
    content = personal.look_into(wallets.key_of(share.wallet), bytes(share.content))
    fields = tuple(content["fields"])
    return Shared(
        share=share,
        note=content["note"],
        held=tuple(content["held"]),
        titles=tuple(about[one].get("title", {}) for one in content["held"] if one in about),
        fields=fields,
        whole=set(fields) == set(CHOICES),
        state=state_of(share, now()),
        opened=tuple(days),
    )


def state_of(share: Share, at: dt.datetime) -> str:
    """open, ended, used, stopped."""
    if share.stopped:
        return "stopped"
    if share.used:
        return "used"
    return "ended" if share.expires and share.expires <= at else "open"


def stop(wallet: Wallet, id: uuid.UUID | str, at: dt.datetime | None = None) -> Share:
    """Nobody opens it from now on. Twice is once."""
    share = Share.get(wallet, id)
    if share.stopped is None:
        share.stopped = at or now()
        with work():
            share.save(update_fields=("stopped",))
    return share


def find(code: str) -> Share:
    """The share of a code. NotFoundError for a code that is none; what has ended is found, and says so."""
    share = shares.by_token(claim_token(code)) if len(code) == claim_codes.SECRET else None
    if share is None:
        raise NotFoundError(
            "This link leads nowhere.", fix="Ask whoever gave it to you for it again.", code="not_found"
        )
    return share


def is_open(share: Share, at: dt.datetime | None = None) -> bool:
    """Whether it can be opened now."""
    return state_of(share, at or now()) == "open"


def asks_first(share: Share) -> bool:
    """Whether whoever comes must press a button, or know a word: a program that only looks must not use it up."""
    return bool(share.password) or share.once


def open_by(share: Share, *, password: str = "", language: str = "en", at: dt.datetime | None = None) -> Shown:
    """What is shown, checked now. ConflictError where it has ended; InputError for a wrong password.

    UnavailableError where a password is tried too often, or all checkers are busy.
    """
    moment = at or now()
    if not is_open(share, moment):
        raise ConflictError("This link has ended.", fix="Ask whoever gave it to you for a new one.", code="conflict")
    if share.password:
        PASSWORDS.take(share.id.hex)
        if not check_password(password[:100], share.password):
            raise InputError("This is not the password.", where="password", fix="Ask whoever gave you the link.")
    content = personal.look_into(wallets.key_of(share.wallet), bytes(share.content))
    known = {str(one.id): one for one in Held.of(share.wallet).filter(removed=None, pk__in=content["held"])}
    rows = [known[one] for one in content["held"] if one in known]
    fields = frozenset(content["fields"])
    shown = Shown(
        share=share,
        note=content["note"],
        fields=fields | frozenset(ALWAYS),
        whole=fields == frozenset(CHOICES),
        files=tuple(each for one in rows for each in _checked(one, language)),
    )
    if share.once and not shares.spend(share, moment):
        raise ConflictError("This link has ended.", fix="Ask whoever gave it to you for a new one.", code="conflict")
    with work():
        shares.count(share, moment.date())
    return shown


def _checked(held: Held, language: str) -> list[tuple[Held, bytes, dict[str, Any]]]:
    data = wallets.content(held)
    reports = verifying.check(data, name=wallets.about(held).get("file", ""), languages=(language,)).reports
    return [(held, data, one[language]) for one in reports]
