"""The rules of templates: nothing inline, nothing unescaped, no word outside a macro, every icon and class there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from jinja2 import nodes
from markupsafe import Markup

from tools import gallery

SERVER = Path(__file__).parents[3] / "src" / "mikra" / "server"
TEMPLATES = sorted((SERVER / "templates").rglob("*.html"))
PARTS = [path for path in sorted((SERVER / "templates" / "ui").glob("*.html")) if not path.name.startswith("gallery")]
STATIC = SERVER / "static" / "mikra"

ENVIRONMENT = gallery.environment()

MAY_BE_SAFE: set[str] = set()
"""Templates that may use `|safe`, as paths below templates/. Each needs a reason here. There is none so far."""

FORBIDDEN = {
    "a style attribute": r"""[\s"']style\s*=|['"]style['"]\s*:""",
    "a style element": r"<style\b",
    "an event attribute": r"""[\s"']on[a-z]+\s*=\s*["'{]""",
    "a script in the page": r"""<script\b(?![^>]*\s(?:src=|type="application/json"))""",  # data is not run
    "a javascript: address": r"javascript:",
    "hx-on": r"\bhx-on\b|hx-on:",
    "autoescape switched": r"{%-?\s*autoescape",
    "another host": r"""(?:src|href)=["']\s*(?:https?:)?//""",
}


def complaints(source: str) -> list[str]:
    """What a template must not hold, each by name."""
    bare = re.sub(r"{#.*?#}", "", source, flags=re.S)
    return [name for name, pattern in FORBIDDEN.items() if re.search(pattern, bare)]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(SERVER / "templates")))
def test_nothing_is_inline(path: Path) -> None:
    assert complaints(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ('<p style="color:red">', "a style attribute"),
        ("{{ button('x', attrs={'style': 'color:red'}) }}", "a style attribute"),
        ("<style>p{}</style>", "a style element"),
        ('<a onclick="go()">', "an event attribute"),
        ("<script>go()</script>", "a script in the page"),
        ('<a href="javascript:go()">', "a javascript: address"),
        ('<a hx-on:click="go()">', "hx-on"),
        ("{% autoescape false %}", "autoescape switched"),
        ('<script src="https://cdn.example/x.js"></script>', "another host"),
    ],
)
def test_what_is_inline_is_noticed(source: str, complaint: str) -> None:
    assert complaint in complaints(source)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(SERVER / "templates")))
def test_nothing_is_called_safe(path: Path) -> None:
    if str(path.relative_to(SERVER / "templates")) not in MAY_BE_SAFE:
        assert not re.search(r"\|\s*safe\b|Markup\(", path.read_text(encoding="utf-8"))


def words_outside_macros(source: str) -> list[int]:
    """Lines where a word is looked up when the file is loaded, and would stay in that language."""
    tree = ENVIRONMENT.parse(source)
    inside = {id(call) for macro in tree.find_all(nodes.Macro) for call in macro.find_all(nodes.Call)}
    found = []
    for call in tree.find_all(nodes.Call):
        name = call.node.name if isinstance(call.node, nodes.Name) else ""
        if name in {"_", "gettext", "ngettext", "pgettext", "npgettext"} and id(call) not in inside:
            found.append(call.lineno)
    return found


@pytest.mark.parametrize("path", PARTS, ids=lambda p: p.name)
def test_words_are_looked_up_inside_macros(path: Path) -> None:
    assert words_outside_macros(path.read_text(encoding="utf-8")) == []


def test_a_word_outside_a_macro_is_noticed() -> None:
    assert words_outside_macros('{% set x = _("Sent") %}{% macro m() %}{{ _("Sent") }}{% endmacro %}') == [1]


# ---- every macro, with the least that it takes, and with what is hostile

ROW = {"id": "r1", "line": 1, "name": "N", "cells": {}}
COLUMN = {"key": "k", "text": "K"}
LEAST: dict[str, Any] = {
    "options": [("1", "One")],
    "errors": [("f-x", "No.")],
    "trail": [("Here", "")],
    "names": ["One", "Two"],
    "here": 1,
    "items": [{"name": "Title", "state": "has", "title": "T", "text": "T", "href": "/t"}],
    "columns": [COLUMN],
    "column": COLUMN,
    "rows": [ROW],
    "row": ROW,
    "cell": {},
    "events": [{"when": "today", "what": "Sealed"}],
    "points": [{"label": "May", "value": 3}],
    "states": ["", "gap"],
    "done": 1,
    "total": 2,
    "languages": [("en", "English")],
    "tiles": [],
    "state": "passed",
}
BY_MACRO: dict[str, dict[str, Any]] = {
    "mark": {"name": "genuine"},
    "verdict": {"name": "genuine"},
    "delivery": {"state": "sent"},
    "status_word": {"name": "sent"},
    "icon": {"name": "globe"},
    "steps": {"names": [("One", "/1"), ("Two", "")]},
    "tabs": {"items": [("One", "/1")], "here": "/1"},
    "facts": {"rows": [{"term": "T"}]},
    "bars": {"rows": [{"label": "L", "value": 0}]},
    "table": {"rows": [{"k": "v"}]},
}
FOR_A_FORM = {"bound", "form_errors", "options_of"}


def macros() -> list[tuple[str, str]]:
    """(file, macro) of everything that a page can import."""
    found = []
    for path in PARTS:
        tree = ENVIRONMENT.parse(path.read_text(encoding="utf-8"))
        found += [(path.name, m.name) for m in tree.find_all(nodes.Macro) if not m.name.startswith("_")]
    return [pair for pair in found if pair[1] not in FOR_A_FORM]


def call(file: str, name: str, given: dict[str, Any]) -> str:
    """One macro, called with a block where it wants one."""
    macro = getattr(ENVIRONMENT.get_template(f"ui/{file}").module, name)
    if macro.caller:
        given = {**given, "caller": lambda *about: Markup("block")}
    return str(macro(**given))


def declared(file: str, name: str) -> nodes.Macro:
    """A macro as it is written."""
    tree = ENVIRONMENT.parse((SERVER / "templates" / "ui" / file).read_text(encoding="utf-8"))
    return next(m for m in tree.find_all(nodes.Macro) if m.name == name)


def least(file: str, name: str) -> dict[str, Any]:
    """The arguments without a default, each with something small."""
    macro = declared(file, name)
    needed = [a.name for a in macro.args[: len(macro.args) - len(macro.defaults)]]
    return {n: BY_MACRO.get(name, {}).get(n, LEAST.get(n, "word")) for n in needed}


@pytest.mark.parametrize(("file", "name"), macros())
def test_every_macro_needs_no_more_than_it_says(file: str, name: str) -> None:
    assert call(file, name, least(file, name) | ({"error": "No."} if name == "field_messages" else {})).strip()


HOSTILE = "<img src=x onerror=alert(1)>\"'><script>"


def _hostile(value: Any) -> Any:
    """The same shape, with hostile text for every text that is shown. Keys, states and ids are ours."""
    if isinstance(value, str):
        return HOSTILE
    if isinstance(value, dict):
        return {k: v if k in ("key", "state", "status", "id", "width") else _hostile(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_hostile(v) for v in value)
    return value


@pytest.mark.parametrize(("file", "name"), macros())
def test_no_macro_lets_markup_through(file: str, name: str) -> None:
    macro = declared(file, name)
    ours = {"kind", "tone", "state", "icon_name", "size", "type", "cls", "level", "attrs"}
    if name in ("mark", "verdict", "status_word", "icon"):
        ours.add("name")
    given = {k: v if k in ours else _hostile(v) for k, v in least(file, name).items()}
    for argument, default in zip(macro.args[len(macro.args) - len(macro.defaults) :], macro.defaults, strict=True):
        if argument.name not in ours and isinstance(default, nodes.Const) and default.value == "":
            given[argument.name] = HOSTILE
    assert "<img" not in call(file, name, given)
    assert "\"'>" not in call(file, name, given)


def test_markup_that_gets_through_is_noticed() -> None:
    source = "{% macro m(text) %}<p>{{ text|safe }}</p>{% endmacro %}"
    assert "<img" in str(ENVIRONMENT.from_string(source).module.m(text=HOSTILE))  # type: ignore[attr-defined]


# ---- what the page asks for is there


def test_every_icon_is_drawn() -> None:
    drawn = set(re.findall(r'id="i-([\w-]+)"', (STATIC / "icons.svg").read_text(encoding="utf-8")))
    used = set(re.findall(r"icons\.svg#i-([\w-]+)", gallery.page("ui/gallery.html")))
    for path in TEMPLATES:
        source = path.read_text(encoding="utf-8")
        used |= set(re.findall(r'\bicon\("([\w-]+)"', source)) | set(
            re.findall(r'\b(?:icon|after)="([a-z-]+)"', source)
        )
    assert used - {"icon"} <= drawn


def test_every_class_has_a_style() -> None:
    css = "".join(path.read_text(encoding="utf-8") for path in STATIC.glob("*.css"))
    styled = set(re.findall(r"\.([a-zA-Z][\w-]*)", css))
    used = {c for found in re.findall(r'class="([^"]*)"', gallery.page("ui/gallery.html")) for c in found.split()}
    plain = {"check--idle", "chip--idle", "mark--idle", "verdict__art", "meter__item--has", "meter__item--later"}
    plain |= {"notice--idle", "timeline__tile--idle", "check--idle"}
    assert used - styled - plain == set()


def test_every_static_file_is_there() -> None:
    for asked in re.findall(r"/static/(mikra/[\w./-]+)", gallery.page("ui/gallery.html")):
        assert (SERVER / "static" / asked).is_file(), asked


def test_every_macro_is_told_of() -> None:
    told = (SERVER.parents[2] / "docs" / "ui.md").read_text(encoding="utf-8")
    untold = {name for _, name in macros() if not re.search(rf"\b{name}\(", told)}
    assert untold <= {"status_word", "field_messages", "required_mark"}  # for parts of one's own


# ---- scripts


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.js")), ids=lambda p: p.name)
def test_scripts_are_small_and_make_no_code_of_text(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert source.count("\n") < 100
    assert not re.search(
        r"\beval\(|new Function|innerHTML|outerHTML|insertAdjacentHTML|document\.write|\.style\b", source
    )
    assert not re.search(r"localStorage|sessionStorage|document\.cookie", source)
