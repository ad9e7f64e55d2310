"""A step of `mikra selftest`: a learner's wallet that opens an interaction link, and one that signs something else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import orjson
from cryptography.hazmat.primitives.asymmetric import ed25519

from mikra.adapters.clock import now
from mikra.adapters.own_http import OwnService, Said
from mikra.exchange import vc_api_exchange
from mikra.exchange.vc_api_exchange import Request
from mikra.sealing.keys import bare_signer
from mikra.server.actions import wallet_exchange
from mikra.server.rehearsal_leave import Missed
from mikra.server.store.awards import Award
from mikra.server.words import _
from mikra.trust import did

JSON = {"Content-Type": "application/json", "Accept": "application/json"}


def fetched(service: OwnService, award: Award) -> Mapping[str, Any]:
    """The copy in the wallet."""
    link = wallet_exchange.begin_award(award, rehearsal=True).link
    address = vc_api_exchange.read_link(link)
    ways = _want(service.ask("GET", address, headers=JSON), 200, "interaction").json()
    path = ways["protocols"][vc_api_exchange.VC_API]
    _want(service.ask("POST", f"{urlsplit(path).path}x", b"{}", JSON), 404, "exchange")
    asked = vc_api_exchange.read_request(_want(service.ask("POST", path, b"{}", JSON), 200, "exchange").body)
    key = ed25519.Ed25519PrivateKey.generate()
    signed = _signed(asked, key)
    for wrong in (_altered(signed), _signed(Request(challenge="another", domain=asked.domain), key)):
        _want(service.ask("POST", path, orjson.dumps(wrong), JSON), 400, "exchange")
    given = _want(service.ask("POST", path, orjson.dumps(signed), JSON), 200, "exchange")
    _want(service.ask("POST", path, orjson.dumps(signed), JSON), 404, "exchange")
    (credential,) = vc_api_exchange.read_response(given.body)
    if credential["credentialSubject"].get("id") != did.did_key(key.public_key()):
        raise Missed(_("The copy is not bound to the wallet's key."))
    return credential


def _signed(asked: Request, key: ed25519.Ed25519PrivateKey) -> dict[str, Any]:
    return vc_api_exchange.present(asked, bare_signer(key), key.public_key(), at=now())


def _altered(message: Mapping[str, Any]) -> dict[str, Any]:
    """The same with something in it that nobody signed."""
    inside = {**message["verifiablePresentation"], "id": "urn:uuid:00000000-0000-4000-8000-000000000001"}
    return {"verifiablePresentation": inside}


def _want(said: Said, status: int, what: str) -> Said:
    if said.status != status:
        raise Missed(
            _("{what}: answered {found} instead of {expected}.").format(
                what=what, found=str(said.status), expected=status
            )
        )
    return said
