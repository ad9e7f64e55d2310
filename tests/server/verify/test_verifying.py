"""What is said of a file that somebody shows: by a process that can be killed, with the keys of this house."""

from __future__ import annotations

import datetime as dt
import os
import signal
from collections.abc import Iterator

import pytest

from mikra.adapters.clock import now
from mikra.adapters.verify_worker import Question, VerifyPool
from mikra.errors import InputError, UnavailableError
from mikra.report import Verdict
from mikra.server.actions import awards_content, verifying
from mikra.server.store.awards import Award
from mikra.trust.loader import OFFLINE
from tests.server.wallet.conftest import award as award
from tests.server.wallet.conftest import code as code
from tests.server.wallet.conftest import sealed as sealed


@pytest.fixture
def pool() -> Iterator[VerifyPool]:
    made = VerifyPool(most=1, seconds=5, patience=0.2)
    yield made
    made.close()


def offline() -> verifying.OwnShelves:
    return verifying.OwnShelves(OFFLINE)


def test_what_was_sealed_here_is_known_by_its_key_in_every_language_asked_for(award: Award) -> None:
    checked = verifying.check(awards_content.file_of(award), languages=("en", "ro"), web=offline())
    report = checked.reports[0]["en"]
    assert {one["id"]: one["status"] for one in report["checks"]}["issuer"] == "passed"
    assert report["credential"]["learner"]["stated"]
    assert report["sentence"] != checked.reports[0]["ro"]["sentence"]


def test_an_altered_one_is_refused_and_nothing_of_it_is_told(award: Award) -> None:
    data = awards_content.file_of(award)
    place = data.index(b'"payload":"') + 40
    altered = data[:place] + (b"A" if data[place : place + 1] != b"A" else b"B") + data[place + 1 :]
    checked = verifying.check(altered, web=offline())
    assert checked.verdict is Verdict.TOTAL_FAILED
    assert checked.reports[0]["en"]["credential"] is None


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"", ""), (b" \n", ""), (b"x" * (verifying.LARGEST + 1), "too_large")],
    ids=["", "blank", "large"],
)
def test_nothing_and_too_much_are_refused(db: None, data: bytes, code: str) -> None:
    with pytest.raises(InputError) as refused:
        verifying.check(data, web=offline())
    assert refused.value.code == code


def test_what_is_no_credential_gets_a_report_too(db: None) -> None:
    checked = verifying.check(b"hello", web=offline())
    assert checked.verdict is not Verdict.TOTAL_PASSED
    assert checked.reports[0]["en"]["sentence"]


def test_a_process_that_hangs_is_killed_and_the_next_file_has_another(pool: VerifyPool) -> None:
    assert pool.verify(b"hello", _question(), OFFLINE).kind
    (worker,) = pool._idle
    assert worker.process is not None
    worker.seconds = 0.5
    os.kill(worker.process.pid, signal.SIGSTOP)
    with pytest.raises(InputError, match="in time"):
        pool.verify(b"hello", _question(), OFFLINE)
    assert worker.process is None
    assert pool.verify(b"hello", _question(), OFFLINE).kind


def test_whoever_finds_all_at_work_is_told_to_come_again(pool: VerifyPool) -> None:
    pool._free.acquire()
    with pytest.raises(UnavailableError) as busy:
        pool.verify(b"hello", _question(), OFFLINE)
    assert busy.value.retry_after
    pool._free.release()
    assert pool.verify(b"hello", _question(), OFFLINE).kind


def test_one_process_serves_many_files(pool: VerifyPool) -> None:
    pool.verify(b"hello", _question(), OFFLINE)
    (first,) = pool._idle
    process = first.process
    pool.verify(b"again", _question(), OFFLINE)
    assert pool._idle[0].process is process


def test_only_lists_of_this_house_are_taken_from_its_shelves(db: None) -> None:
    shelves = offline()
    for url in ("https://elsewhere.example/status/1/revocation", shelves._origin + ".example/status/1/revocation"):
        with pytest.raises(UnavailableError, match="offline"):
            shelves.load(url)
    with pytest.raises(UnavailableError, match="list"):
        shelves.load(f"{shelves._origin}/status/1/revocation")


def _question() -> Question:
    return Question(at=now())


def test_a_lost_key_vouches_for_what_our_records_show_and_for_nothing_new(award: Award) -> None:
    data = awards_content.file_of(award)
    key = award.sealed.get().seal_key
    assert key is not None
    key.compromised = now() + dt.timedelta(seconds=1)
    key.save()
    later = key.compromised + dt.timedelta(seconds=1)
    assert verifying.check(data, at=later, web=offline()).reports[0]["en"]["code"] != "key_compromised"
    spaced = data + b"\n"  # the same credential, and not the file of our records: its time is its own word
    report = verifying.check(spaced, at=later, web=offline()).reports[0]["en"]
    assert (report["code"], report["verdict"]) == ("seal_time_not_proven", "INDETERMINATE")
    key.compromised = now() - dt.timedelta(days=1)
    key.save()
    report = verifying.check(data, at=later, web=offline()).reports[0]["en"]
    assert (report["code"], report["verdict"]) == ("key_compromised", "TOTAL-FAILED")
