"""Class lists at a terminal: pasted cells, columns by name, what comes next, and nobody's work written over."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run

CHECK = ("roster", "check", "water.yaml")
PASTED = "Nume\tPrenume\tData nașterii\tNota\nO'Brien\tZoë\t21.07.2001\t10\n"


def test_cells_pasted_from_a_spreadsheet_are_read(run: Run, office: Path) -> None:
    answer = run(*CHECK, "-", stdin=PASTED.encode())
    assert answer.code == 0
    assert "Ready: 1. To mend: 0." in answer.out
    assert run(*CHECK, "-", stdin=PASTED.replace("\t10", "\t11").encode()).code == 1
    assert run(*CHECK, "-", stdin=b"").code == 3


def test_every_command_that_reads_a_file_reads_standard_input(run: Run, office: Path) -> None:
    design = (office / "water.yaml").read_bytes()
    run("issue", "water.yaml", "class.csv", "--key", "seal.p12", "-o", "issued")
    credential = min((office / "issued" / "credentials").iterdir()).read_bytes()
    assert run("design", "check", "-", stdin=design).code == 0
    assert run("design", "show", "-", stdin=design).code == 0
    assert run("design", "publish", "-", stdin=(office / "draft.yaml").read_bytes()).out.startswith("format: mikra")
    assert run("roster", "check", "-", "class.csv", stdin=design).code == 0
    assert run("roster", "template", "-", "-o", "new.xlsx", stdin=design).code == 0
    assert run("issue", "water.yaml", "-", "--key", "seal.p12", "-o", "two", stdin=PASTED.encode()).code == 0
    assert run("meter", "-", stdin=credential).code == 0
    assert run("meter", "-", stdin=design).code == 0
    assert run("verify", "-", stdin=credential).code == 2
    twice = run("roster", "check", "-", "-", stdin=design)
    assert (twice.code, "Only one" in twice.err) == (3, True)


def test_a_column_is_named_by_its_heading(run: Run, office: Path) -> None:
    rows = PASTED.replace("Data nașterii", "Născută").encode()
    assert run(*CHECK, "-", stdin=rows).code == 3
    for name in ("date_of_birth", "Date of birth", "Дата на раждане", "DATE_OF_BIRTH"):
        assert run(*CHECK, "-", "--column", f"Născută={name}", stdin=rows).code == 0, name
    for wrong in ("Născută=shoe_size", "Născută", "=grade"):
        answer = run(*CHECK, "-", "--column", wrong, stdin=rows)
        assert (answer.code, "HEADING=FIELD" in answer.err) == (3, True)


def test_a_column_can_be_left_out(run: Run, office: Path) -> None:
    rows = PASTED.replace("Nota\n", "Nota\tE-mail\n").replace("\t10\n", "\t10\tnobody\n").encode()
    assert run(*CHECK, "-", stdin=rows).code == 1
    assert run(*CHECK, "-", "--column", "E-mail=", stdin=rows).code == 0


def test_columns_are_remembered(run: Run, office: Path) -> None:
    rows = PASTED.replace("Data nașterii", "Născută").encode()
    words = ("--column", "Născută=date_of_birth", "--save-mapping", "columns.json")
    assert run(*CHECK, "-", *words, stdin=rows).code == 0
    assert run(*CHECK, "-", "--mapping", "columns.json", stdin=rows).code == 0


def test_columns_are_called_as_people_call_them(run: Run, office: Path) -> None:
    assert "Nota → Grade" in run(*CHECK, "class.csv").out
    assert "date_of_birth" not in run(*CHECK, "class.csv").out
    assert json.loads(run(*CHECK, "class.csv", "--json").out)["columns"]["Nota"] == "grade"


@pytest.mark.parametrize(
    ("words", "command"),
    [
        (("design", "new", "-o", "new.yaml"), "mikra design check new.yaml"),
        (("design", "check", "draft.yaml"), "mikra design publish draft.yaml"),
        (("design", "publish", "draft.yaml"), "mikra roster template draft.yaml -o class.xlsx"),
        (("roster", "template", "water.yaml", "-o", "my list.xlsx"), "mikra roster check water.yaml 'my list.xlsx'"),
        ((*CHECK, "class.csv"), "mikra issue water.yaml class.csv --key seal.p12 -o issued"),
        (("roster", "check", "draft.yaml", "class.csv"), "mikra design publish draft.yaml"),
        ((*CHECK, "messy.csv"), "mikra roster check water.yaml messy.csv --corrections mend.xlsx"),
        ((*CHECK, "messy.csv", "--corrections", "mend.xlsx"), "mikra roster check water.yaml mend.xlsx"),
    ],
)
def test_each_command_says_what_comes_next(run: Run, office: Path, words: tuple[str, ...], command: str) -> None:
    answer = run(*words)
    assert [line.strip().partition("bin/")[2] or line.strip() for line in answer.err.splitlines()].count(command) == 1
    assert command not in answer.out


def test_programs_are_not_told_what_comes_next(run: Run, office: Path) -> None:
    assert run(*CHECK, "class.csv", "--json").err == ""


@pytest.mark.parametrize(
    "words",
    [
        ("design", "new", "-o", "mine"),
        ("design", "publish", "draft.yaml", "-o", "mine"),
        ("roster", "template", "water.yaml", "-o", "mine"),
        (*CHECK, "messy.csv", "--corrections", "mine"),
        ("keys", "show", "seal.p12", "--certificate", "mine"),
        ("keys", "new", "-o", "mine", "--organisation", "Z", "--id", "VATRO-1", "--country", "RO"),
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_nobodys_work_is_written_over(run: Run, office: Path, words: tuple[str, ...]) -> None:
    (office / "mine").write_text("two hours of work")
    answer = run(*words)
    assert (answer.code, "already" in answer.err) == (3, True)
    assert (office / "mine").read_text() == "two hours of work"
    (office / "mine").unlink()
    assert run(*words).code in (0, 1), "the twin: a new name is written"
    assert (office / "mine").exists()


def test_the_rows_to_mend_come_back_and_are_issued(run: Run, office: Path) -> None:
    words = ("issue", "water.yaml", "messy.csv", "--key", "seal.p12", "-o", "issued", "--json")
    assert json.loads(run(*words, "--good-rows", "--corrections", "mend.csv").out)["issued"] == 22
    mended = (office / "mend.csv").read_text("utf-8-sig").replace("31.02.2000", "21.02.2000")
    (office / "mend.csv").write_text(mended, "utf-8-sig")
    again = ("issue", "water.yaml", "mend.csv", "--key", "seal.p12", "-o", "issued", "--json", "--good-rows")
    told = json.loads(run(*again).out)
    assert (told["issued"], told["already"], told["total"]) == (1, 1, 23), (
        "the learner who stood there twice has it already"
    )


def test_many_faults_do_not_fill_the_screen(run: Run, office: Path) -> None:
    rows = "".join(f"Pop\tAna{n}\t31.02.2000\t9\n" for n in range(50))
    header = PASTED.splitlines()[0] + "\n"
    answer = run(*CHECK, "-", stdin=(header + rows).encode())
    assert answer.out.count("✗") == 20
    assert "30 more" in answer.out
    assert len(json.loads(run(*CHECK, "-", "--json", stdin=(header + rows).encode()).out)["findings"]) == 50


@pytest.mark.parametrize("columns", ["20", "40", "80", "200"])
def test_no_word_is_lost_on_a_narrow_screen(
    run: Run, office: Path, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    shown = "".join(run("design", "show", "water.yaml").out.split())
    assert "Waterqualitymonitoring" in shown
    assert "\x1b" not in shown
    assert shown.count("…") == 3, "the marks of what is filled in at the award, and nothing cut"
    fingerprint = json.loads(run("keys", "show", "seal.p12", "--json").out)["fingerprint"]
    assert fingerprint in run("keys", "show", "seal.p12").out
