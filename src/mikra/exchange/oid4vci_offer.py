"""OpenID4VCI 1.0, 4: the credential offer, by value and by reference; both ends of it.

    offer = Offer(issuer="https://mc.example.edu/issuers/zed/open", configuration="micro_credential_sdjwt", code="...")
    by_value(offer)                  openid-credential-offer://?credential_offer=...
    by_reference(address)            openid-credential-offer://?credential_offer_uri=...
    read(body)                       the same offer again, as a wallet reads it

Each offer names one configuration: wallets lose their nonce, and with it the second credential, where there are more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson

from mikra import strictjson
from mikra.errors import ProtocolError
from mikra.exchange import oauth

SCHEME = "openid-credential-offer://"
SCHEME_EUDI = "haip-vci://"
"""OpenID4VC HAIP 1.0, 4.2."""
LONGEST_DESCRIPTION = 300
"""4.1.1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TxCode:
    """The code that the learner gets apart from the offer, and types into the wallet (4.1.1)."""

    length: int
    description: str = ""
    numeric: bool = True

    def written(self) -> dict[str, Any]:
        """Its JSON."""
        said = {"input_mode": "numeric" if self.numeric else "text", "length": self.length}
        return {**said, "description": self.description[:LONGEST_DESCRIPTION]} if self.description else said


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What is offered. With `code` it was authorised already; with `state` the wallet asks the issuer's server."""

    issuer: str
    configuration: str
    code: str = ""
    tx_code: TxCode | None = None
    state: str = ""

    def written(self) -> dict[str, Any]:
        """Its JSON (4.1.1)."""
        grants: dict[str, Any] = {}
        if self.state:
            grants[oauth.AUTHORIZATION_CODE] = {"issuer_state": self.state}
        if self.code:
            grants[oauth.PRE_AUTHORIZED] = {"pre-authorized_code": self.code}
            if self.tx_code:
                grants[oauth.PRE_AUTHORIZED]["tx_code"] = self.tx_code.written()
        body = {"credential_issuer": self.issuer, "credential_configuration_ids": [self.configuration]}
        return {**body, "grants": grants} if grants else body


def by_value(offer: Offer, scheme: str = SCHEME) -> str:
    """4.1.2: the offer within its link."""
    return f"{scheme}?{urlencode({'credential_offer': orjson.dumps(offer.written()).decode()})}"


def by_reference(address: str, scheme: str = SCHEME) -> str:
    """4.1.3: a link to where the offer stands; short enough for a QR code that any camera reads."""
    return f"{scheme}?{urlencode({'credential_offer_uri': address})}"


def read(body: bytes) -> Offer:
    """An offer as a wallet reads it. ProtocolError `invalid_request` for what is none of one configuration."""
    found = strictjson.parse(body)
    if not isinstance(found, dict):
        raise _none()
    issuer, ids = found.get("credential_issuer"), found.get("credential_configuration_ids")
    if not isinstance(issuer, str) or not isinstance(ids, list) or len(ids) != 1 or not isinstance(ids[0], str):
        raise _none()
    grants = _object(found.get("grants"))
    authorised = _object(grants.get(oauth.PRE_AUTHORIZED))
    return Offer(
        issuer=issuer,
        configuration=ids[0],
        code=str(authorised.get("pre-authorized_code", "")),
        tx_code=_read_tx_code(authorised.get("tx_code")),
        state=str(_object(grants.get(oauth.AUTHORIZATION_CODE)).get("issuer_state", "")),
    )


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _read_tx_code(value: object) -> TxCode | None:
    if not isinstance(value, Mapping):
        return None
    length = value.get("length", 0)
    return TxCode(
        length=length if isinstance(length, int) else 0,
        description=str(value.get("description", "")),
        numeric=value.get("input_mode", "numeric") == "numeric",
    )


def _none() -> ProtocolError:
    return ProtocolError(
        "This is no offer that can be taken.",
        expected="an issuer, and one configuration of a credential",
        code="invalid_request",
    )
