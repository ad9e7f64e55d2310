"""JWE as wallets use it: RFC 7518's own numbers, there and back, and what must not be taken."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from mikra import base64url
from mikra.errors import InputError, ProtocolError
from mikra.exchange import jwe
from mikra.exchange.jwe import Recipient
from mikra.public_keys import jwk

OURS = ec.derive_private_key(11, ec.SECP256R1())
THEIRS = ec.derive_private_key(12, ec.SECP256R1())
OTHER_CURVE = ec.derive_private_key(12, ec.SECP384R1())
TO = Recipient(key=OURS.public_key(), key_id="r1")
DATA = b'{"vp_token":{}}'


def made(data: bytes = DATA, encryption: str = "A256GCM", to: Recipient = TO) -> str:
    return jwe.encrypt(data, to=to, encryption=encryption, ephemeral=THEIRS, vector=b"v" * 12)


def by_hand(changes: dict[str, Any], key: ec.EllipticCurvePrivateKey = THEIRS) -> str:
    """A text whose mathematics holds, with what `changes` says in its header."""
    header = {"alg": "ECDH-ES", "enc": "A128GCM", "kid": "r1", "epk": jwk.write(key.public_key()), **changes}
    covered = base64url.encode(orjson.dumps({n: v for n, v in header.items() if v is not None}))
    parties = [str(header.get(name, "")) for name in ("apu", "apv")]
    secret = THEIRS.exchange(ec.ECDH(), OURS.public_key())
    content = AESGCM(jwe.derived(secret, "A128GCM", *map(base64url.decode, parties))).encrypt(
        b"v" * 12, DATA, covered.encode()
    )
    return ".".join([covered, "", *map(base64url.encode, (b"v" * 12, content[:-16], content[-16:]))])


def refused(text: str, **changes: Any) -> ProtocolError:
    with pytest.raises(ProtocolError) as caught:
        jwe.decrypt(text, **{"key": OURS, "key_id": "r1", **changes})
    assert caught.value.code == "invalid_request"
    return caught.value


def test_the_example_of_rfc_7518_appendix_c() -> None:
    alice = "0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo"
    bob = ("weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ", "e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck")
    private = ec.derive_private_key(int.from_bytes(base64url.decode(alice)), ec.SECP256R1())
    public = jwk.read({"kty": "EC", "crv": "P-256", "x": bob[0], "y": bob[1]})
    assert isinstance(public, ec.EllipticCurvePublicKey)
    secret = private.exchange(ec.ECDH(), public)
    assert base64url.encode(jwe.derived(secret, "A128GCM", b"Alice", b"Bob")) == "VqqN6vgjbSBcIijNcacQGg"


@given(st.binary(max_size=300), st.sampled_from(sorted(jwe.ENCRYPTIONS)))
def test_there_and_back(data: bytes, encryption: str) -> None:
    text = made(data, encryption)
    assert jwe.decrypt(text, key=OURS, key_id="r1") == data
    assert jwe.key_id_of(text) == "r1"


def test_parties_that_a_wallet_names_are_heeded() -> None:
    text = by_hand({"apu": base64url.encode(b"wallet"), "apv": base64url.encode(b"nonce")})
    assert jwe.decrypt(text, key=OURS, key_id="r1") == DATA
    assert jwe.decrypt(by_hand({}), key=OURS, key_id="r1") == DATA
    assert jwe.decrypt(by_hand({"typ": "JWT", "cty": "json", "x-other": 1}), key=OURS, key_id="r1") == DATA


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"alg": "dir"}, "alg"),
        ({"alg": "ECDH-ES+A128KW"}, "alg"),
        ({"alg": "PBES2-HS256+A128KW", "p2c": 10**9}, "alg"),
        ({"alg": "none"}, "alg"),
        ({"alg": None}, "alg"),
        ({"enc": "A192GCM"}, "enc"),
        ({"enc": ["A128GCM"]}, "enc"),
        ({"enc": None}, "enc"),
        ({"zip": "DEF"}, "zip"),
        ({"crit": ["exp"], "exp": 1}, "crit"),
        ({"kid": "r2"}, "kid"),
        ({"kid": None}, "kid"),
        ({"epk": None}, "epk"),
        ({"epk": {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}}, "epk"),
        ({"epk": jwk.write(OTHER_CURVE.public_key())}, "epk"),
        ({"epk": jwk.write(THEIRS.public_key()) | {"d": base64url.encode((12).to_bytes(32))}}, "epk"),
        ({"apv": "x=="}, "apv"),
        ({"apu": 7}, "apu"),
    ],
)
def test_headers_that_are_refused(changes: dict[str, Any], where: str) -> None:
    text = by_hand(changes) if not changes.keys() & {"apv", "apu"} else _headed(changes)
    assert where in refused(text).where


def _headed(changes: dict[str, Any]) -> str:
    """The text with another header, whose mathematics then does not hold either."""
    covered, rest = by_hand({}).split(".", 1)
    header = {**orjson.loads(base64url.decode(covered)), **changes}
    return f"{base64url.encode(orjson.dumps(header))}.{rest}"


def test_a_point_outside_of_the_curve_is_refused() -> None:
    key = jwk.write(THEIRS.public_key())
    assert "epk" in refused(by_hand({"epk": {**key, "y": key["x"]}})).where


@pytest.mark.parametrize("part", [0, 2, 3, 4])
def test_another_letter_anywhere_is_refused(part: int) -> None:
    parts = made().split(".")
    parts[part] = ("B" if parts[part][0] == "A" else "A") + parts[part][1:]
    refused(".".join(parts))


def test_another_key_and_other_forms_are_refused() -> None:
    assert jwe.decrypt(made(), key=OURS, key_id="r1") == DATA
    refused(made(), key=THEIRS)
    refused(made(), key=OTHER_CURVE)
    refused(made(), key_id="r2")
    covered, _, *rest = made().split(".")
    for text in (
        "",
        "....",
        "a.b.c",
        "ü.....",
        ".".join([covered, "AAAA", *rest]),
        f"{covered}.." + ".".join([rest[0][:8], *rest[1:]]),
        "x" * (jwe.MOST_BYTES + 1),
        "A" * 5000 + "." + made().split(".", 1)[1],
        base64url.encode(b"[]") + "." + made().split(".", 1)[1],
    ):
        refused(text)
        assert jwe.key_id_of(text) in ("", "r1")


@pytest.mark.parametrize("changes", [{"vector": b"v"}, {"encryption": "A192GCM"}, {"ephemeral": OTHER_CURVE}])
def test_nothing_is_encrypted_wrongly(changes: dict[str, Any]) -> None:
    given = {"to": TO, "encryption": "A256GCM", "ephemeral": THEIRS, "vector": b"v" * 12, **changes}
    with pytest.raises(InputError):
        jwe.encrypt(DATA, **given)
