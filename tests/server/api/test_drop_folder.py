"""Lists laid into a folder become batches: once, whole, and waiting for a person unless the institution says not."""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from mikra.adapters.clock import now
from mikra.errors import InputError, NotAllowedError, NotFoundError
from mikra.issuance.roster.oneroster import is_oneroster, read_oneroster
from mikra.server.actions import drop_folder
from mikra.server.rights import Actor, Role
from mikra.server.store.batches import Batch
from mikra.server.store.designs import Edition
from mikra.server.store.tenants import Tenant
from tests.server.institution import class_list

USERS = """sourcedId,status,givenName,familyName,email,identifier
u1,active,Jana,Nováková,jana@student.example,S000001
u2,active,Petr,Dvořák,petr@student.example,S000002
u3,tobedeleted,Gone,Gone,gone@student.example,S000003
t1,active,Anna,Teacher,anna@zed.example,T1
"""
ENROLLED = """sourcedId,classSourcedId,userSourcedId,role,status
e1,c1,u1,student,active
e2,c1,u2,student,active
e3,c1,u3,student,active
e4,c1,t1,teacher,active
"""
CLASSES = "sourcedId,title,status\nc1,Water quality,active\n"
RESULTS = """sourcedId,studentSourcedId,scoreStatus,score,scoreDate
r1,u1,fully graded,6,2026-05-01
r2,u1,fully graded,8,2026-06-01
r3,u2,exempt,,
"""


def export(**parts: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(f"export/{name}.csv", text)
    return buffer.getvalue()


WHOLE = {"users": USERS, "enrollments": ENROLLED, "classes": CLASSES, "results": RESULTS}


@pytest.fixture
def folder(tenant: Tenant, edition: Edition, actor: Callable[..., Actor]) -> Path:
    made = drop_folder.open_folder(actor(tenant, Role.ADMINISTRATOR), edition.id)
    for name in ("in", "done", "failed"):
        for one in (made / name).iterdir():
            one.unlink()
    return made


def lay(folder: Path, name: str, data: bytes, *, age: float = 60) -> Path:
    file = folder / "in" / name
    file.write_bytes(data)
    then = now().timestamp() - age
    os.utime(file, (then, then))
    return file


def report(folder: Path, place: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(next((folder / place).glob("*.report.json")).read_text())
    return found


def test_a_gradebook_becomes_a_batch_that_waits(tenant: Tenant, folder: Path) -> None:
    file = lay(folder, "class.csv", class_list(5, faults=1))
    assert drop_folder.read_due()
    assert not drop_folder.read_due()
    batch = Batch.of(tenant).get()
    assert (batch.state, batch.source, batch.total) == ("check", "folder", 5)
    assert not file.exists()
    said = report(folder, "done")
    assert said["batch"] == str(batch.id)
    assert said["rows"]["fix"] == 1  # type: ignore[index]


def test_the_same_content_is_never_read_twice(tenant: Tenant, folder: Path) -> None:
    lay(folder, "one.csv", class_list(3))
    lay(folder, "two.csv", class_list(3))
    while drop_folder.read_due():
        pass
    assert Batch.of(tenant).count() == 1
    assert report(folder, "failed")["code"] == "file_known"


@pytest.mark.parametrize("name", ["class.csv.part", ".class.csv", "class.tmp"])
def test_what_is_still_being_written_is_left_alone(tenant: Tenant, folder: Path, name: str) -> None:
    file = lay(folder, name, class_list(3))
    fresh = lay(folder, "fresh.csv", class_list(2), age=1)
    assert not drop_folder.read_due()
    assert file.exists()
    assert fresh.exists()
    assert drop_folder.read_due(now() + dt.timedelta(minutes=1))


def test_a_link_out_of_the_folder_is_not_followed(tenant: Tenant, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_bytes(class_list(3))
    (folder / "in" / "link.csv").symlink_to(tmp_path / "secret.csv")
    assert not drop_folder.read_due(now() + dt.timedelta(days=1))
    assert (folder / "in" / "link.csv").is_symlink()


def test_what_cannot_be_read_is_told_and_may_come_again(tenant: Tenant, folder: Path) -> None:
    lay(folder, "class.csv", b'Given name,"Family')
    assert drop_folder.read_due()
    assert report(folder, "failed")["message"]
    assert not Batch.of(tenant).exclude(state="cancelled").exists()


def test_where_a_worker_died_the_file_is_read_into_the_same_batch(
    tenant: Tenant, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Died(BaseException):
        """As kill -9."""

    def dies(*_: object) -> None:
        raise Died

    lay(folder, "class.csv", class_list(3))
    with monkeypatch.context() as patch:
        patch.setattr(drop_folder, "_fill", dies)
        with pytest.raises(Died):
            drop_folder.read_due()
    assert drop_folder.read_due()
    assert Batch.of(tenant).get().total == 3


def test_oneroster(tenant: Tenant, folder: Path) -> None:
    lay(folder, "export.zip", export(**WHOLE))
    assert drop_folder.read_due()
    assert Batch.of(tenant).get().total == 1
    assert (report(folder, "done")["rows"])["ready"] == 1  # type: ignore[index]


def test_the_folder_seals_only_where_the_institution_says_so(tenant: Tenant, folder: Path) -> None:
    tenant.settings = {"folder_seals": True}
    tenant.save()
    lay(folder, "good.csv", class_list(3))
    drop_folder.read_due()
    assert Batch.of(tenant).get().state == "sealing"
    lay(folder, "messy.csv", class_list(3, faults=1, start=10))
    drop_folder.read_due()
    assert sorted(Batch.of(tenant).values_list("state", flat=True)) == ["check", "sealing"]
    tenant.settings = {"folder_seals": True, "four_eyes": True}
    tenant.save()
    lay(folder, "third.csv", class_list(3, start=20))
    drop_folder.read_due()
    assert sorted(Batch.of(tenant).values_list("state", flat=True)) == ["check", "check", "sealing"]


def test_who_opens_a_folder(tenant: Tenant, stranger: Tenant, edition: Edition, actor: Callable[..., Actor]) -> None:
    with pytest.raises(NotAllowedError):
        drop_folder.open_folder(actor(tenant, Role.REGISTRAR), edition.id)
    with pytest.raises(NotFoundError):
        drop_folder.open_folder(actor(stranger, Role.ADMINISTRATOR), edition.id)


def test_files_with_names_go_after_their_time(tenant: Tenant, folder: Path) -> None:
    lay(folder, "class.csv", class_list(3), age=3_600 * 24 * 31)
    drop_folder.read_due()
    drop_folder.read_due(now() + dt.timedelta(days=1))
    assert not list((folder / "done").glob("*class.csv"))


def test_what_an_export_says() -> None:
    found = read_oneroster(export(**WHOLE))
    assert found.classes == ("Water quality",)
    assert found.learners == (
        {
            "given_name": "Jana",
            "family_name": "Nováková",
            "email": "jana@student.example",
            "learner_id": "S000001",
            "grade": "8",
            "completed": "2026-06-01",
        },
    )
    without = read_oneroster(export(users=USERS, enrollments=ENROLLED))
    assert [one["learner_id"] for one in without.learners] == ["S000001", "S000002"]


@pytest.mark.parametrize(
    "data",
    [
        export(users=USERS),
        export(users=USERS, enrollments="sourcedId,userSourcedId,role\n"),
        export(users='sourcedId\n"a', enrollments=ENROLLED),
        export(**WHOLE)[:200],
        b"PK\x03\x04rubbish",
        b"",
    ],
)
def test_what_is_no_export(data: bytes) -> None:
    with pytest.raises(InputError):
        read_oneroster(data)


def test_exports_that_are_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    from mikra.issuance.roster import oneroster

    monkeypatch.setattr(oneroster, "MOST", 100)
    with pytest.raises(InputError) as error:
        read_oneroster(export(**WHOLE))
    assert error.value.code == "too_large"
    assert is_oneroster(export(**WHOLE))
    assert not is_oneroster(b"Given name,Family name\n")
