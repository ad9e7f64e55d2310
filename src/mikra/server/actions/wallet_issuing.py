"""Awards into wallets of the learner's own choice, by OpenID4VCI 1.0, 7, 8 and 11: what a wallet gets for its token.

credential(tenant, asked, body)        the award, bound to the wallet's key, once
notification(tenant, asked, body)

A copy in a wallet carries the award's own place in the status lists: withdrawing the award withdraws it.
Offers are in `wallet_offers`, tokens in `wallet_tokens`.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from mikra import base64url
from mikra.adapters.clock import chance, now
from mikra.errors import ProtocolError
from mikra.exchange import oid4vci, oid4vci_proof
from mikra.exchange.oid4vci import PROFILES, Nonces
from mikra.server.actions import audit, wallet_copies
from mikra.server.actions.wallet_clients import Asked
from mikra.server.actions.wallet_copies import issuer_of
from mikra.server.actions.wallet_offers import NOBODY, counts, digest_of
from mikra.server.actions.wallet_tokens import by_token
from mikra.server.actions.work import work
from mikra.server.store import issuing, personal
from mikra.server.store.issuing import WalletOffer
from mikra.server.store.tenants import Tenant


def nonce(at: dt.datetime | None = None) -> str:
    """7: a nonce for a proof. It is stored when it is used."""
    return _nonces().make(at or now(), chance(16))


def credential(tenant: Tenant, asked: Asked, body: bytes, at: dt.datetime | None = None) -> dict[str, Any]:
    """8: the award, bound to the wallet's key. ProtocolError with the codes of 8.3.1 and of RFC 6750."""
    moment = at or now()
    row = by_token(tenant, asked, moment)
    issuer = issuer_of(tenant, asked.profile)
    request = oid4vci.read_request(body, asked.profile)
    if request.configuration and request.configuration != row.configuration:
        raise _refused("unknown_credential_configuration", "This token is for another credential.")
    if request.identifier and request.identifier != row.configuration:
        raise _refused("unknown_credential_identifier", "This token is for another credential.")
    expected = oid4vci_proof.Expected(issuer=issuer.identifier, at=moment, client_id=row.client)
    (proof,) = oid4vci_proof.check(request.proofs, expected, is_ours=lambda text: _spent(text, moment))
    return _issued(row, proof, moment)


def _issued(row: WalletOffer, proof: oid4vci_proof.Proof, at: dt.datetime) -> dict[str, Any]:
    notification = base64url.encode(chance(16))
    row.award.refresh_from_db(fields=("state", "learner"))
    if not counts(row.award):
        raise _refused("credential_request_denied", "This credential does not count now.")
    if row.tenant.stopped or row.tenant.issuing_blocked:
        raise _refused("credential_request_denied", "The institution issues nothing at present.")
    if not issuing.issue(row, at, notification=digest_of(notification)):
        raise _refused("credential_request_denied", "This token was used already.")
    try:
        sealed = wallet_copies.seal(
            row.award, row.configuration, proof, language=row.language, at=at, profile=PROFILES[row.profile]
        )
        with work():
            line = audit.Line(
                verb="award.to_wallet", subject=f"award:{row.award_id}", detail={"form": row.configuration}
            )
            audit.note_all(row.tenant, "system" if row.rehearsal else "learner", [line], at)
    except BaseException:
        issuing.not_issued(row)
        raise
    return oid4vci.response([sealed], notification=notification)


def notification(tenant: Tenant, asked: Asked, body: bytes, at: dt.datetime | None = None) -> None:
    """11: what became of it. ProtocolError `invalid_notification_id`, `invalid_notification_request`."""
    row = by_token(tenant, asked, at or now(), late=True)
    said = oid4vci.read_notification(body)
    if not issuing.notify(tenant.id, bytes(row.token or b""), digest_of(said.id), said.event.value):
        raise _refused("invalid_notification_id", "Nothing was given under this id.")


def _spent(text: str, at: dt.datetime) -> bool:
    """Check 9 of a proof: ours, in time, and used for the first time."""
    ends = _nonces().ends(text, at)
    return ends is not None and issuing.spend(digest_of(text), ends)


def _nonces() -> Nonces:
    return Nonces(personal.derived("wallet-nonce", NOBODY))


def _refused(code: str, message: str) -> ProtocolError:
    return ProtocolError(message, code=code)
