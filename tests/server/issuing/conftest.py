"""A wallet of somebody else's making, and an award that it may fetch."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client

from mikra.adapters.clock import now
from mikra.exchange import oid4vci_proof
from mikra.sealing.keys import bare_signer
from mikra.server import signer_folder
from mikra.server.actions import claims, seal_keys
from mikra.server.store.awards import Award
from mikra.server.web.issuing import wallet_api
from tests.server.wallet.conftest import award as award
from tests.server.wallet.conftest import code as code
from tests.server.wallet.conftest import offline as offline
from tests.server.wallet.conftest import sealed as sealed


@dataclass
class Phone:
    """OpenID4VCI 1.0, as a wallet speaks it: over HTTP, knowing the offer alone."""

    offer: dict[str, Any]
    key: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    client: Client = field(default_factory=Client)

    @classmethod
    def scanning(cls, link: str) -> Phone:
        (query,) = [parse_qs(urlsplit(link).query)]
        if "credential_offer" in query:
            return cls(json.loads(query["credential_offer"][0]))
        client = Client()
        found = client.get(urlsplit(query["credential_offer_uri"][0]).path)
        assert found.status_code == 200, found.content
        return cls(found.json(), client=client)

    @property
    def issuer(self) -> str:
        return str(self.offer["credential_issuer"])

    @property
    def pre_authorised(self) -> str:
        (grant,) = self.offer["grants"].values()
        return str(grant["pre-authorized_code"])

    def path(self, name: str) -> str:
        return f"{urlsplit(self.issuer).path}/{name}"

    def token(self, typed: str | None, **more: str) -> Any:
        form = {
            "grant_type": "urn:ietf:params:oauth:grant-type:pre-authorized_code",
            "pre-authorized_code": self.pre_authorised,
            **({"tx_code": typed} if typed is not None else {}),
            **more,
        }
        body = "&".join(f"{name}={value}" for name, value in form.items())
        return self.client.generic("POST", self.path("token"), body, "application/x-www-form-urlencoded")

    def nonce(self) -> str:
        return str(self.client.post(self.path("nonce")).json()["c_nonce"])

    def proof(self, *, issuer: str = "", nonce: str = "", at: datetime | None = None, key: Any = None) -> str:
        held = key or self.key
        return oid4vci_proof.make(
            bare_signer(held),
            held.public_key(),
            issuer=issuer or self.issuer,
            nonce=nonce or self.nonce(),
            at=at or now(),
        )

    def credential(self, token: str, *, proof: str | None = None, **members: Any) -> Any:
        body = {
            "credential_configuration_id": self.offer["credential_configuration_ids"][0],
            "proofs": {"jwt": [proof or self.proof()]},
            **members,
        }
        given = {name: value for name, value in body.items() if value is not None}
        return self.post("credential", token, given)

    def post(self, name: str, token: str, body: Any) -> Any:
        return self.client.generic(
            "POST", self.path(name), json.dumps(body), "application/json", headers={"authorization": f"Bearer {token}"}
        )


@pytest.fixture(autouse=True)
def plenty() -> None:
    wallet_api.BUCKETS.clear()


@pytest.fixture(autouse=True)
def signer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys for wallets are made as in a service; in the place of its signer this process holds them."""
    kept = signer_folder.keep

    def keep(of: Any, name: str, made: Any) -> None:
        kept(of, name, made)
        seal_keys.hold(f"signer:#{name}", made.signer)

    monkeypatch.setattr(signer_folder, "keep", keep)


@pytest.fixture
def collected(code: str, award: Award) -> Award:
    claims.claim(code)
    return award
