"""RFC 8259, RFC 7493: what the reader takes, what it refuses, with which code, and where."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mikra.errors import InputError
from mikra.strictjson import LIMITS, LIMITS_WITH_IMAGES, MAX_INTEGER, Limits, parse


def refused(data: bytes, limits: Limits = LIMITS) -> InputError:
    with pytest.raises(InputError) as caught:
        parse(data, limits)
    return caught.value


class TestTakes:
    @pytest.mark.parametrize(
        ("data", "value"),
        [
            (b'{"a":1,"b":[true,false,null],"c":{"a":2}}', {"a": 1, "b": [True, False, None], "c": {"a": 2}}),
            (b' \t\r\n{ "a" : 1 } \n', {"a": 1}),
            (b'"\\u003a \\\\u0000 \\ud83d\\ude00"', ": \\u0000 \U0001f600"),
            (b'{"\\u003a":1,":b":2}', {":": 1, ":b": 2}),
            ('"Łukasiewicz, Ω, ё"'.encode(), "Łukasiewicz, Ω, ё"),
            (b"9007199254740991", MAX_INTEGER),
            (b"-9007199254740991", -MAX_INTEGER),
            (b"1e300", 1e300),
            (b"-0.5E-3", -0.0005),
            (b"0", 0),
            (b'""', ""),
            (b"[]", []),
            (b"{}", {}),
        ],
    )
    def test_value(self, data: bytes, value: Any) -> None:
        assert parse(data) == value

    def test_depth_of_forty_is_the_last(self) -> None:
        assert parse(b"[" * 40 + b"]" * 40)
        assert parse(b"[" * 40 + b"7" + b"]" * 40)
        assert refused(b"[" * 41 + b"]" * 41).code == "json_too_deep"

    @pytest.mark.parametrize("room", ["", ', "b":  1', ',"b":1,"c":2,"d":3,"e":4'])
    def test_depth_in_texts_of_every_form(self, room: str) -> None:
        """A wrapper, a text with white space, a text as we write it: each way to look at depth knows the same limit."""

        def text(inner: str, depth: int) -> bytes:
            return f'{{"a":{"[" * (depth - 1)}{inner}{"]" * (depth - 1)}{room}}}'.encode()

        for inner in ("", "7", '"          "', "{}"):
            last = 39 if inner == "{}" else 40
            assert parse(text(inner, last))["a"]
            assert refused(text(inner, last + 1)).code == "json_too_deep"

    def test_the_count_is_of_every_value(self) -> None:
        limits = Limits(max_nodes=5)
        assert parse(b'[1,{"a":2},3]', limits) == [1, {"a": 2}, 3]
        assert refused(b'[1,{"a":2},3,4]', limits).code == "json_too_many_nodes"

    def test_five_mebibytes_with_images(self) -> None:
        data = b'"' + b"A" * (2 * 1024 * 1024) + b'"'
        assert len(parse(data, LIMITS_WITH_IMAGES)) == 2 * 1024 * 1024
        assert refused(data).code == "too_large"


REFUSED = [
    (b"", "json_malformed", "byte 0"),
    (b'{"a":1}{"b":2}', "json_malformed", "byte 7"),
    (b'{"a":1}/* x */', "json_malformed", "byte 7"),
    (b"{'a':1}", "json_malformed", "byte 1"),
    (b'{"a":1,}', "json_malformed", "byte 7"),
    (b"[1,]", "json_malformed", "byte 3"),
    (b'{"a" 1}', "json_malformed", "byte 5"),
    (b"[01]", "json_malformed", "byte 2"),
    (b"+1", "json_malformed", "byte 0"),
    (b"1.", "json_malformed", "byte 1"),
    (b".5", "json_malformed", "byte 0"),
    (b"True", "json_malformed", "byte 0"),
    (b'"a\tb"', "json_malformed", "byte 0"),
    (b'"a\\x"', "json_malformed", "byte 0"),
    (b'"open', "json_malformed", "byte 0"),
    ('["é",x]'.encode(), "json_malformed", "byte 6"),
    (b"\x0c1", "json_malformed", "byte 0"),
    ("\u00a01".encode(), "json_malformed", "byte 0"),
    (b"\xef\xbb\xbf{}", "json_bom", "byte 0"),
    ('{"a":1}'.encode("utf-16"), "json_bad_unicode", "byte 0"),
    (b'"\xed\xa0\x80"', "json_bad_unicode", "byte 1"),
    (b'"\xc0\xaf"', "json_bad_unicode", "byte 1"),
    (b'{"a":"x\\u0000y"}', "json_bad_unicode", "/a"),
    (b'{"a\\u0000":1}', "json_bad_unicode", ""),
    (b'{"payload":"x","signatures":[{"header":{"a":["x\\u0000"]}}]}', "json_bad_unicode", "/signatures/0/header/a/0"),
    (b'{"payload":"x","signatures":[{"\\u0000":""}]}', "json_bad_unicode", "/signatures/0"),
    (b'{"a":"\\n","b":2,"c":3,"d":4,"e":"\\u0000"}', "json_bad_unicode", "/e"),
    (b'{"a":"\\u0000","b":2,"c":3,"d":4,"e":"\\n"}', "json_bad_unicode", "/a"),
    (b'{"a":1,"b":2,"c":3,"d":4,"e\\u0000":5}', "json_bad_unicode", ""),
    (b'{"a":1,"b":2,"c":3,"d":4,"e":9007199254740992}', "json_number_range", "/e"),
    (b'{"a":1,"b":2,"c":3,"d":4,"a":1}', "json_duplicate_key", "/a"),
    (b'{"a":1,"b":2,"c":3,"d":4,"e":18446744073709551616}', "json_number_range", "/e"),
    (b'["\\ud800"]', "json_bad_unicode", "/0"),
    (b'["\\udc00\\ud800"]', "json_bad_unicode", "/0"),
    (b'{"\\ud800":1}', "json_bad_unicode", ""),
    (b'{"a":1,"a":2}', "json_duplicate_key", "/a"),
    (b'{"a":1,"\\u0061":2}', "json_duplicate_key", "/a"),
    (b'{":":1,"\\u003A":2}', "json_duplicate_key", "/:"),
    (b'[{"a/b":{"c~":":","c~":":::"}}]', "json_duplicate_key", "/0/a~1b/c~0"),
    (b'{"a":"\\u003a","b":1,"b":1}', "json_duplicate_key", "/b"),
    (b'{"a":NaN}', "json_not_a_number", "/a"),
    (b"[-Infinity]", "json_not_a_number", "/0"),
    (b"Infinity", "json_not_a_number", ""),
    (b"9007199254740992", "json_number_range", ""),
    (b"[[-9007199254740992]]", "json_number_range", "/0/0"),
    (b"18446744073709551616", "json_number_range", ""),
    (b'{"n":' + b"9" * 5000 + b"}", "json_number_range", "/n"),
    (b"[1e400]", "json_number_range", "/0"),
    (b"[-1e400]", "json_number_range", "/0"),
]


class TestRefuses:
    @pytest.mark.parametrize(("data", "code", "where"), REFUSED)
    def test_code_and_place(self, data: bytes, code: str, where: str) -> None:
        error = refused(data)
        assert (error.code, error.where) == (code, where)

    @pytest.mark.parametrize("depth", [41, 1000, 20_000, 500_000])
    def test_depth_costs_nothing(self, depth: int) -> None:
        assert refused(b"[" * depth + b"]" * depth).code == "json_too_deep"
        assert refused(b'{"a":' * min(depth, 100_000)).code in {"json_too_deep", "json_malformed"}

    def test_the_error_says_what_where_and_what_to_do(self) -> None:
        text = str(refused(b'{"learner":{"name":"A","name":"B"}}'))
        assert "given twice" in text
        assert "/learner/name" in text
        assert "corrected file" in text

    def test_a_long_find_is_cut(self) -> None:
        assert len(refused(b"9" * 5000).found) <= 80


def test_corpus(corpus: Path) -> None:
    cases = json.loads((corpus / "index.json").read_bytes())["cases"]
    answers = {}
    for case in (c for c in cases if c["kind"] == "json"):
        error = refused((corpus / case["file"]).read_bytes())
        answers[case["name"]] = error.code in {case["expected"]["code"], *case["expected"].get("also", [])}
    assert len(answers) == 9
    assert all(answers.values()), answers


# -- the law: the fast reader and an obviously right one agree, on every text, on yes and no and on the value


class Refused(Exception):
    pass


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({k for k, _ in pairs}) != len(pairs):
        raise Refused
    return dict(pairs)


def _integer(text: str) -> int:
    if len(text) > 30 or abs(int(text)) > MAX_INTEGER:
        raise Refused
    return int(text)


def _real(text: str) -> float:
    if math.isinf(float(text)):
        raise Refused
    return float(text)


def _constant(text: str) -> None:
    raise Refused(text)


def _sound(value: Any, depth: int) -> int:
    """The number of values; Refused where a text or the depth is not sound."""
    if isinstance(value, str):
        if "\x00" in value or any(0xD800 <= ord(c) <= 0xDFFF for c in value):
            raise Refused
        return 1
    if isinstance(value, dict):
        for name in value:
            _sound(name, depth)
        value = list(value.values())
    elif not isinstance(value, list):
        return 1
    if depth > LIMITS.max_depth:
        raise Refused
    return 1 + sum(_sound(v, depth + 1) for v in value)


def obviously_right(data: bytes) -> Any:
    """The standard library's reader with a hook for each thing it is too kind about."""
    try:
        text = data.decode("utf-8")
        value = json.loads(
            text, object_pairs_hook=_pairs, parse_int=_integer, parse_float=_real, parse_constant=_constant
        )
    except (ValueError, RecursionError):
        raise Refused from None
    if _sound(value, 1) > LIMITS.max_nodes:
        raise Refused
    return value


def agree(data: bytes) -> None:
    try:
        expected = obviously_right(data)
    except Refused:
        refused(data)
        return
    found = parse(data)
    assert found == expected
    assert json.dumps(found) == json.dumps(expected)  # 1 and 1.0 and True are equal, but not the same


_CHARACTER = st.sampled_from(
    ["a", ":", '\\"', "\\\\", "\\u003a", "\\u0061", "é", "\\u0000", "\\ud800", "\\ud83d\\ude00"]
)
_STRING = st.lists(_CHARACTER, max_size=3).map(lambda parts: '"' + "".join(parts) + '"')
_SCALAR = st.one_of(
    _STRING,
    st.sampled_from(["0", "-0", "1.5", "-1e2", "1e400", "true", "null", "NaN", "9007199254740991", "9007199254740992"]),
    st.integers(-(10**20), 10**20).map(str),
    st.floats().map(repr),
)
_SPACE = st.sampled_from(["", "", "", " ", "\n"])


def _joined(space: str, open_: str, parts: list[str], close: str) -> str:
    return open_ + space + ("," + space).join(parts) + space + close


_TEXT = st.recursive(
    _SCALAR,
    lambda inner: st.one_of(
        st.builds(lambda s, p: _joined(s, "[", p, "]"), _SPACE, st.lists(inner, max_size=4)),
        st.builds(
            lambda s, p: _joined(s, "{", [f"{name}{s}:{value}" for name, value in p], "}"),
            _SPACE,
            st.lists(st.tuples(_STRING, inner), max_size=4),
        ),
    ),
    max_leaves=12,
)


@settings(max_examples=400)
@given(_TEXT)
def test_agrees_on_texts_by_the_grammar(text: str) -> None:
    agree(text.encode())


@settings(max_examples=400)
@given(_TEXT, st.data())
def test_agrees_on_damaged_texts(text: str, data: st.DataObject) -> None:
    raw = bytearray(text.encode())
    at = data.draw(st.integers(0, len(raw) - 1))
    match data.draw(st.sampled_from(["change", "delete", "double", "cut"])):
        case "change":
            raw[at] = data.draw(st.integers(0, 255))
        case "delete":
            del raw[at]
        case "double":
            raw.insert(at, raw[at])
        case _:
            del raw[at:]
    agree(bytes(raw))


@settings(max_examples=400)
@given(st.binary(max_size=60))
def test_only_our_own_errors_on_any_bytes(data: bytes) -> None:
    agree(data)


@pytest.mark.published
def test_the_official_sample_is_far_within_the_limits(published: Path) -> None:
    outer = parse((published / "elm/samples/Sample-MC-Annex1-signed.jsonld").read_bytes())
    credential = parse(outer["payload"].encode(), Limits(max_nodes=1000))
    assert credential["id"].startswith("urn:credential:")
