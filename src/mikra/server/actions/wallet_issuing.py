"""Awards into wallets of the learner's own choice, by OpenID4VCI 1.0, 7, 8 and 11: what a wallet gets for its token.

credential(tenant, asked, body)        the award, bound to each key that the wallet proves, or a promise of it
deferred(tenant, asked, body)          what was promised
notification(tenant, asked, body)

A copy in a wallet has a place of its own in the status lists (`copy_places`): withdrawing the award withdraws all.
Offers are in `wallet_offers`, tokens in `wallet_tokens`.
"""

from __future__ import annotations

import datetime as dt
import hmac
import math
from dataclasses import dataclass, replace
from typing import Any

from mikra.adapters.clock import chance, now
from mikra.errors import ProtocolError, UnavailableError
from mikra.exchange import oid4vci, oid4vci_encryption, oid4vci_proof
from mikra.exchange.oid4vci import BATCH, PROFILES, Nonces
from mikra.exchange.oid4vci_encryption import ResponseKey
from mikra.server.actions import audit, copy_places, wallet_copies, wallet_encryption, wallet_proofs
from mikra.server.actions.wallet_clients import Asked
from mikra.server.actions.wallet_copies import issuer_of
from mikra.server.actions.wallet_offers import NOBODY, counts, digest_of, secret_of
from mikra.server.actions.wallet_tokens import by_token
from mikra.server.actions.work import work
from mikra.server.store import issuing, personal
from mikra.server.store.awards import Award
from mikra.server.store.issuing import WalletOffer
from mikra.server.store.tenants import Tenant
from mikra.status.indexes import Place

INTERVAL = dt.timedelta(seconds=3)
"""How long a wallet waits before it asks again for what could not be had."""
WEEK = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a wallet is told. `later`: that it has to come again (202). `encryption`: for whom it is encrypted."""

    body: dict[str, Any]
    later: bool = False
    encryption: ResponseKey | None = None

    @property
    def encrypted(self) -> str:
        """As one text; "" where it goes out in the clear."""
        return oid4vci_encryption.encrypt(self.body, self.encryption, chance(12)) if self.encryption else ""


def nonce(at: dt.datetime | None = None) -> str:
    """7: a nonce for a proof. It is stored when it is used."""
    return _nonces().make(at or now(), chance(16))


def credential(
    tenant: Tenant, asked: Asked, body: bytes, content_type: str = "", at: dt.datetime | None = None
) -> Answer:
    """8: the award, bound to the wallet's key. ProtocolError with the codes of 8.3.1 and of RFC 6750."""
    moment = at or now()
    row = by_token(tenant, asked, moment)
    issuer = issuer_of(tenant, asked.profile)
    text, encrypted = wallet_encryption.opened(body, content_type, moment)
    request = oid4vci.read_request(text, asked.profile, encrypted=encrypted)
    if row.configuration not in [one.id for one in issuer.configurations]:
        raise _refused("credential_request_denied", "The institution does not give its awards in this form any more.")
    if request.configuration and request.configuration != row.configuration:
        raise _refused("unknown_credential_configuration", "This token is for another credential.")
    if request.identifier and request.identifier != row.configuration:
        raise _refused("unknown_credential_identifier", "This token is for another credential.")
    expected = oid4vci_proof.Expected(issuer=issuer.identifier, at=moment, client_id=row.client)
    proven = _Nonce(moment)
    keys = wallet_proofs.proven(asked, request, expected, row, is_ours=proven.is_ours)
    return replace(_given(row, keys, moment, proven), encryption=request.encryption)


@dataclass(slots=True)
class _Nonce:
    """Check 9 of a proof: ours, in time, and used for the first time.

    It is used up in the transaction that gives something for it, so that a request writes once.
    """

    at: dt.datetime
    text: str = ""
    ends: dt.datetime | None = None
    used: bool = False

    def is_ours(self, text: str) -> bool:
        """As far as reading tells; of two requests at once, `use` refuses the second."""
        self.text, self.ends = text, _nonces().ends(text, self.at)
        return self.ends is not None and not issuing.was_spent(digest_of(text))

    def use(self) -> None:
        """Inside `work()`, whose end makes it true: then `used` is set. ProtocolError `invalid_nonce`."""
        if self.used:
            return
        if self.ends is None or not issuing.spend(digest_of(self.text), self.ends):
            raise _refused("invalid_nonce", "The nonce of the proof was used meanwhile.")


def _given(row: WalletOffer, keys: list[dict[str, Any]], at: dt.datetime, nonce: _Nonce) -> Answer:
    if row.deferred:
        return _later(row, keys, at, nonce)
    try:
        sealed = _issued(row, keys, at, nonce)
    except UnavailableError:  # the keys, or the database, are away for a while: the wallet comes again
        return _later(row, keys, at, nonce)
    return Answer(oid4vci.response(sealed, notification=secret_of("notification", row.id)))


def _later(row: WalletOffer, keys: list[dict[str, Any]], at: dt.datetime, nonce: _Nonce) -> Answer:
    transaction = secret_of("transaction", row.id)
    with work():
        nonce.use()
        issuing.defer(row, transaction=digest_of(transaction), keys=keys, waits=at + INTERVAL)
    return Answer(oid4vci.later(transaction, _seconds(INTERVAL)), later=True)


def deferred(
    tenant: Tenant, asked: Asked, body: bytes, content_type: str = "", at: dt.datetime | None = None
) -> Answer:
    """9: what was not to be had before. ProtocolError `invalid_transaction_id`, `credential_request_denied`.

    The token counts here for a week after its end: the keys that were proven were kept, and no other gets anything.
    """
    moment = at or now()
    row = by_token(tenant, asked, moment, late=True)
    text, encrypted = wallet_encryption.opened(body, content_type, moment)
    transaction, key = oid4vci.read_transaction(text, encrypted=encrypted)
    if row.transaction is None or not hmac.compare_digest(digest_of(transaction), bytes(row.transaction)):
        raise _refused("invalid_transaction_id", "This transaction is none of this token.")
    if row.waits is None or row.token_ends is None or row.token_ends + WEEK <= moment:
        raise _refused("invalid_transaction_id", "This transaction has ended.")
    if moment < row.waits:
        return Answer(oid4vci.later(transaction, _seconds(row.waits - moment)), later=True, encryption=key)
    try:
        sealed = _issued(row, row.keys, moment)
    except UnavailableError:
        issuing.wait(row, moment + INTERVAL)
        return Answer(oid4vci.later(transaction, _seconds(INTERVAL)), later=True, encryption=key)
    return Answer(oid4vci.response(sealed), encryption=key)


def _issued(row: WalletOffer, keys: list[dict[str, Any]], at: dt.datetime, nonce: _Nonce | None = None) -> list[Any]:
    """A copy for each key, as long as the token has any left.

    Places, count and audit line are durable before anything is sealed: nothing leaves without its line.
    """
    if row.tenant.stopped or row.tenant.issuing_blocked:
        raise _refused("credential_request_denied", "The institution issues nothing at present.")
    with work():
        held = Award.get(row.tenant_id, row.award_id, lock=True)
        if not counts(held):
            raise _refused("credential_request_denied", "This credential does not count now.")
        if nonce is not None:
            nonce.use()
        if not issuing.issue(row, at, len(keys), BATCH, notification=digest_of(secret_of("notification", row.id))):
            raise _refused("credential_request_denied", "This token has given all the copies that it can.")
        places = copy_places.taken(held, len(keys), at)
        _note(row, "award.to_wallet", len(keys), at)
    if nonce is not None:
        nonce.used = True
    try:
        copy_places.publish(held, places, at)
        return [_sealed(row, key, place, at) for key, place in zip(keys, places, strict=True)]
    except BaseException:
        with work():
            issuing.not_issued(row, len(keys))
            _note(row, "award.not_to_wallet", len(keys), at)
        raise


def _note(row: WalletOffer, verb: str, copies: int, at: dt.datetime) -> None:
    detail = {"form": row.configuration, "copies": copies}
    line = audit.Line(verb=verb, subject=f"award:{row.award_id}", detail=detail)
    audit.note_all(row.tenant, "system" if row.rehearsal else "learner", [line], at)


def _sealed(row: WalletOffer, key: dict[str, Any], place: Place, at: dt.datetime) -> Any:
    bound = wallet_copies.Bound(holder=key["jwk"], did=key["did"], place=place)
    profile = PROFILES[row.profile]
    return wallet_copies.seal(row.award, row.configuration, bound, language=row.language, at=at, profile=profile)


def _seconds(wait: dt.timedelta) -> int:
    return max(1, math.ceil(wait.total_seconds()))


def notification(tenant: Tenant, asked: Asked, body: bytes, at: dt.datetime | None = None) -> None:
    """11: what became of it. ProtocolError `invalid_notification_id`, `invalid_notification_request`."""
    row = by_token(tenant, asked, at or now(), late=True)
    said = oid4vci.read_notification(body)
    if not issuing.notify(tenant.id, bytes(row.token or b""), digest_of(said.id), said.event.value):
        raise _refused("invalid_notification_id", "Nothing was given under this id.")


def _nonces() -> Nonces:
    return Nonces(personal.derived("wallet-nonce", NOBODY))


def _refused(code: str, message: str) -> ProtocolError:
    return ProtocolError(message, code=code)
