"""`mikra signer`: the process that holds the keys (docs/design.md, decision 12). Seals go out, keys never do.

1. its socket belongs to its owner alone (mode 0600), and the kernel says who is on the other side (SO_PEERCRED)
2. what is to be sealed is looked at here, and must be a kind that the key may seal
3. each key has a rate; the switch stops them all, before the next seal and until it is taken back
4. every seal and every refusal is a line of the audit file
"""

from __future__ import annotations

import fcntl
import os
import socket
import struct
from base64 import b64encode
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from typing import Any

from mikra.adapters import signer_wire as wire
from mikra.adapters.signer_keys import Audit, HeldKey, KeyPlan, Plan, read_plan, what_is
from mikra.errors import ConflictError, InputError, MikraError, NotAllowedError, NotFoundError

IDLE = 600.0
"""Seconds after which a silent client is hung up on."""

MAX_CLIENTS = 64
MAX_DIGESTS = 500
"""In one message: a stop has to wait for no more."""


class SignerServer:
    """`serve` answers until `close`. `keys` are open when it is made; `reopen` gives those of the plan as it is now."""

    def __init__(
        self,
        plan: Plan,
        keys: Mapping[str, HeldKey],
        reopen: Callable[[Mapping[str, HeldKey]], dict[str, HeldKey]] | None = None,
    ) -> None:
        self.plan = plan
        self.keys = dict(keys)
        self._reopen = reopen
        self._audit = Audit(plan.audit)
        self._lock = _exclusive(plan)
        self._stopped = Event()
        if plan.switch.exists():
            self._stopped.set()
        self._listener = _listen(plan)
        self._closing = False
        self._clients: set[Thread] = set()
        self._open: set[socket.socket] = set()

    def serve(self) -> None:
        """Answers clients, each in a thread, until it is closed."""
        while not self._closing:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                break
            self._clients = {one for one in self._clients if one.is_alive()}
            if len(self._clients) >= MAX_CLIENTS:
                connection.close()
                continue
            thread = Thread(target=self._talk, args=(connection,), daemon=True)
            self._clients.add(thread)
            thread.start()

    def reload(self) -> None:
        """Takes the keys of the plan as it is now; where that cannot be read, those it has stay. Raises MikraError."""
        if self._reopen is not None:
            self.keys = self._reopen(self.keys)
            self._audit.write({"uid": os.getuid(), "pid": os.getpid(), "keys": sorted(self.keys)})

    def hang_up(self, *_: Any) -> None:
        """SIGHUP: the plan is read again; one that cannot be taken is a line of the audit file."""
        try:
            self.reload()
        except (MikraError, OSError) as error:
            self._audit.write({"uid": os.getuid(), "pid": os.getpid(), "refused": type(error).__name__})

    def close(self) -> None:
        """Ends all talks; a client in the middle of one asks again when there is a signer again."""
        if self._closing:
            return
        self._closing = True
        for one in (self._listener, *self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.plan.socket.unlink(missing_ok=True)
        os.close(self._lock)

    def _talk(self, connection: socket.socket) -> None:
        self._open.add(connection)
        with connection, suppress(wire.Closed, OSError):
            connection.settimeout(IDLE)
            self._talk_with(connection, *_peer(connection))
        self._open.discard(connection)

    def _talk_with(self, connection: socket.socket, pid: int, uid: int) -> None:
        if uid not in self.plan.clients | {os.getuid()}:
            self._audit.write({"uid": uid, "pid": pid, "refused": "uid"})
            wire.send(connection, wire.told(NotAllowedError("This user may not use the signer.", code="forbidden")))
            return
        while self._answer(connection, uid, pid):
            pass

    def _answer(self, connection: socket.socket, uid: int, pid: int) -> bool:
        """One question. False where the talk is over."""
        try:
            head, body = wire.receive(connection)
        except InputError as error:
            wire.send(connection, wire.told(error))
            return False
        try:
            answer, seal = self._do(head, body, {"uid": uid, "pid": pid})
        except MikraError as error:
            answer, seal = wire.told(error), b""
        wire.send(connection, answer, seal)
        return True

    def _do(self, head: Mapping[str, Any], body: bytes, who: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        match head.get("do"):
            case "keys":
                return {"keys": [_described(name, key) for name, key in self.keys.items()]}, b""
            case "seal" | "seal-digest":
                return {}, self._seal(str(head.get("key")), body, head["do"] == "seal-digest", who)
            case "seal-digests":
                seals = self._seal_digests(str(head.get("key")), body, head.get("size"), who)
                return {"size": len(seals[0]) if seals else 0}, b"".join(seals)
            case "state":
                return {"stopped": self._stopped.is_set()}, b""
            case "stop":
                return self._switch(True, who), b""
            case "start":
                return self._switch(False, who), b""
            case "reload":
                self.reload()
                return {"keys": sorted(self.keys)}, b""
        raise InputError("The signer does not know this question.", code="request_malformed")

    def _seal(self, name: str, data: bytes, digest: bool, who: dict[str, Any]) -> bytes:
        line = {**who, "key": name[:80]}
        try:
            key = self.keys.get(name)
            if key is None:
                raise NotFoundError("The signer has no key of that name.", found=name[:80], code="not_found")
            kind = what_is(data, digest)
            line["kind"] = kind.value
            seal = key.seal(data, kind, self._stopped.is_set)
        except MikraError as error:
            self._audit.write({**line, "refused": error.code or type(error).__name__}, data)
            raise
        self._audit.write({**line, "sealed": True}, data)
        return seal

    def _seal_digests(self, name: str, body: bytes, size: Any, who: dict[str, Any]) -> list[bytes]:
        """Many digests of one size, one after the other; a line of the audit for each."""
        if type(size) is not int or size not in (32, 48) or not 0 < len(body) <= size * MAX_DIGESTS or len(body) % size:
            raise InputError("These are no digests.", found=f"{len(body)} bytes", code="request_malformed")
        digests = [body[start : start + size] for start in range(0, len(body), size)]
        line = {**who, "key": name[:80], "kind": "digest"}
        try:
            key = self.keys.get(name)
            if key is None:
                raise NotFoundError("The signer has no key of that name.", found=name[:80], code="not_found")
            seals = key.seal_digests(digests, self._stopped.is_set)
        except MikraError as error:
            self._audit.write({**line, "refused": error.code or type(error).__name__, "digests": len(digests)}, body)
            raise
        for one in digests:
            self._audit.write({**line, "sealed": True}, one)
        return seals

    def _switch(self, stop: bool, who: dict[str, Any]) -> dict[str, Any]:
        """The file first, so that a crash between the two stays stopped."""
        if stop:
            self.plan.switch.touch(mode=0o600)
            self._stopped.set()
        else:
            self.plan.switch.unlink(missing_ok=True)
            self._stopped.clear()
        self._audit.write({**who, "switch": "stop" if stop else "start"})
        return {"stopped": stop}


def _described(name: str, key: HeldKey) -> dict[str, Any]:
    """What a client may know of a key: everything but the key."""
    signer = key.signer
    return {
        "name": name,
        "algorithm": signer.algorithm,
        "certificate": b64encode(signer.certificate).decode(),
        "chain": [b64encode(one).decode() for one in signer.chain],
        "seals": sorted(key.plan.seals),
        "digests": key.takes_digests,
    }


def _peer(connection: socket.socket) -> tuple[int, int]:
    """(process, user) on the other side, as the kernel knows them."""
    pid, uid, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    return pid, uid


def _exclusive(plan: Plan) -> int:
    """Holds the place of the socket for this process. ConflictError where another signer has it."""
    plan.socket.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(plan.socket.with_name(f"{plan.socket.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise ConflictError("Another signer is running here.", where=str(plan.socket)) from None
    return handle


def _listen(plan: Plan) -> socket.socket:
    """The socket, made with mode 0600 from its first moment. What a crash left of an old one is removed."""
    plan.socket.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        listener.bind(str(plan.socket))
    except OSError as error:
        raise InputError(
            "The socket of the signer cannot be made here.", where=str(plan.socket), found=error.strerror or str(error)
        ) from error
    finally:
        os.umask(before)
    listener.listen(MAX_CLIENTS)
    return listener


def open_keys(plan: Plan, password: Callable[[str], str]) -> dict[str, HeldKey]:
    """All keys of a plan. `password` is asked with a key's name where the plan names no file with it."""
    return {one.name: _held(one, password) for one in plan.keys}


def reopen_keys(file: Path, held: Mapping[str, HeldKey], password: Callable[[str], str]) -> dict[str, HeldKey]:
    """The keys of the plan in this file; those that it names as before stay as they are, with their rate and all."""
    found = {}
    for one in read_plan(file).keys:
        before = held.get(one.name)
        found[one.name] = before if before is not None and before.plan == one else _held(one, password)
    return found


def _held(one: KeyPlan, password: Callable[[str], str]) -> HeldKey:
    from mikra.adapters.key_addresses import open_address

    def secret() -> str:
        return one.password_file.read_text("utf-8").rstrip("\r\n") if one.password_file else password(one.name)

    return HeldKey(one, open_address(one.key, secret))
