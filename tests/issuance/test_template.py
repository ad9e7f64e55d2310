"""The law of the fast path: byte for byte what the general path gives, for every row."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mikra.errors import InputError
from mikra.issuance import template
from mikra.issuance.compose import compose, serialise
from mikra.issuance.design import Ask, Design, LearnerData
from mikra.issuance.template import CLOSED, DAYS, OPEN, Marks, Template, compile_template, shape_of
from mikra.model import Text
from tests.issuance.awards import AT, EVERYTHING, ROW, award_id, pages
from tests.issuance.designs import designs, example

PURPOSE = Text(en="To tell learners apart")
WATER = dataclasses.replace(
    example("university-short-course"),
    learner=LearnerData(date_of_birth=PURPOSE, national_id=PURPOSE, gender=PURPOSE, nationality=PURPOSE),
)
NO_PURPOSE = dataclasses.replace(WATER, learner=LearnerData(email=Ask.OFF, learner_id=Ask.OFF), valid_months=None)
TWO = dataclasses.replace(WATER, assessment=(*WATER.assessment, *example("vet-welding-module").assessment))
DESIGNS = [WATER, NO_PURPOSE, TWO, example("vet-welding-module"), example("company-digital-skills")]

Fill = Callable[[Template, Mapping[str, Any]], bytes]


class Fast:
    """Templates by shape, as a batch keeps them."""

    def __init__(self, design: Design) -> None:
        self.design = design
        self.templates: dict[Any, Template] = {}

    def payload(self, row: Mapping[str, Any], at: dt.datetime = AT) -> bytes:
        shape = shape_of(row)
        if shape not in self.templates:
            self.templates[shape] = compile_template(self.design, row, PAGES)
        return self.templates[shape].payload(row, award_id=award_id(), at=at)


PAGES = {"en": pages(WATER)["en"]}


def general(design: Design, row: Mapping[str, Any], at: dt.datetime = AT) -> bytes:
    return serialise(compose(design, row, award_id=award_id(), at=at, pages=PAGES))


def outcome(path: Callable[[], bytes]) -> bytes | type[Exception]:
    try:
        return path()
    except InputError as error:
        return type(error)


NASTY = st.sampled_from(
    [
        '"',
        "\\",
        '\\"',
        "\\u0041",
        "\n",
        "\x00",
        "\x7f",
        "\u2028",
        "</script>",
        "\ue000stem\ue001",
        "\ue000",
        "\ue001grade",
    ]
    + ["\ufeff", "\ufffe", "👩🏽‍🎓", "محمد", "‮evil", "e\u0301", "{{7*7}}", "%s", "\ud800"]
)
ANYTHING = st.text(max_size=8) | NASTY | st.tuples(NASTY, NASTY).map("".join) | st.integers(-2, 99) | st.just(0)
WHEN = st.dates() | st.dates().map(dt.date.isoformat) | st.sampled_from(["", "x", AT])
ROWS = st.fixed_dictionaries(
    {},
    optional={
        **{name: ANYTHING | st.sampled_from([None, ""]) for name in OPEN},
        **{name: WHEN | st.none() for name in DAYS},
        "gender": st.sampled_from([None, "", "female", "male"]),
        "nationality": st.sampled_from([None, "", "LT", "IE"]),
        "supervision": st.sampled_from([None, "", "none", "online", "on-site", "nowhere", []]),
        "identity_verified": st.sampled_from([None, "", True, False, 0, 1, 1.0, "1", "no"]),
        "language": st.sampled_from([None, "", "en", "ro", "lt", "xx"]),
        "notes": st.text(max_size=3),
    },
)
FAST = [Fast(design) for design in DESIGNS]


@settings(max_examples=600)
@given(st.sampled_from(FAST), ROWS)
def test_the_fast_path_gives_what_the_general_path_gives(fast: Fast, row: dict[str, Any]) -> None:
    """Templates are kept from row to row, so that one made for another row of the same shape is what is tested."""
    assert outcome(lambda: fast.payload(row)) == outcome(lambda: general(fast.design, row))


@settings(max_examples=25)
@given(designs(), st.sampled_from([ROW, EVERYTHING]))
def test_the_law_holds_for_every_design(design: Design, row: Mapping[str, Any]) -> None:
    assert outcome(lambda: Fast(design).payload(row)) == outcome(lambda: general(design, row))


@pytest.mark.parametrize("mark", ["\ue000stem\ue001", "\ue000", "\ue001\ue000", "\ue002issued\ue003"])
def test_a_design_may_hold_the_characters_of_the_marks(mark: str) -> None:
    design = dataclasses.replace(WATER, description=Text(en=f"x{mark}y"))
    assert Fast(design).payload(ROW) == general(design, ROW)
    assert not {Marks(design).start, Marks(design).end} & set(mark)


def test_all_names_that_must_survive(corpus: Path) -> None:
    fast = Fast(WATER)
    for name in orjson.loads((corpus / "text-list" / "names-that-must-survive.json").read_bytes()):
        row = {**ROW, "given_name": name, "family_name": name}
        payload = fast.payload(row)
        assert payload == general(WATER, row)
        assert orjson.loads(payload)["credentialSubject"]["givenName"] == {"en": name}
    assert len(fast.templates) == 1


ZONES = st.integers(-12, 14).map(lambda hours: dt.timezone(dt.timedelta(hours=hours)))
MOMENTS = st.builds(dt.datetime.fromtimestamp, st.integers(946_684_800, 4_102_444_800), ZONES)


@given(MOMENTS)
def test_the_law_holds_at_every_moment(at: dt.datetime) -> None:
    assert FAST[0].payload(ROW, at) == general(WATER, ROW, at)


def test_the_prefix_holds_nothing_of_a_learner() -> None:
    made = compile_template(WATER, EVERYTHING, PAGES)
    other = {**EVERYTHING, "given_name": "X", "full_name": "Y"}
    assert made.prefix == compile_template(WATER, other, PAGES).prefix
    assert len(made.prefix) > len(made.fill(EVERYTHING, award_id=award_id(), at=AT)[0])
    assert b"page-image" not in made.fill(EVERYTHING, award_id=award_id(), at=AT)[0]


def test_the_escaped_form_is_the_plain_one_inside_a_string() -> None:
    made = compile_template(WATER, EVERYTHING, PAGES)
    for name in ('"', "\\", '\\"\n\x00', "Zoë", "👩🏽‍🎓"):
        plain, escaped = made.fill({**EVERYTHING, "given_name": name}, award_id=award_id(), at=AT)
        assert orjson.loads(b'"%b"' % escaped) == plain.decode()


@pytest.mark.parametrize(
    ("member", "values"),
    [("identity_verified", (True, 1, 1.0, "1")), ("supervision", ("none", "online")), ("language", (None, "ro"))],
)
def test_shapes_tell_apart_what_is_not_the_same(member: str, values: tuple[Any, ...]) -> None:
    assert member in CLOSED
    assert len({shape_of({**ROW, member: value}) for value in values}) == len(values)


def test_shapes_are_few() -> None:
    assert shape_of(ROW) == shape_of(
        {**ROW, "given_name": "A", "family_name": "B", "grade": "5", "learner_id": 7, "notes": "x"}
    )
    assert (
        shape_of({**ROW, "email": ""})
        == shape_of({**ROW, "email": None})
        == shape_of(ROW)
        != shape_of({**ROW, "email": "x"})
    )


class TestOfTheTest:
    """Faults planted in the fast path: the law must see each."""

    def broken(self) -> bool:
        rows = ({**ROW, "given_name": 'O"\\'}, {**EVERYTHING, "grade": "7"}, {**ROW, "supervision": "online"})
        fast = Fast(WATER)
        return any(outcome(lambda r=row: fast.payload(r)) != outcome(lambda r=row: general(WATER, r)) for row in rows)  # type: ignore[misc]

    def test_whole(self) -> None:
        assert not self.broken()

    def test_a_dropped_escape(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(template, "_json", lambda value: value.encode())
        assert self.broken()

    def test_a_shape_without_the_closed_values(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(template, "CLOSED", ())
        assert self.broken()

    def test_a_shape_without_presence(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(template, "DAYS", ("completed",))
        assert self.broken()

    def test_a_day_of_another_form(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(template, "calendar_day", lambda value, name: f"{value}T00:00:00Z")
        assert self.broken()
