"""One line of the table: a figure of the bar, what was measured, and what peers reach in the same run.

A benchmark is a module with `measure() -> list[Figure]` and, at its end,

    if __name__ == "__main__":
        figures.main(measure)

It is then a command of its own, and `benchmarks.run` finds it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from benchmarks import calibration


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """`measured` and `target` are in `unit`: "%", "/s", "ms", "s", "MB".

    A figure is absolute (it scales with the machine) unless its unit is "%" or "MB". Without a target it is only shown.
    `peers` are other programs in the same run and unit. `note` says what was measured, or why it was not.
    """

    id: str
    what: str
    unit: str
    measured: float | None
    target: float | None = None
    peers: Mapping[str, float] = field(default_factory=dict)
    note: str = ""

    @property
    def less_is_better(self) -> bool:
        return self.unit in {"ms", "s", "MB"}

    def scaled(self, scale: float) -> float | None:
        """The measurement on the reference core."""
        if self.measured is None or self.unit in {"%", "MB"}:
            return self.measured
        return self.measured / scale if self.less_is_better else self.measured * scale

    def ratio(self, scale: float) -> float | None:
        """How many times better than the target: 1 or more meets it."""
        value = self.scaled(scale)
        if value is None or self.target is None:
            return None
        return self.target / value if self.less_is_better else value / self.target


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.1f}" if abs(value) >= 10 else f"{value:,.2f}"


def _row(figure: Figure, scale: float) -> list[str]:
    ratio = figure.ratio(scale)
    peers = (f"{name} {_number(value)}" + _ahead(figure, value) for name, value in figure.peers.items())
    return [
        figure.id,
        figure.what,
        _number(figure.measured),
        _number(figure.scaled(scale)),
        _number(figure.target),
        figure.unit,
        "-" if ratio is None else f"{ratio:.2f} {'met' if ratio >= 1 else 'MISSED'}",
        "; ".join([*peers, *([figure.note] if figure.note else [])]),
    ]


def _ahead(figure: Figure, peer: float) -> str:
    """How many times we are ahead of a peer."""
    if figure.measured is None or not peer:
        return ""
    ahead = peer / figure.measured if figure.less_is_better else figure.measured / peer
    return f" (x{ahead:.1f})"


HEADINGS = ["figure", "what", "here", "scaled", "target", "unit", "ratio", "peers and notes"]


def table(figures: Sequence[Figure], scale: float) -> str:
    """The table as text; numbers to the right."""
    rows = [HEADINGS, *(_row(figure, scale) for figure in figures)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEADINGS) - 1)]
    lines = []
    for row in rows:
        cells = [c.rjust(w) if 2 <= i <= 4 else c.ljust(w) for i, (c, w) in enumerate(zip(row, widths, strict=False))]
        lines.append("  ".join([*cells, row[-1]]).rstrip())
    lines.insert(1, "-" * max(len(line) for line in lines[:1]))
    return "\n".join(lines)


def main(measure: Callable[[], Sequence[Figure]]) -> None:
    """Runs one benchmark and prints its part of the table; with `--json` as one line for `benchmarks.run`."""
    figures = measure()
    if "--json" in sys.argv:
        print(json.dumps({"raw_rate": calibration.raw_rate(), "figures": [asdict(f) for f in figures]}))
        return
    print(calibration.sentence())
    print(table(figures, calibration.scale()))
