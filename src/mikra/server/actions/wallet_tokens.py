"""The token endpoint of an issuer to wallets (OpenID4VCI 1.0, 6), and whose token it is that a request carries.

token(tenant, body, type)                      the wallet redeems what it was offered, once
by_token(tenant, asked, at)            the row of an access token
"""

from __future__ import annotations

import datetime as dt
import hmac
from dataclasses import dataclass
from typing import Any

from mikra import base64url, strictjson
from mikra.adapters.clock import chance, now
from mikra.errors import InputError
from mikra.exchange import oauth
from mikra.exchange.oid4vci import OPEN, Profile
from mikra.server.actions.wallet_offers import LIFE, digest_of, typed_digest
from mikra.server.store import issuing
from mikra.server.store.issuing import WalletOffer
from mikra.server.store.tenants import Tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a request of a wallet says of itself: headers, and the address that it was sent to."""

    profile: Profile = OPEN
    authorization: str = ""
    dpop: str = ""
    method: str = "POST"
    url: str = ""


def token(tenant: Tenant, body: bytes, content_type: str, at: dt.datetime | None = None) -> dict[str, Any]:
    """OpenID4VCI 1.0, 6. ProtocolError `invalid_request`, `invalid_grant`, `unsupported_grant_type`."""
    moment = at or now()
    asked = oauth.read_token_request(oauth.read_form(body, content_type))
    row = issuing.by_code(tenant.id, digest_of(asked.code))
    if row is None or row.redeemed is not None or row.expires <= moment:
        raise oauth.refuse("invalid_grant", "The code is none of ours, was used, or has ended.")
    if row.typed is None and asked.tx_code is not None:
        raise oauth.refuse("invalid_request", "No code is to be typed for this offer.", where="tx_code")
    if row.typed is not None:
        _check_typed(row, asked.tx_code)
    details = _details(asked.authorization_details, row)
    fresh = base64url.encode(chance(32))
    ends = moment + LIFE
    if not issuing.redeem(row, moment, token=digest_of(fresh), ends=ends, client=asked.client_id[:200]):
        raise oauth.refuse("invalid_grant", "The code was used already.")
    return oauth.token_response(fresh, lifetime=int(LIFE.total_seconds()), details=details)


def _check_typed(row: WalletOffer, given: str | None) -> None:
    if not given:
        raise oauth.refuse("invalid_request", "The learner has to type the code of the page.", where="tx_code")
    if not issuing.take_try(row):
        raise oauth.refuse("invalid_grant", "The code was tried too often; open the page of the offer again.")
    if not hmac.compare_digest(bytes(row.typed or b""), typed_digest(row.id, given.strip())):
        raise oauth.refuse("invalid_grant", "This is not the code of the page.", where="tx_code")


def _details(text: str, row: WalletOffer) -> list[dict[str, Any]] | None:
    """RFC 9396, as OpenID4VCI 5.1.1 has it: where a wallet asks so, it is answered with identifiers."""
    if not text:
        return None
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
    kept = {"type": "openid_credential", "credential_configuration_id": row.configuration}
    return [{**kept, "credential_identifiers": [row.configuration]}]


def by_token(tenant: Tenant, asked: Asked, at: dt.datetime, *, late: bool = False) -> WalletOffer:
    """ProtocolError `invalid_token`. `late`: after its end too, for what a wallet says afterwards."""
    row = issuing.by_token(tenant.id, digest_of(oauth.read_bearer(asked.authorization)))
    if row is None or row.token_ends is None or (row.token_ends <= at and not late):
        raise oauth.refuse(oauth.INVALID_TOKEN, "The token is none of ours, or has ended.")
    return row
