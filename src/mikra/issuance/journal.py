"""What an issue has promised and what it has done: lines that survive any crash, so that it can be taken up again.

    {"format": "mikra/journal/2", "design": "WATER-Q/2026.1 4f1a9c03d2b7e856", "salt": "..."}
    {"intent": "<learner>", "row": 12, "award": "<stem>", "place": "<list>#<index>"}        before sealing
    {"done": "<learner>", "file": "...", "sha256": "..."}        after the file is safely on disk
    {"end": "<digest>", "from": 0}                               after all lines of one append

An intent without its end is taken up with the same award id and the same place in a status list (where the issue
offers a status, as its first line then says): a crash leaves work to do, never a second credential.
Learners stand in it under a salted digest, never by name. What is appended at once ends with a digest over it: a
power cut may leave any part of the last append, which was never acknowledged and is passed over; damage anywhere
else is damage, and said.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import orjson

from mikra.errors import ConflictError, InputError
from mikra.issuance.award_id import STEM, AwardId
from mikra.issuance.design import Design
from mikra.status.indexes import Place

FORMAT = "mikra/journal/2"
_END = re.compile(rb'^\{"end":"([0-9a-f]{16})","from":([0-9]{1,15})\}\n', re.MULTILINE)
_FILE = re.compile(r"[0-9]{6,}-[0-9a-f]{30}\.jsonld")
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Done:
    """A sealed credential on disk: its file's name and the SHA-256 of its bytes."""

    file: str
    sha256: str


@dataclass(slots=True)
class Journal:
    """The state that the lines add up to. `awards`: learner -> award id stem; `done`: learner -> `Done`.

    `status` is the address of the issuer's status lists, "" where the issue offers none; `places`: learner -> place.
    """

    design: str
    salt: str
    status: str = ""
    awards: dict[str, str] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    done: dict[str, Done] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    stems: set[str] = field(default_factory=set)

    @property
    def files(self) -> set[str]:
        """The names of all files that may be there: an intent comes before its file."""
        return {file_name(self.rows[learner], AwardId(stem)) for learner, stem in self.awards.items()}

    def learner(self, key: str) -> str:
        """The name under which a learner stands here."""
        return hashlib.sha256(f"{self.salt}\n{key}".encode()).hexdigest()[:40]

    def opening(self) -> bytes:
        """The first line of a new journal."""
        status = {"status": self.status} if self.status else {}
        return _line({"format": FORMAT, "design": self.design, "salt": self.salt, **status})

    def take(self, lines: bytes) -> None:
        """Notes lines that are durable: what memory holds is what the disk holds. InputError for one that is none."""
        for number, line in enumerate(lines.splitlines(), start=1):
            _take(self, _members(line, number), number)


def file_name(row: int, award_id: AwardId) -> str:
    """A credential's file: the row's number and the award id; never a learner's name."""
    return f"{row:06d}-{award_id.stem.replace('-', '')}.jsonld"


def intent(learner: str, row: int, stem: str, place: Place | None = None) -> bytes:
    """A line to be durable before anything is sealed."""
    return _line({"intent": learner, "row": row, "award": stem} | ({"place": place.text} if place else {}))


def end(learner: str, done: Done) -> bytes:
    """A line to be written after the file is durable."""
    return _line({"done": learner, "file": done.file, "sha256": done.sha256})


def edition_of(design: Design) -> str:
    """The name of an edition in a journal: code and edition for people, and the beginning of its digest."""
    return f"{design.code}/{design.edition} {design.digest[:16]}".strip()


def framed(lines: bytes, *, start: int) -> bytes:
    """What is written for one append at byte `start` of the journal: the lines, and the digest over them."""
    return b"%b%b" % (lines, _line({"end": _digest(lines), "from": start}))


def _digest(lines: bytes) -> str:
    return hashlib.sha256(lines).hexdigest()[:16]


def whole(data: bytes) -> bytes:
    """The journal without a torn last append. InputError where anything before a whole append is damaged."""
    good = 0
    for found in _END.finditer(data):
        start = int(found[2])
        if _digest(data[start : found.start()]).encode() != found[1]:
            continue
        if start != good:
            raise _damaged(data[:good].count(b"\n") + 1)
        good = found.end()
    return data[:good]


def read_journal(data: bytes, *, design: str) -> Journal:
    """The journal of an issue of this design and edition (`edition_of`).

    Raises InputError for a line that cannot be read, ConflictError for the journal of another design.
    """
    numbered = list(_lines(whole(data)))
    journal = _opened(numbered[0][1] if numbered else {}, design)
    for number, members in numbered[1:]:
        _take(journal, members, number)
    return journal


def _lines(data: bytes) -> Iterator[tuple[int, dict[str, object]]]:
    for number, line in enumerate(data.splitlines(), start=1):
        members = _members(line, number)
        if "end" not in members:
            yield number, members


def _line(members: dict[str, object]) -> bytes:
    return orjson.dumps(members, option=orjson.OPT_APPEND_NEWLINE)


def _opened(members: dict[str, object], design: str) -> Journal:
    if members.get("format") != FORMAT:
        raise InputError(
            "This is not a journal of an issue.",
            where="journal, line 1",
            found=str(members.get("format"))[:40],
            expected=FORMAT,
            fix="Choose another folder for the credentials.",
        )
    if members.get("design") != design:
        raise ConflictError(
            "This folder holds the credentials of another design.",
            where="journal, line 1",
            found=str(members.get("design"))[:160],
            expected=design,
            fix="Choose another folder for the credentials.",
        )
    return Journal(design=design, salt=str(members.get("salt")), status=str(members.get("status", "")))


def _members(line: bytes, number: int) -> dict[str, object]:
    try:
        members = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise _damaged(number) from error
    if not isinstance(members, dict):
        raise _damaged(number)
    return members


def _place(text: object, number: int) -> Place:
    try:
        return Place.read(str(text))
    except InputError as error:
        raise _damaged(number) from error


def _damaged(number: int) -> InputError:
    return InputError(
        "The journal of this issue is damaged.",
        where=f"journal, line {number}",
        fix="Restore the folder from its backup; do not issue into it as it is.",
        code="file_damaged",
    )


def _take(journal: Journal, members: dict[str, object], number: int) -> None:
    match members:
        case {"intent": str(learner), "row": int(row), "award": str(stem)} if (
            learner not in journal.awards and stem not in journal.stems and STEM.fullmatch(stem)
        ):
            if journal.status:
                journal.places[learner] = _place(members.get("place"), number)
            journal.awards[learner] = stem
            journal.rows[learner] = row
            journal.stems.add(stem)
        case {"done": str(learner), "file": str(file), "sha256": str(digest)} if (
            learner in journal.awards and _FILE.fullmatch(file) and _DIGEST.fullmatch(digest)
        ):
            journal.done[learner] = Done(file, digest)
        case _:
            raise _damaged(number)
