"""The table of speeds: what is scaled, which way round, and what counts as met."""

from __future__ import annotations

import pytest

from benchmarks import figures, run
from benchmarks.figures import Figure

SLOW = 2.0
"""A machine half as fast as the reference core."""


def figure(unit: str, measured: float | None, target: float | None) -> Figure:
    return Figure(id="S0", what="x", unit=unit, measured=measured, target=target)


@pytest.mark.parametrize(
    ("unit", "measured", "target", "scaled", "ratio"),
    [
        ("/s", 3000, 4000, 6000, 1.5),
        ("ms", 300, 100, 150, 2 / 3),
        ("%", 60, 75, 60, 0.8),
        ("MB", 100, 150, 100, 1.5),
    ],
)
def test_scale_and_ratio(unit: str, measured: float, target: float, scaled: float, ratio: float) -> None:
    one = figure(unit, measured, target)
    assert one.scaled(SLOW) == scaled
    assert one.ratio(SLOW) == pytest.approx(ratio)
    assert ("met" in figures.table([one], SLOW)) is (ratio >= 1)
    assert ("MISSED" in figures.table([one], SLOW)) is (ratio < 1)


def test_what_was_not_measured_is_neither_met_nor_missed() -> None:
    shown = figures.table([figure("ms", None, 100), figure("/s", 5, None)], SLOW)
    assert "met" not in shown
    assert "MISSED" not in shown


def test_peers_are_shown_with_how_far_we_are_ahead() -> None:
    one = Figure(id="S0", what="x", unit="/s", measured=300, peers={"other": 100})
    two = Figure(id="S0", what="x", unit="ms", measured=10, peers={"other": 5})
    assert "other 100 (x3.0)" in figures.table([one], 1)
    assert "other 5.00 (x0.5)" in figures.table([two], 1)


def test_every_benchmark_is_found() -> None:
    assert {"seal", "start"} <= set(run.names())
    stray = {p.stem for p in run.HERE.glob("*.py")} - set(run.names()) - run.NOT_A_BENCHMARK - {"adapter"}
    assert stray == set(), "a benchmark ends with figures.main(measure)"


def test_a_benchmark_that_fails_is_said() -> None:
    (only,) = run.figures_of("no_such_benchmark")
    assert only.measured is None
    assert only.note.startswith("FAILED")
