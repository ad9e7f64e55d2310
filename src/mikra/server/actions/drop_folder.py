"""The drop folder: a class list that another system lays down becomes a batch, which waits for a person.

    HOME/drop/TENANT/EDITION/in         files are laid here: CSV, XLSX, or a OneRoster export (ZIP)
                             done       read; a report (JSON) beside each: the batch, rows by state
                             failed     not read; the report says why

A file is read once its size and time have not changed for `SETTLED`; names that begin with a dot or end in .part or
.tmp are still being written. The same content is never read twice for one edition. Files that were read are removed
after `KEPT`: they hold names. `open_folder` makes the folders; the name of the edition's folder is its id.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from mikra.adapters.clock import now
from mikra.errors import ConflictError, InputError, MikraError
from mikra.issuance.roster.oneroster import is_oneroster, read_oneroster
from mikra.server.actions import audit, batches, batches_approval, batches_lists, rows
from mikra.server.actions.batches_design import columns_of
from mikra.server.actions.tenant_settings import settings_of
from mikra.server.actions.work import work
from mikra.server.installation import installation
from mikra.server.rights import Actor, Right
from mikra.server.store.api import DroppedFile
from mikra.server.store.batches import Batch
from mikra.server.store.designs import Edition
from mikra.server.store.held import held
from mikra.server.store.tenants import Tenant

SETTLED = dt.timedelta(seconds=10)
KEPT = dt.timedelta(days=30)
MOST = 500_000_000
_UNFINISHED = (".part", ".tmp", ".crdownload", ".filepart")


def root() -> Path:
    """Where all folders stand."""
    return installation().home / "drop"


def open_folder(actor: Actor, edition_id: uuid.UUID | str) -> Path:
    """Makes the folders of an edition; where they are already, nothing changes."""
    actor.need(Right.CONNECT)
    edition = Edition.get(actor.tenant, edition_id)
    folder = root() / actor.tenant.slug / str(edition.id)
    fresh = not folder.is_dir()
    for name in ("in", "done", "failed"):
        (folder / name).mkdir(parents=True, exist_ok=True, mode=0o750)
    if fresh:
        with work():
            audit.note(actor, audit.Line(verb="folder.opened", subject=f"edition:{edition.id}"))
    return folder


def read_due(at: dt.datetime | None = None) -> bool:
    """The task `drop-folder`: reads the next file that is whole; whether there is more at once."""
    moment = at or now()
    with held("drop-folder") as ours:
        if not ours:
            return False
        for tenant, edition, folder in _folders():
            _forget(folder, moment)
            for file in sorted((folder / "in").iterdir()):
                if _is_whole(file, moment):
                    _take(tenant, edition, folder, file, moment)
                    return True
    return False


def _folders() -> Iterator[tuple[Tenant, Edition, Path]]:
    """Folders of editions that exist; whatever else lies there is left alone."""
    for tenant in Tenant._default_manager.filter(closed=None).order_by("slug"):
        here = root() / tenant.slug
        if not here.is_dir():
            continue
        for folder in sorted(here.iterdir()):
            edition = Edition.of(tenant).filter(pk=_id(folder.name)).first()
            if edition is not None and (folder / "in").is_dir():
                yield tenant, edition, folder


def _id(name: str) -> uuid.UUID:
    try:
        return uuid.UUID(name)
    except ValueError:
        return uuid.UUID(int=0)


def _is_whole(file: Path, at: dt.datetime) -> bool:
    if file.name.startswith(".") or file.name.lower().endswith(_UNFINISHED) or file.is_symlink() or not file.is_file():
        return False
    return at.timestamp() - file.stat().st_mtime >= SETTLED.total_seconds()


def _take(tenant: Tenant, edition: Edition, folder: Path, file: Path, at: dt.datetime) -> None:
    try:
        batch = _read(tenant, edition, file)
        told: dict[str, Any] = {"batch": str(batch.id), "state": batch.state, "rows": batches.counts_of(batch)}
        place = folder / "done"
    except MikraError as error:
        names = ("code", "message", "where", "found", "expected", "fix")
        told = {name: getattr(error, name) for name in names if getattr(error, name)}
        place = folder / "failed"
    stem = f"{at:%Y%m%dT%H%M%S}-{file.name}"
    _write(place / f"{stem}.report.json", orjson.dumps(told, option=orjson.OPT_INDENT_2))
    os.replace(file, place / stem)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
    path.write_bytes(content)


def _read(tenant: Tenant, edition: Edition, file: Path) -> Batch:
    """The batch of a file: with its rows, or not at all."""
    size = file.stat().st_size
    if size > MOST:
        raise InputError("This file is too large.", found=f"{size} bytes", expected=f"{MOST}", code="too_large")
    data = file.read_bytes()
    digest = hashlib.sha256(data).digest()
    actor = _actor(tenant)
    batch = _begun(actor, edition, digest)
    try:
        _fill(actor, batch, edition, data, file.suffix.lower())
    except MikraError:
        with work():
            DroppedFile.of(tenant).filter(edition=edition, digest=digest).delete()
            batches_approval.cancel(actor, batch.id)
        raise
    batch.refresh_from_db()
    return _sealed(actor, batch)


def _begun(actor: Actor, edition: Edition, digest: bytes) -> Batch:
    """The batch of this content; the same again where a worker died before it was filled. ConflictError: was read."""
    with work():
        Edition.get(actor.tenant, edition.id, lock=True)
        rows_of = DroppedFile.of(actor.tenant).select_related("batch").filter(edition=edition, digest=digest)
        known = rows_of.first()
        if known is not None:
            if known.batch is not None and known.batch.state == Batch.State.WHO:
                return known.batch
            raise ConflictError(
                "This file was read before.",
                found=f"batch {known.batch_id}",
                fix="Nothing is to be done. To award once more, change the list.",
                code="file_known",
            )
        batch = batches.begin(actor, edition.id, source="folder")
        DroppedFile(tenant=actor.tenant, edition=edition, digest=digest, batch=batch).save(force_insert=True)
    return batch


def _fill(actor: Actor, batch: Batch, edition: Edition, data: bytes, suffix: str) -> None:
    if is_oneroster(data):
        known = {one.name for one in columns_of(edition)}
        found = read_oneroster(data).learners
        given = [{name: value for name, value in one.items() if name in known} for one in found]
        batches_lists.give(actor, batch, given)
    else:
        rows.take_list(actor, batch.id, data, f"list{suffix}")


def _actor(tenant: Tenant) -> Actor:
    """The folder itself: it prepares, and seals only where the institution says so."""
    rights = {Right.VIEW, Right.PREPARE} | ({Right.SEAL} if settings_of(tenant).folder_seals else set())
    return Actor(tenant=tenant, name="folder", rights=frozenset(rights), language=tenant.language)


def _sealed(actor: Actor, batch: Batch) -> Batch:
    """Approved where the institution lets the folder seal, and every row is ready; else it waits for a person."""
    counts = batches.counts_of(batch)
    if not actor.may(Right.SEAL) or counts.ready != counts.total or not counts.total:
        return batch
    try:
        return batches_approval.approve(actor, batch.id, sentence=batches_approval.sentence(actor, batch.id))
    except MikraError:
        return batch  # four eyes, a stop: a person looks at it


def _forget(folder: Path, at: dt.datetime) -> None:
    """Removes what was read long ago; reports too."""
    for name in ("done", "failed"):
        for file in (folder / name).glob("*"):
            if file.is_file() and at.timestamp() - file.stat().st_mtime > KEPT.total_seconds():
                file.unlink(missing_ok=True)
