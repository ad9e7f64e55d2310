"""VCALM 1.0, interaction links and exchanges: both ends; each yes has a no beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from hypothesis import given
from hypothesis import strategies as st

from mikra.errors import ProtocolError
from mikra.exchange import vc_api_exchange as vcapi
from mikra.exchange.vc_api_exchange import Expected, Request
from mikra.sealing import data_integrity_seal
from mikra.sealing.keys import bare_signer
from mikra.trust import did

AT = dt.datetime(2026, 11, 27, 12, 0, tzinfo=dt.UTC)
DOMAIN = "https://mc.example.edu"
ADDRESS = f"{DOMAIN}/issuers/zed/open/interactions/Z1"
ASKED = Request(challenge="c-1", domain=DOMAIN)
EXPECTED = Expected(challenge="c-1", domain=DOMAIN, at=AT)
KEY = ed25519.Ed25519PrivateKey.from_private_bytes(b"\7" * 32)
OTHER = ed25519.Ed25519PrivateKey.from_private_bytes(b"\x08" * 32)
CURVE = ec.derive_private_key(7, ec.SECP256R1())
V1 = "https://www.w3.org/2018/credentials/v1"


def shown(key: Any = KEY, asked: Request = ASKED, at: dt.datetime = AT, **more: str) -> dict[str, Any]:
    made: dict[str, Any] = vcapi.present(asked, bare_signer(key), key.public_key(), at=at, **more)
    return dict(made["verifiablePresentation"])


def signed(bare: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """Whatever somebody signs, with the right key."""
    wanted: dict[str, Any] = {
        "suite": vcapi.ED25519_2020,
        "signer": bare_signer(KEY),
        "method": did.key_url(did.did_key(KEY.public_key())),
        "at": AT,
        "purpose": "authentication",
        "challenge": "c-1",
        "domain": DOMAIN,
        **changed,
    }
    holder = {"holder": did.did_key(KEY.public_key())} if "holder" not in bare else {}
    return data_integrity_seal.add_proof(
        {"@context": [V1], "type": ["VerifiablePresentation"], **holder, **bare}, **wanted
    )


def code(presentation: dict[str, Any], expected: Expected = EXPECTED) -> tuple[str, str]:
    with pytest.raises(ProtocolError) as caught:
        vcapi.check(presentation, expected)
    return caught.value.code, caught.value.where.rpartition("/")[2]


@pytest.mark.parametrize("suite", ["Ed25519Signature2020", "eddsa-rdfc-2022", "eddsa-jcs-2022"])
def test_a_wallet_proves_its_key_by_each_suite_of_edwards(suite: str) -> None:
    holder = vcapi.check(shown(suite=suite), EXPECTED)
    assert holder.did == did.did_key(KEY.public_key())
    assert holder.key == KEY.public_key()


@pytest.mark.parametrize("suite", ["ecdsa-rdfc-2019", "ecdsa-jcs-2019"])
def test_and_by_each_of_the_nist_curves(suite: str) -> None:
    assert vcapi.check(shown(CURVE, suite=suite), EXPECTED).did == did.did_key(CURVE.public_key())


@pytest.mark.parametrize(
    ("challenge", "domain", "where"),
    [
        ("c-2", DOMAIN, "challenge"),
        ("", DOMAIN, "challenge"),
        ("c-1", "https://other.example", "domain"),
        ("c-1", f"{DOMAIN}/", "domain"),
        ("c-1", "", "domain"),
        ("c-1", [DOMAIN, "https://other.example"], "domain"),
    ],
)
def test_what_was_signed_for_another_request_is_refused(challenge: str, domain: Any, where: str) -> None:
    assert code(signed({}, challenge=challenge, domain=domain)) == ("invalid_proof", where)
    assert vcapi.check(signed({}), EXPECTED).did


@pytest.mark.parametrize("seconds", [-6 * 60 - 1, 61, -86_400, 86_400])
def test_what_was_signed_at_another_time_is_refused(seconds: int) -> None:
    assert code(shown(at=AT + dt.timedelta(seconds=seconds))) == ("invalid_proof", "created")
    assert vcapi.check(shown(at=AT - dt.timedelta(minutes=5)), EXPECTED).did
    assert vcapi.check(shown(at=AT + dt.timedelta(seconds=59)), EXPECTED).did


def test_the_holder_is_who_signed() -> None:
    other = did.did_key(OTHER.public_key())
    assert code(shown(holder=other)) == ("invalid_proof", "holder")
    assert code(signed({"holder": {"id": other}})) == ("invalid_proof", "holder")
    assert vcapi.check(signed({"holder": {"id": did.did_key(KEY.public_key())}}), EXPECTED).did
    nobody = shown()
    del nobody["holder"]
    assert code(nobody)[0] == "invalid_proof"


def test_another_key_did_not_sign() -> None:
    made = shown()
    made["proof"] = {**made["proof"], "verificationMethod": did.key_url(did.did_key(OTHER.public_key()))}
    assert code(made) == ("invalid_proof", "proof")
    made["proof"] = {**made["proof"], "verificationMethod": f"{did.did_key(KEY.public_key())}#other"}
    assert code(made)[0] == "invalid_proof"
    named = did.did_jwk(KEY.public_key())
    by_jwk = signed({"holder": named}, method=f"{named}#0")
    assert code(by_jwk) == ("invalid_proof", "verificationMethod")


def test_one_proof_for_authentication() -> None:
    assert code(signed({}, purpose="assertionMethod")) == ("invalid_proof", "proofPurpose")
    twice = shown()
    twice["proof"] = [twice["proof"], twice["proof"]]
    assert code(twice) == ("invalid_proof", "proof")
    bare = shown()
    del bare["proof"]
    assert code(bare)[0] == "invalid_proof"


def test_a_suite_that_hides_parts_proves_no_holder() -> None:
    made = shown(CURVE, suite="ecdsa-rdfc-2019")
    made["proof"] = {**made["proof"], "cryptosuite": "ecdsa-sd-2023", "proofValue": "u2V0A"}
    assert code(made) == ("invalid_proof", "proof")


def test_an_end_that_is_over() -> None:
    made = shown()
    made["proof"] = {**made["proof"], "expires": "2026-11-27T11:00:00Z"}
    assert code(made)[0] == "invalid_proof"


@pytest.mark.parametrize(
    "bare",
    [
        {"verifiableCredential": [{"@context": [V1], "type": ["VerifiableCredential"]}]},
        {"type": ["VerifiablePresentation", "VerifiableCredential"]},
        {"type": ["VerifiableCredential"]},
    ],
)
def test_it_presents_nothing_else(bare: dict[str, Any]) -> None:
    assert code(signed(bare))[0] == "invalid_request"
    assert vcapi.check(signed({"verifiableCredential": []}), EXPECTED).did


def test_a_vocabulary_that_nobody_knows() -> None:
    made = shown()
    made["@context"] = ["https://unknown.example/v1"]
    assert code(made)[0] == "invalid_request"


CHANGES: list[Callable[[dict[str, Any]], Any]] = [
    lambda one: one.update(holder=did.did_key(OTHER.public_key())),
    lambda one: one.update(id="urn:uuid:8a2f1d0c-0000-4000-8000-000000000000"),
    lambda one: one["proof"].update(created="2026-11-27T12:00:01Z"),
    lambda one: one["proof"].update(challenge="c-2"),
    lambda one: one["proof"].update(domain="https://other.example"),
    lambda one: one["proof"].update(nonce="more"),
    lambda one: one["proof"].update(proofPurpose="assertionMethod"),
    lambda one: one["proof"].update(proofValue=one["proof"]["proofValue"][:-1] + "1"),
]


@pytest.mark.parametrize("number", range(len(CHANGES)))
def test_any_change_is_seen(number: int) -> None:
    made = shown()
    made["proof"] = dict(made["proof"])
    CHANGES[number](made)
    assert code(made)[0] == "invalid_proof"


def test_a_link_leads_to_the_ways_and_back() -> None:
    link = vcapi.link(ADDRESS)
    assert link == f"interaction:{ADDRESS}?iuv=1"
    assert vcapi.read_link(link) == vcapi.read_link(link.removeprefix("interaction:")) == f"{ADDRESS}?iuv=1"
    for wrong in (ADDRESS, f"{ADDRESS}?iuv=2", "interaction:ftp://x?iuv=1", "", f"{ADDRESS}?iuv=12"):
        with pytest.raises(ProtocolError):
            vcapi.read_link(wrong)
    told = vcapi.protocols(vcapi="https://x/exchanges/1", offer="openid-credential-offer://?x")
    assert set(told["protocols"]) == {"vcapi", "OID4VCI"}
    assert set(vcapi.protocols(vcapi="https://x")["protocols"]) == {"vcapi"}


def test_what_is_asked_is_read_back() -> None:
    asked = vcapi.request(challenge="c-1", domain=DOMAIN)
    (query,) = asked["verifiablePresentationRequest"]["query"]
    assert query["type"] == "DIDAuthentication"
    assert query["acceptedCryptosuites"][0] == {"cryptosuite": "Ed25519Signature2020"}
    assert vcapi.read_request(orjson.dumps(asked)) == ASKED
    for wrong in (b"{}", b'{"verifiablePresentationRequest":{"challenge":"c"}}', b"[]", b""):
        with pytest.raises(ProtocolError):
            vcapi.read_request(wrong)


def test_messages() -> None:
    assert vcapi.read_message(b"") is None
    assert vcapi.read_message(b" {} ") is None
    assert vcapi.read_message(b'{"verifiablePresentation":{"a":1}}') == {"a": 1}
    for wrong in (b"[]", b"1", b'{"verifiablePresentation":[]}', b'{"other":1}', b"{" + b" " * 70_000 + b"}"):
        with pytest.raises(ProtocolError) as caught:
            vcapi.read_message(wrong)
        assert caught.value.code == "invalid_request"


def test_what_is_given_is_read_back() -> None:
    assert vcapi.read_response(orjson.dumps(vcapi.response([{"id": "1"}]))) == ({"id": "1"},)
    assert vcapi.response([{}], redirect="https://x")["redirectUrl"] == "https://x"
    for wrong in (b"{}", b"[]", b'{"verifiablePresentation":{"verifiableCredential":[]}}', b"nonsense"):
        with pytest.raises(ProtocolError):
            vcapi.read_response(wrong)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=8), inside, max_size=3),
    max_leaves=8,
)


@given(name=st.sampled_from(["@context", "type", "holder", "proof", "verifiableCredential", "id"]), value=_JSON)
def test_nothing_that_is_sent_breaks_it(name: str, value: Any) -> None:
    made = shown()
    if made.get(name) != value:
        made[name] = value
        try:
            vcapi.check(made, EXPECTED)
        except ProtocolError:
            return
        assert name == "verifiableCredential"
        assert value == []


@given(
    name=st.sampled_from(["type", "created", "expires", "verificationMethod", "challenge", "domain", "proofValue"]),
    value=_JSON,
)
def test_nor_what_stands_in_its_proof(name: str, value: Any) -> None:
    made = shown()
    if made["proof"].get(name) != value:
        made["proof"] = {**made["proof"], name: value}
        with pytest.raises(ProtocolError):
            vcapi.check(made, EXPECTED)
