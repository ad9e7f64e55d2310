"""RFC 9901 and SD-JWT VC: what is issued opens as what was meant, and nothing ambiguous opens."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mikra import strictjson
from mikra.errors import InputError
from mikra.sealing import sd_jwt
from mikra.sealing.sd_jwt import Kind
from mikra.sealing.sd_jwt.conceal import conceal, digest
from tests.sealing.sd_jwts import (
    CLAIMS,
    PATHS,
    b64,
    by_hand,
    chance,
    disclosure,
    issued,
    signer,
)
from tests.sealing.sd_jwts import digest as digest_of

VCT = {"vct": "https://university.example/vct/1"}


def refused(text: bytes) -> str:
    with pytest.raises(InputError) as caught:
        sd_jwt.read(text)
    return caught.value.code


def test_all_disclosed_is_all_that_was_sealed() -> None:
    opened = sd_jwt.read(issued())
    assert opened.claims == CLAIMS
    assert opened.kind is Kind.SD_JWT_VC
    assert opened.hidden == 0


def test_nothing_disclosed_is_what_is_open() -> None:
    opened = sd_jwt.read(sd_jwt.present(issued(), lambda place: False))
    assert opened.claims == {
        **{name: CLAIMS[name] for name in ("iss", "vct", "iat", "cnf", "issuing_country")},
        "learning_outcomes": [],
    }
    assert opened.hidden == 8


def test_a_claim_within_brings_what_holds_it() -> None:
    opened = sd_jwt.read(sd_jwt.present(issued(), lambda place: place == ("quality", 1, "year")))
    assert opened.claims["quality"] == [{"by": "ENQA", "year": 2024}]
    assert "address" not in opened.claims


def test_an_element_of_an_array() -> None:
    opened = sd_jwt.read(sd_jwt.present(issued(), lambda place: place == ("learning_outcomes", 1)))
    assert opened.claims["learning_outcomes"] == ["Measure"]


def test_digests_as_in_the_standard() -> None:
    """RFC 9901, 4.2.3 and 5.1 (its own examples)."""
    claim = "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0"
    assert digest(claim) == "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0"
    assert digest("WyJsa2x4RjVqTVlsR1RQVW92TU5JdkNBIiwgIkZSIl0") == "w0I8EKcdCtUPkGCNUrfwVp2xEgNjtoIDlOxc9-PlOhs"


def test_digests_do_not_show_the_order() -> None:
    payloads = [json.loads(sd_jwt.read(issued(chance=chance(seed))).jwt.payload) for seed in range(20)]
    first = [p["_sd"].index(sorted(p["_sd"])[0]) for p in payloads]
    assert set(first) == {0}
    texts = [sd_jwt.read(issued(chance=chance(seed))) for seed in range(20)]
    places = {
        tuple(
            name
            for d in json.loads(t.jwt.payload)["_sd"]
            for name in [next(x.place[0] for x in t.disclosures if digest(x.text) == d)]
        )
        for t in texts
    }
    assert len(places) > 5


def test_no_salt_and_no_digest_twice() -> None:
    salts = set()
    for seed in range(50):
        for one in sd_jwt.read(issued(chance=chance(seed))).disclosures:
            salts.add(json.loads(urlsafe_b64decode(one.text + "=="))[0])
    assert len(salts) == 50 * len(sd_jwt.read(issued()).disclosures)
    assert {len(salt) for salt in salts} == {24}


def test_decoys_are_like_digests_and_open_nothing() -> None:
    opened = sd_jwt.read(issued(decoys=2))
    assert opened.claims == CLAIMS
    assert opened.hidden == 2 * 7  # the claims, the outcomes, the address, its lines, quality, two years
    assert all(len(d) == 43 for d in json.loads(opened.jwt.payload)["_sd"])


def test_the_chain_goes_along_and_the_anchor_does_not() -> None:
    header = sd_jwt.read(issued()).header
    assert header["typ"] == "dc+sd-jwt"
    assert len(header["x5c"]) >= 1


def test_without_concealment_no_trace_of_it() -> None:
    payload = json.loads(sd_jwt.read(issued(concealed=())).jwt.payload)
    assert payload == CLAIMS


@pytest.mark.parametrize(
    "path",
    [("iss",), ("exp",), ("vct",), ("cnf",), ("cnf", "jwk"), ("status", "status_list"), ("vct#integrity",), ("nbf",)],
)
def test_what_must_stay_open(path: sd_jwt.Path) -> None:
    with pytest.raises(InputError, match="must stay open"):
        issued(concealed={path})
    name = str(path[-1])
    made = disclosure(name, "x")
    payload: dict[str, Any] = (
        {**VCT, "_sd": [digest_of(made)]} if len(path) == 1 else {**VCT, path[0]: {"_sd": [digest_of(made)]}}
    )
    payload.pop(name, None)
    assert refused(by_hand(payload, made)) in ("sdjwt_reserved_claim", "credential_malformed")


@pytest.mark.parametrize(
    "claims",
    [{**VCT, "_sd": []}, {**VCT, "a": {"...": 1}}, {**VCT, "a": [{"_sd_alg": 1}]}, {"a": 1}, {"vct": ""}],
)
def test_claims_that_are_not_sealed(claims: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        issued(claims, concealed=())


def test_a_private_key_is_not_sealed() -> None:
    with pytest.raises(InputError) as caught:
        issued({**VCT, "cnf": {"jwk": {"kty": "EC", "d": "x"}}}, concealed=())
    assert caught.value.code == "key_compromised"


GOOD = disclosure("name", "Zoë")
ELEMENT = disclosure("Plan")
INNER = disclosure("inner", 1)
OUTER = disclosure("outer", {"_sd": [digest_of(INNER)]})


def test_what_others_write_opens() -> None:
    payload = {**VCT, "_sd": [digest_of(GOOD), digest_of(OUTER)], "list": [{"...": digest_of(ELEMENT)}, "Measure"]}
    opened = sd_jwt.read(by_hand(payload, GOOD, INNER, ELEMENT, OUTER))
    assert opened.claims == {**VCT, "name": "Zoë", "outer": {"inner": 1}, "list": ["Plan", "Measure"]}


@pytest.mark.parametrize("typ", ["dc+sd-jwt", "vc+sd-jwt", "application/dc+sd-jwt"])
def test_types_that_are_read(typ: str) -> None:
    assert sd_jwt.read(by_hand(VCT, header={"typ": typ})).claims == VCT


def _nested(depth: int) -> tuple[dict[str, Any], list[str]]:
    made = [disclosure("x", 1)]
    for _ in range(depth):
        made.append(disclosure("x", {"_sd": [digest_of(made[-1])]}))
    return {**VCT, "_sd": [digest_of(made[-1])]}, made


HOSTILE: list[tuple[str, str, Any, tuple[str, ...]]] = [
    ("belongs nowhere", "sdjwt_unreferenced_disclosure", VCT, (GOOD,)),
    ("an inner one without its outer", "sdjwt_unreferenced_disclosure", {**VCT, "_sd": [digest_of(OUTER)]}, (INNER,)),
    ("twice", "sdjwt_duplicate_digest", {**VCT, "_sd": [digest_of(GOOD)]}, (GOOD, GOOD)),
    ("digest twice", "sdjwt_duplicate_digest", {**VCT, "_sd": [digest_of(GOOD)] * 2}, (GOOD,)),
    ("unopened digest twice", "sdjwt_duplicate_digest", {**VCT, "_sd": ["A" * 43] * 2}, ()),
    (
        "digest in two places",
        "sdjwt_duplicate_digest",
        {**VCT, "_sd": [digest_of(GOOD)], "a": {"_sd": [digest_of(GOOD)]}},
        (GOOD,),
    ),
    ("over an open claim", "sdjwt_claim_collision", {**VCT, "name": "A", "_sd": [digest_of(GOOD)]}, (GOOD,)),
    (
        "two of one name",
        "sdjwt_claim_collision",
        {**VCT, "_sd": [digest_of(GOOD), digest_of(disclosure("name", "B"))]},
        (GOOD, disclosure("name", "B")),
    ),
    ("named _sd", "sdjwt_reserved_claim", {**VCT, "_sd": [digest_of(disclosure("_sd", []))]}, (disclosure("_sd", []),)),
    ("named ...", "sdjwt_reserved_claim", {**VCT, "_sd": [digest_of(disclosure("...", 1))]}, (disclosure("...", 1),)),
    ("... as a claim", "sdjwt_reserved_claim", {**VCT, "a": {"...": "A" * 43}}, ()),
    ("... not alone", "sdjwt_reserved_claim", {**VCT, "a": [{"...": "A" * 43, "b": 1}]}, ()),
    ("... of a number", "sdjwt_reserved_claim", {**VCT, "a": [{"...": 1}]}, ()),
    ("... of a list", "sdjwt_reserved_claim", {**VCT, "a": [{"...": []}]}, ()),
    ("_sd_alg within", "sdjwt_reserved_claim", {**VCT, "a": {"_sd_alg": "sha-256"}}, ()),
    ("weak digests", "sdjwt_alg_not_allowed", {**VCT, "_sd_alg": "md5"}, ()),
    ("no digest name", "sdjwt_alg_not_allowed", {**VCT, "_sd_alg": ["sha-256"]}, ()),
    ("_sd no list", "jws_malformed", {**VCT, "_sd": "x"}, ()),
    ("_sd of numbers", "jws_malformed", {**VCT, "_sd": [1]}, ()),
    ("element as claim", "jws_malformed", {**VCT, "_sd": [digest_of(ELEMENT)]}, (ELEMENT,)),
    ("claim as element", "jws_malformed", {**VCT, "a": [{"...": digest_of(GOOD)}]}, (GOOD,)),
    ("not canonical", "base64url_not_canonical", VCT, (b64(b"[1]x")[:-1] + "9",)),
    ("another alphabet", "base64url_malformed", VCT, ("WyJ+",)),
    ("padding", "base64url_malformed", VCT, (GOOD + "=",)),
    ("a space", "base64url_malformed", VCT, (GOOD[:8] + " " + GOOD[8:],)),
    ("not JSON", "json_malformed", VCT, (b64(b"[1"),)),
    ("member twice", "json_duplicate_key", VCT, (b64(b'["s","n",{"a":1,"a":2}]'),)),
    ("NUL", "json_bad_unicode", VCT, (b64(b'["s","n","\\u0000"]'),)),
    ("half a character", "json_bad_unicode", VCT, (b64(b'["s","n","\\ud800"]'),)),
    ("a huge number", "json_number_range", VCT, (b64(b'["s","n",99999999999999999999]'),)),
    ("NaN", "json_not_a_number", VCT, (b64(b'["s","n",NaN]'),)),
    ("an object", "jws_malformed", VCT, (b64(b'{"a":"b"}'),)),
    ("one value", "jws_malformed", VCT, (b64(b'["s"]'),)),
    ("four values", "jws_malformed", VCT, (b64(b'["s","n",1,2]'),)),
    ("salt no text", "jws_malformed", VCT, (b64(b'[1,"n",2]'),)),
    ("name no text", "jws_malformed", VCT, (b64(b'["s",1,2]'),)),
    ("empty", "jws_malformed", VCT, ("",)),
    ("no type", "credential_malformed", {"a": 1}, ()),
    ("no claims", "credential_malformed", [], ()),
    ("too deep through disclosures", "sdjwt_too_deep", *_nested(60)),
]


@pytest.mark.parametrize(("code", "payload", "disclosures"), [h[1:] for h in HOSTILE], ids=[h[0] for h in HOSTILE])
def test_hostile(code: str, payload: Any, disclosures: tuple[str, ...]) -> None:
    assert refused(by_hand(payload, *disclosures)) == code


def test_deep_but_not_too_deep() -> None:
    payload, made = _nested(30)
    assert sd_jwt.read(by_hand(payload, *made)).hidden == 0


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ({"typ": "JWT"}, "jws_typ_mismatch"),
        ({"typ": "kb+jwt"}, "jws_typ_mismatch"),
        ({"alg": "none"}, "jws_alg_not_allowed"),
        ({"alg": "HS256"}, "jws_alg_not_allowed"),
        ({"jwk": {}}, "jws_header_not_allowed"),
        ({"x5u": "https://x.example"}, "jws_header_not_allowed"),
        ({"crit": ["exp"], "exp": 1}, "jws_crit_unknown"),
        ({"b64": False}, "jws_header_not_allowed"),
    ],
)
def test_headers_that_are_refused(header: dict[str, Any], code: str) -> None:
    assert refused(by_hand(VCT, header=header)) == code


@pytest.mark.parametrize("text", [b"", b"~", b"a.b.c", b"a.b.c~", b"\xff~", b"~~~", b"a.b.c~WyJhIl0~x.y.z"])
def test_no_sd_jwt(text: bytes) -> None:
    assert refused(text)


def test_claims_nested_too_deep_are_not_sealed() -> None:
    claims: dict[str, Any] = {"a": 1}
    for _ in range(50):
        claims = {"a": claims}
    with pytest.raises(InputError) as caught:
        issued({**VCT, **claims}, concealed=())
    assert caught.value.code == "sdjwt_too_deep"


def test_the_whole_is_no_disclosure() -> None:
    with pytest.raises(InputError):
        issued(VCT, concealed={()})


def test_letters_outside_ascii() -> None:
    token, *_ = by_hand(VCT).split(b"~")
    assert refused(token + "~WyJé~".encode()) == "jws_malformed"
    assert refused(token + "~é".encode()) == "jws_malformed"


def test_too_large_as_a_whole() -> None:
    text = by_hand({**VCT, "_sd": [digest_of(GOOD)]}, GOOD)
    with pytest.raises(InputError) as caught:
        sd_jwt.read(text, strictjson.Limits(max_bytes=len(text) - 1))
    assert caught.value.code == "too_large"
    assert sd_jwt.read(text, strictjson.Limits(max_bytes=len(text)))


def test_too_many_disclosures() -> None:
    assert refused(by_hand(VCT, *[disclosure("n", i) for i in range(2_001)])) == "too_large"


@pytest.mark.parametrize("name", ["sha-384", "sha-512"])
def test_longer_digests(name: str) -> None:
    import hashlib

    made = b64(hashlib.new(name.replace("-", ""), GOOD.encode()).digest())
    opened = sd_jwt.read(by_hand({**VCT, "_sd_alg": name, "_sd": [made]}, GOOD))
    assert opened.claims["name"] == "Zoë"


def test_the_json_form_is_the_compact_form() -> None:
    text = issued().decode()
    token, *disclosures, _ = text.split("~")
    protected, payload, signature = token.split(".")
    flat = {"payload": payload, "protected": protected, "signature": signature, "header": {"disclosures": disclosures}}
    general = {"payload": payload, "signatures": [{k: v for k, v in flat.items() if k != "payload"}]}
    assert sd_jwt.compact(flat) == sd_jwt.compact(general) == text.encode()


@pytest.mark.parametrize(
    "value",
    [None, [], {}, {"header": {}}, {"payload": "a", "protected": "b", "signature": "c", "header": {"disclosures": "x"}}]
    + [{"payload": "a", "protected": "b", "signature": "c", "header": {"disclosures": ["x~y"]}}]
    + [{"payload": "a", "protected": "b", "signature": "c", "header": {"disclosures": [], "kid": "x"}}]
    + [{"payload": "a", "signatures": [1]}, {"payload": "a", "signatures": []}],
)
def test_no_json_form(value: Any) -> None:
    with pytest.raises(InputError) as caught:
        sd_jwt.compact(value)
    assert caught.value.code == "jws_malformed"


def test_w3c_credentials_have_the_same_form() -> None:
    credential = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiableCredential"],
        "issuer": "did:web:university.example",
        "credentialSubject": {"name": "Zoë", "degree": "BSc"},
    }
    paths: set[sd_jwt.Path] = {("credentialSubject", "name")}
    own = signer()
    text = sd_jwt.issue(credential, signer=own, concealed=paths, chance=chance(), kind=Kind.W3C_CREDENTIAL)
    opened = sd_jwt.read(text)
    assert (opened.kind, opened.claims) == (Kind.W3C_CREDENTIAL, credential)
    with pytest.raises(InputError):
        sd_jwt.issue(credential, signer=own, concealed={("type", None)}, chance=chance(), kind=Kind.W3C_CREDENTIAL)
    with pytest.raises(InputError):
        sd_jwt.issue({"vc": credential}, signer=own, concealed=(), chance=chance(), kind=Kind.W3C_CREDENTIAL)


letters = st.characters(exclude_characters="\0", exclude_categories=("Cs",))
names = st.text(letters, min_size=1, max_size=6).filter(
    lambda n: n not in ({"_sd", "...", "_sd_alg"} | sd_jwt.ALWAYS_OPEN[Kind.SD_JWT_VC])
)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(letters, max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)


def all_paths(value: Any, path: sd_jwt.Path = ()) -> set[sd_jwt.Path]:
    found: set[sd_jwt.Path] = set()
    pairs = value.items() if isinstance(value, dict) else [(None, v) for v in value] if isinstance(value, list) else []
    for name, inner in pairs:
        found |= {(*path, name)} | all_paths(inner, (*path, name))
    return found


@given(claims=st.dictionaries(names, values, max_size=4), data=st.data())
@settings(deadline=None, max_examples=150)
def test_whatever_is_concealed_opens_again(claims: dict[str, Any], data: st.DataObject) -> None:
    """A law: conceal any set of paths, disclose all: the claims again; disclose none: nothing of a concealed one."""
    claims = {**claims, **VCT}
    reachable = sorted((p for p in all_paths(claims) if p[0] != "vct"), key=str)
    chosen = frozenset(data.draw(st.sets(st.sampled_from(reachable)))) if reachable else frozenset()
    made = conceal(claims, chosen, chance=chance(), decoys=data.draw(st.integers(0, 2)))
    assert len(set(made.disclosures)) == len(made.disclosures)
    text = by_hand(dict(made.payload), *made.disclosures)
    assert sd_jwt.read(text).claims == claims
    shown = sd_jwt.read(sd_jwt.present(text, lambda place: False))
    assert not shown.disclosures


def test_the_layout_of_the_tests_is_real() -> None:
    assert all_paths(CLAIMS) >= PATHS
