"""Statements with holes, filled: byte for byte the canonical form of the same lines, or nothing."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mikra.sealing.rdf import statements as module
from mikra.sealing.rdf.canonical import canonical
from mikra.sealing.rdf.quads import Dataset
from mikra.sealing.rdf.statements import END, START, Statements

HOLES = ("0", "1", "2", "3")
PLACES = {name: number for number, name in enumerate(HOLES)}
IRIS = [f"<urn:x:{name}>" for name in "ab"] + [f"<{START}{name}{END}>" for name in HOLES[:3]]
NODES = [f"_:b{number}" for number in range(4)]
TEXTS = ['"x"', '"x"@en', f'"{START}2{END}"', f'"{START}3{END}"', f'"y {START}3{END}"']
VALUES = st.sampled_from([b"urn:x:a", b"urn:x:b", b"urn:x:c", b"urn:x:a1", b"x", b"y x", b"\xc3\xa9"])

LINES = st.lists(
    st.tuples(
        st.sampled_from(IRIS + NODES),
        st.sampled_from(["<urn:p:1>", "<urn:p:2>", "<urn:p:11>"]),
        st.sampled_from(IRIS + NODES + TEXTS),
    ),
    min_size=1,
    max_size=14,
).map(lambda found: [" ".join((*line, ".")) for line in found])
"""Few names, so that subjects, and whole lines, become one by what fills their holes."""


def general(lines: list[str], values: list[bytes]) -> bytes:
    """The canonical form of the lines once they are filled."""
    filled = [re.sub(f"{START}([0-9]){END}", lambda match: values[PLACES[match[1]]].decode(), line) for line in lines]
    blanks = sorted({part for line in filled for part in line.split(" ") if part.startswith("_:b")})
    names = {name: f"_:b{number}" for number, name in enumerate(blanks)}
    plain = [" ".join(names.get(part, part) for part in line.split(" ")) for line in filled]
    return canonical(Dataset(lines=plain, blanks=len(blanks))).encode()


@given(LINES, st.lists(VALUES, min_size=4, max_size=4))
def test_filled_is_the_canonical_form(lines: list[str], values: list[bytes]) -> None:
    found = Statements(lines, PLACES).fill(values)
    if found is not None:
        assert found == general(lines, values)


@pytest.mark.parametrize(
    "values",
    [
        [b"urn:x:c", b"urn:x:d", b"urn:x:e", b"t"],
        [b"urn:x:b", b"urn:x:b", b"urn:x:a", b"t"],
        [b"urn:x:c", b"urn:x:c", b"urn:x:c", b"t"],
    ],
    ids=["all apart", "two pairs", "three are one"],
)
def test_subjects_that_become_one(values: list[bytes]) -> None:
    lines = [f"{subject} <urn:p:{n}> {text} ." for n, subject in enumerate(IRIS) for text in ('"x"', TEXTS[3])]
    lines += [f"{subject} <urn:p:9> {IRIS[0]} ." for subject in IRIS]
    found = Statements(lines, PLACES).fill(values)
    assert found == general(lines, values)


def test_two_statements_about_a_blank_node_that_become_one_are_left_to_the_walk() -> None:
    lines = ['_:b0 <urn:p:1> "x" .', f"_:b0 <urn:p:2> {IRIS[2]} .", f"_:b0 <urn:p:2> {IRIS[3]} ."]
    assert Statements(lines, PLACES).fill([b"urn:x:c", b"urn:x:d", b"", b""]) is not None
    assert Statements(lines, PLACES).fill([b"urn:x:c", b"urn:x:c", b"", b""]) is None


def test_the_faults_that_the_law_must_see(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of one subject that stay apart, and a block whose order is taken for sure."""
    lines = [f'{IRIS[2]} <urn:p:2> "x" .', f'{IRIS[3]} <urn:p:1> "x" .', f'{IRIS[3]} <urn:p:3> "x" .']
    values = [b"urn:x:c", b"urn:x:c", b"", b""]
    with monkeypatch.context() as patch:
        patch.setattr(module._Blocks, "_joined", lambda self, blocks, subjects: blocks)
        assert Statements(lines, PLACES).fill(values) != general(lines, values)
    texts = [f"<urn:x:a> <urn:p:1> {TEXTS[2]} .", f"<urn:x:a> <urn:p:1> {TEXTS[3]} ."]
    values = [b"", b"", b"z", b"a"]
    assert Statements(texts, PLACES).fill(values) == general(texts, values)
    monkeypatch.setattr(module, "_is_ordered", lambda lines: True)
    assert Statements(texts, PLACES).fill(values) != general(texts, values)
