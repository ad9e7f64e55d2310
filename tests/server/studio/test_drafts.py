"""Drafts: nothing that somebody typed is lost, whoever else types, and every step can be gone back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from mikra.errors import ConflictError, InputError, NotAllowedError, NotFoundError
from mikra.server.actions import designs, drafts
from mikra.server.rights import RIGHTS, Actor, Right, Role
from mikra.server.store.audit import Entry
from mikra.server.store.designs import Design, DraftVersion
from mikra.server.store.tenants import Tenant
from tests.server.studio.conftest import AT

pytestmark = pytest.mark.both
OTHERS = [role for role in Role if Right.DESIGN not in RIGHTS[role]]


def test_a_whole_example_states_all_eleven(design: Design) -> None:
    assert (design.code, design.title, design.stated) == ("WATER-Q", "Water quality monitoring", 11)
    assert design.quality_on == dt.date(2026, 6, 30)
    assert design.programme == "Bachelor of Environmental Engineering"


def test_wrong_values_are_kept_as_they_were_typed(design: Design, designer: Actor, save: Callable[..., Design]) -> None:
    broken = {"ects": "three", "hours": 78}
    saved = save(design, workload=broken, review_by="31/02/2028", nonsense={"a": ["b"]})
    kept = designs.get_design(designer, saved.id).draft
    assert (kept["workload"], kept["review_by"], kept["nonsense"]) == (broken, "31/02/2028", {"a": ["b"]})
    judged = drafts.judge(kept, language="en", day=AT.date())
    assert [fault.where for fault in judged.draft.faults] == ["workload.ects", "review_by", "nonsense"]
    assert not judged.publishable


def test_who_comes_late_is_told_and_changes_nothing(
    design: Design, designer: Actor, save: Callable[..., Design]
) -> None:
    save(design, title={"en": "Hers"})
    with pytest.raises(ConflictError) as refused:
        drafts.save_draft(designer, design.id, {**design.draft, "title": {"en": "His"}}, version=1)
    assert refused.value.code == "design_overtaken"
    assert designs.get_design(designer, design.id).draft["title"] == {"en": "Hers"}


def test_a_page_does_not_overtake_itself(design: Design, designer: Actor) -> None:
    for text in ("W", "Wa", "Wat"):
        saved = drafts.save_draft(
            designer, design.id, {**design.draft, "title": {"en": text}}, version=1, page="mine", at=AT
        )
    assert saved.version == 4
    assert DraftVersion.of(designer.tenant).count() == 1, "one stretch of typing is one step"
    drafts.save_draft(designer, design.id, {**design.draft, "title": {"en": "X"}}, version=4, page="hers", at=AT)
    with pytest.raises(ConflictError):
        drafts.save_draft(designer, design.id, design.draft, version=1, page="mine", at=AT)


def test_every_saving_can_be_undone_in_turn(design: Design, designer: Actor, save: Callable[..., Design]) -> None:
    for text in ("One", "Two"):
        save(design, title={"en": text})
    assert drafts.undo(designer, design.id, at=AT).draft["title"] == {"en": "One"}
    back = drafts.undo(designer, design.id, at=AT)
    assert back.draft == design.draft
    with pytest.raises(ConflictError):
        drafts.undo(designer, design.id, at=AT)


def test_going_back_keeps_what_was_there(design: Design, designer: Actor, save: Callable[..., Design]) -> None:
    for text in ("One", "Two"):
        save(design, title={"en": text})
    drafts.go_back(designer, design.id, 1, at=AT)
    assert drafts.undo(designer, design.id, at=AT).draft["title"] == {"en": "Two"}
    with pytest.raises(NotFoundError):
        drafts.go_back(designer, design.id, 99)


def test_twenty_steps_are_kept(design: Design, designer: Actor, save: Callable[..., Design]) -> None:
    for number in range(24):
        save(design, title={"en": f"Title {number}"})
    kept = [one.number for one in drafts.list_versions(designer, design.id)]
    assert kept == list(range(24, 4, -1))


@pytest.mark.parametrize("role", OTHERS)
def test_others_do_not_write(design: Design, actor: Callable[..., Actor], tenant: Tenant, role: Role) -> None:
    other = actor(tenant, role)
    with pytest.raises(NotAllowedError):
        drafts.save_draft(other, design.id, {}, version=1)
    for act in (drafts.undo, designs.delete_design, designs.restore_design, designs.copy_design):
        with pytest.raises(NotAllowedError):
            act(other, design.id)
    with pytest.raises(NotAllowedError):
        designs.create_design(other, {})


def test_to_a_stranger_it_is_not_there(design: Design, actor: Callable[..., Actor], stranger: Tenant) -> None:
    theirs = actor(stranger, *Role)
    acts: list[Callable[..., Any]] = [designs.get_design, drafts.undo, designs.delete_design, designs.copy_design]
    acts += [drafts.list_versions, designs.archive_design, designs.restore_design, designs.unarchive_design]
    for act in acts:
        with pytest.raises(NotFoundError):
            act(theirs, design.id)
    with pytest.raises(NotFoundError):
        drafts.save_draft(theirs, design.id, {}, version=1)
    assert list(designs.list_designs(theirs)) == []


def test_codes_are_given_once(designer: Actor, design: Design, save: Callable[..., Design]) -> None:
    other = designs.copy_design(designer, design.id, at=AT)
    third = designs.create_design(designer, {}, at=AT)
    assert (other.code, third.code) == ("WATER-Q-2", "NEW-1")
    saved = save(other, code="WATER-Q")
    assert saved.code == "WATER-Q-2", "what was typed stays in the draft, but the list shows no two of one code"
    assert saved.draft["code"] == "WATER-Q"


def test_a_deleted_draft_comes_back(designer: Actor, design: Design) -> None:
    designs.delete_design(designer, design.id, at=AT)
    assert list(designs.list_designs(designer)) == []
    with pytest.raises(NotFoundError):
        drafts.save_draft(designer, design.id, {}, version=1)
    other = designs.create_design(designer, design.draft, at=AT)
    assert other.code == "WATER-Q"
    back = designs.restore_design(designer, design.id, at=AT)
    assert (back.code, back.draft["code"]) == ("WATER-Q-2", "WATER-Q-2")
    assert len(list(designs.list_designs(designer))) == 2


def test_designs_are_found_by_folded_words(designer: Actor, design: Design) -> None:
    for text in ("water-q", "Monitorov", "KOKYBES", "calitatii", "water quality", ""):
        assert [one.id for one in designs.list_designs(designer, text=text)] == [design.id], text
    assert list(designs.list_designs(designer, text="welding")) == []
    assert list(designs.list_designs(designer, state="archived")) == []
    assert [one.id for one in designs.list_designs(designer, programme=design.programme)] == [design.id]


def test_too_large_and_half_letters_are_refused(designer: Actor, design: Design) -> None:
    with pytest.raises(InputError, match="too large"):
        drafts.save_draft(designer, design.id, {"title": {"en": "x" * 1_100_000}}, version=1)
    with pytest.raises(InputError, match="nobody can write"):
        drafts.save_draft(designer, design.id, {"title": {"en": "a\x00b"}}, version=1)
    written = {**design.draft, "title": {"en": r"a backslash, u and zeros: \u0000"}}
    assert drafts.save_draft(designer, design.id, written, version=1).version == 2
    with pytest.raises(InputError, match="half a character"):
        drafts.save_draft(designer, design.id, {"title": {"en": "\ud800"}}, version=1)


def test_the_trail_holds_what_happened_and_no_content(
    design: Design, designer: Actor, save: Callable[..., Design]
) -> None:
    save(design, title={"en": "Changed"})
    lines = Entry._default_manager.order_by("number")
    assert [line.verb for line in lines] == ["design.begun", "design.changed"]
    assert "Changed" not in str([line.detail for line in lines])
