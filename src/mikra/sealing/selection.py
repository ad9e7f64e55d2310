"""vc-di-ecdsa 1.0, 3.4.10 to 3.4.16 (selection by JSON Pointer, skolemisation, canonicalisation in groups).

A document is split into its statements; a group is what a list of pointers (RFC 6901) selects. So that a part has the
same names for its nodes as the whole, every node without an id gets one for the time being (`urn:bnid:`).
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from mikra.errors import InputError
from mikra.sealing.rdf.quads import SKOLEM, to_quads
from mikra.sealing.rdf.rdfc import Canonicalisation, relabelled, split
from mikra.sealing.rdf.scopes import Library

MOST_POINTERS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouped:
    """A document's statements under its own labels, sorted; `matching`: for each group the numbers of its statements.

    `parts`: each group's statements before they were labelled; `labels`: blank node -> label.
    """

    lines: list[str]
    matching: Mapping[str, list[int]]
    parts: Mapping[str, list[str]]
    labels: Mapping[str, str]


def canonical_groups(
    document: Mapping[str, Any],
    groups: Mapping[str, Sequence[str]],
    label: Callable[[str], str],
    library: Library,
) -> Grouped:
    """`label` makes a label of a canonical name ("c14n0"). InputError credential_malformed for a pointer to nowhere."""
    named = _skolemised(document, library)
    whole = Canonicalisation(to_quads(named, library, skolem=True).lines)
    labels = {node: f"_:{label(name[2:])}" for node, name in whole.names.items()}
    lines = whole.lines(labels)
    place = {line: number for number, line in enumerate(lines)}
    parts, matching = {}, {}
    for name, pointers in groups.items():
        part = select(named, pointers)
        parts[name] = to_quads(part, library, skolem=True).lines if part is not None else []
        matching[name] = [place[line] for line in relabelled(map(split, parts[name]), labels)]
    return Grouped(lines=lines, matching=matching, parts=parts, labels=labels)


def _skolemised(document: Mapping[str, Any], library: Library) -> dict[str, Any]:
    """The document with an id for every node that has none."""
    found = to_quads(document, library)
    if found.blanks != len(found.places) or any(SKOLEM in line for line in found.lines):
        message = "This form of seal does not take ordered lists, or names that hold only within the document."
        raise _refuse(message, "/")
    named: dict[str, Any] = orjson.loads(orjson.dumps(document))  # a value that stands twice in memory becomes two
    for place, node in found.places.items():
        _value_at(named, tokens_of(place))["@id"] = f"{SKOLEM}{node[2:]}"
    return named


def tokens_of(pointer: str) -> list[str]:
    """RFC 6901, 3 and 4. InputError credential_malformed."""
    if pointer and not pointer.startswith("/"):
        raise _refuse("This does not point into the credential.", pointer)
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]


def _step(value: Any, token: str, pointer: str) -> Any:
    """What stands under one token. InputError where there is nothing."""
    if isinstance(value, Mapping) and token in value:
        return value[token]
    if isinstance(value, list) and token.isascii() and token.isdigit() and int(token) < len(value):
        return value[int(token)]
    raise _refuse("There is nothing at this place of the credential.", pointer)


def _value_at(value: Any, tokens: Sequence[str]) -> Any:
    for token in tokens:
        value = _step(value, token, "/".join(tokens))
    return value


class _Sparse(dict[int, Any]):
    """A list of which only some elements were chosen."""


def select(document: Mapping[str, Any], pointers: Sequence[str]) -> dict[str, Any] | None:
    """3.4.11 (selectJsonLd): what the pointers choose, with the id and the classes of every node on the way."""
    if not pointers:
        return None
    if len(pointers) > MOST_POINTERS:
        raise _refuse("There are more places chosen than we accept.", "/")
    chosen = {"@context": copy.deepcopy(document["@context"])} | _beginning(document)
    for pointer in pointers:
        chosen = _chosen(chosen, document, tokens_of(pointer), pointer)
    dense: dict[str, Any] = _dense(chosen)
    return dense


def _beginning(node: Mapping[str, Any]) -> dict[str, Any]:
    named = {name: node[name] for name in ("id", "@id") if isinstance(node.get(name), str)}
    kinds = {name: copy.deepcopy(node[name]) for name in ("type", "@type") if name in node}
    return {name: value for name, value in named.items() if not value.startswith("_:")} | kinds


def _chosen(chosen: Any, value: Any, tokens: Sequence[str], pointer: str) -> Any:
    """`chosen`, with what stands at `tokens` of `value` added."""
    if not tokens:
        whole = copy.deepcopy(value)
        return {**chosen, **whole} if isinstance(value, Mapping) and isinstance(chosen, Mapping) else whole
    inner = _step(value, tokens[0], pointer)
    key: Any = int(tokens[0]) if isinstance(value, list) else tokens[0]
    if isinstance(chosen, list):
        return chosen  # chosen whole before
    if key not in chosen:
        chosen[key] = (
            _Sparse() if isinstance(inner, list) else _beginning(inner) if isinstance(inner, Mapping) else inner
        )
    chosen[key] = _chosen(chosen[key], inner, tokens[1:], pointer)
    return chosen


def _dense(value: Any) -> Any:
    if isinstance(value, _Sparse):
        return [_dense(value[number]) for number in sorted(value)]
    if isinstance(value, dict):
        return {name: _dense(inner) for name, inner in value.items()}
    return value


def _refuse(message: str, where: str) -> InputError:
    return InputError(message, where=where, fix="Choose other places.", code="credential_malformed")
