"""The usual layout opened at once says what the walk says; whatever is not usual is left to the walk."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mikra.errors import InputError
from mikra.sealing import sd_jwt
from mikra.sealing.sd_jwt import flat
from tests.sealing.sd_jwts import b64, by_hand, chance, digest, disclosure, issued

READ = importlib.import_module("mikra.sealing.sd_jwt.read")
VCT = {"vct": "https://university.example/vct/1"}
NAME, LEVEL, PLAN, MEASURE = (
    disclosure("name", "Șerban"),
    disclosure("level", 6),
    disclosure("Plan"),
    disclosure("Measure"),
)
TEXTS = [NAME, LEVEL, PLAN, MEASURE, disclosure("name", "Pop"), disclosure("cnf", "x"), disclosure("x", [1])]
DIGESTS = [digest(text) for text in TEXTS] + ["A" * 43, "_sd", "..."]
ONE = st.sampled_from(DIGESTS)
ELEMENTS = st.lists(st.one_of(ONE.map(lambda text: {"...": text}), st.sampled_from(["x", {"a": 1}, {}, [], 3])))
PAYLOADS = st.fixed_dictionaries(
    {"vct": st.just("https://university.example/vct/1")},
    optional={
        "_sd": st.lists(ONE, unique=True) | st.lists(ONE) | st.sampled_from([None, "A", [1], [[]], {}]),
        "_sd_alg": st.sampled_from(["sha-256"] * 5 + ["md5", None]),
        "outcomes": ELEMENTS,
        "quality": ELEMENTS | st.just({"_sd": ["A" * 43]}),
        "name": st.sampled_from(["x", "_sd", "...", "a\\b", {"...": "A" * 43}, [["x"]]]),
        "more": st.sampled_from([{"a": {"_sd": ["B" * 43]}}, {"...": "x", "y": 1}, {"_sd_alg": "x"}, {"b": ["..."]}]),
        "...": ONE,
    },
)


def said(text: bytes) -> object:
    """What a reader is told, or the code of the refusal."""
    try:
        opened = sd_jwt.read(text)
    except InputError as error:
        return error.code
    return opened, opened.disclosures, list(opened.claims)


def by_the_walk(text: bytes) -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(READ, "open_flat", lambda *_: None)
        return said(text)


@given(PAYLOADS, st.lists(st.sampled_from(TEXTS), max_size=6))
def test_at_once_is_by_the_walk(payload: dict[str, Any], texts: list[str]) -> None:
    text = by_hand(payload, *texts)
    assert said(text) == by_the_walk(text)


@given(PAYLOADS)
def test_the_same_with_whatever_belongs(payload: dict[str, Any]) -> None:
    """The disclosures whose digests are there, so that more is opened than by chance."""
    written = json.dumps(payload)
    text = by_hand(payload, *(each for each in TEXTS if digest(each) in written))
    assert said(text) == by_the_walk(text)


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], bool]:
    """Whether a text goes the short way."""
    found: list[flat.Opened | None] = []

    def spied(*given: Any) -> flat.Opened | None:
        found.append(flat.open_flat(*given))
        return found[-1]

    monkeypatch.setattr(READ, "open_flat", spied)

    def goes(text: bytes) -> bool:
        assert said(text) == by_the_walk(text)
        monkeypatch.setattr(READ, "open_flat", spied)
        found.clear()
        said(text)
        return found != [None]

    return goes


USUAL = {"outcomes": ["Plan", "Measure"], "name": "Șerban", "level": 6, "context": ["x", {"a": [1]}], **VCT}
PATHS = {("outcomes", None), ("name",), ("level",)}


@pytest.mark.parametrize("shown", [PATHS, {("outcomes", 1), ("level",)}, set()])
def test_the_usual_layout_goes_the_short_way(shown: set[Any], short: Callable[[bytes], bool]) -> None:
    sealed = issued(claims=USUAL, concealed=PATHS, chance=chance(), decoys=2)
    text = sd_jwt.present(sealed, lambda place: place in shown or (place[0], None) in shown)
    assert short(text)
    assert short(issued(claims=USUAL, concealed=set()))


@pytest.mark.parametrize(
    ("payload", "texts"),
    [
        ({"_sd": [digest(NAME)] * 2}, [NAME]),
        ({"_sd": ["A" * 43] * 2}, []),
        ({"_sd": ["A" * 43], "outcomes": [{"...": "A" * 43}]}, []),
        ({"_sd": [digest(NAME)], "outcomes": [{"...": digest(NAME)}]}, [NAME]),
        ({"_sd": [digest(PLAN)]}, [PLAN]),
        ({"outcomes": [{"...": digest(NAME)}]}, [NAME]),
        ({"_sd": [digest(NAME)], "name": "x"}, [NAME]),
        ({"_sd": [digest(NAME), digest(TEXTS[4])]}, [NAME, TEXTS[4]]),
        ({"_sd": [digest(NAME)]}, [NAME, LEVEL]),
        ({"_sd": [digest(NAME)], "within": {"_sd": [digest(LEVEL)]}}, [NAME]),
        ({"_sd": [digest(NAME)], "within": {"a": [{"...": digest(LEVEL)}]}}, [NAME]),
        ({"_sd": [digest(NAME)], "within": {"_sd_alg": "sha-256"}}, [NAME]),
        ({"outcomes": [{"...": digest(PLAN)}, {"...": digest(MEASURE), "x": 1}]}, [PLAN]),
        ({"outcomes": ["x", {"...": digest(PLAN)}]}, [PLAN]),
        ({"_sd": [digest(TEXTS[-1])]}, [TEXTS[-1]]),
        ({"_sd": [digest(disclosure("_sd", "x"))]}, [disclosure("_sd", "x")]),
        ({"_sd": digest(NAME)}, []),
        ({"_sd": [7]}, []),
    ],
)
def test_all_else_is_left_to_the_walk(payload: Any, texts: list[str], short: Callable[[bytes], bool]) -> None:
    assert not short(by_hand({**VCT, **payload}, *texts))


def test_a_name_behind_an_escape_is_left_to_the_walk(short: Callable[[bytes], bool]) -> None:
    head, _, signature = by_hand(VCT).partition(b"~")[0].split(b".")
    inner = json.dumps({"vct": "urn:x", "a": {"SD": [digest(NAME)]}}).replace("SD", "\\u005fsd")
    text = b".".join([head, b64(inner.encode()).encode(), signature])
    assert not short(text + b"~")
    assert sd_jwt.read(text + b"~").claims["a"] == {}
    assert sd_jwt.read(text + b"~" + NAME.encode() + b"~").claims["a"] == {"name": "Șerban"}


def test_what_must_be_open_is_not_disclosed_the_short_way_either() -> None:
    text = disclosure("cnf", "x")
    assert said(by_hand({**VCT, "_sd": [digest(text)]}, text)) == "sdjwt_reserved_claim"
    status = disclosure("x")
    assert said(by_hand({**VCT, "aka_vcts": [{"...": digest(status)}]}, status)) == "sdjwt_reserved_claim"


def test_claims_are_the_callers_own() -> None:
    """What one reader does to the claims is not seen by the next."""
    sealed = issued(claims=USUAL, concealed=PATHS)
    first: Any = sd_jwt.read(sealed)
    before = first.disclosures
    first.claims["context"].append("y")
    first.claims["outcomes"].clear()
    assert first.disclosures == before
    assert sd_jwt.read(sealed).claims == USUAL
