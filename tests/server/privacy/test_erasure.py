"""R12: of an erased learner nothing can be read with all keys that are left; credentials go on being checked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

import mikra
from mikra.adapters.clock import now
from mikra.errors import ConflictError, NotFoundError
from mikra.server.actions import (
    awards_content,
    batches,
    claims,
    corrections,
    corrections_supersede,
    deliveries,
    erasure,
    erasure_list,
    learners,
    letters,
    rights_cases,
    rows,
)
from mikra.server.installation import installation
from mikra.server.rights import Actor
from mikra.server.store import personal
from mikra.server.store.awards import Award, Sealed
from mikra.server.store.batches import Batch, BatchRow
from mikra.server.store.deliveries import Delivery, NameRequest
from mikra.server.store.learners import Learner, LearnerToken
from mikra.server.store.rights_cases import RightsCase
from mikra.server.store.tenants import Tenant, Wrapped
from tests.server.institution import publish
from tests.server.privacy.canary import EMAIL, FAMILY, GIVEN, class_list, found_in
from tests.server.privacy.reading import readable

Case = Callable[..., RightsCase]


@pytest.fixture
def everywhere(registrar: Actor, batch: Batch, award: Award, tenant: Tenant) -> Award:
    """The canary in every place that there is: letters, words to the registrar, a correction, lists not yet sealed."""
    for file in (installation().home / "mail").glob("*.eml"):
        file.unlink()
    later = now() + dt.timedelta(days=1)
    deliveries.send_due(later)
    delivery = Delivery.of(tenant).get(award=award)
    code = letters.claim_address(delivery).rstrip("/").rpartition("/")[2]
    claims.claim(code)
    claims.ask_for_correction(code, f"My name is {GIVEN} {FAMILY}.")
    newer = corrections_supersede.supersede(registrar, award.id, {"grade": "9"}, "the exam was read again")
    other = batches.begin(registrar, publish(tenant).id)
    rows.take_list(registrar, other.id, class_list(f",{FAMILY},{EMAIL},,5"), "list.csv")
    named = batches.begin(registrar, publish(tenant).id)
    rows.take_list(registrar, named.id, class_list("Petr,Dvořák,petr@student.example,S000002,8"), f"{FAMILY}.csv")
    deliveries.send_due(later)
    return newer


def canaries() -> dict[str, list[str]]:
    """table.column -> the words of the canary that can be read in it."""
    found: dict[str, list[str]] = {}
    for where, content in readable():
        if words := found_in(content):
            found.setdefault(where, []).extend(words)
    return found


PLACES = {
    "store.Learner.profile",
    "store.Award.facts",
    "store.Sealed.content",
    "store.NameRequest.text",
    "store.BatchRow.cells",
    "store.Batch.upload",
    "store.Batch.secret",
}


@pytest.mark.drill("R12")
def test_nothing_of_an_erased_learner_can_be_read(
    officer: Actor, case: Case, everywhere: Award, tenant: Tenant
) -> None:
    found = case()
    assert set(canaries()) >= PLACES, "the drill looks where the canary is"
    tokens = {
        bytes(one)
        for one in LearnerToken._default_manager.filter(learner=everywhere.learner_id).values_list("token", flat=True)
    }
    mail = installation().home / "mail"
    assert any(found_in(one.read_bytes()) for one in mail.glob("*.eml"))

    counts = erasure.erase(officer, found.id)

    assert canaries() == {}
    assert not tokens & {content for _, content in readable()}
    assert not [one.name for one in mail.glob("*.eml") if found_in(one.read_bytes())]
    assert any(b"petr@student.example" in content for _, content in readable()), "others are as before"
    assert counts["awards"] == 2
    assert counts["rows"] == 3
    assert counts["files"] == 2
    assert learners.find(registrar_of(officer), EMAIL) == []


def registrar_of(actor: Actor) -> Actor:
    from dataclasses import replace

    from mikra.server.rights import Right

    return replace(actor, rights=frozenset(Right))


KEPT: dict[str, tuple[Any, str]] = {
    "Learner.profile": (Learner, "profile"),
    "Award.facts": (Award, "facts"),
    "Sealed.content": (Sealed, "content"),
    "NameRequest.text": (NameRequest, "text"),
    "BatchRow.cells": (BatchRow, "cells"),
    "Batch.upload": (Batch, "upload"),
    "RightsCase.secret": (RightsCase, "secret"),
}


@pytest.mark.drill("R12")
@pytest.mark.parametrize("left_out", sorted(KEPT))
def test_a_table_that_was_left_out_is_noticed(officer: Actor, case: Case, everywhere: Award, left_out: str) -> None:
    """The planted fault: one table keeps its rows, and the keys of the learner were not destroyed."""
    found = case()
    rights_cases.prove(officer, found.id, f"the card of {GIVEN} {FAMILY}")
    model, column = KEPT[left_out]
    before = [model._default_manager.get(pk=one.pk) for one in model._default_manager.all()]
    keys = list(Wrapped._default_manager.all())
    erasure.erase(officer, found.id)
    Wrapped._default_manager.bulk_create(keys, ignore_conflicts=True)
    for one in before:
        if not model._default_manager.filter(pk=one.pk).update(**{column: getattr(one, column)}):
            one.save(force_insert=True)
    assert f"store.{left_out}" in canaries()


def test_the_file_in_the_learners_hands_goes_on_working(
    officer: Actor, registrar: Actor, case: Case, award: Award
) -> None:
    file = awards_content.file_of(award)
    digest = bytes(Sealed.of(award.tenant).get(award=award).digest)
    erasure.erase(officer, case().id)
    (report,) = mikra.verify(file, at=now(), policy=mikra.Policy())
    assert report.verdict.exit_code != 1
    assert "passed" in {one.status for one in report.checks if one.id == "seal.integrity"}
    assert bytes(Sealed.of(award.tenant).get(award=award).digest) == digest
    award.refresh_from_db()
    assert (award.state, award.list_index is None) == ("valid", False)
    with pytest.raises(NotFoundError):
        awards_content.file_of(award)
    corrections.revoke(registrar, award.id, "it was never earned")
    award.refresh_from_db()
    assert award.state == "revoked"


def test_the_old_letter_leads_nowhere(officer: Actor, case: Case, award: Award) -> None:
    code = letters.claim_address(Delivery.of(award.tenant).get(award=award)).rstrip("/").rpartition("/")[2]
    assert claims.look(code).name
    erasure.erase(officer, case().id)
    with pytest.raises(NotFoundError):
        claims.look(code)
    assert Delivery.of(award.tenant).get(award=award).state == "withdrawn"


def test_who_was_erased_can_be_awarded_again_as_somebody_new(
    officer: Actor, registrar: Actor, case: Case, learner: Learner, batch: Batch
) -> None:
    erasure.erase(officer, case().id)
    again = batches.begin(registrar, batch.edition_id)
    rows.take_list(registrar, again.id, class_list(), "list.csv")
    states = dict(again.rows.values_list("number", "state"))
    assert states[2] == "ready"
    assert states[3] == "has"


@pytest.mark.drill("R12")
def test_an_older_state_that_comes_back_is_erased_again(
    officer: Actor, case: Case, everywhere: Award, learner: Learner
) -> None:
    """What a restored backup does to the tables: the rows and keys from before are back, the list is not."""
    found = case()
    models = (Learner, Award, Sealed, NameRequest, BatchRow, Batch, LearnerToken, RightsCase)
    before = [one for model in models for one in model._default_manager.all()]
    keys = list(Wrapped._default_manager.all())
    erasure.erase(officer, found.id)
    Wrapped._default_manager.bulk_create(keys, ignore_conflicts=True)
    for one in before:
        one.save()
    assert set(canaries()) >= PLACES
    erased = list(erasure_list.read(erasure_list.file_of(installation())))
    assert erasure_list.replay(erased) >= 1
    assert canaries() == {}
    assert erasure_list.replay(erased) == 0, "done again it finds nothing"


def test_an_erasure_waits_for_the_learner_and_for_proof(officer: Actor, learner: Learner) -> None:
    case = rights_cases.open_case(officer, kind="erasure", received=now().date(), asker="A")
    with pytest.raises(ConflictError):
        erasure.erase(officer, case.id)
    rights_cases.link(officer, case.id, learner.id)
    with pytest.raises(ConflictError):
        erasure.erase(officer, case.id)
    assert Learner._default_manager.get(pk=learner.pk).key_id


def test_an_erasure_is_done_once_and_only_where_it_was_asked_for(officer: Actor, case: Case) -> None:
    with pytest.raises(ConflictError):
        erasure.erase(officer, case("access").id)
    found = case("erasure")
    assert erasure.plan(officer, found.id).awards == 1
    erasure.erase(officer, found.id)
    with pytest.raises(ConflictError):
        erasure.erase(officer, found.id)
    after = rights_cases.case(officer, found.id)
    assert (after.case.state, after.said, after.learner) == ("done", {}, None)


def test_nothing_is_erased_where_the_list_of_erasures_cannot_be_written(
    officer: Actor, case: Case, learner: Learner
) -> None:
    from mikra.errors import UnavailableError

    found, file = case(), erasure_list.file_of(installation())
    aside = file.with_suffix(".aside")
    if file.exists():
        file.rename(aside)
    file.mkdir()
    try:
        with pytest.raises(UnavailableError):
            erasure.erase(officer, found.id)
    finally:
        file.rmdir()
        if aside.exists():
            aside.rename(file)
    assert personal.opened(Learner._default_manager.get(pk=learner.pk).key)
    assert rights_cases.case(officer, found.id).case.state == "open"
