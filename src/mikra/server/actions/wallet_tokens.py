"""The token endpoint of an issuer to wallets (OpenID4VCI 1.0, 6), and whose token it is that a request carries.

token(tenant, asked, body, type)        a code, a pre-authorised code or a refresh token becomes an access token, once
by_token(tenant, asked, at)             the row of the access token that a request carries, and may use

A token is bound to the key that the wallet showed (DPoP, RFC 9449) and can then be refreshed, each refresh token once;
one that comes twice, like a code that comes twice, was copied, and everything that it led to ends. Without a key the
token counts for five minutes, and there is no refresh token.
"""

from __future__ import annotations

import datetime as dt
import hmac
from typing import Any

from mikra import base64url, strictjson
from mikra.adapters.clock import chance, now
from mikra.errors import InputError, ProtocolError
from mikra.exchange import authorization, dpop, oauth
from mikra.exchange.oauth import CodeGrant, PreAuthorized, RefreshGrant
from mikra.server.actions.wallet_clients import Asked, Client, holder, identify
from mikra.server.actions.wallet_offers import digest_of, is_typed
from mikra.server.actions.work import work
from mikra.server.store import issuing
from mikra.server.store.base import new_id
from mikra.server.store.issuing import WalletOffer
from mikra.server.store.tenants import Tenant

BEARER, BOUND = dt.timedelta(minutes=5), dt.timedelta(hours=1)
"""How long an access token counts, without and with a key that it is bound to."""
REFRESH = dt.timedelta(days=90)


def token(
    tenant: Tenant, asked: Asked, body: bytes, content_type: str, at: dt.datetime | None = None
) -> dict[str, Any]:
    """OpenID4VCI 1.0, 6. ProtocolError with the codes of RFC 6749, 5.2 and RFC 9449."""
    moment = at or now()
    grant = oauth.read_token_request(oauth.read_form(body, content_type))
    if isinstance(grant, CodeGrant):
        return _for_code(tenant, asked, grant, moment)
    if isinstance(grant, RefreshGrant):
        return _for_refresh(tenant, asked, grant, moment)
    if asked.profile.strict:
        raise oauth.refuse("unsupported_grant_type", "This grant is not given here.", where="grant_type")
    return _for_offer(tenant, asked, grant, moment)


def _for_offer(tenant: Tenant, asked: Asked, grant: PreAuthorized, at: dt.datetime) -> dict[str, Any]:
    row = issuing.by_code(tenant.id, digest_of(grant.code))
    known = row is not None and (row.profile, row.grant) == (asked.profile.name, WalletOffer.Grant.PRE_AUTHORISED)
    if row is None or not known or row.redeemed is not None or row.expires <= at:
        raise oauth.refuse("invalid_grant", "The code is none of ours, was used, or has ended.")
    client = identify(tenant, asked, grant.client_id, at, rehearsal=row.rehearsal)
    if row.typed is None and grant.tx_code is not None:
        raise oauth.refuse("invalid_request", "No code is to be typed for this offer.", where="tx_code")
    detailed = _details(grant.authorization_details, row)
    with work():  # one write for the try and the token; a wrong code is counted, and refused after it
        fault = None if row.typed is None else _fault_of_typed(row, grant.tx_code)
        if fault is None:
            return _given(row, client, at, detailed=detailed)
    raise fault


def _for_code(tenant: Tenant, asked: Asked, grant: CodeGrant, at: dt.datetime) -> dict[str, Any]:
    """RFC 6749, 4.1.3; RFC 7636, 4.6."""
    found = issuing.by_authorization_code(tenant.id, digest_of(grant.code))
    if found is None or found.profile != asked.profile.name or found.offer is None or found.code_ends is None:
        raise oauth.refuse("invalid_grant", "The code is none of ours.")
    row = found.offer
    client = identify(tenant, asked, grant.client_id, at, rehearsal=row.rehearsal)
    if found.used is not None:
        issuing.end_family(row, at)
        raise oauth.refuse("invalid_grant", "The code was used already; what it led to is ended.")
    if found.code_ends <= at:
        raise oauth.refuse("invalid_grant", "The code has ended.")
    _check_bound(found.client, found.dpop, found.attested, client)
    if grant.redirect != found.redirect:
        raise oauth.refuse("invalid_grant", "The code was sent to another address.", where="redirect_uri")
    if not authorization.verifier_fits(grant.verifier, found.challenge):
        raise oauth.refuse("invalid_grant", "The verifier does not fit the challenge.", where="code_verifier")
    with work():
        if not issuing.use_code(found, at):
            raise oauth.refuse("invalid_grant", "The code was used already.")
        return _given(row, client, at, detailed=found.detailed)


def _for_refresh(tenant: Tenant, asked: Asked, grant: RefreshGrant, at: dt.datetime) -> dict[str, Any]:
    """RFC 6749, 6; RFC 9700, 4.14.2: each refresh token once."""
    row = issuing.by_refresh(tenant.id, digest_of(grant.token))
    if row is None or row.profile != asked.profile.name or row.refresh_ends is None or row.refresh_ends <= at:
        raise oauth.refuse("invalid_grant", "The refresh token is none of ours, or has ended.")
    client = identify(tenant, asked, grant.client_id, at, rehearsal=row.rehearsal)
    _check_bound(row.client, row.dpop, row.attested, client)
    if row.refreshed is not None:
        issuing.end_family(row, at)
        raise oauth.refuse("invalid_grant", "The refresh token was used already; what it led to is ended.")
    with work():
        if not issuing.use_refresh(row, at):
            raise oauth.refuse("invalid_grant", "The refresh token was used already.")
        again = issuing.again(row, digest_of(base64url.encode(chance(24))), digest_of(base64url.encode(chance(24))), at)
        return _given(again, client, at, detailed=False)


def _check_bound(client_id: str, key: str, attested: str, client: Client) -> None:
    """The wallet that comes back is the one that was there before."""
    if client_id and client.id != client_id:
        raise oauth.refuse("invalid_grant", "This was given to another wallet.", where="client_id")
    if key and client.dpop != key:
        raise oauth.refuse("invalid_grant", "This was given to another key.", where="DPoP")
    if attested and client.attested != attested:
        raise oauth.refuse("invalid_grant", "This was given to another wallet.", where="client attestation")


def _given(row: WalletOffer, client: Client, at: dt.datetime, *, detailed: bool) -> dict[str, Any]:
    """The row gets its token; once, whoever else asks at the same time."""
    fresh, again = base64url.encode(chance(32)), base64url.encode(chance(32)) if client.dpop else ""
    life = BOUND if client.dpop else BEARER
    bound = {
        "client": client.id,
        "dpop": client.dpop,
        "attested": client.attested,
        "family": row.family or new_id(),
        "refresh": digest_of(again) if again else None,
        "refresh_ends": at + REFRESH if again else None,
    }
    if not issuing.redeem(row, at, token=digest_of(fresh), ends=at + life, bound=bound):
        raise oauth.refuse("invalid_grant", "The code was used already.")
    kind = "DPoP" if client.dpop else "Bearer"
    details = [_identified(row)] if detailed else None
    return oauth.token_response(fresh, lifetime=int(life.total_seconds()), kind=kind, details=details, refresh=again)


def check_typed(row: WalletOffer, given: str | None) -> None:
    """The six digits of the page of the offer, five tries of them. ProtocolError `invalid_request`, `invalid_grant`."""
    if (fault := _fault_of_typed(row, given)) is not None:
        raise fault


def _fault_of_typed(row: WalletOffer, given: str | None) -> ProtocolError | None:
    """Counts the try; inside `work()` it is lost where that ends with an error, so the fault is handed back."""
    if not given:
        return oauth.refuse("invalid_request", "The learner has to type the code of the page.", where="tx_code")
    if not issuing.take_try(row):
        return oauth.refuse("invalid_grant", "The code was tried too often; open the page of the offer again.")
    if not is_typed(row, given):
        return oauth.refuse("invalid_grant", "This is not the code of the page.", where="tx_code")
    return None


def _details(text: str, row: WalletOffer) -> bool:
    """RFC 9396, as OpenID4VCI 5.1.1 has it: whether a wallet asks so; it is answered with identifiers then."""
    if not text:
        return False
    try:
        found = strictjson.parse(text.encode())
    except InputError as error:
        raise oauth.refuse("invalid_request", "This cannot be read.", where="authorization_details") from error
    named = (
        [one.get("credential_configuration_id") for one in found if isinstance(one, dict)]
        if isinstance(found, list)
        else []
    )
    if named != [row.configuration] or found[0].get("type") != "openid_credential":
        raise oauth.refuse(
            "invalid_request", "It asks for something else than was offered.", where="authorization_details"
        )
    return True


def _identified(row: WalletOffer) -> dict[str, Any]:
    kept = {"type": "openid_credential", "credential_configuration_id": row.configuration}
    return {**kept, "credential_identifiers": [row.configuration]}


def by_token(tenant: Tenant, asked: Asked, at: dt.datetime, *, late: bool = False) -> WalletOffer:
    """ProtocolError `invalid_token`, `invalid_dpop_proof`, `use_dpop_nonce`.

    `late`: after its end too, for what a wallet says afterwards.
    """
    scheme, text = oauth.read_authorization(asked.authorization)
    row = issuing.by_token(tenant, digest_of(text))
    if row is None or row.profile != asked.profile.name or row.token_ends is None:
        raise _not_ours()
    if row.token_ends <= at and not late:
        raise _not_ours()
    if scheme != ("dpop" if row.dpop else "bearer"):
        raise oauth.refuse(oauth.INVALID_TOKEN, "The token is used in another way than it was given.", where="scheme")
    if row.dpop:
        key = holder(asked, text, at)
        if not key:
            raise oauth.refuse(dpop.INVALID, "The token needs a proof of its key.", where="DPoP")
        if not hmac.compare_digest(key, row.dpop):
            raise oauth.refuse(oauth.INVALID_TOKEN, "The token belongs to another key.", where="DPoP")
    return row


def _not_ours() -> ProtocolError:
    return oauth.refuse(oauth.INVALID_TOKEN, "The token is none of ours, or has ended.")
