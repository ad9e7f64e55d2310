"""What an issue has promised and what it has done: lines that survive any crash, so that it can be taken up again.

    {"format": "mikra/journal/1", "design": "WATER-Q/2026.1", "salt": "..."}
    {"intent": "<learner>", "row": 12, "award": "<stem>"}        before sealing
    {"done": "<learner>", "file": "...", "sha256": "..."}        after the file is safely on disk

An intent without its end is taken up with the same award id: a crash leaves work to do, never a second credential.
Learners stand in it under a salted digest, never by name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

import orjson

from mikra.errors import ConflictError, InputError

FORMAT = "mikra/journal/1"


@dataclass(frozen=True, slots=True)
class Done:
    """A sealed credential on disk: its file's name and the SHA-256 of its bytes."""

    file: str
    sha256: str


@dataclass(slots=True)
class Journal:
    """The state that the lines add up to. `awards`: learner -> award id stem; `done`: learner -> `Done`."""

    design: str
    salt: str
    awards: dict[str, str] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    done: dict[str, Done] = field(default_factory=dict)

    def learner(self, key: str) -> str:
        """The name under which a learner stands here."""
        return hashlib.sha256(f"{self.salt}\n{key}".encode()).hexdigest()[:40]

    def opening(self) -> bytes:
        """The first line of a new journal."""
        return _line({"format": FORMAT, "design": self.design, "salt": self.salt})

    def intend(self, learner: str, row: int, stem: str) -> bytes:
        """Notes an intent; returns its line, to be made durable before anything is sealed."""
        self.awards[learner] = stem
        self.rows[learner] = row
        return _line({"intent": learner, "row": row, "award": stem})

    def finish(self, learner: str, done: Done) -> bytes:
        """Notes the end of an intent; returns its line, to be written after the file is durable."""
        self.done[learner] = done
        return _line({"done": learner, "file": done.file, "sha256": done.sha256})


def _line(members: dict[str, object]) -> bytes:
    return orjson.dumps(members, option=orjson.OPT_APPEND_NEWLINE)


def read_journal(data: bytes, *, design: str) -> Journal:
    """The journal of an issue of this design and edition.

    A torn last line is what a power cut leaves: it was never acknowledged and is passed over. Any other line that
    cannot be read is an InputError; a journal of another design is a ConflictError.
    """
    lines = data.split(b"\n")
    torn = lines.pop()
    journal = _opened(lines[:1], design)
    for number, line in enumerate(lines[1:], start=2):
        _take(journal, _members(line, number), number)
    del torn
    return journal


def whole(data: bytes) -> bytes:
    """The journal without a torn last line: what a new line may be appended to."""
    return data[: data.rfind(b"\n") + 1]


def _opened(first: Iterable[bytes], design: str) -> Journal:
    members = next((_members(line, 1) for line in first), {})
    if members.get("format") != FORMAT:
        raise InputError(
            "This is not a journal of an issue.",
            where="line 1",
            found=str(members.get("format")),
            expected=FORMAT,
            fix="Choose another folder for the credentials.",
        )
    if members.get("design") != design:
        raise ConflictError(
            "This folder holds the credentials of another design.",
            where="journal, line 1",
            found=str(members.get("design")),
            expected=design,
            fix="Choose another folder for the credentials.",
        )
    return Journal(design=design, salt=str(members.get("salt")))


def _members(line: bytes, number: int) -> dict[str, object]:
    try:
        members = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise _damaged(number) from error
    if not isinstance(members, dict):
        raise _damaged(number)
    return members


def _damaged(number: int) -> InputError:
    return InputError(
        "The journal of this issue is damaged.",
        where=f"journal, line {number}",
        fix="Restore the folder from its backup; do not issue into it as it is.",
        code="file_damaged",
    )


def _take(journal: Journal, members: dict[str, object], number: int) -> None:
    match members:
        case {"intent": str(learner), "row": int(row), "award": str(stem)}:
            journal.intend(learner, row, stem)
        case {"done": str(learner), "file": str(file), "sha256": str(digest)} if learner in journal.awards:
            journal.finish(learner, Done(file, digest))
        case _:
            raise _damaged(number)
