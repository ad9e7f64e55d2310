"""Steps of `mikra selftest`: a wallet that asks its learner's leave, on both addresses of an issuer, and its thief.

PAR, PKCE, DPoP, refresh, and on `eudi` an attestation of a provider that is made for the occasion: it is believed for
rehearsals outside production alone, so that in production the step sees it refused and stops there.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import orjson
from cryptography.hazmat.primitives.asymmetric import ec

from mikra.adapters.clock import chance, now
from mikra.adapters.own_http import OwnService, Said
from mikra.exchange import authorization, client_attestation, dpop, key_attestation, oauth, oid4vci_proof
from mikra.exchange.oid4vci import EUDI, OPEN, Profile
from mikra.sealing import wallet_certificates
from mikra.sealing.keys import bare_signer
from mikra.server.actions import wallet_clients, wallet_offers
from mikra.server.actions.wallet_offers import Offered
from mikra.server.store.awards import Award
from mikra.server.words import _

BACK = "mikra.rehearsal:/back"
FORM = "application/x-www-form-urlencoded"


class Missed(Exception):
    """What an outside wallet would stumble over, as a sentence."""


@dataclass
class Wallet:
    """A wallet with its own keys; `provider` vouches for it, or nobody does."""

    service: OwnService
    issuer: str
    provider: Any = None
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    holder: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    name: str = "mikra-selftest"
    verifier: str = field(default_factory=lambda: chance(32).hex())
    nonce: str = ""

    def form(self, name: str, values: dict[str, str]) -> Said:
        """To an endpoint of the authorisation; once more with the nonce that it asks for."""
        for _again in range(2):
            headers = {"Content-Type": FORM, "DPoP": self._proof(name), **self._attested()}
            said = self.service.ask("POST", f"{self.issuer}/{name}", urlencode(values).encode(), headers)
            self.nonce = said.headers.get("dpop-nonce", "")
            if said.status < 400 or (said.json() or {}).get("error") != dpop.USE_NONCE:
                break
        return said

    def fetch(self, token: str, configuration: str, holder: ec.EllipticCurvePrivateKey | None = None) -> Said:
        """The credential for a token, with a proof of the key it is bound to (or of a thief's)."""
        nonce = (self.service.ask("POST", f"{self.issuer}/nonce").json() or {}).get("c_nonce", "")
        proof = oid4vci_proof.make(
            bare_signer(self.key),
            self.key.public_key(),
            issuer=self.issuer,
            nonce=nonce,
            at=now(),
            client_id=self.name,
            key_attestation=self._attested_key(nonce),
        )
        body = orjson.dumps({"credential_configuration_id": configuration, "proofs": {"jwt": [proof]}})
        for _again in range(2):
            headers = {"Content-Type": "application/json", "Authorization": f"DPoP {token}"}
            headers["DPoP"] = self._proof("credential", token, holder)
            said = self.service.ask("POST", f"{self.issuer}/credential", body, headers)
            self.nonce = said.headers.get("dpop-nonce", "")
            if said.status != 401 or (said.json() or {}).get("error") != dpop.USE_NONCE:
                break
        return said

    def _proof(self, name: str, token: str = "", holder: ec.EllipticCurvePrivateKey | None = None) -> str:
        key = holder or self.holder
        return dpop.make(
            bare_signer(key),
            key.public_key(),
            method="POST",
            url=f"{self.issuer}/{name}",
            at=now(),
            jti=chance(12).hex(),
            token=token,
            nonce=self.nonce,
        )

    def _attested_key(self, nonce: str) -> str:
        if self.provider is None:
            return ""
        signer, x5c = bare_signer(self.provider.key), [base64.b64encode(self.provider.certificate).decode()]
        ends = now() + timedelta(hours=1)
        return key_attestation.make(signer, x5c, [self.key.public_key()], at=now(), ends=ends, nonce=nonce)

    def _attested(self) -> dict[str, str]:
        if self.provider is None:
            return {}
        x5c = [base64.b64encode(self.provider.certificate).decode()]
        signer, ends = bare_signer(self.provider.key), now() + timedelta(hours=1)
        vouched = client_attestation.attest(signer, x5c, self.holder.public_key(), client=self.name, ends=ends)
        proof = client_attestation.prove(
            bare_signer(self.holder), server=self.issuer, client=self.name, at=now(), jti=chance(12).hex()
        )
        return {"OAuth-Client-Attestation": vouched, "OAuth-Client-Attestation-PoP": proof}


def on_open(service: OwnService, award: Award) -> tuple[str, Any]:
    """The configuration that was fetched, and the copy."""
    return _played(service, award, OPEN, None)


def on_eudi(service: OwnService, award: Award) -> tuple[str, Any]:
    """The same with an attestation. In production the configuration is "": no provider of ours is believed there."""
    subject = wallet_certificates.Subject(name="Provider of mikra selftest", country="EU")
    provider = wallet_certificates.make_authority(subject, at=now() - timedelta(days=1))
    return _played(service, award, EUDI, provider)


def _played(service: OwnService, award: Award, profile: Profile, provider: Any) -> tuple[str, Any]:
    offered = wallet_offers.offer_award(award, profile=profile, by_code=True, rehearsal=True)
    query = parse_qs(urlsplit(offered.short).query)
    offer = service.ask("GET", query["credential_offer_uri"][0]).json() or {}
    issuer, configuration = offer["credential_issuer"], offer["credential_configuration_ids"][0]
    state = offer["grants"][oauth.AUTHORIZATION_CODE]["issuer_state"]
    wallet = Wallet(service, issuer, provider)
    asked = {
        "response_type": "code",
        "client_id": wallet.name,
        "redirect_uri": BACK,
        "code_challenge": authorization.challenge_of(wallet.verifier),
        "code_challenge_method": "S256",
        "scope": configuration,
        "state": "s",
        "issuer_state": state,
    }
    if profile.strict:
        _want(Wallet(service, issuer).form("par", asked), 401, "par")
        if wallet_clients.in_production():
            _want(wallet.form("par", asked), 401, "par")
            return "", None
    _want(wallet.form("par", {**asked, "redirect_uri": "javascript:alert(1)"}), 400, "par")
    pushed = _want(wallet.form("par", asked), 201, "par").json()
    code = _leave(wallet, pushed["request_uri"], offered)
    return configuration, _redeemed(wallet, code, configuration)


def _leave(wallet: Wallet, request_uri: str, offered: Offered) -> str:
    """What the learner's browser is sent back with; the page is answered by the digits, where there is one."""
    query = urlencode({"client_id": wallet.name, "request_uri": request_uri})
    said = _want(wallet.service.ask("GET", f"{wallet.issuer}/authorize?{query}"), 302, "authorize")
    again = wallet.service.ask("GET", f"{wallet.issuer}/authorize?{query}")
    _want(again, 400, "authorize")
    if not said.headers["location"].startswith(BACK):
        said = _answered(wallet.service, said.headers["location"], offered.typed)
    told = parse_qs(urlsplit(said.headers.get("location", "")).query)
    if told.get("state") != ["s"] or told.get("iss") != [wallet.issuer] or "code" not in told:
        raise Missed(_("The wallet is not told who answered, or what."))
    return told["code"][0]


def _answered(service: OwnService, path: str, typed: str) -> Said:
    page = _want(service.ask("GET", path), 200, "authorize")
    hidden = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.body.decode())
    cookie = page.headers.get("set-cookie", "").partition(";")[0]
    values = {"csrfmiddlewaretoken": unescape(hidden[1]) if hidden else "", "answer": "yes", "typed": typed}
    headers = {"Content-Type": FORM, "Cookie": cookie, "Referer": f"{service.origin}{path}", "Origin": service.origin}
    wrong = {**values, "typed": f"{(int(typed) + 1) % 1_000_000:06d}"}
    _want(service.ask("POST", path, urlencode(wrong).encode(), headers), 400, "authorize")
    return _want(service.ask("POST", path, urlencode(values).encode(), headers), 302, "authorize")


def _redeemed(wallet: Wallet, code: str, configuration: str) -> Any:
    values = {"grant_type": oauth.AUTHORIZATION_CODE, "code": code, "redirect_uri": BACK, "client_id": wallet.name}
    _want(wallet.form("token", {**values, "code_verifier": "w" * 43}), 400, "token")
    given = _want(wallet.form("token", {**values, "code_verifier": wallet.verifier}), 200, "token").json()
    thief = ec.generate_private_key(ec.SECP256R1())
    _want(wallet.fetch(given["access_token"], configuration, thief), 401, "credential")
    first = _want(wallet.fetch(given["access_token"], configuration), 200, "credential").json()
    refresh = {"grant_type": oauth.REFRESH, "refresh_token": given["refresh_token"], "client_id": wallet.name}
    again = _want(wallet.form("token", refresh), 200, "token").json()
    _want(wallet.fetch(again["access_token"], configuration), 200, "credential")
    _want(wallet.form("token", refresh), 400, "token")
    return first["credentials"][0]["credential"], wallet.key


def _want(said: Said, status: int, what: str) -> Said:
    if said.status != status:
        error = said.json()
        found = error.get("error", "") if isinstance(error, dict) else ""
        raise Missed(
            _("{what}: answered {found} instead of {expected}.").format(
                what=what, found=f"{said.status} {found}".strip(), expected=status
            )
        )
    return said
