"""Design files: YAML (comments survive) or JSON -> `Design`, and back; publication makes an edition immutable.

A published edition carries the day and the SHA-256 of its own content. What was changed afterwards no longer fits
its digest and is refused: a change is a new edition.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from dataclasses import replace
from typing import Any

import orjson
from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import YAMLError

from mikra import strictjson
from mikra.errors import ConflictError, InputError
from mikra.issuance import design_form
from mikra.issuance.design import Design

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
            expected=FORMAT,
            fix=f"Begin the file with the line: format: {FORMAT}",
            code="design_format",
        )
    for body in ("awarding_bodies",):
        if isinstance(members.get(body), list):
            members[body] = [members.get("issuer") if item == "issuer" else item for item in members[body]]
    languages = members.get("languages") or [""]
    first = languages[0] if isinstance(languages, list) else languages
    design = design_form.read(Design, members, default_language=str(first))
    _check(design)
    return design


def _parse(data: bytes, name: str) -> dict[str, Any]:
    if len(data) > SIZE_LIMIT:
        raise InputError(
            "This design file is too large.",
            where=name,
            found=f"{len(data)} bytes",
            expected=f"at most {SIZE_LIMIT}",
            code="too_large",
        )
    if data.lstrip()[:1] == b"{":
        parsed = strictjson.parse(data)
    else:
        parsed = _parse_yaml(data, name)
    if not isinstance(parsed, dict):
        raise InputError(
            "This file holds no design.",
            where=name,
            expected="members such as code, title and outcomes",
            code="design_format",
        )
    return parsed


def _parse_yaml(data: bytes, name: str) -> Any:
    try:
        return YAML(typ="safe", pure=True).load(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise InputError(
            "This file is not written in UTF-8.",
            where=f"{name} byte {error.start}".strip(),
            fix="Save the file as UTF-8.",
            code="json_bad_unicode",
        ) from error
    except DuplicateKeyError as error:
        raise InputError(
            "A member stands twice in this file.",
            where=_place(error),
            found=str(error.problem),
            fix="Keep one of the two.",
            code="json_duplicate_key",
        ) from error
    except (YAMLError, ValueError, RecursionError) as error:
        raise InputError(
            "This file cannot be read as YAML.",
            where=_place(error),
            found=str(getattr(error, "problem", "") or error)[:120],
            fix="Correct the line; texts with a colon need quotes.",
            code="design_format",
        ) from error


def _place(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""


def _check(design: Design) -> None:
    if not design.code.strip():
        raise InputError("A design needs a code.", where="code", fix="Give a short code such as WATER-Q.")
    if not design.languages:
        raise InputError("A design needs a language.", where="languages", expected="a list such as [en, ro]")
    if design.primary_language not in design.title:
        raise InputError(
            "The title is missing in the first language of the design.",
            where=f"title.{design.primary_language}",
            found=", ".join(design.title),
            expected=design.primary_language,
            fix="Add the title in that language, or put another language first.",
            code="design_language",
        )
    if design.published and design.digest != digest(design):
        raise ConflictError(
            f"Edition {design.edition} of {design.code} was changed after it was published.",
            where="digest",
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
            f"Edition {design.edition} of {design.code} is already published.",
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
    yaml = YAML()
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.width = 4096
    yaml.preserve_quotes = True
    members = {"format": FORMAT, **content(design)}
    document = yaml.load(over.decode("utf-8")) if over else None
    if document is None:
        document = members
    else:
        full = {"format": FORMAT, **design_form.write(design, defaults=True)}
        _merge(document, members, full)
    out = io.BytesIO()
    yaml.dump(document, out)
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
        elif isinstance(old[name], dict) and isinstance(value, dict):
            _merge(old[name], new.get(name, {}), value)
        elif name in new and not _same(old[name], value):
            old[name] = new[name]


def _same(current: Any, value: Any) -> bool:
    """Equal as data: 3 and 3.0, a date and its text, one value and a list of it, `issuer` and what it stands for."""
    if isinstance(current, list) and isinstance(value, list):
        return len(current) == len(value) and all(map(_same, current, value))
    if isinstance(value, list) and len(value) == 1:
        return _same(current, value[0])
    if isinstance(value, dict):
        return current == "issuer" or (isinstance(current, dict) and _same_members(current, value))
    return str(current) == str(value)


def _same_members(current: dict[str, Any], value: dict[str, Any]) -> bool:
    empty: tuple[Any, ...] = (None, "", [], {}, False)
    written = {k: v for k, v in current.items() if v is not None}
    missing = [v for k, v in value.items() if k not in written]
    return (
        written.keys() <= value.keys()
        and all(_same(v, value[k]) for k, v in written.items())
        and all(v in empty or isinstance(v, dict) for v in missing)
    )
