"""A document of sections, as a file: Markdown, or HTML that needs nothing else. Every word of it is escaped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from mikra.server.words import language


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with lines, a table, or both."""

    title: str
    lines: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What is shown and written."""

    title: str
    lead: str
    sections: tuple[Section, ...]


def as_markdown(document: Document) -> str:
    """CommonMark, with the tables of GitHub."""
    return "\n\n".join([f"# {_plain(document.title)}", _plain(document.lead), *_markdown(document)]) + "\n"


def _markdown(document: Document) -> Iterator[str]:
    for one in document.sections:
        yield f"## {_plain(one.title)}"
        if one.lines:
            yield "\n".join(f"- {_plain(line)}" for line in one.lines)
        if one.rows:
            table = [one.heads, tuple("---" for _ in one.heads), *one.rows]
            yield "\n".join("| " + " | ".join(_plain(cell) for cell in row) + " |" for row in table)


def _plain(text: str) -> str:
    """Nothing of a text becomes markup."""
    quiet = "".join(f"\\{one}" if one in "\\|*_`<>[]#" else one for one in text)
    return " ".join(quiet.split())


def as_html(document: Document) -> str:
    """A page of its own."""
    body = "".join(_html(one) for one in document.sections)
    head = f'<meta charset="utf-8"><title>{escape(document.title)}</title>'
    return (
        f'<!doctype html><html lang="{language()}"><head>{head}</head><body>'
        f"<h1>{escape(document.title)}</h1><p>{escape(document.lead)}</p>{body}</body></html>\n"
    )


def _html(one: Section) -> str:
    found = f"<h2>{escape(one.title)}</h2>"
    if one.lines:
        found += "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in one.lines) + "</ul>"
    if one.rows:
        head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in one.heads)
        rows = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in one.rows)
        found += f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return found
