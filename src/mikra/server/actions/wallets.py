"""The built-in wallet: what a learner keeps, whoever sealed it. Bytes stay as they came.

wallet = wallets.of(person)                    NotFoundError where this person has none
held = wallets.keep(wallet, award)             an award of this installation, or bytes of any form
wallets.get(wallet, id), wallets.content(held), wallets.about(held)
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import uuid
from functools import lru_cache
from typing import Any

import orjson
import zstandard

from mikra.adapters.clock import chance, now
from mikra.errors import ConflictError, NotFoundError
from mikra.server.actions import awards_content, wallets_reading
from mikra.server.actions.work import work
from mikra.server.store import personal
from mikra.server.store.awards import Award
from mikra.server.store.base import new_id
from mikra.server.store.people import Person
from mikra.server.store.wallets import Address, Held, Wallet, by_address

NOBODY = uuid.UUID(int=0)
"""A wallet belongs to no tenant, so what protects its key is the installation's."""
MOST = 500
"""Files in one wallet."""
UNDO = dt.timedelta(days=30)
"""How long what was taken out can be put back."""
Source = Held.Source


def key_of(wallet: Wallet) -> bytes:
    """The wallet's key, for memory alone. UnavailableError where data.key is another."""
    return _unwrapped(wallet.id, bytes(wallet.wrapped))


@lru_cache(maxsize=256)
def _unwrapped(wallet_id: uuid.UUID, wrapped: bytes) -> bytes:
    return personal.decrypt(personal.derived("wallet", NOBODY), wrapped, about=wallet_id.bytes)


def token_of(address: str) -> bytes:
    """By which the wallet of an address is found: a keyed digest."""
    return personal.token(NOBODY, "wallet", address.strip().casefold())


def of(person: Person) -> Wallet:
    """The wallet of whoever signed in. NotFoundError where there is none: those who work here have none by that."""
    found = Wallet._default_manager.select_related("person").filter(person=person).first()
    if found is None:
        raise NotFoundError("There is nothing here under this address.", fix="Check the address.", code="not_found")
    return found


def of_signed_in(user: Any) -> Wallet | None:
    """The wallet of whoever is signed in, if they have one."""
    if not getattr(user, "is_authenticated", False):
        return None
    return Wallet._default_manager.select_related("person").filter(person_id=user.pk).first()


def open_for(address: str, *, language: str = "", at: dt.datetime | None = None) -> Wallet:
    """The wallet of an address that has just answered a code; made where there is none."""
    known = by_address(token_of(address))
    if known is not None:
        return known
    with work():
        return make(address, language=language, at=at or now())


def make(address: str, *, language: str, at: dt.datetime) -> Wallet:
    """A new wallet, with this address as its first. Call it inside `work()`."""
    wallet_id, key = new_id(), chance(32)
    person = Person.objects.create_user(f"{wallet_id.hex}@wallet.invalid", language=language)
    wallet = Wallet(
        id=wallet_id,
        person=person,
        wrapped=personal.encrypt(personal.derived("wallet", NOBODY), key, about=wallet_id.bytes),
        profile=personal.seal_away(key, {"name": "", "esi": ""}),
    )
    wallet.save(force_insert=True)
    blob = personal.seal_away(key, address.strip())
    Address(wallet=wallet, token=token_of(address), content=blob, confirmed=at, first=True).save(force_insert=True)
    return wallet


def profile(wallet: Wallet) -> dict[str, Any]:
    """What the learner told about themselves: {"name", "esi"}."""
    found: dict[str, Any] = personal.look_into(key_of(wallet), bytes(wallet.profile))
    return found


def describe(wallet: Wallet, **members: str) -> None:
    """Changes members of the profile."""
    wallet.profile = personal.seal_away(key_of(wallet), {**profile(wallet), **members})
    with work():
        wallet.save(update_fields=("profile",))


def held(wallet: Wallet, *, removed: bool = False) -> list[Held]:
    """What is in it, the newest first; with `removed`, what was taken out and can be put back."""
    rows = Held.of(wallet).select_related("award__edition", "award__tenant").filter(removed__isnull=not removed)
    return list(rows.order_by("-id")[:MOST])


def get(wallet: Wallet, id: uuid.UUID | str) -> Held:
    """One of them. NotFoundError, also for what is in another wallet."""
    return Held.get(wallet, id)


def content(one: Held) -> bytes:
    """The file, byte for byte as it came. UnavailableError where it was damaged."""
    packed = personal.decrypt(key_of(one.wallet), bytes(one.content), about=one.id.bytes)
    return zstandard.ZstdDecompressor().decompress(packed, max_output_size=personal.MOST)


def about(one: Held) -> dict[str, Any]:
    """What was read in it on arrival (`wallets_reading.About`): title, issuer, name, awarded, facts, sentence, code."""
    found: dict[str, Any] = personal.look_into(key_of(one.wallet), bytes(one.about))
    return found


def keep(
    wallet: Wallet, what: Award | bytes, *, source: str = "", name: str = "", at: dt.datetime | None = None
) -> Held:
    """Puts an award, or a file of any form, into the wallet, checked on arrival; what is there already stays once.

    `source`: one of `Held.Source`; CLAIMED for an award and IMPORTED for bytes where it is not said.
    InputError for what is no credential; ConflictError where the wallet is full; NotFoundError for an erased award.
    """
    moment = at or now()
    award = what if isinstance(what, Award) else None
    data = awards_content.file_of(what) if isinstance(what, Award) else bytes(what)
    digest = digest_of(wallet, data)
    known = Held.of(wallet).filter(digest=digest).first()
    if known is None:
        read = wallets_reading.read(data, name=name, at=moment, award=award)
        given = source or (Source.CLAIMED if award else Source.IMPORTED)
        return _stored(wallet, data, digest, read, award, given, moment)
    changed = {"removed": None} | ({"award": award} if award else {})
    with work():
        Held.of(wallet).filter(pk=known.pk).update(**changed)
    return get(wallet, known.pk)


def _stored(
    wallet: Wallet,
    data: bytes,
    digest: bytes,
    read: wallets_reading.Read,
    award: Award | None,
    source: str,
    at: dt.datetime,
) -> Held:
    key, held_id = key_of(wallet), new_id()
    made = Held(
        id=held_id,
        wallet=wallet,
        content=personal.encrypt(key, zstandard.ZstdCompressor(level=3).compress(data), about=held_id.bytes),
        about=personal.encrypt(key, zstandard.ZstdCompressor(level=3).compress(orjson.dumps(read.about))),
        form=read.form[:24],
        digest=digest,
        source=source,
        award=award,
        verdict=read.verdict,
        checked=at,
    )
    with work():
        Wallet._default_manager.select_for_update().get(pk=wallet.pk)
        if Held.of(wallet).count() >= MOST:
            raise ConflictError("This wallet is full.", expected=f"at most {MOST} files", fix="Take something out.")
        twin = Held.of(wallet).filter(digest=digest).first()
        if twin is None:
            made.save(force_insert=True)
    return twin or made


def look_again(one: Held, at: dt.datetime | None = None) -> Held:
    """Checks it once more, now."""
    moment = at or now()
    read = wallets_reading.read(content(one), name=about(one).get("file", ""), at=moment, award=one.award)
    one.about = personal.seal_away(key_of(one.wallet), read.about)
    one.verdict, one.checked = read.verdict, moment
    with work():
        one.save(update_fields=("about", "verdict", "checked"))
    return one


def remove(wallet: Wallet, id: uuid.UUID | str, at: dt.datetime | None = None) -> Held:
    """Takes it out; it can be put back for `UNDO`, and is then deleted."""
    return _set_removed(get(wallet, id), at or now())


def put_back(wallet: Wallet, id: uuid.UUID | str) -> Held:
    """Undoes `remove`."""
    return _set_removed(get(wallet, id), None)


def _set_removed(one: Held, at: dt.datetime | None) -> Held:
    one.removed = at
    with work():
        one.save(update_fields=("removed",))
    return one


def digest_of(wallet: Wallet, data: bytes) -> bytes:
    """Equal files of one wallet are known by it, and of two wallets are not."""
    return hmac.digest(key_of(wallet), hashlib.sha256(data).digest(), "sha256")[:16]
