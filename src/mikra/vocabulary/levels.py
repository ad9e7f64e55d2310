"""What the levels mean: EQF levels in one sentence each, and the cycles of the EHEA beside them.

The sentences are our own wording, for the screen; their meaning follows Council Recommendation 2017/C 189/03, Annex
II, whose notes also set the cycles of the QF-EHEA beside EQF levels 5 to 8.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from mikra.vocabulary.labels import LabelSource
from mikra.vocabulary.lookup import entry
from mikra.vocabulary.tables import read


@cache
def _levels() -> Mapping[str, Any]:
    return dict(read("levels"))


def eqf_descriptor(level: int | str, language: str = "en") -> str:
    """What a person at this EQF level (1 to 8) knows, can do and answers for: one sentence of ours.

    In English where we have no sentence in `language`. Raises NotFoundError for another level.
    """
    number = int(entry("eqf", str(level)).code)
    descriptors = _levels()["descriptors"]
    return str(descriptors.get(language, descriptors["en"])[number - 1])


def eqf_descriptor_source(language: str = "en") -> LabelSource:
    """Whether somebody has reviewed our sentences in this language."""
    levels = _levels()
    if language not in levels["descriptors"]:
        return LabelSource.ENGLISH
    return LabelSource.REVIEWED if language in levels["reviewed"] else LabelSource.UNREVIEWED


def cycle_level(cycle: str) -> int:
    """The EQF level beside a cycle of the `qf_ehea`: "second-cycle" -> 7. Raises NotFoundError."""
    return int(_levels()["cycles"][entry("qf_ehea", cycle).slug])


def level_cycle(level: int | str) -> str | None:
    """The cycle beside an EQF level: 7 -> "second-cycle"; None below 5. Raises NotFoundError for no EQF level."""
    number = int(entry("eqf", str(level)).code)
    return next((cycle for cycle, beside in _levels()["cycles"].items() if beside == number), None)
