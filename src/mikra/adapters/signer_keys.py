"""The keys of a signer, and the rules for each: what it may seal, how fast; and the switch that stops them all."""

from __future__ import annotations

import hashlib
import os
import time
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

from mikra.adapters.signer_kinds import Kind, kind_of
from mikra.errors import InputError, NotAllowedError, NotFoundError, UnavailableError
from mikra.sealing.keys import BatchSigner, DigestSigner, Signer

PER_MINUTE = 6_000
_MEMBERS = frozenset({"key", "password_file", "seals", "per_minute"})


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPlan:
    """One key as the file of the signer names it. `key` is an address (`key_addresses`)."""

    name: str
    key: str
    seals: frozenset[Kind]
    per_minute: int = PER_MINUTE
    password_file: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The file of a signer. `clients` are the users (uid) who may have things sealed; its owner may always."""

    socket: Path
    audit: Path
    keys: tuple[KeyPlan, ...]
    clients: frozenset[int] = frozenset()

    @property
    def switch(self) -> Path:
        """While this file is there, nothing is sealed, also after a restart."""
        return self.socket.with_name(f"{self.socket.name}.stopped")


def read_plan(file: Path) -> Plan:
    """The plan in a TOML file; paths in it are beside it. Raises NotFoundError, InputError."""
    try:
        given = tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        raise NotFoundError("There is no file of that name.", where=str(file)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise InputError("This file is not a plan of a signer.", where=str(file), found=str(error)[:120]) from error
    keys, clients = given.get("keys"), given.get("clients", [])
    if not isinstance(keys, dict) or not keys or not isinstance(given.get("socket"), str):
        raise _wrong(file, "socket, and a table [keys.NAME] for each key")
    if not isinstance(clients, list) or not all(type(one) is int for one in clients):
        raise _wrong(file, "clients: a list of numbers of users")
    return Plan(
        socket=file.parent / given["socket"],
        audit=file.parent / str(given.get("audit", "signer-audit.jsonl")),
        keys=tuple(_key_plan(file, name, one) for name, one in keys.items()),
        clients=frozenset(clients),
    )


def _key_plan(file: Path, name: str, given: Any) -> KeyPlan:
    if not isinstance(given, dict) or not set(given) <= _MEMBERS or not isinstance(given.get("key"), str):
        raise _wrong(file, f"[keys.{name}] with {', '.join(sorted(_MEMBERS))}")
    seals, rate = given.get("seals"), given.get("per_minute", PER_MINUTE)
    if not isinstance(seals, list) or not seals or not set(seals) <= set(Kind) or type(rate) is not int or rate < 1:
        raise _wrong(file, f"[keys.{name}] seals: of {', '.join(Kind)}; per_minute: a number")
    address, secret = given["key"], given.get("password_file")
    inside = file.parent / address
    return KeyPlan(
        name=name,
        key=str(inside) if inside.exists() else address,
        seals=frozenset(Kind(one) for one in seals),
        per_minute=rate,
        password_file=file.parent / str(secret) if secret else None,
    )


def _wrong(file: Path, expected: str) -> InputError:
    return InputError("This is not a plan of a signer.", where=str(file), expected=expected, fix="Correct the file.")


@dataclass
class Bucket:
    """So many a minute, a second's worth of them at once. `clock` is monotonic."""

    per_minute: int
    clock: Callable[[], float] = time.monotonic
    _left: float = field(init=False)
    _last: float = field(init=False)

    def __post_init__(self) -> None:
        self._left, self._last = self._most, self.clock()

    @property
    def _most(self) -> float:
        return max(self.per_minute / 60, 1.0)

    def take(self, count: int = 1) -> None:
        """Takes so many, or none: UnavailableError with the time to wait. More than a second's worth leaves a debt."""
        now = self.clock()
        self._left = min(self._most, self._left + (now - self._last) * self.per_minute / 60)
        self._last = now
        needed = min(count, self._most)
        if self._left < needed:
            raise UnavailableError(
                "This key seals no faster.",
                found=f"more than {self.per_minute} a minute",
                fix="Wait, or raise per_minute in the plan of the signer.",
                code="rate_limited",
                retry_after=(needed - self._left) * 60 / self.per_minute,
            )
        self._left -= count


class HeldKey:
    """A key with its rules. One seal at a time: a token has one session."""

    def __init__(self, plan: KeyPlan, signer: Signer, clock: Callable[[], float] = time.monotonic) -> None:
        self.plan = plan
        self.signer = signer
        self._bucket = Bucket(plan.per_minute, clock)
        self._lock = Lock()

    @property
    def takes_digests(self) -> bool:
        return Kind.DIGEST in self.plan.seals and isinstance(self.signer, DigestSigner)

    def seal(self, data: bytes, kind: Kind, stopped: Callable[[], bool]) -> bytes:
        """The seal over `data`, or over what it is the digest of. Raises NotAllowedError, UnavailableError."""
        self._check(kind)
        with self._lock:
            self._may(stopped)
            if kind is not Kind.DIGEST:
                return self.signer.sign(data)
            return self._digests().sign_digest(data)

    def seal_digests(self, digests: Sequence[bytes], stopped: Callable[[], bool]) -> list[bytes]:
        """The seals over what these are the digests of; each counts for the rate. Raises as `seal`."""
        self._check(Kind.DIGEST)
        signer = self._digests()
        with self._lock:
            self._may(stopped, len(digests))
            if isinstance(signer, BatchSigner):
                return signer.sign_digests(digests)
            return [signer.sign_digest(one) for one in digests]

    def _check(self, kind: Kind) -> None:
        allowed = self.plan.seals | ({Kind.TOKEN_LIST} if Kind.STATUS_LIST in self.plan.seals else frozenset())
        if kind not in allowed:
            raise NotAllowedError(
                "This key may not seal that.",
                where=self.plan.name,
                found=kind.value,
                expected=", ".join(sorted(self.plan.seals)),
                fix="Use a key made for it, or change the plan of the signer.",
                code="forbidden",
            )

    def _may(self, stopped: Callable[[], bool], count: int = 1) -> None:
        """So many seals, now: not while sealing is stopped, and no faster than the key's rate."""
        if stopped():
            raise UnavailableError(
                "Sealing has been stopped.",
                fix="Ask who stopped it; `mikra signer start` lets it go on.",
                code="sealing_stopped",
            )
        self._bucket.take(count)

    def _digests(self) -> DigestSigner:
        if not isinstance(self.signer, DigestSigner):
            raise NotAllowedError("This key does not take digests.", where=self.plan.name, code="forbidden")
        return self.signer


def what_is(data: bytes, digest: bool) -> Kind:
    """The kind of a question. InputError for what is none."""
    return Kind.DIGEST if digest else kind_of(data)


class Audit:
    """Lines of what was sealed and refused: when, which key, what kind, the digest of it; nothing of its content."""

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def write(self, line: dict[str, Any], data: bytes = b"") -> None:
        """One line, whole, before anything is answered."""
        import orjson

        from mikra.adapters.clock import now

        digest = {"sha256": hashlib.sha256(data).hexdigest()} if data else {}
        told = {"at": now().isoformat(timespec="milliseconds"), **line, **digest}
        os.write(self._handle, orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE))

    def close(self) -> None:
        os.close(self._handle)
