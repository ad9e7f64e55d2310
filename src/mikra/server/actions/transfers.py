"""Credentials for a home institution: the learner makes one sealed file, and saves it or lets it be fetched by a code.

    made = transfers.make(wallet, [held.id], esi="urn:schac:...", to="Home University")
    transfers.link(made)               https://.../transfer/#CODE   what stands after # is sent to no server
    transfers.fetch(code)              the file, for whoever has the code, until its end

It is sealed under a key of this installation for that alone (`service_keys.TRANSFERS`), and kept under the key of the
wallet. Stopping one deletes it.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from mikra.adapters.clock import now
from mikra.errors import ConflictError, InputError, NotFoundError
from mikra.exchange import transfer as file_format
from mikra.issuance.compose import instant
from mikra.sealing import jades
from mikra.server.actions import claim_codes, service_keys, wallets
from mikra.server.actions.work import work
from mikra.server.installation import installation
from mikra.server.store import personal
from mikra.server.store.base import new_id
from mikra.server.store.wallets import Held, Transfer, Wallet, transfer_by

DAYS = 30
"""How long one can be fetched."""
LIVE = 20
"""Of one wallet."""
LARGEST = 3_000_000
"""Bytes of the credentials in one file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mine:
    """One as its owner reads it."""

    transfer: Transfer
    to: str
    held: tuple[Held, ...]


def make(
    wallet: Wallet, ids: Sequence[uuid.UUID | str], *, esi: str, to: str, at: dt.datetime | None = None
) -> Transfer:
    """A new one. InputError for what is no European Student Identifier, nothing or too much chosen; NotFoundError.

    ConflictError for too many; UnavailableError where the signer is down.
    """
    moment = at or now()
    chosen = [wallets.get(wallet, one) for one in dict.fromkeys(str(one) for one in ids)]
    to, esi = " ".join(to.split()), esi.strip()
    _refuse(chosen, esi, to)
    parts = tuple(
        file_format.Part(name=_name(number, one), form=one.form, content=wallets.content(one))
        for number, one in enumerate(chosen, 1)
    )
    if sum(len(one.content) for one in parts) > LARGEST:
        raise InputError("This is too much for one file.", where="held", fix="Choose fewer, and make another file.")
    ends = moment + dt.timedelta(days=DAYS)
    transfer_id = new_id()
    whole = file_format.Transfer(
        id=str(transfer_id),
        origin=installation().origin.rstrip("/"),
        made=instant(moment),
        ends=instant(ends),
        learner=str(wallets.profile(wallet)["name"]),
        esi=esi,
        to=to,
        parts=parts,
    )
    unsealed = file_format.document(whole, valid_from=instant(moment))
    sealed = jades.seal(unsealed, signer=service_keys.signer(service_keys.TRANSFERS), at=moment)
    kept = {"to": to, "held": [str(one.id) for one in chosen], "file": base64.b64encode(sealed).decode()}
    made = Transfer(
        id=transfer_id,
        wallet=wallet,
        token=_token(claim_codes.secret("transfer", transfer_id)),
        content=personal.seal_away(wallets.key_of(wallet), kept),
        expires=ends,
    )
    with work():
        Wallet._default_manager.select_for_update().get(pk=wallet.pk)
        if Transfer.of(wallet).filter(expires__gt=moment).count() >= LIVE:
            raise ConflictError("There are many files already.", expected=f"at most {LIVE}", fix="Stop some.")
        made.save(force_insert=True)
    wallets.describe(wallet, esi=esi)
    return made


def _refuse(chosen: Sequence[Held], esi: str, to: str) -> None:
    if not 0 < len(chosen) <= file_format.MOST:
        raise InputError(
            "Choose what you want to send.", where="held", found=str(len(chosen)), expected=f"1 to {file_format.MOST}"
        )
    if not file_format.ESI.fullmatch(esi):
        raise InputError(
            "This is no European Student Identifier.",
            where="esi",
            found=esi[:60],
            expected="urn:schac:personalUniqueCode:int:esi:...",
            fix="Copy it from your student card, or ask your institution for it.",
        )
    if len(to) > 200:
        raise InputError("This name is too long.", where="to", expected="at most 200 characters")


def _name(number: int, one: Held) -> str:
    return f"{number}-{one.form}"


def link(transfer: Transfer) -> str:
    """What the learner gives to the home institution."""
    return f"{installation().origin.rstrip('/')}/transfer/#{claim_codes.secret('transfer', transfer.id)}"


def _token(code: str) -> bytes:
    return hashlib.sha256(b"transfer:" + code.encode()).digest()


def mine(wallet: Wallet, at: dt.datetime | None = None) -> list[Mine]:
    """Those that can be fetched, the newest first."""
    here, key = {str(one.id): one for one in Held.of(wallet)}, wallets.key_of(wallet)
    found = []
    for one in Transfer.of(wallet).filter(expires__gt=at or now()).order_by("-created"):
        kept = personal.look_into(key, bytes(one.content))
        listed = tuple(here[each] for each in kept["held"] if each in here)
        found.append(Mine(transfer=one, to=kept["to"], held=listed))
    return found


def file_of(transfer: Transfer) -> bytes:
    """The sealed file."""
    kept = personal.look_into(wallets.key_of(transfer.wallet), bytes(transfer.content))
    return base64.b64decode(kept["file"])


def stop(wallet: Wallet, id: uuid.UUID | str) -> None:
    """It is deleted: nobody fetches it any more. NotFoundError."""
    found = Transfer.get(wallet, id)
    with work():
        found.delete()


def fetch(code: str, at: dt.datetime | None = None) -> bytes:
    """The file for whoever has its code. NotFoundError for a code that is none, or not any more."""
    moment = at or now()
    plain = "".join(one for one in code.upper()[:200] if one.isalnum())
    found = transfer_by(_token(plain))
    if found is None or found.expires <= moment:
        raise NotFoundError(
            "There is no file under this code.",
            fix="Check the link. A file can be fetched for thirty days: ask the learner for a new one.",
            code="not_found",
        )
    content = file_of(found)
    with work():
        Transfer._default_manager.filter(pk=found.pk, fetched=None).update(fetched=moment)
    return content
