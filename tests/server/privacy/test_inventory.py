"""Each column of the database stands in the inventory of personal data, and nothing else does."""

from __future__ import annotations

from dataclasses import fields

import pytest
from django.apps import apps
from django.db import models

from mikra.server.actions.tenant_settings import TenantSettings
from mikra.server.data_inventory import PROCESSINGS, TABLES, Place, faults_of


def _models() -> list[type[models.Model]]:
    return list(apps.get_models(include_auto_created=True))


def test_every_column_of_the_database_is_in_the_inventory() -> None:
    assert faults_of(_models()) == []


def test_a_column_or_a_table_that_is_not_in_it_is_told() -> None:
    class Learner(models.Model):
        shoe_size = models.IntegerField()

        class Meta:
            app_label = "planted"

    Learner._meta.app_label = "store"
    others = [one for one in _models() if one._meta.label != "store.Learner"]
    said = faults_of([*others, Learner])
    del apps.all_models["planted"]
    assert "store.Learner.shoe_size: this column is not in the inventory" in said
    assert "store.Learner.profile: there is no such column" in said
    assert "store.Award: there is no such table" in faults_of(
        [one for one in _models() if one._meta.label != "store.Award"]
    )


def test_binary_columns_with_personal_data_are_encrypted_or_digests() -> None:
    """Names never stand in a column of bytes as they are: whoever adds one decides under which key."""
    kinds = {one._meta.label: one for one in _models()}
    for table in TABLES:
        for name, one in table.personal.items():
            field = kinds[table.model]._meta.get_field(name)
            if isinstance(field, models.BinaryField):
                assert one.place not in (Place.CLEAR, Place.REFERENCE), f"{table.model}.{name}"


@pytest.mark.parametrize("one", PROCESSINGS, ids=lambda one: one.name)
def test_a_processing_names_a_decision_that_exists_and_serves_some_column(one: object) -> None:
    assert one.setting in {"", *(f.name for f in fields(TenantSettings))}  # type: ignore[attr-defined]
    assert any(p.processing == one.name for t in TABLES for p in t.personal.values())  # type: ignore[attr-defined]
