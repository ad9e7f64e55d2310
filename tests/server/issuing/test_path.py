"""From the page to the wallet: the whole path in each form, and at each step somebody who must be refused."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import re
import tomllib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.db import connection
from django.test import Client

from mikra.adapters.clock import now
from mikra.errors import ConflictError, InputError
from mikra.exchange.oid4vci import BATCH
from mikra.exchange.oid4vci_metadata import JWT_ID, LDP_ID, SDJWT_ID
from mikra.public_keys import jwk
from mikra.sealing import sd_jwt
from mikra.server import signer_folder
from mikra.server.actions import corrections, paper, status_lists, verifying, wallet_copies, wallet_offers
from mikra.server.actions.retention import delete_due
from mikra.server.installation import Mode, installation
from mikra.server.rights import Role
from mikra.server.store import delivery_rows, issuing
from mikra.server.store.audit import Entry
from mikra.server.store.awards import Award
from mikra.server.store.copies import WalletCopy
from mikra.server.store.deliveries import Delivery, DeliveryStep
from mikra.server.store.issuing import SpentNonce, WalletOffer
from mikra.server.store.tenants import SealKey
from tests.server.institution import proven
from tests.server.issuing.conftest import Phone


def redeemed(award: Award, form: str = SDJWT_ID) -> tuple[Phone, str]:
    offered = wallet_offers.offer_award(award, form)
    phone = Phone.scanning(offered.short)
    token = phone.token(offered.typed)
    assert token.status_code == 200, token.content
    return phone, token.json()["access_token"]


def error_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]


@pytest.mark.both
def test_an_award_goes_into_a_wallet_bound_to_its_key(collected: Award) -> None:
    phone, token = redeemed(collected)
    answer = phone.credential(token)
    assert answer.status_code == 200, answer.content
    assert answer["Cache-Control"] == "no-store"
    (given,) = answer.json()["credentials"]
    opened = sd_jwt.read(given["credential"].encode())
    assert opened.claims["cnf"] == {"jwk": jwk.write(phone.key.public_key())}
    assert opened.claims["full_name"]
    copy = WalletCopy._default_manager.get()
    assert opened.claims["status"]["status_list"]["idx"] == copy.list_index != collected.list_index
    done = phone.post(
        "notification", token, {"notification_id": answer.json()["notification_id"], "event": "credential_accepted"}
    )
    assert done.status_code == 204
    row = WalletOffer._default_manager.get()
    assert row.event == "credential_accepted"
    assert "award.to_wallet" in set(Entry._default_manager.values_list("verb", flat=True))


def test_the_same_by_the_page(client: Client, code: str, collected: Award) -> None:
    assert "Show the code" in client.get(f"/claim/{code}/wallet/").content.decode()
    assert not WalletOffer._default_manager.exists(), "looking at the page makes an offer"
    page = client.post(f"/claim/{code}/wallet/", {"form": SDJWT_ID}).content.decode()
    link = re.search(r'href="(openid-credential-offer://[^"]+)"', page)
    typed = re.search(r'id="typed">(\d{3}) (\d{3})<', page)
    assert link
    assert typed
    phone = Phone.scanning(link.group(1).replace("&amp;", "&"))
    token = phone.token("".join(typed.groups()))
    assert phone.credential(token.json()["access_token"]).status_code == 200


def test_before_it_is_collected_nothing_is_offered(client: Client, code: str, award: Award) -> None:
    assert client.get(f"/claim/{code}/wallet/").status_code == 409
    assert client.post(f"/claim/{code}/wallet/").status_code == 409
    with pytest.raises(ConflictError):
        wallet_offers.offer(code)


def test_as_a_badge_in_a_token(collected: Award) -> None:
    phone, token = redeemed(collected, JWT_ID)
    (given,) = phone.credential(token).json()["credentials"]
    (report,) = verifying.check(given["credential"].encode(), web=verifying.loader()).reports
    checks = {one["id"]: one["status"] for one in report["en"]["checks"]}
    assert checks["seal.integrity"] == "passed"
    assert report["en"]["credential"]["title"]["stated"]


def test_as_a_badge_with_its_seal_inside(collected: Award) -> None:
    phone, token = redeemed(collected, LDP_ID)
    (given,) = phone.credential(token).json()["credentials"]
    credential = given["credential"]
    assert credential["credentialSubject"]["id"].startswith("did:jwk:")
    proof = credential["proof"][0] if isinstance(credential["proof"], list) else credential["proof"]
    assert proof["type"] == "Ed25519Signature2020"
    (report,) = verifying.check(json.dumps(credential).encode()).reports
    assert {one["id"]: one["status"] for one in report["en"]["checks"]}["seal.integrity"] == "passed"
    altered = json.dumps(credential).replace("2026", "2027").encode()
    (report,) = verifying.check(altered).reports
    assert report["en"]["verdict"] == "TOTAL-FAILED"


def test_a_form_that_there_is_not_is_not_offered(collected: Award) -> None:
    with pytest.raises(InputError):
        wallet_offers.offer_award(collected, "mso_mdoc")


def test_production_without_tls_offers_nothing(
    collected: Award, client: Client, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = dataclasses.replace(installation(), mode=Mode.PRODUCTION)
    monkeypatch.setattr(wallet_copies, "installation", lambda: here)
    with pytest.raises(InputError):
        wallet_offers.offer_award(collected)
    assert client.get("/vct/micro-credential/1").status_code == 400
    assert "Wallets take nothing" in client.get(f"/claim/{code}/wallet/").content.decode()
    secure = dataclasses.replace(here, origin="https://mc.example.edu")
    monkeypatch.setattr(wallet_copies, "installation", lambda: secure)
    assert client.get("/vct/micro-credential/1").json()["vct"] == "https://mc.example.edu/vct/micro-credential/1"


def test_keys_for_wallets_are_no_keys_for_credentials(collected: Award, client: Client, tenant: Any) -> None:
    """docs/design.md, decision 12: nothing is sealed unattended under a key that seals credentials."""
    SealKey.of(tenant).filter(use=SealKey.Use.WALLETS).delete()  # those that every test has for every use
    phone, token = redeemed(collected)
    assert phone.credential(token).status_code == 200
    made = SealKey.of(tenant).get(use=SealKey.Use.WALLETS)
    plan = tomllib.loads(installation().signer_plan.read_text("utf-8"))
    assert set(plan["keys"][made.name]["seals"]) == set(signer_folder.SEALS["wallets"])
    assert not {"edc", "pdf", "digest", "status-list"} & set(plan["keys"][made.name]["seals"])
    names = {one["kid"] for one in client.get("/.well-known/jwt-vc-issuer/issuers/zed/open").json()["jwks"]["keys"]}
    document = client.get("/issuers/zed/open/did.json").json()
    assert {one["id"].partition("#")[2] for one in document["verificationMethod"]} == names
    assert len(names) == 1
    made.compromised = now()
    made.save()
    assert client.get("/.well-known/jwt-vc-issuer/issuers/zed/open").json()["jwks"]["keys"] == []


def test_a_stopped_institution_gives_nothing(collected: Award, tenant: Any) -> None:
    phone, token = redeemed(collected)
    tenant.stopped = now()
    tenant.save()
    assert error_of(phone.credential(token)) == (400, "credential_request_denied")


def test_the_copy_is_genuine_and_is_withdrawn_with_the_award(collected: Award, actor: Any, tenant: Any) -> None:
    phone, token = redeemed(collected)
    (given,) = phone.credential(token).json()["credentials"]
    file = given["credential"].encode()

    def code() -> str:
        while status_lists.publish_due():
            pass
        return str(verifying.check(file).reports[0]["en"]["code"])

    assert code() == "valid"
    registrar = proven(actor(tenant, Role.REGISTRAR))
    corrections.revoke(registrar, collected.id, "The grade was entered wrongly.")
    assert code() == "credential_revoked"
    with pytest.raises(ConflictError):
        wallet_offers.offer_award(Award.of(tenant).get())


def test_what_was_withdrawn_after_the_token_is_not_given(collected: Award) -> None:
    phone, token = redeemed(collected)
    Award.of(collected.tenant).update(state=Award.State.REVOKED)
    assert error_of(phone.credential(token)) == (400, "credential_request_denied")


def test_a_wrong_code_is_tried_five_times_and_then_never(collected: Award) -> None:
    offered = wallet_offers.offer_award(collected)
    phone = Phone.scanning(offered.link)
    assert error_of(phone.token(None)) == (400, "invalid_request")
    wrong = "000000" if offered.typed != "000000" else "111111"
    for _ in range(5):
        assert error_of(phone.token(wrong)) == (400, "invalid_grant")
    assert error_of(phone.token(offered.typed)) == (400, "invalid_grant")


def test_the_digits_of_a_printed_letter_count_and_of_one_that_was_not_do_not(
    client: Client, code: str, collected: Award, actor: Any
) -> None:
    """Who has only paper looks there when the wallet asks; five tries are five tries."""
    digits = wallet_offers.paper_digits(collected)
    offered = wallet_offers.offer_award(collected)
    assert error_of(Phone.scanning(offered.link).token(digits)) == (400, "invalid_grant")
    assert "in your letter" not in client.post(f"/claim/{code}/wallet/", {"form": SDJWT_ID}).content.decode()
    delivery = Delivery.of(collected.tenant).get()
    (letter,) = [paper._letter(delivery_rows.fresh(delivery.id))]
    assert any(f"{digits[:3]} {digits[3:]}" in line for line in letter.after)
    paper.print_letters(actor(collected.tenant, Role.REGISTRAR), [delivery.id])
    assert Delivery.of(collected.tenant).get().state == Delivery.State.CLAIMED
    phone = Phone.scanning(wallet_offers.offer_award(collected).link)
    (asked,) = [one["tx_code"] for one in phone.offer["grants"].values()]
    assert "letter" in asked["description"]
    for _ in range(4):
        assert error_of(phone.token(f"{(int(digits) + 1) % 1_000_000:06d}")) == (400, "invalid_grant")
    assert phone.token(digits).status_code == 200
    page = client.post(f"/claim/{code}/wallet/", {"form": SDJWT_ID}).content.decode()
    assert "The six digits in your letter do as well." in page
    again = wallet_offers.offer_award(collected)
    assert Phone.scanning(again.link).token(again.typed).status_code == 200


def test_the_digits_on_paper_are_of_one_award_alone(collected: Award) -> None:
    other = Award(tenant=collected.tenant)
    assert wallet_offers.paper_digits(other) != wallet_offers.paper_digits(collected)
    DeliveryStep._default_manager.create(
        delivery=Delivery.of(collected.tenant).get(award=collected), state="printed", at=now()
    )
    phone = Phone.scanning(wallet_offers.offer_award(collected).link)
    assert error_of(phone.token(wallet_offers.paper_digits(other))) == (400, "invalid_grant")


def test_a_code_is_redeemed_once_in_time_and_at_its_own_issuer(collected: Award, tenant: Any) -> None:
    offered = wallet_offers.offer_award(collected)
    phone = Phone.scanning(offered.link)
    tenant.pk, tenant.slug = None, "other"
    assert phone.token(offered.typed).status_code == 200
    assert error_of(phone.token(offered.typed)) == (400, "invalid_grant")
    short = Client().get(f"{offered.short.partition('uri=')[2]}")
    assert short.status_code == 404
    late = wallet_offers.offer_award(collected, at=now() - dt.timedelta(minutes=11))
    assert error_of(Phone.scanning(late.link).token(late.typed)) == (400, "invalid_grant")


def test_a_code_of_one_institution_opens_nothing_at_another(collected: Award, tenant: Any) -> None:
    from mikra.server.store.tenants import Tenant

    Tenant._default_manager.create(slug="elsewhere", name="Elsewhere", languages=["en"])
    offered = wallet_offers.offer_award(collected)
    phone = Phone.scanning(offered.link)
    phone.offer["credential_issuer"] = phone.issuer.replace("/issuers/zed/", "/issuers/elsewhere/")
    assert error_of(phone.token(offered.typed)) == (400, "invalid_grant")
    phone.offer["credential_issuer"] = phone.issuer.replace("/issuers/elsewhere/", "/issuers/nobody/")
    assert phone.token(offered.typed).status_code == 404


@pytest.mark.drill("R8")
@pytest.mark.both
@pytest.mark.django_db(transaction=True)
def test_of_fifty_who_redeem_at_once_one_gets_it(collected: Award) -> None:
    offered = wallet_offers.offer_award(collected)
    phone = Phone.scanning(offered.link)

    def try_it(_number: int) -> bool:
        try:
            own = Phone(phone.offer)
            token = own.token(offered.typed)
            return token.status_code == 200 and own.credential(token.json()["access_token"]).status_code == 200
        finally:
            connection.close()

    at_once = 10 if connection.vendor == "postgresql" else 1  # a database in memory is not waited for
    with ThreadPoolExecutor(at_once) as pool:
        assert sum(pool.map(try_it, range(50))) == 1


def test_a_wallet_that_lost_its_answer_asks_again_until_the_copies_are_spent(collected: Award) -> None:
    phone, token = redeemed(collected)
    first, second = (phone.credential(token).json() for _ in range(2))
    assert first["notification_id"] == second["notification_id"]
    ids = {sd_jwt.read(one["credentials"][0]["credential"].encode()).claims["iss"] for one in (first, second)}
    assert len(ids) == 1
    for _ in range(BATCH - 2):
        assert phone.credential(token).status_code == 200
    assert error_of(phone.credential(token)) == (400, "credential_request_denied")
    assert WalletCopy._default_manager.count() == BATCH


@pytest.mark.parametrize("token", ["", "nonsense", "a b", "x" * 5000])
def test_a_token_that_is_none_of_ours_gets_nothing(collected: Award, token: str) -> None:
    phone, _real = redeemed(collected)
    answer = phone.credential(token)
    assert error_of(answer) == (401, "invalid_token")
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_token_ends(collected: Award, monkeypatch: pytest.MonkeyPatch) -> None:
    phone, token = redeemed(collected)
    proof = phone.proof()
    WalletOffer._default_manager.update(token_ends=now())
    assert error_of(phone.credential(token, proof=proof)) == (401, "invalid_token")


def proofs(phone: Phone) -> dict[str, Any]:
    """Each of them lacks one thing."""
    good = phone.proof()
    head, body, seal = good.split(".")
    return {
        "another issuer": phone.proof(issuer="https://other.example"),
        "old": phone.proof(at=now() - dt.timedelta(minutes=7)),
        "of tomorrow": phone.proof(at=now() + dt.timedelta(days=1)),
        "altered": f"{head}.{body}.{'A' if seal[0] != 'A' else 'B'}{seal[1:]}",
        "no proof": "a.b.c",
        "cut": good[:-5],
    }


@pytest.mark.parametrize("fault", ["another issuer", "old", "of tomorrow", "altered", "no proof", "cut"])
def test_a_proof_that_does_not_hold_is_refused_and_costs_nothing(collected: Award, fault: str) -> None:
    phone, token = redeemed(collected)
    assert error_of(phone.credential(token, proof=proofs(phone)[fault])) == (400, "invalid_proof")
    assert phone.credential(token).status_code == 200, "the token is spent by a fault"


def test_a_nonce_is_ours_and_used_once(collected: Award) -> None:
    phone, token = redeemed(collected)
    assert error_of(phone.credential(token, proof=phone.proof(nonce="made-up"))) == (400, "invalid_nonce")
    used = phone.nonce()
    assert phone.credential(token, proof=phone.proof(nonce=used)).status_code == 200
    again, fresh = redeemed(collected)
    assert error_of(again.credential(fresh, proof=again.proof(nonce=used))) == (400, "invalid_nonce")
    assert SpentNonce._default_manager.count() == 1


@pytest.mark.both
def test_of_two_who_use_one_nonce_at_once_the_second_gets_nothing(
    collected: Award, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading tells both that it is free; who writes first has it."""
    phone, token = redeemed(collected)
    again, fresh = redeemed(collected)
    used = phone.nonce()
    assert phone.credential(token, proof=phone.proof(nonce=used)).status_code == 200
    monkeypatch.setattr(issuing, "was_spent", lambda digest: False)
    assert error_of(again.credential(fresh, proof=again.proof(nonce=used))) == (400, "invalid_nonce")
    assert WalletCopy._default_manager.count() == 1
    assert sorted(WalletOffer._default_manager.values_list("given", flat=True)) == [0, 1]


@pytest.mark.parametrize(
    ("members", "error"),
    [
        ({"credential_configuration_id": JWT_ID}, "unknown_credential_configuration"),
        ({"credential_configuration_id": None, "credential_identifier": "x"}, "unknown_credential_identifier"),
        ({"credential_configuration_id": None}, "invalid_credential_request"),
        ({"proofs": None}, "invalid_proof"),
        ({"proofs": {"jwt": []}}, "invalid_credential_request"),
        ({"proofs": {"ldp_vp": [{}]}}, "invalid_proof"),
        ({"credential_response_encryption": {"enc": "x"}}, "invalid_encryption_parameters"),
    ],
)
def test_another_request_is_refused(collected: Award, members: dict[str, Any], error: str) -> None:
    phone, token = redeemed(collected)
    assert error_of(phone.credential(token, **members)) == (400, error)


def test_a_wallet_of_draft_15_is_served_too(collected: Award) -> None:
    phone, token = redeemed(collected)
    proof = {"proof_type": "jwt", "jwt": phone.proof()}
    assert phone.credential(token, proofs=None, proof_=None, proof=None).status_code == 400
    body = {"credential_configuration_id": SDJWT_ID, "proof": proof}
    assert phone.post("credential", token, body).status_code == 200


def test_identifiers_are_answered_where_a_wallet_asks_for_them(collected: Award) -> None:
    offered = wallet_offers.offer_award(collected)
    phone = Phone.scanning(offered.link)
    wrong = '[{"type":"openid_credential","credential_configuration_id":"other"}]'
    assert error_of(phone.token(offered.typed, authorization_details=wrong)) == (400, "invalid_request")
    asked = f'[{{"type":"openid_credential","credential_configuration_id":"{SDJWT_ID}"}}]'
    told = phone.token(offered.typed, authorization_details=asked).json()
    (details,) = told["authorization_details"]
    members = {"credential_configuration_id": None, "credential_identifier": details["credential_identifiers"][0]}
    assert phone.credential(told["access_token"], **members).status_code == 200


def test_a_notification_is_of_what_was_given(collected: Award) -> None:
    phone, token = redeemed(collected)
    id = phone.credential(token).json()["notification_id"]
    other = {"notification_id": "made-up", "event": "credential_accepted"}
    assert error_of(phone.post("notification", token, other)) == (400, "invalid_notification_id")
    odd = {"notification_id": id, "event": "eaten"}
    assert error_of(phone.post("notification", token, odd)) == (400, "invalid_notification_request")
    late, fresh = redeemed(collected)
    assert error_of(late.post("notification", fresh, {**other, "notification_id": id})) == (
        400,
        "invalid_notification_id",
    )


@pytest.mark.parametrize("name", ["token", "credential", "nonce", "notification"])
@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[]", b"x" * 700_000, b'{"proofs":' + b"[" * 5000])
def test_nothing_that_is_sent_is_a_fault_of_ours(collected: Award, name: str, body: bytes) -> None:
    phone, token = redeemed(collected)
    for kind in ("application/json", "application/x-www-form-urlencoded", "multipart/form-data"):
        answer = phone.client.generic(
            "POST", phone.path(name), body, kind, headers={"authorization": f"Bearer {token}"}
        )
        assert answer.status_code < 500
        assert answer["Access-Control-Allow-Origin"] == "*"
    assert phone.client.get(phone.path(name)).status_code == 405
    assert phone.client.options(phone.path(name)).status_code == 204


def test_the_metadata_stand_where_wallets_look(collected: Award, client: Client) -> None:
    inserted = client.get("/.well-known/openid-credential-issuer/issuers/zed/open")
    appended = client.get("/issuers/zed/open/.well-known/openid-credential-issuer")
    assert inserted.json() == appended.json()
    told = inserted.json()
    assert told["credential_issuer"].endswith("/issuers/zed/open")
    assert set(told["credential_configurations_supported"]) == {SDJWT_ID, JWT_ID, LDP_ID}
    assert inserted["Access-Control-Allow-Origin"] == "*"
    assert inserted["Cache-Control"] == "public, max-age=300"
    server = client.get("/.well-known/oauth-authorization-server/issuers/zed/open").json()
    assert server["token_endpoint"].endswith("/issuers/zed/open/token")
    assert client.get("/.well-known/openid-credential-issuer/issuers/nobody/open").status_code == 404
    kind = client.get("/vct/micro-credential/1")
    assert kind["Content-Type"] == "application/json"
    assert kind.json()["vct"].endswith("/vct/micro-credential/1")
    (sdjwt,) = [one for one in told["credential_configurations_supported"].values() if one["format"] == "dc+sd-jwt"]
    assert sdjwt["vct"] == kind.json()["vct"]


def test_offers_are_forgotten(collected: Award) -> None:
    phone, token = redeemed(collected)
    assert phone.credential(token).status_code == 200
    delete_due(now() + dt.timedelta(days=29))
    assert WalletOffer._default_manager.exists()
    delete_due(now() + dt.timedelta(days=31))
    assert not WalletOffer._default_manager.exists()
    assert not SpentNonce._default_manager.exists()


def test_nothing_secret_is_in_the_database(collected: Award) -> None:
    offered = wallet_offers.offer_award(collected)
    phone = Phone.scanning(offered.link)
    token = phone.token(offered.typed).json()["access_token"]
    row = WalletOffer._default_manager.values().get()
    for secret in (phone.pre_authorised, offered.typed, token, offered.short.rpartition("%2F")[2]):
        for name, value in row.items():
            held = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
            assert secret.encode() not in held or name in ("id", "created"), name


def test_another_key_than_the_proofs_is_not_bound(collected: Award) -> None:
    phone, token = redeemed(collected)
    other = ec.generate_private_key(ec.SECP256R1())
    (given,) = phone.credential(token, proof=phone.proof(key=other)).json()["credentials"]
    assert sd_jwt.read(given["credential"].encode()).claims["cnf"] == {"jwk": jwk.write(other.public_key())}
