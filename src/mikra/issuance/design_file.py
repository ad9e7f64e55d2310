"""Design files: YAML (comments survive) or JSON -> `Design`, and back; publication makes an edition immutable.

A published edition carries the day and the SHA-256 of its own content. What was changed afterwards no longer fits
its digest and is refused: a change is a new edition.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson
from ruamel.yaml import YAML

from mikra import strictjson
from mikra.errors import ConflictError, InputError
from mikra.issuance import design_form
from mikra.issuance.design import Design
from mikra.issuance.design_check import check_design
from mikra.issuance.design_yaml import parse_yaml

FORMAT = "mikra/design/1"
"""The value of the member `format`, first in every design file."""

SIZE_LIMIT = 1_048_576
"""Bytes of a design file."""


def read_design(data: bytes, *, name: str = "") -> Design:
    """The design in a YAML or JSON file (told apart by content). InputError, or ConflictError for a changed edition."""
    members = _parse(data, name)
    found = members.pop("format", None)
    if found != FORMAT:
        raise InputError(
            "This file does not say that it is a design.",
            where="format",
            found=str(found),
            expected=f"format: {FORMAT}",
            fix="Begin the file with the line that says its format.",
            code="design_format",
        )
    members |= _without_shorthand(members)
    design = design_form.read(Design, members, default_language=_first_language(members.get("languages")))
    check_design(design)
    _check_digest(design)
    return design


def _without_shorthand(members: Mapping[str, Any]) -> dict[str, Any]:
    """The members in which the word `issuer` may stand for the issuer: awarding bodies and assessors."""

    def body(value: Any) -> Any:
        return members.get("issuer") if value == "issuer" else value

    bodies, assessments = _listed(members.get("awarding_bodies")), _listed(members.get("assessment"))
    return {
        "awarding_bodies": [body(value) for value in bodies],
        "assessment": [
            {**one, "assessor": body(one.get("assessor"))} if isinstance(one, Mapping) else one for one in assessments
        ],
    }


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _first_language(languages: Any) -> str:
    first = languages[0] if isinstance(languages, list) and languages else languages
    if not (isinstance(first, str) and first):
        raise InputError(
            "A design needs its languages.",
            where="languages",
            found="nothing" if not languages else str(languages)[:60],
            expected="a list such as [en, ro]",
            fix="The first is that of names and of plain texts.",
            code="design_language",
        )
    return first


def _parse(data: bytes, name: str) -> dict[str, Any]:
    if len(data) > SIZE_LIMIT:
        raise InputError(
            "This design file is too large.",
            where=name,
            found=f"{len(data)} bytes",
            expected=f"at most {SIZE_LIMIT}",
            code="too_large",
        )
    parsed = strictjson.parse(data) if is_json(data) else parse_yaml(data, name=name)
    if not isinstance(parsed, dict):
        raise InputError(
            "This file holds no design.",
            where=name,
            expected="members such as code, title and outcomes",
            code="design_format",
        )
    return parsed


def is_json(data: bytes) -> bool:
    """Whether a design file is JSON; else it is YAML."""
    return data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"


def _check_digest(design: Design) -> None:
    if design.published and design.digest != digest(design):
        raise ConflictError(
            "This edition was changed after it was published.",
            where=f"edition {design.edition} of {design.code}, digest",
            found=design.digest[:12] or "none",
            expected=digest(design)[:12],
            fix="Undo the change, or give the changed text a new edition and publish that.",
            code="edition_changed",
        )


def content(design: Design) -> dict[str, Any]:
    """The design as plain data, as a file holds it; without `format`."""
    written: dict[str, Any] = design_form.write(design)
    return written


def digest(design: Design) -> str:
    """SHA-256 (hex) of the content without the digest itself: UTF-8 JSON, members sorted."""
    plain = {k: v for k, v in content(replace(design, digest="")).items() if k != "digest"}
    return hashlib.sha256(orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)).hexdigest()


def publish(design: Design, *, on: dt.date) -> Design:
    """The edition as published on a day. ConflictError when it already is."""
    if design.published:
        raise ConflictError(
            "This edition is already published.",
            where=f"edition {design.edition} of {design.code}",
            found=design.published.isoformat(),
            fix="Give the design a new edition first.",
            code="edition_published",
        )
    published = replace(design, published=on, digest="")
    return replace(published, digest=digest(published))


def write_json(design: Design) -> bytes:
    """The design as a JSON file."""
    members = {"format": FORMAT, **content(design)}
    return orjson.dumps(members, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def write_yaml(design: Design, *, over: bytes = b"") -> bytes:
    """The design as a YAML file. `over` is the file it was read from: its comments, order and style survive."""
    members = {"format": FORMAT, **content(design)}
    if over and parse_yaml(over):
        document = _round_trip().load(over.decode("utf-8-sig"))
        _merge(document, members, {"format": FORMAT, **design_form.write(design, defaults=True)})
        merged = _dumped(document)
        if read_design(merged) == design:
            return merged
    return _dumped(members)


def _round_trip() -> YAML:
    yaml = YAML()
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.width = 4096
    yaml.preserve_quotes = True
    return yaml


def _dumped(document: Any) -> bytes:
    out = io.BytesIO()
    _round_trip().dump(document, out)
    return out.getvalue()


def _merge(old: Any, new: dict[str, Any], full: dict[str, Any]) -> None:
    """Brings `old`, a commented mapping, to say what `new` says, touching only what differs.

    `full` is `new` with every default spelt out: a default that somebody wrote down stays.
    """
    for name in [n for n in old if n not in full or (n not in new and not _same(old[n], full[n]))]:
        del old[name]
    for name, value in full.items():
        if name not in old:
            if name in new:
                old[name] = new[name]
        elif name in new:
            _bring(old, name, new[name], value)


def _bring(old: Any, key: Any, new: Any, full: Any) -> None:
    """The same for one member or item of `old`."""
    current = old[key]
    if isinstance(current, dict) and isinstance(full, dict):
        _merge(current, new, full)
    elif isinstance(current, list) and isinstance(full, list) and len(current) == len(full):
        for i, value in enumerate(full):
            _bring(current, i, new[i], value)
    elif not _same(current, full):
        old[key] = new


def _same(current: Any, value: Any) -> bool:
    """Equal as data: a number and its text, one value and a list of it, a plain text, `issuer` for its body."""
    if isinstance(current, list) and isinstance(value, list):
        return len(current) == len(value) and all(map(_same, current, value))
    if isinstance(value, list) and len(value) == 1:
        return _same(current, value[0])
    if isinstance(current, dict) and isinstance(value, dict):
        return all(v is None or (k in value and _same(v, value[k])) for k, v in current.items())
    if isinstance(value, dict) and isinstance(current, str):
        return current == "issuer" or list(value.values()) == [current.strip()]
    return str(current) == str(value)
