"""A database of the service with its tables and nothing in it: made once a machine, copied to where a process begins.

The whole chain of migrations takes seconds of processor, and many tests start a service of their own. That the service
makes its tables itself is seen where nothing is copied: `tests/server/ops/test_serve.py`, `test_first_start.py`.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAME = "mikra.sqlite3"


def lay_tables(home: Path) -> Path:
    """Puts the database into this folder, which is made where it is missing; nothing is written over."""
    home.mkdir(parents=True, exist_ok=True)
    if not (home / NAME).exists():
        shutil.copyfile(_template(), home / NAME)
    return home


def _template() -> Path:
    """Of exactly these migrations. Imported here: where the core alone is tested, there is no service."""
    import django

    import mikra.server.store

    told = hashlib.sha256(f"{sys.executable} {django.__version__}".encode())
    for one in sorted((Path(mikra.server.store.__file__).parent / "migrations").glob("*.py")):
        told.update(one.read_bytes())
    kept = Path(tempfile.gettempdir()) / f"mikra-tables-{os.getuid()}-{told.hexdigest()[:16]}"
    kept.mkdir(exist_ok=True, mode=0o700)
    with (kept / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (kept / NAME).exists():
            with tempfile.TemporaryDirectory(dir=kept) as folder:
                _make(Path(folder))
                (Path(folder) / NAME).rename(kept / NAME)
    return kept / NAME


def _make(home: Path) -> None:
    around = {name: value for name, value in os.environ.items() if not name.startswith(("MIKRA_", "DJANGO_"))}
    around |= {"MIKRA_HOME": str(home), "MIKRA_MODE": "development", "DJANGO_SETTINGS_MODULE": "mikra.server.settings"}
    script = (
        "import django; django.setup()\n"
        "from django.core.management import call_command\n"
        "from django.db import connection\n"
        "call_command('migrate', verbosity=0)\n"
        "connection.cursor().execute('PRAGMA wal_checkpoint(TRUNCATE)')\n"
    )
    subprocess.run([sys.executable, "-c", script], env=around, cwd=ROOT, check=True, timeout=300)
