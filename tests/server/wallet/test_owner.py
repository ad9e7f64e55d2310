"""What its owner does with a wallet: addresses, a code on paper, everything as a file, the end."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from mikra.adapters.clock import now
from mikra.errors import ConflictError, InputError, NotFoundError
from mikra.server.actions import awards_content, erasure_list, shares, wallet_owner, wallets
from mikra.server.installation import installation
from mikra.server.store.awards import Award
from mikra.server.store.people import Person
from mikra.server.store.wallets import Wallet

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
