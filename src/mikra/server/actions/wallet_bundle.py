"""Everything about one credential as one ZIP: each form that can be had, `manifest.json` for programs, `index.html`.

The manifest says of each file what it is and its SHA-256, and of each form that is not there why. It is not sealed:
what counts are the seals in the files.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import zipfile
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

import orjson

from mikra.adapters.clock import now
from mikra.errors import MikraError
from mikra.server.actions import wallet_forms, wallets
from mikra.server.actions.wallet_forms import NAMES, Form, Taken
from mikra.server.store.wallets import Held
from mikra.server.words import _

VERSION = 1
"""Of the layout of `manifest.json`."""


def of(held: Held, *, language: str, left_out: Iterable[str] = (), at: dt.datetime | None = None) -> bytes:
    """The ZIP. A form that fails is named with its reason; the file as it came is always there.

    UnavailableError where too much was made in the last minute, or the wallet's file was damaged.
    """
    moment = at or now()
    files: list[Taken] = [wallet_forms.make(held, Form.FILE, language=language, at=moment)]
    missing: list[tuple[Form, str]] = []
    for one in wallet_forms.offered(held)[1:]:
        if one.why:
            missing.append((one.form, str(one.why)))
            continue
        try:
            chosen = tuple(left_out) if one.form is Form.ATTESTATION else ()
            files.append(wallet_forms.make(held, one.form, language=language, left_out=chosen, at=moment))
        except MikraError as error:
            missing.append((one.form, " ".join(_(each) for each in (error.message, error.fix) if each)))
    title = wallets.about(held).get("title", {}).get(language, "") or _("A file")
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for each in files:
            archive.writestr(each.name, each.content)
        manifest = _manifest(title, files, missing, moment)
        archive.writestr("manifest.json", orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
        archive.writestr("index.html", index(title, language, _rows(files), _absent(missing)))
    return written.getvalue()


def _manifest(title: str, files: Sequence[Taken], missing: Sequence[tuple[Form, str]], at: dt.datetime) -> Any:
    return {
        "version": VERSION,
        "made": at.isoformat(timespec="seconds"),
        "title": title,
        "files": [
            {
                "file": one.name,
                "form": one.form.value,
                "bytes": len(one.content),
                "sha256": hashlib.sha256(one.content).hexdigest(),
                "lost": one.lost,
            }
            for one in files
        ],
        "not_made": [{"form": form.value, "why": why} for form, why in missing],
    }


def _rows(files: Sequence[Taken]) -> list[tuple[str, str, str]]:
    found = []
    for one in files:
        title, purpose = NAMES[one.form]
        found.append((one.name, str(title), " ".join(part for part in (str(purpose), one.lost) if part)))
    return found


def _absent(missing: Sequence[tuple[Form, str]]) -> list[tuple[str, str]]:
    return [(str(NAMES[form][0]), why) for form, why in missing]


def index(
    title: str, language: str, files: Iterable[tuple[str, str, str]], absent: Sequence[tuple[str, str]] = ()
) -> bytes:
    """The page that is opened first. `files`: (file, what it is, more about it); `absent`: (what, why)."""
    rows = "".join(
        f'<li><a href="{escape(file)}">{escape(name)}</a>' + (f"<br>{escape(more)}" if more else "") + "</li>"
        for file, name, more in files
    )
    parts = [f"<h1>{escape(title)}</h1>", f"<ul>{rows}</ul>"]
    if absent:
        listed = "".join(f"<li><b>{escape(what)}</b><br>{escape(why)}</li>" for what, why in absent)
        heading = _("What is not here, and why")
        parts += [f"<h2>{escape(heading)}</h2>", f"<ul>{listed}</ul>"]
    note = _("Anybody can check these files, here or elsewhere: they carry their own seals. This page carries none.")
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<meta name="color-scheme" content="light dark"><title>{escape(title)}</title>'
    )
    body = "".join([*parts, f"<p>{escape(note)}</p>"])
    return f'<!doctype html><html lang="{language}"><head>{head}</head><body>{body}</body></html>\n'.encode()
