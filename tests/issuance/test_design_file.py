"""Design files: what is written is read, what is wrong is refused by name and place, what is published stays."""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import datetime as dt
import time
from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given, settings

from mikra.errors import ConflictError, InputError, MikraError
from mikra.issuance import design_file, design_yaml
from mikra.issuance.design import Design
from mikra.issuance.design_file import digest, publish, read_design, write_json, write_yaml
from mikra.model.text import Text
from tests.issuance.designs import EXAMPLES, PUBLISHED_ON, designs, example, example_bytes

LEAST = """format: mikra/design/1
code: WATER-Q
edition: 2026.10
languages: [en, ro]
title: Water
issuer: {name: Zed, country: RO}
"""


def least(more: str = "", **changes: str) -> bytes:
    text = LEAST
    for old, new in changes.items():
        lines = [f"{old}: {new}" if line.startswith(f"{old}:") else line for line in text.splitlines()]
        text = "\n".join(line for line in lines if line != f"{old}: ") + "\n"
    return (text + more).encode()


def refused(data: bytes) -> MikraError:
    with pytest.raises(MikraError) as caught:
        read_design(data, name="water.yaml")
    assert type(caught.value) in (InputError, ConflictError)
    assert caught.value.message.endswith(".")
    return caught.value


@settings(max_examples=100)
@given(designs())
def test_every_design_comes_back_from_json(design: Design) -> None:
    assert read_design(write_json(design)) == design
    published = publish(design, on=PUBLISHED_ON)
    assert read_design(write_json(published)) == published


@settings(max_examples=20)
@given(designs())
def test_every_design_comes_back_from_yaml(design: Design) -> None:
    assert read_design(write_yaml(design)) == design


@settings(max_examples=8)
@given(designs(), designs())
def test_a_design_written_over_another_file_is_that_design(design: Design, other: Design) -> None:
    assert read_design(write_yaml(design, over=write_yaml(other))) == design


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_come_back(name: str) -> None:
    design = example(name)
    assert read_design(write_json(design)) == design
    assert write_yaml(design, over=example_bytes(name)) == write_yaml(
        read_design(example_bytes(name)), over=example_bytes(name)
    )
    assert read_design(write_yaml(design, over=example_bytes(name))) == design


def test_numbers_are_read_as_they_are_written() -> None:
    design = read_design(least("workload: {ects: 2.50, hours: 75}\n"))
    assert design.edition == "2026.10"
    assert design.workload.ects == Decimal("2.5")
    body = read_design(least(issuer="{name: Zed, country: RO, identifiers: {legal: 0012, vat: 0x1F}}")).issuer
    assert (body.identifiers.legal, body.identifiers.vat) == ("0012", "0x1F")


def test_a_number_in_json_that_lost_its_digits_is_refused() -> None:
    members = {**orjson.loads(write_json(read_design(least()))), "edition": 2026.1}
    error = refused(orjson.dumps(members))
    assert error.where == "edition"
    assert "quotes" in error.fix
    assert read_design(orjson.dumps({**members, "edition": 2026})).edition == "2026"


def test_a_plain_text_is_in_the_first_language() -> None:
    assert read_design(least()).title == Text(en="Water")
    assert read_design(least(languages="lt")).title == Text(lt="Water")


def test_single_values_and_empty_members() -> None:
    design = read_design(least("participation: {mode: blended}\nhomepage:\nawarding_bodies: issuer\n"))
    assert [entry.slug for entry in design.participation.mode] == ["blended"]
    assert design.homepage == ""
    assert design.awarding_bodies == (design.issuer,)


def test_the_issuer_may_be_named_by_one_word() -> None:
    design = read_design(
        least("awarding_bodies: [issuer, {name: Y, country: LT}]\nassessment: {type: portfolio, assessor: issuer}\n")
    )
    assert design.awarding_bodies[0] == design.issuer == design.assessment[0].assessor
    assert refused(least("assessment: {type: portfolio, assessor: the issuer}\n")).where == "assessment[0].assessor"


TWO_ASSESSMENTS = least("assessment: [{type: portfolio}, {type: portfolio}]\n")
NO_SUCH_GRADE = least("assessment: {type: portfolio, grading: {grades: [a, b], passing: c}}\n")
TWO_LABELS = least(
    "outcomes: [{title: a, esco: {iri: 'urn:s', label: x}}, {title: b, esco: {iri: 'urn:s', label: y}}]\n"
)

REFUSED: list[tuple[str, bytes, str, str]] = [
    ("no format", LEAST.replace("format: mikra/design/1\n", "").encode(), "format", "design_format"),
    ("another format", least(format="mikra/design/2"), "format", "design_format"),
    ("unknown member", least("titel: x\n"), "titel", "design_member_unknown"),
    ("unknown inner member", least("workload: {etcs: 3}\n"), "workload.etcs", "design_member_unknown"),
    ("missing member", least(issuer="{name: Zed}"), "issuer.country", "design_member_missing"),
    ("empty needed member", least(issuer="{name: Zed, country: }"), "issuer.country", "design_member_missing"),
    ("empty needed text", least("mandate: {statement: ''}\n"), "mandate.statement", "design_member_missing"),
    ("no group", least(issuer="Zed"), "issuer", "design_value"),
    ("not in the list", least(issuer="{name: Zed, country: Romana}"), "issuer.country", "design_value"),
    ("a list for a value", least(issuer="{name: Zed, country: [RO]}"), "issuer.country", "design_value"),
    ("not a closed value", least("route: corse\n"), "route", "design_value"),
    ("not a number", least("workload: {ects: three}\n"), "workload.ects", "design_value"),
    ("an odd number", least("workload: {ects: 1e3}\n"), "workload.ects", "design_value"),
    ("a number of another script", least("workload: {ects: ٣}\n"), "workload.ects", "design_value"),
    ("a negative number", least("workload: {hours: -1}\n"), "workload.hours", "design_value"),
    ("yes for a number", least("workload: {hours: true}\n"), "workload.hours", "design_value"),
    ("not a date", least("review_by: 31.12.2028\n"), "review_by", "design_value"),
    ("no such day", least("review_by: 2027-02-29\n"), "review_by", "design_value"),
    ("a week for a date", least("review_by: 2027-W02-1\n"), "review_by", "design_value"),
    ("not a date in a note", least("endorsements: {by: X, date: soon}\n"), "endorsements[0].date", "design_value"),
    ("not yes or no", least("demonstration: yes\n"), "demonstration", "design_value"),
    ("not a whole number", least("valid_months: 1.5\n"), "valid_months", "design_value"),
    ("too many months", least("valid_months: 1201\n"), "valid_months", "design_value"),
    ("no months", least("valid_months: 0\n"), "valid_months", "design_value"),
    ("no address", least("homepage: javascript:alert(1)\n"), "homepage", "design_value"),
    ("a blank in an address", least("homepage: https://zed.example/ x\n"), "homepage", "design_value"),
    ("no e-mail", least(issuer="{name: Z, country: RO, email: zed}"), "issuer.email", "design_value"),
    ("empty text", least(title="{en: '  '}"), "title.en", "design_value"),
    ("no text", least(title="{}"), "title", "design_value"),
    ("a list for a text", least(title="[Water]"), "title", "design_value"),
    ("a bad language of a text", least(title="{en: Water, english: Water}"), "title.english", "design_value"),
    ("a control character", least(title='"Wa\\x07ter"'), "title", "design_value"),
    ("no languages", least(languages="[]", title="{en: Water}"), "languages", "design_language"),
    ("a language twice", least(languages="[en, en]"), "languages", "design_language"),
    ("no such language", least(languages="[en, xx]"), "languages[1]", "design_language"),
    ("a language by name", least(languages="[English]", title="{en: Water}"), "languages[0]", "design_language"),
    ("title lacks the first", least(languages="[lt, en]", title="{en: Water}"), "title.lt", "design_language"),
    ("no code", least(code='" "'), "code", "design_member_missing"),
    ("a slash in the code", least(code="A/B"), "code", "design_value"),
    ("a body twice", least("awarding_bodies: [issuer, issuer]\n"), "awarding_bodies", "design_value"),
    ("a second assessment without result", TWO_ASSESSMENTS, "assessment[1].grading.passing", "design_member_missing"),
    ("a result that is no grade", NO_SUCH_GRADE, "assessment[0].grading.passing", "design_value"),
    ("no document", least("mandate: {statement: x, document: aGVsbG8=}\n"), "mandate.document", "design_value"),
    ("a skill with two names", TWO_LABELS, "outcomes[1].esco[0]", "design_value"),
    ("a member twice", least("code: B\n"), "line 7, column 1", "json_duplicate_key"),
    ("not UTF-8", least(title="Ap\xe3").decode().encode("latin-1"), "water.yaml byte 83", "json_bad_unicode"),
    ("UTF-16", least().decode().encode("utf-16"), "water.yaml byte 0", "json_bad_unicode"),
    ("a tab", least("workload:\n\tects: 3\n"), "line 8, column 1", "design_format"),
    ("a colon in a text", least(title="Water: quality"), "line 5, column 13", "design_format"),
    ("an alias", least("need: {statement: &a x, source: *a}\n"), "line 7, column 19", "design_format"),
    ("a merge", least("need: {<<: {statement: x}}\n"), "need.<<", "design_member_unknown"),
    ("a Python object", least("code2: !!python/object:os.system x\n"), "line 7, column 8", "design_format"),
    ("two documents", least("---\na: b\n"), "line 7, column 1", "design_format"),
    ("a list", b"- a\n- b\n", "water.yaml", "design_format"),
    ("a word", b"design", "water.yaml", "design_format"),
    ("nothing", b"", "water.yaml", "design_format"),
    ("a NUL", least() + b"\0", "", "design_format"),
    ("JSON: a member twice", b'{"code": "A", "code": "A"}', "/code", "json_duplicate_key"),
    ("JSON: a comment", b'{"format": "mikra/design/1" /* x */}', "", "json_malformed"),
    ("JSON: a mark before it", b'\xef\xbb\xbf{"format": "mikra/design/1"}', "", "json_bom"),
    ("JSON: not a number", b'{"valid_months": NaN}', "", "json_not_a_number"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "where", "code"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_what_is_wrong_is_refused_by_place(data: bytes, where: str, code: str) -> None:
    error = refused(data)
    assert error.code == code
    assert error.where.startswith(where)


def test_close_names_are_suggested() -> None:
    assert "title" in refused(least("titel: x\n")).expected
    assert "Romania" in refused(least(issuer="{name: Zed, country: Romana}")).fix
    assert "validation-of-prior-learning" in refused(least("route: validation\n")).expected
    assert "Did you mean" in refused(least("assessment: {type: practical assesment}\n")).fix


def test_a_byte_order_mark_is_passed_over() -> None:
    assert read_design(b"\xef\xbb\xbf" + least()) == read_design(least())


def test_windows_line_ends_become_plain_ones() -> None:
    data = LEAST.replace("title: Water", 'title: "Wa\\r\\nter"').replace("\n", "\r\n").encode()
    assert read_design(data).title == Text(en="Wa\nter")


@pytest.mark.parametrize(
    ("bomb", "code"),
    [
        ("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "design_format"),
        ("a: " + "[" * 100_000 + "]" * 100_000, "json_too_deep"),
        ("a: " + "{b: " * 60 + "}" * 60, "json_too_deep"),
        ("a: [" + "1, " * 400_000 + "1]", "too_large"),
        ("a: [" + "1, " * 300_000 + "1]", "json_too_many_nodes"),
        ("x" * 2_000_000, "too_large"),
    ],
    ids=["aliases", "lists", "maps", "large", "many", "larger"],
)
def test_bombs_are_refused_soon(bomb: str, code: str) -> None:
    started = time.process_time()
    assert refused(LEAST.encode() + bomb.encode()).code == code
    assert time.process_time() - started < 5


def test_a_small_design_is_far_from_the_limits() -> None:
    design = dataclasses.replace(read_design(least()), description=Text(en="x" * 900_000))
    assert read_design(write_yaml(design)) == design
    assert max(len(example_bytes(name)) for name in EXAMPLES) * 50 < design_file.SIZE_LIMIT
    assert 20 * max(example_bytes(name).count(b":") for name in EXAMPLES) < design_yaml.MAX_NODES


class TestPublication:
    def test_a_published_edition_is_accepted_as_it_is(self) -> None:
        published = publish(read_design(least()), on=PUBLISHED_ON)
        assert published.published == PUBLISHED_ON
        assert read_design(write_yaml(published)) == published
        assert read_design(write_json(published)) == published

    @pytest.mark.parametrize(
        ("old", "new"),
        [("Water", "Wine"), ("RO", "LT"), (PUBLISHED_ON.isoformat(), "2026-07-02"), ("2026.10", "2026.11")],
    )
    def test_a_changed_edition_is_refused(self, old: str, new: str) -> None:
        data = write_yaml(publish(read_design(least()), on=PUBLISHED_ON))
        assert old.encode() in data
        error = refused(data.replace(old.encode(), new.encode()))
        assert isinstance(error, ConflictError)
        assert error.code == "edition_changed"

    def test_a_published_edition_without_digest_is_refused(self) -> None:
        assert refused(least("published: 2026-07-01\n")).code == "edition_changed"

    def test_publishing_twice_is_refused(self) -> None:
        published = publish(read_design(least()), on=PUBLISHED_ON)
        with pytest.raises(ConflictError) as caught:
            publish(published, on=dt.date(2027, 1, 1))
        assert caught.value.code == "edition_published"

    def test_style_is_no_content(self) -> None:
        data = write_yaml(publish(read_design(least()), on=PUBLISHED_ON))
        members = {**orjson.loads(write_json(read_design(data)))}
        shuffled = orjson.dumps(dict(reversed(members.items())))
        assert read_design(shuffled) == read_design(data)
        assert read_design(b"# a remark\n" + data) == read_design(data)

    def test_digests_never_change(self) -> None:
        """Editions in the world carry theirs."""
        assert digest(publish(read_design(least()), on=PUBLISHED_ON)) == DIGEST


DIGEST = "ad625852b29b3e1654bdfabc44f1edecf31146850f14c5ef255dfd061f886f32"


class TestComments:
    def published(self, name: str) -> tuple[bytes, bytes]:
        raw = example_bytes(name)
        return raw, write_yaml(publish(read_design(raw), on=PUBLISHED_ON), over=raw)

    @pytest.mark.parametrize("name", EXAMPLES)
    def test_publishing_adds_two_lines_and_touches_nothing_else(self, name: str) -> None:
        raw, written = self.published(name)
        before, after = ([" ".join(line.split()) for line in text.decode().splitlines()] for text in (raw, written))
        comments = [line for line in before if "#" in line]
        assert comments
        assert [line for line in after if "#" in line] == comments
        added = [line for line in after if line not in before]
        assert [line.split(":")[0] for line in added] == ["published", "digest"]

    def test_a_change_deep_inside_keeps_the_comments_beside_it(self) -> None:
        raw = example_bytes("vet-welding-module")
        design = read_design(raw)
        first = dataclasses.replace(design.assessment[0], identity_verified=False)
        written = write_yaml(dataclasses.replace(design, assessment=(first,)), over=raw)
        assert b"# another recognised assessor than the provider" in written
        assert read_design(written).assessment[0].identity_verified is False

    def test_what_the_file_cannot_say_by_its_shorthand_is_written_out(self) -> None:
        raw = least("awarding_bodies: [issuer]\n")
        design = read_design(raw)
        other = dataclasses.replace(design.issuer, name=Text(en="Other"))
        changed = dataclasses.replace(design, awarding_bodies=(other,))
        assert read_design(write_yaml(changed, over=raw)) == changed


def test_the_document_of_a_mandate_is_read() -> None:
    pdf = base64.b64encode(b"%PDF-1.7\n").decode()
    mandate = read_design(least(f"mandate: {{statement: x, document: {pdf}}}\n")).mandate
    assert mandate is not None
    assert mandate.document == pdf


@pytest.mark.parametrize("value", [None, 1, "x", [], {}, [None], True, 1.5, {"en": "x"}, [{}]])
def test_no_member_of_any_type_makes_it_raise_anything_else(value: Any) -> None:
    members = {**orjson.loads(write_json(read_design(least())))}
    for name in (f.name for f in dataclasses.fields(Design)):
        with contextlib.suppress(InputError, ConflictError):
            read_design(orjson.dumps({**members, name: value}))
