"""ecdsa-sd-2023: any choice of parts verifies, shows nothing else, and no twin does."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mikra.errors import InputError
from mikra.sealing import cbor, ecdsa_sd, multibase
from mikra.sealing import data_integrity as di
from mikra.verification import Policy, verify
from tests.sealing.di_keys import AT, badge, credential, issuer

BY = issuer("P-256")
MANDATORY = ["/issuer", "/validFrom"]
PLACES = [
    "/name",
    "/credentialSubject",
    "/credentialSubject/achievement",
    "/credentialSubject/achievement/name",
    "/credentialSubject/achievement/alignment/0",
    "/credentialSubject/achievement/alignment/2/targetName",
    "/credentialSubject/identifier/0/identityHash",
    "/credentialSubject/result",
    "/credentialSubject/creditsEarned",
]


def base(document: dict[str, Any] | None = None, mandatory: list[str] = MANDATORY) -> dict[str, Any]:
    return ecdsa_sd.seal(
        document or badge(BY.did),
        signer=BY.signer,
        method=BY.method,
        at=AT,
        mandatory=mandatory,
        chance=bytes(range(64)),
    )


BASE = base()


def fault(document: dict[str, Any]) -> str:
    (proof,) = di.read_proofs(document)
    return di.proof_fault(document, proof, BY.public)


@settings(max_examples=25)
@given(st.lists(st.sampled_from(PLACES), unique=True))
def test_any_choice_of_parts(places: list[str]) -> None:
    shown = ecdsa_sd.derive(BASE, places)
    assert fault(shown) == ""
    text = json.dumps(shown, ensure_ascii=False)
    if not any(place.startswith(("/credentialSubject/identifier", "/credentialSubject")) for place in places):
        assert "O'Brien" not in text
    assert shown["issuer"] == BASE["issuer"]


def test_the_whole_report_on_parts() -> None:
    shown = ecdsa_sd.derive(BASE, ["/credentialSubject/achievement/name"])
    policy = Policy(trusted_issuers=frozenset({BY.did}))
    (report,) = verify(json.dumps(shown).encode(), at=AT, policy=policy)
    assert report.code == "valid"
    shown["credentialSubject"]["achievement"]["name"] = "Doctor"
    (report,) = verify(json.dumps(shown).encode(), at=AT, policy=policy)
    assert report.code == "signature_invalid"


def test_nothing_can_be_left_out_or_added() -> None:
    shown = ecdsa_sd.derive(BASE, ["/credentialSubject/achievement/name", "/name"])
    without = {name: value for name, value in shown.items() if name != "name"}
    assert fault(without) == "signature_invalid"
    assert fault(shown | {"validFrom": "2026-01-02T00:00:00Z"}) == "signature_invalid"
    assert fault(shown | {"validUntil": "2036-01-02T00:00:00Z"}) == "signature_invalid"


def changed(document: dict[str, Any], number: int, value: Any) -> dict[str, Any]:
    """The proof value with another part in one place."""
    twin = copy.deepcopy(document)
    data = multibase.decode(twin["proof"]["proofValue"], "u")
    parts = cbor.decode(data[3:])
    parts[number] = value
    twin["proof"]["proofValue"] = multibase.encode_u(data[:3] + cbor.encode(parts))
    return twin


@pytest.mark.parametrize("number", range(5))
@pytest.mark.parametrize(
    "value", [b"", b"x" * 64, b"\x80\x24" + b"\x02" * 33, [], [b"x"], {}, {0: b"x"}, 5, "x", [999]]
)
def test_proof_values_that_are_wrong(number: int, value: Any) -> None:
    for document in (BASE, ecdsa_sd.derive(BASE, ["/name", "/credentialSubject/achievement"])):
        try:
            assert fault(changed(document, number, value)) == "signature_invalid"
        except InputError as error:
            assert error.code in {"proof_value_malformed", "credential_malformed", "signature_invalid"}  # noqa: PT017


@pytest.mark.parametrize("pointer", ["name", "/nothing", "/credentialSubject/achievement/alignment/9", "/type/-1"])
def test_pointers_to_nowhere(pointer: str) -> None:
    for action in (lambda: ecdsa_sd.derive(BASE, [pointer]), lambda: base(mandatory=[pointer])):
        with pytest.raises(InputError) as caught:
            action()
        assert caught.value.code == "credential_malformed"


def refusal(action: Callable[[], object]) -> str:
    with pytest.raises(InputError) as caught:
        action()
    return caught.value.code


def test_a_seal_of_this_kind_is_the_only_one_and_made_with_fresh_chance() -> None:
    how: dict[str, Any] = {"signer": BY.signer, "method": BY.method, "at": AT, "mandatory": MANDATORY}
    for chance in (b"", bytes(63), bytes(65)):
        with pytest.raises(InputError, match="bytes of chance"):
            ecdsa_sd.seal(badge(BY.did), chance=chance, **how)
    with pytest.raises(InputError, match="the only one"):
        ecdsa_sd.seal(BASE, chance=bytes(64), **how)


def test_parts_are_shown_of_a_base_seal_of_this_kind_alone() -> None:
    many = BASE | {"proof": [BASE["proof"], BASE["proof"]]}
    value = multibase.encode_z(multibase.decode(BASE["proof"]["proofValue"], "u")[:64])
    other = BASE | {"proof": BASE["proof"] | {"cryptosuite": "ecdsa-rdfc-2019", "proofValue": value}}
    shown = ecdsa_sd.derive(BASE, ["/name"])
    for document in (many, other, shown):
        assert refusal(lambda given=document: ecdsa_sd.derive(given, ["/name"])) == "proof_not_supported"


def test_parts_are_not_shown_of_a_credential_that_does_not_fit_its_seal() -> None:
    grown = copy.deepcopy(BASE)
    grown["credentialSubject"]["achievement"]["humanCode"] = "WATER-Q"
    assert refusal(lambda: ecdsa_sd.derive(grown, ["/name"])) == "signature_invalid"


def parts_of(document: dict[str, Any]) -> list[Any]:
    return list(cbor.decode(multibase.decode(document["proof"]["proofValue"], "u")[3:]))


def test_labels_are_those_of_the_nodes_that_are_shown() -> None:
    shown = ecdsa_sd.derive(BASE, ["/credentialSubject/achievement/name"])
    labels = parts_of(shown)[3]
    more = labels | {max(labels) + 1: bytes(32)}
    renumbered = {number + 1: label for number, label in labels.items()}
    for wrong in (more, renumbered):
        assert refusal(lambda given=wrong: fault(changed(shown, 3, given))) == "signature_invalid"


def test_statements_are_numbered_once() -> None:
    shown = ecdsa_sd.derive(BASE, ["/name"])
    numbers = parts_of(shown)[4]
    assert refusal(lambda: fault(changed(shown, 4, [*numbers, numbers[0]]))) == "proof_value_malformed"


@pytest.mark.parametrize("header", [b"\xd9\x5d\x02", b"\xd9\x5c\x00", b""])
def test_a_proof_value_is_of_one_kind_or_the_other(header: bytes) -> None:
    shown = ecdsa_sd.derive(BASE, ["/name"])
    for document in (BASE, shown):
        data = multibase.decode(document["proof"]["proofValue"], "u")
        twin = document | {"proof": document["proof"] | {"proofValue": multibase.encode_u(header + data[3:])}}
        assert refusal(lambda given=twin: fault(given)) == "proof_value_malformed"


@pytest.mark.parametrize("value", [5, b"x", {}, [], [b"x"] * 4, [b"x"] * 6])
def test_a_proof_value_has_five_parts(value: Any) -> None:
    for document in (BASE, ecdsa_sd.derive(BASE, ["/name"])):
        data = multibase.decode(document["proof"]["proofValue"], "u")
        twin = document | {
            "proof": document["proof"] | {"proofValue": multibase.encode_u(data[:3] + cbor.encode(value))}
        }
        assert refusal(lambda given=twin: fault(given)) == "proof_value_malformed"


def test_each_statement_has_a_whole_signature() -> None:
    for document, place in ((BASE, 3), (ecdsa_sd.derive(BASE, ["/name"]), 2)):
        signatures = parts_of(document)[place]
        twin = changed(document, place, [*signatures[1:], b"x"])
        assert refusal(lambda given=twin: fault(given)) == "proof_value_malformed"


def test_more_places_than_anybody_chooses() -> None:
    assert refusal(lambda: ecdsa_sd.derive(BASE, ["/name"] * 501)) == "credential_malformed"


def test_more_signatures_than_anybody_needs() -> None:
    twin = changed(BASE, 3, [bytes(64)] * 2_001)
    with pytest.raises(InputError) as caught:
        fault(twin)
    assert caught.value.code == "canonicalization_budget"


def test_a_derived_seal_cannot_be_derived_again_nor_can_others() -> None:
    with pytest.raises(InputError):
        ecdsa_sd.derive(ecdsa_sd.derive(BASE, ["/name"]), ["/name"])
    with pytest.raises(InputError):
        ecdsa_sd.derive(credential(BY.did), ["/name"])


def test_names_within_the_document_are_not_taken() -> None:
    with pytest.raises(InputError):
        base(credential(BY.did, credentialSubject={"id": "_:b0", "name": "x"}))
    with pytest.raises(InputError):
        base(credential(BY.did, credentialSubject={"id": "urn:bnid:b0", "name": "x"}))


@given(
    st.recursive(
        st.integers(0, 2**64 - 1) | st.binary(max_size=300) | st.text(max_size=30),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.integers(0, 300), inner, max_size=3),
        max_leaves=12,
    )
)
def test_cbor_both_ways(value: Any) -> None:
    try:
        assert cbor.decode(cbor.encode(value)) == value
    except InputError:
        assert str(value).count("[") + str(value).count("{") > 5


def test_cbor_within_bounds() -> None:
    assert cbor.decode(bytes.fromhex("8181818180")) == [[[[[]]]]]
    with pytest.raises(InputError):
        cbor.decode(bytes.fromhex("818181818180"))
    with pytest.raises(InputError):
        cbor.decode(b"\x9a\0\1\0\0" + bytes(1 << 16))


@pytest.mark.parametrize(
    "text",
    [
        *("", "1800", "190017", "5f", "f6", "a20000", "a200010002", "0000", "43aabb", "6180"),
        *("1c", "1c" + "ff" * 16, "1f", "19ff", "1affffff", "c001", "e0", "f4", "5818ff", "8243aabb", "821affffff"),
    ],
)
def test_cbor_in_one_form_only(text: str) -> None:
    with pytest.raises(InputError):
        cbor.decode(bytes.fromhex(text))
