"""OpenID4VCI 1.0, 8 and 9: several copies at once, none of which shows that it is one of several; and later ones."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client

from mikra.adapters.clock import now
from mikra.errors import ConflictError, UnavailableError
from mikra.exchange.oid4vci import BATCH
from mikra.exchange.oid4vci_metadata import JWT_ID, LDP_ID
from mikra.public_keys import jwk
from mikra.sealing import sd_jwt
from mikra.server.actions import copy_places, corrections, status_lists, verifying, wallet_copies, wallet_issuing
from mikra.server.actions.work import work
from mikra.server.rights import Role
from mikra.server.store.audit import Entry
from mikra.server.store.awards import Award
from mikra.server.store.copies import WalletCopy, award_at
from mikra.server.store.issuing import WalletOffer
from mikra.server.store.status import StatusMark
from tests.server.institution import proven
from tests.server.issuing.conftest import Phone
from tests.server.issuing.test_path import error_of, redeemed


def keys(count: int) -> list[Any]:
    return [ec.generate_private_key(ec.SECP256R1()) for _ in range(count)]


def several(phone: Phone, token: str, held: list[Any]) -> Any:
    nonce = phone.nonce()
    proofs = [phone.proof(key=one, nonce=nonce) for one in held]
    return phone.credential(token, proof="", proofs={"jwt": proofs})


def verdict(file: Any) -> str:
    import json

    while status_lists.publish_due():
        pass
    data = file if isinstance(file, str) else json.dumps(file)
    return str(verifying.check(data.encode()).reports[0]["en"]["code"])


@pytest.mark.both
def test_each_key_gets_a_copy_with_a_place_of_its_own_and_all_are_withdrawn_together(
    collected: Award, actor: Any, tenant: Any
) -> None:
    phone, token = redeemed(collected)
    held = keys(3)
    given = [one["credential"] for one in several(phone, token, held).json()["credentials"]]
    opened = [sd_jwt.read(one.encode()) for one in given]
    assert [one.claims["cnf"]["jwk"] for one in opened] == [jwk.write(one.public_key()) for one in held]
    places = [tuple(one.claims["status"]["status_list"].values()) for one in opened]
    own = (f"http://127.0.0.1:8000/status/{collected.list_number}/token", collected.list_index)
    assert len({*places, own, tuple(reversed(own))}) == 5
    digests = [set(part.split("~")[1:-1]) for part in given]
    assert not digests[0] & digests[1]
    assert not digests[1] & digests[2]
    assert [verdict(one) for one in given] == ["valid"] * 3
    corrections.revoke(proven(actor(tenant, Role.REGISTRAR)), collected.id, "The grade was entered wrongly.")
    assert [verdict(one) for one in given] == ["credential_revoked"] * 3
    assert StatusMark._default_manager.count() == 4


@pytest.mark.parametrize("form", [JWT_ID, LDP_ID])
def test_a_badge_is_withdrawn_with_the_award(collected: Award, actor: Any, tenant: Any, form: str) -> None:
    phone, token = redeemed(collected, form)
    (given,) = phone.credential(token).json()["credentials"]
    assert verdict(given["credential"]) == "valid"
    corrections.revoke(proven(actor(tenant, Role.REGISTRAR)), collected.id, "The grade was entered wrongly.")
    assert verdict(given["credential"]) == "credential_revoked"


def test_a_copy_is_suspended_and_resumed_with_the_award(collected: Award, actor: Any, tenant: Any) -> None:
    phone, token = redeemed(collected)
    (given,) = phone.credential(token).json()["credentials"]
    registrar = proven(actor(tenant, Role.REGISTRAR))
    assert verdict(given["credential"]) == "valid"
    corrections.suspend(registrar, collected.id, "It is looked into.")
    assert verdict(given["credential"]) == "credential_suspended"
    corrections.resume(registrar, collected.id, "It was looked into.")
    assert verdict(given["credential"]) == "valid"


def test_what_was_withdrawn_says_why_at_the_place_of_a_copy_too(
    collected: Award, actor: Any, tenant: Any, client: Client
) -> None:
    phone, token = redeemed(collected)
    phone.credential(token)
    copy = WalletCopy._default_manager.get()
    assert award_at(copy.list_number, copy.list_index) == collected
    assert award_at(copy.list_number, copy.list_index + 1) is None
    corrections.revoke(proven(actor(tenant, Role.REGISTRAR)), collected.id, "The grade was entered wrongly.")
    while status_lists.publish_due():
        pass
    page = client.get(f"/status/{copy.list_number}/{copy.list_index}", headers={"accept": "text/html"})
    assert page.status_code == 200
    assert "The grade was entered wrongly." in page.content.decode()


def test_two_proofs_of_one_key_or_too_many_are_refused_and_use_nothing(collected: Award) -> None:
    phone, token = redeemed(collected)
    (key,) = keys(1)
    assert error_of(several(phone, token, [key, key])) == (400, "invalid_proof")
    assert error_of(several(phone, token, keys(BATCH + 1))) == (400, "invalid_credential_request")
    assert several(phone, token, keys(BATCH - 1)).status_code == 200
    assert error_of(several(phone, token, keys(2))) == (400, "credential_request_denied")
    assert several(phone, token, keys(1)).status_code == 200
    assert WalletCopy._default_manager.count() == BATCH


def test_proofs_of_two_nonces_are_refused(collected: Award) -> None:
    phone, token = redeemed(collected)
    proofs = [phone.proof(key=one) for one in keys(2)]
    assert error_of(phone.credential(token, proof="", proofs={"jwt": proofs})) == (400, "invalid_proof")


def test_metadata_say_how_many_and_where_to_come_again(client: Client, collected: Award) -> None:
    found = client.get("/.well-known/openid-credential-issuer/issuers/zed/open").json()
    assert found["batch_credential_issuance"] == {"batch_size": BATCH}
    assert found["deferred_credential_endpoint"].endswith("/open/deferred")


def test_whoever_withdraws_first_keeps_copies_from_being_given(collected: Award) -> None:
    with work():
        Award.of(collected.tenant).update(state=Award.State.REVOKED)
    with pytest.raises(ConflictError):
        copy_places.give(collected, 1, now())
    assert not WalletCopy._default_manager.exists()


def deferring(award: Award) -> tuple[Phone, str]:
    phone, token = redeemed(award)
    WalletOffer._default_manager.update(deferred=True)
    return phone, token


def come(phone: Phone, token: str, transaction: Any) -> Any:
    return phone.post("deferred", token, {"transaction_id": transaction})


def test_a_wallet_comes_again_for_what_could_not_be_had(collected: Award, monkeypatch: pytest.MonkeyPatch) -> None:
    phone, token = deferring(collected)
    held = keys(2)
    answer = several(phone, token, held)
    assert answer.status_code == 202
    told = answer.json()
    assert set(told) == {"transaction_id", "interval"}
    early = come(phone, token, told["transaction_id"])
    assert (early.status_code, early.json()["transaction_id"]) == (202, told["transaction_id"])
    at(monkeypatch, seconds=4)
    given = come(phone, token, told["transaction_id"])
    assert given.status_code == 200
    assert set(given.json()) == {"credentials"}, "wallets stumble over a notification_id here"
    bound = [sd_jwt.read(one["credential"].encode()).claims["cnf"]["jwk"] for one in given.json()["credentials"]]
    assert bound == [jwk.write(one.public_key()) for one in held]


def at(monkeypatch: pytest.MonkeyPatch, **delta: float) -> None:
    moment = now() + dt.timedelta(**delta)
    monkeypatch.setattr(wallet_issuing, "now", lambda: moment)


def test_another_transaction_or_token_gets_nothing(collected: Award, monkeypatch: pytest.MonkeyPatch) -> None:
    phone, token = deferring(collected)
    transaction = phone.credential(token).json()["transaction_id"]
    at(monkeypatch, seconds=4)
    for wrong in ("other", "", None, 7):
        assert error_of(come(phone, token, wrong)) == (400, "invalid_transaction_id")
    assert error_of(come(phone, "other", transaction)) == (401, "invalid_token")
    stranger, second = redeemed(collected)
    assert error_of(come(stranger, second, transaction)) == (400, "invalid_transaction_id")
    at(monkeypatch, days=8)
    assert error_of(come(phone, token, transaction)) == (400, "invalid_transaction_id")
    at(monkeypatch, days=2)
    assert come(phone, token, transaction).status_code == 200


def test_what_was_withdrawn_meanwhile_is_not_given(collected: Award, monkeypatch: pytest.MonkeyPatch) -> None:
    phone, token = deferring(collected)
    transaction = phone.credential(token).json()["transaction_id"]
    Award.of(collected.tenant).update(state=Award.State.REVOKED)
    at(monkeypatch, seconds=4)
    assert error_of(come(phone, token, transaction)) == (400, "credential_request_denied")


def test_while_the_keys_are_away_a_wallet_is_told_to_come_again(
    collected: Award, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone, token = redeemed(collected)
    real = wallet_copies.seal

    def away(*_given: Any, **_more: Any) -> Any:
        raise UnavailableError("The signer does not answer.", retry_after=5)

    monkeypatch.setattr(wallet_copies, "seal", away)
    answer = phone.credential(token)
    assert answer.status_code == 202
    assert told() == {"award.to_wallet": 1, "award.not_to_wallet": 1}
    at(monkeypatch, seconds=4)
    again = come(phone, token, answer.json()["transaction_id"])
    assert again.status_code == 202
    monkeypatch.setattr(wallet_copies, "seal", real)
    at(monkeypatch, seconds=9)
    assert come(phone, token, answer.json()["transaction_id"]).status_code == 200
    assert WalletOffer._default_manager.get().given == 1
    assert told() == {"award.to_wallet": 3, "award.not_to_wallet": 2}


def told() -> Counter[str]:
    """What the audit trail says of copies."""
    return Counter(Entry._default_manager.filter(verb__endswith="to_wallet").values_list("verb", flat=True))
