"""`mikra verify` as a person runs it: the sentence first, the checks, the content, the exit code."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from mikra.report import CHECK_IDS
from mikra.trust.certificates import fingerprint
from tests.cli.conftest import Run
from tests.simulators import authorities
from tests.verification.documents import STATUS_URL, edc, seal, status_entry, status_list

AT = ("--at", "2026-06-01T12:00:00Z")
FINGERPRINT = bytes.fromhex(fingerprint(authorities.seal().der))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files of every fate, the authority's certificate, and a snapshot of the issuer's status list."""
    (tmp_path / "good.json").write_bytes(seal(edc(**status_entry())))
    (tmp_path / "altered.json").write_bytes(seal(edc()).replace(b"Water quality", b"Walker quality"))
    (tmp_path / "draft.json").write_text(json.dumps(edc()))
    (tmp_path / "withdrawn.json").write_bytes(seal(edc(**status_entry(43))))
    anchors = tmp_path / "anchors"
    anchors.mkdir()
    (anchors / "authority.der").write_bytes(authorities.intermediate().der)
    (anchors / "root.pem").write_bytes(_pem(authorities.root()))
    web = tmp_path / "snapshot"
    (web / "web").mkdir(parents=True)
    (web / "web" / "1").write_bytes(status_list(43))
    (web / "web.json").write_text(json.dumps({STATUS_URL: {"file": "web/1", "headers": {}, "status": 200}}))
    return tmp_path


def _pem(holder: authorities.Holder) -> bytes:
    return holder.certificate.public_bytes(Encoding.PEM)


ALL = ("--anchors", "anchors", "--snapshot", "snapshot", *AT)


def test_a_genuine_credential_in_full(run: Run, folder: Path) -> None:
    answer = run("verify", "good.json", *ALL)
    assert answer.code == 0
    first = answer.out.splitlines()[0]
    assert first.startswith("✓ Genuine. Awarded by University of Somewhere to Zoë O'Brien-Łukasiewicz on 3 May 2026.")
    assert "Judged for 1 June 2026, 12:00 (UTC)." in answer.out
    assert answer.out.index("What was checked") < answer.out.index("What the credential says")
    assert "✓ passed" in answer.out
    assert "not stated by the issuer" in answer.out
    assert "does not in itself mean validation or recognition" in answer.out


def test_an_altered_credential_shows_nothing_of_itself(run: Run, folder: Path) -> None:
    answer = run("verify", "altered.json", *ALL)
    assert answer.code == 1
    assert answer.out.startswith("✗ Altered. Do not rely on it; ask the holder for the original.")
    assert "Walker" not in answer.out
    assert "Łukasiewicz" not in answer.out
    assert "is not shown, because it is not the original" in answer.out


def test_without_trust_it_is_not_certain(run: Run, folder: Path) -> None:
    answer = run("verify", "good.json", *AT, "--offline")
    assert answer.code == 2
    assert answer.out.startswith("? We can't confirm who issued this.")


def test_a_seal_can_be_trusted_by_its_fingerprint_in_any_spelling(run: Run, folder: Path) -> None:
    spelled = ":".join(f"{byte:02X}" for byte in FINGERPRINT)
    assert run("verify", "good.json", "--trust-seal", spelled, "--snapshot", "snapshot", *AT).code == 0


def test_what_is_not_sealed_says_so_and_marks_its_content(run: Run, folder: Path) -> None:
    answer = run("verify", "draft.json", *ALL)
    assert answer.code == 2
    assert answer.out.startswith("? Not sealed: anyone could have written this.")
    assert "What the file says; nothing here is confirmed" in answer.out


def test_many_files_give_a_table_and_the_worst_exit(run: Run, folder: Path) -> None:
    answer = run("verify", "good.json", "draft.json", *ALL)
    assert answer.code == 2
    assert "1 genuine, 1 not certain, 0 to be rejected" in answer.out
    answer = run("verify", "good.json", "draft.json", "withdrawn.json", *ALL)
    assert answer.code == 1
    assert "1 genuine, 1 not certain, 1 to be rejected" in answer.out
    assert "withdrawn.json" in answer.out


def test_the_answer_for_programs(run: Run, folder: Path) -> None:
    answer = run("verify", "good.json", "altered.json", "--json", *ALL)
    assert answer.code == 1
    good, altered = json.loads(answer.out)
    assert list(good) == ["file", "verdict", "code", "sentence", "checks", "credential"]
    assert [check["id"] for check in good["checks"]] == list(CHECK_IDS)
    assert (good["verdict"], good["code"], altered["code"]) == ("TOTAL-PASSED", "valid", "jws_signature_invalid")
    assert altered["credential"] is None


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("ro", "Autentic."), ("bg", "Автентично."), ("cs", "Pravý."), ("lt", "Autentiškas.")],
)
def test_the_reader_chooses_the_language(run: Run, folder: Path, language: str, sentence: str) -> None:
    answer = run("verify", "good.json", "--lang", language, *ALL)
    assert answer.out.startswith(f"✓ {sentence}")


def test_details_are_folded_away(run: Run, folder: Path) -> None:
    plain, full = run("verify", "good.json", *ALL), run("verify", "good.json", "--details", *ALL)
    assert FINGERPRINT.hex() not in plain.out
    assert FINGERPRINT.hex() in "".join(full.out.split())


def test_standard_input(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stdin:
        buffer = io.BytesIO((folder / "good.json").read_bytes())

    monkeypatch.setattr(sys, "stdin", Stdin())
    assert run("verify", "-", *ALL).code == 0


@pytest.mark.parametrize(
    "words",
    [
        ("nowhere.json",),
        ("good.json", "nowhere.json"),
        ("good.json", "--at", "yesterday"),
        ("good.json", "--at", "2026-06-01T12:00:00"),
        ("good.json", "--trust-seal", "1234"),
        ("good.json", "--anchors", "nowhere"),
        ("good.json", "--anchors", "good.json"),
        ("good.json", "--snapshot", "nowhere"),
        ("good.json", "--lang", "xx"),
        ("good.json", "--no-such-option"),
        (),
    ],
)
def test_wrong_use_ends_with_three(run: Run, folder: Path, words: tuple[str, ...]) -> None:
    answer = run("verify", *words)
    assert answer.code == 3
    assert "Traceback" not in answer.err
    assert "Genuine" not in answer.out


def test_a_bad_file_is_an_answer_and_not_wrong_use(run: Run, folder: Path) -> None:
    (folder / "empty.json").write_bytes(b"")
    answer = run("verify", "empty.json")
    assert answer.code == 1
    assert "empty" in answer.out


def test_words_of_others_cannot_act_on_the_terminal(run: Run, folder: Path) -> None:
    document: dict[str, Any] = edc()
    nasty = "\x1b[2J\x1b]0;owned\x07[red]Title[/red]\u202egnp"
    document["credentialSubject"]["hasClaim"][0]["title"] = {"en": nasty}
    (folder / "nasty.json").write_bytes(seal(document))
    answer = run("verify", "nasty.json", "--details", *ALL)
    assert not {"\x1b", "\x07", "\u202e"} & set(answer.out)
    assert "[red]Title[/red]" in answer.out


def coloured(folder: Path, file: str, colour: str, *words: str) -> str:
    """What the command prints on a terminal with colours, or without."""
    done = subprocess.run(
        [sys.executable, "-c", "from mikra.cli import main; main()", "verify", file, *(words or ALL)],
        cwd=folder,
        env={"PATH": "", "COLUMNS": "100", "LC_ALL": "C.UTF-8", "PYTHONPATH": ":".join(sys.path), colour: "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert not done.stderr
    return done.stdout


def test_colour_never_stands_alone(folder: Path) -> None:
    """With colours the words and marks are the same as without."""
    plain, shown = coloured(folder, "good.json", "NO_COLOR"), coloured(folder, "good.json", "FORCE_COLOR")
    assert "\x1b[" in shown
    assert "\x1b[" not in plain
    assert re.sub(r"\x1b\[[0-9;]*m", "", shown) == plain


def test_red_is_for_what_is_false_amber_for_history_grey_for_what_was_not_checked(folder: Path) -> None:
    (folder / "old.json").write_bytes(seal(edc(validUntil="2026-05-05T00:00:00Z")))
    old = coloured(folder, "old.json", "FORCE_COLOR")
    assert "\x1b[1;33m? " in old
    assert "\x1b[33m✗ failed" in old
    assert "\x1b[1;31m✗ " in coloured(folder, "altered.json", "FORCE_COLOR")
    assert "\x1b[2m? not checked" in coloured(folder, "good.json", "FORCE_COLOR", *AT)


def shell(folder: Path, line: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """What the command does in a shell: `{mikra}` stands for it."""
    mikra = f"{sys.executable} -c 'from mikra.cli import main; main()'"
    return subprocess.run(
        ["bash", "-c", line.replace("{mikra}", mikra)],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "PYTHONPATH": ":".join(sys.path), **environment},
        capture_output=True,
        check=False,
    )


TRUSTED = f"--trust-seal {FINGERPRINT.hex()} --snapshot snapshot --at 2026-06-01T12:00:00Z"


def test_a_pipe_of_the_shell_is_as_good_as_a_file(folder: Path) -> None:
    done = shell(folder, f"{{mikra}} verify <(cat good.json) {TRUSTED}")
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_folder_is_no_file(run: Run, folder: Path) -> None:
    answer = run("verify", "anchors")
    assert answer.code == 3
    assert "folder" in answer.err


def test_an_endless_file_costs_no_more_than_a_large_one(folder: Path) -> None:
    """Drill R4: 300 MB at most. Without the limit the shell's bound on memory ends it."""
    done = shell(folder, "ulimit -v 900000; {mikra} verify - --json < /dev/zero")
    assert (done.returncode, done.stderr) == (1, b"")
    assert json.loads(done.stdout)[0]["code"] in ("too_large", "file_type_mismatch")


@pytest.mark.parametrize("words", ["", "--json"])
def test_an_answer_that_cannot_be_written_is_no_verdict(folder: Path, words: str) -> None:
    """Neither "genuine" (0) nor "do not rely on it" (1): it may be tried again."""
    done = shell(folder, f"{{mikra}} verify good.json {TRUSTED} {words} > /dev/full")
    assert done.returncode == 2
    assert b"could not be written" in done.stderr
    assert b"Traceback" not in done.stderr


def test_streams_that_were_closed(folder: Path) -> None:
    assert shell(folder, f"{{mikra}} verify good.json {TRUSTED} --json >&-").returncode == 0
    assert shell(folder, "{mikra} verify - <&-").returncode == 3


def test_a_terminal_that_lacks_letters_still_gets_the_verdict(folder: Path) -> None:
    done = shell(folder, f"{{mikra}} verify good.json {TRUSTED} --lang bg", PYTHONIOENCODING="latin-1")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"? ")


def test_a_name_that_is_no_text(folder: Path) -> None:
    done = shell(folder, f"cp good.json $'b\\xffd.json'; {{mikra}} verify b*d.json --json {TRUSTED}")
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)[0]["file"] == "b\ufffdd.json"


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59-14:00", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"])
def test_the_ends_of_the_calendar(run: Run, folder: Path, at: str) -> None:
    assert run("verify", "good.json", "--anchors", "anchors", "--snapshot", "snapshot", "--at", at).code == 2
