"""SVG 2 (W3C), sections 2 and 15: what in a drawing acts or calls elsewhere. A badge image has none of it.

Refused as active: script, event handlers, foreign content, addresses that are programs, animation of links, and style
sheets written so that they can hide any of it. Refused as external: whatever is fetched from elsewhere when the
drawing is shown. What only describes (RDF, editors' own notes) is passed over.
"""

from __future__ import annotations

import re
from typing import NoReturn

from mikra.errors import InputError

SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
XML = "http://www.w3.org/XML/1998/namespace"
_FOREIGN = frozenset(
    {"http://www.w3.org/1999/xhtml", "http://www.w3.org/1998/Math/MathML", "http://www.w3.org/2001/xml-events"}
)
"""Name spaces whose elements and attributes act within a drawing."""

_ACTIVE = frozenset(
    {
        "script",
        "handler",
        "listener",
        "foreignobject",
        "iframe",
        "object",
        "embed",
        "audio",
        "video",
        "canvas",
        "html",
        "body",
        "form",
        "input",
        "link",
        "meta",
    }
)
_ANIMATION = frozenset({"animate", "set", "animatetransform", "animatemotion", "animatecolor"})
_ADDRESSES = frozenset({"href", "src", "data", "action", "formaction", "base", "xlink:href", "poster", "ping"})
_PROGRAM = re.compile(r"(?:java|vb|live)script:|data:(?!image/(?:png|jpeg|gif|webp)[;,])", re.IGNORECASE)
_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp)[;,]", re.IGNORECASE)
_BLANK = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\ufeff]+")
_CALL = re.compile(r"(?:url|src|image|image-set|cross-fade|element)\(\s*['\"]?\s*([^)]*)", re.IGNORECASE)
_STYLE_ACTIVE = re.compile(r"expression\s*\(|-moz-binding|behaviou?r\s*:|\\", re.IGNORECASE)
_STYLE_EXTERNAL = re.compile(r"@import|@namespace|@charset", re.IGNORECASE)
_PROSE = re.compile(r"(?:aria|data)-|(?:id|class|title|lang|role|label)$", re.IGNORECASE)
"""Attributes that nobody reads as style."""


def check_element(namespace: str, name: str, attributes: dict[str, str]) -> None:
    """One element with its attributes, whose names are "namespace name" or "name". InputError `svg_*`."""
    if namespace in _FOREIGN:
        _active(name)
    if namespace not in ("", SVG):
        return
    plain = name.lower()
    if plain in _ACTIVE:
        _active(name)
    for full, value in attributes.items():
        space, _, attribute = full.rpartition(" ")
        if space in _FOREIGN:
            _active(attribute)
        if space in ("", XLINK, XML, SVG):
            _check_attribute(attribute, value)
    if plain in _ANIMATION and _acts(attributes):
        _active(name)


def _acts(attributes: dict[str, str]) -> bool:
    target = attributes.get("attributeName", "").strip().lower().rpartition(":")[2]
    return target.startswith("on") or target in _ADDRESSES


def _check_attribute(name: str, value: str) -> None:
    plain = name.lower()
    if plain.startswith("on"):
        _active(name)
    if plain in _ADDRESSES:
        _check_address(value, name)
    elif not _PROSE.match(plain):
        check_style(value, name)


def _check_address(value: str, where: str) -> None:
    address = _BLANK.sub("", value)
    if not address or address.startswith("#") or _PICTURE.match(address):
        return
    if _PROGRAM.match(address):
        _active(where)
    _external(where)


def check_style(text: str, where: str = "style") -> None:
    """A style sheet, or an attribute that may be one. Escapes are refused: they hide names."""
    if _STYLE_ACTIVE.search(text):
        _active(where)
    if _STYLE_EXTERNAL.search(text):
        _external(where)
    for call in _CALL.finditer(text):
        _check_address(call[1].strip("'\" "), where)


def refuse_instruction(name: str) -> NoReturn:
    """A processing instruction: a style sheet from elsewhere, or something that no drawing needs."""
    if name.lower() == "xml-stylesheet":
        _external(name)
    _active(name)


def _active(what: str) -> NoReturn:
    raise InputError(
        "This drawing does something when it is opened.",
        where=what[:80],
        fix="Ask the issuer for an image without script.",
        code="svg_active_content",
    )


def _external(what: str) -> NoReturn:
    raise InputError(
        "This drawing fetches something from elsewhere when it is opened.",
        where=what[:80],
        fix="Ask the issuer for an image that holds all that it shows.",
        code="svg_external_reference",
    )
