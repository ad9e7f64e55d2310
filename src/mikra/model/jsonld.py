"""The one codec between the model and EDC JSON-LD (European Learning Model, LTS form).

`decode` never refuses what a strict JSON reader let through: a member of unknown name or unexpected form goes to
`extra` unchanged and comes back on `encode`. Where ELM allows several values, a single one is read as one of several
and written as a list (but for `_ALONE`); otherwise what is read is what is written
(`tests/model/test_jsonld.py`, a law).
"""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from mikra.model import agent, credential, learning, specification, text
from mikra.model.credential import Credential
from mikra.model.text import EMPTY, NO_TEXT, UNTYPED, Node, Text

CONTEXT: tuple[str, ...] = (
    "https://www.w3.org/2018/credentials/v1",
    "http://data.europa.eu/snb/model/context/edc-ap",
)
"""The `@context` of every credential issued in the LTS form."""

CREDENTIAL_TYPES: tuple[str, ...] = ("VerifiableCredential", "EuropeanDigitalCredential")

_MODULES = (text, agent, specification, learning, credential)
_CLASSES: dict[str, type[Node]] = {
    name: value
    for module in _MODULES
    for name, value in vars(module).items()
    if isinstance(value, type) and issubclass(value, Node) and value is not Node
}
_CLASSES["EuropeanDigitalCredential"] = Credential
_CLASSES["ShaclValidator2017"] = credential.CredentialSchema
_UNUSUAL_NAMES = {
    "context": "@context",
    "content_url": "contentURL",
    "eidas_identifier": "eIDASIdentifier",
    "limit_eqf_level": "limitEQFLevel",
    "national_id": "nationalID",
    "related_esco_skill": "relatedESCOSkill",
}
_ALONE = frozenset({("Concept", "in_scheme"), ("Accreditation", "organisation"), ("Person", "location")})
"""Several are allowed, yet the EU's own reader takes one only: one of these is written without a list."""

_TYPE_NAMES: dict[type[Node], str] = {credential.CredentialSchema: "ShaclValidator2017"}
_UNREAD: Any = object()
_MEMBERS: dict[type[Node], tuple[tuple[str, str, Any], ...]] = {}
_NodeT = TypeVar("_NodeT", bound=Node)
_Reader = Callable[[Any], Any]


def decode(document: Mapping[str, Any]) -> Credential:
    """The model of one credential. The document is an already parsed JSON object; it is not changed.

    What goes to `extra` is the document's own value, not a copy of it.
    """
    return decode_node(document, Credential)


def decode_node(document: Mapping[str, Any], expected: type[_NodeT]) -> _NodeT:
    """One node of class `expected`, or of the subclass that its `type` names."""
    node = _read_node(document, expected)
    if node is _UNREAD:
        return expected(extra=dict(document))
    return typing.cast(_NodeT, node)


def encode(node: Node) -> dict[str, Any]:
    """The JSON object of a node: id, type, members in the model's order, then `extra`. Empty members are left out.

    A credential carries its `@context` last, as EDC's own samples do.
    """
    cls = type(node)
    result: dict[str, Any] = {"id": node.id} if node.id else {}
    if "type" not in node.extra and node.types != UNTYPED:
        result["type"] = _types(node, cls)
    for field_name, json_name, _ in _members_of(cls):
        if json_name == "@context":
            continue
        value = getattr(node, field_name)
        if value is None or value == () or value == "" or (isinstance(value, Text) and not value):
            continue
        alone = (cls.__name__, field_name) in _ALONE and len(value) == 1
        result[json_name] = _write(value[0] if alone else value)
    result.update(node.extra)
    if isinstance(node, Credential) and node.context:
        result["@context"] = list(node.context)
    return result


def _types(node: Node, cls: type[Node]) -> Any:
    if node.types:
        return node.types[0] if len(node.types) == 1 and cls is not Credential else list(node.types)
    return list(CREDENTIAL_TYPES) if cls is Credential else type_name(cls)


def type_name(cls: type[Node]) -> str:
    """The ELM class name, as `type` has it."""
    return _TYPE_NAMES.get(cls, cls.__name__)


def _write(value: Any) -> Any:
    if isinstance(value, Node):
        return encode(value)
    if isinstance(value, Text):
        return dict(value)
    if isinstance(value, tuple):
        return [_write(item) for item in value]
    return value


def json_name(field_name: str) -> str:
    """The JSON member of a field: camelCase, but for the few that EDC writes otherwise."""
    if field_name in _UNUSUAL_NAMES:
        return _UNUSUAL_NAMES[field_name]
    head, *rest = field_name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def _members_of(cls: type[Node]) -> tuple[tuple[str, str, _Reader], ...]:
    known = _MEMBERS.get(cls)
    if known is None:
        known = _MEMBERS[cls] = _members(cls)
    return known


def _members(cls: type[Node]) -> tuple[tuple[str, str, _Reader], ...]:
    """(field, JSON member, reader) for all but id, types and extra."""
    hints = typing.get_type_hints(cls, localns=dict(_CLASSES))
    return tuple(
        (f.name, json_name(f.name), _reader_of(hints[f.name]))
        for f in dataclasses.fields(cls)
        if f.name not in ("id", "types", "extra")
    )


def _reader_of(hint: Any) -> _Reader:
    origin = typing.get_origin(hint)
    if origin is tuple:
        return _many(_reader_of(typing.get_args(hint)[0]))
    if origin in (typing.Union, types.UnionType):
        return _reader_of(next(a for a in typing.get_args(hint) if a is not type(None)))
    if origin is Mapping:
        return lambda value: value if isinstance(value, dict) else _UNREAD
    if hint is Text:
        return _read_text
    if isinstance(hint, type) and issubclass(hint, Node):
        return lambda value: _read_node(value, hint)
    if hint in (str, int, bool):
        return lambda value: value if type(value) is hint and value != "" else _UNREAD
    return lambda value: value if value != "" else _UNREAD


def _many(read_one: _Reader) -> _Reader:
    def read(value: Any) -> Any:
        items = [read_one(item) for item in (value if isinstance(value, list) else [value])]
        return tuple(items) if items and not any(item is _UNREAD for item in items) else _UNREAD

    return read


def _read_text(value: Any) -> Any:
    if isinstance(value, dict) and value and all(type(v) is str for v in value.values()):
        return Text(value)
    return _UNREAD


def _read_node(value: Any, expected: type[Node]) -> Any:
    if not isinstance(value, Mapping):
        return _UNREAD
    declared = value.get("type")
    cls = _class_for(declared, expected)
    values: dict[str, Any] = {}
    taken = {"id", "type"}
    for field_name, name, read in _members_of(cls):
        raw = value.get(name)
        if raw is None:
            continue
        result = read(raw)
        if result is not _UNREAD:
            values[field_name] = result
            taken.add(name)
    node_id = value.get("id")
    if not (isinstance(node_id, str) and node_id):
        node_id = ""
        taken.discard("id")
    node_types = _declared_types(declared, cls) if "type" in value else UNTYPED
    if node_types is None:
        taken.discard("type")
    extra = {k: v for k, v in value.items() if k not in taken}
    return cls(
        id=node_id,
        types=node_types or (),
        extra=extra or EMPTY,
        **values,
    )


def _class_for(declared: Any, expected: type[Node]) -> type[Node]:
    """The narrowest known class among the declared types that is an `expected`, else `expected` itself."""
    names = declared if isinstance(declared, list) else [declared]
    known = [_CLASSES[n] for n in names if isinstance(n, str) and n in _CLASSES]
    fitting = [cls for cls in known if issubclass(cls, expected)]
    return max(fitting, key=lambda cls: len(cls.__mro__), default=expected)


def _declared_types(declared: Any, cls: type[Node]) -> tuple[str, ...] | None:
    """() when it is just the class's own name, the names when there is more to say, None when unreadable."""
    if isinstance(declared, str) and declared:
        return () if declared == type_name(cls) and cls is not Credential else (declared,)
    if isinstance(declared, list) and declared and all(isinstance(n, str) and n for n in declared):
        own = list(CREDENTIAL_TYPES) if cls is Credential else [type_name(cls)]
        return () if declared == own else tuple(declared)
    return None


__all__ = ["CONTEXT", "CREDENTIAL_TYPES", "NO_TEXT", "decode", "decode_node", "encode", "json_name", "type_name"]
