"""Whose seal is under the status lists of what wallets hold: list tokens under the key for wallets, others as ever."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID
from django.test import Client

from mikra import base64url, strictjson
from mikra.adapters.clock import now
from mikra.errors import MikraError, UnavailableError
from mikra.exchange.oid4vci import EUDI, OPEN
from mikra.exchange.oid4vci_metadata import JWT_ID, LDP_ID, SDJWT_ID
from mikra.sealing import wallet_certificates
from mikra.sealing.keys import Signer
from mikra.server import signer_folder
from mikra.server.actions import (
    corrections,
    deliveries,
    seal_keys,
    seal_keys_made,
    status_lists,
    verifying,
    wallet_copies,
    wallet_keys,
)
from mikra.server.installation import installation
from mikra.server.rights import Role
from mikra.server.store.awards import Award
from mikra.server.store.copies import WalletCopy
from mikra.server.store.deliveries import Delivery
from mikra.server.store.status import RULES, Published, StatusList
from mikra.server.store.tenants import SealKey, Tenant
from mikra.trust import certificates
from tests.server.institution import proven
from tests.server.issuing.test_path import redeemed


def everything() -> None:
    while status_lists.publish_due():
        pass


def copy(award: Award, form: str = SDJWT_ID) -> bytes:
    phone, token = redeemed(award, form)
    (given,) = phone.credential(token).json()["credentials"]
    credential: Any = given["credential"]
    return credential.encode() if isinstance(credential, str) else json.dumps(credential).encode()


def code(file: bytes) -> str:
    (report,) = verifying.check(file, web=verifying.loader()).reports
    return str(report["en"]["code"])


def leaf(content: bytes) -> bytes:
    header = strictjson.parse(base64url.decode(content.split(b".")[0].decode()))
    assert isinstance(header, dict)
    (only,) = header["x5c"]
    return base64url.decode_standard(only)


def sealed_by(number: int) -> dict[str, bytes]:
    rows = Published._default_manager.filter(list_id=number).values_list("encoding", "content")
    return {encoding: leaf(bytes(content)) for encoding, content in rows}


@pytest.fixture
def own_keys(collected: Award, tenant: Tenant) -> None:
    """No key for wallets yet, and no list: the first ones are made as in a service."""
    Published._default_manager.all().delete()
    SealKey.of(tenant).filter(use=SealKey.Use.WALLETS).delete()


def under(number: int, encoding: str, signer: Signer, monkeypatch: pytest.MonkeyPatch) -> None:
    """That list once more, as it would be under another key."""
    row = StatusList._default_manager.select_related("tenant").get(pk=number)
    publisher = status_lists.Publisher(signer=signer, valid=status_lists.VALID)
    with monkeypatch.context() as patched:
        patched.setattr(
            status_lists,
            "_signer" if encoding != "token" else "_of_tokens",
            lambda *_args: signer if encoding != "token" else publisher,
        )
        status_lists._publish(row, now())


def elsewhere() -> Signer:
    """A key for wallets of another institution of this installation."""
    other = Tenant._default_manager.create(slug="elsewhere", name="Elsewhere", languages=["en"])
    return seal_keys.signer_of(wallet_keys.key_for(other, "ES256", ("https://x.example/issuers/elsewhere/open",)))


def of_status(tenant: Tenant) -> Signer:
    return seal_keys.signer_of(SealKey.of(tenant).get(use=SealKey.Use.STATUS))


def test_a_token_is_under_the_key_of_the_copy_and_the_other_lists_are_not(
    own_keys: None, collected: Award, tenant: Tenant
) -> None:
    file = copy(collected)
    everything()
    number = WalletCopy._default_manager.get().list_number
    found = sealed_by(number)
    wallets = SealKey.of(tenant).get(use=SealKey.Use.WALLETS)
    status = SealKey.of(tenant).get(use=SealKey.Use.STATUS)
    assert found["token"] == bytes(wallets.certificate) == leaf(file)
    assert found["revocation"] == found["suspension"] == bytes(status.certificate)
    anchor, certificate = certificates.load(wallet_keys.anchor()), certificates.load(found["token"])
    assert anchor
    assert certificate
    certificate.verify_directly_issued_by(anchor)
    assert found["token"] != wallet_keys.anchor(), "the anchor is not sent along"
    assert code(file) == "valid"


def test_without_a_wallet_the_status_key_seals_all_and_the_first_copy_changes_that(
    own_keys: None, collected: Award, tenant: Tenant
) -> None:
    everything()
    number = collected.list_number
    assert number is not None
    assert len(set(sealed_by(number).values())) == 1
    file = copy(collected)
    assert len(set(sealed_by(number).values())) == 2, "wallets wait for a list"
    assert code(file) == "valid"


def test_a_token_under_the_status_key_is_refused(
    own_keys: None, collected: Award, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = copy(collected)
    everything()
    number = WalletCopy._default_manager.get().list_number
    under(number, "token", of_status(tenant), monkeypatch)
    assert code(file) == "status_list_issuer_mismatch"
    under(number, "token", seal_keys.signer_of(SealKey.of(tenant).get(use=SealKey.Use.WALLETS)), monkeypatch)
    assert code(file) == "valid"


def test_a_token_under_the_wallet_key_of_another_institution_is_refused(
    own_keys: None, collected: Award, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = copy(collected)
    everything()
    under(WalletCopy._default_manager.get().list_number, "token", elsewhere(), monkeypatch)
    assert code(file) == "status_list_issuer_mismatch"


@pytest.mark.parametrize("form", [JWT_ID, LDP_ID])
def test_badges_take_the_lists_of_the_status_key_of_their_institution_alone(
    own_keys: None, collected: Award, tenant: Tenant, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    file = copy(collected, form)
    everything()
    number = WalletCopy._default_manager.get().list_number
    assert code(file) == "valid"
    under(number, "revocation", elsewhere(), monkeypatch)
    assert code(file) == "status_list_issuer_mismatch"
    everything()
    under(number, "revocation", of_status(tenant), monkeypatch)
    assert code(file) == "valid"


def test_a_withdrawal_is_seen_in_the_token(own_keys: None, collected: Award, actor: Any, tenant: Tenant) -> None:
    file = copy(collected)
    everything()
    corrections.revoke(proven(actor(tenant, Role.REGISTRAR)), collected.id, "The grade was entered wrongly.")
    everything()
    assert code(file) == "credential_revoked"


def test_after_another_key_for_wallets_the_older_copy_still_counts(
    own_keys: None, collected: Award, tenant: Tenant
) -> None:
    file = copy(collected)
    SealKey.of(tenant).filter(use=SealKey.Use.WALLETS).update(retired=now())
    newer = copy(collected)
    everything()
    number = WalletCopy._default_manager.order_by("created").values_list("list_number", flat=True)[0]
    assert sealed_by(number)["token"] == leaf(newer) != leaf(file)
    assert (code(file), code(newer)) == ("valid", "valid")


def test_a_lost_key_for_wallets_seals_no_list_any_more(
    own_keys: None, collected: Award, actor: Any, tenant: Tenant
) -> None:
    copy(collected)
    everything()
    lost = SealKey.of(tenant).get(use=SealKey.Use.WALLETS)
    seal_keys_made.compromised(proven(actor(tenant, Role.ADMINISTRATOR)), lost.id, "The disk was stolen.", since=now())
    everything()
    number = WalletCopy._default_manager.get().list_number
    fresh = SealKey.of(tenant).filter(use=SealKey.Use.WALLETS).exclude(pk=lost.pk).get()
    assert sealed_by(number)["token"] == bytes(fresh.certificate)
    assert wallet_certificates.names_of(bytes(fresh.certificate)) == wallet_certificates.names_of(
        bytes(lost.certificate)
    )


def test_a_key_for_wallets_that_cannot_seal_keeps_no_other_list_back(
    own_keys: None, collected: Award, actor: Any, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy(collected)
    everything()
    number = collected.list_number
    assert number is not None
    before = dict(Published._default_manager.filter(list_id=number).values_list("encoding", "content"))
    corrections.revoke(proven(actor(tenant, Role.REGISTRAR)), collected.id, "The grade was entered wrongly.")

    def away(*_args: Any) -> Any:
        raise UnavailableError("The signer does not answer.")

    with monkeypatch.context() as patched:
        patched.setattr(status_lists, "_of_tokens", away)
        with pytest.raises(MikraError):
            status_lists.publish_due()
    after = dict(Published._default_manager.filter(list_id=number).values_list("encoding", "content"))
    assert bytes(after["revocation"]) != bytes(before["revocation"])
    assert bytes(after["token"]) == bytes(before["token"])
    assert StatusList._default_manager.get(pk=number).dirty is not None
    everything()
    token = Published._default_manager.get(list_id=number, encoding="token").content
    assert bytes(token) != bytes(before["token"])


@pytest.mark.parametrize("earlier", ["", '"metadata", '])
def test_a_plan_of_before_is_completed_once(own_keys: None, collected: Award, tenant: Tenant, earlier: str) -> None:
    copy(collected)
    everything()
    file = installation().signer_plan
    now_said = file.read_text("utf-8")
    assert '"token-list"' in now_said
    file.write_text(now_said.replace(f', {earlier}"token-list"', ""), "utf-8")
    wallet_keys.take_over_lists()
    assert file.read_text("utf-8") == now_said
    assert StatusList._default_manager.filter(dirty=None).count() == 0
    everything()
    wallet_keys.take_over_lists()
    assert StatusList._default_manager.exclude(dirty=None).count() == 0
    assert not signer_folder.complete(installation())


def test_it_is_served_as_it_was_sealed(own_keys: None, collected: Award, client: Client) -> None:
    copy(collected)
    everything()
    number = WalletCopy._default_manager.get().list_number
    said = client.get(f"/status/{number}/token")
    assert leaf(said.content) == sealed_by(number)["token"]
    assert now() - dt.timedelta(minutes=5) < Published._default_manager.get(list_id=number, encoding="token").at


def test_the_certificate_for_wallets_names_the_country_of_the_institution(award: Award) -> None:
    sealed = SealKey.of(award.tenant).filter(use=SealKey.Use.CREDENTIALS).latest("created")
    made = wallet_keys.key_for(award.tenant, "ES256", ("https://zed.example",))
    countries = {
        x509.load_der_x509_certificate(bytes(one.certificate))
        .subject.get_attributes_for_oid(NameOID.COUNTRY_NAME)[0]
        .value
        for one in (sealed, made)
    }
    assert countries == {"RO"}


def test_one_key_stands_for_both_profiles(own_keys: None, collected: Award, tenant: Tenant) -> None:
    """Each key that is made seals every list anew, and what was checked meanwhile could not be."""
    first = wallet_copies.key(tenant, "ES256", OPEN)
    everything()
    assert wallet_copies.key(tenant, "ES256", EUDI).pk == first.pk
    assert not StatusList._default_manager.exclude(dirty=None).exists()
    assert wallet_certificates.stands_for(
        bytes(first.certificate), tuple(wallet_copies.identifier(tenant, one) for one in (OPEN, EUDI))
    )


def test_an_institution_of_before_gets_its_key_when_the_service_starts(own_keys: None, tenant: Tenant) -> None:
    wallet_copies.prepare_all()
    made = SealKey.of(tenant).get(use=SealKey.Use.WALLETS)
    wallet_copies.prepare_all()
    assert SealKey.of(tenant).get(use=SealKey.Use.WALLETS).pk == made.pk
    assert wallet_copies.key(tenant, "ES256").pk == made.pk


def test_the_first_key_seals_the_lists_at_once(own_keys: None, collected: Award, tenant: Tenant) -> None:
    """An award from before there were keys for wallets: whoever is shown it in that moment can check it."""
    everything()
    wallet_copies.prepare(tenant)
    assert not StatusList._default_manager.exclude(dirty=None).exists()
    certificate = bytes(SealKey.of(tenant).get(use=SealKey.Use.WALLETS).certificate)
    assert {sealed_by(one)["token"] for one in StatusList._default_manager.values_list("number", flat=True)} == {
        certificate
    }


def unread(tenant: Tenant) -> int:
    """Lists of an institution that nobody can read yet."""
    public = Published._default_manager.filter(encoding="token").values("list_id")
    return StatusList._default_manager.filter(tenant=tenant).exclude(number__in=public).count()


def test_no_letter_leaves_before_its_status_can_be_read(award: Award, tenant: Tenant) -> None:
    Published._default_manager.all().delete()
    Delivery.of(tenant).update(state=Delivery.State.QUEUED, due=now())
    assert unread(tenant) == RULES.at_once

    class Post:
        def send(self, _letter: Any) -> None:
            assert unread(tenant) == 0

        def close(self) -> None:
            pass

    deliveries.send_due(post=Post)
    assert set(Delivery.of(tenant).values_list("state", flat=True)) == {"sent"}


def test_no_copy_is_given_before_its_status_can_be_read(collected: Award, tenant: Tenant) -> None:
    Published._default_manager.all().delete()
    assert code(copy(collected)) == "valid"


def test_a_list_is_known_as_public_once_it_was_seen_and_no_other_is(collected: Award, tenant: Tenant) -> None:
    numbers = set(StatusList._default_manager.filter(tenant=tenant).values_list("number", flat=True))
    Published._default_manager.all().delete()
    assert not status_lists.are_public(tenant.id, numbers)
    status_lists.publish_first([tenant.id])
    assert status_lists.are_public(tenant.id, numbers)
    Published._default_manager.all().delete()
    assert status_lists.are_public(tenant.id, numbers), "what was published is asked again"
    assert not status_lists.are_public(tenant.id, {*numbers, max(numbers) + 1})
    assert not status_lists.are_public(uuid.uuid4(), numbers)


def test_a_list_that_cannot_be_sealed_keeps_no_letter_back(
    award: Award, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    Published._default_manager.all().delete()
    monkeypatch.setattr(status_lists, "_publish", _refused)
    status_lists.publish_first([tenant.id])
    assert unread(tenant) == RULES.at_once


def _refused(*_args: Any) -> None:
    raise UnavailableError("The signer does not answer.", code="signer_unavailable")
