"""`mikra issue`: what it says before it seals, what it doubts, when it asks; lists of any length; its summary."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mikra.cli import class_list, issue, issue_run
from mikra.cli.demo_list import mended_list
from tests.cli.conftest import Run

ISSUE = ("issue", "water.yaml", "class.csv", "--key", "seal.p12", "-o", "issued")
SENTENCE = (
    "You award “Water quality monitoring” (3 ECTS, EQF 6) to 30 people, identity checked on site, "
    "sealed by University of Zed."
)


def mended(office: Path, change: dict[str, str], name: str = "water.yaml") -> None:
    """A published edition in which texts were replaced before it was published."""
    from mikra.issuance import design_file
    from mikra.issuance.design_file import publish, read_design, write_yaml

    text = (office / "draft.yaml").read_text("utf-8")
    for old, new in change.items():
        assert old in text
        text = text.replace(old, new)
    design = publish(read_design(text.encode()), on=read_design((office / name).read_bytes()).published)
    (office / name).write_bytes(write_yaml(design))
    assert design_file.read_design((office / name).read_bytes()).published


def test_it_says_first_what_is_awarded(run: Run, office: Path) -> None:
    answer = run(*ISSUE)
    assert answer.code == 0
    assert answer.out.splitlines()[0] == SENTENCE
    assert "no value" in answer.out
    assert answer.out.index(SENTENCE) < answer.out.index("30 issued now")
    assert "mikra verify issued/credentials/" in answer.err


def test_a_second_run_awards_to_nobody(run: Run, office: Path) -> None:
    run(*ISSUE)
    again = run(*ISSUE)
    assert (again.code, "You award" in again.out) == (0, False)
    assert "Issued before, and not again: to 30 people." in again.out
    more = (office / "class.csv").read_text("utf-8-sig") + "Nou;Om;om@x.example;01.02.2003;M9999;15.06.2026;9;\r\n"
    (office / "class.csv").write_text(more, "utf-8-sig")
    assert "to 1 person, identity" in run(*ISSUE).out


@pytest.mark.parametrize(
    ("language", "people"),
    [("ro", "30 de persoane"), ("bg", "30 души"), ("cs", "30 osobám"), ("lt", "30 asmenų"), ("en", "30 people")],
)
def test_so_it_does_in_every_language(run: Run, office: Path, language: str, people: str) -> None:
    first = run(*ISSUE, "--preview", "--lang", language).out.splitlines()[0]
    assert people in first
    assert "University of Zed" in first


def test_a_preview_seals_nothing(run: Run, office: Path) -> None:
    answer = run(*ISSUE, "--preview")
    assert (answer.code, answer.out.splitlines()[0]) == (0, SENTENCE)
    assert not (office / "issued").exists()
    told = json.loads(run(*ISSUE, "--preview", "--json").out)
    assert (told["sentence"], told["people"], told["already"], told["doubts"]) == (SENTENCE, 30, 0, [])


def test_identity_is_counted_where_rows_differ(run: Run, office: Path) -> None:
    lines = mended_list().decode("utf-8-sig").splitlines()
    rows = [f"{lines[0]};Identity verified", f"{lines[1]};no", *(f"{line};yes" for line in lines[2:])]
    (office / "class.csv").write_text("\n".join(rows), "utf-8")
    assert "identity checked for 29 of 30, sealed" in run(*ISSUE, "--preview").out
    (office / "class.csv").write_text("\n".join([rows[0], rows[1]]), "utf-8")
    assert "to 1 person, identity not checked, sealed" in run(*ISSUE, "--preview").out


@pytest.mark.parametrize(
    ("change", "doubt"),
    [
        ({"expires: 2030-02-28": "expires: 2026-05-31"}, "ended on 31 May 2026, before the award on 15 June 2026"),
        ({"review_by: 2028-06-30": "review_by: 2026-06-01"}, "to be reviewed by 1 June 2026"),
        ({}, ""),
    ],
)
def test_doubts_are_said_before_sealing(run: Run, office: Path, change: dict[str, str], doubt: str) -> None:
    mended(office, change)
    answer = run(*ISSUE, "--preview")
    told = json.loads(run(*ISSUE, "--preview", "--json").out)["doubts"]
    assert (doubt in answer.out, bool(told)) == (True, bool(doubt))
    assert answer.code == 0, "a doubt never blocks"


def test_a_seal_that_ends_soon_is_said(run: Run, office: Path) -> None:
    words = ("--organisation", "University of Zed", "--id", "VATRO-00000000", "--country", "RO", "--demonstration")
    assert run("keys", "new", "-o", "short.p12", "--days", "30", *words).code == 0
    ending = [word if word != "seal.p12" else "short.p12" for word in ISSUE]
    assert "certificate of this seal ends on" in run(*ending, "--preview").out
    assert "certificate of this seal ends on" not in run(*ISSUE, "--preview").out


def test_warnings_of_the_list_are_shown(run: Run, office: Path) -> None:
    rows = "Nume;Prenume;E-mail;Data nașterii;Data absolvirii;Nota\nPop;Ana;a@x.example;01.02.2003;15.06.2026;9\n"
    (office / "class.csv").write_text(rows + "Pop;Ana;b@x.example;05.02.2003;15.06.2026;9\n", "utf-8")
    checked = json.loads(run("roster", "check", "water.yaml", "class.csv", "--json").out)
    warned = [one["what"] for one in checked["findings"] if one["severity"] == "warning"]
    answer = run(*ISSUE, "--preview")
    assert all(text in answer.out for text in warned)


@pytest.mark.parametrize(("typed", "sealed"), [("yes", True), ("y", True), ("no", False), ("", False)])
def test_at_a_terminal_it_asks(
    run: Run, office: Path, monkeypatch: pytest.MonkeyPatch, typed: str, sealed: bool
) -> None:
    monkeypatch.setattr(issue, "_asks", lambda: True)
    answer = run(*ISSUE, stdin=f"{typed}\n".encode())
    assert (answer.code, (office / "issued" / "receipt.jsonld").exists()) == (0 if sealed else 1, sealed)
    assert ("Nothing was sealed" in answer.err) is not sealed


def test_it_does_not_ask_twice_a_person_who_said_yes(run: Run, office: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(issue, "_asks", lambda: True)
    assert run(*ISSUE, "--yes").code == 0
    assert run(*ISSUE, "--json").code == 0


def test_the_summary_for_programs(run: Run, office: Path) -> None:
    told = json.loads(run(*ISSUE, "--json").out)
    assert (told["design"], told["complete"], told["issued"], told["total"]) == ("WATER-Q/2026.1", True, 30, 30)
    for name in ("credentials", "receipt", "ledger"):
        assert (office / told[name]).exists()
    verified = run("verify", told["receipt"], "--trust-seal", told["seal"])
    assert verified.code == 0


def test_the_summary_of_a_stopped_run(run: Run, office: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The drill of real signals is `tests/drills/test_stopping.py`; here the summary that it leaves."""

    def stop(*_: object) -> None:
        raise issue_run.Stopped

    with monkeypatch.context() as stopped:
        stopped.setattr(issue_run.Runner, "_receipt", stop)
        answer = run(*ISSUE, "--json")
    told = json.loads(answer.out)
    assert (answer.code, told["complete"], told["issued"], told["already"]) == (2, False, 30, 0)
    assert (told["receipt"], told["ledger"]) == ("", "")
    again = json.loads(run(*ISSUE, "--json").out)
    assert (again["complete"], again["issued"], again["already"]) == (True, 0, 30)


@pytest.fixture
def long_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists of more than ten lines count as long."""
    monkeypatch.setattr(class_list, "_LONGEST", 10)


@pytest.mark.usefixtures("long_lists")
def test_a_list_of_any_length_is_issued_row_by_row(run: Run, office: Path) -> None:
    told = json.loads(run(*ISSUE, "--json").out)
    assert (told["issued"], told["attention"]) == (30, 0)
    ledger = (office / "issued" / "ledger.csv").read_text("utf-8-sig").splitlines()
    assert len(ledger) == 31
    assert "Zoë O'Brien" in ledger[3]
    assert json.loads(run(*ISSUE, "--json").out)["already"] == 30


@pytest.mark.usefixtures("long_lists")
def test_of_a_long_list_too_nothing_is_issued_while_it_has_faults(run: Run, office: Path) -> None:
    words = ("issue", "water.yaml", "messy.csv", "--key", "seal.p12", "-o", "issued", "--corrections", "mend.csv")
    refused = run(*words)
    assert (refused.code, (office / "issued").exists()) == (1, False)
    assert "Ready: 22. To mend: 8." in refused.out
    assert len((office / "mend.csv").read_text("utf-8-sig").splitlines()) == 9
    good = json.loads(run(*words, "--good-rows", "--json").out)
    assert (good["issued"], good["attention"]) == (22, 8)


@pytest.mark.parametrize("long", [False, True], ids=["at once", "row by row"])
def test_both_ways_of_reading_find_the_same(
    run: Run, office: Path, monkeypatch: pytest.MonkeyPatch, long: bool
) -> None:
    if long:
        monkeypatch.setattr(class_list, "_LONGEST", 10)
    answer = json.loads(run("roster", "check", "water.yaml", "messy.csv", "--json", "--today", "2026-11-21").out)
    lines = [one.get("where", "") for one in answer["findings"] if one["severity"] == "error"]
    assert [where.partition(",")[0] for where in lines] == [f"line {n}" for n in (5, 7, 10, 13, 16, 20, 23, 29)]
    assert (answer["ready"], answer["attention"]) == (22, 8)


def test_a_long_run_without_a_terminal_says_how_far_it_is(
    run: Run, office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issue_run, "EVERY", 0.0)
    assert "30 of 30 sealed (" in run(*ISSUE).err


def test_a_short_one_does_not(run: Run, office: Path) -> None:
    assert " of 30 sealed" not in run(*ISSUE).err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("issue", "draft.yaml", "class.csv", "--key", "seal.p12"), "A draft cannot be awarded."),
        (("issue", "water.yaml", "class.csv", "--key", "class.csv"), "password does not open this key"),
        (("issue", "water.yaml", "nowhere.csv", "--key", "seal.p12"), "cannot be opened"),
        (("issue", "-", "-", "--key", "seal.p12"), "Only one of the two files can be -"),
    ],
)
def test_what_cannot_be_is_said_before_anything_happens(
    run: Run, office: Path, words: tuple[str, ...], message: str
) -> None:
    answer = run(*words)
    assert (answer.code, message in answer.err) == (3, True), answer.err
    assert not (office / "issued").exists()


def test_another_designs_folder_is_not_mixed(run: Run, office: Path) -> None:
    assert run(*ISSUE).code == 0
    mended(office, {'edition: "2026.1"': 'edition: "2026.2"'})
    answer = run(*ISSUE)
    assert (answer.code, "another design" in answer.err) == (3, True)


TSA = ("--tsa", "https://tsa.example")


def test_what_is_to_last_is_said_to_be_pending(run: Run, office: Path) -> None:
    first = run(*ISSUE, *TSA, "--lang", "ro")
    assert "30 sigilate, dovada pe termen lung urmează" in first.out
    assert "mikra seal extend issued --tsa https://tsa.example" in first.err
    shown = run("seal", "status", "issued")
    assert (shown.code, "30 sealed, long-term proof pending" in shown.out) == (2, True)
    again = run(*ISSUE, *TSA)
    assert "pending" not in again.out, "nothing was sealed in this run"


def test_without_an_authority_nothing_is_pending(run: Run, office: Path) -> None:
    answer = run(*ISSUE)
    assert "pending" not in answer.out
    assert "seal extend" not in answer.err
    told = json.loads(run(*ISSUE[:-1], "other", *TSA, "--json").out)
    assert (told["pending"], told["extend"]) == (30, "mikra seal extend other --tsa https://tsa.example")
    without = json.loads(run(*ISSUE[:-1], "third", "--json").out)
    assert (without["pending"], without["extend"]) == (0, "")
