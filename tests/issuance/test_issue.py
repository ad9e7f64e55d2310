"""The engine: each row once, whatever fails and wherever it is stopped."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import itertools

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mikra.errors import InputError, MikraError, NotAllowedError, UnavailableError
from mikra.issuance.batch import Batch
from mikra.issuance.handout import write_handout
from mikra.issuance.issue import Learner, Progress, receipt
from mikra.issuance.journal import Journal, edition_of, read_journal
from mikra.issuance.roster.neutral import neutral
from mikra.sealing import jades
from tests.issuance.awards import AT, pages, signer_for
from tests.issuance.issues import WATER, Disk, DiskFull, learners, make_issue


def check(disk: Disk, count: int) -> Journal:
    """Every promise of an issue that was run to its end."""
    journal = read_journal(disk.lines, design=edition_of(WATER))
    assert len(journal.done) == len(journal.awards) == len(disk.files) == count
    assert {d.file: d.sha256 for d in journal.done.values()} == {
        name: hashlib.sha256(content).hexdigest() for name, content in disk.files.items()
    }
    opened = [jades.unseal(content) for content in disk.files.values()]
    assert not any(jades.check_integrity(one) for one in opened)
    credentials = [orjson.loads(one.payload) for one in opened]
    assert len({c["id"] for c in credentials}) == count
    numbers = sorted(c["credentialSubject"]["identifier"][0]["notation"] for c in credentials)
    assert numbers == [f"M{n:06d}" for n in range(1, count + 1)]
    return journal


def test_each_row_gives_one_credential() -> None:
    disk = Disk()
    steps = list(make_issue(disk).run(learners(25), chunk=10))
    assert steps == [Progress(issued=n, already=0, seen=n) for n in (10, 20, 25)]
    check(disk, 25)


def test_the_order_is_intent_file_end() -> None:
    disk = Disk()
    list(make_issue(disk).run(learners(4), chunk=2))
    assert disk.log == ["append", "put", "append"] * 2


def test_a_second_run_issues_nothing() -> None:
    disk = Disk()
    list(make_issue(disk).run(learners(5)))
    before = (disk.lines, dict(disk.files))
    assert list(make_issue(disk).run(learners(5))) == [Progress(issued=0, already=5, seen=5)]
    assert (disk.lines, disk.files) == before


def test_a_longer_list_issues_what_is_new() -> None:
    disk = Disk()
    list(make_issue(disk).run(learners(5)))
    assert list(make_issue(disk, seed=2).run(learners(8))) == [Progress(issued=3, already=5, seen=8)]
    check(disk, 8)


def test_stopped_between_chunks_it_goes_on() -> None:
    disk = Disk()
    for run in range(1, 5):
        list(itertools.islice(make_issue(disk, seed=run).run(learners(7), chunk=2), run))
        assert len(disk.files) == min(2 * run, 7)
    check(disk, 7)


def test_of_two_rows_with_one_key_the_first_counts() -> None:
    disk = Disk()
    (first,) = learners(1)
    again = Learner(row=9, key=first.key, values={**first.values, "grade": "5"})
    assert list(make_issue(disk).run([first, again])) == [Progress(issued=1, already=1, seen=2)]
    assert b'\\"grade\\":{' in next(iter(disk.files.values()))
    assert check(disk, 1).rows == {disk.journal(WATER).learner(first.key): 1}
    assert list(make_issue(disk).run([again]))[-1].issued == 0


@settings(max_examples=60)
@given(st.integers(0, 10), st.integers(1, 4), st.booleans())
def test_wherever_the_disk_fails_nothing_is_lost_or_doubled(place: int, chunk: int, same_process: bool) -> None:
    disk = Disk(fails=frozenset({place}))
    issue = make_issue(disk)
    try:
        list(issue.run(learners(7), chunk=chunk))
    except DiskFull:
        promised = disk.journal(WATER)
        for one in promised.done.values():
            assert hashlib.sha256(disk.files[one.file]).hexdigest() == one.sha256
        assert issue.journal == promised
        list((issue if same_process else make_issue(disk, seed=2)).run(learners(7), chunk=chunk))
    check(disk, 7)


def test_an_intent_without_end_is_taken_up_under_the_same_id() -> None:
    disk = Disk(fails=frozenset({2}))  # the files are there, the ends are not
    with pytest.raises(DiskFull):
        list(make_issue(disk).run(learners(3)))
    promised = disk.journal(WATER).awards
    assert len(disk.files) == 3
    list(make_issue(disk, seed=2).run(learners(3)))
    assert check(disk, 3).awards == promised


class TestSigner:
    """Keys that fail."""

    class Flaky:
        def __init__(self, fails: int) -> None:
            good = signer_for(WATER)
            self.algorithm, self.certificate, self.chain, self.good = good.algorithm, good.certificate, good.chain, good
            self.calls, self.fails = 0, fails

        def sign(self, data: bytes) -> bytes:
            self.calls += 1
            if self.calls == self.fails:
                raise UnavailableError("The key does not answer.", retry_after=5)
            return self.good.sign(data)

    def test_a_signer_that_fails_once(self) -> None:
        disk = Disk()
        issue = make_issue(disk, signer=self.Flaky(5))
        with pytest.raises(UnavailableError) as caught:
            list(issue.run(learners(9), chunk=3))
        assert caught.value.where == "row 5"
        assert len(disk.files) == 4  # the chunk before, and what this one had sealed
        assert list(issue.run(learners(9), chunk=3))[-1] == Progress(issued=5, already=4, seen=9)
        check(disk, 9)

    def test_a_certificate_that_ends_meanwhile(self) -> None:
        disk = Disk()
        times = iter([AT, AT + dt.timedelta(days=900)])
        issue = make_issue(disk, clock=lambda: next(times))
        with pytest.raises(NotAllowedError) as caught:
            list(issue.run(learners(4), chunk=2))
        assert caught.value.code == "seal_certificate_expired"
        assert len(disk.files) == 2
        list(make_issue(disk, seed=2).run(learners(4)))  # with a certificate that is valid
        check(disk, 4)


def test_a_row_that_cannot_be_composed_is_named_and_the_others_are_kept() -> None:
    disk = Disk()
    rows = learners(4)
    rows[2] = Learner(row=3, key="learner-3", values={**rows[2].values, "full_name": "half \ud800"})
    with pytest.raises(InputError) as caught:
        list(make_issue(disk).run(rows))
    assert caught.value.where == "row 3"
    assert len(disk.files) == 2
    list(make_issue(disk, seed=2).run(learners(4)))
    check(disk, 4)


def test_stopped_within_a_chunk_what_was_sealed_is_stored() -> None:
    class Stopped(Exception):
        pass

    class Stopping(Batch):
        left = 3

        def award(self, *arguments: object) -> bytes:
            self.left -= 1
            if self.left < 0:
                raise Stopped
            return super().award(*arguments)  # type: ignore[arg-type]

    disk = Disk()
    batch = Stopping(WATER, signer=signer_for(WATER), pages=pages(WATER), at=AT)
    with pytest.raises(Stopped):
        list(make_issue(disk, batch=batch).run(learners(5)))
    assert len(disk.files) == 3
    list(make_issue(disk, seed=2).run(learners(5)))
    check(disk, 5)


class TestOfTheTest:
    """Engines with a fault: `check` or the properties above must see each."""

    def run(self, issue_class: type, place: int) -> None:
        disk = Disk(fails=frozenset({place}))
        made = make_issue(disk)
        broken = issue_class(**{name: getattr(made, name) for name in made.__dataclass_fields__})
        with pytest.raises(DiskFull):
            list(broken.run(learners(3)))
        again = make_issue(disk, seed=2)
        list(issue_class(**{name: getattr(again, name) for name in again.__dataclass_fields__}).run(learners(3)))
        check(disk, 3)

    def test_the_engine_itself(self) -> None:
        from mikra.issuance.issue import Issue

        for place in (0, 1, 2):
            self.run(Issue, place)

    def test_ends_before_files(self) -> None:
        from tests.issuance.faulty import EndsFirst

        with pytest.raises((AssertionError, MikraError)):
            self.run(EndsFirst, 2)

    def test_no_intents(self) -> None:
        from tests.issuance.faulty import NoIntents

        with pytest.raises((AssertionError, MikraError)):
            self.run(NoIntents, 1)

    def test_memory_before_disk(self) -> None:
        from tests.issuance.faulty import MemoryFirst

        disk = Disk(fails=frozenset({0}))
        made = make_issue(disk)
        broken = MemoryFirst(**{name: getattr(made, name) for name in made.__dataclass_fields__})
        with pytest.raises(DiskFull):
            list(broken.run(learners(3)))
        assert broken.journal != disk.journal(WATER)


def test_the_receipt_names_every_credential_and_no_learner() -> None:
    disk = Disk()
    issue = make_issue(disk)
    list(issue.run(learners(3)))
    made = receipt(issue.journal, title="Water", issuer="University of Zed", at=AT)
    entries = orjson.loads(made)["credentialSubject"]["credentials"]
    assert [entry["row"] for entry in entries] == [1, 2, 3]
    assert {entry["file"]: entry["sha256"] for entry in entries} == {
        name: hashlib.sha256(content).hexdigest() for name, content in disk.files.items()
    }
    awards = {
        orjson.loads(jades.unseal(c).payload)["credentialSubject"]["hasClaim"][0]["id"] for c in disk.files.values()
    }
    assert {entry["award"] for entry in entries} == awards
    assert b"Learner" not in made
    assert b"learner-" not in disk.lines


class TestHandout:
    def test_who_gets_which_file(self) -> None:
        disk = Disk()
        issue = make_issue(disk)
        some = [
            Learner(
                row=1,
                key="a",
                values={"given_name": "Zoë", "family_name": "O'Brien", "email": "z@x.example", "grade": "9"},
            ),
            Learner(row=2, key="b", values={"full_name": '=HYPERLINK("x")', "grade": "9"}),
        ]
        list(issue.run(some))
        not_issued = Learner(row=3, key="c", values={"full_name": "C"})
        raw = write_handout(issue.journal, [*some, not_issued])
        assert raw.startswith(b"\xef\xbb\xbf")
        rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
        assert [row[:3] for row in rows] == [
            ["row", "learner", "email"],
            ["1", "Zoë O'Brien", "z@x.example"],
            ["2", '\'=HYPERLINK("x")', ""],
        ]
        for row in rows[1:]:
            assert hashlib.sha256(disk.files[row[3]]).hexdigest() == row[4]

    @pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
    def test_formulas_become_text(self, text: str) -> None:
        assert neutral(text) == f"'{text}"

    @pytest.mark.parametrize("text", ["Zoë", "O'Brien", "", "1+1", "a=b"])
    def test_other_text_stays(self, text: str) -> None:
        assert neutral(text) == text
