"""From the page to a learner's wallet by an interaction link; at each step somebody who must be refused."""

from __future__ import annotations

import datetime as dt
import json
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from django.db import connection
from django.test import Client

from mikra.adapters.clock import now
from mikra.errors import ConflictError, UnavailableError
from mikra.exchange import vc_api_exchange
from mikra.exchange.vc_api_exchange import Request
from mikra.sealing.keys import bare_signer
from mikra.server.actions import verifying, wallet_copies, wallet_exchange
from mikra.server.actions.retention import delete_due
from mikra.server.store.audit import Entry
from mikra.server.store.awards import Award
from mikra.server.store.copies import WalletCopy
from mikra.server.store.issuing import WalletOffer
from mikra.server.store.tenants import Tenant
from mikra.trust import did
from tests.server.issuing.conftest import Phone


@dataclass
class LearnerWallet:
    """What it knows is the link alone."""

    link: str
    key: Any = field(default_factory=ed25519.Ed25519PrivateKey.generate)
    client: Client = field(default_factory=Client)

    @property
    def address(self) -> str:
        return vc_api_exchange.read_link(self.link)

    def protocols(self) -> Any:
        return self.client.get(urlsplit(self.address).path + "?iuv=1", headers={"accept": "application/json"})

    @property
    def exchange(self) -> str:
        return urlsplit(self.protocols().json()["protocols"]["vcapi"]).path

    def post(self, path: str, message: Any) -> Any:
        return self.client.generic("POST", path, json.dumps(message), "application/json")

    def asked(self, path: str) -> Request:
        return vc_api_exchange.read_request(self.post(path, {}).content)

    def signed(self, asked: Request, *, at: dt.datetime | None = None, **more: str) -> dict[str, Any]:
        return vc_api_exchange.present(asked, bare_signer(self.key), self.key.public_key(), at=at or now(), **more)

    def fetch(self) -> Any:
        path = self.exchange
        return self.post(path, self.signed(self.asked(path)))


def error_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]


def begun(award: Award, **more: Any) -> LearnerWallet:
    return LearnerWallet(wallet_exchange.begin_award(award, **more).link)


@pytest.mark.both
def test_an_award_goes_into_a_learners_wallet(collected: Award) -> None:
    wallet = begun(collected)
    answer = wallet.fetch()
    assert answer.status_code == 200, answer.content
    assert answer["Cache-Control"] == "no-store"
    assert answer["Access-Control-Allow-Origin"] == "*"
    (given,) = vc_api_exchange.read_response(answer.content)
    assert given["credentialSubject"]["id"] == did.did_key(wallet.key.public_key())
    assert "https://www.w3.org/2018/credentials/v1" in given["@context"]
    proof = given["proof"][0] if isinstance(given["proof"], list) else given["proof"]
    assert proof["type"] == "Ed25519Signature2020"
    statuses = given["credentialStatus"]
    assert [one["statusPurpose"] for one in statuses] == ["revocation", "suspension"]
    indexes = {int(one["statusListIndex"]) for one in statuses}
    copy = WalletCopy._default_manager.get()
    assert indexes == {copy.list_index}
    assert copy.award_id == collected.id
    (report,) = verifying.check(json.dumps(given).encode(), web=verifying.loader()).reports
    assert {one["id"]: one["status"] for one in report["en"]["checks"]}["seal.integrity"] == "passed"
    changed = json.dumps(given).replace(proof["created"][:4], "2031").encode()
    (report,) = verifying.check(changed, web=verifying.loader()).reports
    assert report["en"]["verdict"] == "TOTAL-FAILED"
    assert "award.to_wallet" in set(Entry._default_manager.values_list("verb", flat=True))


def test_the_same_by_the_page(client: Client, code: str, collected: Award) -> None:
    page = client.get(f"/claim/{code}/wallet/").content.decode()
    assert "For the Learner Credential Wallet" in page
    assert not WalletOffer._default_manager.exists(), "looking at the page makes a link"
    page = client.post(f"/claim/{code}/wallet/", {"form": "vcapi"}).content.decode()
    link = re.search(r'href="(interaction:[^"]+)"', page)
    assert link
    assert LearnerWallet(unescape(link.group(1))).fetch().status_code == 200


def test_before_it_is_collected_there_is_no_link(client: Client, code: str, award: Award) -> None:
    assert client.post(f"/claim/{code}/wallet/", {"form": "vcapi"}).status_code == 409
    with pytest.raises(ConflictError):
        wallet_exchange.begin(code)


def test_a_browser_gets_a_page_and_a_wallet_gets_json(collected: Award) -> None:
    wallet = begun(collected)
    path = urlsplit(wallet.address).path
    page = wallet.client.get(path, headers={"accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert page["Content-Type"].startswith("text/html")
    assert wallet.link in unescape(page.content.decode())
    assert "noindex" in page["X-Robots-Tag"]
    for accepts in ("application/json", "*/*", ""):
        told = wallet.client.get(path, headers={"accept": accepts})
        assert told["Content-Type"] == "application/json"
        assert "Accept" in told["Vary"]


def test_the_other_protocol_leads_to_the_same_and_ends_the_first(collected: Award) -> None:
    made = wallet_exchange.begin_award(collected)
    wallet = LearnerWallet(made.link)
    path = wallet.exchange
    message = wallet.signed(wallet.asked(path))
    phone = Phone.scanning(wallet.protocols().json()["protocols"]["OID4VCI"])
    wrong = f"{(int(made.typed) + 1) % 1_000_000:06d}"
    assert error_of(phone.token(wrong)) == (400, "invalid_grant")
    token = phone.token(made.typed)
    assert token.status_code == 200
    assert wallet.post(path, message).status_code == 404
    assert phone.credential(token.json()["access_token"]).status_code == 200


def test_what_was_exchanged_is_no_offer_any_more(collected: Award) -> None:
    made = wallet_exchange.begin_award(collected)
    wallet = LearnerWallet(made.link)
    phone = Phone.scanning(wallet.protocols().json()["protocols"]["OID4VCI"])
    assert wallet.fetch().status_code == 200
    assert error_of(phone.token(made.typed)) == (400, "invalid_grant")
    assert wallet.protocols().status_code == 404


def test_a_link_is_used_once(collected: Award) -> None:
    wallet = begun(collected)
    path = wallet.exchange
    message = wallet.signed(wallet.asked(path))
    assert wallet.post(path, message).status_code == 200
    assert wallet.post(path, message).status_code == 404
    assert wallet.post(path, {}).status_code == 404


@pytest.mark.both
@pytest.mark.django_db(transaction=True)
def test_of_fifty_who_exchange_at_once_one_gets_it(collected: Award) -> None:
    wallet = begun(collected)
    path = wallet.exchange
    asked = wallet.asked(path)

    def try_it(_number: int) -> bool:
        try:
            own = LearnerWallet(wallet.link)
            return bool(own.post(path, own.signed(asked)).status_code == 200)
        finally:
            connection.close()

    at_once = 10 if connection.vendor == "postgresql" else 1  # a database in memory is not waited for
    with ThreadPoolExecutor(at_once) as pool:
        assert sum(pool.map(try_it, range(50))) == 1


def test_what_is_refused_costs_nothing(collected: Award) -> None:
    wallet, other = begun(collected), begun(collected)
    path = wallet.exchange
    asked = wallet.asked(path)
    good = wallet.signed(asked)
    holder = did.did_key(ed25519.Ed25519PrivateKey.generate().public_key())
    altered = json.loads(json.dumps(good))
    altered["verifiablePresentation"]["id"] = "urn:uuid:8a2f1d0c-0000-4000-8000-000000000000"
    for wrong in (
        wallet.signed(other.asked(other.exchange)),
        wallet.signed(Request(challenge=asked.challenge, domain="https://other.example")),
        wallet.signed(asked, at=now() - dt.timedelta(minutes=7)),
        wallet.signed(asked, at=now() + dt.timedelta(minutes=7)),
        wallet.signed(asked, holder=holder),
        altered,
    ):
        assert error_of(wallet.post(path, wrong)) == (400, "invalid_proof")
    assert error_of(wallet.post(path, {"verifiablePresentation": []})) == (400, "invalid_request")
    assert wallet.post(path, good).status_code == 200


def test_a_link_ends_after_ten_minutes(collected: Award) -> None:
    assert begun(collected, at=now() - dt.timedelta(minutes=9)).fetch().status_code == 200
    late = wallet_exchange.begin_award(collected, at=now() - dt.timedelta(minutes=11))
    assert LearnerWallet(late.link).protocols().status_code == 404


def test_nothing_under_another_secret_or_at_another_institution(collected: Award) -> None:
    Tenant._default_manager.create(slug="elsewhere", name="Elsewhere", languages=["en"])
    wallet = begun(collected)
    path = wallet.exchange
    assert wallet.post(path.replace("/zed/", "/elsewhere/"), {}).status_code == 404
    assert wallet.post(path.replace("/zed/", "/nobody/"), {}).status_code == 404
    assert wallet.post(f"{path[:-1]}{'A' if path[-1] != 'A' else 'B'}", {}).status_code == 404
    assert wallet.post(f"{path}x" * 40, {}).status_code == 404
    assert wallet.post(path, {}).status_code == 200


def test_what_is_withdrawn_meanwhile_is_not_given(collected: Award) -> None:
    wallet = begun(collected)
    path = wallet.exchange
    message = wallet.signed(wallet.asked(path))
    Award._default_manager.filter(pk=collected.pk).update(state=Award.State.REVOKED)
    assert error_of(wallet.post(path, message)) == (400, "credential_request_denied")
    with pytest.raises(ConflictError):
        begun(Award._default_manager.get(pk=collected.pk))


@pytest.mark.parametrize("member", ["stopped", "issuing_blocked"])
def test_an_institution_that_stopped_gives_nothing(collected: Award, member: str) -> None:
    wallet = begun(collected)
    path = wallet.exchange
    message = wallet.signed(wallet.asked(path))
    value: Any = now() if Tenant._meta.get_field(member).get_internal_type() == "DateTimeField" else True
    Tenant._default_manager.filter(pk=collected.tenant_id).update(**{member: value})
    assert error_of(wallet.post(path, message)) == (400, "credential_request_denied")


def test_where_sealing_fails_the_link_can_be_used_again(collected: Award, monkeypatch: pytest.MonkeyPatch) -> None:
    wallet = begun(collected)
    path = wallet.exchange
    message = wallet.signed(wallet.asked(path))

    def fails(*_args: Any, **_named: Any) -> Any:
        raise UnavailableError("The signer does not answer.")

    with monkeypatch.context() as patched:
        patched.setattr(wallet_copies, "seal", fails)
        assert wallet.post(path, message).status_code == 503
    assert wallet.post(path, message).status_code == 200


def test_nothing_secret_is_in_the_database(collected: Award) -> None:
    wallet = begun(collected)
    secret = urlsplit(wallet.address).path.rpartition("/")[2]
    assert len(secret) >= 22, "shorter than 128 bit"
    asked = wallet.asked(wallet.exchange)
    for name, value in WalletOffer._default_manager.values().get().items():
        held = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
        assert secret.encode() not in held, name
        assert asked.challenge.encode() not in held, name


def test_each_exchange_has_its_own_challenge(collected: Award) -> None:
    one, two = begun(collected), begun(collected)
    assert one.asked(one.exchange) == one.asked(one.exchange)
    assert one.asked(one.exchange).challenge != two.asked(two.exchange).challenge


def test_links_are_forgotten(collected: Award) -> None:
    assert begun(collected).fetch().status_code == 200
    delete_due(now() + dt.timedelta(days=29))
    assert WalletOffer._default_manager.exists()
    delete_due(now() + dt.timedelta(days=31))
    assert not WalletOffer._default_manager.exists()


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[]", b"x" * 70_000, b'{"verifiablePresentation":' + b"[" * 5000])
def test_nothing_that_is_sent_is_a_fault_of_ours(collected: Award, body: bytes) -> None:
    wallet = begun(collected)
    path = wallet.exchange
    for kind in ("application/json", "application/x-www-form-urlencoded", "multipart/form-data"):
        answer = wallet.client.generic("POST", path, body, kind)
        assert error_of(answer) == (400, "invalid_request")
    assert wallet.client.get(path).status_code == 405
    assert wallet.client.options(path).status_code == 204
    assert wallet.fetch().status_code == 200
