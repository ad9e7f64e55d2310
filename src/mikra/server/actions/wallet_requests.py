"""A wallet asks its learner's leave at the issuer's server (OpenID4VCI 1.0, 5): the authorisation code.

push(tenant, asked, body, type)            the request, pushed (RFC 9126); gives its `request_uri`
opened = open_request(tenant, profile, query)      the learner's browser comes with it, once
approve(opened.row, at, ...) | deny(...)   what the learner said, once; gives the address of the wallet

Whoever approves has shown that the award is theirs: by the six digits of the page of the offer, or because it lies in
the wallet that they are signed in to. A wallet that comes without an offer gets what the learner chooses there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mikra import base64url
from mikra.adapters.clock import chance, now
from mikra.errors import ConflictError, InputError, NotFoundError, ProtocolError
from mikra.exchange import authorization, oauth
from mikra.exchange.authorization import REQUEST_URI, AuthorizationRequest
from mikra.exchange.oid4vci import PROFILES, Profile
from mikra.server.actions import wallet_offers, wallet_tokens
from mikra.server.actions.wallet_clients import Asked, Client, addresses_of, identify, in_production
from mikra.server.actions.wallet_copies import identifier, issuer_of
from mikra.server.actions.wallet_offers import digest_of
from mikra.server.actions.work import work
from mikra.server.store import issuing
from mikra.server.store.awards import Award
from mikra.server.store.issuing import WalletOffer, WalletRequest
from mikra.server.store.tenants import Tenant
from mikra.server.store.wallets import Held, Wallet
from mikra.server.words import _

PUSHED = dt.timedelta(seconds=90)
"""How long a pushed request waits for the learner's browser."""
PAGE = dt.timedelta(minutes=10)
CODE = dt.timedelta(seconds=60)
_THEIRS = (Held.Source.CLAIMED, Held.Source.ADDED)
"""An imported file may be anybody's; what came by a letter is theirs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A request before its learner. `secret` is the page's own."""

    row: WalletRequest
    secret: str


def push(tenant: Tenant, asked: Asked, body: bytes, content_type: str, at: dt.datetime | None = None) -> dict[str, Any]:
    """RFC 9126, 2. ProtocolError with the codes of RFC 6749 and of the wallet's own proofs."""
    moment = at or now()
    given = oauth.read_form(body, content_type)
    if "request_uri" in given:
        raise oauth.refuse("invalid_request", "A pushed request is no pushed request again.", where="request_uri")
    offer = _offer_of(tenant, asked.profile, given.get("issuer_state", ""), moment)
    client = identify(tenant, asked, given.get("client_id", ""), moment, rehearsal=_is_rehearsal(offer))
    wanted = _read(tenant, asked.profile, {**given, "client_id": client.id}, offer)
    if wanted.dpop and client.dpop and wanted.dpop != client.dpop:
        raise oauth.refuse("invalid_request", "The request names another key than it shows.", where="dpop_jkt")
    secret = _stored(tenant, asked.profile, wanted, client, offer, moment)
    return {"request_uri": f"{REQUEST_URI}{secret}", "expires_in": int(PUSHED.total_seconds())}


def open_request(tenant: Tenant, profile: Profile, query: Mapping[str, str], at: dt.datetime | None = None) -> Opened:
    """What the browser came with. ProtocolError where nobody is to be sent back; `Refused` where the wallet is told.

    Only `open` takes a request that was not pushed.
    """
    moment = at or now()
    reference = query.get("request_uri", "")
    if not reference and profile.strict:
        raise oauth.refuse("invalid_request", "Requests are pushed here first (RFC 9126).", where="request_uri")
    secret = reference.removeprefix(REQUEST_URI) if reference else _direct(tenant, profile, query, moment)
    row = issuing.by_request(tenant.id, digest_of(secret))
    if row is None or row.profile != profile.name or row.client != query.get("client_id", ""):
        raise oauth.refuse("invalid_request", "This request is none of ours.", where="request_uri")
    page = base64url.encode(chance(16))
    if not issuing.open_request(row, moment, page=digest_of(page), ends=moment + PAGE):
        raise oauth.refuse("invalid_request", "This request was opened already, or has ended.", where="request_uri")
    return Opened(row=_of_page(tenant, profile, page, moment), secret=page)


class Refused(Exception):
    """A request that the wallet is told about: `address` is where."""

    def __init__(self, address: str) -> None:
        super().__init__("refused")
        self.address = address


def _direct(tenant: Tenant, profile: Profile, query: Mapping[str, str], at: dt.datetime) -> str:
    """A request that came in the address itself (RFC 6749, 4.1.1)."""
    offer = _offer_of(tenant, profile, query.get("issuer_state", ""), at, strict=False)
    client, redirect = _believed(query, offer)
    try:
        wanted = _read(tenant, profile, query, offer)
    except ProtocolError as error:
        said = {"error": error.code, "error_description": oauth.description(error.message)}
        state = query.get("state", "")[:1000]
        address = authorization.answer(redirect, issuer=identifier(tenant, profile), state=state, **said)
        raise Refused(address) from error
    return _stored(tenant, profile, wanted, Client(id=client), offer, at)


def _believed(given: Mapping[str, str], offer: WalletOffer | None) -> tuple[str, str]:
    """client_id and an address that somebody may be sent back to. ProtocolError for any other, and nobody is."""
    client, redirect = authorization.client_of(given)
    easy = _is_rehearsal(offer) and not in_production()
    if fault := authorization.redirect_fault(redirect, addresses_of(client), any_clean=easy):
        raise oauth.refuse("invalid_request", fault, where="redirect_uri")
    return client, redirect


def _read(
    tenant: Tenant, profile: Profile, given: Mapping[str, str], offer: WalletOffer | None
) -> AuthorizationRequest:
    _believed(given, offer)
    known = [one.id for one in issuer_of(tenant, profile).configurations]
    wanted = authorization.read_request(given, known)
    if wanted.issuer_state and offer is None:
        raise oauth.refuse("invalid_request", "The offer is none of ours, or has ended.", where="issuer_state")
    if offer is not None and offer.configuration != wanted.configuration:
        raise oauth.refuse("invalid_scope", "Something else was offered.", where="scope", expected=offer.configuration)
    return wanted


def _offer_of(
    tenant: Tenant, profile: Profile, state: str, at: dt.datetime, *, strict: bool = True
) -> WalletOffer | None:
    """The offer that `issuer_state` names; None where none is named."""
    if not state:
        return None
    row = issuing.by_code(tenant.id, digest_of(state[:400]))
    fits = row is not None and (row.profile, row.grant) == (profile.name, WalletOffer.Grant.CODE)
    if row is None or not fits or row.redeemed is not None or row.expires <= at:
        if not strict:
            return None
        raise oauth.refuse("invalid_request", "The offer is none of ours, or has ended.", where="issuer_state")
    return row


def _is_rehearsal(offer: WalletOffer | None) -> bool:
    return offer is not None and offer.rehearsal


def _stored(
    tenant: Tenant,
    profile: Profile,
    wanted: AuthorizationRequest,
    client: Client,
    offer: WalletOffer | None,
    at: dt.datetime,
) -> str:
    secret = base64url.encode(chance(32))
    with work():
        WalletRequest(
            tenant=tenant,
            profile=profile.name,
            client=wanted.client_id,
            redirect=wanted.redirect,
            state=wanted.state,
            challenge=wanted.challenge,
            configuration=wanted.configuration,
            detailed=wanted.detailed,
            dpop=wanted.dpop or client.dpop,
            attested=client.attested,
            offer=offer,
            request=digest_of(secret),
            expires=at + PUSHED,
        ).save(force_insert=True)
    return secret


def _of_page(tenant: Tenant, profile: Profile, secret: str, at: dt.datetime) -> WalletRequest:
    row = issuing.by_page(tenant.id, digest_of(secret))
    if row is None or row.profile != profile.name or row.expires <= at:
        raise NotFoundError(
            _("There is no request under this address, or it has ended."), fix=_("Start again in your wallet.")
        )
    return row


def opened(tenant: Tenant, profile: Profile, secret: str, at: dt.datetime | None = None) -> Opened:
    """The request of a page. NotFoundError for none of ours, or one that ended."""
    return Opened(row=_of_page(tenant, profile, secret[:100], at or now()), secret=secret)


def is_theirs(row: WalletRequest, wallet: Wallet | None) -> bool:
    """Whether what is offered lies in this wallet, so that nothing need be typed."""
    return wallet is not None and row.offer is not None and row.offer.award_id in {one.pk for one in _held(row, wallet)}


def choice(row: WalletRequest, wallet: Wallet) -> list[Award]:
    """The awards of this institution that lie in a wallet and may go into another one."""
    return [one for one in _held(row, wallet) if wallet_offers.counts(one) and one.list_index is not None]


def _held(row: WalletRequest, wallet: Wallet) -> list[Award]:
    ids = (
        Held.of(wallet).filter(removed=None, source__in=_THEIRS).exclude(award=None).values_list("award_id", flat=True)
    )
    rows = Award.of(row.tenant_id).filter(pk__in=list(ids))
    return list(rows.select_related("edition", "tenant").order_by("-id"))


def approve(
    found: Opened,
    *,
    typed: str = "",
    wallet: Wallet | None = None,
    award: str = "",
    language: str = "",
    at: dt.datetime | None = None,
) -> str:
    """The address of the wallet, with a code. InputError for wrong digits; ConflictError for what was decided."""
    moment, row = at or now(), found.row
    offer = row.offer
    if offer is None:
        offer = _chosen(row, wallet, award, language, moment)
    elif not is_theirs(row, wallet) and not (offer.rehearsal and not in_production()):
        _check_digits(offer, typed)
    wallet_offers.refuse_lost(offer.award)
    code = base64url.encode(chance(32))
    if not issuing.decide(row, moment, code=digest_of(code), code_ends=moment + CODE, offer=offer):
        raise _decided()
    return _back(row, code=code)


def _chosen(row: WalletRequest, wallet: Wallet | None, award: str, language: str, at: dt.datetime) -> WalletOffer:
    theirs = choice(row, wallet) if wallet is not None else []
    picked = next((one for one in theirs if one.pk.hex == award), None)
    if picked is None:
        raise InputError(_("Choose one of your credentials."), where="award", code="not_possible")
    profile = PROFILES[row.profile]
    return wallet_offers.chosen_award(picked, row.configuration, profile, language, at)


def _check_digits(offer: WalletOffer, typed: str) -> None:
    digits = "".join(one for one in typed if one.isdecimal())
    try:
        wallet_tokens.check_typed(offer, digits)
    except ProtocolError as error:
        left = offer.tries > 1
        raise InputError(
            _("These are not the six digits of the page of the offer.") if left else error.message,
            where="typed",
            fix=_("Look at the page on which you saw the code to scan."),
            code="not_possible",
        ) from error


def deny(found: Opened, at: dt.datetime | None = None) -> str:
    """The address of the wallet, with `access_denied` (RFC 6749, 4.1.2.1)."""
    if not issuing.decide(found.row, at or now()):
        raise _decided()
    return _back(found.row, error="access_denied", error_description="The learner said no.")


def _back(row: WalletRequest, **said: str) -> str:
    issuer = identifier(row.tenant, PROFILES[row.profile])
    return authorization.answer(row.redirect, issuer=issuer, state=row.state, **said)


def _decided() -> ConflictError:
    return ConflictError(_("This was decided already."), fix=_("Start again in your wallet."), code="conflict")
