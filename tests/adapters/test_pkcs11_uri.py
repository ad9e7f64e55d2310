"""RFC 7512: addresses of keys on tokens."""

from __future__ import annotations

from pathlib import Path

import pytest

from mikra.adapters.pkcs11_uri import is_key_address, read_key_address
from mikra.errors import InputError

GOOD = "pkcs11:token=Seal%20of%20Zed;object=zed-2026?module-path=/usr/lib/softhsm/libsofthsm2.so"


def test_an_address_names_module_token_and_key() -> None:
    address = read_key_address(GOOD)
    assert (address.token, address.key) == ("Seal of Zed", "zed-2026")
    assert address.module == Path("/usr/lib/softhsm/libsofthsm2.so")
    assert is_key_address(GOOD)
    assert not is_key_address("seal.p12")


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("pkcs11:token=A?module-path=/m.so", "object"),
        ("pkcs11:token=A;object=b", "module-path"),
        ("pkcs11:token=A;token=B;object=b?module-path=/m.so", "token=B"),
        ("pkcs11:token=A;object=b;colour=red?module-path=/m.so", "colour"),
        ("pkcs11:token=A;object=b?module-path=/m.so&pin-value=1234", "pin"),
        ("pkcs11:", "token"),
    ],
)
def test_an_address_that_is_not_whole_is_refused(address: str, said: str) -> None:
    with pytest.raises(InputError) as refused:
        read_key_address(address)
    assert said in str(refused.value)
    assert "1234" not in str(refused.value)
