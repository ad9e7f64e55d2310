"""Copies of awards in wallets: each has a place of its own in the status lists, so that no two show that they are one.

What is decided on an award is written to the places of all its copies: `places_of`.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from django.db import models

from mikra.server.store.awards import Award
from mikra.server.store.base import Owned


class WalletCopy(Owned):
    """One copy, in one wallet. It says nothing of that wallet, and stays as long as its award: the place is given."""

    award = models.ForeignKey(Award, on_delete=models.CASCADE, related_name="+")
    list_number = models.PositiveBigIntegerField()
    list_index = models.PositiveIntegerField()

    class Meta:
        db_table = "wallet_copy"
        constraints = (models.UniqueConstraint(fields=("list_number", "list_index"), name="copy_place_once"),)


def places_of(award_ids: Iterable[uuid.UUID]) -> list[tuple[uuid.UUID, int, int]]:
    """(award, list, place) of the copies of these awards."""
    wanted, found = list(award_ids), []
    for start in range(0, len(wanted), 500):
        rows = WalletCopy._default_manager.filter(award_id__in=wanted[start : start + 500])
        found += list(rows.values_list("award_id", "list_number", "list_index"))
    return found


def award_at(number: int, index: int) -> Award | None:
    """Whose place this is: of an award itself, or of a copy of it."""
    rows = Award._default_manager.select_related("edition", "tenant")
    found = rows.filter(list_number=number, list_index=index).first()
    if found is not None:
        return found
    copy = WalletCopy._default_manager.filter(list_number=number, list_index=index).first()
    return rows.filter(pk=copy.award_id).first() if copy else None


def awards_at(number: int, indexes: Iterable[int]) -> dict[int, Award]:
    """Place -> award, of one list, as `award_at`; with what took the award's place."""
    wanted = list(indexes)
    rows = Award._default_manager.select_related("successor", "edition")
    copies = WalletCopy._default_manager.filter(list_number=number, list_index__in=wanted)
    of_copies = dict(copies.values_list("list_index", "award_id"))
    by_id = {one.pk: one for one in rows.filter(pk__in=set(of_copies.values()))}
    found = {index: by_id[id] for index, id in of_copies.items()}
    own = {one.list_index: one for one in rows.filter(list_number=number, list_index__in=wanted)}
    return {**found, **{index: one for index, one in own.items() if index is not None}}
