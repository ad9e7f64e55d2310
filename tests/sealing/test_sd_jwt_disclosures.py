"""Disclosures read all at once are what each is by itself; whatever is not plain is left to the exact reader."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mikra import base64url
from mikra.errors import InputError
from mikra.sealing.sd_jwt import disclosures as module
from mikra.strictjson import LIMITS, Limits

SPLIT = ['["s","n",["x"]', '["y"]]', '["s"', '"n","y"]', '["a","b"],["c","d"]', "[", "]", ",", '["a","', '"]', "0", ""]
ACROSS = [
    '["a","x',
    '[ y"]',
    '["a","b"]\t\t,["c","d"]',
    '["a","b"]\n,["c","d"]',
    '["a","b"],["c"',
    '"d"]',
    '\t["a","b"]',
]
"""What is read as values of its own only where texts run into each other."""
WHOLE = [
    '["s","n","x"]',
    '["s","n","é"]',
    '["s","x"]',
    '["s","n",["x",{"a":1}]]',
    '["s","n",0]',
    '["s",0]',
    '["s","n",1.5]',
    '["s","n","a,b"]',
    '["s","n",["x"],["y"]]',
]
ODD = [
    '["s", "n", "x"]',
    '["s","n","x"]\n',
    '["s","n","x\\u0000"]',
    '["s","n","\\n"]',
    '["s","\\u00e9","x"]',
    '["s","n",{"a":1,"a":2}]',
    '["s","n",9007199254740992]',
    '[1,"n","x"]',
    '["s",2,"x"]',
    '["s"]',
    '["s","n","x","y"]',
    '{"s":"n"}',
    '"s"',
    '["s","n",' + "[" * 60 + "]" * 60 + "]",
]
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def spare(text: bytes, bits: int) -> bytes:
    """The same with other spare bits in its last character."""
    if not len(text) % 4:
        return text
    room = 16 if len(text) % 4 == 2 else 4
    last = LETTERS.index(chr(text[-1])) // room * room + bits % room
    return text[:-1] + LETTERS[last].encode()


ENCODED = st.sampled_from(WHOLE + WHOLE + ODD + SPLIT + ACROSS).map(lambda text: base64url.encode_bytes(text.encode()))
TEXTS = st.builds(spare, ENCODED, st.sampled_from([0, 0, 0, 0, 1, 3, 4])) | st.sampled_from([b"W", b"WyI", b"W+", b"="])


def exactly(texts: list[bytes], limits: Limits = LIMITS) -> list[Any] | str:
    try:
        return module._one_by_one(texts, limits)
    except InputError as error:
        return error.code


def encoded(*texts: str) -> list[bytes]:
    return [base64url.encode_bytes(text.encode()) for text in texts]


@example(encoded(*SPLIT[:2], WHOLE[0]))
@example(encoded(SPLIT[4], *SPLIT[:2]))
@example(encoded(SPLIT[2], SPLIT[3]))
@example(encoded('["a","', '"]', '["c","d"],["e","f"]'))
@example([spare(encoded(ACROSS[0])[0], 4), *encoded(*ACROSS[1:3])])
@example([spare(encoded(ACROSS[0] + "x")[0], 1), *encoded(*ACROSS[1:3])])
@example(encoded(ACROSS[0] + "xx", *ACROSS[1:3]))
@example(encoded(*ACROSS[4:6]))
@example(encoded(*ACROSS[2:3]))
@example(encoded('["s","n",9007199254740992]', WHOLE[0]))
@example(encoded('["s","n",-9007199254740992]', WHOLE[0]))
@given(st.lists(TEXTS, min_size=1, max_size=6))
def test_all_at_once_is_one_by_one(texts: list[bytes]) -> None:
    found = module._all_at_once(texts, LIMITS)
    if found is not None:
        assert found == exactly(texts)


@given(st.lists(st.sampled_from(WHOLE), min_size=1, max_size=6))
def test_plain_ones_go_the_short_way(texts: list[str]) -> None:
    plain = [text for text in texts if len(exactly(encoded(text))) == 1]
    if plain:
        assert module._all_at_once(encoded(*plain), LIMITS) == exactly(encoded(*plain))


@pytest.mark.parametrize(
    "text",
    [
        '["s","n",{"a":1234,"a":1e9}]',  # as long as what is written for it
        '["s","n","x\\u0000"]',
        '["s","n",9007199254740992]',
        *SPLIT[:5],
    ],
)
def test_what_is_not_plain_is_left_to_the_exact_reader(text: str) -> None:
    assert module._all_at_once(encoded(text), LIMITS) is None
    assert module._all_at_once(encoded(WHOLE[0], text), LIMITS) is None
    assert isinstance(exactly(encoded(text)), str)


def test_limits_are_those_of_each() -> None:
    deep = encoded('["s","n",' + "[" * 8 + "]" * 8 + "]", WHOLE[0])
    assert module._all_at_once(deep, LIMITS) == exactly(deep)
    assert module._all_at_once(deep, Limits(max_depth=8)) is None
    assert exactly(deep, Limits(max_depth=8)) == "json_too_deep"


@pytest.mark.parametrize("bits", [1, 2, 3])
@pytest.mark.parametrize("text", ['["s","n","xy"]', '["s","n","x"]', '["s","n","xyz"]'])
def test_spare_bits_are_seen(text: str, bits: int) -> None:
    one = spare(encoded(text)[0], bits)
    whole = one == encoded(text)[0]
    assert (module._all_at_once([one, *encoded(WHOLE[0])], LIMITS) is not None) is whole


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        (encoded(*SPLIT[:2]), "json_malformed"),
        (encoded('["a","', '"]'), "json_malformed"),
        (encoded(SPLIT[4]), "json_malformed"),
        (encoded("[[]]"), "jws_malformed"),
        ([b"W"], "base64url_malformed"),
    ],
)
def test_what_is_wrong_is_said(texts: list[bytes], code: str) -> None:
    with pytest.raises(InputError) as caught:
        module.by_digest(texts, {}, LIMITS)
    assert caught.value.code == code
