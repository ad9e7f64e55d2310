"""YAML 1.2.2 as design files use it: mappings, lists and scalars, read in one way only.

Numbers and dates stay the text that somebody wrote (`edition: 2026.10` is not 2026.1, `legal: 0012` is not 10).
Aliases are refused, as are duplicate members and more than `MAX_NODES` values: a small file stays small.
"""

from __future__ import annotations

from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.composer import Composer
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import AliasEvent
from ruamel.yaml.resolver import VersionedResolver

from mikra.errors import InputError

MAX_NODES = 20_000
"""Values in one file; the largest design that anybody would write has a few hundred."""

MAX_DEPTH = 40
"""As in JSON."""

_AS_WRITTEN = frozenset(f"tag:yaml.org,2002:{name}" for name in ("int", "float", "timestamp", "merge", "value"))


class _Resolver(VersionedResolver):
    def resolve(self, kind: Any, value: Any, implicit: Any) -> Any:
        tag = super().resolve(kind, value, implicit)
        return self.DEFAULT_SCALAR_TAG if str(tag) in _AS_WRITTEN else tag


class _Composer(Composer):
    def __init__(self, loader: Any = None) -> None:
        super().__init__(loader=loader)
        self.nodes = self.depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.parser.peek_event()
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            raise InputError(
                "This file refers from one place to another.",
                where=_place(event.start_mark),
                found=f"*{event.anchor}" if isinstance(event, AliasEvent) else f"&{event.anchor}",
                expected="every value written out",
                fix="Write the value out where it belongs.",
                code="design_format",
            )
        self.nodes += 1
        self.depth += 1
        if self.nodes > MAX_NODES or self.depth > MAX_DEPTH:
            deep = self.depth > MAX_DEPTH
            raise InputError(
                "This file is nested too deeply." if deep else "This file holds too many values.",
                where=_place(event.start_mark),
                expected=f"at most {MAX_DEPTH} levels" if deep else f"at most {MAX_NODES}",
                fix="Check that this is a design file.",
                code="json_too_deep" if deep else "json_too_many_nodes",
            )
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


def parse_yaml(data: bytes, *, name: str = "") -> Any:
    """Mappings, lists, texts, true, false and null. Raises InputError with line and column."""
    try:
        yaml = YAML(typ="safe", pure=True)
        yaml.Resolver, yaml.Composer = _Resolver, _Composer
        return yaml.load(data.decode("utf-8-sig"))
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
            where=_place(error.problem_mark),
            found=str(error.problem)[:120],
            fix="Keep one of the two.",
            code="json_duplicate_key",
        ) from error
    except (YAMLError, ValueError, RecursionError) as error:
        raise InputError(
            "This file cannot be read as YAML.",
            where=_place(getattr(error, "problem_mark", None)),
            found=str(getattr(error, "problem", "") or error)[:120],
            fix="Correct the line. A text with a colon needs quotes; indent with spaces, never with tabs.",
            code="design_format",
        ) from error


def _place(mark: Any) -> str:
    return f"line {mark.line + 1}, column {mark.column + 1}" if mark else ""
