"""The folder of an issue: whole or not there, one process at a time, and clear words when the disk says no."""

from __future__ import annotations

import errno
import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from mikra.adapters import folder as folders
from mikra.adapters.folder import Folder, write_whole
from mikra.errors import ConflictError, InputError, UnavailableError
from mikra.issuance.journal import Done, Journal, end, file_name, framed, intent, whole
from tests.issuance.awards import award_id
from tests.issuance.issues import Disk, learners, make_issue

DESIGN = "WATER-Q/2026.1 0123456789abcdef"
NAMES = {n: file_name(n, award_id(n)) for n in range(1, 9)}


def opened(path: Path) -> tuple[Folder, Journal]:
    folder = Folder(path)
    with folder.locked():
        return folder, folder.journal(design=DESIGN, salt="s")


def begun(path: Path, count: int = 3) -> Folder:
    """A folder in which so many credentials were issued."""
    folder, _ = opened(path)
    for n in range(1, count + 1):
        folder.append(intent(f"learner-{n}", n, award_id(n).stem))
        folder.put({NAMES[n]: b"credential %d" % n})
        folder.append(end(f"learner-{n}", Done(NAMES[n], f"{n:064x}")))
    return folder


class TestJournal:
    def test_a_new_folder_gets_a_journal(self, tmp_path: Path) -> None:
        _, journal = opened(tmp_path / "a" / "b")
        assert journal == Journal(design=DESIGN, salt="s")
        assert opened(tmp_path / "a" / "b")[1] == journal

    def test_the_salt_of_the_first_run_stays(self, tmp_path: Path) -> None:
        opened(tmp_path)
        folder = Folder(tmp_path)
        with folder.locked():
            assert folder.journal(design=DESIGN, salt="another").salt == "s"

    def test_what_was_done_is_read_again(self, tmp_path: Path) -> None:
        begun(tmp_path)
        _, journal = opened(tmp_path)
        assert set(journal.done) == {"learner-1", "learner-2", "learner-3"}

    @pytest.mark.parametrize("torn", [b"{", b'{"intent":"x"}\n', b"\0" * 100, b'{"end":"'])
    def test_a_torn_last_append_is_cut_off_and_written_over(self, tmp_path: Path, torn: bytes) -> None:
        folder = begun(tmp_path)
        with folder.journal_file.open("ab") as file:
            file.write(torn)
        again, journal = opened(tmp_path)
        assert len(journal.done) == 3
        again.append(intent("learner-4", 4, award_id(4).stem))
        assert "learner-4" in opened(tmp_path)[1].awards

    def test_a_torn_first_append_is_begun_anew(self, tmp_path: Path) -> None:
        folder, journal = opened(tmp_path)
        folder.journal_file.write_bytes(framed(journal.opening(), start=0)[:20])
        assert opened(tmp_path)[1] == journal

    def test_damage_in_the_middle_is_said(self, tmp_path: Path) -> None:
        folder = begun(tmp_path)
        data = folder.journal_file.read_bytes()
        folder.journal_file.write_bytes(data.replace(b'"row":2', b'"row":7'))
        with pytest.raises(InputError) as caught:
            opened(tmp_path)
        assert caught.value.code == "file_damaged"
        assert "backup" in caught.value.fix

    def test_another_designs_folder_is_refused(self, tmp_path: Path) -> None:
        begun(tmp_path)
        with Folder(tmp_path).locked(), pytest.raises(ConflictError):
            Folder(tmp_path).journal(design="WELD-MAG/2026.1", salt="s")

    def test_credentials_without_journal_are_refused(self, tmp_path: Path) -> None:
        begun(tmp_path).journal_file.unlink()
        with pytest.raises(InputError) as caught:
            opened(tmp_path)
        assert "no journal" in caught.value.message

    def test_files_that_the_journal_does_not_know_are_refused(self, tmp_path: Path) -> None:
        """A journal that lost its end would issue again what is there."""
        folder = begun(tmp_path)
        folder.put({NAMES[8]: b"from elsewhere"})
        with pytest.raises(InputError) as caught:
            opened(tmp_path)
        assert NAMES[8] in caught.value.found

    def test_an_append_starts_where_the_last_one_ended(self, tmp_path: Path) -> None:
        """After a failure in the same process too, whatever it left."""
        folder = begun(tmp_path)
        with folder.journal_file.open("ab") as file:
            file.write(b"left by a failure" * 100)
        folder.append(intent("learner-4", 4, award_id(4).stem))
        assert folder.journal_file.read_bytes() == whole(folder.journal_file.read_bytes())
        assert "learner-4" in opened(tmp_path)[1].awards


class TestLock:
    def test_a_second_run_is_refused_and_a_later_one_is_not(self, tmp_path: Path) -> None:
        with Folder(tmp_path).locked():
            with pytest.raises(ConflictError) as caught, Folder(tmp_path).locked():
                pass
            assert "Another run" in caught.value.message
        with Folder(tmp_path).locked():
            pass

    def test_a_killed_process_holds_nothing(self, tmp_path: Path) -> None:
        code = f"""
import time
from pathlib import Path
from mikra.adapters.folder import Folder
with Folder(Path({str(tmp_path)!r})).locked():
    print("held", flush=True)
    time.sleep(60)
"""
        with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            with pytest.raises(ConflictError), Folder(tmp_path).locked():
                pass
            process.send_signal(signal.SIGKILL)
        with Folder(tmp_path).locked():
            pass


class TestFiles:
    def test_all_are_there_and_nothing_else(self, tmp_path: Path) -> None:
        folder, _ = opened(tmp_path)
        content = {f"{n:06d}-x.jsonld": os.urandom(70_000) for n in range(50)}
        folder.put(content)
        assert {file.name: file.read_bytes() for file in folder.credentials.iterdir()} == content

    def test_every_file_and_both_folders_are_synced_before_it_returns(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Names are made durable after contents: a file is never there in part."""
        log: list[str] = []
        lock = threading.Lock()
        fsync, replace = os.fsync, Path.replace

        def synced(handle: int) -> None:
            with lock:
                log.append(f"fsync {Path(os.readlink(f'/proc/self/fd/{handle}')).name}")
            fsync(handle)

        def replaced(path: Path, target: Path) -> Path:
            log.append(f"rename {path.name}")
            return replace(path, target)

        folder, _ = opened(tmp_path)
        monkeypatch.setattr(os, "fsync", synced)
        monkeypatch.setattr(Path, "replace", replaced)
        folder.put({"1": b"a", "2": b"b"})
        assert sorted(log[:2]) == ["fsync 1.part", "fsync 2.part"]
        assert log[2:] == ["rename 1.part", "rename 2.part", "fsync credentials"]
        log.clear()
        folder.append(b'{"x":1}\n')
        assert log == ["fsync journal.jsonl"]

    def test_the_journals_own_name_is_durable_too(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        log: list[str] = []
        fsync = os.fsync

        def synced(handle: int) -> None:
            log.append(Path(os.readlink(f"/proc/self/fd/{handle}")).name)
            fsync(handle)

        monkeypatch.setattr(os, "fsync", synced)
        opened(tmp_path / "issue")
        assert log[-2:] == ["journal.jsonl", "issue"]

    def test_a_whole_file(self, tmp_path: Path) -> None:
        write_whole(tmp_path / "new" / "receipt.jsonld", b"1")
        write_whole(tmp_path / "new" / "receipt.jsonld", b"22")
        assert [file.read_bytes() for file in (tmp_path / "new").iterdir()] == [b"22"]


class TestDisk:
    @pytest.fixture
    def failing(self, monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
        """`left`: bytes that there is room for."""
        room = {"left": 1 << 40}
        write_all = folders._write_all

        def write(file: object, content: bytes) -> None:
            if len(content) > room["left"]:
                write_all(file, content[: room["left"]])  # type: ignore[arg-type]
                room["left"] = 0
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            room["left"] -= len(content)
            write_all(file, content)  # type: ignore[arg-type]

        monkeypatch.setattr(folders, "_write_all", write)
        return room

    def test_a_full_disk_is_said_and_nothing_of_the_append_stays(self, tmp_path: Path, failing: dict[str, int]) -> None:
        folder = begun(tmp_path)
        failing["left"] = 10
        with pytest.raises(UnavailableError) as caught:
            folder.append(intent("learner-4", 4, award_id(4).stem))
        assert "no space left" in caught.value.message
        assert "same command again" in caught.value.fix
        failing["left"] = 1 << 40
        assert set(opened(tmp_path)[1].awards) == {"learner-1", "learner-2", "learner-3"}
        folder.append(intent("learner-4", 4, award_id(4).stem))
        assert "learner-4" in opened(tmp_path)[1].awards

    def test_no_part_of_a_chunk_stays(self, tmp_path: Path, failing: dict[str, int]) -> None:
        folder, _ = opened(tmp_path)
        failing["left"] = 2500
        with pytest.raises(UnavailableError):
            folder.put({str(n): b"x" * 1000 for n in range(6)})
        assert list(folder.credentials.iterdir()) == []

    def test_a_folder_that_cannot_be_made(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_bytes(b"")
        with pytest.raises(UnavailableError) as caught, Folder(tmp_path / "file" / "issue").locked():
            pass
        assert str(tmp_path / "file" / "issue") in caught.value.where


def issue_into(path: Path, count: int) -> str:
    """Issues into a folder until done or refused; the message where it was refused."""
    folder = Folder(path)
    try:
        with folder.locked():
            made = make_issue(Disk())
            journal = folder.journal(design=made.journal.design, salt="s")
            list(make_issue(Disk(), ledger=folder, vault=folder, journal=journal).run(learners(count), chunk=4))
    except UnavailableError as error:
        return error.message
    return ""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 1 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)]
    mounted = subprocess.run(command, capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("a small disk cannot be mounted here (needs root)")
    yield place
    subprocess.run(["umount", place], check=True)


class TestRealDisk:
    def test_it_fills_up_in_mid_issue_and_goes_on_when_there_is_room(self, small_disk: Path) -> None:
        assert "no space left" in issue_into(small_disk / "issue", 40)
        names = {file.name for file in (small_disk / "issue" / "credentials").iterdir()}
        assert 0 < len(names) < 40
        assert not any(name.endswith(".part") for name in names)
        subprocess.run(["mount", "-o", "remount,size=16m", small_disk], check=True)
        assert issue_into(small_disk / "issue", 40) == ""
        after = {file.name for file in (small_disk / "issue" / "credentials").iterdir()}
        assert len(after) == 40
        assert names <= after

    def test_it_is_read_only(self, small_disk: Path) -> None:
        subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
        assert "read-only" in issue_into(small_disk / "issue", 4)
        subprocess.run(["mount", "-o", "remount,rw", small_disk], check=True)
        assert issue_into(small_disk / "issue", 4) == ""

    def test_files_may_not_grow(self, tmp_path: Path) -> None:
        """RLIMIT_FSIZE: the same error path, without root."""
        code = f"""
import resource, signal, sys
from pathlib import Path
sys.path.insert(0, {str(Path(__file__).parents[2])!r})
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from tests.adapters.test_folder import issue_into
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, resource.RLIM_INFINITY))
print(issue_into(Path({str(tmp_path / "issue")!r}), 4))
"""
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert "file too large" in done.stdout
        assert issue_into(tmp_path / "issue", 4) == ""
        assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


def test_a_new_folder_is_for_its_owner_alone_and_one_that_was_there_keeps_its_rights(tmp_path: Path) -> None:
    begun(tmp_path / "new")
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
    (tmp_path / "shared").mkdir(mode=0o755)
    begun(tmp_path / "shared")
    assert (tmp_path / "shared").stat().st_mode & 0o777 == 0o755
