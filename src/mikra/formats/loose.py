"""Members of a foreign JSON object, whatever they hold: what is not of the expected form is as if it were not there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from mikra.model import Text

Json = Mapping[str, Any]

MOST = 500
"""Items of one list that are read."""


_TAG = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,3}")
"""A language tag (BCP 47, 2.1), as far as one is needed."""


def text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def mapping(value: Any) -> Json:
    """The object; of a list, its first object."""
    if isinstance(value, list):
        return next((one for one in value if isinstance(one, Mapping)), {})
    return value if isinstance(value, Mapping) else {}


def listed(value: Any) -> list[Any]:
    """A single value counts as a list of one."""
    return value[:MOST] if isinstance(value, list) else [] if value is None else [value]


def mappings(value: Any) -> list[Json]:
    return [one for one in listed(value) if isinstance(one, Mapping)]


def texts(value: Any, language: str) -> Text:
    """A text in one language; a map of languages; or the language value objects of JSON-LD (VC 2.0, 11.1)."""
    if isinstance(value, str):
        return Text({language: value}) if value else Text()
    found: dict[str, str] = {}
    for one in mappings(value):
        if isinstance(one.get("@value"), str):
            found[text(one.get("@language")) or language] = one["@value"]
        elif "@value" not in one:
            found |= {tag: said for tag, said in one.items() if isinstance(said, str)}
    return Text({tag: said for tag, said in found.items() if said and (_TAG.fullmatch(tag) or tag == language)})
