"""Where in the document: JSON Pointers (RFC 6901) to nodes of the model, and plain paths for people.

The model holds lists where ELM allows several values, while documents also write a single one without a list.
Pointers are to the document as the codec writes it; `exact` turns one into a pointer into a document as it was read.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Any

from mikra.model import jsonld
from mikra.model.text import Node


def pointer(root: Node, owner: Node, field: str = "") -> str:
    """The pointer from `root` to a field of `owner` (to `owner` itself without a field), "" if it is not in there."""
    if root is owner:
        return _step("", field)
    found = _search(root, owner, "")
    return _step(found, field) if found else ""


def path(pointer_text: str) -> str:
    """The same place as a plain path: `credentialSubject.hasClaim[0].title`."""
    return re.sub(r"\.(\d+)(?=\.|$)", r"[\1]", pointer_text.removeprefix("/").replace("/", "."))


def exact(document: Any, pointer_text: str) -> str:
    """The pointer into a document as it was read: a `0` is left out where one value stands without a list.

    What the document does not have (a missing element) keeps its name: the pointer then says where it belongs.
    """
    steps, here = [], document
    for step in pointer_text.split("/")[1:]:
        if step == "0" and not isinstance(here, list) and here is not None:
            continue
        steps.append(step)
        here = _child(here, step)
    return "".join(f"/{step}" for step in steps)


def _child(value: Any, step: str) -> Any:
    if isinstance(value, Mapping):
        return value.get(step)
    if isinstance(value, list) and step.isdigit() and int(step) < len(value):
        return value[int(step)]
    return None


def _step(base: str, field: str) -> str:
    return f"{base}/{jsonld.json_name(field)}" if field else base


_FIELDS: dict[type[Node], tuple[tuple[str, str], ...]] = {}


def _fields(cls: type[Node]) -> tuple[tuple[str, str], ...]:
    found = _FIELDS.get(cls)
    if found is None:
        names = [f.name for f in dataclasses.fields(cls) if f.name not in ("id", "types", "extra")]
        found = _FIELDS[cls] = tuple((name, jsonld.json_name(name)) for name in names)
    return found


def _search(node: Node, wanted: Node, base: str) -> str:
    for name, json_name in _fields(type(node)):
        value = getattr(node, name)
        if value is wanted:
            return f"{base}/{json_name}"
        if isinstance(value, Node):
            found = _search(value, wanted, f"{base}/{json_name}")
        elif isinstance(value, tuple) and value:
            found = _search_items(value, wanted, f"{base}/{json_name}")
        else:
            continue
        if found:
            return found
    return ""


def _search_items(items: tuple[Any, ...], wanted: Node, base: str) -> str:
    for index, item in enumerate(items):
        if item is wanted:
            return f"{base}/{index}"
        if isinstance(item, Node) and (found := _search(item, wanted, f"{base}/{index}")):
            return found
    return ""
