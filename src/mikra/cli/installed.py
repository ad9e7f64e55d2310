"""The installation that a command of the service is about: its folder, its database; Django made ready for it."""

from __future__ import annotations

import os
from importlib import util
from pathlib import Path
from typing import Annotated

import typer

from mikra import messages
from mikra.cli.output import console
from mikra.errors import UnavailableError

Home = Annotated[
    str, typer.Option("--home", help="Folder of the installation; else $MIKRA_HOME, else mikra-data.", metavar="DIR")
]
Database = Annotated[
    str,
    typer.Option(
        "--database", help="postgresql://USER@HOST/NAME; else what mikra.toml says, else SQLite.", metavar="ADDRESS"
    ),
]


def tell(key: str, language: str, /, **values: object) -> str:
    """A sentence of the commands that run the service."""
    return messages.text(f"service.{key}", language, **values)


def choose(home: str, database: str = "", *, new: bool = False, **others: str) -> Path:
    """Names the installation for this process and its children; its folder. `new`: it need not be there yet.

    UnavailableError without the extra, or where there is no installation.
    """
    if util.find_spec("django") is None or util.find_spec("granian") is None:
        raise UnavailableError(
            "The service is not part of this installation.",
            expected="the extra server",
            fix="pip install mikra[server]",
            code="extra_missing",
        )
    folder = Path(home or os.environ.get("MIKRA_HOME") or "mikra-data").absolute()
    if not new:
        _present(folder)
    os.umask(0o077)  # whatever is made is for the user who runs the service, and for nobody else
    os.environ["MIKRA_HOME"] = str(folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "mikra.server.settings"
    for name, value in {"database": database, **others}.items():
        if value:
            os.environ[f"MIKRA_{name.upper()}"] = value
    return folder


def open_service() -> None:
    """Django, for the installation that was chosen."""
    import django

    from mikra.server import logs

    logs.configure()
    django.setup()


def _present(folder: Path) -> None:
    """UnavailableError where there is no installation yet."""
    if not (folder / "mikra.toml").exists() and not (folder / "keys").exists():
        raise UnavailableError(
            "There is no installation in this folder.",
            where=str(folder),
            fix="Name its folder with --home, or begin one: mikra serve --home DIR.",
            code="not_found",
        )


def keep_keys(home: str, output: Path, secret: str, language: str) -> None:
    """All keys of an installation in one encrypted file."""
    folder = choose(home)
    from mikra.server.backup.keys_file import export_keys
    from mikra.server.installation import read_installation

    names = export_keys(read_installation(folder, {}), output, secret)
    console().print(f"[green]✓[/] {tell('keys_exported', language, count=len(names))}")


def put_keys_back(file: Path, home: str, secret: str, language: str) -> None:
    """The keys of such a file, where they are missing."""
    folder = choose(home, new=True)
    from mikra.server.backup.keys_file import import_keys
    from mikra.server.installation import read_installation

    names = import_keys(read_installation(folder, {}), file, secret)
    console().print(f"[green]✓[/] {tell('keys_imported', language, count=len(names))}")
