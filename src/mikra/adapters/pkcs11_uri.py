"""RFC 7512: the address of a key on a token, as people give it on a command line.

pkcs11:token=Seal;object=zed-2026?module-path=/usr/lib/softhsm/libsofthsm2.so
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from mikra.errors import InputError

SCHEME = "pkcs11:"
_PATH = frozenset({"token", "object", "type", "manufacturer", "model", "serial"})
_QUERY = frozenset({"module-path"})
_EXAMPLE = "pkcs11:token=LABEL;object=LABEL?module-path=/path/to/module.so"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyAddress:
    """Which module, which token, which key on it; `token` and `key` are labels."""

    module: Path
    token: str
    key: str


def is_key_address(text: str) -> bool:
    """Whether this means a key on a token rather than a file."""
    return text.startswith(SCHEME)


def read_key_address(text: str) -> KeyAddress:
    """The parts of the address. InputError for one that lacks a part, has it twice, or carries a PIN."""
    path, _, query = text.removeprefix(SCHEME).partition("?")
    given = _members(path, ";", _PATH) | _members(query, "&", _QUERY)
    missing = [name for name in ("token", "object", "module-path") if not given.get(name)]
    if missing:
        raise _refused(f"no {', no '.join(missing)}")
    return KeyAddress(module=Path(given["module-path"]), token=given["token"], key=given["object"])


def _members(text: str, separator: str, known: frozenset[str]) -> dict[str, str]:
    members: dict[str, str] = {}
    for part in filter(None, text.split(separator)):
        name, equals, value = part.partition("=")
        if name.startswith("pin-"):
            raise InputError(
                "A PIN does not belong into the address of a key: others can read it there.",
                where=name,
                fix="Leave it out; give it by --password-file, or when asked.",
            )
        if not equals or name not in known or name in members:
            raise _refused(part)
        members[name] = unquote(value, errors="strict")
    return members


def _refused(found: str) -> InputError:
    return InputError(
        "This is not the address of a key on a token.", where="--key", found=found, expected=_EXAMPLE, fix="Correct it."
    )
