"""The words of the pages (gettext): collected from code and templates, their translations checked and compiled.

    python -m tools.words collect              src/mikra/server/locale/LANG/LC_MESSAGES/django.po, brought up to date
    python -m tools.words missing LANG         what lacks a translation, as JSON: [{"id", "plural", "where"}, ...]
    python -m tools.words take LANG FILE       translations from JSON: [{"id", "text": "..." or [one, few, many]}, ...]
    python -m tools.words compile              django.mo beside each

`tests/server/words` says whether all is complete, whether placeholders fit, and whether what is compiled is of today.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import re
import sys
from pathlib import Path
from typing import Any

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from tools import refusals

ROOT = Path(__file__).parents[1]
SERVER = ROOT / "src" / "mikra" / "server"
LOCALE = SERVER / "locale"
LANGUAGES = ("ro", "bg", "cs", "lt")
KEYWORDS: dict[str, Any] = {
    **dict.fromkeys(("_", "gettext", "lazy", "gettext_lazy", "gettext_noop")),
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2"), ("**/templates/**.txt", "jinja2")]
OPTIONS: dict[str, Any] = {"**/templates/**.html": {"silent": "false", "trim_blocks": "true", "lstrip_blocks": "true"}}
_OF_ITS_TIME = re.compile(
    r'^"(POT-Creation-Date|PO-Revision-Date|Generated-By|Last-Translator|Language-Team|Project-Id-Version'
    r"|Report-Msgid-Bugs-To)[^\n]*\n",
    re.M,
)
_NO_DAY = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
"""In place of the moment of compiling: the same words give the same file."""
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}")


def collected() -> Catalog:
    """All words of today, in the order of their files; then what code refuses with, which no `_()` marks."""
    found = Catalog(charset="utf-8", header_comment="# Words of Mikra's pages.")
    for file, _line, message, _comments, context in extract_from_dir(
        str(SERVER), METHODS, OPTIONS, KEYWORDS, comment_tags=(), strip_comment_tags=True
    ):
        if message and message != ("", ""):
            found.add(message, None, [(file, 0)], context=context)
    for module, sentence in refusals.collected():
        found.add(sentence, None, [(f"../{module}", 0)])
    return found


def file_of(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def catalogue(language: str) -> Catalog:
    """The translations of a language as they are kept; empty where there are none yet."""
    file = file_of(language)
    if not file.exists():
        return Catalog(locale=language, charset="utf-8")
    with file.open("rb") as stream:
        return read_po(stream, locale=language)


def collect() -> None:
    """Every language gets the words of today; what is gone goes, what changed a little is not guessed."""
    today = collected()
    for language in LANGUAGES:
        kept = catalogue(language)
        kept.update(today, no_fuzzy_matching=True)
        kept.obsolete.clear()
        save(language, kept)


def save(language: str, given: Catalog) -> None:
    """Sorted, without line numbers and dates: two people who translate change different lines."""
    file = file_of(language)
    file.parent.mkdir(parents=True, exist_ok=True)
    given.fuzzy = False
    with file.open("wb") as stream:
        write_po(stream, given, width=0, sort_output=True, no_location=True)
    text = _OF_ITS_TIME.sub("", file.read_text("utf-8"))
    file.write_text(f"# Words of Mikra's pages.\n{text[text.index('msgid') :]}", "utf-8")


def lacking(given: Catalog) -> list[Any]:
    """Messages without a whole translation."""
    return [one for one in given if one.id and not (all(one.string) if isinstance(one.string, tuple) else one.string)]


def missing(language: str) -> list[dict[str, Any]]:
    """What lacks a translation, for whoever translates."""
    found = []
    for one in lacking(catalogue(language)):
        plural = isinstance(one.id, tuple)
        given = {"id": one.id[0] if plural else one.id, "plural": one.id[1] if plural else ""}
        found.append(given | ({"context": one.context} if one.context else {}))
    return found


def take(language: str, given: list[dict[str, Any]]) -> list[str]:
    """Puts translations in; says which do not fit, in words."""
    kept, wrong = catalogue(language), []
    for one in given:
        message = kept.get(one["id"], context=one.get("context"))
        if message is None:
            wrong.append(f"unknown: {one['id'][:60]}")
            continue
        texts = one["text"] if isinstance(one["text"], list) else [one["text"]]
        if isinstance(message.id, tuple):
            if len(texts) != kept.num_plurals:
                wrong.append(f"{kept.num_plurals} forms, not {len(texts)}: {one['id'][:60]}")
                continue
            message.string = tuple(texts)
        else:
            message.string = texts[0]
        wrong += [f"placeholders: {one['id'][:60]}" for said in unfit(message.id, message.string) if said]
    save(language, kept)
    return wrong


def unfit(ids: Any, strings: Any) -> list[str]:
    """Translations whose placeholders are not those of the original."""
    originals = ids if isinstance(ids, tuple) else (ids,)
    wanted = {name for text in originals for name in PLACEHOLDER.findall(text)}
    texts = strings if isinstance(strings, tuple) else (strings,)
    counts = {name for name in wanted if name in ("%(num)s", "%(num)d", "{count}", "%(count)s")}
    return [text for text in texts if text and not wanted - counts <= set(PLACEHOLDER.findall(text)) <= wanted]


def compiled(language: str) -> bytes:
    """The compiled file; what lacks a translation is left out, so that the original shows and not nothing."""
    whole, buffer = catalogue(language), io.BytesIO()
    for one in lacking(whole):
        whole.delete(one.id, context=one.context)
    whole.creation_date = whole.revision_date = _NO_DAY
    write_mo(buffer, whole)
    return buffer.getvalue()


def compile_all() -> None:
    """Beside each catalogue its compiled file, which is what the service reads."""
    for language in LANGUAGES:
        file_of(language).with_suffix(".mo").write_bytes(compiled(language))


def main(arguments: list[str]) -> None:
    """The command."""
    match arguments:
        case ["collect"]:
            collect()
        case ["missing", language]:
            print(json.dumps(missing(language), ensure_ascii=False, indent=0))
        case ["take", language, file]:
            for said in take(language, json.loads(Path(file).read_text("utf-8"))):
                print(said)
        case ["compile"]:
            compile_all()
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
