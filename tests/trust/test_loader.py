"""The web as the core sees it: recorded answers and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mikra.errors import InputError, UnavailableError
from mikra.trust.loader import (
    MAX_BODY,
    OFFLINE,
    Loader,
    Recorded,
    RecordingLoader,
    SnapshotLoader,
    refuse_address,
)

URL = "https://issuer.example.test/status/1"


def unavailable(loader: Loader, url: str = URL) -> UnavailableError:
    with pytest.raises(UnavailableError) as caught:
        loader.load(url)
    return caught.value


def test_offline_has_nothing_and_says_where() -> None:
    assert unavailable(OFFLINE).where == URL


def test_snapshot_serves_what_it_has_and_only_that(corpus: Path) -> None:
    loader = SnapshotLoader.open(corpus / "web.json")
    loaded = loader.load(URL + "#42")
    assert loaded.body == (corpus / "web" / "697ae507066b").read_bytes()
    assert loaded.content_type == "application/vc+jwt"
    assert unavailable(loader, "https://issuer.example.test/status/99").code == ""


def test_snapshot_may_be_named_by_its_folder(corpus: Path) -> None:
    assert SnapshotLoader.open(corpus).load(URL).body


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://issuer.example.test/redirect-internal", "url_not_allowed"),
        ("https://redirects-to-loopback.example.test/.well-known/did.json", "url_not_allowed"),
        ("https://issuer.example.test/slow", "timeout"),
        ("https://slow.example.test/.well-known/did.json", "timeout"),
        ("https://endless.example.test/.well-known/did.json", "response_too_large"),
    ],
)
def test_snapshot_behaves_as_recorded(corpus: Path, url: str, code: str) -> None:
    assert unavailable(SnapshotLoader.open(corpus), url).code == code


def test_a_redirect_to_a_public_address_is_not_followed_either() -> None:
    answer = Recorded(read=bytes, status=302, headers={"location": "https://other.example.test/"})
    assert unavailable(SnapshotLoader({URL: answer})).code == "redirect_not_allowed"


def test_an_answer_over_the_cap_is_refused_and_one_at_the_cap_is_not() -> None:
    assert SnapshotLoader({URL: Recorded(read=lambda: b"x" * MAX_BODY)}).load(URL).body
    assert unavailable(SnapshotLoader({URL: Recorded(read=lambda: b"x" * (MAX_BODY + 1))})).code == "response_too_large"


def test_an_error_page_is_no_answer() -> None:
    assert unavailable(SnapshotLoader({URL: Recorded(read=lambda: b"gone", status=404)})).found == "404"


@pytest.mark.parametrize(
    "url",
    [
        "http://issuer.example.test/1",
        "file:///etc/passwd",
        "https://127.0.0.1/1",
        "https://[::1]/1",
        "https://10.1.2.3/1",
        "https://169.254.169.254/latest",
        "https://2130706433/1",
        "https://0x7f.1/1",
        "https://127.1/1",
        "https://localhost/1",
        "https://printer.local/1",
        "https://intranet/1",
        "https://user@issuer.example.test/1",
        "https://user:secret@issuer.example.test/1",
        "https://:secret@issuer.example.test/1",
        "https://:@issuer.example.test/1",
        "https://issuer.example.test:99999/1",
        "https://[::1/1",
        "",
    ],
)
def test_addresses_that_may_never_be_asked(url: str) -> None:
    with pytest.raises(UnavailableError) as caught:
        refuse_address(url)
    assert caught.value.code == "url_not_allowed"


@pytest.mark.parametrize("url", [URL, "https://8.8.8.8/1", "https://issuer.example.test:8443/1"])
def test_public_addresses_may(url: str) -> None:
    refuse_address(url)


def test_what_was_seen_can_be_kept_and_served_again(corpus: Path, tmp_path: Path) -> None:
    recording = RecordingLoader(SnapshotLoader.open(corpus))
    seen = recording.load(URL)
    slow = unavailable(recording, "https://issuer.example.test/slow")
    inner = unavailable(recording, "https://issuer.example.test/redirect-internal")
    again = SnapshotLoader.open(recording.save(tmp_path))
    assert again.load(URL) == seen
    assert unavailable(again, "https://issuer.example.test/slow").code == slow.code == "timeout"
    again_inner = unavailable(again, "https://issuer.example.test/redirect-internal")
    assert again_inner.code == inner.code == "url_not_allowed"
    assert unavailable(again, "https://issuer.example.test/status/2").code == ""


def test_one_report_sees_one_world() -> None:
    """What was answered once is the answer, also where the web has changed its mind in between."""
    answers = iter([b"first", b"second"])
    recording = RecordingLoader(SnapshotLoader({URL: Recorded(read=lambda: next(answers))}))
    assert recording.load(URL).body == recording.load(f"{URL}#part").body == b"first"


@pytest.mark.parametrize(
    "text",
    [
        "not JSON",
        "[]",
        json.dumps({URL: "web/1"}),
        json.dumps({URL: {"file": "../../secret", "status": 200}}),
        json.dumps({URL: {"file": "web/1", "headers": []}}),
        json.dumps({URL: {"file": "web/1", "status": "ok"}}),
    ],
)
def test_what_is_no_snapshot_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "web.json").write_text(text)
    with pytest.raises(InputError):
        SnapshotLoader.open(tmp_path)


def test_a_snapshot_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        SnapshotLoader.open(tmp_path / "nowhere")


def test_a_body_that_is_missing_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "web.json").write_text(json.dumps({URL: {"file": "web/1", "headers": {}, "status": 200}}))
    assert unavailable(SnapshotLoader.open(tmp_path)).where == URL
