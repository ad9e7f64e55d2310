"""Design, roster, keys, issue, meter, vocabulary: the registrar's path at a terminal."""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from mikra.cli.demo_list import mended_list, messy_list
from mikra.cli.output import read_input, write_output
from mikra.errors import InputError
from tests.cli.conftest import Run
from tests.verification.documents import edc

KEY = ("--organisation", "University of Zed", "--id", "VATRO-00000000", "--country", "RO")


@pytest.fixture
def published(run: Run, tmp_path: Path) -> Path:
    """The university example, published, in the working folder."""
    assert run("design", "new", "university", "-o", "water.yaml").code == 0
    answer = run("design", "publish", "water.yaml")
    assert answer.code == 0
    assert "WATER-Q" in answer.out
    return tmp_path / "water.yaml"


@pytest.fixture
def key(run: Run, tmp_path: Path) -> Path:
    """A demonstration key of the example's issuer."""
    assert run("keys", "new", "-o", "seal.p12", "--demonstration", *KEY).code == 0
    return tmp_path / "seal.p12"


@pytest.mark.parametrize("example", ["university", "welding", "digital"])
@pytest.mark.parametrize("language", ["en", "ro", "bg", "cs", "lt"])
def test_examples_are_complete_in_every_interface_language(run: Run, example: str, language: str) -> None:
    run("design", "new", example, "-o", "design.yaml")
    answer = run("design", "check", "design.yaml", "--lang", language)
    assert answer.code == 0
    assert "✗" not in answer.out


def test_a_design_without_outcomes_is_not_published(run: Run, tmp_path: Path) -> None:
    run("design", "new", "university", "-o", "design.yaml")
    text = (tmp_path / "design.yaml").read_text()
    start, end = text.index("outcomes:"), text.index("workload:")
    (tmp_path / "design.yaml").write_text(text[:start] + text[end:])
    checked = run("design", "check", "design.yaml")
    assert checked.code == 1
    assert "✗" in checked.out
    refused = run("design", "publish", "design.yaml")
    assert refused.code == 1
    assert "published:" not in (tmp_path / "design.yaml").read_text()


def test_a_published_edition_does_not_change(run: Run, published: Path) -> None:
    published.write_text(published.read_text().replace("ects: 3", "ects: 4"))
    answer = run("design", "check", "water.yaml")
    assert answer.code == 3
    assert "changed after it was published" in answer.err


def test_design_answers_for_programs(run: Run, published: Path) -> None:
    answer = json.loads(run("design", "check", "water.yaml", "--json").out)
    assert answer["annex1"]["complete"] is True
    assert json.loads(run("design", "show", "water.yaml", "--elm").out)["type"][-1] == "EuropeanDigitalCredential"
    assert json.loads(run("design", "schema").out)["title"].startswith("Mikra design")


def test_a_messy_list_is_read_cell_by_cell(run: Run, published: Path, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_bytes(messy_list())
    answer = run("roster", "check", "water.yaml", "list.csv", "--today", "2026-11-21", "--corrections", "mend.xlsx")
    assert answer.code == 1
    assert "Ready: 22. To mend: 8." in answer.out
    assert "31.02.2000" in answer.out
    assert (tmp_path / "mend.xlsx").read_bytes()[:2] == b"PK"
    machine = json.loads(run("roster", "check", "water.yaml", "list.csv", "--today", "2026-11-21", "--json").out)
    assert (machine["code"], machine["ready"], machine["attention"]) == ("rows_need_attention", 22, 8)


def test_the_template_fits_its_design(run: Run, published: Path, tmp_path: Path) -> None:
    assert run("roster", "template", "water.yaml", "-o", "class.xlsx").code == 0
    answer = run("roster", "check", "water.yaml", "class.xlsx")
    assert answer.code in (1, 3), "a template without learners has nothing to issue"


def test_issue_is_done_once_and_only_once(run: Run, published: Path, key: Path, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_bytes(mended_list())
    words = ("issue", "water.yaml", "list.csv", "--key", "seal.p12", "-o", "issued", "--json")
    first = run(*words)
    assert first.code == 0, first.err
    assert {k: v for k, v in json.loads(first.out).items() if k in ("issued", "already", "total", "complete")} == {
        "issued": 30,
        "already": 0,
        "total": 30,
        "complete": True,
    }
    files = sorted((tmp_path / "issued" / "credentials").iterdir())
    before = [file.read_bytes() for file in files]
    second = json.loads(run(*words).out)
    assert (second["issued"], second["already"], second["total"]) == (0, 30, 30)
    assert [file.read_bytes() for file in sorted((tmp_path / "issued" / "credentials").iterdir())] == before
    assert not any("Popescu" in file.name for file in files)


def test_nothing_is_issued_from_a_list_with_faults_unless_asked(
    run: Run, published: Path, key: Path, tmp_path: Path
) -> None:
    (tmp_path / "list.csv").write_bytes(messy_list())
    words = ("issue", "water.yaml", "list.csv", "--key", "seal.p12", "-o", "issued", "--json")
    refused = run(*words)
    assert refused.code == 1
    assert not (tmp_path / "issued").exists()
    good = json.loads(run(*words, "--good-rows").out)
    assert (good["issued"], good["attention"]) == (22, 8)


def test_a_wrong_password_is_said_in_words(
    run: Run, published: Path, key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "list.csv").write_bytes(mended_list())
    monkeypatch.setenv("MIKRA_KEY_PASSWORD", "not the password")
    answer = run("issue", "water.yaml", "list.csv", "--key", "seal.p12")
    assert answer.code == 3
    assert "password" in answer.err
    assert "Traceback" not in answer.err


def test_a_draft_is_not_awarded(run: Run, key: Path, tmp_path: Path) -> None:
    run("design", "new", "university", "-o", "draft.yaml")
    (tmp_path / "list.csv").write_bytes(mended_list())
    answer = run("issue", "draft.yaml", "list.csv", "--key", "seal.p12")
    assert answer.code == 3
    assert "draft" in answer.err


def test_a_key_is_never_written_over(run: Run, key: Path) -> None:
    before = key.read_bytes()
    answer = run("keys", "new", "-o", "seal.p12", *KEY)
    assert answer.code == 3
    assert key.read_bytes() == before
    shown = run("keys", "show", "seal.p12")
    assert "University of Zed" in shown.out
    assert "VATRO-00000000" in shown.out
    assert "demonstration" in shown.out.lower()


def test_meter_reads_designs_and_credentials(run: Run, published: Path) -> None:
    vectors = Path(__file__).parents[1] / "vectors" / "edc"
    assert run("meter", "water.yaml").code == 0
    assert run("meter", str(vectors / "minimal-edc.jsonld")).code == 0
    poor = run("meter", str(vectors / "shacl-floor.jsonld"), "--json")
    assert poor.code == 1
    assert json.loads(poor.out)[0]["annex1"]["complete"] is False


def test_vocabulary_is_found_in_the_readers_language(run: Run) -> None:
    assert "isced_f" in run("vocabulary").out
    assert "written-examination" in run("vocabulary", "assessment", "scris", "--lang", "ro").out
    nothing = run("vocabulary", "assessment", "xyzzy")
    assert nothing.code == 1


@pytest.mark.parametrize(
    "words",
    [
        ("issue",),
        ("design", "check", "nowhere.yaml"),
        ("design", "check", "design.yaml", "--lang", "xx"),
        ("nonsense",),
        ("vocabulary", "no-such-list"),
        ("keys", "new", "-o", "x.p12"),
    ],
)
def test_wrong_use_ends_with_three_and_words(run: Run, words: tuple[str, ...]) -> None:
    answer = run(*words)
    assert answer.code == 3
    assert answer.err.strip()
    assert "Traceback" not in answer.err


@pytest.mark.parametrize(
    "words",
    [
        ("roster", "check", "water.yaml", "list.csv", "--mapping", "odd.json"),
        ("roster", "check", "water.yaml", "list.csv", "--today", "yesterday"),
        ("roster", "check", "water.yaml", "list.csv", "--date-order", "xyz"),
        ("issue", "water.yaml", "list.csv", "--key", "seal.p12", "--password-file", "seal.p12"),
        ("meter", "."),
    ],
)
def test_odd_files_and_words_are_refused_in_words(
    run: Run, published: Path, key: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    (tmp_path / "list.csv").write_bytes(mended_list())
    (tmp_path / "odd.json").write_text("5")
    answer = run(*words)
    assert answer.code == 3
    assert answer.err.strip()
    assert not (tmp_path / "issued").exists()


def test_standard_input_that_was_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(InputError, match="no standard input"):
        read_input("-")


def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path: Path) -> None:
    """What is no file (a pipe, a device) must never be replaced by one."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_output(str(pipe), b"content")
        assert os.read(reader, 100) == b"content"
    finally:
        os.close(reader)
    assert pipe.is_fifo()


def test_a_list_may_come_through_a_pipe(run: Run, published: Path, tmp_path: Path) -> None:
    """A pipe can be read once: whoever looks at it first must not take its content away."""
    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=(tmp_path / "pipe").write_bytes, args=(mended_list(),), daemon=True)
    writer.start()
    answer = run("roster", "check", "water.yaml", "pipe", "--today", "2026-11-21", "--json")
    writer.join(5)
    assert (answer.code, json.loads(answer.out)["ready"]) == (0, 30)


def test_the_meter_lets_no_words_of_others_act_on_the_terminal(run: Run, tmp_path: Path) -> None:
    document: dict[str, Any] = edc()
    nasty = "\x1b[2J\x9b31m\x07[red]Title[/red]\u202egnp"
    document["credentialSubject"]["hasClaim"][0]["title"] = {"en": nasty}
    document["credentialSubject"]["hasClaim"][0]["specifiedBy"]["learningOutcome"] = [{"title": {"en": nasty}}]
    (tmp_path / "nasty.json").write_text(json.dumps(document))
    answer = run("meter", "nasty.json")
    assert not {"\x1b", "\x9b", "\x07", "\u202e"} & set(answer.out + answer.err)
    assert "[red]Title[/red]" in answer.out
