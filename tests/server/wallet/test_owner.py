"""What its owner does with a wallet: addresses, a code on paper, everything as a file, the end."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from mikra.adapters.clock import now
from mikra.errors import ConflictError, InputError, NotFoundError
from mikra.server.actions import (
    awards_content,
    claim_codes,
    claims,
    deliveries,
    erasure_list,
    shares,
    wallet_consents,
    wallet_owner,
    wallets,
    wallets_claiming,
)
from mikra.server.installation import installation
from mikra.server.rights import Actor, Role
from mikra.server.store.awards import Award, Sealed
from mikra.server.store.deliveries import Delivery
from mikra.server.store.people import Person
from mikra.server.store.wallets import Held, Proof, Wallet
from tests.server.deliveries.test_letters import World

CORPUS = Path(__file__).parents[2] / "corpus"


def test_several_addresses_open_one_wallet(wallet: Wallet, other: Wallet) -> None:
    added = wallet_owner.add_address(wallet, "home@mail.example")
    assert wallets.open_for("Home@mail.example").id == wallet.id
    assert wallet_owner.add_address(wallet, "home@mail.example").id == added.id
    with pytest.raises(ConflictError):
        wallet_owner.add_address(wallet, "other@student.example")
    with pytest.raises(NotFoundError):
        wallet_owner.remove_address(other, str(added.id))
    first = wallet_owner.addresses(wallet)[0]
    assert (first.text, first.address.first) == ("p1@student.example", True)
    wallet_owner.remove_address(wallet, str(first.address.id))
    assert [one.address.first for one in wallet_owner.addresses(wallet)] == [True]
    with pytest.raises(ConflictError):
        wallet_owner.remove_address(wallet, str(added.id))


def test_a_wallet_has_a_bound_of_addresses(wallet: Wallet) -> None:
    for number in range(wallet_owner.ADDRESSES - 1):
        wallet_owner.add_address(wallet, f"{number}@mail.example")
    with pytest.raises(ConflictError):
        wallet_owner.add_address(wallet, "more@mail.example")


def test_a_code_on_paper_opens_it_once_for_a_new_address(wallet: Wallet, award: Award) -> None:
    wallet_owner.RECOVERIES.clear()
    held = wallets.keep(wallet, award)
    void, code = wallet_owner.new_recovery(wallet), wallet_owner.new_recovery(wallet)
    assert code.replace("-", "").encode() not in bytes(wallet.recovery or b"")
    new = wallets.open_for("new@mail.example")
    brought = wallets.keep(new, (CORPUS / "credential-di" / "di-no-proof.json").read_bytes())
    for wrong in (void, "", "0000-0000", code[:-1]):
        with pytest.raises(InputError):
            wallet_owner.move(new, wrong)
    with pytest.raises(InputError):
        wallet_owner.move(wallet, code)  # it opens itself
    assert wallet_owner.move(new, code.lower()).id == wallet.id
    assert wallets.open_for("new@mail.example").id == wallet.id
    assert {bytes(wallets.content(one)) for one in wallets.held(wallet)} >= {wallets.content(held)}
    assert len(wallets.held(wallet)) == 2
    assert not Wallet._default_manager.filter(pk=new.pk).exists()
    assert brought.pk not in {one.pk for one in wallets.held(wallet)}
    with pytest.raises(InputError):
        wallet_owner.move(wallets.open_for("third@mail.example"), code)
    wallet_owner.RECOVERIES.clear()


@pytest.mark.parametrize("esi", ["urn:schac:personalUniqueCode:int:esi:univ.example:123", ""])
def test_the_student_identifier_is_kept_where_it_is_one(wallet: Wallet, esi: str) -> None:
    wallet_owner.describe(wallet, name=" Ana  Maria ", esi=esi)
    assert wallets.profile(wallet) == {"name": "Ana Maria", "esi": esi}


@pytest.mark.parametrize("esi", ["123", "urn:schac:personalUniqueCode:int:esi:", "urn:schac:x:esi:a b c"])
def test_what_is_no_student_identifier_is_not_kept(wallet: Wallet, esi: str) -> None:
    with pytest.raises(InputError) as refused:
        wallet_owner.describe(wallet, name="", esi=esi)
    assert refused.value.where == "esi"


def test_everything_is_exported_as_it_came(wallet: Wallet, award: Award) -> None:
    held = wallets.keep(wallet, award)
    shares.open_by(shares.make(wallet, [held.id], note="For work"))
    with zipfile.ZipFile(io.BytesIO(wallet_owner.export(wallet))) as archive:
        told = json.loads(archive.read("wallet.json"))
        (listed,) = told["credentials"]
        assert archive.read(listed["file"]) == awards_content.file_of(award)
    assert told["addresses"][0]["address"] == "p1@student.example"
    (share,) = told["shares"]
    assert (share["for"], list(share["opened"].values())) == ("For work", [1])


def test_an_erased_wallet_is_gone_and_stays_gone(wallet: Wallet, other: Wallet, award: Award) -> None:
    held = wallets.keep(wallet, award)
    share = shares.make(wallet, [held.id])
    code = shares.link(share).rstrip("/").rpartition("/")[2]
    counts = wallet_owner.erase(wallet)
    assert (counts["files"], counts["shares"], counts["addresses"]) == (1, 1, 1)
    assert not Wallet._default_manager.filter(pk=wallet.pk).exists()
    assert not Person.objects.filter(pk=wallet.person_id).exists()
    assert Wallet._default_manager.filter(pk=other.pk).exists()
    with pytest.raises(NotFoundError):
        shares.find(code)
    lines = list(erasure_list.read(erasure_list.file_of(installation())))
    assert (erasure_list.WALLET, wallet.pk) in {(one.kind, one.id) for one in lines if one.at <= now()}
    assert awards_content.file_of(award), "the institution keeps what it awarded"


def lost(wallet: Wallet) -> tuple[Wallet, str]:
    """A new wallet of whose old one nothing answers any more, and the code on paper."""
    wallet_owner.RECOVERIES.clear()
    return wallets.open_for("new@mail.example"), wallet_owner.new_recovery(wallet)


def test_what_the_institution_erased_comes_back_too(wallet: Wallet, award: Award) -> None:
    new, code = lost(wallet)
    kept = wallets.content(wallets.keep(new, award))
    Sealed.of(award.tenant).update(content=None)
    with pytest.raises(NotFoundError):
        awards_content.file_of(award)
    wallet_owner.move(new, code)
    (held,) = wallets.held(wallet)
    assert (wallets.content(held), held.award_id, held.source) == (kept, award.id, Held.Source.CLAIMED)
    assert wallets.about(held)["title"]["en"]


def test_proofs_consents_links_and_what_was_taken_out_come_along(wallet: Wallet, code: str, award: Award) -> None:
    new, paper = lost(wallet)
    claims.claim(code)
    wallet_owner.remove_address(wallet, str(_second(wallet)))
    wallet_owner.add_address(new, "p1@student.example")
    held = wallets_claiming.keep(new, code)
    (choice,) = wallet_consents.choices(new)
    wallet_consents.give(new, choice.learner_id)
    link = shares.link(shares.make(new, [held.id], note="For work")).rstrip("/").rpartition("/")[2]
    brought = wallets.keep(new, (CORPUS / "credential-di" / "di-no-proof.json").read_bytes())
    wallets.remove(new, brought.id)
    wallet_owner.describe(new, name="Ana", esi="urn:schac:personalUniqueCode:int:esi:univ.example:123")
    wallet_owner.move(new, paper)
    opened = shares.open_by(shares.find(link))
    assert (opened.note, [one.award_id for one, _data, _report in opened.files]) == ("For work", [award.id])
    assert [one.form for one in wallets.held(wallet, removed=True)] == ["json"]
    (choice,) = wallet_consents.choices(wallet)
    assert choice.consent is not None
    again = Wallet._default_manager.get(pk=wallet.pk)
    assert wallets.profile(again)["name"] == "Ana"
    assert Proof.of(wallet).get().way == Proof.Way.CODE


def _second(wallet: Wallet) -> object:
    """Another address for a wallet whose first is to be lost; the id of the first."""
    first = wallet_owner.addresses(wallet)[0].address.id
    wallet_owner.add_address(wallet, "gone@mail.example")
    return first


def test_a_wallet_without_room_is_left_as_it_is(wallet: Wallet, award: Award, monkeypatch: pytest.MonkeyPatch) -> None:
    new, code = lost(wallet)
    wallets.keep(wallet, award)
    brought = wallets.keep(new, (CORPUS / "credential-di" / "di-no-proof.json").read_bytes())
    monkeypatch.setattr(wallets, "MOST", 1)
    with pytest.raises(ConflictError):
        wallet_owner.move(new, code)
    assert wallets.open_for("new@mail.example").id == new.id
    assert wallets.held(new) == [brought]
    monkeypatch.undo()
    assert wallet_owner.move(new, code).id == wallet.id, "the code was spent though nothing was opened"


def test_who_lost_every_way_in_gets_it_again_from_the_institution(
    wallet: Wallet, code: str, award: Award, client: Client, actor: Callable[..., Actor]
) -> None:
    claims.claim(code)
    wallets_claiming.keep(wallet, code)
    (choice,) = wallet_consents.choices(wallet)
    wallet_consents.give(wallet, choice.learner_id)
    registrar = actor(award.tenant, Role.REGISTRAR)
    old = Delivery.of(award.tenant).get()
    Delivery.of(award.tenant).update(expires=now())
    with pytest.raises(ConflictError):
        deliveries.resend(registrar, old.id, "again")  # the same address is no answer
    made = deliveries.fix_address(registrar, old.id, "new@mail.example", "came to the desk with a passport")
    world = World()
    deliveries.send_due(post=world)
    (letter,) = world.taken
    assert str(letter["To"]).endswith("new@mail.example>")
    assert "in your wallet already" not in letter.get_content(), "the wallet that was lost still gets what is new"
    assert client.get(f"/claim/{code}/").status_code == 404
    new_code = claim_codes.code_of(award.tenant_id, made.id)
    claims.claim(new_code)
    new = wallets.open_for("new@mail.example")
    assert wallets.content(wallets_claiming.keep(new, new_code)) == awards_content.file_of(award)
    assert Proof.of(new).get().way == Proof.Way.CODE


def test_what_does_not_count_is_not_sent_to_another_address(
    code: str, award: Award, actor: Callable[..., Actor]
) -> None:
    claims.claim(code)
    Award.of(award.tenant).update(state=Award.State.REVOKED)
    one = Delivery.of(award.tenant).get()
    with pytest.raises(ConflictError):
        deliveries.fix_address(actor(award.tenant, Role.REGISTRAR), one.id, "new@mail.example", "asked by telephone")
    assert Delivery.of(award.tenant).get().token is not None


def test_the_account_of_a_learner_is_in_the_wallet(browser: Client) -> None:
    for answer in (browser.get("/account/"), browser.post("/account/", {"name": "Jana"})):
        assert (answer.status_code, answer["Location"]) == (302, "/wallet/you/")
