"""R5: whatever the bytes, only our own errors, and an answer in time."""

from __future__ import annotations

import io
import random
import struct
import time
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from mikra.errors import MikraError
from mikra.issuance.fields import RosterField, standard_field
from mikra.issuance.roster import Roster, RosterLimits, RosterOptions, read_roster
from mikra.issuance.roster.stream import iter_roster
from tests.issuance.roster.conftest import TODAY
from tests.issuance.roster.workbooks import ods_parts, package, xlsx_parts

CORPUS = Path(__file__).parents[2] / "corpus"
LIMITS = RosterLimits(unpacked=5_000_000, rows=2_000)
FIELDS: Sequence[RosterField] = (
    standard_field("full_name"),
    standard_field("given_name"),
    standard_field("family_name"),
    standard_field("email"),
    standard_field("date_of_birth"),
    standard_field("course", choices=("DATA-ETHICS",)),
    standard_field("completed"),
    standard_field("learner_id"),
)
LIST: list[list[object]] = [
    ["name", "email", "born", "learner number"],
    ["Zoë", "zoe@example.org", "2001-02-03", 7],
    ["Živilė", "z@example.org", "3.2.2001", True],
]
XLSX = xlsx_parts(
    {"Learners": LIST, "Notes": [["x"]]},
    strings="<si><t>a</t></si><si><r><t>b</t></r></si>",
    styles='<numFmts><numFmt numFmtId="164" formatCode="000"/></numFmts>'
    '<cellXfs><xf numFmtId="14"/><xf numFmtId="164"/></cellXfs>',
)
ODS = ods_parts({"Learners": LIST})
TOKENS = (
    b"<f>",
    b"<!DOCTYPE a>",
    b"&",
    b"<![CDATA[",
    b'r="ZZZ9999999"',
    b't="s"',
    b"1e308",
    b"nan",
    b"-1",
    b"\0",
    b"\xff\xfe",
    b'"',
    b"'",
    b",",
    b";",
    b"\t",
    b"\r",
    b"\xe2\x80\xae",
    b"=",
    b"9" * 40,
    b"table:number-rows-repeated='99999999'",
)


def answer(data: bytes) -> Roster | None:
    """The roster, or None where the file was refused with an error of ours; anything else is a failed test."""
    try:
        return read_roster(data, fields=FIELDS, options=RosterOptions(today=TODAY), limits=LIMITS)
    except MikraError as error:
        return None if error.code else pytest.fail("an error without a code")


def mutated(rng: random.Random, data: bytes) -> bytes:
    array = bytearray(data)
    for _ in range(rng.choice([1, 1, 1, 2, 4, 12])):
        at = rng.randrange(len(array) + 1)
        kind = rng.randrange(6)
        if kind == 0 and at < len(array):
            array[at] = rng.randrange(256)
        elif kind == 1:
            del array[at : at + rng.randrange(1, 30)]
        elif kind == 2:
            array[at:at] = rng.choice(TOKENS)
        elif kind == 3:
            array[at:at] = rng.randbytes(rng.randrange(1, 6))
        elif kind == 4:
            array[at:at] = array[max(0, at - rng.randrange(1, 60)) : at]
        else:
            array[at : at + 4] = struct.pack("<L", rng.choice([0, 1, 0xFFFF, 0xFFFFFFFF]))
    return bytes(array)


def in_time(rng: random.Random, count: int, made: Callable[[random.Random], bytes]) -> int:
    """How many of the inputs were taken. None may take longer than 2 seconds."""
    taken = 0
    for _ in range(count):
        data = made(rng)
        started = time.process_time()
        taken += answer(data) is not None
        assert time.process_time() - started < 2
    return taken


@pytest.mark.drill("R5")
def test_malformed_text(amount: Callable[[int, int], int]) -> None:
    seeds = [path.read_bytes() for path in sorted((CORPUS / "csv").iterdir()) if path.stat().st_size < 2_000]
    seeds += ["name;email\nŽivilė;ž@example.org\n".encode(e) for e in ("utf-8", "utf-16", "windows-1257")]
    taken = in_time(random.Random(5), amount(2_000, 100_000), lambda rng: mutated(rng, rng.choice(seeds)))
    assert taken > 100


@pytest.mark.drill("R5")
def test_malformed_parts_of_workbooks(amount: Callable[[int, int], int]) -> None:
    """The archive whole, one part inside of it changed."""

    def made(rng: random.Random) -> bytes:
        parts = dict(rng.choice([XLSX, ODS]))
        name = rng.choice(sorted(parts))
        content = parts[name]
        parts[name] = mutated(rng, content.encode() if isinstance(content, str) else content)
        return package(parts, method=zipfile.ZIP_STORED)

    assert in_time(random.Random(6), amount(2_000, 100_000), made) > 100


@pytest.mark.drill("R5")
def test_malformed_archives_of_workbooks(amount: Callable[[int, int], int]) -> None:
    seeds = [package(XLSX), package(ODS), (CORPUS / "xlsx/xlsx-good.xlsx").read_bytes()]
    in_time(random.Random(7), amount(1_000, 100_000), lambda rng: mutated(rng, rng.choice(seeds)))


@pytest.mark.drill("R5")
def test_malformed_streams(amount: Callable[[int, int], int]) -> None:
    rng = random.Random(8)
    seed = (CORPUS / "csv/csv-mixed-2-good-3-bad.csv").read_bytes()
    for _ in range(amount(500, 50_000)):
        source = io.BytesIO(mutated(rng, seed))
        try:
            list(iter_roster(source, fields=FIELDS, options=RosterOptions(today=TODAY), limits=LIMITS))
        except MikraError as error:
            if not error.code:
                pytest.fail("an error without a code")


def test_noise() -> None:
    rng = random.Random(9)
    for size in (1, 2, 3, 7, 64, 1_000, 20_000):
        for _ in range(20):
            answer(rng.randbytes(size))
            answer(bytes(rng.choice(b',;"\n\t a\xc5\xbe') for _ in range(size)))


@pytest.mark.parametrize(
    "data",
    [
        b"Z" * 1_000_000,
        b"name\n" + b"Z" * 1_000_000,
        b"name\n" + b'"' * 300_001,
        b"name,email\n" + b"a@" * 60_000 + b",x\n",
        b"name,born\nAna," + b"1/" * 60_000 + b"\n",
        b"name,email\n" + b"\xe9" * 200_000 + b",x\n",
        b"," * 300_000 + b"\n" + b"," * 300_000,
        b"name\n" + b"\n" * 500_000 + b"Ana\n",
        b"name\n" + b"\xc3\xa9" * 200_000,
    ],
    ids=range(9),
)
def test_long_runs_of_one_thing(data: bytes) -> None:
    """No pattern of ours takes more than a moment over them."""
    started = time.process_time()
    answer(data)
    assert time.process_time() - started < 2
