"""A class list as the commands need it: counts, findings, and its rows, as often as they are asked for.

A list within the limits is read at once. Text beyond them is gone through row by row, in bounded memory, anew for each
use; it has to be a file, not standard input.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Self

from mikra.cli.output import read_input

if TYPE_CHECKING:
    from mikra.issuance.fields import RosterField
    from mikra.issuance.issue import Learner
    from mikra.issuance.roster import Roster, RosterOptions, RosterStream, Row
    from mikra.report import Finding

MOST_CORRECTIONS = 100_000
"""Rows to mend that are kept of a long list; a workbook holds no more of them for us to read again."""

_LONGEST = 100_000
"""Lines of text beyond which it is gone through row by row: as many as `roster.RosterLimits` lets be read at once."""

_PIECE = 1 << 20


@dataclass(slots=True, kw_only=True)
class ClassList:
    """What was read. `ready` and `bad` count rows; `findings` are all, of a long list the first thousand."""

    columns: Mapping[str, str]
    unused: tuple[str, ...]
    ready: int
    bad: int
    findings: Sequence[Finding]
    roster: Roster
    stream: RosterStream | None = None
    text: BinaryIO | None = field(default=None, repr=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.text:
            self.text.close()

    def rows(self) -> Iterator[Row]:
        """The rows that are ready, in the order of the file."""
        if self.stream is None:
            yield from self.roster.rows
            return
        from mikra.issuance.roster import Row

        for row in self.stream:
            if isinstance(row, Row):
                yield row

    def learners(self) -> Iterator[Learner]:
        """The same rows, for issuing."""
        from mikra.issuance.issue import Learner
        from mikra.issuance.roster import learner_key

        for row in self.rows():
            yield Learner(row=row.number, key=learner_key(row.values), values=row.values)

    @property
    def code(self) -> str:
        """The answer code (`codes.CODES`)."""
        from mikra.issuance.roster.result import code_of

        code = code_of(self.findings)
        return "rows_need_attention" if self.bad and code.startswith("rows_ready") else code


def read_class_list(
    file: str,
    *,
    fields: Sequence[RosterField],
    options: RosterOptions,
    mapping: Mapping[str, str] | None,
) -> ClassList:
    """The class list in a file, or in standard input for `-`. InputError as `roster.read_roster`."""
    from mikra.issuance.roster import read_roster

    if file != "-" and _is_long(Path(file), _LONGEST):
        return _long(Path(file), fields, options, mapping)
    roster = read_roster(
        read_input(file), fields=fields, name="" if file == "-" else Path(file).name, mapping=mapping, options=options
    )
    return _of(roster, len(roster.rows), len(roster.bad), roster.findings)


def _of(roster: Roster, ready: int, bad: int, findings: Sequence[Finding]) -> ClassList:
    return ClassList(
        columns=roster.columns, unused=roster.unused, ready=ready, bad=bad, findings=findings, roster=roster
    )


def _is_long(file: Path, longest: int) -> bool:
    """Whether there are more lines than a list may have that is read at once. A workbook is never gone through.

    A pipe (`<(...)` of a shell) can be read once alone: it is never long.
    """
    from mikra.issuance.roster.kinds import NO_TEXT

    if not file.is_file():
        return False
    lines = 0
    try:
        with file.open("rb") as opened:
            if opened.read(8).startswith(NO_TEXT):
                return False
            while lines <= longest and (piece := opened.read(_PIECE)):
                lines += piece.count(b"\n")
    except OSError:
        return False
    return lines > longest


def _long(
    file: Path, fields: Sequence[RosterField], options: RosterOptions, mapping: Mapping[str, str] | None
) -> ClassList:
    """Gone through once, to know what is in it. The file stays open as long as the list is in use."""
    from mikra.issuance.roster import BadRow, Roster, iter_roster

    text, bad = file.open("rb"), list[BadRow]()
    try:
        stream = iter_roster(text, fields=fields, options=options, name=file.name, mapping=mapping)
        for row in stream:
            if isinstance(row, BadRow) and len(bad) < MOST_CORRECTIONS:
                bad.append(row)
    except BaseException:
        text.close()
        raise
    roster = Roster(
        fields=tuple(fields),
        columns=stream.columns,
        headings=stream.headings,
        unused=stream.unused,
        rows=(),
        bad=tuple(bad),
        findings=tuple(stream.findings),
        source=stream.source,
    )
    found = _of(roster, stream.ready, stream.bad, tuple(stream.findings))
    return replace(found, stream=stream, text=text)
