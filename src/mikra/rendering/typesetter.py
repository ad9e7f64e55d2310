"""typst, the one place where it is called: texts go to it as data, never as markup; the same data, the same bytes."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from mikra.errors import InputError, UnavailableError

_FOLDER = Path(str(files("mikra.rendering")))


class Typesetter:
    """One of our typst files with our fonts and further folders of them, none of the system's; threads take turns.

    40 ms to make; UnavailableError without typst.
    """

    def __init__(self, name: str, *, fonts: Sequence[Path] = ()) -> None:
        folder = str(_FOLDER / "typst")
        self._turn = threading.Lock()
        self._typst = _typst()
        self._compiler = self._typst.Compiler(
            f"{folder}/{name}",
            root=folder,
            font_paths=[str(_FOLDER / "fonts"), *map(str, fonts)],
            ignore_system_fonts=True,
        )

    def drawn(self, resolution: int, **inputs: str) -> bytes:
        """The one page that the inputs make, PNG (RGBA)."""
        with self._turn:
            pages = self._compiler.compile(format="png", ppi=resolution, sys_inputs=inputs)
        if not isinstance(pages, bytes):
            raise InputError("The texts need more than one page.", found=f"{len(pages)} pages", expected="1 page")
        return pages

    def document(self, standards: Sequence[str], at: datetime | None, **inputs: str) -> bytes:
        """The pages that the inputs make, PDF of these standards. InputError certificate_not_set."""
        moment = int(at.timestamp()) if at else 0
        try:
            with self._turn:
                pdf = self._compiler.compile(
                    format="pdf", pdf_standards=list(standards), sys_inputs=inputs, timestamp=moment
                )
        except self._typst.TypstError as error:
            raise _not_set(str(error)) from error
        return bytes(pdf)


def _not_set(reason: str) -> InputError:
    """What typst says, in words that help: nearly always a letter that no font has."""
    return InputError(
        "This certificate cannot be set.",
        found=reason[:200],
        expected="letters that our fonts have: Latin, Greek, Cyrillic, Arabic, Hebrew",
        fix="Name a folder with fonts for the script of the name or title.",
        code="certificate_not_set",
    )


def _typst() -> Any:
    try:
        import typst
    except ImportError as error:
        raise UnavailableError(
            "Pages cannot be drawn here.",
            where="extra pdf",
            found="typst is not installed",
            fix="Install mikra[pdf].",
        ) from error
    return typst
