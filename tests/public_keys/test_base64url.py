"""Two ways to one text: with the fast library and without it the same is read, and the same is refused."""

from __future__ import annotations

import base64
import os
from typing import Any

import pytest

from mikra import base64url
from mikra.errors import InputError


@pytest.fixture(params=["fast", "plain"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "plain":
        monkeypatch.setattr(base64url, "pybase64", None)
    elif base64url.pybase64 is None:
        pytest.skip("mikra[fast] is not installed")


@pytest.mark.parametrize("size", [0, 1, 2, 3, 31, 32, 5_000])
def test_what_is_written_is_read(way: Any, size: int) -> None:
    for data in (os.urandom(size), b"\xff" * size, b"\0" * size):
        text = base64url.encode(data)
        assert text == base64.urlsafe_b64encode(data).rstrip(b"=").decode()
        assert base64url.decode(text) == data
        assert base64url.encode_bytes(data) == text.encode()


@pytest.mark.parametrize(
    "text",
    [
        "YQ==",
        "YR",
        "Y",
        "ab+/",
        "ab c",
        "ab    cd",
        "ab$$$$cd",
        "ab\n\n\n\ncd",
        "ab\n",
        "ab=",
        "=",
        "a$bc",
        "ünde",
        "ab/_",
        "a+b-",
        None,
        7,
    ],
)
def test_another_text_for_the_same_is_refused(way: Any, text: object) -> None:
    with pytest.raises(InputError) as caught:
        base64url.decode(text)
    assert caught.value.code in ("jws_malformed", "base64url_not_canonical")
