"""RFC 7519, 4.1: what a JWT says of itself, read strictly; each form with a twin that is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from mikra.errors import InputError
from mikra.sealing import jwt_claims

LAST = 253402300799


def test_times_in_seconds_and_as_text() -> None:
    found = jwt_claims.read({"iat": 0, "nbf": 1.9, "exp": LAST})
    assert found.issued_at == datetime(1970, 1, 1, tzinfo=UTC)
    assert found.not_before == datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)
    assert found.expires == datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert jwt_claims.read({"exp": "2026-06-01T00:00:00Z"}).expires == datetime(2026, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize("name", jwt_claims.TIMES)
@pytest.mark.parametrize("value", [True, False, -1, LAST + 1, None, [], {}, "yesterday"])
def test_times_that_are_none(name: str, value: Any) -> None:
    with pytest.raises(InputError) as refused:
        jwt_claims.read({name: value})
    assert refused.value.where == f"/{name}"


@pytest.mark.parametrize("name", jwt_claims.TEXTS)
@pytest.mark.parametrize("value", [7, None, ["x"]])
def test_texts_that_are_none(name: str, value: Any) -> None:
    with pytest.raises(InputError) as refused:
        jwt_claims.read({name: value})
    assert (refused.value.code, refused.value.where) == ("credential_malformed", f"/{name}")


def test_the_audience_is_one_or_many() -> None:
    assert jwt_claims.read({"aud": "a"}).audience == ("a",)
    assert jwt_claims.read({"aud": ["a", "b"]}).audience == ("a", "b")
    for value in (7, ["a", 7], None):
        with pytest.raises(InputError) as refused:
            jwt_claims.read({"aud": value})
        assert refused.value.where == "/aud"


def test_header_and_content_say_the_same_or_nothing() -> None:
    """RFC 7519, 5.3."""
    header = {"iss": "https://a.example", "alg": "ES256"}
    assert jwt_claims.read({"iss": "https://a.example"}, header).issuer == "https://a.example"
    assert jwt_claims.read({}, header).issuer == "https://a.example"
    with pytest.raises(InputError) as refused:
        jwt_claims.read({"iss": "https://b.example"}, header)
    assert (refused.value.code, refused.value.where) == ("credential_malformed", "/iss")
