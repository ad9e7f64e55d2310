"""Multibase: one text for one value, both ways."""

from __future__ import annotations

import pytest

from mikra.errors import InputError
from mikra.sealing import multibase


@pytest.mark.parametrize("text", [None, 5, "", "z", "u", "f00", "z0", "zO", "zl", "z é", "z" + "1" * 5000, "Zabc"])
def test_what_is_refused(text: object) -> None:
    with pytest.raises(InputError) as caught:
        multibase.decode(text, "z")
    assert caught.value.code == "proof_value_malformed"


@pytest.mark.parametrize(("text", "code"), [("uQQ==", "proof_value_malformed"), ("uQR", "base64url_not_canonical")])
def test_base64url(text: str, code: str) -> None:
    assert multibase.decode("uQQ", "u") == b"A"
    with pytest.raises(InputError) as caught:
        multibase.decode(text, "u")
    assert caught.value.code == code
