"""The codec's laws: what is read is written again, member for member; what is modelled comes back as it was."""

from __future__ import annotations

import copy
import dataclasses
import types
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mikra import model
from mikra.model import Agent, Concept, Credential, Organisation, Person, Text, decode, encode, jsonld
from mikra.model.text import UNTYPED, Node

VECTORS = Path(__file__).parents[1] / "vectors" / "edc"
CLASSES = [c for c in vars(model).values() if isinstance(c, type) and issubclass(c, Node) and c is not Node]
MEMBERS = sorted({jsonld.json_name(f.name) for c in CLASSES for f in dataclasses.fields(c)} - {"types", "extra"})
TYPES = sorted({jsonld.type_name(c) for c in CLASSES})


def plain(value: Any) -> Any:
    """The value with lists of one taken for the one: ELM does not tell them apart. Members have no order."""
    if isinstance(value, list):
        return plain(value[0]) if len(value) == 1 else [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {name: plain(member) for name, member in value.items()}
    return (type(value), value)  # 1, 1.0 and true are equal in Python, not in JSON


def load(name: str) -> dict[str, Any]:
    parsed: dict[str, Any] = orjson.loads((VECTORS / name).read_bytes())
    return parsed


@pytest.mark.parametrize("name", ["minimal-edc.jsonld", "shacl-floor.jsonld"])
def test_a_document_comes_back_whole(name: str) -> None:
    document = load(name)
    assert plain(encode(decode(document))) == plain(document)


@pytest.mark.published
@pytest.mark.parametrize("name", ["Sample-MC-Annex1-signed.jsonld", "Sample-MC-Annex1-unsigned.jsonld"])
def test_the_eus_samples_come_back_whole(published: Path, name: str) -> None:
    document = orjson.loads((published / "elm" / "samples" / name).read_bytes())
    if "payload" in document:
        document = orjson.loads(document["payload"])
    document = document.get("credential", document)
    assert plain(encode(decode(document))) == plain(document)


def test_a_document_is_not_changed_by_reading() -> None:
    document = load("minimal-edc.jsonld")
    before = copy.deepcopy(document)
    encode(decode(document))
    assert document == before


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 99) | st.just(1.5) | st.text(max_size=3) | st.sampled_from(TYPES),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["en", "ro", *MEMBERS]), inner, max_size=3)
    ),
    max_leaves=6,
)
TYPED = st.one_of(st.sampled_from(TYPES), st.lists(st.sampled_from([*TYPES, ""]), max_size=3), JSON)
NODES = st.recursive(
    st.dictionaries(st.sampled_from(MEMBERS), JSON, max_size=4),
    lambda inner: st.builds(
        lambda members, kind: {**members, **({"type": kind} if kind is not None else {})},
        st.dictionaries(st.sampled_from([*MEMBERS, "cnf", "x-member"]), inner | st.lists(inner, max_size=2) | JSON),
        st.none() | TYPED,
    ),
    max_leaves=8,
)


@settings(max_examples=400)
@given(NODES.filter(lambda value: isinstance(value, dict)))
def test_nothing_of_any_document_is_lost(document: dict[str, Any]) -> None:
    assert plain(encode(decode(document))) == plain(document)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """(container, key) of every value within."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(entries):
        yield value, key
        yield from places(inner)


@settings(max_examples=300)
@given(st.data())
def test_nothing_of_a_document_changed_in_one_place_is_lost(data: st.DataObject) -> None:
    document = load("minimal-edc.jsonld")
    container, key = data.draw(st.sampled_from(list(places(document))))
    container[key] = data.draw(JSON)
    assert plain(encode(decode(document))) == plain(document)


@pytest.mark.parametrize(
    "value", ["", [], {}, None, [""], [None], [[]], 0, False, "x", ["x", "y"], {"en": 1}, {"en": ""}]
)
def test_odd_values_survive_in_every_member_of_every_class(value: Any) -> None:
    for cls in CLASSES:
        for member in MEMBERS:
            document = {"type": jsonld.type_name(cls), member: value}
            assert plain(encode(jsonld.decode_node(document, cls))) == plain(document), (cls, member)


def test_a_node_without_type_stays_without() -> None:
    assert decode({"id": "urn:x"}) == Credential(id="urn:x", types=UNTYPED)
    assert encode(decode({"id": "urn:x"})) == {"id": "urn:x"}
    assert encode(Credential(id="urn:x"))["type"] == list(jsonld.CREDENTIAL_TYPES)


def test_the_narrowest_declared_class_is_read() -> None:
    def issuer(kind: Any) -> Agent | None:
        return decode({"issuer": {"type": kind, "legalName": {"en": "Zed"}}}).issuer

    assert isinstance(issuer("Organisation"), Organisation)
    assert isinstance(issuer(["Agent", "Organisation"]), Organisation)
    assert type(issuer("Agent")) is Agent
    assert type(issuer("Concept")) is Agent
    assert isinstance(decode({"credentialSubject": {"type": "Person"}}).credential_subject, Person)


def test_a_bare_reference_is_kept_apart() -> None:
    credential = decode({"issuer": "did:web:zed.example"})
    assert credential.issuer is None
    assert credential.extra["issuer"] == "did:web:zed.example"


WORDS = st.text(min_size=1, max_size=4)
TEXTS = st.dictionaries(st.sampled_from(["en", "ro", "lt"]), st.text(max_size=5), max_size=2).map(Text)
EXTRAS = st.dictionaries(st.sampled_from(["cnf", "x-member"]), JSON, max_size=1)


def value_of(hint: Any, depth: int) -> st.SearchStrategy[Any]:
    origin = typing.get_origin(hint)
    if origin is tuple:
        kind = typing.get_args(hint)[0]
        item = WORDS if kind is str else value_of(kind, depth - 1)
        return st.just(()) if depth <= 0 else st.lists(item, max_size=2).map(tuple)
    if origin in (typing.Union, types.UnionType):
        inner = next(a for a in typing.get_args(hint) if a is not type(None))
        return st.none() if depth <= 0 else st.none() | value_of(inner, depth - 1)
    if hint is Text:
        return TEXTS
    if isinstance(hint, type) and issubclass(hint, Node):
        return st.sampled_from([hint, *_below(hint)]).flatmap(lambda cls: nodes(cls, depth - 1))
    if hint in (str, int, bool):
        return {str: st.just("") | WORDS, int: st.integers(-5, 5), bool: st.booleans()}[hint]
    return st.dictionaries(WORDS, st.integers(0, 3), min_size=1, max_size=1)


def _below(cls: type[Node]) -> list[type[Node]]:
    return [c for c in CLASSES if issubclass(c, cls) and c is not cls]


def nodes(cls: type[Node], depth: int) -> st.SearchStrategy[Any]:
    hints = typing.get_type_hints(cls, localns={c.__name__: c for c in CLASSES})
    names = [f.name for f in dataclasses.fields(cls) if f.name not in ("types", "extra")]

    def with_members(chosen: list[str]) -> st.SearchStrategy[Any]:
        values = {name: value_of(hints[name], depth) for name in chosen}
        return st.builds(cls, extra=EXTRAS, **values)

    return st.lists(st.sampled_from(names), max_size=5, unique=True).flatmap(with_members)


@pytest.mark.parametrize("cls", CLASSES, ids=lambda c: c.__name__)
def test_every_model_value_comes_back_from_its_document(cls: type[Node]) -> None:
    @settings(max_examples=40)
    @given(nodes(cls, 4))
    def law(node: Node) -> None:
        document = orjson.loads(orjson.dumps(encode(node)))
        assert jsonld.decode_node(document, cls) == node

    law()


def test_equal_concepts_hash_alike() -> None:
    one, two = (decode({"credentialProfiles": [{"id": "urn:c", "x": [1]}]}).credential_profiles for _ in "ab")
    assert one == two
    assert hash(one) == hash(two)
    assert len({*one, *two, Concept(id="urn:d")}) == 2
