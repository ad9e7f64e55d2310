"""`mikra restore`: an empty installation is filled from a backup, and does not issue until it was reconciled.

1. the backup is looked at whole, before anything is touched
2. its tables are made as they were, then filled; a newer Mikra brings them up to date afterwards
3. who was erased since is erased again
4. nothing is issued, and no status list is shown, until `mikra reconcile` (BAR, R10)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from mikra.errors import ConflictError
from mikra.server.actions import erasure_list
from mikra.server.actions.erasure_list import Erasure
from mikra.server.backup import snapshot
from mikra.server.backup.archive import Reader
from mikra.server.backup.take import ERASURES, fingerprint
from mikra.server.database_state import State, state_of_database
from mikra.server.installation import Installation
from mikra.server.store.status import Published
from mikra.server.store.tenants import Tenant

BLOCKED = "Restored from a backup of {at}. mikra reconcile lets issuing go on."


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What came of it. `missing` names keys that are not here yet."""

    about: dict[str, Any]
    erased_again: int
    missing: tuple[str, ...]


def restore(of: Installation, file: Path, lists: Iterable[Path] = ()) -> Restored:
    """Fills the empty database of this installation. `lists`: further lists of erasures. InputError, ConflictError."""
    reader = Reader(file)
    reader.check()
    _fits(reader)
    if state_of_database() is not State.NEW:
        raise ConflictError(
            "There is a database here already, and it is never written over.",
            fix="Restore into a new folder (--home DIR) or an empty database, and let the service use that one.",
            code="not_empty",
        )
    if reader.about["kind"] == "postgresql":
        _migrate(reader.about["migrations"])
    snapshot.put_back(of, reader)
    call_command("migrate", verbosity=0, interactive=False)
    _prepare_queue()
    erased = erasure_list.replay(_erasures(of, reader, file, lists))
    Tenant._default_manager.update(issuing_blocked=BLOCKED.format(at=reader.about["at"][:16].replace("T", " ")))
    Published._default_manager.all().delete()
    return Restored(about=reader.about, erased_again=erased, missing=missing_keys(of, reader.about["keys"]))


def _fits(reader: Reader) -> None:
    """ConflictError where the backup is of a newer Mikra, or of the other kind of database."""
    nodes = MigrationExecutor(connection).loader.graph.nodes
    unknown = [f"{app}.{name}" for app, name in reader.about["migrations"] if (app, name) not in nodes]
    if unknown:
        raise ConflictError(
            "This backup was made by a newer version of Mikra.",
            found=", ".join(unknown[:3]),
            fix=f"Install Mikra {reader.about['version']} or newer.",
            code="backup_newer",
        )
    if reader.about["kind"] != connection.vendor:
        raise ConflictError(
            "This backup is of the other kind of database.",
            found=reader.about["kind"],
            expected=connection.vendor,
            fix="Restore it into the same kind: --database postgresql://... , or none for SQLite.",
            code="other_database",
        )


def _migrate(migrations: list[list[str]]) -> None:
    """Tables as they were when the backup was made: each app to the last of its migrations there."""
    loader = MigrationExecutor(connection).loader
    applied = {(app, name) for app, name in migrations}
    for app in sorted({app for app, _ in applied}):
        ends = [node for node in loader.graph.leaf_nodes(app) if node in applied]
        last = ends[0] if ends else max(node for node in applied if node[0] == app)
        call_command("migrate", *last, verbosity=0, interactive=False)


def _prepare_queue() -> None:
    from mikra.server.processes.start import migrate

    migrate()


def _erasures(of: Installation, reader: Reader, file: Path, lists: Iterable[Path]) -> list[Erasure]:
    """Every list at hand, merged into that of this installation."""
    inside = of.home / ".restored-erasures.jsonl"
    if reader.has(ERASURES):
        inside.write_bytes(b"".join(reader.pieces(ERASURES)))
    found = [erasure_list.file_of(of), inside, file.parent / ERASURES, *lists]
    merged = {(one.kind, one.id): one for source in found for one in erasure_list.read(source)}
    inside.unlink(missing_ok=True)
    known = {(one.kind, one.id) for one in erasure_list.read(erasure_list.file_of(of))}
    for key, one in merged.items():
        if key not in known:
            erasure_list.append(one.kind, [one.id], one.at)
    return list(merged.values())


def missing_keys(of: Installation, needed: dict[str, Any]) -> tuple[str, ...]:
    """Names of keys that the service needs and does not find here."""
    missing = []
    data = of.keys / "data.key"
    if needed["data"] and (not data.exists() or fingerprint(data.read_bytes()) != needed["data"]):
        missing.append(f"data.key ({needed['data']})")
    planned = of.signer_plan.read_text("utf-8") if of.signer_plan.exists() else ""
    missing += [one["name"] for one in needed["seals"] if f"[keys.{one['name']}]" not in planned]
    return tuple(missing)
