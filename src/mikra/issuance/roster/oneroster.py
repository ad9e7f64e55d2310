"""1EdTech OneRoster 1.1 and 1.2, CSV binding: who achieved what, out of an export of a student information system.

Read are users.csv (4.12 in 1.1: sourcedId, status, givenName, familyName, email, identifier), enrollments.csv
(classSourcedId, userSourcedId, role, status), classes.csv (sourcedId, title) and results.csv (studentSourcedId, score,
scoreDate, scoreStatus, status). Learners are those who are enrolled as students; where there are results, those
who have one that is not exempt or not submitted, with the newest of them. The file is a ZIP.
"""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mikra.errors import InputError

MOST = 100_000_000
"""Bytes that all parts unpack to."""
PARTS = 64
_GONE = frozenset({"tobedeleted", "inactive"})
_NO_RESULT = frozenset({"exempt", "not submitted"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterExport:
    """`learners`: field -> value, as class lists name the fields. `classes`: titles, for the report."""

    learners: tuple[Mapping[str, str], ...]
    classes: tuple[str, ...]


def is_oneroster(data: bytes) -> bool:
    """Whether this is a ZIP with users.csv in it."""
    if not data.startswith(b"PK"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return "users.csv" in {_bare(one.filename) for one in archive.infolist()}
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return False


def read_oneroster(data: bytes) -> RosterExport:
    """The learners of an export. InputError for what is no export, is too large, or names nobody."""
    tables = _tables(data)
    if "users.csv" not in tables or "enrollments.csv" not in tables:
        raise InputError(
            "This is no OneRoster export.",
            found=", ".join(sorted(tables))[:200],
            expected="users.csv and enrollments.csv",
            fix="Export users, enrollments, classes and results as OneRoster CSV, in one ZIP.",
            code="csv_malformed",
        )
    users = {one.get("sourcedId", ""): one for one in _rows(tables, "users.csv")}
    enrolled = _enrolled(tables)
    results = _results(tables)
    chosen = [one for one in enrolled if one in users and (results is None or one in results)]
    if not chosen:
        raise InputError("No student of this export has a result.", where="enrollments.csv", code="csv_malformed")
    classes = {one["sourcedId"]: one.get("title", "") for one in _rows(tables, "classes.csv") if "sourcedId" in one}
    return RosterExport(
        learners=tuple(_learner(users[one], (results or {}).get(one, {})) for one in chosen),
        classes=tuple(sorted(set(classes.values()))),
    )


def _tables(data: bytes) -> dict[str, str]:
    """Name -> text of each part, within the limits, whatever the ZIP says of itself."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return dict(_parts(archive))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise InputError("This ZIP cannot be read.", found=type(error).__name__, code="zip_malformed") from error


def _parts(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    left = MOST
    found = archive.infolist()
    if len(found) > PARTS:
        raise InputError("This ZIP has too many parts.", found=str(len(found)), expected=f"at most {PARTS}")
    for one in found:
        name = _bare(one.filename)
        if not name.endswith(".csv"):
            continue
        with archive.open(one) as part:
            content = part.read(left + 1)
        left -= len(content)
        if left < 0:
            raise InputError("This ZIP unpacks to more than is accepted.", expected=f"{MOST} bytes", code="too_large")
        try:
            yield name, content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise InputError("This part is not UTF-8.", where=name, code="csv_malformed") from error


def _bare(name: str) -> str:
    return name.replace("\\", "/").rsplit("/", 1)[-1].lower()


def _rows(tables: Mapping[str, str], name: str) -> Iterator[dict[str, str]]:
    """Rows of a part that are in force."""
    try:
        for row in csv.DictReader(io.StringIO(tables.get(name, ""), newline=""), strict=True):
            known = {str(key): str(value).strip() for key, value in row.items() if key and isinstance(value, str)}
            if known.get("status", "").lower() not in _GONE:
                yield known
    except csv.Error as error:
        raise InputError("This part is no CSV.", where=name, found=str(error)[:80], code="csv_malformed") from error


def _enrolled(tables: Mapping[str, str]) -> list[str]:
    """Students, in the order of their enrolment, each once."""
    found = (one for one in _rows(tables, "enrollments.csv") if one.get("role", "").lower() == "student")
    return list(dict.fromkeys(one.get("userSourcedId", "") for one in found))


def _results(tables: Mapping[str, str]) -> dict[str, dict[str, str]] | None:
    """Student -> the newest result; None where the export has none at all."""
    if "results.csv" not in tables:
        return None
    newest: dict[str, dict[str, str]] = {}
    for one in _rows(tables, "results.csv"):
        student = one.get("studentSourcedId", "")
        if one.get("scoreStatus", "").lower() in _NO_RESULT:
            continue
        if student not in newest or one.get("scoreDate", "") >= newest[student].get("scoreDate", ""):
            newest[student] = one
    return newest


def _learner(user: Mapping[str, str], result: Mapping[str, str]) -> dict[str, str]:
    known = {
        "given_name": user.get("givenName", ""),
        "family_name": user.get("familyName", ""),
        "email": user.get("email", ""),
        "learner_id": user.get("identifier", "") or user.get("sourcedId", ""),
        "grade": result.get("score", ""),
        "completed": result.get("scoreDate", ""),
    }
    return {name: value for name, value in known.items() if value}
