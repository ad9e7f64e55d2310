"""Writes a page of all parts that our pages are made of: python -m tools.gallery FOLDER

Look at it with `python -m http.server --directory FOLDER`; a browser draws no icon from a file beside the page.
The templates are rendered without the server: the words stay English, addresses lead nowhere.
"""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from mikra.errors import InputError
from mikra.rendering.mosaic import mosaic

SERVER = Path(__file__).parents[1] / "src" / "mikra" / "server"
LANGUAGES = [("bg", "Български"), ("cs", "Čeština"), ("en", "English"), ("lt", "Lietuvių"), ("ro", "Română")]


@dataclass(frozen=True, slots=True)
class Message:
    """As Django's messages: text, and how grave it is."""

    text: str
    level_tag: str

    def __str__(self) -> str:
        return self.text


def _pick(singular: str, plural: str, count: int) -> str:
    return singular if count == 1 else plural


def environment() -> Environment:
    """As the server's own (`web/pages.py`), without its requests: `_` gives back what it gets."""
    made = Environment(
        loader=FileSystemLoader(SERVER / "templates"),
        autoescape=True,
        extensions=["jinja2.ext.i18n"],
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda message: message,
        ngettext=_pick,
        newstyle=True,
        pgettext=lambda context, message: message,
        npgettext=lambda context, singular, plural, count: _pick(singular, plural, count),
    )
    made.filters |= {"said": str, "day": str, "moment": str}
    made.globals["static"] = lambda path: f"/static/{path}"
    made.globals["url"] = lambda name, *args, **kwargs: f"/{name}"
    return made


def context() -> dict[str, Any]:
    """What the server gives to every page, for an invented person at an invented university."""
    sections = [("Designs", 0), ("Awards", 2), ("Ledger", 0), ("Recognition", 0), ("Reports", 0)]
    return {
        "language": "en",
        "languages": LANGUAGES,
        "tenant": {"name": "Podyjí University"},
        "person": {"name": "Jana Králová"},
        "nav": [{"label": text, "url": f"/{text.lower()}", "here": text == "Awards", "n": n} for text, n in sections],
        "account": [{"label": "Your settings", "url": "/me"}, {"label": "Sign out", "url": "/out", "post": True}],
        "foot": [{"label": text, "url": f"/{text.lower()}"} for text in ("Privacy", "Accessibility", "Contact")],
        "messages": lambda: [Message("Edition 2 is published.", "success")],
        "csrf_input": "",
        "tiles": mosaic("Water quality monitoring in small catchments"),
    }


def page(template: str, **more: Any) -> str:
    """One template as HTML."""
    return environment().get_template(template).render(**{**context(), **more})


def write(folder: Path) -> Path:
    """The pages and the static files that they ask for, as a web server would hand them out."""
    static = folder / "static"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(SERVER / "static", static)
    shutil.copytree(Path(str(files("django_htmx"))) / "static" / "django_htmx", static / "django_htmx")
    error = InputError("31/02/2026 is not a date.", where="Date of award", found="31/02/2026", fix="Write another day.")
    (folder / "error.html").write_text(page("error.html", error=error, status=422), encoding="utf-8")
    (folder / "defect.html").write_text(page("error.html", error=None, status=500, incident="4f1c"), encoding="utf-8")
    (folder / "question.html").write_text(page("ui/gallery_question.html"), encoding="utf-8")
    made = folder / "index.html"
    made.write_text(page("ui/gallery.html"), encoding="utf-8")
    return made


if __name__ == "__main__":
    print(write(Path(sys.argv[1] if len(sys.argv) > 1 else "build/gallery")))
