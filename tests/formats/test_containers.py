"""Archives: each hostile form refused with its code, and its harmless twin taken."""

from __future__ import annotations

import io
import json
import random
import struct
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from mikra.errors import InputError
from mikra.formats.containers import Entry, ZipLimits, inspect_zip, read_entry
from mikra.formats.zip_copy import copy_entries

CORPUS = Path(__file__).parents[1] / "corpus"
CASES = [c for c in json.loads((CORPUS / "index.json").read_text())["cases"] if c["kind"] == "zip"]


def archive(files: dict[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as target:
        for name, content in files.items():
            target.writestr(name, content)
    return buffer.getvalue()


def code_of(data: bytes, limits: ZipLimits | None = None) -> str:
    """The code of the refusal; "" where the archive is taken and every entry reads."""
    try:
        for entry in inspect_zip(data, limits or ZipLimits()):
            read_entry(data, entry)
    except InputError as error:
        return error.code
    return ""


@pytest.mark.parametrize("case", CASES, ids=[c["name"] for c in CASES])
def test_corpus(case: dict[str, object]) -> None:
    expected = case["expected"]
    assert isinstance(expected, dict)
    started = time.process_time()
    found = code_of((CORPUS / str(case["file"])).read_bytes())
    assert found == ("" if expected["outcome"] == "accept" else expected["code"])
    assert time.process_time() - started < expected.get("max_seconds", 5)


def test_entries_and_their_bytes() -> None:
    data = archive({"a.txt": b"one" * 50, "folder/b.txt": b""})
    entries = inspect_zip(data)
    assert [(e.name, e.size) for e in entries] == [("a.txt", 150), ("folder/b.txt", 0)]
    assert [read_entry(data, e) for e in entries] == [b"one" * 50, b""]


def test_folders_are_not_files() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target:
        target.mkdir("folder")
        target.writestr("folder/a.txt", "x")
    assert [e.name for e in inspect_zip(buffer.getvalue())] == ["folder/a.txt"]


def test_an_empty_archive_holds_nothing() -> None:
    assert inspect_zip(archive({})) == ()


@pytest.mark.parametrize("data", [b"", b"plain text", b"PD\x03\x04", b"\x89PNG\r\n", b"%PDF-1.7"])
def test_not_an_archive(data: bytes) -> None:
    assert code_of(data) == "file_type_mismatch"


@pytest.mark.parametrize(
    "name",
    ["../a", "a/../../b", "/a", "C:/a", "c:a", "a\\b", "a//b", "./a", "a/./b", "a\x01b", "a\u202eb", "x" * 256],
)
def test_bad_names(name: str) -> None:
    data = archive({"plain": b"x"})
    hostile = name.encode()
    renamed = rename(data, b"plain", hostile, utf8=not name.isascii())
    with pytest.raises(InputError) as refused:
        inspect_zip(renamed)
    assert (refused.value.code, refused.value.where) == ("archive_bad_path", ascii(name)[1:-1][:80])
    assert code_of(rename(data, b"plain", b"other")) == ""


def rename(data: bytes, old: bytes, new: bytes, *, utf8: bool = False) -> bytes:
    """The archive of one file under another name, in both its headers."""
    name_length = struct.pack("<H", len(new))
    local = data[:26] + name_length + data[28:30] + new + data[30 + len(old) :]
    shift = len(new) - len(old)
    start = local.index(b"PK\x01\x02")
    central = local[start:]
    central = central[:28] + name_length + central[30:46] + new + central[46 + len(old) :]
    if utf8:
        central = central[:8] + struct.pack("<H", 0x800) + central[10:]
        local = local[:6] + struct.pack("<H", 0x800) + local[8:]
    end = central.index(b"PK\x05\x06")
    size, offset = struct.unpack_from("<LL", central, end + 12)
    central = central[: end + 12] + struct.pack("<LL", size + shift, offset + shift) + central[end + 20 :]
    return local[:start] + central


@pytest.mark.parametrize(("one", "two"), [("a.txt", "A.TXT"), ("é", "e\u0301"), ("a/b", "A/B")])
def test_names_that_are_the_same_on_some_disk(one: str, two: str) -> None:
    with pytest.raises(InputError) as refused:
        inspect_zip(archive({one: b"1", two: b"2"}))
    assert (refused.value.code, refused.value.where) == ("archive_duplicate_name", ascii(two)[1:-1])
    assert code_of(archive({one: b"1", "x" + two: b"2"})) == ""


def patched(data: bytes, edits: dict[tuple[bytes, int], bytes]) -> bytes:
    """Bytes replaced at an offset behind a record's mark: (mark, offset) -> bytes."""
    array = bytearray(data)
    for (mark, offset), new in edits.items():
        at = data.index(mark) + offset
        array[at : at + len(new)] = new
    return bytes(array)


LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
ONE = archive({"a.txt": b"some text of some length " * 4})


@pytest.mark.parametrize(
    ("edits", "code"),
    [
        pytest.param({}, "", id="twin"),
        pytest.param({(CENTRAL, 8): b"\x01"}, "file_encrypted", id="encrypted in the directory"),
        pytest.param({(LOCAL, 6): b"\x01"}, "file_encrypted", id="encrypted in its own header"),
        pytest.param({(CENTRAL, 8): b"\x40"}, "file_encrypted", id="strong encryption"),
        pytest.param({(CENTRAL, 5): b"\x03", (CENTRAL, 40): b"\xff\xa1"}, "archive_bad_entry", id="symbolic link"),
        pytest.param({(CENTRAL, 5): b"\x03", (CENTRAL, 40): b"\xff\x61"}, "archive_bad_entry", id="device"),
        pytest.param({(CENTRAL, 10): b"\x0e"}, "archive_bad_entry", id="unknown packing"),
        pytest.param({(CENTRAL, 10): b"\x00"}, "archive_bad_entry", id="packing not as its header says"),
        pytest.param({(LOCAL, 30): b"b"}, "archive_bad_entry", id="another name in its header"),
        pytest.param({(LOCAL, 14): b"\0\0\0\0"}, "archive_bad_entry", id="another checksum in its header"),
        pytest.param({(END, 10): b"\x02"}, "file_damaged", id="more entries than there are"),
        pytest.param({(END, 16): b"\x00\x00"}, "file_damaged", id="directory elsewhere"),
        pytest.param({(END, 4): b"\x01"}, "file_damaged", id="on another disk than its beginning"),
        pytest.param({(END, 4): b"\x01\x00\x01"}, "file_damaged", id="on a second disk"),
        pytest.param({(END, 8): b"\x02"}, "file_damaged", id="more entries here than in all"),
        pytest.param({(END, 12): b"\x00"}, "file_damaged", id="a directory of another size"),
        pytest.param({(CENTRAL, 34): b"\x01"}, "file_damaged", id="an entry on another disk"),
        pytest.param({(CENTRAL, 0): b"PK\x05"}, "file_damaged", id="no entry where one should be"),
        pytest.param({(LOCAL, 3): b"\x08"}, "file_type_mismatch", id="another header at the start"),
        pytest.param({(CENTRAL, 42): b"\x01"}, "file_damaged", id="no header where the entry says"),
        pytest.param({(END, 0): b"PK\x05\x07"}, "file_damaged", id="no end"),
        pytest.param({(END, 20): b"\x05"}, "file_damaged", id="comment beyond the end"),
        pytest.param({(CENTRAL, 42): b"\xff\xff"}, "file_damaged", id="entry beyond the end"),
        pytest.param({(CENTRAL, 20): b"\xff\xff\x00\x00"}, "file_damaged", id="packed bytes beyond the end"),
    ],
)
def test_headers(edits: dict[tuple[bytes, int], bytes], code: str) -> None:
    assert code_of(patched(ONE, edits)) == code


def test_packing_that_nobody_knows_though_both_headers_agree() -> None:
    both = {(CENTRAL, 10): b"\x0e", (LOCAL, 8): b"\x0e"}
    with pytest.raises(InputError) as refused:
        inspect_zip(patched(ONE, both))
    assert refused.value.code == "archive_bad_entry"


def test_a_stored_entry_of_two_sizes() -> None:
    plain = archive({"a.txt": b"x" * 100}, method=zipfile.ZIP_STORED)
    size = struct.pack("<L", 99)
    with pytest.raises(InputError) as refused:
        inspect_zip(patched(plain, {(CENTRAL, 24): size, (LOCAL, 22): size}))
    assert refused.value.code == "archive_bad_entry"


def test_an_archive_by_name_alone() -> None:
    assert code_of(archive({"inner.zip": b"nothing of the kind"})) == "archive_nested"


def test_a_packed_stream_without_its_end() -> None:
    """All bytes and their checksum are there, and the stream goes on."""
    content = b"some text " * 9
    packing = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    endless = packing.compress(content) + packing.flush(zlib.Z_SYNC_FLUSH)
    whole = endless + packing.flush()
    for stream, code in ((whole, ""), (endless, "file_damaged")):
        entry = Entry(name="a", size=len(content), packed=len(stream), method=8, crc=zlib.crc32(content), start=0)
        try:
            assert read_entry(stream, entry) == content
            found = ""
        except InputError as error:
            found = error.code
        assert found == code


LARGE = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, 0, 0)
LOCATOR = struct.pack("<4sLQL", b"PK\x06\x07", 0, 0, 1)


def with_large_end(**changes: bytes) -> bytes:
    """ONE with an end in the large form (4.3.14 to 4.3.16): every number of the small one says "look there"."""
    directory, end = ONE.index(CENTRAL), ONE.index(END)
    size = end - directory
    record = changes.get("record") or LARGE[:40] + struct.pack("<2Q", size, directory)
    locator = changes.get("locator") or LOCATOR[:8] + struct.pack("<Q", end) + LOCATOR[16:]
    small = struct.pack("<4s4H2LH", END, 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return ONE[:end] + record + locator + small


def test_the_end_in_its_large_form() -> None:
    directory, end = ONE.index(CENTRAL), ONE.index(END)
    sizes = struct.pack("<2Q", end - directory, directory)
    assert code_of(with_large_end()) == ""
    assert code_of(with_large_end(record=b"PK\x06\x05" + LARGE[4:40] + sizes)) == "file_damaged"
    assert code_of(with_large_end(locator=b"PK\x06\x08" + LOCATOR[4:8] + struct.pack("<Q", end) + LOCATOR[16:])) == (
        "file_damaged"
    )
    assert code_of(with_large_end(locator=LOCATOR[:8] + struct.pack("<Q", 2**40) + LOCATOR[16:])) == "file_damaged"
    assert code_of(ONE[:4] + struct.pack("<4s4H2LH", END, 0, 0, 0xFFFF, 1, 1, 1, 0)) == "file_damaged"
    good = with_large_end()
    small = good.rindex(END)
    assert code_of(good[: small + 4] + b"\xff\xff\xff\xff" + good[small + 8 :]) == ""
    assert code_of(good[: small + 4] + b"\xff\xff\0\0" + good[small + 8 :]) == "file_damaged"


def test_bytes_between_the_directory_and_its_end() -> None:
    directory, end = ONE.index(CENTRAL), ONE.index(END)
    longer = struct.pack("<L", end - directory + 4)
    assert code_of(ONE[:end] + b"more" + ONE[end : end + 12] + longer + ONE[end + 16 :]) == "file_damaged"


def test_a_second_header_that_is_none() -> None:
    two = archive({"a.txt": b"x" * 100, "b.txt": b"y" * 100})
    second = two.index(LOCAL, 1)
    assert code_of(two[:second] + b"PK\x03\x05" + two[second + 4 :]) == "file_damaged"


def test_an_entry_larger_than_it_says() -> None:
    size = struct.pack("<L", 10)
    lying = patched(ONE, {(CENTRAL, 24): size, (LOCAL, 22): size})
    assert code_of(lying) == "file_expands_too_much"


def test_an_entry_smaller_than_it_says() -> None:
    size = struct.pack("<L", 5000)
    assert code_of(patched(ONE, {(CENTRAL, 24): size, (LOCAL, 22): size})) == "file_damaged"


def test_a_wrong_checksum() -> None:
    crc = struct.pack("<L", zlib.crc32(b"something else"))
    assert code_of(patched(ONE, {(CENTRAL, 16): crc, (LOCAL, 14): crc})) == "file_damaged"


def test_entries_over_one_another() -> None:
    """As in bombs without nesting: many directory entries, one stretch of bytes."""
    data = archive({"a.txt": b"x" * 100, "b.txt": b"y" * 100}, method=zipfile.ZIP_STORED)
    first = data.index(CENTRAL)
    second = data.index(CENTRAL, first + 1)
    array = bytearray(data)
    array[second + 42 : second + 46] = struct.pack("<L", 0)
    assert code_of(bytes(array)) == "archive_bad_entry"


def test_an_entry_inside_another() -> None:
    """The header of the second file stands within the stored bytes of the first, so that both headers agree."""
    inner = archive({"b.txt": b"y" * 100}, method=zipfile.ZIP_STORED)
    local = inner[: inner.index(CENTRAL)]
    outer = archive({"a.txt": b"xx" + local}, method=zipfile.ZIP_STORED)
    at = outer.index(CENTRAL)
    first = outer[at : outer.index(END)]
    second = inner[inner.index(CENTRAL) : inner.index(END)]
    second = second[:42] + struct.pack("<L", 30 + len("a.txt") + 2) + second[46:]
    both = first + second
    end = struct.pack("<4s4H2LH", END, 0, 0, 2, 2, len(both), at, 0)
    assert code_of(outer[:at] + first + struct.pack("<4s4H2LH", END, 0, 0, 1, 1, len(first), at, 0)) == ""
    assert code_of(outer[:at] + both + end) == "archive_bad_entry"


def test_something_before_or_after_the_archive() -> None:
    assert code_of(b"#!/bin/sh\n" + ONE) == "file_type_mismatch"
    assert code_of(ONE + b"more") == "file_damaged"


@pytest.mark.parametrize("inner", [archive({"x": b"y"}), b"Rar!\x1a\x07\x01\x00", b"\x1f\x8b\x08\x00" + b"\0" * 10])
@pytest.mark.parametrize("name", ["inner.bin", "inner.zip"])
def test_archives_inside(inner: bytes, name: str) -> None:
    assert code_of(archive({name: inner})) == "archive_nested"
    assert code_of(archive({name: inner}, method=zipfile.ZIP_STORED)) == "archive_nested"
    assert code_of(archive({"inner.bin": b"plain"})) == ""


def test_limits() -> None:
    limits = ZipLimits(entries=3, total=1000, ratio=50, large=500)
    assert code_of(archive({str(i): b"x" for i in range(3)}), limits) == ""
    assert code_of(archive({str(i): b"x" for i in range(4)}), limits) == "too_many_files"
    rng = random.Random(1)
    assert code_of(archive({"a": rng.randbytes(500), "b": rng.randbytes(500)}), limits) == ""
    assert code_of(archive({"a": rng.randbytes(500), "b": rng.randbytes(501)}), limits) == "file_expands_too_much"
    assert code_of(archive({"a": b"\0" * 900}), ZipLimits(ratio=5, large=500)) == "file_expands_too_much"
    assert code_of(archive({"a": b"\0" * 400}), ZipLimits(ratio=5, large=500)) == ""


def test_large_numbers_in_the_extra_field() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as target, target.open("a.txt", "w", force_zip64=True) as member:
        member.write(b"content")
    data = buffer.getvalue()
    assert [read_entry(data, e) for e in inspect_zip(data)] == [b"content"]


def test_reading_an_entry_of_another_archive() -> None:
    entry = Entry(name="a", size=3, packed=3, method=0, crc=0, start=10_000)
    with pytest.raises(InputError) as refused:
        read_entry(ONE, entry)
    assert refused.value.code == "file_damaged"


@pytest.mark.parametrize("language", ["en", "ro", "bg", "cs", "lt"])
def test_words(language: str) -> None:
    with pytest.raises(InputError) as refused:
        inspect_zip(b"x", language=language)
    assert refused.value.message
    assert refused.value.fix


@pytest.mark.drill("R5")
def test_malformed_archives(amount: Callable[[int, int], int]) -> None:
    """Bytes changed, cut and put in anywhere: only our own errors, and no long wait."""
    rng = random.Random(20260601)
    seeds = [ONE, archive({"a": b"1", "b/c": b"2" * 1000}), (CORPUS / "zip/zip-good.zip").read_bytes()]
    for _ in range(amount(2_000, 100_000)):
        data = mutated(rng, rng.choice(seeds))
        started = time.process_time()
        code_of(data)
        assert time.process_time() - started < 2


def mutated(rng: random.Random, data: bytes) -> bytes:
    array = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 8])):
        at = rng.randrange(len(array) or 1)
        kind = rng.randrange(4)
        if kind == 0 and array:
            array[at % len(array)] = rng.choice([0, 1, 0xFF, 0x7F, rng.randrange(256)])
        elif kind == 1:
            del array[at : at + rng.randrange(1, 40)]
        elif kind == 2:
            array[at:at] = rng.randbytes(rng.randrange(1, 8))
        else:
            array[at : at + 4] = struct.pack("<L", rng.choice([0, 1, 0xFFFF, 0xFFFFFFFF, 2**31]))
    return bytes(array)


def test_copies_of_entries() -> None:
    """Only what was chosen, under names of ours, byte for byte; another program reads it too."""
    data = archive({"a.txt": b"one" * 50, "b.txt": b"two"})
    first, second = inspect_zip(data)
    copied = copy_entries(data, {"x/1.txt": first, "2": second}, {"own.txt": b"three"})
    assert {e.name: read_entry(copied, e) for e in inspect_zip(copied)} == {
        "x/1.txt": b"one" * 50,
        "2": b"two",
        "own.txt": b"three",
    }
    with zipfile.ZipFile(io.BytesIO(copied)) as opened:
        assert opened.testzip() is None
        assert opened.read("x/1.txt") == b"one" * 50
    assert copied == copy_entries(data, {"x/1.txt": first, "2": second}, {"own.txt": b"three"})
    assert inspect_zip(copy_entries(data, {}, {})) == ()
