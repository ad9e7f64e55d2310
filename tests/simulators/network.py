"""A simulated internet for the guarded door: names, machines that answer in scripted ways, and a clock.

Nothing here opens a socket. Every connection that the door makes is written down in `Network.asked`.
"""

from __future__ import annotations

import ssl
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from mikra.adapters.http import HttpLoader, Rules, Target

Script = Iterator[tuple[float, bytes]]
"""What a machine sends, piece by piece, and how many seconds it waits before each."""

Machine = Callable[[bytes], Script]
"""Request -> what it sends."""

PUBLIC = "9.9.9.9"
PUBLIC_V6 = "2620:fe::fe"


def says(body: bytes = b"{}", *, status: str = "200 OK", **headers: str) -> Machine:
    """A machine that answers at once. Header names are written with _ for -."""
    head = {"Content-Length": str(len(body)), "Content-Type": "application/json"}
    head |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return lambda _: iter([(0.0, f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + body)])


def sends(*pieces: bytes | tuple[float, bytes]) -> Machine:
    """A machine that sends exactly these pieces."""
    return lambda _: iter([(0.0, piece) if isinstance(piece, bytes) else piece for piece in pieces])


def drips(head: bytes, drop: bytes, seconds: float) -> Machine:
    """A machine that sends `head`, and then a drop every so many seconds, for ever."""

    def script(_: bytes) -> Script:
        yield 0.0, head
        while True:
            yield seconds, drop

    return script


def leads_to(place: str, status: str = "302 Found") -> Machine:
    return says(b"", status=status, Location=place)


class Clock:
    """Time that passes only when somebody waits."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class _Wire:
    machine: Machine
    clock: Clock
    patience: float | None = None
    request: bytes = b""
    script: Script | None = None
    rest: bytes = b""
    closed: bool = False

    def settimeout(self, value: float | None, /) -> None:
        self.patience = value

    def sendall(self, data: bytes, /) -> None:
        self.request += data

    def recv_into(self, buffer: Any, /) -> int:
        if not self.rest:
            if self.script is None:
                self.script = self.machine(self.request)
            wait, self.rest = next(self.script, (0.0, b""))
            if self.patience is not None and wait > self.patience:
                self.clock.now += self.patience
                raise TimeoutError("timed out")
            self.clock.now += wait
        count = min(len(buffer), len(self.rest))
        buffer[:count] = self.rest[:count]
        self.rest = self.rest[count:]
        return count

    def close(self) -> None:
        self.closed = True


@dataclass
class Network:
    """`names` -> the answers of the resolver, one after the other; `machines`: (ip, name) -> who answers there."""

    names: dict[str, list[Sequence[str]]] = field(default_factory=dict)
    machines: dict[tuple[str, str], Machine] = field(default_factory=dict)
    asked: list[Target] = field(default_factory=list)
    looked_up: list[str] = field(default_factory=list)
    wires: list[_Wire] = field(default_factory=list)
    clock: Clock = field(default_factory=Clock)
    down: set[str] = field(default_factory=set)
    _turn: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def host(self, name: str, machine: Machine, *ips: str) -> Network:
        """A machine under a name, at one address or several."""
        self.names[name] = [ips or (PUBLIC,)]
        for ip in ips or (PUBLIC,):
            self.machines[ip, name] = machine
        return self

    def resolve(self, name: str, port: int) -> Sequence[str]:
        self.looked_up.append(name)
        answers = self.names.get(name)
        if answers is None:
            raise OSError("Name or service not known")
        turn = self._turn[name]
        self._turn[name] += 1
        return answers[min(turn, len(answers) - 1)]

    def connect(self, target: Target, seconds: float) -> _Wire:
        self.asked.append(target)
        if target.ip in self.down:
            self.clock.now += seconds
            raise TimeoutError("timed out")
        machine = self.machines.get((target.ip, target.name))
        if machine is None:
            raise ssl.SSLCertVerificationError(f"certificate is not valid for {target.name!r}")
        self.wires.append(_Wire(machine=machine, clock=self.clock))
        return self.wires[-1]

    def loader(self, rules: Rules | None = None) -> HttpLoader:
        return HttpLoader(rules, resolver=self.resolve, connector=self.connect, clock=self.clock)
