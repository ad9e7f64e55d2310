"""One learner whose data is found wherever it leaks: no other text of this project holds these words."""

from __future__ import annotations

from tests.server.institution import HEADINGS

GIVEN, FAMILY = "Kvetoslava", "Zimolezová"
EMAIL, NUMBER, BIRTH = "kvetoslava.zimolez@canary.example", "QX7731", "1987-11-23"
WORDS = (GIVEN, FAMILY, EMAIL, NUMBER, BIRTH)
ROW = (GIVEN, FAMILY, EMAIL, NUMBER, "7")


def class_list(*others: str, headings: tuple[str, ...] = HEADINGS) -> bytes:
    """The canary first, then two people, or those that are given as rows."""
    rows = others or ("Petr,Dvořák,petr@student.example,S000002,8", "Zoë,Borg,zoe@student.example,S000003,9")
    return "\r\n".join([",".join(headings), ",".join(ROW), *rows]).encode()


def found_in(text: str | bytes) -> list[str]:
    """The canaries in it, in the encodings in which they could stand there."""
    data = text if isinstance(text, bytes) else text.encode()
    return [one for one in WORDS if any(form in data for form in _forms(one))]


def _forms(word: str) -> set[bytes]:
    escaped = word.encode("ascii", "backslashreplace")
    return {word.encode(), word.encode("utf-16-le"), word.casefold().encode(), escaped}
