"""The fast path gives, for the same claims and the same chance, the very bytes of the general path."""

from __future__ import annotations

import copy
import json
from typing import Any

import orjson
import pytest
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st

from mikra.errors import InputError
from mikra.sealing import sd_jwt
from mikra.sealing.algorithms import signature_fault
from mikra.sealing.keys import bare_signer
from mikra.sealing.sd_jwt.conceal import conceal
from mikra.sealing.sd_jwt.prepared import Prepared
from mikra.sealing.sd_jwt.template import Hole, Template
from tests.sealing.sd_jwts import CLAIMS, PATHS, chance, signer
from tests.sealing.test_sd_jwt import all_paths, names, values
from tests.simulators import europe

HOLES = {"family_name": "A", "given_name": 'Zoë "Z"', "level": 7, "iat": 5, "cnf": {"jwk": {"kty": "EC"}}}


def with_holes(claims: dict[str, Any], holes: dict[str, Any]) -> dict[str, Any]:
    return {name: Hole(name) if name in holes else value for name, value in claims.items()}


def filled(template: Template, given_values: dict[str, Any], seed: int = 1) -> tuple[bytes, list[str]]:
    ((rest, disclosures),) = template.fill([given_values], chance(seed))
    return template.prefix + rest, [d.decode() for d in disclosures]


@pytest.mark.parametrize("decoys", [0, 1, 3])
def test_the_same_bytes(decoys: int) -> None:
    template = Template(with_holes(CLAIMS, HOLES), PATHS, decoys=decoys)
    assert template.names == HOLES.keys()
    for seed in range(5):
        made = conceal({**CLAIMS, **HOLES}, PATHS, chance=chance(seed), decoys=decoys)
        assert filled(template, HOLES, seed) == (orjson.dumps(made.payload), list(made.disclosures))


@pytest.mark.parametrize("decoys", [0, 2])
def test_many_rows_are_one_after_the_other(decoys: int) -> None:
    template = Template(with_holes(CLAIMS, HOLES), PATHS, decoys=decoys)
    rows = [{**HOLES, "level": number, "given_name": f"Ana {number}"} for number in range(7)]
    stream = chance()
    made = [conceal({**CLAIMS, **row}, PATHS, chance=stream, decoys=decoys) for row in rows]
    filled_rows = template.fill(rows, chance())
    assert [template.prefix + rest for rest, _ in filled_rows] == [orjson.dumps(m.payload) for m in made]
    assert [[d.decode() for d in found] for _, found in filled_rows] == [list(m.disclosures) for m in made]
    assert template.fill([], chance()) == []


def test_without_concealment() -> None:
    template = Template(with_holes(CLAIMS, HOLES), ())
    assert filled(template, HOLES) == (orjson.dumps({**CLAIMS, **HOLES}), [])


@given(claims=st.dictionaries(names, values, min_size=1, max_size=4), data=st.data())
@settings(deadline=None, max_examples=150)
def test_the_law(claims: dict[str, Any], data: st.DataObject) -> None:
    holes = data.draw(st.sets(st.sampled_from(sorted(claims))))
    reachable = sorted((p for p in all_paths(claims) if len(p) == 1 or p[0] not in holes), key=str)
    paths = frozenset(data.draw(st.sets(st.sampled_from(reachable))))
    decoys = data.draw(st.integers(0, 2))
    template = Template(with_holes(claims, dict.fromkeys(holes)), paths, decoys=decoys)
    made = conceal(claims, paths, chance=chance(), decoys=decoys)
    assert filled(template, claims) == (orjson.dumps(made.payload), list(made.disclosures))


def test_sealed_as_the_general_path_seals() -> None:
    key = europe.key("Ed25519")
    own = bare_signer(key)
    prepared = Prepared(with_holes(CLAIMS, HOLES), signer=own, concealed=PATHS, key_id="did:web:u.example#k1")
    general = sd_jwt.issue(
        {**CLAIMS, **HOLES}, signer=own, concealed=PATHS, chance=chance(), key_id="did:web:u.example#k1"
    )
    assert prepared.seal([HOLES], chance()) == [general]


@pytest.mark.parametrize("kind", ["P-256", "RSA", "Ed25519"])
def test_sealed_under_any_key(kind: str) -> None:
    own = signer(kind)
    prepared = Prepared(with_holes(CLAIMS, HOLES), signer=own, concealed=PATHS)
    opened = sd_jwt.read(*prepared.seal([HOLES], chance()))
    (signature,) = opened.jwt.signatures
    public = x509.load_der_x509_certificate(own.certificate).public_key()
    assert signature_fault(own.algorithm, public, signature.value, opened.jwt.signing_input(signature)) == ""
    assert opened.claims == {**CLAIMS, **HOLES}


def test_chance_differs_each_time() -> None:
    prepared = Prepared(with_holes(CLAIMS, HOLES), signer=signer(), concealed=PATHS)
    stream = chance()
    one, two = map(sd_jwt.read, prepared.seal([HOLES, HOLES], stream))
    assert one.claims == two.claims
    assert not {d.text for d in one.disclosures} & {d.text for d in two.disclosures}


def test_a_hole_cannot_hold_disclosures() -> None:
    with pytest.raises(InputError):
        Template({"vct": "x", "address": Hole("address")}, {("address", "locality")})


@pytest.mark.parametrize("value", [{"_sd": []}, [{"...": "x"}]])
def test_reserved_names_do_not_come_through_a_hole(value: Any) -> None:
    template = Template({"vct": "x", "a": Hole("a")}, ())
    with pytest.raises(InputError) as caught:
        template.fill([{"a": value}], chance())
    assert caught.value.code == "sdjwt_reserved_claim"


def test_half_a_character() -> None:
    template = Template({"vct": "x", "a": Hole("a")}, ())
    with pytest.raises(InputError) as caught:
        template.fill([{"a": "\ud800"}], chance())
    assert caught.value.code == "json_bad_unicode"


def test_what_it_is_made_from_is_not_changed() -> None:
    claims = with_holes(CLAIMS, HOLES)
    before = copy.deepcopy(claims)
    Template(claims, PATHS).fill([HOLES], chance())
    assert claims == before
    assert json.loads(orjson.dumps(HOLES)) == HOLES
