"""Publishing status lists: sealed under the key made for that, within seconds of a decision, and anew before they end.

One table, three files: the W3C list of what is withdrawn, that of what is suspended, and the IETF token of both, which
is sealed under the key for wallets, where the institution has one. What
was published last is served until there is something newer, whatever is down (`Published`).
"""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from collections.abc import Collection, Mapping, Sequence

from django.db.models import F, Q, QuerySet

from mikra.adapters.clock import now
from mikra.errors import MikraError, NotFoundError
from mikra.issuance import status_lists
from mikra.issuance.compose import instant
from mikra.issuance.status_lists import Publisher
from mikra.sealing.keys import Signer
from mikra.server.actions import seal_keys, wallet_keys
from mikra.server.actions.status_places import base_of
from mikra.server.actions.work import work
from mikra.server.store.awards import Award
from mikra.server.store.copies import awards_at
from mikra.server.store.status import Published, StatusList, StatusMark, marks_of
from mikra.server.store.tenants import SealKey, Tenant
from mikra.status.indexes import Change, Place
from mikra.status.table import Value, pack
from mikra.trust import certificates

log = logging.getLogger("mikra.jobs")

VALID = dt.timedelta(hours=24)
RENEWED = dt.timedelta(hours=12)
"""A list is published anew when it counts for less than this, so that half a day may be lost."""

ENCODINGS = ("revocation", "suspension", "token")
TOMBSTONES = 200
"""Sealed in one go."""


def publish_due(at: dt.datetime | None = None) -> bool:
    """Publishes one list that has to be; whether there was one. One that cannot be sealed keeps no other back.

    Raises what kept lists from being sealed only where none was published.
    """
    moment = at or now()
    failed: MikraError | None = None
    for row in _due(moment):
        try:
            _publish(row, moment)
        except MikraError as error:
            failed = failed or error
        else:
            return True
    if failed:
        raise failed
    return False


def publish_first(tenants: Collection[uuid.UUID], at: dt.datetime | None = None) -> None:
    """The lists of these institutions that nobody can read yet: before anybody is given a credential that names one.

    One that cannot be sealed keeps nothing back here: the task `status` tries it again, and tells.
    """
    public = Published._default_manager.filter(encoding=ENCODINGS[-1]).values("list_id")
    rows = StatusList._default_manager.select_related("tenant").filter(
        tenant_id__in=tenants, tenant__issuing_blocked=""
    )
    _published_now(rows.exclude(number__in=public), at or now())


_PUBLIC: set[tuple[uuid.UUID, int]] = set()
"""Lists that this process has seen published: what was, stays."""
MOST_KNOWN = 10_000


def are_public(tenant_id: uuid.UUID, numbers: Collection[int]) -> bool:
    """Whether all these lists of an institution can be read: asked once of each."""
    unknown = [one for one in numbers if (tenant_id, one) not in _PUBLIC]
    if unknown:
        found = Published.of(tenant_id).filter(list_id__in=unknown, encoding=ENCODINGS[-1])
        if len(_PUBLIC) > MOST_KNOWN:
            _PUBLIC.clear()
        _PUBLIC.update((tenant_id, one) for one in found.values_list("list_id", flat=True))
    return all((tenant_id, one) in _PUBLIC for one in numbers)


def publish_again(tenant: Tenant, at: dt.datetime | None = None) -> None:
    """Every list of an institution, as it is sealed under another key from now on: before anybody looks into one."""
    rows = StatusList._default_manager.select_related("tenant").filter(tenant=tenant, tenant__issuing_blocked="")
    _published_now(rows, at or now())


def _published_now(rows: QuerySet[StatusList], moment: dt.datetime) -> None:
    for row in rows.order_by("number"):
        try:
            _publish(row, moment)
        except MikraError as error:
            log.warning("refused", extra={"task": "status", "code": error.code, "kind": type(error).__name__})


def _due(moment: dt.datetime) -> Sequence[StatusList]:
    """Lists with decisions that are not public yet, the oldest decision first; then those that end soon, or are new."""
    fresh = Published._default_manager.filter(encoding=ENCODINGS[-1], until__gte=moment + RENEWED)
    wanted = Q(dirty__isnull=False) | ~Q(number__in=fresh.values("list_id"))
    wanted &= Q(tenant__issuing_blocked="")  # after a restore it is not known yet what is withdrawn
    rows = StatusList._default_manager.select_related("tenant").filter(wanted)
    return list(rows.order_by(F("dirty").asc(nulls_last=True), "number"))


def _publish(row: StatusList, moment: dt.datetime) -> None:
    """Tombstones first, as a list comes after what its places refer to."""
    publisher = Publisher(signer=_signer(row), valid=VALID)
    with work():
        version = StatusList._default_manager.values_list("version", flat=True).get(pk=row.number)
        marks = marks_of(row.number)
    base = base_of(row.number)
    _seal_tombstones(row, publisher, base, moment)
    table = pack(row.size, marks)
    files = status_lists.bitstrings(publisher, table, base, moment)
    try:
        tokens = _of_tokens(row, publisher, moment)
        files["token"] = status_lists.list_token(tokens, table, base, moment)
    except MikraError:
        _keep(row, files, version, moment)  # one key that cannot seal keeps no other list back
        raise
    _keep(row, files, version, moment)


def _of_tokens(row: StatusList, publisher: Publisher, moment: dt.datetime) -> Publisher:
    """Who seals the token: a wallet takes it under the authority of its own copy alone, so a key for wallets does."""
    key = wallet_keys.for_lists(row.tenant, moment)
    return publisher if key is None else Publisher(signer=seal_keys.signer_of(key), valid=VALID)


def _keep(row: StatusList, files: Mapping[str, bytes], version: int, moment: dt.datetime) -> None:
    """The list is public. Without its token it stays due."""
    with work():
        locked = StatusList._default_manager.select_for_update(no_key=True).get(pk=row.number)
        newer = Published._default_manager.filter(list=locked, version__gt=version).exists()
        if not newer:
            for encoding, content in files.items():
                Published._default_manager.update_or_create(
                    list=locked,
                    encoding=encoding,
                    defaults={
                        "tenant_id": locked.tenant_id,
                        "content": content,
                        "at": moment,
                        "until": moment + VALID,
                        "version": version,
                    },
                )
        if locked.version == version and "token" in files:
            locked.dirty = None
            locked.save(update_fields=("dirty",))


def _signer(row: StatusList) -> Signer:
    """The status key of the issuer whose credentials stand in the list."""
    keys = SealKey.of(row.tenant_id).filter(use=SealKey.Use.STATUS, retired=None, compromised=None)
    for key in keys.order_by("-created"):
        if certificates.read(bytes(key.certificate)).organization_identifier == row.issuer:
            return seal_keys.signer_of(key)
    raise NotFoundError(
        "There is no key for the status lists of this issuer.",
        found=row.issuer,
        fix="Ask an administrator to add one on the page Keys and seals.",
        code="key_missing",
    )


def _seal_tombstones(row: StatusList, publisher: Publisher, base: str, moment: dt.datetime) -> None:
    while True:
        lacking = StatusMark._default_manager.filter(list=row, value=Value.INVALID, tombstone=None).order_by("index")
        marks = list(lacking[:TOMBSTONES])
        if not marks:
            return
        known = awards_at(row.number, [one.index for one in marks])
        sealed = {
            one.pk: publisher.tombstone(Place(base, one.index), _change(one, known.get(one.index)), moment)
            for one in marks
        }
        with work():
            for pk, content in sealed.items():
                StatusMark._default_manager.filter(pk=pk).update(tombstone=content)


def _change(mark: StatusMark, award: Award | None) -> Change:
    """What is said of a withdrawn credential: when, why, what took its place; by the issuer, not by a person."""
    successor = getattr(award, "successor", None) if award else None
    return Change(
        value=Value.INVALID,
        at=instant(mark.at),
        why=award.reason if award else "",
        successor=credential_id(successor) if successor else "",
    )


def credential_id(award: Award) -> str:
    """The id of the credential of an award: that of its award with the number of the credential's own node."""
    return f"urn:credential:{str(award.id)[:-2]}00"
