"""The words of Mikra: one JSON file per domain and language, `<domain>/<language>.json`, flat: key -> template.

A key is `domain.name`; a template holds `{name}` places. English is complete; a language that lacks a key
falls back to English. Interface languages with full catalogues are in `LANGUAGES`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import orjson

LANGUAGES: tuple[str, ...] = ("en", "ro", "bg", "cs", "lt")
"""Interface languages with a full catalogue (ISO 639-1): English and those of the Recommendation's four texts."""


def catalogue(domain: str, language: str) -> Mapping[str, str]:
    """All templates of one domain in one language, {} where there is none. Keys lack the domain.

    The language may come from a stranger's file: only ours name files.
    """
    return _catalogue(domain, language) if language in LANGUAGES else {}


@cache
def _catalogue(domain: str, language: str) -> Mapping[str, str]:
    path = files(__package__).joinpath(domain, f"{language}.json")
    return dict(orjson.loads(path.read_bytes())) if path.is_file() else {}


def text(key: str, language: str = "en", /, **values: object) -> str:
    """The sentence for `key` ("annex1.title.missing") in `language`, or else in English, with `values` filled in.

    Raises KeyError for a key that English lacks, or a place that has no value: both are defects, found by test.
    """
    domain, _, name = key.partition(".")
    template = catalogue(domain, language).get(name) or catalogue(domain, "en")[name]
    return template.format_map(values) if "{" in template else template
