"""Wallets that the operator knows by name."""

from __future__ import annotations

import pytest

from mikra.errors import InputError, NotFoundError
from mikra.server.actions import wallet_clients, wallet_registry


def test_a_wallet_is_known_until_it_is_forgotten(db: None) -> None:
    assert wallet_registry.allow("w", ["https://w.example/cb", "https://w.example/cb"]) == ["https://w.example/cb"]
    assert wallet_clients.addresses_of("w") == ["https://w.example/cb"]
    assert wallet_registry.allow("w", ["https://w.example/two"]) == ["https://w.example/two"]
    assert wallet_registry.known() == {"w": ["https://w.example/two"]}
    wallet_registry.forget("w")
    assert wallet_clients.addresses_of("w") == []
    with pytest.raises(NotFoundError):
        wallet_registry.forget("w")


@pytest.mark.parametrize(
    "address",
    [
        "http://w.example/cb",
        "wallet.example:/cb",
        "https://u@w.example/cb",
        "https:///cb",
        "https://w.example/../cb",
        "https://w.example/%2e%2e/cb",
        "https://w.example/cb#x",
        "https://w.example/\\cb",
        "https://w.example/c b",
        "javascript:alert(1)",
        "",
    ],
)
def test_an_address_that_is_none_is_not_kept(db: None, address: str) -> None:
    with pytest.raises(InputError):
        wallet_registry.allow("w", ["https://w.example/cb", address])
    assert wallet_registry.known() == {}


def test_a_wallet_has_a_name_and_a_few_addresses(db: None) -> None:
    good = "https://w.example/cb"
    for name, addresses in (
        ("", [good]),
        ("x" * 201, [good]),
        ("a\nb", [good]),
        ("w", []),
        ("w", [f"{good}{i}" for i in range(11)]),
    ):
        with pytest.raises(InputError):
            wallet_registry.allow(name, addresses)
