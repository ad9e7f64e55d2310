"""R11: any edit, deletion, reordering or truncation of the trail is found, by a checker that shares no code with it."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from mikra import audit_check
from mikra.errors import InputError
from mikra.server.actions import audit, audit_heads, audit_reading
from mikra.server.actions.work import work
from mikra.server.rights import Actor, Role
from mikra.server.store.audit import DailyHead, Entry, Head
from mikra.server.store.tenants import Tenant
from tests.server.institution import give_keys

FULL = bool(os.environ.get("MIKRA_FULL"))
SIZE = 1_000_000 if FULL else 400
START = dt.datetime(2026, 5, 3, 8, tzinfo=dt.UTC)


def chain(size: int) -> list[str]:
    """A trail as it is exported, made without a database."""
    before, lines = audit.START, []
    for number in range(1, size + 1):
        at = START + dt.timedelta(seconds=number, microseconds=number % 7)
        line = audit.Line(verb="award.sealed", subject=f"award:{number}", reason="asked, žádost", detail={"n": number})
        before = audit.digest_of(before, number, at, "person:1", line)
        members = {"number": number, "at": audit.text_of(at), "actor": "person:1", "verb": line.verb}
        rest = {"subject": line.subject, "reason": line.reason, "detail": dict(line.detail), "digest": before.hex()}
        lines.append(json.dumps({**members, **rest}))
    return lines


@pytest.mark.drill("R11")
def test_every_change_is_found() -> None:
    """One change in a trail of many lines: what was done, and that the checker says no."""
    whole = chain(SIZE)
    assert audit_check.faults(whole) == []
    dice = random.Random(11)
    last = [{"number": SIZE, "digest": json.loads(whole[-1])["digest"]}]
    for change in (_edited, _deleted, _moved, _doubled):
        for _try in range(2 if FULL else 25):
            place = dice.randrange(SIZE - 1)
            assert audit_check.faults(change(whole, place, dice), last), f"{change.__name__} at {place} was not found"
    for cut in (1, 2, SIZE // 2):
        assert audit_check.faults(whole[:-cut], last), f"{cut} lines cut off were not found"
        assert audit_check.faults(whole[:-cut]) == [], "without a sealed head a cut cannot be known"


def _edited(lines: list[str], place: int, dice: random.Random) -> list[str]:
    line = json.loads(lines[place])
    name = dice.choice(audit_check.MEMBERS)
    line[name] = {"n": 0} if name == "detail" else 0 if name == "number" else f"{line[name]}x"
    return [*lines[:place], json.dumps(line), *lines[place + 1 :]]


def _deleted(lines: list[str], place: int, dice: random.Random) -> list[str]:
    return [*lines[:place], *lines[place + 1 :]]


def _moved(lines: list[str], place: int, dice: random.Random) -> list[str]:
    return [*lines[:place], lines[place + 1], lines[place], *lines[place + 2 :]]


def _doubled(lines: list[str], place: int, dice: random.Random) -> list[str]:
    return [*lines[: place + 1], *lines[place:]]


def test_a_rewritten_trail_is_found_by_a_head_of_before() -> None:
    whole, other = chain(30), [line.replace("asked", "told") for line in chain(30)]
    head = {"number": 20, "digest": json.loads(whole[19])["digest"]}
    rewritten, before = [], audit.START
    for number, text in enumerate(other, start=1):
        line = json.loads(text)
        before = audit_check.digest_of(before, line)
        rewritten.append(json.dumps({**line, "digest": before.hex()}))
        assert line["number"] == number
    assert audit_check.faults(rewritten) == [], "the forger did good work"
    assert audit_check.faults(rewritten, [head])
    assert audit_check.faults(whole, [head]) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(1 - 2**53, 2**53 - 1) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_the_checker_writes_what_the_standard_writes(value: Any) -> None:
    assert audit_check.canonical(value) == rfc8785.dumps(value)


def test_the_checker_stands_alone(tmp_path: Path) -> None:
    trail, head = tmp_path / "trail.jsonl", tmp_path / "head.json"
    lines = chain(20)
    trail.write_text("\n".join(lines))
    head.write_text(json.dumps({"number": 20, "digest": json.loads(lines[-1])["digest"]}))
    command = [sys.executable, "-I", "-S", str(audit_check.__file__), str(trail), str(head)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    trail.write_text("\n".join(lines[:-1]))
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.returncode == 1
    assert "line 20 is missing" in told.stdout
    assert Path(str(audit_check.__file__)).read_text().count("\n") < 100


def note_some(actor: Actor, count: int) -> None:
    with work():
        audit.note(actor, *(audit.Line(verb="test.done", subject=f"thing:{n}", detail={"n": n}) for n in range(count)))


def test_what_actions_note_holds(tenant: Tenant, stranger: Tenant, actor: Callable[..., Actor]) -> None:
    auditor = actor(tenant, Role.AUDITOR)
    for count in (3, 1, 600):
        note_some(auditor, count)
    note_some(actor(stranger, Role.AUDITOR), 2)
    held = audit_reading.check(auditor)
    assert (held.faults, held.lines) == ((), 604)


@pytest.mark.parametrize("number", [1, 5, 10])
@pytest.mark.parametrize("change", ["edit", "delete", "cut"])
def test_a_change_in_the_database_is_seen(
    change: str, number: int, tenant: Tenant, actor: Callable[..., Actor]
) -> None:
    auditor = actor(tenant, Role.AUDITOR)
    note_some(auditor, 10)
    rows = Entry._default_manager.filter(tenant=tenant)
    if change == "edit":
        rows.filter(number=number).update(reason="for a friend")
    elif change == "delete":
        rows.filter(number=number).delete()
    else:
        rows.filter(number__gte=number).delete()
    assert audit_reading.check(auditor).faults


def test_nothing_is_noted_where_the_work_fails(tenant: Tenant, actor: Callable[..., Actor]) -> None:
    auditor = actor(tenant, Role.AUDITOR)

    def fails() -> None:
        with work():
            audit.note(auditor, audit.Line(verb="test.done", subject="thing:1"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    assert not Entry._default_manager.filter(tenant=tenant).exists()


def test_the_daily_head(tenant: Tenant, actor: Callable[..., Actor]) -> None:
    auditor = actor(tenant, Role.AUDITOR)
    note_some(auditor, 3)
    audit_heads.seal_daily()
    assert not DailyHead._default_manager.exists(), "without a key a head waits"
    give_keys(tenant)
    audit_heads.seal_daily()
    audit_heads.seal_daily()
    (head,) = DailyHead.of(tenant)
    assert head.number == 3
    assert bytes(head.sealed).count(b".") == 2
    assert audit_reading.check(auditor).heads == 1
    Entry._default_manager.filter(tenant=tenant, number=3).delete()
    Head._default_manager.filter(tenant=tenant).update(number=2)
    assert audit_reading.check(auditor).faults, "a cut that also mended the end of the chain was not found"


TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
LINES = st.lists(
    st.builds(
        audit.Line,
        verb=TEXTS,
        subject=TEXTS,
        reason=TEXTS,
        detail=st.dictionaries(TEXTS, st.one_of(TEXTS, st.integers(-5, 2**60), st.none(), st.lists(TEXTS)), max_size=3),
    ),
    max_size=5,
)


@given(before=st.binary(min_size=32, max_size=32), number=st.integers(0, 10**9), actor=TEXTS, lines=LINES)
def test_lines_written_together_are_those_written_one_by_one(
    before: bytes, number: int, actor: str, lines: list[audit.Line]
) -> None:
    if any(isinstance(one, int) and one >= 2**53 for line in lines for one in line.detail.values()):
        with pytest.raises(InputError):
            audit.chained(before, number, START, actor, lines)
        return
    made = audit.chained(before, number, START, actor, lines)
    for line, (place, detail, digest) in zip(lines, made, strict=True):
        number += 1
        before = audit.digest_of(before, number, START, actor, line)
        assert (place, digest, json.loads(detail)) == (number, before, dict(line.detail))
