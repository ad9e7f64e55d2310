"""The verifier's pages in a real browser: no barrier on a phone or a desk, and one sheet of paper that says it all."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import mikra
from mikra.adapters.clock import now
from mikra.server.actions.verify_reports import Kept
from mikra.server.actions.verifying_own import Own
from mikra.server.web.verify import several, views
from mikra.server.web.verify.telling import told
from mikra.server.web.verify.typed import CodeForm
from tests.plugins.browser import barriers, sideways
from tests.server.ui.conftest import Visit
from tests.server.ui.conftest import desk as desk
from tests.server.ui.conftest import visit as visit
from tools import gallery

pytestmark = [pytest.mark.sockets, pytest.mark.extra("server")]
CORPUS = Path(__file__).parents[2] / "corpus"
FILES = ("credential-jws/jws-good-es256.jwt", "jades/jades-good.json", "zip/zip-good.zip")
AT = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)
SHOWN = ("box", "box-again", "answer", "many", "typed", "typed-answer")
OWN = Own(state="suspended", day=AT, reason="The grade was wrong.", corrected=True)


def result(name: str) -> several.Result:
    reports = mikra.verify((CORPUS / name).read_bytes(), at=AT, name=name)
    credentials = tuple(told(one.as_dict("en", details=True), "en") for one in reports)
    return several.Result(file=name, credentials=credentials, own=(OWN,) * len(credentials))


def pages() -> dict[str, str]:
    """Each as HTML."""
    found = [result(one) for one in FILES]
    rows = several.rows([*found, several.Result(file="empty.pdf", fault="There is nothing in this file.")])
    one = rows[-1].one
    origin = "https://mikra.example"
    box: dict[str, Any] = {"origin": origin, "most": 50, "snippet": views._snippet(origin)}
    wrong = views.Box({"text": ""})
    wrong.is_valid()
    wrong.add_error("text", "There is nothing to check yet.")
    award = {"tenant": {"name": "University of Zed"}}
    kept = Kept(report="x", parts="x", again=True)
    made = {
        "box": ("box", {"form": views.Box(), **box}),
        "box-again": ("box", {"form": wrong, **box}),
        "answer": (
            "answer",
            {"one": one, "own": OWN, "on": None, "report": kept, "at": now(), "host": "mikra.example"},
        ),
        "many": (
            "many",
            {
                "rows": rows,
                "counts": Counter(each.tile for each in rows),
                "on": None,
                "report": Kept(report="x", parts="x", again=True),
            },
        ),
        "typed": ("typed", {"form": CodeForm()}),
        "typed-answer": ("typed_answer", {"one": one, "found": {"award": award, "own": OWN, "named": True}}),
    }
    return {name: gallery.page(f"verify/{template}.html", **values) for name, (template, values) in made.items()}


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The folder with the pages and their static files."""
    folder = gallery.write(tmp_path_factory.mktemp("verify") / "site").parent
    for name, page in pages().items():
        (folder / f"{name}.html").write_text(page, encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", SHOWN)
@pytest.mark.parametrize("width", [390, 1280])
def test_no_barrier(visit: Visit, name: str, width: int) -> None:
    page = visit(f"/{name}.html", width=width)
    page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true; })")
    assert (barriers(page), sideways(page)) == ([], [])


def test_a_line_of_the_list_leads_to_its_part(visit: Visit) -> None:
    page = visit("/many.html")
    page.click('a[href="#c3"]')
    assert page.evaluate("document.activeElement.id") == "c3"


def test_the_answer_stands_on_one_sheet_and_what_is_folded_stays_so(visit: Visit, tmp_path: Path) -> None:
    import pikepdf

    page = visit("/answer.html")
    page.emulate_media(media="print")
    folded = page.locator("details .mono").first
    folded.wait_for(state="hidden")
    assert not page.locator("button").first.is_visible()
    drawn = tmp_path / "answer.pdf"
    page.pdf(path=str(drawn), prefer_css_page_size=True, format="A4")
    with pikepdf.open(drawn) as made:
        assert len(made.pages) == 1
    page.emulate_media(media="screen")
    page.locator("summary").last.click()
    page.emulate_media(media="print")
    page.locator("details[open] .mono").first.wait_for()
