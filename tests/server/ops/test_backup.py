"""Backup while it issues, restore on a clean machine, blocked until reconciled, erased stays erased (R9, R10)."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mikra.server.actions.audit import START, Line, digest_of
from mikra.status.table import Value, pack
from mikra.status.token import claims
from tests.plugins.migrated import lay_tables
from tests.server.ops.conftest import MIKRA, environment, free_port
from tests.simulators.postgresql import postgresql

pytestmark = pytest.mark.sockets
MADE = Path(__file__).with_name("made_home.py")


@dataclass(kw_only=True)
class Machine:
    """A folder with an installation, and commands on it. `database` empty is SQLite."""

    home: Path
    database: str = ""

    def run(self, *words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        given = ("--home", str(self.home), "--lang", "en", *(("--database", self.database) if self.database else ()))
        command = [*MIKRA, *words, *given]
        done = subprocess.run(command, capture_output=True, text=True, env=environment(), timeout=300, check=False)
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done

    def script(self) -> tuple[list[str], dict[str, str]]:
        here = {"MIKRA_HOME": str(self.home), "DJANGO_SETTINGS_MODULE": "mikra.server.settings"}
        return [sys.executable, str(MADE)], {**environment(), **here, "MIKRA_DATABASE": self.database}

    def made(self, *words: str) -> Any:
        command, env = self.script()
        done = subprocess.run([*command, *words], capture_output=True, text=True, env=env, timeout=300, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout or "null")

    def ask(self, question: str) -> list[Any]:
        with sqlite3.connect(self.home / "mikra.sqlite3") as database:
            return database.execute(question).fetchall()


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Machine, dict[str, Any]]:
    """An installation with two awards of two learners, and what it is called."""
    machine = Machine(home=tmp_path_factory.mktemp("filled"))
    (lay_tables(machine.home) / "mikra.toml").touch(mode=0o600)
    return machine, machine.made("fill")


@pytest.fixture
def machine(filled: tuple[Machine, dict[str, Any]], tmp_path: Path) -> Machine:
    """A copy of it, for one test."""
    return Machine(home=Path(shutil.copytree(filled[0].home, tmp_path / "old")))


@pytest.fixture
def new(tmp_path: Path) -> Machine:
    return Machine(home=tmp_path / "new")


PASSWORD = "four words for keys"


def moved_keys(machine: Machine, new: Machine, tmp_path: Path) -> None:
    (tmp_path / "password").write_text(PASSWORD)
    words = ("keys", "export", str(machine.home), "-o", str(tmp_path / "k"), "--new-password-file")
    command = [*MIKRA, *words, str(tmp_path / "password"), "--lang", "en"]
    subprocess.run(command, env=environment(), check=True, capture_output=True, timeout=120)
    new.run("keys", "import", str(tmp_path / "k"), "--password-file", str(tmp_path / "password"))


def published(number: int, values: dict[int, Value]) -> bytes:
    """A status list as it was served: header and seal are of no matter here."""
    from base64 import urlsafe_b64encode

    table = pack(8192, {value: [place for place, v in values.items() if v is value] for value in set(values.values())})
    said = claims(table, url=f"https://zed.example/status/{number}/token", at=dt.datetime(2026, 11, 1, tzinfo=dt.UTC))
    return b"e30." + urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=") + b".AA"


@pytest.mark.drill("R10")
def test_the_whole_way(machine: Machine, new: Machine, filled: tuple[Machine, dict[str, Any]], tmp_path: Path) -> None:
    known = filled[1]
    backup = tmp_path / "kept" / "a.backup"
    machine.run("backup", "--to", str(backup))
    inside = zipfile.ZipFile(backup)
    whole = b"".join(inside.read(name) for name in inside.namelist())
    secrets = [one.read_bytes() for one in (machine.home / "keys").iterdir() if one.suffix in (".key", ".password")]
    assert len(secrets) == 5
    assert not [one for one in secrets if one in whole]
    machine.made("erase", known["learners"][0])
    machine.run("backup", "--to", str(tmp_path / "kept" / "b.backup"))

    said = new.run("restore", str(backup), code=2).stdout
    assert "A key is not here: data.key" in said
    assert "Erased again: 1" in said
    assert new.ask("select count(*) from learner where key_id is null and profile = x''") == [(1,)]
    assert new.ask("select count(*) from sealed where content is null") == [(1,)]
    assert new.ask("select count(*) from personal_key") == [(1,)]
    assert new.ask("select count(*) from status_published") == [(0,)]
    assert "Restored from a backup" in new.ask("select issuing_blocked from tenant")[0][0]
    serve = ("serve", "--port", str(free_port()))
    assert "key of the personal data is not here" in new.run(*serve, code=2).stderr
    (new.home / "keys" / "data.key").write_bytes(bytes(32))
    assert "not the key of the personal data" in new.run(*serve, code=2).stderr
    (new.home / "keys" / "data.key").unlink()
    moved_keys(machine, new, tmp_path)
    assert (new.home / "keys" / "data.key").read_bytes() == (machine.home / "keys" / "data.key").read_bytes()

    assert "would become valid again" in new.run("reconcile", "--reason", "drill", code=3).stderr
    (tmp_path / "token").write_bytes(published(known["list"], {1: Value.INVALID}))
    said = new.run("reconcile", "--reason", "drill", "--lists", str(tmp_path / "token")).stdout
    assert "withdrawn: 1, batches paused: 1" in said
    assert new.ask("select state from award order by list_index") == [("valid",), ("revoked",)]
    assert new.ask('select "index", value from status_mark') == [(1, 1)]
    assert new.ask("select open, taken, dirty is not null from status_list") == [(0, 2, 1)]
    assert new.ask("select seq from sqlite_sequence where name = 'status_list'")[0][0] >= known["list"] + 1000
    assert new.ask("select issuing_blocked from tenant") == [("",)]
    assert "Nothing is blocked" in new.run("reconcile", "--reason", "drill", code=3).stderr
    assert "never written over" in new.run("restore", str(backup), code=3).stderr


def test_a_damaged_backup_is_refused_before_anything_is_touched(machine: Machine, new: Machine, tmp_path: Path) -> None:
    backup = tmp_path / "a.backup"
    machine.run("backup", "--to", str(backup))
    raw = bytearray(backup.read_bytes())
    raw[len(raw) // 2] ^= 1
    backup.write_bytes(raw)
    assert "damaged" in new.run("restore", str(backup), code=3).stderr
    assert not (new.home / "mikra.sqlite3").exists() or new.ask("select count(*) from sqlite_master") == [(0,)]
    backup.write_bytes(b"nothing")
    assert "damaged" in new.run("restore", str(backup), code=3).stderr


@pytest.mark.drill("R10")
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_backup_during_a_bulk_issue_is_of_one_moment(
    kind: str, machine: Machine, new: Machine, tmp_path: Path
) -> None:
    with databases(kind) as (first, second):
        if kind == "postgresql":
            machine = Machine(home=tmp_path / "pg", database=first)
            machine.home.mkdir()
            (machine.home / "mikra.toml").touch()
            machine.made("fill")
            new.database = second
        command, env = machine.script()
        with subprocess.Popen([*command, "issue"], env=env, stdout=subprocess.PIPE, text=True) as issuing:
            assert issuing.stdout is not None
            assert "issuing" in issuing.stdout.readline()
            for number in range(2):
                machine.run("backup", "--to", str(tmp_path / f"{number}.backup"))
            issuing.kill()
        new.run("restore", str(tmp_path / "1.backup"), code=2)
        counts = [
            json.loads(zipfile.ZipFile(tmp_path / f"{n}.backup").read("manifest.json"))["counts"] for n in range(2)
        ]
        assert counts[0]["award"] < counts[1]["award"]
        for one in counts:
            assert one["award"] == 2 + 10 * (one["audit_entry"] - 4)
        command, env = new.script()
        code = (
            "import django; django.setup()\n"
            "from mikra.server.store.audit import Entry, Head\n"
            "from mikra.server.store.awards import Award\n"
            "import json\n"
            "rows = [[e.number, e.at.isoformat(), e.actor, e.verb, e.subject, e.reason, e.detail,"
            " bytes(e.digest).hex()] for e in Entry._default_manager.order_by('number')]\n"
            "print(json.dumps([rows, bytes(Head._default_manager.get().digest).hex(), Award._default_manager.count()]))"
        )
        done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    rows, head, awards = json.loads(done.stdout)
    assert (len(rows), awards) == (counts[1]["audit_entry"], counts[1]["award"])
    assert chained(rows) == head


def chained(rows: list[Any]) -> str:
    """The end of the chain, computed again."""
    before = START
    for number, at, actor, verb, subject, reason, detail, digest in rows:
        line = Line(verb=verb, subject=subject, reason=reason, detail=detail)
        before = digest_of(before, number, dt.datetime.fromisoformat(at), actor, line)
        assert before.hex() == digest
    return before.hex()


def databases(kind: str) -> Any:
    from contextlib import contextmanager

    @contextmanager
    def none() -> Iterator[tuple[str, str]]:
        yield "", ""

    @contextmanager
    def two() -> Iterator[tuple[str, str]]:
        import psycopg

        with postgresql() as server:
            with psycopg.connect(server.address, autocommit=True) as connection:
                connection.execute("create database second")
            yield server.address, server.address.rpartition("/")[0] + "/second"

    return two() if kind == "postgresql" else none()


def test_everything_of_an_institution_in_open_formats(machine: Machine, tmp_path: Path) -> None:
    machine.run("export", "zed", "--to", str(tmp_path / "zed.zip"))
    inside = zipfile.ZipFile(tmp_path / "zed.zip")
    names = inside.namelist()
    sealed = [name for name in names if name.startswith("credentials/")]
    assert [inside.read(name) for name in sealed] == [b'{"sealed": "bytes of a credential"}'] * 2
    assert "CANARY-ONE" in inside.read("learners.jsonl").decode()
    assert inside.read("ledger.csv").decode().count("valid") == 2
    assert len(inside.read("audit.jsonl").splitlines()) == 4
    assert any(name.endswith("edition-1.yaml") for name in names)
    assert {name for name in names if "." not in name and "/" not in name} == set()
    assert "no such institution" in machine.run("export", "nowhere", "--to", str(tmp_path / "x"), code=3).stderr


def test_an_upgrade_that_fails_leaves_everything_as_it_was(machine: Machine) -> None:
    before = machine.ask("select app, name from django_migrations order by id")
    rows = machine.ask("select * from sealed order by id")
    planted(machine, "raise RuntimeError('planted')", code=1)
    assert machine.ask("select app, name from django_migrations order by id") == before
    planted(machine, "schema.execute(\"update sealed set content = x'00'\")", code=1)
    assert machine.ask("select * from sealed order by id") == rows
    planted(machine, "schema.execute('create table later (id integer)')", code=0)
    assert machine.ask("select count(*) from later") == [(0,)]
    assert machine.ask("select * from sealed order by id") == rows
    assert "nothing to do" in machine.run("upgrade").stdout


def planted(machine: Machine, does: str, *, code: int) -> None:
    """Runs `upgrade` where there is one migration more, which does that."""
    program = f"""
import django; django.setup()
from django.db import migrations
from django.db.migrations.loader import MigrationLoader
from mikra.errors import UnavailableError
from mikra.server.backup.upgrade import upgrade
from mikra.server.installation import installation

def act(apps, schema):
    {does}

whole = MigrationLoader.load_disk
def load_disk(self):
    whole(self)
    last = max(name for app, name in self.disk_migrations if app == "store")
    kind = type("Migration", (migrations.Migration,), {{
        "dependencies": [("store", last)], "operations": [migrations.RunPython(act, atomic=False)]}})
    self.disk_migrations["store", "9999_planted"] = kind("9999_planted", "store")
MigrationLoader.load_disk = load_disk
try:
    upgrade(installation())
except UnavailableError as error:
    assert error.code == "upgrade_failed"
    raise SystemExit(1)
if {code} == 0:
    from mikra.server.database_state import state_of_database
    assert state_of_database() == "current"
    from django.db import connection
    connection.cursor().execute("delete from django_migrations where name = '9999_planted'")
"""
    _, env = machine.script()
    done = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr


@pytest.mark.drill("R9")
def test_keys_are_in_a_file_of_their_own_that_only_its_password_opens(
    machine: Machine, new: Machine, tmp_path: Path
) -> None:
    moved_keys(machine, new, tmp_path)
    raw = (tmp_path / "k").read_bytes()
    assert not [one for one in (machine.home / "keys").iterdir() if one.read_bytes() in raw]
    (tmp_path / "password").write_text("another word")
    wrong = ("keys", "import", str(tmp_path / "k"), "--password-file", str(tmp_path / "password"))
    assert "does not open" in new.run(*wrong, code=3).stderr
    (new.home / "keys" / "data.key").write_bytes(bytes(32))
    (tmp_path / "password").write_text(PASSWORD)
    assert "never written over" in new.run(*wrong, code=3).stderr


def test_a_list_of_erasures_that_is_damaged_is_refused(machine: Machine, new: Machine, tmp_path: Path) -> None:
    machine.run("backup", "--to", str(tmp_path / "a.backup"))
    (tmp_path / "erasures.jsonl").write_text('{"at": "x"}\n')
    assert "damaged" in new.run("restore", str(tmp_path / "a.backup"), code=3).stderr
