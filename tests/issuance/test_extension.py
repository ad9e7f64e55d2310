"""Extending to long-term form: complete, at a pace, within a budget, and never twice, wherever it is killed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from cryptography.x509 import ReasonFlags

from mikra.adapters.extension_folder import EXTENSION, ExtensionFolder
from mikra.errors import ConflictError, InputError, UnavailableError
from mikra.issuance import extension_steps as steps
from mikra.issuance.extension import Settings
from mikra.issuance.extension_journal import ExtensionJournal, read_extension_journal
from mikra.issuance.extension_status import Stage, entry, summarise
from mikra.issuance.extension_steps import Goal
from mikra.issuance.journal import framed
from mikra.sealing import jades, jades_extend
from mikra.sealing.jades import Level
from tests.simulators.longterm import SEALS, Authority, Memory, World, numbered, refusal, sealer
from tests.simulators.withdrawals import address

LASTING = ("sigTst", "xVals", "rVals", "arcTst")
"""The additions of the EU's samples, in their order."""


def additions(data: bytes) -> tuple[str, ...]:
    return jades.unseal(data).seals[0].kinds


class TestLayout:
    def test_that_of_the_samples(self) -> None:
        world = World()
        before = world.seal()
        progress = world.extend()
        after = world.store.files["a.jsonld"]
        assert additions(after) == LASTING
        assert (progress.done, progress.failed, progress.tokens) == (1, 0, 2)
        file, entry_of = json.loads(after), json.loads(after)["signatures"][0]
        assert list(file) == ["payload", "signatures"]
        assert list(entry_of) == ["protected", "header", "signature"]
        old = json.loads(before)["signatures"][0]
        assert (file["payload"], entry_of["protected"], entry_of["signature"]) == (
            json.loads(before)["payload"],
            old["protected"],
            old["signature"],
        )

    @pytest.mark.parametrize("kind", ["P-256", "RSA", "Ed25519"])
    def test_every_earlier_generation_byte_for_byte(self, kind: str) -> None:
        """Extension only appends: cut off what was added, and the earlier file is there again."""
        world = World(to=Level.T)
        states = [world.seal(kind=kind)]
        for level in (Level.T, Level.LT, Level.LTA):
            world.to = level
            world.extend()
            states.append(world.store.files["a.jsonld"])
        world.pass_to(2028, 10, 1)
        world.authority.number = 2
        world.extend()
        last = world.store.files["a.jsonld"]
        assert additions(last) == (*LASTING, "tstVD", "arcTst")
        assert [jades_extend.generation(last, [count]) for count in (0, 1, 3, 4)] == states
        assert all(not jades.check_integrity(jades.unseal(state)) for state in states)

    def test_several_seals_each_get_their_own(self) -> None:
        world = World()
        one, two = json.loads(world.seal("a.jsonld")), json.loads(world.seal("b.jsonld", kind="RSA"))
        both = {"payload": one["payload"], "signatures": one["signatures"] + two["signatures"]}
        world.store.files = {"both.jsonld": json.dumps(both).encode()}
        assert world.extend().tokens == 4
        sealed = jades.unseal(world.store.files["both.jsonld"])
        assert [seal.kinds for seal in sealed.seals] == [LASTING, LASTING]
        assert not jades.check_integrity(sealed)
        assert all(r.fault is None for seal in sealed.seals for _, r in jades.check_timestamps(seal))

    def test_nothing_is_added_twice(self) -> None:
        world = World()
        world.seal()
        world.extend()
        done = dict(world.store.files)
        progress = world.extend()
        assert (progress.already, progress.done, progress.tokens) == (1, 0, 0)
        assert world.store.files == done

    def test_additions_in_plain_form_are_left_alone(self) -> None:
        from tests.sealing.test_jades import foreign, header

        data = foreign(header(), unprotected={"etsiU": [{"sigPSt": {}}]})
        with pytest.raises(InputError, match="plain form"):
            jades_extend.with_token(data, 0, "sigTst", b"x")

    def test_a_seal_of_ones_own_needs_no_answers_but_its_timestamps_do(self) -> None:
        from mikra.sealing.certificates import make_seal_certificate

        world = World()
        made = make_seal_certificate(
            organization="Zed", organization_identifier="VATRO-00000000", country="RO", at=world.clock.now
        )
        world.store.files["own.jsonld"] = jades.seal(b'{"id":"urn:x:1"}', signer=made.signer, at=world.clock.now)
        assert world.extend().done == 1
        assert additions(world.store.files["own.jsonld"]) == LASTING


class TestWhatCannotBe:
    def failed(self, world: World, name: str = "a.jsonld") -> Any:
        return world.store.journal().failed[name]

    def test_a_file_that_was_altered(self) -> None:
        world = World()
        world.store.files["a.jsonld"] = world.seal().replace(b"Water", b"Wine!")
        progress = world.extend()
        assert (progress.failed, progress.done) == (1, 0)
        assert world.authority.asked == []
        assert self.failed(world).code == "jws_signature_invalid"
        assert self.failed(world).again is None

    def test_something_else_among_the_files(self) -> None:
        world = World()
        world.seal()
        world.store.files["note.json"] = b"{}"
        progress = world.extend()
        assert (progress.failed, progress.done) == (1, 1)

    def test_a_seal_that_was_withdrawn_before(self) -> None:
        world = World()
        world.seal()
        world.registers[SEALS].revoke(sealer(), world.clock.now - timedelta(days=9), ReasonFlags.superseded)
        world.extend()
        assert self.failed(world).code == "seal_certificate_revoked"
        assert additions(world.store.files["a.jsonld"]) == ("sigTst",), "the level that was reached is kept"

    def test_nobody_answers_about_the_seal(self) -> None:
        world = World(settings=Settings(rate=0, tries=2, pause=1))
        world.seal()
        world.web.down |= {address(kind, SEALS) for kind in ("ocsp", "crl")}
        progress = world.extend()
        assert (progress.done, progress.failed) == (0, 1)
        assert "timeout" in self.failed(world).found
        assert self.failed(world).again is not None
        assert additions(world.store.files["a.jsonld"]) == ("sigTst",)
        world.web.down.clear()
        assert world.extend().done == 1
        assert world.authority.given == [*dict.fromkeys(world.authority.given)], "no timestamp was bought twice"
        assert world.store.journal().failed == {}

    def test_answers_newer_than_the_seal(self) -> None:
        """An institution may wait for a list of after the sealing, instead of taking one that is still in force."""
        world = World(settings=Settings(rate=0, tries=1))
        world.seal()
        world.web.down.add(address("ocsp", SEALS))
        fixed = world.clock.now - timedelta(days=1)
        loader = world.loader
        world.registers[SEALS].at = fixed
        engine = replace_goal(world, loader=loader, newer=True)
        world.registers[SEALS].at = fixed
        list(engine.run(["a.jsonld"]))
        assert self.failed(world).code == "newer_answer_awaited"
        world.pass_to(2026, 6, 3)
        assert world.extend(newer=True).done == 1


def replace_goal(world: World, **changes: Any) -> Any:
    engine = world.engine()
    engine.goal = replace(engine.goal, **changes)
    return engine


class TestAuthority:
    def test_it_is_away_for_a_while(self) -> None:
        world = World(settings=Settings(rate=0, tries=4, pause=2))
        world.seal()
        world.authority.faults = [ConnectionRefusedError("refused"), TimeoutError("5 s"), refusal()]
        assert world.extend().done == 1
        assert world.clock.waited == 2 + 4 + 8
        assert len(world.authority.given) == 2

    def test_it_stays_away(self) -> None:
        world = World(settings=Settings(rate=0, tries=3, pause=1, patience=5))
        for name in numbered(20):
            world.seal(name)
        world.authority.faults = [ConnectionRefusedError("refused") for _ in range(100)]
        progress = world.extend()
        assert progress.stopped == "away"
        assert len(world.authority.asked) == 5, "it is not asked again and again for every file"
        world.authority.faults = []
        assert world.extend().done == 20

    def test_what_it_says_about_when_to_ask_again(self) -> None:
        world = World(settings=Settings(rate=0, tries=2, pause=1))
        world.seal()
        busy = UnavailableError("busy", retry_after=90.0)
        world.authority.faults = [busy]
        assert world.extend().done == 1
        assert world.clock.waited == 90

    def test_a_bad_token_is_never_put_in(self) -> None:
        world = World(settings=Settings(rate=0, tries=2))
        world.seal()
        world.authority = Lying(world.authority)
        progress = world.extend()
        assert (progress.done, progress.failed) == (0, 1)
        assert additions(world.store.files["a.jsonld"]) == ()

    def test_the_pace(self) -> None:
        world = World(settings=Settings(rate=4))
        for name in numbered(5):
            world.seal(name)
        world.extend()
        assert world.clock.waited == pytest.approx(9 * 0.25)


@dataclass
class Lying:
    """Stamps something else."""

    inner: Authority

    def timestamp(self, imprint: bytes) -> bytes:
        return self.inner.timestamp(bytes(32))


class TestBudget:
    def test_it_ends_where_the_money_ends_and_goes_on_with_more(self) -> None:
        world = World(settings=Settings(rate=0, cost=Decimal("0.05"), budget=Decimal("0.25")))
        for name in numbered(4):
            world.seal(name)
        progress = world.extend()
        assert (progress.stopped, progress.done, progress.later) == ("budget", 2, 2)
        assert progress.spent == Decimal("0.25")
        assert [additions(d) for d in world.store.files.values()] == [LASTING, LASTING, LASTING[:3], ()]
        assert world.extend().stopped == "budget"
        assert len(world.authority.given) == 5
        world.settings = replace(world.settings, budget=Decimal("0.40"))
        progress = world.extend()
        assert (progress.done, progress.already, progress.spent) == (2, 2, Decimal("0.40"))

    def test_what_was_refused_is_not_paid_and_what_ran_out_of_time_may_be(self) -> None:
        world = World(settings=Settings(rate=0, tries=3, cost=Decimal(1)))
        world.seal()
        world.authority.faults = [ConnectionRefusedError("refused"), UnavailableError("slow", code="timeout")]
        assert world.extend().spent == 3, "two that came, one that may have"


class TestRenewal:
    def test_in_time_and_only_then(self) -> None:
        world = World()
        world.seal()
        world.extend()
        world.pass_to(2028, 5, 1)
        assert world.extend().already == 1
        world.pass_to(2028, 8, 1)
        world.authority.number = 2
        assert world.extend().done == 1
        assert additions(world.store.files["a.jsonld"]) == (*LASTING, "tstVD", "arcTst")
        assert world.extend().already == 1

    def test_before_a_method_fades(self) -> None:
        world = World()
        world.seal()
        world.extend()
        fading = {"secp256r1": world.clock.now + timedelta(days=200)}
        assert world.extend(fading=fading).already == 1
        world.clock.wait(30 * 86400)
        assert world.extend(fading=fading).done == 1

    def test_too_late_is_said_and_not_hidden(self) -> None:
        """When the last timestamp has lapsed, another one would prove nothing of before."""
        world = World(settings=Settings(rate=0, tries=1))
        world.seal()
        world.extend()
        world.pass_to(2029, 6, 1)
        world.authority.number = 2
        assert world.extend().failed == 1
        assert "no longer kept" in world.store.journal().failed["a.jsonld"].found


class Killed(BaseException):
    """The process is gone."""


@dataclass
class Deadly:
    """Kills at the n-th effect, before it happens or right after it."""

    inner: Any
    left: int
    after: bool = False

    def _do(self, effect: Callable[[], Any]) -> Any:
        self.left -= 1
        if self.left == 0 and not self.after:
            raise Killed
        result = effect()
        if self.left == 0:
            raise Killed
        return result

    def timestamp(self, imprint: bytes) -> bytes:
        return bytes(self._do(lambda: self.inner.timestamp(imprint)))

    def read(self, name: str) -> bytes:
        return bytes(self.inner.read(name))

    def put(self, files: Mapping[str, bytes]) -> None:
        self._do(lambda: self.inner.put(files))

    def append(self, lines: bytes) -> None:
        self._do(lambda: self.inner.append(lines))


@dataclass
class Both:
    """Counts the effects of the authority and of the store together."""

    deadly: Deadly
    store: Any
    authority: Any

    def timestamp(self, imprint: bytes) -> bytes:
        return bytes(self.deadly._do(lambda: self.authority.timestamp(imprint)))

    def read(self, name: str) -> bytes:
        return bytes(self.store.read(name))

    def put(self, files: Mapping[str, bytes]) -> None:
        self.deadly._do(lambda: self.store.put(files))

    def append(self, lines: bytes) -> None:
        self.deadly._do(lambda: self.store.append(lines))


def engine(world: World, store: Any, effects: Any, journal: ExtensionJournal) -> Any:
    made = world.engine()
    made.ports = replace(made.ports, timestamper=effects, shelf=effects, ledger=effects)
    made.journal = journal
    return made


class TestKilled:
    """Killed before and after every effect, in memory and on a real disk: nothing lost, nothing doubled."""

    FILES = 2

    def kill(self, world: World, store: Any, journal: Callable[[], ExtensionJournal], number: int, after: bool) -> bool:
        """One run that is killed at its n-th effect. False where there were fewer."""
        deadly = Deadly(None, number, after)
        with suppress(Killed):
            list(engine(world, store, Both(deadly, store, world.authority), journal()).run(tuple(store.names())))
        return deadly.left <= 0

    def check(self, world: World, files: Mapping[str, bytes], *, most: int) -> None:
        for data in files.values():
            assert additions(data) == LASTING
            assert not jades.check_integrity(jades.unseal(data))
            assert all(r.fault is None for _, r in jades.check_timestamps(jades.unseal(data).seals[0]))
        assert len(world.authority.given) <= most, "at most the one token that was lost on its way"

    @pytest.mark.parametrize("after", [False, True])
    def test_in_memory(self, after: bool) -> None:
        number, more = 0, True
        while more:
            number += 1
            world = World()
            store = NamedMemory()
            world.store = store
            for name in numbered(self.FILES):
                world.seal(name)
            before = dict(store.files)
            more = self.kill(world, store, store.journal, number, after)
            for name, data in store.files.items():
                begun = jades.unseal(data).seals[0]
                assert begun.kinds == LASTING[: len(begun.kinds)], "never half a step"
                assert jades_extend.generation(data, [0]) == before[name]
            world.clock.wait(3600)
            list(engine(world, store, Plain(world.authority, store), store.journal()).run(tuple(store.names())))
            lost = store.journal().asked - store.journal().answered
            assert lost <= 1, "only where the kill came between asking and the line that keeps the answer"
            self.check(world, store.files, most=2 * self.FILES + lost)
        assert number > 14

    @pytest.mark.parametrize("after", [False, True])
    def test_on_disk(self, tmp_path: Path, after: bool) -> None:
        number, more = 0, True
        while more:
            number += 3
            world = World()
            folder = tmp_path / f"{number}"
            folder.mkdir()
            for name in numbered(self.FILES):
                (folder / name).write_bytes(world.seal(name))
            disk = ExtensionFolder.of(folder)
            with disk.locked():
                more = self.kill(world, disk, lambda d=disk: d.journal(currency="EUR"), number, after)
            again = ExtensionFolder.of(folder)
            with again.locked():
                journal = again.journal(currency="EUR")
                list(engine(world, again, Plain(world.authority, again), journal).run(tuple(again.names())))
            files = {name: again.read(name) for name in again.names()}
            lost = journal.asked - journal.answered
            self.check(world, files, most=2 * self.FILES + lost)
            assert {p.name for p in folder.iterdir()} == {*numbered(self.FILES), EXTENSION, ".lock"}


class NamedMemory(Memory):
    def names(self) -> tuple[str, ...]:
        return tuple(self.files)


@dataclass
class Plain:
    authority: Any
    store: Any

    def timestamp(self, imprint: bytes) -> bytes:
        return bytes(self.authority.timestamp(imprint))

    def read(self, name: str) -> bytes:
        return bytes(self.store.read(name))

    def put(self, files: Mapping[str, bytes]) -> None:
        self.store.put(files)

    def append(self, lines: bytes) -> None:
        self.store.append(lines)


def test_the_fault_that_the_drill_must_see(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the line that keeps a token, a crash buys it again."""
    from mikra.issuance import extension

    monkeypatch.setattr(extension.lines, "token", lambda name, imprint, der: extension.lines.free(name, "none"))
    world = World()
    store = NamedMemory()
    world.store = store
    world.seal("001.jsonld")
    bought = []
    for number in range(1, 12):
        world.authority.given.clear()
        store.files["001.jsonld"] = world.seal("001.jsonld")
        store.lines.clear()
        TestKilled().kill(world, store, store.journal, number, True)
        list(engine(world, store, Plain(world.authority, store), store.journal()).run(("001.jsonld",)))
        bought.append(len(world.authority.given))
    assert sum(count > 2 for count in bought) > 2, "more than the one place where a token may be lost"


class TestJournal:
    def test_what_a_crash_leaves_of_a_last_line_is_cut_off(self, tmp_path: Path) -> None:
        (tmp_path / "a.json").write_bytes(b"{}")
        folder = ExtensionFolder.of(tmp_path)
        folder.journal(currency="EUR")
        folder.append(b'{"ask":"a.json","imprint":"00","cost":"1"}\n')
        whole = (tmp_path / EXTENSION).read_bytes()
        (tmp_path / EXTENSION).write_bytes(whole + b'{"ask":"a.json","impr')
        again = ExtensionFolder.of(tmp_path)
        assert again.journal(currency="EUR").spent == 1
        again.append(b'{"free":"a.json","imprint":"00"}\n')
        assert ExtensionFolder.of(tmp_path).journal(currency="EUR").spent == 0

    def test_another_currency(self, tmp_path: Path) -> None:
        ExtensionFolder.of(tmp_path).journal(currency="EUR")
        with pytest.raises(ConflictError, match="another currency"):
            ExtensionFolder.of(tmp_path).journal(currency="BGN")

    @pytest.mark.parametrize(
        "line",
        [
            b"junk",
            b"[]",
            b'{"x":1}',
            b'{"ask":"a","imprint":"00","cost":"much"}',
            b'{"token":"a","imprint":"00","der":"*"}',
            b'{"level":"a","is":"B-T","sha256":"0","at":"then"}',
        ],
    )
    def test_damage_is_said(self, line: bytes) -> None:
        opening = ExtensionJournal().opening()
        data = framed(opening + line + b"\n", start=0)
        with pytest.raises(InputError, match="damaged"):
            read_extension_journal(data, currency="EUR")

    def test_somebody_elses_journal(self) -> None:
        with pytest.raises(InputError, match="not a journal of an extension"):
            read_extension_journal(framed(b'{"format":"mikra/journal/2"}\n', start=0), currency="EUR")

    def test_two_at_once(self, tmp_path: Path) -> None:
        second = ExtensionFolder.of(tmp_path).locked()
        with ExtensionFolder.of(tmp_path).locked(), pytest.raises(ConflictError, match="Another run"), second:
            pass


class TestStatus:
    def test_where_everything_stands(self) -> None:
        world = World(settings=Settings(rate=0, tries=1))
        for name in ("done", "failed", "later", "pending"):
            world.seal(name)
        world.store.files["failed"] = world.store.files["failed"].replace(b"Water", b"Wine!")
        world.store.files["other"] = b"{}"
        world.extend("done")
        world.authority.faults = [ConnectionRefusedError("refused")]
        world.extend("later")
        goal, journal = Goal(), world.store.journal()
        entries = {n: entry(n, world.store, journal, goal, world.clock()) for n in world.store.files}
        assert {name: one.stage for name, one in entries.items()} == {
            "done": Stage.DONE,
            "failed": Stage.OTHER,
            "later": Stage.LATER,
            "pending": Stage.PENDING,
            "other": Stage.OTHER,
        }
        assert entries["pending"].left == ("T", "LT", "LTA")
        assert entries["done"].until is not None
        assert entries["done"].until.year == 2029
        assert entries["pending"].until is not None
        assert entries["pending"].until.year == 2028
        summary = summarise(list(entries.values()))
        assert (summary.stages[Stage.DONE], summary.levels["B-LTA"], summary.levels["B-B"]) == (1, 1, 2)
        world.pass_to(2028, 9, 1)
        renewal = entry("done", world.store, journal, goal, world.clock())
        assert (renewal.stage, renewal.left) == (Stage.RENEWAL, (steps.RENEW,))
