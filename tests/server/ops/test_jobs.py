"""The runner: each task when it is due, one runner at a time, no defect of one task ends another."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from django.db import OperationalError

from mikra.adapters.clock import now
from mikra.errors import NotFoundError, UnavailableError
from mikra.server.actions import status_lists
from mikra.server.jobs import lease, slices, tasks
from mikra.server.jobs.embedded import LEASE, Runner
from mikra.server.jobs.scaled import due
from mikra.server.jobs.tasks import TASKS, Task
from mikra.server.store.status import StatusList
from mikra.server.store.tenants import Tenant
from mikra.server.store.work import Beat, Lease

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_beat_was_told() -> None:
    slices._told.clear()


@dataclass(frozen=True, kw_only=True)
class Counted(Task):
    """A task that does `call` and keeps count."""

    call: Callable[[], bool]
    runs: list[bool]

    def run(self) -> bool:
        self.runs.append(True)
        return self.call()


def counted(name: str, call: Callable[[], bool], every: int = 3600) -> Counted:
    return Counted(name=name, action="", every=every, call=call, runs=[])


def fails(error: Exception) -> Callable[[], bool]:
    def failing() -> bool:
        raise error

    return failing


def test_a_task_runs_until_it_says_that_nothing_is_left() -> None:
    left = [True, True, False]
    one = counted("letters", lambda: left.pop(0))
    runner = Runner([one])
    assert [runner.round() for _ in range(5)] == [True, True, False, False, False]
    assert len(one.runs) == 3
    assert Beat._default_manager.get(task="letters").good


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("Jana Králová"),
        UnavailableError("The signer does not answer.", found="x"),
        OperationalError("locked"),
    ],
)
def test_what_goes_wrong_in_one_task_ends_no_other(error: Exception) -> None:
    broken, good = counted("sealing", fails(error)), counted("letters", lambda: False)
    assert not Runner([broken, good]).round()
    assert (len(broken.runs), len(good.runs)) == (1, 1)
    assert Beat._default_manager.get(task="letters").good


def test_the_beat_of_a_defect_says_which_and_no_word_of_it() -> None:
    slices.run_slice(counted("sealing", fails(RuntimeError("Jana Králová"))))
    beat = Beat._default_manager.get(task="sealing")
    assert not beat.good
    assert beat.said.startswith("RuntimeError, ")
    assert "Jana" not in beat.said
    slices.run_slice(counted("sealing", lambda: False))
    assert Beat._default_manager.get(task="sealing").good


def test_one_runner_at_a_time() -> None:
    first, second = lease.me(), lease.me()
    assert lease.take(LEASE, first) == ""
    assert lease.take(LEASE, first) == ""
    assert lease.take(LEASE, second) == first
    lease.give_back(LEASE, second)
    assert lease.take(LEASE, second) == first
    lease.give_back(LEASE, first)
    assert lease.take(LEASE, second) == ""


def test_a_second_runner_does_nothing_while_the_first_works() -> None:
    one = counted("letters", lambda: False)
    assert lease.take(LEASE, "elsewhere/12345678/1/aaaa") == ""
    runner = Runner([one], pause=lambda _: runner.stop())
    runner.run()
    assert one.runs == []


def test_a_lease_of_elsewhere_ends_with_its_time() -> None:
    assert lease.take(LEASE, "elsewhere/12345678/1/aaaa") == ""
    assert lease.take(LEASE, lease.me()) != ""
    Lease._default_manager.update(until=now() - dt.timedelta(seconds=1))
    assert lease.take(LEASE, lease.me()) == ""


def test_a_lease_of_a_process_that_was_killed_ends_at_once() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        holder = f"{lease.machine()}/{process.pid}/aaaa"
        assert lease.take(LEASE, holder) == ""
        assert lease.take(LEASE, lease.me()) == holder
        process.kill()
        process.wait()
    assert lease.take(LEASE, lease.me()) == ""
    assert not lease.ended(f"{lease.machine()}/{os.getpid()}/aaaa")


def test_a_database_that_does_not_answer_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[Any] = [OperationalError("gone"), ""]

    def take(*_: Any) -> str:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return str(answer)

    monkeypatch.setattr(lease, "take", take)
    pauses: list[float] = []
    runner = Runner([counted("letters", lambda: False)], pause=pauses.append)
    assert not runner._holds()
    assert runner._holds()


def test_an_action_that_is_not_there_is_left_out_and_a_broken_one_is_not() -> None:
    missing = Task(name="x", action="nowhere.run", every=1)
    with pytest.raises(NotFoundError):
        missing.called()
    with pytest.raises(NotFoundError):
        replace(missing, action="audit.nothing").called()
    assert callable(replace(missing, action="audit.note").called())
    with pytest.raises(NotFoundError):
        tasks.task("x")


def test_names_are_told_apart() -> None:
    assert len({one.name for one in TASKS}) == len(TASKS)


def test_every_tick_has_its_tasks() -> None:
    every = {one.name: one.every for one in tasks.here()}
    for start in (0, 35, 3600):
        named = {one.name for one in due(start)}
        assert named >= {name for name, seconds in every.items() if seconds <= 5}
    assert {one.name for one in due(0)} == set(every)


def test_every_task_is_here() -> None:
    assert {one.name for one in TASKS} - {one.name for one in tasks.here()} <= {"drop-folder"}


def test_nothing_is_published_before_a_restored_backup_was_reconciled(tenant: Tenant) -> None:
    StatusList._default_manager.create(tenant=tenant, group="open", size=8, secret=bytes(32))
    assert len(status_lists._due(now())) == 1
    tenant.issuing_blocked = "restored"
    tenant.save()
    assert status_lists._due(now()) == []
