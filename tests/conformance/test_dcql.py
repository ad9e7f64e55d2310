"""DCQL beside npm's `dcql`: the same queries are taken, the same credentials answer them."""

from __future__ import annotations

import random
from typing import Any

from mikra.errors import ProtocolError
from mikra.exchange import dcql, dcql_match
from mikra.exchange.dcql_match import Holding
from tests.conformance.node import ask

PATHS: list[list[Any]] = [["t"], ["o", None], ["o", 0], ["n", "a"], ["n", "b", None, "c"], ["x"], ["ects"]]
CLAIMS: list[dict[str, Any]] = [
    {"t": "Water", "o": ["Describe", "Measure"], "n": {"a": 1, "b": [{"c": "d"}, {"c": "e"}]}, "ects": 3},
    {"t": "Air", "o": ["Describe"], "n": {"a": "1"}, "ects": 5},
    {"t": "Water", "ects": True, "x": "y"},
    {"t": 7},
]
TYPES = ["https://mc.example.edu/vct/1", "urn:eudi:pid:1"]
WALLET = [(claims, kind, bound) for claims in CLAIMS for kind in TYPES for bound in (True, False)]


def a_query(chance: random.Random) -> dict[str, Any]:
    """One to three credentials, with claims, sets of claims and sets of credentials as it happens."""
    credentials = [_credential(chance, f"c{n}") for n in range(chance.randint(1, 3))]
    made: dict[str, Any] = {"credentials": credentials}
    if chance.random() < 0.5:
        ids = [one["id"] for one in credentials]
        made["credential_sets"] = [
            {
                "options": [chance.sample(ids, chance.randint(1, len(ids))) for _ in range(chance.randint(1, 2))],
                "required": chance.random() < 0.7,
            }
            for _ in range(chance.randint(1, 2))
        ]
    return made


def _credential(chance: random.Random, id: str) -> dict[str, Any]:
    made: dict[str, Any] = {"id": id, "format": "dc+sd-jwt", "meta": {"vct_values": chance.sample(TYPES, 1)}}
    if chance.random() < 0.3:
        made["require_cryptographic_holder_binding"] = False
    if chance.random() < 0.8:
        paths = chance.sample(PATHS, chance.randint(1, 3))
        made["claims"] = [{"id": f"q{n}", "path": path} for n, path in enumerate(paths)]
        for one in made["claims"]:
            if chance.random() < 0.3:
                one["values"] = chance.sample(["Water", "Air", 3, 7, True, "d", 1], 2)
        if chance.random() < 0.4:
            ids = [one["id"] for one in made["claims"]]
            made["claim_sets"] = [chance.sample(ids, chance.randint(1, len(ids))) for _ in range(2)]
    return made


def test_the_same_credentials_answer() -> None:
    chance = random.Random(20261126)
    queries = [a_query(chance) for _ in range(400)]
    given = [
        {"credential_format": "dc+sd-jwt", "vct": kind, "claims": claims, "cryptographic_holder_binding": bound}
        for claims, kind, bound in WALLET
    ]
    holdings = [
        Holding(format="dc+sd-jwt", types=frozenset({kind}), claims=claims, bound=bound)
        for claims, kind, bound in WALLET
    ]
    answers = ask("dcql", [{"query": query, "credentials": given} for query in queries])
    yes = 0
    for query, theirs in zip(queries, answers, strict=True):
        assert theirs["ok"], theirs
        ours = dcql.parse(query)
        for asked in ours.credentials:
            numbers = [n for n, one in enumerate(holdings) if dcql_match.satisfied(asked, one) is not None]
            assert numbers == theirs["best"][asked.id], (query, asked.id)
        assert (dcql_match.choose(ours, holdings) is not None) is theirs["can"], query
        yes += theirs["can"]
    assert 50 < yes < 380, "the queries must be of both kinds"


def test_the_same_queries_are_refused() -> None:
    good: dict[str, Any] = {"id": "a", "format": "dc+sd-jwt", "meta": {"vct_values": ["x"]}}
    wrong = [
        {"credentials": []},
        {"credentials": [{**good, "id": "a b"}]},
        {"credentials": [good, good]},
        {"credentials": [{**good, "claims": []}]},
        {"credentials": [{**good, "claims": [{"path": []}]}]},
        {"credentials": [{**good, "claims": [{"path": [-1]}]}]},
        {"credentials": [{**good, "claims": [{"path": ["x"], "id": "i"}], "claim_sets": [["j"]]}]},
        {"credentials": [good], "credential_sets": [{"options": [["b"]]}]},
    ]
    answers = ask("dcql", [{"query": query, "credentials": []} for query in [{"credentials": [good]}, *wrong]])
    assert answers[0]["ok"]
    for query, theirs in zip(wrong, answers[1:], strict=True):
        assert not theirs["ok"], query
        try:
            dcql.parse(query)
        except ProtocolError:
            continue
        raise AssertionError(f"taken: {query}")
