"""A wallet that asks its learner's leave: PAR, PKCE, DPoP, and an attestation of its provider (OpenID4VC HAIP 1.0)."""

from __future__ import annotations

import base64
import datetime as dt
import json
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from cryptography.hazmat.primitives.asymmetric import ec

from mikra.adapters.clock import now
from mikra.exchange import authorization, client_attestation, dpop, key_attestation, oid4vci_proof
from mikra.sealing import wallet_certificates
from mikra.sealing.keys import bare_signer
from tests.server.issuing.conftest import Phone

BACK = "wallet.example:/back"
NAME = "https://wallet.example/one"
VERIFIER = "v" * 43
PROVIDER = wallet_certificates.make_authority(
    wallet_certificates.Subject(name="A provider of wallets", country="EU"), at=now() - dt.timedelta(days=1)
)


def fresh() -> Any:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass
class Careful(Phone):
    """`holder`: the key of its DPoP proofs (None: it shows none); `instance`: the one that its provider vouches for."""

    holder: Any = field(default_factory=fresh)
    instance: Any = None
    name: str = NAME
    nonce_of_proofs: str = ""

    def url(self, name: str) -> str:
        return f"{self.issuer}/{name}"

    def headers(self, name: str, token: str = "") -> dict[str, str]:
        said: dict[str, str] = {}
        if token:
            said["Authorization"] = f"{'DPoP' if self.holder else 'Bearer'} {token}"
        if self.holder:
            said["DPoP"] = self.proven(name, token)
        if self.instance and not token:
            said |= self.attested()
        return said

    def proven(self, name: str, token: str = "", **changed: Any) -> str:
        wanted = {"method": "POST", "url": self.url(name), "at": now(), "jti": secrets.token_hex(8), "token": token}
        signer, key = bare_signer(self.holder), self.holder.public_key()
        return dpop.make(signer, key, **{**wanted, "nonce": self.nonce_of_proofs, **changed})

    def attested(self, provider: Any = PROVIDER, **changed: Any) -> dict[str, str]:
        x5c = [base64.b64encode(provider.certificate).decode()]
        ends = now() + dt.timedelta(hours=1)
        vouched = client_attestation.attest(
            bare_signer(provider.key), x5c, self.instance.public_key(), client=self.name, ends=ends
        )
        wanted = {"server": self.issuer, "client": self.name, "at": now(), "jti": secrets.token_hex(8), **changed}
        proof = client_attestation.prove(bare_signer(self.instance), **wanted)
        return {"OAuth-Client-Attestation": vouched, "OAuth-Client-Attestation-PoP": proof}

    def proof(self, *, nonce: str = "", key: Any = None, keys: list[Any] | None = None, **more: Any) -> str:
        """With an attestation of its keys by the provider, where there is one."""
        held, fresh_nonce = key or self.key, nonce or self.nonce()
        if self.instance:
            more.setdefault("key_attestation", self.attest_keys(keys or [held], fresh_nonce))
        return oid4vci_proof.make(
            bare_signer(held),
            held.public_key(),
            **{"issuer": self.issuer, "nonce": fresh_nonce, "at": now(), **more},
        )

    def attest_keys(self, keys: list[Any], nonce: str = "", provider: Any = PROVIDER, **changed: Any) -> str:
        x5c = [base64.b64encode(provider.certificate).decode()]
        wanted = {"at": now(), "ends": now() + dt.timedelta(hours=1), "nonce": nonce, **changed}
        return key_attestation.make(bare_signer(provider.key), x5c, [one.public_key() for one in keys], **wanted)

    def form(self, name: str, values: dict[str, str], headers: dict[str, str] | None = None) -> Any:
        """A request of the authorisation; once more where a nonce is asked for."""
        kind = "application/x-www-form-urlencoded"
        for _again in range(2):
            said = self.headers(name) if headers is None else headers
            answer = self.client.generic("POST", self.path(name), urlencode(values), kind, headers=said)
            self.nonce_of_proofs = answer.headers.get("DPoP-Nonce", "")
            if headers is not None or answer.status_code < 400 or answer.json()["error"] != dpop.USE_NONCE:
                break
        return answer

    @property
    def asked(self) -> dict[str, str]:
        grants = self.offer.get("grants", {}).get("authorization_code", {})
        return {
            "response_type": "code",
            "client_id": self.name,
            "redirect_uri": BACK,
            "code_challenge": authorization.challenge_of(VERIFIER),
            "code_challenge_method": "S256",
            "scope": self.offer["credential_configuration_ids"][0],
            "state": "s1",
            **grants,
        }

    def push(self, headers: dict[str, str] | None = None, **changed: str) -> Any:
        values = {name: value for name, value in {**self.asked, **changed}.items() if value}
        return self.form("par", values, headers)

    def page(self, browser: Any, pushed: Any = None) -> str:
        """The address of the page before the learner."""
        said = (pushed or self.push()).json()
        query = urlencode({"client_id": self.name, "request_uri": said["request_uri"]})
        answer = browser.get(f"{self.path('authorize')}?{query}")
        assert answer.status_code == 302, answer.content
        return str(answer["Location"])

    def code(self, browser: Any, typed: str, **more: str) -> str:
        answer = browser.post(self.page(browser), {"answer": "yes", "typed": typed, **more})
        assert answer.status_code == 302, answer.content.decode()
        return back(answer)["code"]

    def token_for(self, code: str, /, **changed: str) -> Any:
        values = {
            "grant_type": "authorization_code",
            "code": code,
            "code_verifier": VERIFIER,
            "redirect_uri": BACK,
            "client_id": self.name,
            **changed,
        }
        return self.form("token", {name: value for name, value in values.items() if value})

    def refreshed(self, refresh: str) -> Any:
        return self.form("token", {"grant_type": "refresh_token", "refresh_token": refresh, "client_id": self.name})

    def post(self, name: str, token: str, body: Any, headers: dict[str, str] | None = None) -> Any:
        for _again in range(2):
            said = self.headers(name, token) if headers is None else headers
            answer = self.client.generic("POST", self.path(name), json.dumps(body), "application/json", headers=said)
            self.nonce_of_proofs = answer.headers.get("DPoP-Nonce", "")
            if headers is not None or answer.status_code != 401 or answer.json()["error"] != dpop.USE_NONCE:
                break
        return answer


def back(answer: Any) -> dict[str, str]:
    """What the wallet is told."""
    assert answer["Location"].startswith(BACK), answer["Location"]
    return {name: values[0] for name, values in parse_qs(urlsplit(answer["Location"]).query).items()}
