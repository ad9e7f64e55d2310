"""RFC 9449, 4.3: each check of a DPoP proof has one that fails it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from mikra.errors import ProtocolError
from mikra.exchange import dpop, signed_claims
from mikra.public_keys import jwk
from mikra.sealing.keys import bare_signer

AT = dt.datetime(2026, 11, 27, 12, tzinfo=dt.UTC)
URL = "https://mc.example.edu/issuers/zed/eudi/token"
KEY = ec.generate_private_key(ec.SECP256R1())
OTHER = ec.generate_private_key(ec.SECP256R1())


def yes(text: str) -> bool:
    return True


def no(text: str) -> bool:
    return False


def made(change: Callable[[dict[str, Any], dict[str, Any]], None] | None = None, key: Any = KEY) -> str:
    header: dict[str, Any] = {"typ": "dpop+jwt", "jwk": jwk.write(KEY.public_key())}
    claims = {"jti": "a1", "htm": "POST", "htu": URL, "iat": int(AT.timestamp())}
    if change:
        change(header, claims)
    return signed_claims.make(bare_signer(key), header, claims)


def check(text: str, **more: Any) -> str:
    asked = {"is_ours": yes, "is_new": yes} | {name: more.pop(name) for name in ("is_ours", "is_new") if name in more}
    return dpop.check(text, dpop.Expected(**{"method": "POST", "url": URL, "at": AT, **more}), **asked)


def test_a_proof_names_the_key_that_made_it() -> None:
    assert check(made()) == jwk.thumbprint(jwk.write(KEY.public_key()))
    mine = dpop.make(bare_signer(KEY), KEY.public_key(), method="POST", url=URL, at=AT, jti="x", token="t", nonce="n")
    assert check(mine, token="t", nonce=True) == jwk.thumbprint(jwk.write(KEY.public_key()))
    edwards = ed25519.Ed25519PrivateKey.generate()
    signed = dpop.make(bare_signer(edwards), edwards.public_key(), method="POST", url=URL, at=AT, jti="x")
    assert check(signed) == jwk.thumbprint(jwk.write(edwards.public_key()))


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (lambda h, c: h.update(typ="jwt"), "header"),
        (lambda h, c: h.update(kid="a"), "header"),
        (lambda h, c: h.pop("jwk"), "jwk"),
        (lambda h, c: h.update(jwk=jwk.write(OTHER.public_key())), "signature"),
        (lambda h, c: h["jwk"].update(d="AAAA"), "jwk"),
        (lambda h, c: c.update(htm="GET"), "htm"),
        (lambda h, c: c.pop("htm"), "htm"),
        (lambda h, c: c.update(htu="https://mc.example.edu/issuers/zed/eudi/credential"), "htu"),
        (lambda h, c: c.update(htu=URL.replace("https", "http")), "htu"),
        (lambda h, c: c.update(htu=["a"]), "htu"),
        (lambda h, c: c.update(iat=int(AT.timestamp()) + 61), "iat"),
        (lambda h, c: c.update(iat=int(AT.timestamp()) - 61), "iat"),
        (lambda h, c: c.update(iat=True), "iat"),
        (lambda h, c: c.pop("iat"), "iat"),
        (lambda h, c: c.update(exp=int(AT.timestamp()) - 61), "exp"),
        (lambda h, c: c.pop("jti"), "jti"),
        (lambda h, c: c.update(jti="x" * 201), "jti"),
        (lambda h, c: c.update(ath="x"), "ath"),
    ],
)
def test_a_proof_that_fails_one_check_is_refused(change: Any, where: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        check(made(change))
    assert caught.value.code == dpop.INVALID
    assert where in ("header", caught.value.where), caught.value.where


def test_a_token_is_used_with_a_proof_that_names_it() -> None:
    def of(token: str) -> str:
        return made(lambda h, c: c.update(ath=dpop.digest_of(token).decode()))

    assert check(of("mine"), token="mine")
    for text in (of("yours"), made()):
        with pytest.raises(ProtocolError) as caught:
            check(text, token="mine")
        assert (caught.value.code, caught.value.where) == (dpop.INVALID, "ath")


def test_a_nonce_is_asked_for_and_has_to_be_ours() -> None:
    for text, ours, asked in ((made(), yes, True), (made(lambda h, c: c.update(nonce="n")), no, False)):
        with pytest.raises(ProtocolError) as caught:
            check(text, is_ours=ours, nonce=asked)
        assert caught.value.code == dpop.USE_NONCE
    assert check(made(lambda h, c: c.update(nonce="n")), nonce=True)


def test_a_proof_is_used_once() -> None:
    seen: set[str] = set()

    def is_new(text: str) -> bool:
        known = text in seen
        seen.add(text)
        return not known

    assert check(made(), is_new=is_new)
    with pytest.raises(ProtocolError) as caught:
        check(made(), is_new=is_new)
    assert (caught.value.code, caught.value.where) == (dpop.INVALID, "jti")
    assert check(made(lambda h, c: c.update(jti="a2")), is_new=is_new)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://A.example/x?y#z", "https://a.example/x", True),
        ("https://a.example:443/x", "https://a.example/x", True),
        ("http://a.example:80", "http://a.example/", True),
        ("https://a.example:8443/x", "https://a.example/x", False),
        ("https://a.example/X", "https://a.example/x", False),
        ("http://a.example/x", "https://a.example/x", False),
        ("https://u@a.example/x", "https://a.example/x", True),
    ],
)
def test_addresses_are_compared_without_what_does_not_matter(one: str, other: str, same: bool) -> None:
    assert (dpop.normal(one) == dpop.normal(other)) is same


def test_what_is_no_address_fits_none() -> None:
    assert dpop.normal("https://[x/") == ""
    with pytest.raises(ProtocolError):
        check(made(lambda h, c: c.update(htu="https://[x/")))
