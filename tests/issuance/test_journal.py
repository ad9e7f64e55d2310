"""The journal: what is read is what was taken; what a crash leaves is passed over; what is damaged is said."""

from __future__ import annotations

import datetime as dt
import random

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mikra.errors import ConflictError, InputError
from mikra.issuance.award_id import AwardId
from mikra.issuance.journal import Done, Journal, edition_of, end, file_name, framed, intent, read_journal, whole
from tests.issuance.awards import award_id
from tests.issuance.designs import example, published

DESIGN = "WATER-Q/2026.1 0123456789abcdef"


def done(seed: int) -> Done:
    return Done(file_name(seed, award_id(seed)), f"{seed:064x}")


def appended(*appends: bytes) -> bytes:
    data = b""
    for lines in appends:
        data += framed(lines, start=len(data))
    return data


def lines_of(seeds: range) -> list[bytes]:
    """The opening, then for every seed an intent and an end, each an append of its own."""
    lines = [Journal(design=DESIGN, salt="s").opening()]
    for seed in seeds:
        lines += [intent(f"learner-{seed}", seed, award_id(seed).stem), end(f"learner-{seed}", done(seed))]
    return lines


WHOLE = appended(*lines_of(range(1, 4)))


def test_what_is_read_is_what_was_taken() -> None:
    kept = Journal(design=DESIGN, salt="s")
    for line in lines_of(range(1, 4))[1:]:
        kept.take(line)
    assert read_journal(WHOLE, design=DESIGN) == kept
    assert kept.awards == {f"learner-{i}": award_id(i).stem for i in (1, 2, 3)}
    assert kept.done == {f"learner-{i}": done(i) for i in (1, 2, 3)}
    assert kept.files == {done(i).file for i in (1, 2, 3)}


def test_learners_stand_in_it_under_a_salted_digest() -> None:
    one, other = Journal(design=DESIGN, salt="a"), Journal(design=DESIGN, salt="b")
    assert one.learner("zoe@student.example") == one.learner("zoe@student.example")
    assert one.learner("zoe@student.example") != other.learner("zoe@student.example")
    assert len({one.learner("zoe"), one.learner("Zoe"), one.learner("zoe ")}) == 3


def test_file_names_hold_no_names() -> None:
    assert file_name(7, AwardId(award_id().stem)) == f"000007-{award_id().stem.replace('-', '')}.jsonld"
    assert file_name(1_234_567, award_id()).startswith("1234567-")


@given(st.integers(0, len(WHOLE)))
def test_a_journal_cut_anywhere_is_what_was_appended_whole_before(size: int) -> None:
    ends = [len(appended(*lines_of(range(1, 4))[:n])) for n in range(8)]
    assert whole(WHOLE[:size]) == WHOLE[: max(n for n in ends if n <= size)]


@settings(max_examples=200)
@given(st.data())
def test_a_last_append_of_which_any_part_is_missing_is_passed_over(data: st.DataObject) -> None:
    """What was not acknowledged may be on disk in part, out of order, or as zeros."""
    before = appended(*lines_of(range(1, 3)))
    last = framed(b"".join(lines_of(range(3, 8))[1:]), start=len(before))
    blocks = [last[i : i + 64] for i in range(0, len(last), 64)]
    kept = data.draw(st.lists(st.booleans(), min_size=len(blocks), max_size=len(blocks)))
    fill = data.draw(st.sampled_from([b"\0", b"x", b"\n"]))
    torn = b"".join(block if there else fill * len(block) for block, there in zip(blocks, kept, strict=True))
    assert whole(before + torn) == (before + last if all(kept) else before)


@settings(max_examples=300)
@given(st.integers(0, len(appended(*lines_of(range(1, 3)))) - 1), st.integers(1, 255))
def test_damage_before_a_whole_append_is_said(place: int, change: int) -> None:
    """Whatever byte: never a journal that silently lacks what was acknowledged."""
    changed = bytearray(WHOLE)
    changed[place] ^= change
    with pytest.raises(InputError) as caught:
        read_journal(bytes(changed), design=DESIGN)
    assert caught.value.code == "file_damaged"


@given(st.binary(max_size=80))
def test_anything_else_is_no_journal(data: bytes) -> None:
    assert whole(data) == b""
    with pytest.raises(InputError):
        read_journal(data, design=DESIGN)


def test_the_journal_of_another_design_is_refused() -> None:
    with pytest.raises(ConflictError) as caught:
        read_journal(WHOLE, design="WELD-MAG/2026.1")
    assert (caught.value.found, caught.value.expected) == (DESIGN, "WELD-MAG/2026.1")


def test_an_older_form_is_refused() -> None:
    with pytest.raises(InputError):
        read_journal(appended(b'{"format":"mikra/journal/1"}\n'), design=DESIGN)


BAD = {
    "another award for a learner": intent("learner-1", 1, award_id(9).stem),
    "an award for two learners": intent("learner-9", 9, award_id(1).stem),
    "an end without intent": end("learner-9", done(9)),
    "a path for a file": end("learner-1", Done("../../etc/passwd", "0" * 64)),
    "no digest": end("learner-1", Done(done(1).file, "")),
    "no award id": intent("learner-9", 9, "../x"),
    "a number for a learner": orjson.dumps({"intent": 1, "row": 1, "award": award_id(9).stem}) + b"\n",
    "an unknown line": b'{"what":"else"}\n',
    "a list": b"[]\n",
    "no JSON": b"x\n",
}


@pytest.mark.parametrize("line", BAD.values(), ids=BAD)
def test_a_line_that_does_not_go_with_the_others_is_damage(line: bytes) -> None:
    with pytest.raises(InputError) as caught:
        read_journal(WHOLE + framed(line, start=len(WHOLE)), design=DESIGN)
    assert caught.value.code == "file_damaged"
    assert "line" in caught.value.where


def test_an_end_may_stand_twice() -> None:
    """A crash after the end was written and before it was known."""
    again = WHOLE + framed(end("learner-1", done(1)), start=len(WHOLE))
    assert read_journal(again, design=DESIGN) == read_journal(WHOLE, design=DESIGN)


def test_an_edition_is_known_by_its_content() -> None:
    one = published("university-short-course")
    other = published("university-short-course", valid_months=12)
    assert edition_of(one).startswith("WATER-Q/2026.1 ")
    assert edition_of(one) != edition_of(other)
    assert edition_of(example("university-short-course")) == "WATER-Q/2026.1"


def test_twenty_thousand_learners_are_read() -> None:
    chance = random.Random(1)
    lines = [Journal(design=DESIGN, salt="s").opening()]
    for chunk in range(20):
        seeds = [AwardId.new(dt.datetime.fromtimestamp(chunk, dt.UTC), chance.randbytes(9)) for _ in range(1000)]
        lines.append(b"".join(intent(f"{chunk}-{i}", i, one.stem) for i, one in enumerate(seeds)))
    assert len(read_journal(appended(*lines), design=DESIGN).awards) == 20_000
