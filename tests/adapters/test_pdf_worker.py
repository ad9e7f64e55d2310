"""The process that reads PDF files: the same answers, and a hang, a crash or a lie of it is one bad file."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from mikra.adapters import pdf_worker
from mikra.adapters.pdf_worker import PdfWorker
from mikra.errors import InputError
from mikra.formats import pdf
from mikra.sealing import pades
from mikra.sealing.etsiu import ValidationData
from tests.simulators import europe, pdfs

pytestmark = pytest.mark.extra("pdf")
GOOD = pdfs.make(pdfs.Plan(attached={b"credential.jsonld": b'{"id":"urn:credential:1"}'}))


@pytest.fixture
def worker() -> Iterator[PdfWorker]:
    with PdfWorker(seconds=30) as one:
        yield one


def test_the_same_answers(worker: PdfWorker) -> None:
    at = datetime(2026, 6, 1, tzinfo=UTC)
    sealed = pades.seal(GOOD, signer=europe.seal().signer, at=at)
    for data in (GOOD, sealed, pades.extend(sealed, ValidationData(certificates=europe.seal().chain))):
        assert worker(data) == pdf.read(data)
    with pytest.raises(InputError) as caught:
        worker(b"hello")
    assert caught.value.code == "file_type_mismatch"


def test_one_process_serves_many_files(worker: PdfWorker) -> None:
    worker(GOOD)
    process = worker._process
    worker(GOOD)
    assert worker._process is process


def test_a_crash_is_one_bad_file(worker: PdfWorker) -> None:
    worker(GOOD)
    assert worker._process is not None
    os.kill(worker._process.pid, signal.SIGSTOP)
    worker.seconds = 0.2
    started = time.monotonic()
    with pytest.raises(InputError, match="in time") as caught:
        worker(GOOD)
    assert caught.value.code == "file_damaged"
    assert time.monotonic() - started < 2
    worker.seconds = 30
    assert worker(GOOD) == pdf.read(GOOD)


def test_a_file_that_takes_too_much_memory(worker: PdfWorker, monkeypatch: pytest.MonkeyPatch) -> None:
    script = "from mikra.adapters import pdf_worker as w, sys; w._confine(); bytearray(10**9)"
    assert os.system(f"{sys.executable} -c '{script}' 2>/dev/null") != 0


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"attachments":[["a","!!"]]}',
        orjson.dumps({"error": {}}),
        b'{"seals":[{"covers":[1]}]}',
    ],
)
def test_a_lie_is_one_bad_file(worker: PdfWorker, said: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_worker, "_receive", lambda *_: said)
    with pytest.raises(InputError):
        worker(GOOD)


def test_no_file_is_written(worker: PdfWorker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    worker(pdfs.make(replace(pdfs.Plan(), attached={b"../x": b"{}"})))
    assert list(tmp_path.iterdir()) == []
