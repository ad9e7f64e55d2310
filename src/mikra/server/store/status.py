"""Status lists: which places are given, and what was published last (W3C bitstring and IETF token, of one table).

The rules are those of `status.indexes`: several lists of a tenant and year are open at once, each is closed at three
quarters, a place is given once. Here a place costs no question to the database: each list gives its places in the
order of a permutation that only its secret tells, and counts how many it gave.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache

from django.db import models
from django.db.models.functions import Coalesce

from mikra.adapters.clock import chance
from mikra.server.store import bulk
from mikra.server.store.base import Owned
from mikra.status.indexes import Rules


class StatusList(models.Model):
    """A list of a tenant. `taken` places were given, in the order of a secret permutation, so that each is by chance.

    A place that was given is never given again, whatever became of its credential: the counter only rises.
    """

    number = models.BigAutoField(primary_key=True)
    tenant = models.ForeignKey("store.Tenant", on_delete=models.PROTECT, related_name="+")
    group = models.CharField(max_length=8)
    """The year in which its credentials end, or "open"."""
    size = models.PositiveIntegerField()
    taken = models.PositiveIntegerField(default=0)
    secret = models.BinaryField(max_length=32)
    address = models.CharField(max_length=200, default="")
    """Under which it is published, as its credentials say: `ADDRESS/NUMBER`. It never changes."""
    issuer = models.CharField(max_length=200, default="")
    """Whose credentials stand in it: the identifier in their seal. The list is sealed by the same."""
    open = models.BooleanField(default=True)
    version = models.PositiveBigIntegerField(default=0)
    """Counts what was decided; `Published.version` says up to which decision a publication goes."""
    dirty = models.DateTimeField(null=True, blank=True)
    """Since when something is decided that is not yet published."""

    class Meta:
        db_table = "status_list"
        indexes = (models.Index(fields=("tenant", "group", "open")),)


class StatusMark(models.Model):
    """A place that is not valid: what `status.table.pack` takes. `tombstone`: sealed, of one withdrawn for good."""

    list = models.ForeignKey(StatusList, on_delete=models.PROTECT, related_name="marks")
    index = models.PositiveIntegerField()
    value = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    tombstone = models.BinaryField(null=True)

    class Meta:
        db_table = "status_mark"
        constraints = (models.UniqueConstraint(fields=("list", "index"), name="mark_once"),)


class Published(Owned):
    """The last sealed publication of a list in one encoding; served as it is while everything else is down."""

    list = models.ForeignKey(StatusList, on_delete=models.PROTECT, related_name="published")
    encoding = models.CharField(max_length=12)
    content = models.BinaryField()
    at = models.DateTimeField()
    until = models.DateTimeField()
    version = models.PositiveBigIntegerField(default=0)

    class Meta:
        db_table = "status_published"
        constraints = (models.UniqueConstraint(fields=("list", "encoding"), name="encoding_once"),)


RULES = Rules()


@lru_cache(maxsize=16)
def order_of(secret: bytes, size: int) -> Sequence[int]:
    """All places of a list, in the order in which they are given: sorted by 8 bytes of SHAKE-256 over the secret.

    Half a megabyte a list, made in a tenth of a second, once per process.
    """
    drawn = array("Q", hashlib.shake_256(secret).digest(8 * size))
    return array("I", sorted(range(size), key=drawn.__getitem__))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Which lists are meant: of a tenant, of credentials that end in one year, of one issuer, at one address."""

    tenant_id: uuid.UUID
    group: str
    issuer: str
    address: str


@lru_cache(maxsize=4096)
def shelf_of(tenant_id: uuid.UUID, number: int) -> Shelf:
    """On which shelf a list of a tenant stands: that never changes, so it is asked once per process."""
    own = StatusList._default_manager.get(pk=number, tenant=tenant_id)
    return Shelf(tenant_id=tenant_id, group=own.group, issuer=own.issuer, address=own.address)


def reserve(shelf: Shelf, count: int) -> list[tuple[int, int]]:
    """So many (list, place), spread over the open lists by chance; durable with the transaction around it.

    Holds the lists of the group until then: two workers never get one place, and take turns.
    """
    lists = _open_lists(shelf)
    given: list[tuple[int, int]] = []
    while len(given) < count:
        lists = _replaced(shelf, lists)
        wanted = Counter(number % len(lists) for number in _drawn(count - len(given)))
        for position, one in enumerate(lists):
            given += _taken(one, wanted[position])
    lists = _replaced(shelf, lists)
    changed = {number for number, _place in given}
    for one in lists:
        if one.number in changed:
            one.save(update_fields=("taken",))
    return [place for _, place in sorted(zip(_drawn(count), given, strict=True))]


def _drawn(count: int) -> array[int]:
    """So many numbers of 64 bits by chance, with one question for it."""
    return array("Q", chance(8 * count))


def _room(one: StatusList) -> int:
    return int(one.size * RULES.full) - one.taken


def _taken(one: StatusList, wanted: int) -> list[tuple[int, int]]:
    count = min(wanted, _room(one))
    order = order_of(bytes(one.secret), one.size)
    places = [(one.number, order[position]) for position in range(one.taken, one.taken + count)]
    one.taken += count
    return places


def _open_lists(shelf: Shelf) -> list[StatusList]:
    rows = StatusList._default_manager.select_for_update(no_key=True)
    return list(rows.filter(**asdict(shelf), open=True).order_by("number"))


def _replaced(shelf: Shelf, lists: list[StatusList]) -> list[StatusList]:
    """The lists with room; full ones are closed, and new ones opened in their place."""
    for one in lists:
        if _room(one) <= 0:
            one.open = False
            one.save(update_fields=("open", "taken"))
    kept = [one for one in lists if one.open]
    if len(kept) < RULES.at_once:
        _hold_tenant(shelf.tenant_id)
        known = {one.number for one in lists}
        # Another worker may have opened some while this one waited for the tenant.
        kept += [one for one in _open_lists(shelf) if one.number not in known]
    while len(kept) < RULES.at_once:
        new = StatusList(**asdict(shelf), size=RULES.size, secret=chance(32))
        new.save(force_insert=True)
        kept.append(new)
    return kept


def _hold_tenant(tenant_id: uuid.UUID) -> None:
    from mikra.server.store.tenants import Tenant

    Tenant._default_manager.select_for_update(no_key=True).get(pk=tenant_id)


def mark(places: Mapping[tuple[int, int], int], at: dt.datetime) -> None:
    """Writes (list, place) -> value; VALID takes the mark away. The lists are to be published. Inside `work()`."""
    by_list: dict[int, dict[int, int]] = {}
    for (number, index), value in places.items():
        by_list.setdefault(number, {})[index] = value
    for number in sorted(by_list):
        wanted = by_list[number]
        for piece in _pieces(sorted(wanted)):
            bulk.remove(StatusMark._default_manager.filter(list_id=number, index__in=piece))
        fresh = [(number, index, value, at) for index, value in wanted.items() if value]
        bulk.insert(StatusMark, ("list_id", "index", "value", "at"), fresh)
        changed = StatusList._default_manager.filter(number=number)
        changed.update(version=models.F("version") + 1, dirty=Coalesce("dirty", models.Value(at)))


def all_due(tenant_id: uuid.UUID, at: dt.datetime) -> None:
    """Every list of a tenant is to be published anew, as it is sealed under another key from now on."""
    rows = StatusList._default_manager.filter(tenant_id=tenant_id)
    rows.update(version=models.F("version") + 1, dirty=Coalesce("dirty", models.Value(at)))


def _pieces(indexes: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(indexes), 500):
        yield indexes[start : start + 500]


def marks_of(number: int) -> dict[int, list[int]]:
    """Value -> places of a list, for `status.table.pack`."""
    found: dict[int, list[int]] = {}
    for index, value in StatusMark._default_manager.filter(list_id=number).values_list("index", "value"):
        found.setdefault(value, []).append(index)
    return found
