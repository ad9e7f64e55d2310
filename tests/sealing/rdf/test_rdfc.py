"""RDFC-1.0: our own implementation against pyoxigraph's, on graphs whose blank nodes are hard to tell apart."""

from __future__ import annotations

import time
from collections import Counter
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mikra.errors import InputError
from mikra.sealing.rdf.canonical import canonical
from mikra.sealing.rdf.quads import Dataset
from mikra.sealing.rdf.rdfc import Canonicalisation, join, orders, split
from tests.sealing.rdf.oracles import by_pyoxigraph

NODES = st.sampled_from(["_:b0", "_:b1", "_:b2", "_:b3", "<urn:x:1>"])
OBJECTS = NODES | st.sampled_from(['"a"', '"say \\"_:b9\\" ."@en', '"5"^^<urn:t>'])
GRAPHS = st.sampled_from(["", "_:b3", "<urn:g>"])
QUADS = st.tuples(NODES, st.sampled_from(["<urn:p>", "<urn:q>"]), OBJECTS, GRAPHS)


def line(quad: tuple[str, ...]) -> str:
    return join(quad).rstrip("\n")


@given(st.lists(QUADS, max_size=9), st.sampled_from(["SHA256", "SHA384"]))
def test_as_pyoxigraph(quads: list[tuple[str, str, str, str]], digest: str) -> None:
    lines = [line(quad) for quad in quads]
    assert "".join(Canonicalisation(lines, digest).lines()) == by_pyoxigraph("\n".join([*lines, ""]), digest)


@given(QUADS)
def test_a_line_both_ways(quad: tuple[str, str, str, str]) -> None:
    assert split(line(quad)) == quad


@pytest.mark.parametrize("size", [3, 5, 7, 12])
def test_circles(size: int) -> None:
    """Nodes that nothing but the circle tells apart."""
    lines = [f"_:b{n} <urn:p> _:b{(n + 1) % size} ." for n in range(size)]
    assert "".join(Canonicalisation(lines).lines()) == by_pyoxigraph("\n".join([*lines, ""]), "SHA256")


def complete(size: int) -> list[str]:
    return [f"_:b{a} <urn:p> _:b{b} ." for a in range(size) for b in range(size) if a != b]


@pytest.mark.parametrize("size", [6, 8, 12, 40])
def test_a_complete_graph_is_given_up_in_time(size: int) -> None:
    started = time.perf_counter()
    with pytest.raises(InputError) as caught:
        canonical(Dataset(lines=complete(size), blanks=size))
    assert caught.value.code == "canonicalization_budget"
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize("size", [200, 1_500])
def test_a_long_circle_is_given_up(size: int) -> None:
    lines = [f"_:b{n} <urn:p> _:b{(n + 1) % size} ." for n in range(size)]
    with pytest.raises(InputError) as caught:
        canonical(Dataset(lines=lines, blanks=size))
    assert caught.value.code == "canonicalization_budget"


def test_many_nodes_that_look_alike_but_are_leaves() -> None:
    """Forty results without an id are no attack."""
    lines = [f"<urn:s> <urn:p> _:b{n} ." for n in range(40)] + [f'_:b{n} <urn:q> "x" .' for n in range(40)]
    assert canonical(Dataset(lines=lines, blanks=40)).count("_:c14n39") == 2


def test_orders_with_one_node_several_times() -> None:
    found = list(orders(Counter("aab")))
    assert sorted(found) == sorted(set(permutations("aab")))


def test_two_like_graphs_of_many_statements() -> None:
    """As in a presentation of two credentials whose proofs differ in their value only."""
    lines = [f'_:s{n} <urn:p{p}> "{n if p == 9 else 0}" _:g{n} .' for n in range(2) for p in range(10)] + [
        f"<urn:x> <urn:proof> _:g{n} ." for n in range(2)
    ]
    dataset = Dataset(lines=lines, blanks=4)
    assert canonical(dataset) == by_pyoxigraph("\n".join([*lines, ""]), "SHA256")


def test_too_many_blank_nodes() -> None:
    with pytest.raises(InputError) as caught:
        canonical(Dataset(lines=[], blanks=2_001))
    assert caught.value.code == "canonicalization_budget"
