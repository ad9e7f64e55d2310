"""Awards into learners' wallets by an interaction link (VCALM 1.0, 3.6, 3.7); the Learner Credential Wallet takes it.

begun = begin(code)                       from the learner's page: the link, for ten minutes and one use
protocols(tenant, secret)                 what stands at its address
exchange(tenant, secret, body)            `{}`: what is to be signed; a signed presentation: the award, bound to its key

Nobody types a code here, so whoever has the link has the award: it is made for the learner's page alone, its secret of
128 bits is kept as a digest, and it is also an offer of OpenID4VCI. Whichever way is gone first ends the other.
"""

from __future__ import annotations

import datetime as dt
import hmac
from dataclasses import dataclass
from typing import Any

from mikra import base64url
from mikra.adapters.clock import chance, now
from mikra.errors import NotFoundError, ProtocolError
from mikra.exchange import vc_api_exchange
from mikra.exchange.oid4vci import OPEN
from mikra.exchange.oid4vci_metadata import LDP_ID
from mikra.exchange.vc_api_exchange import Expected
from mikra.public_keys import jwk
from mikra.server.actions import audit, copy_places, wallet_copies, wallet_offers
from mikra.server.actions.wallet_copies import issuer_of
from mikra.server.actions.wallet_offers import NOBODY, Offered, counts, digest_of
from mikra.server.actions.work import work
from mikra.server.installation import installation
from mikra.server.store import issuing, personal
from mikra.server.store.awards import Award
from mikra.server.store.issuing import WalletOffer
from mikra.server.store.tenants import Tenant

BITS = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What the learner is shown: the link, and for wallets that take the other way their code."""

    row: WalletOffer
    link: str
    typed: str


def begin(code: str, *, language: str = "", at: dt.datetime | None = None) -> Begun:
    """An exchange of what a letter led to. ConflictError before it is collected, and for what does not count now."""
    return _begun(wallet_offers.offer(code, LDP_ID, language=language, at=at))


def begin_award(award: Award, *, language: str = "", rehearsal: bool = False, at: dt.datetime | None = None) -> Begun:
    """The same of an award."""
    return _begun(wallet_offers.offer_award(award, LDP_ID, language=language, rehearsal=rehearsal, at=at))


def _begun(offered: Offered) -> Begun:
    secret = base64url.encode(chance(BITS // 8))
    issuing.open_interaction(offered.row, digest_of(secret))
    link = vc_api_exchange.link(address(offered.row.tenant, secret))
    return Begun(row=offered.row, link=link, typed=offered.typed)


def address(tenant: Tenant, secret: str) -> str:
    """Of an interaction."""
    return issuer_of(tenant).endpoint(f"interactions/{secret}")


def protocols(tenant: Tenant, secret: str, at: dt.datetime | None = None) -> dict[str, Any]:
    """The ways to what a link leads to. NotFoundError where there is none, it ended or was used."""
    row = opened(tenant, secret, at or now())
    issuer = issuer_of(tenant)
    vcapi = issuer.endpoint(f"exchanges/{secret}")
    return vc_api_exchange.protocols(vcapi=vcapi, offer=wallet_offers.short(row, issuer))


def exchange(tenant: Tenant, secret: str, body: bytes, at: dt.datetime | None = None) -> dict[str, Any]:
    """One message of a wallet, and the answer. NotFoundError as above; ProtocolError `invalid_request`,
    `invalid_proof`, `credential_request_denied`. A message that is refused costs nothing.
    """
    moment = at or now()
    row = opened(tenant, secret, moment)
    presentation = vc_api_exchange.read_message(body)
    expected = Expected(challenge=_challenge(row), domain=domain(), at=moment)
    if presentation is None:
        return vc_api_exchange.request(challenge=expected.challenge, domain=expected.domain)
    return _given(row, vc_api_exchange.check(presentation, expected), moment)


def opened(tenant: Tenant, secret: str, at: dt.datetime) -> WalletOffer:
    """The offer of a link that can still be used."""
    row = issuing.by_interaction(tenant.id, digest_of(secret))
    there = row is not None and any(one.id == row.configuration for one in issuer_of(tenant).configurations)
    if row is None or not there or row.redeemed is not None or row.expires <= at:
        raise NotFoundError("Nothing is offered under this address.", fix="Open the page of the offer again.")
    return row


def domain() -> str:
    """To whom presentations speak: this service."""
    return installation().origin.rstrip("/")


def _challenge(row: WalletOffer) -> str:
    """Of this exchange alone; made again from the row, kept nowhere."""
    made = hmac.digest(personal.derived("wallet-exchange", NOBODY), row.id.bytes, "sha256")
    return base64url.encode(made[:24])


def _given(row: WalletOffer, holder: vc_api_exchange.Holder, at: dt.datetime) -> dict[str, Any]:
    row.award.refresh_from_db(fields=("state", "learner"))
    if not counts(row.award):
        raise _denied("This credential does not count now.")
    if row.tenant.stopped or row.tenant.issuing_blocked:
        raise _denied("The institution issues nothing at present.")
    if not issuing.exchange(row, at):
        raise _denied("This link was used already.")
    try:
        (place,) = copy_places.give(row.award, 1, at)
        bound = wallet_copies.Bound(holder=jwk.write(holder.key), did=holder.did, place=place)
        sealed = wallet_copies.seal(row.award, row.configuration, bound, language=row.language, at=at, profile=OPEN)
        with work():
            line = audit.Line(
                verb="award.to_wallet", subject=f"award:{row.award_id}", detail={"form": "vcapi", "copies": 1}
            )
            audit.note_all(row.tenant, "system" if row.rehearsal else "learner", [line], at)
    except BaseException:
        issuing.not_exchanged(row)
        raise
    return vc_api_exchange.response([sealed])


def _denied(message: str) -> ProtocolError:
    return ProtocolError(message, code="credential_request_denied")
