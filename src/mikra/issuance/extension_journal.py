"""What an extension has asked for, got and done: lines that survive any crash, so that nothing is bought twice.

    {"format": "mikra/extension/1", "currency": "EUR"}
    {"ask": "<file>", "imprint": "<hex>", "cost": "0.02"}      before a timestamp is asked for
    {"token": "<file>", "imprint": "<hex>", "der": "..."}      as soon as it is there
    {"free": "<file>", "imprint": "<hex>"}                     it was refused, or nobody was reached: not paid for
    {"level": "<file>", "is": "B-LTA", "sha256": "...", "at": "..."}    after the file is safely on disk
    {"failed": "<file>", "why": "...", "found": "...", "code": "...", "times": 2, "at": "...", "again": "..."}

A token that is here and not yet in its file is put in at the next run: the same question is never asked twice. An ask
without an answer may have been paid for, so it counts against the budget. Lines are framed as in `journal`.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation

import orjson

from mikra.errors import ConflictError, InputError
from mikra.issuance.journal import whole

FORMAT = "mikra/extension/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a file could not be extended. `again`: when it will be tried; None: not by itself."""

    why: str
    found: str = ""
    code: str = ""
    times: int = 1
    at: datetime | None = None
    again: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """The level that a file has reached, the SHA-256 of its bytes, and when."""

    level: str
    sha256: str
    at: datetime


@dataclass(slots=True)
class ExtensionJournal:
    """The state that the lines add up to. `tokens`: file -> imprint -> token (DER) that is not in the file."""

    currency: str = "EUR"
    costs: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    tokens: dict[str, dict[str, bytes]] = field(default_factory=dict)
    reached: dict[str, Reached] = field(default_factory=dict)
    failed: dict[str, Failure] = field(default_factory=dict)
    asked: int = 0
    answered: int = 0

    @property
    def spent(self) -> Decimal:
        """What the timestamps have cost, and may have cost."""
        return sum(self.costs.values(), Decimal(0))

    def opening(self) -> bytes:
        return _line({"format": FORMAT, "currency": self.currency})

    def take(self, lines: bytes) -> None:
        """Notes lines that are durable. InputError for one that is none."""
        for number, line in enumerate(lines.splitlines(), start=1):
            _take(self, _members(line, number), number)


def ask(name: str, imprint: str, cost: Decimal) -> bytes:
    return _line({"ask": name, "imprint": imprint, "cost": str(cost)})


def token(name: str, imprint: str, der: bytes) -> bytes:
    return _line({"token": name, "imprint": imprint, "der": base64.b64encode(der).decode("ascii")})


def free(name: str, imprint: str) -> bytes:
    return _line({"free": name, "imprint": imprint})


def level(name: str, reached: Reached) -> bytes:
    return _line({"level": name, "is": reached.level, "sha256": reached.sha256, "at": reached.at.isoformat()})


def failed(name: str, one: Failure) -> bytes:
    again = one.again.isoformat() if one.again else ""
    at = one.at.isoformat() if one.at else ""
    told = {"why": one.why, "found": one.found, "code": one.code, "times": one.times, "at": at, "again": again}
    return _line({"failed": name, **told})


def read_extension_journal(data: bytes, *, currency: str) -> ExtensionJournal:
    """The journal in `data`, without what a crash left of a last append.

    Raises InputError for a line that cannot be read, ConflictError where costs are in another currency.
    """
    numbered = list(_lines(whole(data)))
    first = numbered[0][1] if numbered else {}
    if first.get("format") != FORMAT:
        raise InputError("This is not a journal of an extension.", found=str(first.get("format"))[:40], expected=FORMAT)
    if first.get("currency") != currency:
        raise ConflictError(
            "The costs in this folder are in another currency.",
            found=str(first.get("currency"))[:8],
            expected=currency,
            fix="Give the cost in that currency.",
        )
    journal = ExtensionJournal(currency=currency)
    for number, members in numbered[1:]:
        _take(journal, members, number)
    return journal


def currency_of(data: bytes) -> str:
    """The currency that a journal is kept in; "" where it cannot be told."""
    first = next(_lines(whole(data)), (0, {}))[1]
    return str(first.get("currency", ""))


def _lines(data: bytes) -> Iterator[tuple[int, dict[str, object]]]:
    for number, line in enumerate(data.splitlines(), start=1):
        members = _members(line, number)
        if "end" not in members:
            yield number, members


def _members(line: bytes, number: int) -> dict[str, object]:
    try:
        members = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise _damaged(number) from error
    if not isinstance(members, dict):
        raise _damaged(number)
    return members


def _take(journal: ExtensionJournal, members: dict[str, object], number: int) -> None:
    try:
        _note(journal, members, number)
    except (ValueError, InvalidOperation, binascii.Error) as error:
        raise _damaged(number) from error


def _note(journal: ExtensionJournal, members: dict[str, object], number: int) -> None:
    match members:
        case {"ask": str(name), "imprint": str(imprint), "cost": str(cost)}:
            journal.costs[name, imprint] = journal.costs.get((name, imprint), Decimal(0)) + Decimal(cost)
            journal.asked += 1
        case {"free": str(name), "imprint": str(imprint)}:
            journal.costs.pop((name, imprint), None)
        case {"token": str(name), "imprint": str(imprint), "der": str(der)}:
            journal.tokens.setdefault(name, {})[imprint] = base64.b64decode(der, validate=True)
            journal.answered += 1
        case {"level": str(name), "is": str(reached), "sha256": str(digest), "at": str(at)}:
            journal.reached[name] = Reached(level=reached, sha256=digest, at=datetime.fromisoformat(at))
            journal.failed.pop(name, None)
            journal.tokens.pop(name, None)
        case {"failed": str(name), "why": str(why), "times": int(times), "again": str(again), "at": str(at)}:
            journal.failed[name] = Failure(
                why=why,
                found=str(members.get("found", "")),
                code=str(members.get("code", "")),
                times=times,
                at=datetime.fromisoformat(at) if at else None,
                again=datetime.fromisoformat(again) if again else None,
            )
        case _:
            raise _damaged(number)


def _line(members: dict[str, object]) -> bytes:
    return orjson.dumps(members, option=orjson.OPT_APPEND_NEWLINE)


def _damaged(number: int) -> InputError:
    return InputError(
        "The journal of this extension is damaged.",
        where=f"extension journal, line {number}",
        fix="Restore it from its backup, or move it away: then timestamps already bought and not yet used are lost.",
        code="file_damaged",
    )
