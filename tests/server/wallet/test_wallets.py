"""What a wallet keeps: bytes as they came, once, readable under its key alone."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from mikra.adapters.clock import now
from mikra.errors import InputError, NotFoundError, UnavailableError
from mikra.server.actions import awards_content, wallets
from mikra.server.store.awards import Award
from mikra.server.store.people import Person
from mikra.server.store.wallets import Address, Held, Wallet

CORPUS = Path(__file__).parents[2] / "corpus"


def test_an_award_is_kept_as_it_was_sealed_and_once(wallet: Wallet, award: Award) -> None:
    held = wallets.keep(wallet, award)
    assert wallets.content(held) == awards_content.file_of(award)
    assert wallets.keep(wallet, award).id == held.id, "the same stands twice"
    assert wallets.keep(wallet, awards_content.file_of(award)).id == held.id, "the same file stands twice"
    told = wallets.about(held)
    assert held.verdict == "TOTAL-PASSED" or told["code"] != "valid", told["code"]
    assert told["title"]["en"]
    assert told["issuer"]["en"]
    assert told["awarded"]
    assert held.source == Held.Source.CLAIMED
    assert held.form == "json"


def test_nothing_in_the_database_can_be_read_without_the_key(wallet: Wallet, award: Award) -> None:
    held = wallets.keep(wallet, award)
    title = wallets.about(held)["title"]["en"].encode()
    for row in (bytes(held.content), bytes(held.about), bytes(wallet.profile)):
        assert title not in row
        assert b"student.example" not in row
    assert "student.example" not in wallet.person.email
    assert b"p1@" not in bytes(Address.of(wallet).get().content)


def test_another_wallets_key_opens_nothing(wallet: Wallet, other: Wallet, award: Award) -> None:
    held = wallets.keep(wallet, award)
    twin = wallets.keep(other, award)
    assert bytes(held.digest) != bytes(twin.digest), "who holds the same could be seen"
    held.wallet = other
    with pytest.raises(UnavailableError):
        wallets.content(held)


def test_what_is_anothers_is_not_there(wallet: Wallet, other: Wallet, award: Award) -> None:
    held = wallets.keep(wallet, award)
    assert wallets.get(wallet, held.id) == held
    for id in (held.id, "nonsense"):
        with pytest.raises(NotFoundError):
            wallets.get(other, id)
    with pytest.raises(NotFoundError):
        wallets.of(Person.objects.create_user("desk@zed.example"))


def test_a_file_of_others_is_kept_with_an_honest_verdict(wallet: Wallet) -> None:
    file = CORPUS / "credential-di" / "di-no-proof.json"
    held = wallets.keep(wallet, file.read_bytes(), name=file.name)
    assert held.verdict == "INDETERMINATE"
    assert held.source == Held.Source.IMPORTED
    assert held.award is None
    assert wallets.about(held)["code"] == "proof_missing"
    assert wallets.about(held)["sentence"]["cs"]
    assert wallets.content(held) == file.read_bytes()


@pytest.mark.parametrize("data", [b"", b"hello", b"[]", b'{"a": 1}', b"%PDF-1.4 x", b"x" * 5_000_001])
def test_what_is_no_credential_is_not_taken(wallet: Wallet, data: bytes) -> None:
    with pytest.raises(InputError):
        wallets.keep(wallet, data)
    assert not wallets.held(wallet)


def test_an_altered_award_is_kept_and_says_so_and_shows_nothing(wallet: Wallet, award: Award) -> None:
    sealed = awards_content.file_of(award)
    place = sealed.index(b'"payload"') + 60
    altered = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
    held = wallets.keep(wallet, altered)
    assert held.verdict == "TOTAL-FAILED"
    assert wallets.about(held)["facts"] == {}
    assert wallets.about(held)["title"] == {}


def test_what_is_taken_out_can_be_put_back(wallet: Wallet, award: Award) -> None:
    held = wallets.keep(wallet, award)
    wallets.remove(wallet, held.id)
    assert wallets.held(wallet) == []
    assert wallets.held(wallet, removed=True) == [held]
    wallets.put_back(wallet, held.id)
    assert wallets.held(wallet) == [held]
    wallets.remove(wallet, held.id)
    assert wallets.keep(wallet, award).removed is None, "what was taken out comes back when it is kept again"


def test_one_address_is_one_wallet(wallet: Wallet) -> None:
    assert wallets.open_for(" P1@Student.Example ").id == wallet.id
    assert wallets.open_for("p2@student.example", at=now() - dt.timedelta(days=1)).id != wallet.id
