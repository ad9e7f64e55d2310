"""Review and publication: who may, what is refused and why; an edition stays what it was and reads back as drafted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from mikra.errors import ConflictError, InputError, NotAllowedError, NotFoundError
from mikra.issuance import design_file
from mikra.server.actions import designs, drafts, editions, reviews
from mikra.server.actions.designs import EXAMPLES
from mikra.server.rights import RIGHTS, Actor, Right, Role
from mikra.server.store.designs import Design, Edition, Review
from mikra.server.store.tenants import Tenant
from tests.server.studio.conftest import AT

pytestmark = pytest.mark.both
Publish = Callable[[Design], Edition]
DAY = dt.timedelta(days=1)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_edition_reads_back_as_it_was_drafted(designer: Actor, published: Publish, name: str) -> None:
    design = designs.create_design(designer, designs.example(name), at=AT)
    edition = published(design)
    read = design_file.read_design(bytes(edition.content))
    expected = design_file.publish(designs.whole(design), on=AT.date())
    assert read == expected
    assert (edition.digest, edition.review_by, edition.number) == (read.digest, read.review_by, 1)
    assert designs.get_design(designer, design.id).state == Design.State.PUBLISHED


def test_a_changed_edition_is_refused(designer: Actor, design: Design, published: Publish) -> None:
    edition = published(design)
    edition.content = bytes(edition.content).replace(b"Water quality monitoring", b"Water quality monitorinG")
    with pytest.raises(ConflictError):
        editions.opened(edition)


@pytest.mark.parametrize(
    "member", ["title", "issuer", "outcomes", "workload", "level", "assessment", "participation", "quality"]
)
def test_nothing_is_published_with_a_mandatory_element_missing(
    designer: Actor, reviewer: Actor, members: dict[str, Any], member: str
) -> None:
    """MISSION, A4. Both doors are shut: approval, and publication of what was approved before."""
    del members[member]
    if member == "issuer":
        members["awarding_bodies"] = []
    if member == "participation":
        del members["assessment"][0]["mode"]
    if member == "quality":
        del members["issuer"]["accreditations"], members["awarding_bodies"][0]["accreditations"]
    design = designs.create_design(designer, members, at=AT)
    review = reviews.ask_review(designer, design.id, version=1, at=AT)
    with pytest.raises(ConflictError) as refused:
        reviews.approve(reviewer, design.id, version=1, at=AT)
    assert refused.value.code == "design_incomplete"
    review.state = Review.State.APPROVED
    review.save()
    with pytest.raises(ConflictError) as refused:
        editions.publish(reviewer, design.id, at=AT)
    assert refused.value.code == "design_incomplete"
    assert not Edition.of(designer.tenant).exists()


def test_only_what_was_approved_is_published(designer: Actor, reviewer: Actor, design: Design) -> None:
    with pytest.raises(ConflictError, match="not approved"):
        editions.publish(reviewer, design.id, at=AT)
    reviews.ask_review(designer, design.id, version=1, at=AT)
    with pytest.raises(ConflictError, match="not approved"):
        editions.publish(reviewer, design.id, at=AT)
    reviews.approve(reviewer, design.id, version=1, at=AT)
    Design.of(designer.tenant).update(version=2)
    with pytest.raises(ConflictError, match="not what was approved"):
        editions.publish(reviewer, design.id, version=2, at=AT)


def test_a_draft_in_review_rests(designer: Actor, design: Design) -> None:
    reviews.ask_review(designer, design.id, version=1, at=AT)
    with pytest.raises(ConflictError, match="cannot be changed now"):
        drafts.save_draft(designer, design.id, {}, version=1)
    with pytest.raises(ConflictError):
        designs.delete_design(designer, design.id)
    reviews.withdraw_review(designer, design.id, at=AT)
    assert drafts.save_draft(designer, design.id, {**design.draft, "homepage": ""}, version=1).version == 2


def test_what_changed_since_is_not_reviewed(designer: Actor, reviewer: Actor, design: Design) -> None:
    with pytest.raises(ConflictError):
        reviews.ask_review(designer, design.id, version=7)
    reviews.ask_review(designer, design.id, version=1, at=AT)
    with pytest.raises(ConflictError):
        reviews.approve(reviewer, design.id, version=2, at=AT)


def test_changes_are_requested_with_a_reason(designer: Actor, reviewer: Actor, design: Design) -> None:
    reviews.ask_review(designer, design.id, version=1, at=AT)
    with pytest.raises(InputError):
        reviews.request_changes(reviewer, design.id, "  ")
    reviews.request_changes(reviewer, design.id, "Say who assesses.", at=AT)
    last = reviews.last_review(designer, design.id)
    assert last is not None
    assert (last.state, last.reason) == (Review.State.CHANGES, "Say who assesses.")
    assert designs.get_design(designer, design.id).state == Design.State.DRAFT


def test_comments_stand_at_their_element_and_are_resolved(designer: Actor, reviewer: Actor, design: Design) -> None:
    with pytest.raises(ConflictError):
        reviews.comment(reviewer, design.id, "Too early")
    reviews.ask_review(designer, design.id, version=1, at=AT)
    made = reviews.comment(reviewer, design.id, "Which scale?", where="assessment[0].grading", at=AT)
    reviews.comment(designer, design.id, "The Romanian one.", where="assessment[0].grading", at=AT)
    assert reviews.resolve(designer, made.id, at=AT).resolved == AT
    assert reviews.resolve(designer, made.id, resolved=False).resolved is None
    assert [one.text for one in reviews.list_comments(designer, design.id)] == ["Which scale?", "The Romanian one."]
    with pytest.raises(InputError):
        reviews.comment(reviewer, design.id, "x" * 4_001)
    assert reviews.comment(reviewer, design.id, "a\x00b").text == "ab"
    for place in ("a name, Anna", "x" * 3, "[", "title.en]"):
        if place != "xxx":
            with pytest.raises(InputError):
                reviews.comment(reviewer, design.id, "x", where=place)


def test_under_four_eyes_no_author_approves(
    actor: Callable[..., Actor], tenant: Tenant, members: dict[str, Any], reviewer: Actor
) -> None:
    both = actor(tenant, Role.DESIGNER, Role.REVIEWER)
    design = designs.create_design(both, members, at=AT)
    reviews.ask_review(both, design.id, version=1, at=AT)
    tenant.settings = {"four_eyes": True}
    with pytest.raises(NotAllowedError, match="second person"):
        reviews.approve(both, design.id, version=1)
    assert reviews.approve(reviewer, design.id, version=1).state == Review.State.APPROVED
    tenant.settings = {}
    reviews.withdraw_review(both, design.id)
    reviews.ask_review(both, design.id, version=1)
    assert reviews.approve(both, design.id, version=1).state == Review.State.APPROVED


def test_who_only_wrote_a_part_is_an_author_too(
    actor: Callable[..., Actor], tenant: Tenant, designer: Actor, design: Design
) -> None:
    both = actor(tenant, Role.DESIGNER, Role.REVIEWER)
    drafts.save_draft(both, design.id, {**design.draft, "homepage": "https://zed.example/x"}, version=1)
    reviews.ask_review(designer, design.id, version=2, at=AT)
    tenant.settings = {"four_eyes": True}
    with pytest.raises(NotAllowedError):
        reviews.approve(both, design.id, version=2)


def test_the_checklist_of_quality(actor: Callable[..., Actor], tenant: Tenant, designer: Actor, design: Design) -> None:
    quality = actor(tenant, Role.QUALITY)
    with pytest.raises(ConflictError):
        reviews.check_aspect(quality, design.id, "course", done=AT.date())
    reviews.ask_review(designer, design.id, version=1, at=AT)
    for aspect in ("credential", "course"):
        found = reviews.check_aspect(quality, design.id, aspect, done=AT.date(), note="Seen", at=AT)
    assert found.checklist["course"] == {"done": "2026-11-02", "by": "Jana Králová", "note": "Seen"}
    assert set(reviews.check_aspect(quality, design.id, "course", done=None).checklist) == {"credential"}
    with pytest.raises(InputError):
        reviews.check_aspect(quality, design.id, "weather", done=AT.date())
    with pytest.raises(InputError):
        reviews.check_aspect(quality, design.id, "course", done=AT.date() + DAY, at=AT)


@pytest.mark.parametrize("role", Role)
def test_each_verb_wants_its_right(
    actor: Callable[..., Actor], tenant: Tenant, design: Design, published: Publish, role: Role
) -> None:
    published(design)
    somebody = actor(tenant, role)
    wanted: list[tuple[Right, Callable[[], Any]]] = [
        (Right.DESIGN, lambda: reviews.ask_review(somebody, design.id, version=1)),
        (Right.DESIGN, lambda: reviews.withdraw_review(somebody, design.id)),
        (Right.REVIEW, lambda: reviews.approve(somebody, design.id, version=1)),
        (Right.REVIEW, lambda: reviews.request_changes(somebody, design.id, "x")),
        (Right.PUBLISH, lambda: editions.publish(somebody, design.id)),
        (Right.PUBLISH, lambda: designs.unarchive_design(somebody, design.id)),
        (Right.PUBLISH, lambda: editions.withdraw_edition(somebody, design.id, 9)),
        (Right.DESIGN, lambda: editions.begin_edition(somebody, design.id, number=9)),
        (Right.QUALITY, lambda: reviews.check_aspect(somebody, design.id, "course", done=None)),
    ]
    for right, act in wanted:
        if right not in RIGHTS[role]:
            with pytest.raises(NotAllowedError):
                act()
        else:
            try:
                act()
            except (ConflictError, NotFoundError):
                continue
    if not RIGHTS[role] & {Right.REVIEW, Right.DESIGN, Right.QUALITY}:
        with pytest.raises(NotAllowedError):
            reviews.comment(somebody, design.id, "x")
    assert len(editions.list_editions(somebody, design.id)) == 1, "everybody who belongs here sees"


def test_a_stranger_sees_no_edition(
    actor: Callable[..., Actor], stranger: Tenant, design: Design, published: Publish
) -> None:
    published(design)
    theirs = actor(stranger, *Role)
    acts: list[Callable[[], Any]] = [
        lambda: editions.get_edition(theirs, design.id, 1),
        lambda: editions.list_editions(theirs, design.id),
        lambda: editions.export(theirs, design.id, 1, "json"),
        lambda: editions.publish(theirs, design.id),
        lambda: editions.begin_edition(theirs, design.id),
        lambda: reviews.comment(theirs, design.id, "x"),
        lambda: reviews.resolve(theirs, design.id),
        lambda: reviews.approve(theirs, design.id, version=1),
        lambda: reviews.last_review(theirs, design.id),
    ]
    for act in acts:
        with pytest.raises(NotFoundError):
            act()


def test_the_next_edition_differs_where_it_was_changed(
    designer: Actor, design: Design, published: Publish, save: Callable[..., Design]
) -> None:
    published(design)
    with pytest.raises(ConflictError):
        save(design, valid_months=24)
    begun = editions.begin_edition(designer, design.id, at=AT)
    assert (begun.draft["edition"], begun.state) == ("2026.2", Design.State.DRAFT)
    changed = save(begun, valid_months=24, title={"en": "Water quality", "cs": "Kvalita vody"})
    assert published(changed).number == 2
    found = editions.compare(designer, design.id, 1, 2)
    assert found["valid_months"] == (60, 24)
    assert found["title.en"] == ("Water quality monitoring", "Water quality")
    assert found["title.ro"] == ("Monitorizarea calității apei", None)
    assert set(found) == {"edition", "valid_months", "title.en", "title.cs", "title.ro", "title.lt"}


def test_an_edition_is_named_once(
    designer: Actor, design: Design, published: Publish, save: Callable[..., Design]
) -> None:
    published(design)
    editions.begin_edition(designer, design.id, at=AT)
    again = save(design, edition="2026.1")
    with pytest.raises(ConflictError, match="of that name"):
        published(again)


@pytest.mark.parametrize(("label", "after"), [("2026.1", "2026.2"), ("3", "4"), ("spring", "spring-2"), ("v9", "v10")])
def test_labels_go_on(label: str, after: str) -> None:
    assert editions.next_label(label) == after


def test_the_review_day_warns_then_blocks(design: Design, published: Publish, save: Callable[..., Design]) -> None:
    edition = published(save(design, review_by="2027-06-30"))
    last = dt.date(2027, 6, 30)
    seen = {days: editions.standing(edition, last - days * DAY) for days in (61, 60, 0, -1)}
    assert [(one.open, one.warns) for one in seen.values()] == [
        (True, False),
        (True, True),
        (True, True),
        (False, False),
    ]
    assert seen[-1].why == "review_due"


def test_the_archive_blocks_and_gives_back(reviewer: Actor, design: Design, published: Publish) -> None:
    published(design)
    designs.archive_design(reviewer, design.id, at=AT)
    edition = editions.get_edition(reviewer, design.id, 1)
    assert editions.standing(edition, AT.date()).why == "archived"
    assert designs.unarchive_design(reviewer, design.id, at=AT).state == Design.State.PUBLISHED
    editions.withdraw_edition(reviewer, design.id, 1, at=AT)
    assert editions.standing(editions.get_edition(reviewer, design.id, 1), AT.date()).why == "withdrawn"
    again = editions.withdraw_edition(reviewer, design.id, 1, withdrawn=False)
    assert editions.standing(again, AT.date()).open


def test_an_edition_is_given_as_a_file(designer: Actor, design: Design, published: Publish) -> None:
    edition = published(design)
    for form in ("json", "yaml"):
        assert design_file.read_design(editions.export(designer, design.id, 1, form)) == editions.opened(edition)
    with pytest.raises(NotFoundError):
        editions.export(designer, design.id, 1, "docx")


def test_what_was_published_cannot_be_deleted(designer: Actor, design: Design, published: Publish) -> None:
    published(design)
    editions.begin_edition(designer, design.id)
    with pytest.raises(ConflictError, match="archive"):
        designs.delete_design(designer, design.id)
