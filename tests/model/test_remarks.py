"""Remarks go into notes under a stable heading and come back."""

from __future__ import annotations

import dataclasses
from enum import StrEnum
from typing import get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mikra import messages
from mikra.model import Note, Text, remarks
from mikra.model.text import Concept

LINES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40).map(str.strip).filter(bool)
PROSE = st.lists(LINES, min_size=1, max_size=3).map("\n".join)
TEXTS = st.dictionaries(st.sampled_from(["en", "ro", "bg", "cs", "lt", "de"]), PROSE, max_size=3).map(Text)


def values(hint: object) -> st.SearchStrategy[object]:
    if hint is Text:
        return TEXTS
    if hint is bool:
        return st.booleans()
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return st.sampled_from(list(hint))
    return st.one_of(st.just(""), LINES)


def any_remark(cls: type[remarks.Remark]) -> st.SearchStrategy[remarks.Remark]:
    hints = get_type_hints(cls)
    return st.builds(cls, **{f.name: values(hints[f.name]) for f in dataclasses.fields(cls)})


@pytest.mark.parametrize("cls", remarks.KINDS.values(), ids=lambda c: c.kind)
def test_every_remark_comes_back_from_its_note(cls: type[remarks.Remark]) -> None:
    @settings(max_examples=40, derandomize=True, deadline=None, database=None)
    @given(any_remark(cls))
    def law(remark: remarks.Remark) -> None:
        assert remarks.read(remarks.write(remark, languages=["en", "lt"])) == remark

    law()


def test_a_note_is_readable_by_people() -> None:
    remark = remarks.Endorsement(by=Text(en="Chamber of Crafts", cs="Řemeslná komora"), date="2026-03-01")
    note = remarks.write(remark, languages=["en"], note_id="urn:uuid:1")
    assert note.note_literal["en"] == "Endorsement\nBy: Chamber of Crafts\nDate: 2026-03-01"
    assert note.note_literal["cs"] == "Podpora\nKdo: Řemeslná komora\nDatum: 2026-03-01"


def test_a_foreign_note_is_not_a_remark() -> None:
    own = remarks.write(remarks.ReviewBy(date="2028-01-01"), languages=["en"])
    assert remarks.read(own) == remarks.ReviewBy(date="2028-01-01")
    assert own.subject is not None
    assert remarks.read(dataclasses.replace(own, subject=None)) is None
    assert remarks.read(dataclasses.replace(own, subject=Concept(id="urn:x", notation="review-by"))) is None
    assert remarks.read(Note(note_literal=Text(en="Review\nReview by: 2028-01-01"))) is None


def test_a_remark_whose_closed_value_was_changed_is_not_read() -> None:
    own = remarks.write(remarks.QfEhea(cycle=remarks.Cycle.FIRST), languages=["en"])
    changed = dataclasses.replace(own, note_literal=Text(en=own.note_literal["en"].replace("first", "fourth")))
    assert remarks.read(changed) is None


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_labels_and_closed_values_are_distinct_in_every_language(language: str) -> None:
    for cls in remarks.KINDS.values():
        names = [f.name for f in dataclasses.fields(cls)]
        assert len({messages.text(f"note.{cls.kind}.{n}", language) for n in names}) == len(names)
        for hint in get_type_hints(cls).values():
            if isinstance(hint, type) and issubclass(hint, StrEnum):
                assert len({messages.text(f"note.value.{v.value}", language) for v in hint}) == len(hint)


def test_subject_ids_never_change() -> None:
    assert remarks.subject_id("endorsement") == "urn:uuid:b011d02d-e789-5bca-86b4-3beb17bda393"
