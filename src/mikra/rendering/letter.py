"""Letters on paper for learners without an e-mail address: one page each, with a code to type and a QR code (typst).

    write_letters([Letter(...), ...], sender="University of Zed", language="ro")      PDF/UA-1

What stands on the page goes to the typesetter as data, never as markup.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path

import orjson

from mikra.errors import UnavailableError
from mikra.rendering.certificate_contents import qr_code

AT_ONCE = 500
_FOLDER = Path(str(files("mikra.rendering")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One page. `link` is what the QR code holds, `address` where the code is typed, `code` as people type it.

    Without a link there is neither: a letter that only tells something.
    """

    name: str
    subject: str
    before: tuple[str, ...]
    address: str = ""
    code: str = ""
    link: str = ""
    after: tuple[str, ...] = ()


def write_letters(letters: Sequence[Letter], *, sender: str, title: str, language: str) -> bytes:
    """All letters as one file, in the order given; a long one goes on over pages.

    UnavailableError without the extra `pdf`.
    """
    try:
        import typst
    except ImportError:
        raise UnavailableError("Letters are drawn by an extra of Mikra.", fix="pip install 'mikra[pdf]'") from None
    contents = {
        "sender": sender,
        "title": title,
        "language": language,
        "letters": [
            {**asdict(one), "qr": qr_code(one.link) if one.link else "", "qr_alt": one.address} for one in letters
        ],
    }
    pdf = typst.compile(
        str(_FOLDER / "typst" / "letter.typ"),
        root=str(_FOLDER / "typst"),
        font_paths=[str(_FOLDER / "fonts")],
        ignore_system_fonts=True,
        format="pdf",
        pdf_standards=["ua-1"],
        sys_inputs={"contents": orjson.dumps(contents).decode()},
    )
    return bytes(pdf)


def _page(one: Letter) -> dict[str, object]:
    return {**asdict(one), "qr": qr_code(one.link) if one.link else "", "qr_alt": one.address}
