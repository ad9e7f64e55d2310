"""The published JSON Schema (2020-12) of design files, made from the same types that read them."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing
from decimal import Decimal
from enum import StrEnum
from typing import Any

from mikra import vocabulary
from mikra.issuance.design import Design
from mikra.issuance.design_file import FORMAT
from mikra.issuance.design_form import LANGUAGE_TAG, MAX_WHOLE, NUMBER, WRITTEN, bare, hints
from mikra.model.text import Text, Written

_LISTED = 60
"""Vocabularies up to this size are spelt out in the schema; larger ones are named."""

_TEXT = {
    "description": "One text per language; a plain text stands for the design's first language.",
    "oneOf": [
        {"type": "string", "pattern": r"\S"},
        {
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"pattern": LANGUAGE_TAG},
            "additionalProperties": {"type": "string", "pattern": r"\S"},
        },
    ],
}
_SCALARS: dict[Any, dict[str, Any]] = {
    str: {"type": ["string", "number"]},
    bool: {"type": "boolean"},
    int: {"type": ["integer", "string"], "minimum": 1, "maximum": MAX_WHOLE, "pattern": "^[0-9]{1,4}$"},
    Decimal: {"type": ["number", "string"], "minimum": 0, "exclusiveMaximum": 1_000_000, "pattern": NUMBER},
    dt.date: {"type": "string", "format": "date", "pattern": WRITTEN[Written.DATE]},
}


def schema() -> dict[str, Any]:
    """The JSON Schema of a design file."""
    definitions: dict[str, Any] = {"Text": _TEXT}
    root = _group(Design, definitions)
    root["properties"] = {"format": {"const": FORMAT}, **root["properties"]}
    root["required"] = ["format", *root["required"]]
    body = {"anyOf": [{"const": "issuer"}, {"$ref": "#/$defs/Body"}]}
    root["properties"]["awarding_bodies"] = _or_nothing(_one_or_many(body))
    definitions["Assessment"]["properties"]["assessor"] = _or_nothing(body)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Mikra design file, format 1",
        **root,
        "$defs": definitions,
    }


def _group(cls: type[Any], definitions: dict[str, Any]) -> dict[str, Any]:
    required = [
        f.name
        for f in dataclasses.fields(cls)
        if f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
    ]
    return {
        "type": "object",
        "description": (cls.__doc__ or "").partition("\n")[0],
        "properties": {
            name: _needed(_of(hint, definitions)) if name in required else _or_nothing(_of(hint, definitions))
            for name, hint in hints(cls).items()
        },
        "required": required,
        "additionalProperties": False,
    }


def _needed(form: dict[str, Any]) -> dict[str, Any]:
    if "string" in form.get("type", ()):
        return {**form, "minLength": 1, "pattern": form.get("pattern", r"\S")}
    return form


def _or_nothing(form: dict[str, Any]) -> dict[str, Any]:
    """A member that is named and left empty counts as left out."""
    return {"anyOf": [form, {"type": "null"}]}


def _one_or_many(form: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [{"type": "array", "items": form}, form]}


def _of(hint: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    hint = bare(hint)
    if typing.get_origin(hint) is tuple:
        return _one_or_many(_of(typing.get_args(hint)[0], definitions))
    if typing.get_origin(hint) is typing.Annotated:
        kind = hint.__metadata__[0]
        return {"type": "string", "pattern": WRITTEN[kind]} if isinstance(kind, Written) else _coded(kind)
    if dataclasses.is_dataclass(hint):
        return _reference(typing.cast("type[Any]", hint), definitions)
    if hint is Text:
        return {"$ref": "#/$defs/Text"}
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return {"enum": [item.value for item in hint]}
    return dict(_SCALARS[hint])


def _reference(cls: type[Any], definitions: dict[str, Any]) -> dict[str, Any]:
    if cls.__name__ not in definitions:
        definitions[cls.__name__] = {}
        definitions[cls.__name__] = _group(cls, definitions)
    return {"$ref": f"#/$defs/{cls.__name__}"}


def _coded(scheme: str) -> dict[str, Any]:
    entries = vocabulary.entries(scheme)
    described = f"A value of the list {scheme}, by name, code or address."
    if len(entries) > _LISTED:
        return {"type": ["string", "number"], "description": described}
    return {"type": ["string", "number"], "description": described, "examples": [entry.slug for entry in entries]}
