"""From a table of ours to the JSON-LD context that it stands for (JSON-LD 1.1, 4.1 and 9.15).

A table is an object: `prefixes` shorten IRIs (`sec~proofValue`), `head` holds the keywords and the two aliases `id` and
`type`, `terms` a row for each term, `scopes` the contexts that hold under a term or a class, by their place
("Proof/proofPurpose"). A row is the IRI alone, or [IRI, type, container, scope] cut after its last value; a scope that
is null stands for the empty context (`"@context": null`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def context_of(table: Mapping[str, Any]) -> dict[str, Any]:
    """The value of `@context`, member for member that which was published."""
    return _scope(table, table)


def _scope(scope: Mapping[str, Any], table: Mapping[str, Any]) -> dict[str, Any]:
    terms = {name: _definition(row, table) for name, row in scope["terms"].items()}
    return {**scope["head"], **terms}


def _definition(row: Any, table: Mapping[str, Any]) -> Any:
    if isinstance(row, str):
        return _long(row, table)
    iri, coercion, container, scope = (*row, "", "", "", "")[:4]
    found: dict[str, Any] = {"@id": _long(iri, table)}
    if coercion:
        found["@type"] = _long(coercion, table)
    if container:
        found["@container"] = container
    if scope != "":
        found["@context"] = None if scope is None else _scope(table["scopes"][scope], table)
    return found


def _long(iri: str, table: Mapping[str, Any]) -> str:
    prefix, mark, rest = iri.partition("~")
    return str(table["prefixes"][prefix]) + rest if mark else iri
