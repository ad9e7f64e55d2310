"""Where one installation keeps its things, and what its operator decided: the only reader of the environment.

MIKRA_HOME/
  mikra.toml         what the operator decided (every member of `Installation` that is a choice)
  mikra.sqlite3      the database, where no other is named
  keys/              data.key (encrypts personal data), session.key, and seal keys, each encrypted
  signer/            the plan and the socket of the signer
  mail/              letters of the demonstration, and of whoever has no mail server yet
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass, field, fields
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

from mikra.errors import InputError

HOME, DATABASE = "MIKRA_HOME", "MIKRA_DATABASE"


class Mode(StrEnum):
    """DEMONSTRATION: everything may be tried. DEVELOPMENT: plain http on this machine. PRODUCTION: https alone."""

    DEMONSTRATION = "demonstration"
    DEVELOPMENT = "development"
    PRODUCTION = "production"


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """`origin` is the address under which the world sees this service; `database` empty means SQLite in `home`.

    `mail` is `folder:` (letters as files in `home`/mail) or `smtp://[user@]host[:port]` or `smtps://...`; the password
    of mail stands in the file `mail_password_file`.
    """

    home: Path
    mode: Mode = Mode.PRODUCTION
    origin: str = "http://127.0.0.1:8000"
    database: str = ""
    mail: str = "folder:"
    mail_from: str = ""
    mail_password_file: str = ""
    mailbox: str = ""
    timestamps: str = ""
    operator: str = ""
    languages: tuple[str, ...] = ("en", "ro", "bg", "cs", "lt")
    trusted_proxies: tuple[str, ...] = field(default=())
    metrics_token_file: str = ""

    @property
    def secure(self) -> bool:
        """Whether browsers come by https alone."""
        return self.origin.startswith("https://")

    @property
    def keys(self) -> Path:
        return self.home / "keys"

    @property
    def signer_plan(self) -> Path:
        return self.home / "signer" / "plan.toml"

    @property
    def signer_socket(self) -> Path:
        return self.home / "signer" / "signer.sock"

    def key_address(self, kept: str) -> str:
        """The address of a key as `key_addresses` takes it: `signer:#NAME` is a key of this installation's signer."""
        return kept.replace("signer:#", f"signer:{self.signer_socket}#", 1) if kept.startswith("signer:#") else kept

    @property
    def sqlite(self) -> Path:
        return self.home / "mikra.sqlite3"


_CHOICES = {one.name for one in fields(Installation)} - {"home"}


def read_installation(home: Path, environment: dict[str, str]) -> Installation:
    """What stands in `home`/mikra.toml; MIKRA_* of the environment comes first. InputError for what is no choice."""
    file = home / "mikra.toml"
    try:
        given: dict[str, Any] = tomllib.loads(file.read_text("utf-8")) if file.exists() else {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError("This file cannot be read.", where=str(file), found=str(error)[:120]) from error
    for name in _CHOICES:
        if value := environment.get(f"MIKRA_{name.upper()}"):
            given[name] = value.split(",") if name in ("languages", "trusted_proxies") else value
    if unknown := sorted(set(given) - _CHOICES):
        raise InputError(
            "This is nothing that can be decided here.",
            where=str(file),
            found=", ".join(unknown),
            expected=", ".join(sorted(_CHOICES)),
        )
    return Installation(home=home, **_typed(given, file))


def _typed(given: dict[str, Any], file: Path) -> dict[str, Any]:
    typed: dict[str, Any] = {}
    for name, value in given.items():
        if name in ("languages", "trusted_proxies"):
            if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
                raise InputError("This is no list of texts.", where=f"{file}: {name}", found=repr(value)[:80])
            typed[name] = tuple(value)
        elif not isinstance(value, str):
            raise InputError("This is no text.", where=f"{file}: {name}", found=repr(value)[:80])
        else:
            typed[name] = value
    if "mode" in typed:
        if typed["mode"] not in set(Mode):
            raise InputError("There is no such mode.", found=typed["mode"], expected=", ".join(Mode))
        typed["mode"] = Mode(typed["mode"])
    return typed


@lru_cache(maxsize=1)
def installation() -> Installation:
    """The installation of this process."""
    return read_installation(Path(os.environ.get(HOME, "mikra-data")).absolute(), dict(os.environ))
