"""A verifier with its key, and a wallet: our own SD-JWT code, and a browser."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client

from mikra.adapters.clock import chance, now
from mikra.exchange import dcql, oid4vp_answer, oid4vp_wallet
from mikra.exchange.oid4vp import Mode, Prefix, Request
from mikra.public_keys import jwk
from mikra.sealing import sd_jwt
from mikra.sealing.keys import bare_signer, private_key_signer
from mikra.sealing.wallet_certificates import Subject, certified, make_authority
from mikra.server.actions import presenting, presenting_keys, trusted_here, verifying
from mikra.server.actions.presenting import Asking, Begun
from mikra.server.installation import installation
from mikra.server.web.present import views, wallet
from mikra.trust import certificates
from mikra.trust.loader import OFFLINE

FORM = "application/x-www-form-urlencoded"
HOLDER = ec.derive_private_key(11, ec.SECP256R1())
THIEF = ec.derive_private_key(12, ec.SECP256R1())
YESTERDAY = now() - dt.timedelta(days=1)
AUTHORITY = make_authority(Subject(name="Zed", country="CZ"), at=YESTERDAY)
ISSUER = certified(AUTHORITY, Subject(name="Zed", country="CZ", names=("https://zed.example",)), at=YESTERDAY)


@pytest.fixture(autouse=True)
def verifier(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key for requests in this process; the issuer's is known here; nothing is asked of the web."""
    leaf, above = presenting_keys.made()
    presenting_keys.hold(private_key_signer(leaf.key, leaf.certificate, (above.certificate,)))
    monkeypatch.setattr(verifying, "HttpLoader", lambda: OFFLINE)
    known = frozenset({certificates.fingerprint(ISSUER.certificate)})
    monkeypatch.setattr(trusted_here, "known", lambda _digest: {"trusted_seals": known})
    views.BUCKETS.clear()
    wallet.BUCKETS.clear()


def credential(**changes: Any) -> bytes:
    """A micro-credential in the wallet of HOLDER."""
    claims = {
        "iss": "https://zed.example",
        "iat": int(now().timestamp()) - 3600,
        "vct": f"{installation().origin}/vct/micro-credential/1",
        "cnf": {"jwk": jwk.write(HOLDER.public_key())},
        "achievement_title": "Water quality",
        "family_name": "Králová",
        "given_name": "Jana",
        "date_of_issuance": f"{YESTERDAY:%Y-%m-%d}",
        "issuing_authority": "University of Zed",
    } | changes
    signer = private_key_signer(ISSUER.key, ISSUER.certificate, (AUTHORITY.certificate,))
    concealed = [("achievement_title",), ("family_name",), ("given_name",)]
    return sd_jwt.issue(claims, signer=signer, concealed=concealed, chance=chance)


@dataclass(kw_only=True)
class Wallet:
    """What a wallet does, step by step, so that a test can do one of them wrong."""

    client: Client = field(default_factory=Client)
    sealed: bytes = b""
    key: ec.EllipticCurvePrivateKey = HOLDER
    nonce: str = ""
    audience: str = ""
    at: dt.datetime | None = None

    def fetch(self, link: str, *, wallet_nonce: str = "") -> Request:
        """Follows a link, by value or by reference."""
        found = oid4vp_wallet.read_link(link)
        if found.request is not None:
            return found.request
        path = urlsplit(found.request_uri).path
        if wallet_nonce:
            response = self.client.post(path, f"wallet_nonce={wallet_nonce}", content_type=FORM)
        else:
            response = self.client.get(path)
        assert response.status_code == 200, response.content
        assert response["Content-Type"] == "application/oauth-authz-req+jwt"
        expected = oid4vp_wallet.Expected(client_id=found.client_id, at=now(), wallet_nonce=wallet_nonce)
        return oid4vp_wallet.read_object(response.content.decode(), expected)

    def present(self, asked: Request, *names: str) -> str:
        """The credential with what was asked for, bound to this request, or to what the test says."""
        claims = [dcql.Claim(path=(one,)) for one in names or ("achievement_title", "family_name", "given_name")]
        shown = sd_jwt.present(self.sealed or credential(), oid4vp_answer.shown_by(claims))
        return sd_jwt.bind(
            shown,
            signer=bare_signer(self.key),
            audience=self.audience or asked.client_id,
            nonce=self.nonce or asked.nonce,
            at=self.at or now(),
        ).decode()

    def form(self, asked: Request, token: dict[str, Any]) -> dict[str, str]:
        ephemeral = ec.generate_private_key(ec.SECP256R1())
        return oid4vp_answer.respond(asked, token, ephemeral=ephemeral, vector=chance(12))

    def post(self, asked: Request, form: dict[str, str] | str) -> Any:
        body = form if isinstance(form, str) else urlencode(form)
        return self.client.post(urlsplit(asked.response_uri).path, body, content_type=FORM)

    def answer(self, asked: Request, *names: str) -> Any:
        return self.post(asked, self.form(asked, {"mc": [self.present(asked, *names)]}))


@pytest.fixture
def holder() -> Wallet:
    return Wallet()


Begin = Callable[..., Begun]


@pytest.fixture
def begin() -> Begin:
    def begun(prefix: Prefix = Prefix.X509_HASH, mode: Mode = Mode.ENCRYPTED, **others: Any) -> Begun:
        return presenting.begin(Asking(prefix=prefix, mode=mode, **others))

    return begun


def said(response: Any) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(response.content)
    return found
