"""`mikra reconcile`: after a backup was restored, what may have happened since is made harmless; then issuing goes on.

1. status lists: what the last published ones say is withdrawn is withdrawn here too; a list can take away, never give
2. every list that was open is closed, and new ones begin with numbers far beyond any that can have been given
3. batches that were being sealed are paused: a person looks, and goes on, or cancels; what was intended for their rows
   is forgotten, as those places may have been sealed since
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, models

from mikra import base64url, strictjson
from mikra.errors import ConflictError, InputError
from mikra.server.actions.audit import Line, note_all
from mikra.server.actions.work import work
from mikra.server.store.awards import Award
from mikra.server.store.batches import Batch, BatchRow
from mikra.server.store.status import StatusList, StatusMark
from mikra.server.store.tenants import Tenant
from mikra.status import token
from mikra.status.table import Value

SKIP = 1_000
"""Numbers of lists left free: more than any institution opens between two backups."""

PAUSED = "A backup was restored: rows may have been sealed since it was made. Compare with the receipt, then go on."
WHY = "Withdrawn before a backup was restored; the reason is in the audit trail of that time."

_STATES = {Value.INVALID: Award.State.REVOKED, Value.SUSPENDED: Award.State.SUSPENDED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """What was done, in counts."""

    tenants: int
    closed: int
    withdrawn: int
    paused: int


def reconcile(published: Iterable[bytes], *, nothing_withdrawn: bool, reason: str, at: dt.datetime) -> Reconciled:
    """`published`: the last status lists as the world saw them (status list tokens).

    Without one for every list, `nothing_withdrawn` must say that none is known to have changed.
    InputError, ConflictError.
    """
    if not reason.strip():
        raise InputError("Say why.", where="reason", fix="One sentence, for the audit trail.", code="reason_missing")
    told = dict(_told(one) for one in published)
    with work():
        blocked = list(Tenant._default_manager.select_for_update().exclude(issuing_blocked=""))
        if not blocked:
            raise ConflictError("Nothing is blocked here.", code="nothing_to_do")
        lists = list(StatusList._default_manager.select_for_update().filter(tenant__in=blocked))
        lacking = [str(one.number) for one in lists if _address(one) not in told]
        if lacking and not nothing_withdrawn:
            raise InputError(
                "Something may have been withdrawn since that backup, and would become valid again.",
                found=f"lists without their last publication: {', '.join(lacking[:10])}",
                fix="Name the files of the last published lists, or say --nothing-withdrawn where you know it.",
                code="lists_missing",
            )
        withdrawn = sum(_withdraw(one, told.get(_address(one), {}), at) for one in lists)
        _begin_anew(lists, at)
        paused = Batch._default_manager.filter(
            tenant__in=blocked, state__in=(Batch.State.SEALING, Batch.State.SCHEDULED)
        ).update(state=Batch.State.PAUSED, problem=PAUSED)
        _forget_intentions(blocked)
        for tenant in blocked:
            detail: dict[str, Any] = {"blocked": tenant.issuing_blocked, "nothing_withdrawn": nothing_withdrawn}
            line = Line(verb="backup.reconciled", subject=f"tenant:{tenant.id}", reason=reason, detail=detail)
            note_all(tenant, "operator", [line], at)
        Tenant._default_manager.filter(pk__in=[one.pk for one in blocked]).update(issuing_blocked="")
    return Reconciled(tenants=len(blocked), closed=len(lists), withdrawn=withdrawn, paused=paused)


def _forget_intentions(blocked: list[Tenant]) -> None:
    """Rows whose award id and place were fixed before the backup: both may be in use since, and even withdrawn."""
    BatchRow._default_manager.filter(tenant__in=blocked, state=BatchRow.State.INTENT).update(
        state=BatchRow.State.READY, slot=None, award_stem="", list_number=None, list_index=None
    )


def _told(published: bytes) -> tuple[str, dict[int, int]]:
    """Address -> places that are not valid, of a published token. Its seal is no matter: it can only take away."""
    try:
        _, claims, _ = published.decode("ascii").strip().split(".")
        given = strictjson.parse(base64url.decode(claims))
    except ValueError as error:
        raise InputError(
            "This is no published status list.",
            found=published[:20].decode("ascii", "replace"),
            expected="a status list token, as it is served under .../status/NUMBER/token",
        ) from error
    if not isinstance(given, dict):
        raise InputError("This is no published status list.", expected="a status list token")
    found = token.read_claims(given)
    return found.subject, dict(_values(found))


def _values(found: token.TokenList) -> Iterator[tuple[int, int]]:
    """(place, value) of all that are not valid (draft-ietf-oauth-status-list, 4.1: least significant bits first)."""
    each, mask = 8 // found.bits, (1 << found.bits) - 1
    for number, byte in enumerate(found.packed):
        if byte:
            for place in range(each):
                if value := byte >> place * found.bits & mask:
                    yield number * each + place, value


def _address(one: StatusList) -> str:
    """`sub` of its token."""
    return f"{one.address}/{one.number}/token"


def _withdraw(one: StatusList, values: dict[int, int], at: dt.datetime) -> int:
    known = set(StatusMark._default_manager.filter(list=one).values_list("index", flat=True))
    new = {index: value for index, value in values.items() if index not in known and value in set(Value)}
    marks = [StatusMark(list=one, index=index, value=value, at=at) for index, value in new.items()]
    StatusMark._default_manager.bulk_create(marks, batch_size=500)
    for value, state in _STATES.items():
        places = [index for index, found in new.items() if found == value]
        for start in range(0, len(places), 500):
            Award._default_manager.filter(list_number=one.number, list_index__in=places[start : start + 500]).update(
                state=state, changed=at, reason=WHY
            )
    return len(marks)


def _begin_anew(lists: list[StatusList], at: dt.datetime) -> None:
    """Closes all, wants all published again, and leaves numbers free that others may have seen."""
    if not lists:
        return
    changes: dict[str, Any] = {"open": False, "dirty": at}
    if any(field.name == "version" for field in StatusList._meta.get_fields()):
        changes["version"] = models.F("version") + 1
    StatusList._default_manager.filter(pk__in=[one.pk for one in lists]).update(**changes)
    top = StatusList._default_manager.order_by("-number").values_list("number", flat=True).first() or 0
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT setval(pg_get_serial_sequence('status_list', 'number'), %s)", [top + SKIP])
        else:
            cursor.execute("UPDATE sqlite_sequence SET seq = %s WHERE name = 'status_list'", [top + SKIP])
