"""The machine under the service: its clock, its disk, its files, its database."""

from __future__ import annotations

import ctypes
import datetime as dt
import shutil
import stat
import sys

from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection, transaction
from django.utils.formats import date_format

from mikra.adapters.clock import now
from mikra.server import wallet_providers
from mikra.server.backup.record import last_backup
from mikra.server.database_state import State as Migrated
from mikra.server.database_state import state_of_database
from mikra.server.databases import check_durability
from mikra.server.health.finding import Finding, State
from mikra.server.installation import Installation, Mode
from mikra.server.store.work import Beat
from mikra.server.words import _, ngettext
from mikra.trust import certificates

TIGHT, FULL = 2_000_000_000, 300_000_000
"""Free bytes of the disk: below the first a warning, below the second SQLite and backups may fail."""

DRIFT = 5.0
"""Seconds between our clock and the database's that are no matter."""

BACKUP_AGE = dt.timedelta(hours=26)

_TIME_ERROR = 5
"""adjtimex(2): the clock is not synchronised."""


def database(of: Installation) -> Finding:
    """Whether it answers, keeps what it acknowledges, and is of this version."""
    title = _("Database")
    try:
        with transaction.atomic():
            check_durability(connection)
        migrated = state_of_database()
    except ImproperlyConfigured as error:
        said = _("It may lose what it acknowledged ({found}).").format(found=str(error).partition(": ")[2])
        fix = _("Set synchronous_commit, fsync and full_page_writes to on; of SQLite, use a local disk.")
        return Finding(id="database", title=title, state=State.BAD, said=said, fix=fix)
    except DatabaseError:
        said, fix = _("It does not answer, or takes nothing."), _("Check that it runs, its address, and its disk.")
        return Finding(id="database", title=title, state=State.BAD, said=said, fix=fix)
    if migrated is not Migrated.CURRENT:
        said = _("It is not of this version of Mikra.")
        return Finding(id="database", title=title, state=State.BAD, said=said, fix=_("Run: mikra upgrade"))
    kind = "PostgreSQL" if connection.vendor == "postgresql" else "SQLite"
    said = _("{kind} answers and keeps what it acknowledges.").format(kind=kind)
    return Finding(id="database", title=title, state=State.GOOD, said=said)


def clock(of: Installation) -> Finding:
    """Whether our time is the database's, runs forward, and is synchronised."""
    title, at = _("Clock"), now()
    fix = _("Turn on time synchronisation on this machine, for example: timedatectl set-ntp true")
    latest = Beat._default_manager.order_by("-at").values_list("at", flat=True).first()
    if latest and latest - at > dt.timedelta(seconds=DRIFT):
        said = _("The clock of this machine went back, or differs from that of another.")
        return Finding(id="clock", title=title, state=State.BAD, said=said, fix=fix)
    if abs((_database_time() - at).total_seconds()) > DRIFT:
        said = _("The clocks of this machine and of the database differ.")
        return Finding(id="clock", title=title, state=State.BAD, said=said, fix=fix)
    if synchronised() is False:
        said = _("Nothing keeps the clock of this machine right.")
        return Finding(id="clock", title=title, state=State.WARN, said=said, fix=fix)
    said = _("It is {time} UTC here and in the database.").format(time=f"{at:%H:%M}")
    return Finding(id="clock", title=title, state=State.GOOD, said=said)


def _database_time() -> dt.datetime:
    if connection.vendor != "postgresql":
        return now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]  # type: ignore[no-any-return]


def synchronised() -> bool | None:
    """What the kernel knows; None where it cannot be asked."""
    if not sys.platform.startswith("linux"):
        return None
    answer = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(512))
    return None if answer < 0 else answer != _TIME_ERROR


def disk(of: Installation) -> Finding:
    """Room where the installation lies."""
    free, title = shutil.disk_usage(of.home).free, _("Disk")
    said = _("{count} GB are free.").format(count=f"{free / 1e9:.1f}")
    fix = _("Make room on the disk of {folder}; old backups are the first to move.").format(folder=of.home)
    if free < FULL:
        return Finding(id="disk", title=title, state=State.BAD, said=said, fix=fix)
    return Finding(
        id="disk",
        title=title,
        state=State.WARN if free < TIGHT else State.GOOD,
        said=said,
        fix=fix if free < TIGHT else "",
    )


def files(of: Installation) -> Finding:
    """Keys and settings are their owner's alone."""
    title = _("Keys and settings")
    watched = [of.home / "mikra.toml", of.keys, *(of.keys.glob("*") if of.keys.is_dir() else ())]
    open_ones = [one.name for one in watched if one.exists() and stat.S_IMODE(one.stat().st_mode) & 0o077]
    if open_ones:
        said = _("Others on this machine can read: {names}.").format(names=", ".join(sorted(open_ones)[:5]))
        fix = _("Run: chmod -R go= {folder}").format(folder=of.home)
        return Finding(id="files", title=title, state=State.BAD, said=said, fix=fix)
    if of.mode is Mode.PRODUCTION and not of.secure:
        said = _("The service is not reached by https.")
        fix = _("Put a proxy with TLS before it, and write its address into mikra.toml: origin.")
        return Finding(id="files", title=title, state=State.WARN, said=said, fix=fix)
    return Finding(id="files", title=title, state=State.GOOD, said=_("Only their owner can read them."))


def backup(of: Installation) -> Finding:
    """How old the last backup is."""
    title, fix, found = _("Backup"), _("Run every night: mikra backup --to FILE"), last_backup(of)
    if found is None:
        return Finding(id="backup", title=title, state=State.WARN, said=_("There is no backup yet."), fix=fix)
    hours = int((now() - found) / dt.timedelta(hours=1))
    said = ngettext("The last one is {count} hour old.", "The last one is {count} hours old.", hours)
    late = now() - found > BACKUP_AGE
    said = said.format(count=hours) if hours < 72 else _("The last one is of {day}.").format(day=date_format(found))
    return Finding(
        id="backup", title=title, state=State.WARN if late else State.GOOD, said=said, fix=fix if late else ""
    )


def wallets(of: Installation) -> Finding:
    """Who vouches for wallets: files that hold no certificate, and certificates that end."""
    title = _("Providers of wallets")
    broken, found = wallet_providers.faults(), wallet_providers.anchors()
    fix = _("Put the provider's certificate into the folder wallet-providers again.")
    if broken:
        said = _("Files in which no certificate can be read: {names}.").format(names=", ".join(broken))
        return Finding(id="wallets", title=title, state=State.WARN, said=said, fix=fix)
    ended = [one.organization or one.common_name for one in map(certificates.read, found) if one.valid_to < now()]
    if ended:
        said = _("These certificates have ended: {names}.").format(names=", ".join(ended))
        return Finding(id="wallets", title=title, state=State.WARN, said=said, fix=fix)
    said = _("None is trusted: European wallets get nothing.")
    if found:
        said = ngettext("{count} certificate is trusted.", "{count} certificates are trusted.", len(found)).format(
            count=len(found)
        )
    return Finding(id="wallets", title=title, state=State.GOOD, said=said)
