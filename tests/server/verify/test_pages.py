"""The verifier's page and its twin for programs: a genuine file, an altered one, nothing, garbage, several."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mikra.server.actions import awards_content, verifying
from mikra.server.store.awards import Award
from tests.server.verify.conftest import send
from tests.server.wallet.conftest import award as award
from tests.server.wallet.conftest import code as code
from tests.server.wallet.conftest import sealed as sealed


def test_the_box_is_there_without_an_account(client: Client, db: None) -> None:
    assert "multipart/form-data" in client.get("/verify/").content.decode()


def test_a_genuine_file_gets_its_sentence_its_checks_and_its_content(client: Client, genuine: bytes) -> None:
    page = send(client, genuine)
    assert "Water quality monitoring" in page
    assert "O&#39;Brien" in page
    assert 'class="checks"' in page


def test_of_an_altered_file_nothing_is_shown(client: Client, altered: bytes) -> None:
    page = send(client, altered)
    assert "verdict--bad" in page
    assert "Water quality" not in page
    assert "O&#39;Brien" not in page


def test_pasted_text_is_as_good_as_a_file(client: Client, genuine: bytes) -> None:
    assert "Water quality monitoring" in send(client, text=genuine.decode())


def test_the_day_that_is_asked_about_counts(client: Client, genuine: bytes) -> None:
    assert "verdict--warn" in send(client, genuine, on="2001-01-01")


def test_several_files_stand_in_one_list(client: Client, genuine: bytes, altered: bytes) -> None:
    page = send(client, genuine, altered)
    assert page.count('class="fold card"') >= 2


@pytest.mark.parametrize("text", ["", "http://127.0.0.1/a", "\x00", "{", "https://[", "a" * 100_000], ids=range(6))
def test_whatever_is_typed_gets_an_answer(client: Client, db: None, text: str) -> None:
    assert send(client, text=text)


def test_a_link_in_the_address_is_not_followed(client: Client, db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "from_link", lambda url: pytest.fail("asked"))
    assert "https://a.example/x" in client.get("/verify/?link=https://a.example/x").content.decode()


@pytest.mark.drill("R14")
def test_too_large_a_file_is_said_to_be(client: Client, db: None) -> None:
    assert "too large" in send(client, b"x" * (verifying.LARGEST + 1))


def test_programs_get_the_report(client: Client, genuine: bytes, altered: bytes) -> None:
    good = client.post("/api/v1/verify", genuine, content_type="application/octet-stream")
    assert good.status_code == 200
    assert set(good.json()[0]) == {"file", "verdict", "code", "sentence", "checks", "credential"}
    bad = client.post("/api/v1/verify", altered, content_type="application/octet-stream")
    assert bad.status_code == 422
    assert bad.json()[0]["credential"] is None


def test_programs_may_wrap_the_credential_and_name_a_moment(client: Client, genuine: bytes) -> None:
    asked = {"credential": genuine.decode(), "at": "2001-01-01T00:00:00Z"}
    found = client.post("/api/v1/verify", asked, content_type="application/json")
    assert found.json()[0]["code"] == "credential_not_yet_valid"
    wrong = client.post("/api/v1/verify", {**asked, "at": "soon"}, content_type="application/json")
    assert wrong.status_code == 400
    assert wrong["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("method", ["get", "put", "delete", "patch"])
def test_the_address_for_programs_answers_to_post_alone(client: Client, db: None, method: str) -> None:
    assert getattr(client, method)("/api/v1/verify").status_code == 405
    assert client.options("/api/v1/verify").status_code == 204


def test_a_program_may_send_a_form(client: Client, award: Award) -> None:
    data = awards_content.file_of(award)
    upload = SimpleUploadedFile("mine.jsonld", data)
    answer = client.post("/api/v1/verify", {"file": upload})
    assert answer.json()[0]["credential"]["learner"]["stated"]
    two = {"file": SimpleUploadedFile("a", data), "more": SimpleUploadedFile("b", data)}
    assert client.post("/api/v1/verify", two).status_code == 400
    broken = client.generic("POST", "/api/v1/verify", data, content_type="multipart/form-data")
    assert broken.status_code == 400
