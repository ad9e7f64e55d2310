"""Places in status lists for copies of an award in wallets: one each, by chance, in lists as the award's own."""

from __future__ import annotations

import datetime as dt

from mikra.errors import ConflictError
from mikra.server.actions import status_lists
from mikra.server.actions.wallet_offers import counts, refuse_lost
from mikra.server.actions.work import work
from mikra.server.store.awards import Award
from mikra.server.store.base import new_id
from mikra.server.store.copies import WalletCopy
from mikra.server.store.status import reserve, shelf_of
from mikra.status.indexes import Place


def give(award: Award, count: int, at: dt.datetime) -> list[Place]:
    """So many places. ConflictError for an award that does not count, or could not be withdrawn.

    The award is held meanwhile: whoever withdraws it at the same time comes before, and nothing is given, or after,
    and withdraws these copies too.
    """
    with work():
        places = taken(Award.get(award.tenant_id, award.pk, lock=True), count, at)
    publish(award, places, at)
    return places


def publish(award: Award, places: list[Place], at: dt.datetime) -> None:
    """The lists of these places, if nobody can read them yet: before a copy that names one is given away."""
    numbers = {int(one.base.rpartition("/")[2]) for one in places}
    if not status_lists.are_public(award.tenant_id, numbers):
        status_lists.publish_first([award.tenant_id], at)


def taken(held: Award, count: int, at: dt.datetime) -> list[Place]:
    """The same inside a `work()` that holds the award; who calls it publishes the lists that are new, after it."""
    refuse_lost(held)
    if not counts(held) or held.list_number is None:
        raise ConflictError("A credential that cannot be withdrawn goes into no wallet.", code="not_possible")
    shelf = shelf_of(held.tenant_id, held.list_number)
    places = reserve(shelf, count)
    common = {"created": at, "tenant_id": held.tenant_id, "award": held}
    rows = [WalletCopy(id=new_id(), **common, list_number=number, list_index=index) for number, index in places]
    WalletCopy._default_manager.bulk_create(rows)
    return [Place(f"{shelf.address}/{number}", index) for number, index in places]
