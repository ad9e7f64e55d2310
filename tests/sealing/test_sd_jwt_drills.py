"""Drills R3 and R5 for SD-JWT and its key binding: no mutant says anything else; nothing but our own errors."""

from __future__ import annotations

import json
import random
from base64 import urlsafe_b64decode
from collections.abc import Callable
from typing import Any

import pytest
from cryptography import x509

from mikra.codes import CODES
from mikra.errors import InputError
from mikra.sealing import sd_jwt
from mikra.sealing.algorithms import signature_fault
from mikra.sealing.keys import bare_signer
from mikra.sealing.sd_jwt import disclosures, key_binding
from mikra.sealing.sd_jwt.type_metadata import read_type
from mikra.strictjson import Limits
from tests.drills.mutants import mutants, tried
from tests.sealing.sd_jwts import AT, CLAIMS, b64, by_hand, disclosure, issued, signer
from tests.sealing.sd_jwts import digest as digest_of
from tests.sealing.test_only_our_errors import ODD, changed, places
from tests.simulators import europe

HOLDER = europe.key("P-256", "holder")
ASKED = {"nonce": "n-1", "audience": "https://verifier.example"}


def presentation(kind: str = "P-256") -> bytes:
    shown = sd_jwt.present(issued(signer=signer(kind)), lambda place: place[0] != "address")
    return sd_jwt.bind(shown, signer=bare_signer(HOLDER), at=AT, **ASKED)


DATA = presentation()
PROOF = DATA.rsplit(b"~", 1)[1]


def ours(error: InputError) -> None:
    assert error.code in CODES, error


def unb64(text: bytes) -> bytes:
    return urlsafe_b64decode(text + b"==")


def accepted(data: bytes, kind: str = "P-256") -> tuple[Any, ...] | None:
    """What passes says this, None where it is refused. A presentation is asked for: without its proof it is refused."""
    try:
        opened = sd_jwt.read(data)
        found = sd_jwt.read_key_binding(opened.key_binding)
    except InputError as error:
        ours(error)
        return None
    (one,) = opened.jwt.signatures
    public: Any = x509.load_der_x509_certificate(signer(kind).certificate).public_key()
    faults = [
        signature_fault(one.algorithm, public, one.value, opened.jwt.signing_input(one)),
        sd_jwt.binding_fault(found, opened.presented, HOLDER.public_key()),
        sd_jwt.answer_fault(found, at=AT, skew=AT - AT, **ASKED),
    ]
    return None if any(faults) else (opened.kind, opened.claims, one.protected)


@pytest.mark.drill("R3")
@pytest.mark.parametrize("kind", ["P-256", "Ed25519"])
def test_no_mutant_passes(
    kind: str, amount: Callable[[int, int], int], record_property: Callable[[str, object], None]
) -> None:
    data = presentation(kind)
    count = amount(500, 100_000)
    refused, forged = tried(data, lambda mutant: accepted(mutant, kind), count=count, seed=7)
    record_property(f"mutants of an SD-JWT with key binding ({kind})", f"{count}, refused {refused}, forged {forged}")
    assert forged == []
    assert refused == count


@pytest.mark.drill("R3")
def test_no_disclosure_can_be_moved_between_two(amount: Callable[[int, int], int]) -> None:
    """Parts of one genuine attestation in another: refused, or nothing but what that one says."""
    parts = [issued(claims={**CLAIMS, "family_name": name}).split(b"~") for name in ("Pop", "Wu")]
    chance = random.Random(11)
    for _ in range(amount(200, 20_000)):
        first, second = (chance.choice(parts) for _ in range(2))
        mixed = [first[0], *(chance.choice([first, second])[i] for i in range(1, len(first) - 1)), b""]
        try:
            name = sd_jwt.read(b"~".join(mixed)).claims.get("family_name")
        except InputError:
            continue
        assert name == sd_jwt.read(b"~".join(first)).claims["family_name"]


@pytest.mark.parametrize(
    ("module", "name", "skipped"),
    [
        (key_binding, "signature_fault", lambda *_: ""),
        (key_binding, "sd_hash", lambda presented: json.loads(unb64(PROOF.split(b".")[1]))["sd_hash"]),
    ],
)
def test_the_faults_that_the_drill_must_see(
    monkeypatch: pytest.MonkeyPatch, module: Any, name: str, skipped: Any
) -> None:
    """With one check skipped, mutants pass."""
    original = accepted(DATA)
    monkeypatch.setattr(module, name, skipped)
    shorter = sd_jwt.present(issued(), lambda place: False) + PROOF
    results = [accepted(mutant) for _, mutant in mutants(DATA, 3_000, seed=1)] + [accepted(shorter)]
    assert any(result is not None for result in results)
    assert original is not None


def never_raises(data: bytes) -> bool:
    """Whether it opened; anything but an InputError with a code of ours is the test's failure."""
    try:
        opened = sd_jwt.read(data)
        if opened.key_binding:
            sd_jwt.read_key_binding(opened.key_binding)
    except InputError as error:
        ours(error)
        return False
    return True


@pytest.mark.drill("R5")
@pytest.mark.parametrize("odd", range(len(ODD)))
def test_something_odd_at_every_place(odd: int) -> None:
    inner = disclosure("x", [{"y": 1}])
    payload: Any = {"vct": "urn:x", "_sd_alg": "sha-256", "a": {"_sd": ["A" * 43]}, "l": [{"...": "B" * 43}, 1]}
    header: Any = {"typ": "dc+sd-jwt", "kid": "k", "x5c": ["AAAA"]}
    content: Any = ["salt", "name", {"z": [1, {"_sd": ["C" * 43]}]}]
    for path in places(payload):
        never_raises(by_hand(changed(payload, path, ODD[odd]), inner))
    for path in list(places(header))[1:]:
        never_raises(by_hand(payload, header=changed(header, path, ODD[odd])))
    for path in places(content):
        made = b64(json.dumps(changed(content, path, ODD[odd])).encode())
        never_raises(by_hand({**payload, "_sd": [digest_of(made)]}, made))
    claims: Any = {"iat": 1, "aud": "a", "nonce": "n", "sd_hash": "h"}
    for path in places(claims):
        body = b64(json.dumps(changed(claims, path, ODD[odd])).encode())
        proof = f"{PROOF.split(b'.')[0].decode()}.{body}.AAAA"
        never_raises(issued() + proof.encode())


@pytest.mark.drill("R5")
def test_damaged_bytes(amount: Callable[[int, int], int], record_property: Callable[[str, object], None]) -> None:
    chance = random.Random(13)
    seeds = [presentation(), issued(), by_hand({"vct": "urn:x"})]
    count = amount(2_000, 100_000)
    for _ in range(count):
        mutant = bytearray(chance.choice(seeds))
        for _ in range(chance.choice([1, 1, 2, 5, 30])):
            at = chance.randrange(len(mutant))
            mutant[at : at + chance.randrange(9)] = chance.choice([b"", b"~", b".", b"~~", chance.randbytes(3), b"WyJ"])
        never_raises(bytes(mutant))
    record_property("damaged SD-JWTs", count)


@pytest.mark.drill("R5")
def test_damaged_json_forms_and_types(amount: Callable[[int, int], int]) -> None:
    whole: Any = {
        "payload": "a",
        "signatures": [{"protected": "b", "signature": "c", "header": {"disclosures": ["d"]}}],
    }
    description: Any = {"vct": "x", "claims": [{"path": ["a", None], "sd": "always", "mandatory": True}]}
    for odd in ODD:
        for path in places(whole):
            try:
                never_raises(sd_jwt.compact(changed(whole, path, odd)))
            except InputError as error:
                ours(error)
        for path in places(description):
            try:
                read_type(json.dumps(changed(description, path, odd)).encode())
            except InputError as error:
                ours(error)


def test_the_fault_that_the_fuzzing_must_see(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(texts: list[bytes], limits: Limits) -> list[Any]:
        raise ValueError("planted")

    monkeypatch.setattr(disclosures, "_all_at_once", crash)
    with pytest.raises(ValueError, match="planted"):
        test_damaged_bytes(lambda fast, full: 50, lambda name, value: None)
