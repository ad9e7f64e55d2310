"""Documents of a known shape: byte for byte what the general path gives, or the general path itself."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mikra.errors import InputError
from mikra.sealing.rdf import shapes as module
from mikra.sealing.rdf.canonical import LIBRARY, canonical
from mikra.sealing.rdf.quads import to_quads
from mikra.sealing.rdf.shapes import UNFIT, Shape, Shapes, compile_shape, shape_of
from tests.sealing.di_keys import badge, credential

DID = "did:web:issuer.example.test"


def general(document: Any) -> bytes | str:
    """What the general path gives, or the code with which it refuses."""
    try:
        return canonical(to_quads(document, LIBRARY)).encode()
    except InputError as error:
        return error.code


def known(document: Any, shapes: Shapes) -> bytes | None:
    return shapes.canonical(document)


def badge_with_ids() -> dict[str, Any]:
    document = badge(DID)
    subject = document["credentialSubject"]
    subject["id"] = "did:key:z6Mk"
    subject["identifier"][0]["id"] = "urn:uuid:1"
    subject["result"][0]["id"] = "urn:uuid:2"
    subject["achievement"]["criteria"]["id"] = "urn:uuid:3"
    subject["achievement"]["alignment"] = [
        one | {"id": f"urn:uuid:4{n}"} for n, one in enumerate(subject["achievement"]["alignment"])
    ]
    return json.loads(json.dumps(document))


def badge_without_ids() -> dict[str, Any]:
    """Blank nodes, no two of them alike."""
    document: dict[str, Any] = json.loads(json.dumps(badge(DID)))
    document["credentialSubject"]["achievement"]["alignment"].pop()
    document["credentialSubject"]["achievement"]["alignment"][1]["targetName"] = "NQF"
    return document


def compiled(document: Any) -> Shapes:
    shapes = Shapes(LIBRARY)
    assert shapes.canonical(document) is None
    assert shapes.canonical(document) == general(document)
    return shapes


PROOF = {
    "@context": ["https://www.w3.org/ns/credentials/v2"],
    "type": "DataIntegrityProof",
    "cryptosuite": "eddsa-rdfc-2022",
    "created": "2026-01-01T00:00:00Z",
    "verificationMethod": "did:web:issuer.example.test#k2",
    "proofPurpose": "assertionMethod",
}
DOCUMENTS: list[dict[str, Any]] = [
    badge_with_ids(),
    badge_without_ids(),
    credential(DID),
    credential(DID, version=1),
    PROOF,
    credential(DID, name={"@value": "x", "@language": "ro", "@direction": "ltr"}),
]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_what_is_compiled(document: dict[str, Any]) -> None:
    compiled(document)


def leaves(value: Any) -> Iterator[tuple[Any, Any]]:
    """(holder, key) of every text."""
    for key, inner in list(value.items() if isinstance(value, dict) else enumerate(value)):
        if isinstance(inner, str):
            yield value, key
        elif isinstance(inner, dict | list):
            yield from leaves(inner)


TEXTS = st.text(max_size=6) | st.sampled_from(
    [
        "did:key:z6Mk",
        "urn:uuid:1",
        "urn:uuid:2",
        "https://a.example/é",
        "mailto:a@b.c",
        "schema:x",
        "_:b0",
        "https:",
        "urn:a b",
        "assertionMethod",
        "authentication",
        "Achievement",
        "name",
        'say "x" \\ \n',
        "\x7f",
        "x-hole:\ue0000\ue001",
        "\ud800",
        "ro",
        "ltr",
        "https://www.w3.org/ns/credentials/v2",
    ]
)
COMPILED = [(document, compiled(document)) for document in DOCUMENTS]


@given(st.sampled_from(COMPILED), st.lists(st.tuples(st.integers(0, 200), TEXTS), max_size=4))
def test_any_texts_in_any_places(pair: tuple[dict[str, Any], Shapes], changes: list[tuple[int, str]]) -> None:
    document, shapes = copy.deepcopy(pair[0]), pair[1]
    places = list(leaves(document))
    for number, text in changes:
        holder, key = places[number % len(places)]
        holder[key] = text
    found = shapes.canonical(document)
    if found is not None:
        assert found == general(document)


def test_values_that_change_places_are_another_shape() -> None:
    """A text and an object in each other's place: the same names and the same texts, level by level."""
    one = {"a": "x", "b": {"id": "urn:x:1"}}
    other = {"a": {"id": "urn:x:1"}, "b": "x"}
    assert shape_of(one)[0] != shape_of(other)[0]
    assert shape_of(["x", {"a": 1}])[0] != shape_of([{"a": 1}, "x"])[0]
    assert shape_of([1])[0] != shape_of([True])[0] != shape_of([1.0])[0]
    assert shape_of({"a": []})[0] != shape_of({"a": ""})[0] != shape_of({"a": -1})[0]


def changed(document: dict[str, Any], place: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    twin = copy.deepcopy(document)
    holder: Any = twin
    for step in place[:-1]:
        holder = holder[step]
    holder[place[-1]] = value
    return twin


ACHIEVEMENT = ("credentialSubject", "achievement")
OTHERS: list[tuple[tuple[str | int, ...], Any]] = [
    ((*ACHIEVEMENT, "creditsAvailable"), 4.0),
    ((*ACHIEVEMENT, "creditsAvailable"), 3),
    ((*ACHIEVEMENT, "achievementType"), "Badge"),
    (("type",), ["VerifiableCredential", "AchievementCredential"]),
    (("@context",), ["https://www.w3.org/ns/credentials/v2"]),
]


@pytest.mark.parametrize(("place", "value"), OTHERS, ids=str)
def test_what_decides_is_part_of_what_a_shape_is_known_by(place: tuple[str | int, ...], value: Any) -> None:
    """Of a known shape are the same numbers, classes and contexts; the rest goes the general way, or is filled in."""
    document = changed(badge_with_ids(), (*ACHIEVEMENT, "creditsAvailable"), 3.0)
    shapes = compiled(document)
    twin = changed(document, place, value)
    for _ in range(3):
        assert shapes.canonical(twin) in (None, general(twin))


def test_a_shape_is_known_for_one_digest() -> None:
    """The names of blank nodes come from their hashes."""
    document = badge_without_ids()
    shapes = compiled(document)
    other = canonical(to_quads(document, LIBRARY), digest="SHA384").encode()
    assert other != general(document)
    assert [shapes.canonical(document, "SHA384") for _ in range(2)] == [None, other]
    assert shapes.canonical(document) == general(document)


JSONS = st.recursive(
    st.sampled_from(["x", 1, -1, True, None]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b"]), inner, max_size=2),
    max_leaves=6,
)


@given(JSONS, JSONS)
def test_one_shape_means_one_tree(one: Any, other: Any) -> None:
    if shape_of(one) == shape_of(other):
        assert json.dumps(one) == json.dumps(other)


@pytest.mark.parametrize(
    "document",
    [
        credential(DID, credentialSubject={"id": "_:b0", "name": "x"}),
        credential(DID, name="x-hole:\ue0000\ue001"),
        credential(DID) | {"type": ["VerifiableCredential", "x-hole:\ue0003\ue001"]},
        credential(DID, undefined="x"),
    ],
)
def test_what_goes_the_general_way(document: dict[str, Any]) -> None:
    assert compile_shape(document, shape_of(document)[1], LIBRARY) is UNFIT
    shapes = Shapes(LIBRARY)
    assert [shapes.canonical(document) for _ in range(3)] == [None, None, None]


def test_the_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_SHAPES", 4)
    shapes = Shapes(LIBRARY)
    for number in range(20):
        shapes.canonical(credential(DID, relatedResource=[{"id": f"urn:x:{n}"} for n in range(number)]))
    assert len(shapes._known) == 4


def test_a_shape_in_use_is_not_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_SHAPES", 4)
    shapes = compiled(credential(DID))
    for number in range(20):
        shapes.canonical(credential(DID, relatedResource=[{"id": f"urn:x:{n}"} for n in range(number)]))
        assert shapes.canonical(credential(DID)) is not None


def test_long_documents_are_not_remembered() -> None:
    shapes = Shapes(LIBRARY)
    shapes.canonical(credential(DID, relatedResource=[{"id": f"urn:x:{n}"} for n in range(2_000)]))
    assert len(shapes._known) == 0


def test_the_fault_that_the_law_must_see(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the check of addresses, a relative one would be taken as it stands."""
    document = credential(DID)
    shapes = compiled(document)
    twin = document | {"id": "relative"}
    assert shapes.canonical(twin) is None
    for shape in shapes._known.values():
        assert isinstance(shape, Shape)
        monkeypatch.setattr(shape, "_pick_addresses", lambda values: ())
    assert shapes.canonical(twin) != general(twin)


@pytest.mark.published
def test_the_sample_of_the_eu(published: Path) -> None:
    document = json.loads((published / "elm" / "samples" / "Sample-MC-Annex1-unsigned.jsonld").read_text())
    document = document.get("credential", document)
    shapes = Shapes(LIBRARY)
    shapes.canonical(document)
    assert shapes.canonical(document) in (None, general(document))
