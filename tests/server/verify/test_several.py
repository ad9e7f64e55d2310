"""Several files at once, up to fifty, and ZIP files: the worst first, each line leading to what it is about."""

from __future__ import annotations

import io
import re
import zipfile
from itertools import count

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mikra.adapters.clock import now
from mikra.errors import UnavailableError
from mikra.server.actions import verifying
from mikra.server.web.verify import several
from tests.server.verify.conftest import send
from tests.server.wallet.conftest import award as award
from tests.server.wallet.conftest import code as code
from tests.server.wallet.conftest import sealed as sealed


def lines(page: str) -> list[str]:
    """The words of the marks in the table, in its order."""
    table = page.split("<tbody")[1].split("</tbody>")[0]
    return re.findall(r'class="mark mark--(\w+)', table)


def packed(**files: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in files.items():
            archive.writestr(f"{name}.jsonld", data)
    return made.getvalue()


def test_the_worst_comes_first_and_each_line_leads_to_its_part(client: Client, genuine: bytes, altered: bytes) -> None:
    page = send(client, genuine, b"hello", altered)
    assert lines(page)[-1] != "bad"
    assert lines(page)[:2] == ["bad", "bad"]
    targets = re.findall(r'href="#(c\d)"', page)
    assert targets == ["c1", "c2", "c3"]
    for one in targets:
        assert page.count(f'id="{one}"') == 1
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids)), "an id stands twice"


def test_of_an_altered_one_among_others_nothing_is_shown(client: Client, genuine: bytes, altered: bytes) -> None:
    page = send(client, altered, b"hello")
    assert "Water quality" not in page
    assert "Water quality" in send(client, altered, genuine)


def test_the_credentials_of_a_zip_stand_in_one_list(client: Client, genuine: bytes, altered: bytes) -> None:
    page = send(client, packed(first=genuine, second=altered))
    assert len(lines(page)) == 2
    assert "first.jsonld" in page
    assert "second.jsonld" in page


def test_fifty_are_taken_and_one_more_is_not(client: Client, db: None) -> None:
    page = send(client, *[b"hello %d" % one for one in range(verifying.MOST)])
    assert len(lines(page)) == verifying.MOST
    assert "too many files" in send(client, *[b"hello"] * (verifying.MOST + 1))


def test_a_file_that_cannot_be_looked_at_does_not_spoil_the_others(client: Client, genuine: bytes) -> None:
    page = send(client, genuine, b" ", b"x" * (verifying.LARGEST + 1))
    assert len(lines(page)) == 3
    assert "too large" in page
    assert "Water quality monitoring" in page


def test_time_is_bounded_and_what_was_not_judged_is_named(db: None) -> None:
    ticks = count(0, int(several.TOGETHER) + 1)
    found = several.results([("a", b"hello"), ("b", b"hello")], now(), clock=lambda: float(next(ticks)))
    assert found[0].credentials
    assert found[1].fault
    assert [one.tile for one in several.rows(found)][-1] == "unchecked"


def test_who_finds_all_at_work_loses_that_file_alone(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = verifying.check

    def busy(data: bytes, **more: object) -> verifying.Checked:
        if data == b"b":
            raise UnavailableError("Too many.", retry_after=5)
        return whole(data, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(verifying, "check", busy)
    found = several.results([("a", b"a"), ("b", b"b"), ("c", b"c")], now())
    assert [bool(one.fault) for one in found] == [False, True, False]
    with pytest.raises(UnavailableError):
        several.results([("b", b"b")], now())


def test_names_of_files_are_text(client: Client, genuine: bytes) -> None:
    uploads = [SimpleUploadedFile("<b>x</b>.jsonld", one) for one in (genuine, b"hello")]
    assert "<b>x</b>" not in client.post("/verify/", {"file": uploads}).content.decode()
