"""The wallet of this service answers a verifier on the engine of another house: plain, encrypted, refused."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from mikra.exchange import oid4vp
from mikra.public_keys import jwk
from mikra.report import Verdict
from mikra.server.actions import presenting_queries, verifying, wallet_answers
from mikra.server.store.wallets import Held, Wallet
from mikra.trust.loader import Loaded
from tests.conformance.node import ask
from tests.server.wallet.test_answers import LEAF, Outside, picked
from tests.server.wallet.test_answers import held as held
from tests.server.wallet.test_answers import ready as ready
from tests.server.wallet.test_answers import signer as signer

CLIENT = oid4vp.x509_hash(LEAF.certificate)


class Engine(Outside):
    """Its request is made, and its answer read, by the other house's code."""

    text = ""

    def load(self, url: str, *, accept: str = "") -> Loaded:
        return Loaded(body=self.text.encode(), url=url)

    def asks(self, metadata: dict[str, Any] | None = None) -> dict[str, Any]:
        """Of its answer: `link`, `payload`."""
        pem = LEAF.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        x5c = [base64.b64encode(LEAF.certificate).decode()]
        payload = {
            "response_type": "vp_token",
            "response_mode": str(self.mode),
            "client_id": CLIENT,
            "response_uri": "https://zed.example/answer",
            "nonce": "n-1",
            "state": "s-1",
            "dcql_query": presenting_queries.asking(["outcomes"]),
            "client_metadata": {"vp_formats_supported": oid4vp.formats_supported(), **(metadata or {})},
        }
        wanted = {"payload": payload, "x5c": x5c, "pem": pem, "request_uri": "https://zed.example/request"}
        (made,) = ask("asks", [{"ask": wanted}])
        assert "refused" not in made, made
        self.text = made["object"]
        return made

    def reads(self, payload: dict[str, Any]) -> dict[str, Any]:
        number = jwk.write(self.key.public_key()) | {"kid": "k"}
        private = base64.urlsafe_b64encode(self.key.private_numbers().private_value.to_bytes(32)).rstrip(b"=").decode()
        (read,) = ask("asks", [{"read": self.answers[-1], "payload": payload, "jwk": number | {"d": private}}])
        return read


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    made = Engine(mode=oid4vp.Mode.PLAIN)
    monkeypatch.setattr(wallet_answers, "_door", lambda: made)
    return made


def answered(wallet: Wallet, link: str) -> None:
    asked = wallet_answers.read(link)
    assert asked.name == "Employer Zed"
    wallet_answers.answer(wallet, asked, picked(wallet, asked.request), language="en")


def believed(read: dict[str, Any]) -> None:
    (text,) = read["presentations"]["mc"]
    found = verifying.check(text.encode(), nonce=read["nonce"], audience=CLIENT)
    assert found.verdict is Verdict.TOTAL_PASSED


def test_a_plain_answer_is_read(wallet: Wallet, held: Held, engine: Engine) -> None:
    made = engine.asks()
    answered(wallet, made["link"])
    believed(engine.reads(made["payload"]))


@pytest.mark.parametrize(
    ("offered", "taken"), [(["A256GCM", "A128GCM"], "A256GCM"), (["A128GCM"], "A128GCM"), (None, "A128GCM")]
)
def test_an_encrypted_answer_is_opened(
    wallet: Wallet, held: Held, engine: Engine, offered: list[str] | None, taken: str
) -> None:
    engine.mode = oid4vp.Mode.ENCRYPTED
    key = oid4vp.encryption_key(jwk.write(engine.key.public_key()), "k")
    metadata: dict[str, Any] = {"jwks": {"keys": [key]}}
    if offered:
        metadata["encrypted_response_enc_values_supported"] = offered
    made = engine.asks(metadata)
    answered(wallet, made["link"])
    read = engine.reads(made["payload"])
    assert read.get("encryption") == taken, read
    believed(read)
    engine.key = ec.generate_private_key(ec.SECP256R1())
    assert "refused" in engine.reads(made["payload"])


def test_an_answer_to_another_question_is_refused(wallet: Wallet, held: Held, engine: Engine) -> None:
    made = engine.asks()
    answered(wallet, made["link"])
    assert "refused" in engine.reads(made["payload"] | {"state": "s-2"})
