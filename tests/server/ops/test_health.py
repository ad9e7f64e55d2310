"""Health: each thing that can be wrong is said in words with its mend, and nothing is said of it when it is well."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from mikra.adapters.clock import now
from mikra.sealing import wallet_certificates
from mikra.server import metrics, wallet_providers
from mikra.server.backup.record import note_backup
from mikra.server.health import look, machine, work
from mikra.server.health.finding import Finding, State, worst
from mikra.server.installation import Installation, Mode, installation
from mikra.server.rights import Role
from mikra.server.store.people import Person
from mikra.server.store.status import Published, StatusList
from mikra.server.store.tenants import SealKey, Tenant
from mikra.server.store.work import Beat

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(tmp_path: Path) -> Installation:
    return Installation(home=tmp_path, mode=Mode.PRODUCTION, origin="https://zed.example")


def beat(good: bool = True, ago: int = 5, said: str = "") -> None:
    at = now() - dt.timedelta(seconds=ago)
    Beat._default_manager.update_or_create(task="letters", defaults={"at": at, "good": good, "said": said})


def key(tenant: Tenant, days: float) -> SealKey:
    ends = now() + dt.timedelta(days=days)
    return SealKey._default_manager.create(
        tenant=tenant, use="status", name="zed-status", address="signer:#a", certificate=b"", label="", not_after=ends
    )


def listed(tenant: Tenant, *, dirty: int = 0, until: float = 1) -> None:
    since = now() - dt.timedelta(seconds=dirty) if dirty else None
    one = StatusList._default_manager.create(tenant=tenant, group="open", size=8, secret=bytes(32), dirty=since)
    ends = now() + dt.timedelta(days=until)
    Published._default_manager.create(tenant=tenant, list=one, encoding="w3c", content=b"", at=now(), until=ends)


@pytest.mark.parametrize(
    ("how", "state", "words"),
    [
        (lambda: None, State.BAD, "Nothing runs"),
        (lambda: beat(ago=600), State.BAD, "Nothing runs"),
        (lambda: beat(good=False, said="The signer does not answer."), State.BAD, "letters: The signer does not"),
        (beat, State.GOOD, "It runs."),
    ],
)
def test_the_work_in_the_background(how: Callable[[], None], state: State, words: str, home: Installation) -> None:
    how()
    found = work.queue(home, None)
    assert (found.state, words in found.said) == (state, True)
    assert bool(found.fix) is (state is not State.GOOD)


@pytest.mark.parametrize(("days", "state"), [(-1, State.BAD), (10, State.WARN), (400, State.GOOD)])
def test_seals_that_run_out(days: int, state: State, tenant: Tenant, stranger: Tenant, home: Installation) -> None:
    key(tenant, days)
    assert work.certificates(home, tenant).state is state
    assert work.certificates(home, None).state is state
    assert work.certificates(home, stranger).state is State.UNKNOWN


@pytest.mark.parametrize(
    ("dirty", "until", "state"), [(0, 1, State.GOOD), (90, 1, State.BAD), (20, 1, State.GOOD), (0, -0.1, State.BAD)]
)
def test_status_lists(
    dirty: int, until: float, state: State, tenant: Tenant, stranger: Tenant, home: Installation
) -> None:
    listed(tenant, dirty=dirty, until=until)
    assert work.status_lists(home, tenant).state is state
    assert work.status_lists(home, stranger).state is State.GOOD


@pytest.mark.sockets
def test_mail_and_signer_that_do_not_answer(home: Installation) -> None:
    assert work.mail(home, None).state is State.WARN
    found = work.mail(replace(home, mail="smtp://127.0.0.1:1"), None)
    assert (found.state, "127.0.0.1 does not answer" in found.said) == (State.BAD, True)
    assert work.signer(home, None).state is State.UNKNOWN
    home.signer_plan.parent.mkdir()
    home.signer_plan.touch()
    assert work.signer(home, None).state is State.BAD


def test_disk_files_and_backup(home: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    home.keys.mkdir(mode=0o700)
    assert machine.files(home).state is State.GOOD
    (home.keys / "a.p12").touch(mode=0o644)
    (home.keys / "a.p12").chmod(0o644)
    assert "a.p12" in machine.files(home).said
    assert machine.backup(home).state is State.WARN
    note_backup(home, now() - dt.timedelta(hours=30), "x")
    assert machine.backup(home).state is State.WARN
    note_backup(home, now() - dt.timedelta(hours=1), "x")
    assert "1 hour old" in machine.backup(home).said
    for free, state in ((10**9, State.WARN), (10**8, State.BAD), (10**11, State.GOOD)):
        usage = shutil._ntuple_diskusage(free, 0, free)  # type: ignore[attr-defined]
        monkeypatch.setattr(shutil, "disk_usage", lambda _, usage=usage: usage)
        assert machine.disk(home).state is state


def test_http_in_production_and_a_clock_that_went_back(tmp_path: Path, home: Installation) -> None:
    plain = replace(home, origin="http://zed.example")
    assert "https" in machine.files(plain).said
    assert machine.files(home).state is State.GOOD
    Beat._default_manager.create(task="letters", at=now() + dt.timedelta(hours=1), good=True)
    assert machine.clock(home).state is State.BAD


def test_what_cannot_be_looked_at_hides_nothing(monkeypatch: pytest.MonkeyPatch, home: Installation) -> None:
    def broken(*_: Any) -> Finding:
        raise OperationalError("x")

    whole = [one.id for one in look.look(of=home)]
    monkeypatch.setattr(work, "queue", broken)
    broken.__name__ = "queue"
    found = {one.id: one.state for one in look.look(of=home)}
    assert (list(found), found["queue"]) == (whole, State.UNKNOWN)
    assert worst([]) is State.GOOD


def test_for_machines(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.get("/health/").json() == {"status": "alive"}
    assert client.get("/health/ready/").status_code == 200
    monkeypatch.setattr(look, "ready", lambda: False)
    answer = client.get("/health/ready/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")


@pytest.mark.sockets
def test_for_people(
    join: Callable[..., Person], sign_in: Callable[[Person], Client], tenant: Tenant, stranger: Tenant
) -> None:
    key(stranger, 3).delete()
    key(stranger, 3)
    beat()
    page = sign_in(join(tenant, Role.ADMINISTRATOR)).get("/console/zed/settings/health/")
    assert page.status_code == 200
    assert "E-mail" in page.content.decode()
    assert "zed-status" not in page.content.decode()
    assert sign_in(join(tenant, Role.REGISTRAR)).get("/console/zed/settings/health/").status_code == 403
    administrator = join(tenant, Role.ADMINISTRATOR)
    assert sign_in(administrator).get("/operator/health/").status_code == 404
    Person._default_manager.filter(pk=administrator.pk).update(operator=True)
    assert "zed-status" in sign_in(administrator).get("/operator/health/").content.decode()


def test_figures_count_and_name_nobody(client: Client, tenant: Tenant, join: Callable[..., Person]) -> None:
    join(tenant, Role.REGISTRAR, name="Jana Králová")
    beat()
    client.get("/console/zed/")
    page = client.get("/metrics").content.decode()
    assert 'mikra_task_good{task="letters"} 1.0' in page
    assert 'route="start"' in page
    assert not [word for word in ("Jana", "zed", "@", str(tenant.id)) if word in page.replace("localized", "")]


def test_who_may_read_the_figures(client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.get("/metrics", REMOTE_ADDR="192.0.2.1").status_code == 404
    assert client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 404
    (tmp_path / "token").write_text("abc\n")
    of = replace(installation(), metrics_token_file=str(tmp_path / "token"))
    assert metrics.may_read(of, "192.0.2.1", "Bearer abc")
    assert not metrics.may_read(of, "127.0.0.1", "Bearer abd")
    assert not metrics.may_read(of, "127.0.0.1", "")
    (tmp_path / "token").write_text("\n")
    assert not metrics.may_read(of, "127.0.0.1", "Bearer ")


def test_every_answer_names_its_request(client: Client) -> None:
    one, other = client.get("/health/")["X-Request-ID"], client.get("/health/")["X-Request-ID"]
    assert one != other
    assert client.get("/health/", headers={"X-Request-ID": "5f1c0d2e-9a3b47de"})["X-Request-ID"] == "5f1c0d2e-9a3b47de"
    for name in ("Jana Králová!", "Jana-Kralova", "Jana-Kralova-born-in-Zed"):
        assert client.get("/health/", headers={"X-Request-ID": name})["X-Request-ID"] != name


def test_who_vouches_for_wallets(home: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wallet_providers, "folder", lambda: home.home / "wallet-providers")
    assert "None is trusted" in machine.wallets(home).said
    folder = home.home / "wallet-providers"
    folder.mkdir()
    subject = wallet_certificates.Subject(name="A provider", country="EU")
    for name, at in (("good", now()), ("ended", now() - dt.timedelta(days=365 * 40))):
        made = wallet_certificates.make_authority(subject, at=at - dt.timedelta(days=1))
        (folder / f"{name}.der").write_bytes(made.certificate)
        found = machine.wallets(home)
        assert found.state is (State.GOOD if name == "good" else State.WARN)
        assert ("A provider" in found.said) is (name == "ended")
    (folder / "none.pem").write_text("none")
    assert "none.pem" in machine.wallets(home).said
