"""Who was not of age when it was awarded: a guardian agrees once, nothing is offered without end, no age is sealed."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from mikra.server.actions import awards_content, letters, minors, tenant_settings
from mikra.server.rights import Actor
from mikra.server.store import personal
from mikra.server.store.awards import Award
from mikra.server.store.deliveries import Delivery
from mikra.server.store.learners import Learner


def born(award: Award, birth: str) -> str:
    """Gives the learner a date of birth; the code of their letter."""
    learner = Learner._default_manager.select_related("key").get(pk=award.learner_id)
    key = personal.opened(learner.key)
    learner.profile = personal.seal_away(key, {**personal.look_into(key, bytes(learner.profile)), "birth": birth})
    learner.save()
    return letters.claim_address(Delivery.of(award.tenant).get(award=award)).rstrip("/").rpartition("/")[2]


@pytest.mark.parametrize(
    ("birth", "years", "under"),
    [
        ("2010-06-15", 16, True), ("2010-06-14", 16, False), ("2010-06-16", 16, True), ("2012-02-29", 14, True),
        ("", 16, False), ("unknown", 16, False),
    ],
)  # fmt: skip
def test_a_birthday_counts_from_its_own_day(birth: str, years: int, under: bool) -> None:
    day = dt.date(2026, 6, 14) if birth != "2012-02-29" else dt.date(2026, 2, 28)
    assert minors.is_under(birth, day, years) is under


def test_a_guardian_agrees_before_a_child_collects(award: Award, client: Client) -> None:
    code = born(award, f"{award.awarded_on.year - 15}-01-01")
    page = client.get(f"/claim/{code}/").content.decode()
    assert 'name="guardian"' in page
    refused = client.post(f"/claim/{code}/take/")
    assert refused.status_code == 422
    assert "Tick this first" in refused.content.decode()
    assert Delivery.of(award.tenant).get(award=award).state != "claimed"
    assert client.post(f"/claim/{code}/take/", {"guardian": "on"}).status_code == 302
    one = Delivery.of(award.tenant).get(award=award)
    assert one.state == "claimed"
    assert one.guardian == one.claimed
    assert 'name="guardian"' not in client.get(f"/claim/{code}/").content.decode()


def test_nobody_else_is_asked(award: Award, client: Client, officer: Actor) -> None:
    grown = born(award, f"{award.awarded_on.year - 30}-01-01")
    assert 'name="guardian"' not in client.get(f"/claim/{grown}/").content.decode()
    child = born(award, f"{award.awarded_on.year - 15}-01-01")
    tenant_settings.change(officer, age_of_consent=13)
    assert 'name="guardian"' not in client.get(f"/claim/{child}/").content.decode()
    tenant_settings.change(officer, age_of_consent=16, guardian_confirms=False)
    assert client.post(f"/claim/{child}/take/").status_code == 302
    assert Delivery.of(award.tenant).get(award=award).guardian is None


def test_no_share_without_end_and_no_suggestions_until_of_age(award: Award) -> None:
    born(award, f"{award.awarded_on.year - 17}-01-01")
    award = Award._default_manager.get(pk=award.pk)
    later = dt.date(award.awarded_on.year + 2, 1, 1)
    assert not minors.may_share_for_good(award, award.awarded_on)
    assert not minors.may_be_suggested_to(award, award.awarded_on)
    assert minors.may_share_for_good(award, later)
    assert minors.may_be_suggested_to(award, later)


def test_the_age_is_not_in_the_credential(award: Award) -> None:
    born(award, "2011-12-13")
    sealed = awards_content.file_of(award)
    assert b"2011-12-13" not in sealed
    assert b'"age"' not in sealed
