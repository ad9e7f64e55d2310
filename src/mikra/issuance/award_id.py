"""The ids of one award: every node that a learner's data touches has an id that no other credential has."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from mikra.errors import InputError

STEM = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{10}")


_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}
"""RFC 9562, 4.1: the two highest bits are 10."""


@lru_cache(maxsize=8)
def _time(at: dt.datetime) -> str:
    """Milliseconds since 1970: 48 bits."""
    digits = int(at.timestamp() * 1000).to_bytes(6, "big").hex()
    return f"{digits[:8]}-{digits[8:]}"


class Part(IntEnum):
    """Numbers of an award's nodes. Assessments, their grades and their supervision have 32 each."""

    ACHIEVEMENT = 1
    PERSON = 2
    PROCESS = 3
    ACTIVITY = 4
    CONTACT = 5
    LEARNER_ID = 6
    NATIONAL_ID = 7
    ASSESSMENT = 0x20
    GRADE = 0x40
    SUPERVISION = 0x60


@dataclass(frozen=True, slots=True)
class AwardId:
    """One UUID (RFC 9562, version 7) whose last two hex digits count the nodes.

    30 hex digits are the award's own: 48 bits of time, 66 bits of chance.
    """

    stem: str

    @classmethod
    def new(cls, at: dt.datetime, chance: bytes) -> AwardId:
        """`chance` is 9 random bytes; the caller draws them, so that a journal can hold the id before sealing."""
        if len(chance) < 9:
            raise InputError("An award id needs 9 random bytes.", found=str(len(chance)), expected="9")
        digits = chance.hex()
        return cls(f"{_time(at)}-7{digits[:3]}-{_VARIANT[digits[3]]}{digits[4:7]}-{digits[7:17]}")

    def node(self, number: int) -> str:
        """`urn:uuid:` of node 1 to 255; the credential itself is `credential`."""
        return f"urn:uuid:{self.stem}{number:02x}"

    @property
    def credential(self) -> str:
        return f"urn:credential:{self.stem}00"

    @property
    def award(self) -> str:
        """The award id, the same in every form of it: the id of the achievement."""
        return self.node(Part.ACHIEVEMENT)
