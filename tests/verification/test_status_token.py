"""A list token: whose seal it carries, and of when it is. One that proves nothing is refused by its own code."""

from __future__ import annotations

import datetime as dt
import json
from base64 import b64encode
from collections.abc import Sequence
from typing import Any

import pytest

from mikra.errors import InputError
from mikra.sealing.keys import bare_signer
from mikra.status import token
from mikra.status.table import Value, pack
from mikra.trust import did
from mikra.trust.loader import OFFLINE, Loader, Recorded, SnapshotLoader
from mikra.verification import status_token
from mikra.verification.policy import Policy
from mikra.verification.seals import PlainSeal
from mikra.verification.status_token import Refused
from tests.sealing.sd_jwts import b64
from tests.simulators import europe, wallets
from tests.simulators.wallets import AT

OWN = wallets.issuer_seal().signer
DER = b64encode(OWN.certificate).decode()
CLAIMS = token.claims(pack(64, {Value.INVALID: [5]}), url="https://university.example/status/1", at=AT)
NOW = int(AT.timestamp())
SKEW = int(Policy().clock_skew.total_seconds())
DAY = int(Policy().status_max_age.total_seconds())
KEY = europe.key("P-256", "published")
NAME = "did:web:university.example"
MALFORMED, MISMATCH = "status_list_malformed", "status_list_issuer_mismatch"


def sealed(claims: Any = CLAIMS, *, x5c: Any = (DER,), tampered: bool = False, key_id: str = "") -> bytes:
    """A list token. The seal is that of `OWN`, or where `key_id` names a key, that of `KEY`."""
    signer = bare_signer(KEY) if key_id else OWN
    named = {"kid": key_id} if key_id else {"x5c": x5c}
    header = {"alg": signer.algorithm, "typ": token.TYPE, **named}
    covered = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(claims).encode())}"
    value = bytearray(signer.sign(covered.encode()))
    value[-1] ^= tampered
    return f"{covered}.{b64(bytes(value))}".encode()


def opened(body: bytes, *, loader: Loader = OFFLINE, judge: Any = lambda _: "") -> Any:
    return status_token.open_token(body, at=AT, policy=Policy(), loader=loader, judge=judge)


def changed(**claims: Any) -> bytes:
    return sealed({name: value for name, value in {**CLAIMS, **claims}.items() if value is not None})


def test_a_whole_list_is_opened_and_its_seal_is_judged() -> None:
    judged: list[PlainSeal] = []

    def judge(seals: Sequence[PlainSeal]) -> str:
        judged.extend(seals)
        return ""

    listed = opened(sealed(x5c=[DER, DER]), judge=judge)
    assert (listed.subject, listed.size) == (CLAIMS["sub"], 64)
    (seal,) = judged
    assert (seal.certificate, seal.chain) == (OWN.certificate, (OWN.certificate,))
    assert seal.claimed_at == AT - token.BACKDATED
    assert opened(sealed(), judge=lambda _: "seal_not_trusted") == Refused("seal_not_trusted")


@pytest.mark.parametrize("tampered", [False, True])
def test_a_list_under_a_published_key(tampered: bool) -> None:
    document = did.write(NAME, [did.PublishedKey(name="k", key=KEY.public_key())])
    web = SnapshotLoader({did.document_address(NAME): Recorded(read=lambda: document)})
    body = sealed(key_id=f"{NAME}#k", tampered=tampered)
    assert (opened(body, loader=web) == Refused(MALFORMED)) is tampered
    assert opened(body) == Refused("valid_status_unknown", "list_seal_unknown")
    assert opened(sealed(key_id=f"{NAME}#other"), loader=web) == Refused(MISMATCH)


@pytest.mark.parametrize(
    "body",
    [
        sealed(tampered=True),
        sealed(x5c={DER: 1}),
        sealed(x5c=DER),
        sealed(x5c=5),
        sealed(x5c=[]),
        sealed(x5c=[DER] * 11),
        sealed(x5c=[DER, 5]),
        sealed(x5c=["AAAA"]),
    ],
)
def test_a_seal_that_does_not_hold(body: bytes) -> None:
    assert opened(body) == Refused(MALFORMED)


@pytest.mark.parametrize("body", [sealed([]), sealed("x"), b"", b"a.b.c", changed(sub=None), changed(status_list=None)])
def test_what_is_no_list(body: bytes) -> None:
    with pytest.raises(InputError) as caught:
        opened(body)
    assert caught.value.code == MALFORMED


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"iat": NOW + SKEW}, ""),
        ({"iat": NOW + SKEW + 1}, "valid_status_unknown"),
        ({"exp": NOW - SKEW}, ""),
        ({"exp": NOW - SKEW - 1}, "status_list_stale"),
        ({"exp": None, "iat": NOW - DAY}, ""),
        ({"exp": None, "iat": NOW - DAY - 1}, "status_list_stale"),
    ],
)
def test_a_list_of_another_time_hides_a_withdrawal(claims: dict[str, Any], code: str) -> None:
    found = opened(changed(**claims))
    assert (found.code if isinstance(found, Refused) else "") == code


def test_dates_end_in_the_year_9999() -> None:
    end = int(dt.datetime(9999, 12, 31, 23, 59, 59, tzinfo=dt.UTC).timestamp())
    assert not isinstance(opened(changed(exp=end)), Refused)
    with pytest.raises(InputError):
        opened(changed(exp=end + 1))
