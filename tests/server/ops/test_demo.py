"""`mikra demo` goes on with the service: made once, kept, looked at over HTTP; its letters are no page elsewhere."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID
from django.test import Client

from mikra.sealing.certificates import is_demonstration
from mikra.server.installation import Mode, installation
from mikra.server.web.demonstration import mail
from tests.server.ops.conftest import MIKRA, environment, free_port

LETTER = b"To: ana@zed.example\nSubject: <b>Your code</b>\nContent-Language: ro\n\nCode 123456\nhttps://zed.example/x\n"


def demo(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [*MIKRA, "demo", "-o", str(folder), "--lang", "en"]
    given = {**environment(), "DEMO_PORT": str(free_port())}
    return subprocess.run(
        command, env=given, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=400, check=False
    )


@pytest.mark.sockets
def test_the_whole_demonstration_twice(tmp_path: Path) -> None:
    first = demo(tmp_path)
    assert first.returncode == 0, first.stdout[-2000:] + first.stderr
    assert first.stdout.count("✓ http://127.0.0.1:") == 5
    assert "registrar@university.example" in first.stdout

    def ask(question: str) -> list[Any]:
        with sqlite3.connect(tmp_path / "service" / "mikra.sqlite3") as database:
            return database.execute(question).fetchall()

    states = dict(ask("select state, count(*) from award group by state"))
    assert states == {"valid": 28 + 6, "suspended": 2, "revoked": 2, "superseded": 2}
    each = "select t.slug, count(*) from {} x join tenant t on x.tenant_id = t.id where {} group by t.slug"
    both = {"university": 1, "college": 1}
    assert dict(ask(each.format("batch", "x.state = 'check'"))) == both
    assert dict(ask(each.format("delivery", "x.state = 'bounced'"))) == both
    assert dict(ask(each.format("prior_case", "x.state = 'decision'"))) == both
    assert dict(ask(each.format("rights_case", "x.decided is null"))) == both
    assert len(ask("select distinct batch_id from batch_row where state = 'fix'")) == 2
    assert ask("select count(*) from delivery where state = 'waiting' and due > datetime('now')") == [(0,)]
    for (certificate,) in ask("select certificate from seal_key where use in ('wallets', 'trial', 'credentials')"):
        read = x509.load_der_x509_certificate(certificate)
        assert is_demonstration(certificate)
        assert {one.value for one in read.subject.get_attributes_for_oid(NameOID.COUNTRY_NAME)} <= {"RO", "CZ"}
    assert ask("select count(*) from edition") == [(2,)]
    roles = {role for (given,) in ask("select roles from membership where ended is null") for role in json.loads(given)}
    assert len(roles) == 8
    older(tmp_path / "service")
    again = demo(tmp_path)
    assert again.returncode == 0, again.stderr
    assert "being made" not in again.stdout
    assert "The database is of this version now. The backup from before:" in again.stdout
    assert len(list((tmp_path / "service" / "backups").glob("*.backup"))) == 1
    assert dict(ask("select state, count(*) from award group by state")) == states


def older(home: Path) -> None:
    """Takes the last migration back, so that the database is one of an older version."""
    program = """
import django; django.setup()
from django.core.management import call_command
from django.db.migrations.recorder import MigrationRecorder
last = MigrationRecorder.Migration.objects.filter(app="store").order_by("name").values_list("name", flat=True)
call_command("migrate", "store", list(last)[-2], verbosity=0)
"""
    env = {**environment(), "MIKRA_HOME": str(home), "DJANGO_SETTINGS_MODULE": "mikra.server.settings"}
    done = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.sockets
def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    """The demonstration says how to begin anew, and touches nothing."""
    home = tmp_path / "service"
    home.mkdir()
    with sqlite3.connect(home / "mikra.sqlite3") as database:
        database.execute("create table django_migrations (id integer, app text, name text, applied text)")
        database.execute("insert into django_migrations values (1, 'store', '9999_later', '2099-01-01')")
    before = (home / "mikra.sqlite3").read_bytes()
    done = demo(tmp_path)
    assert done.returncode == 3
    assert "newer version" in done.stderr
    assert "make demo-clean" in done.stderr
    assert (home / "mikra.sqlite3").read_bytes() == before


def test_letters_are_shown_in_a_demonstration_alone(
    client: Client, db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get("/mail/").status_code == 404
    assert client.get("/mail/1/").status_code == 404
    of = replace(installation(), home=tmp_path, mode=Mode.DEMONSTRATION)
    monkeypatch.setattr(mail, "installation", lambda: of)
    assert "No letter yet" in client.get("/mail/").content.decode()
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "1.eml").write_bytes(LETTER)
    page = client.get("/mail/").content.decode()
    assert "&lt;b&gt;Your code&lt;/b&gt;" in page
    shown = client.get("/mail/1/").content.decode()
    assert "Code 123456" in shown
    assert re.search(r'<a href="https://zed.example/x">', shown)
    for nothing in ("2", "..", "x"):
        assert client.get(f"/mail/{nothing}/").status_code == 404
