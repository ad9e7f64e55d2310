"""What other systems may not read: a plain text where languages are meant, a word where a concept is.

The codec keeps such a member in `extra`. It is looked for only where an element would otherwise be missing, and makes
it weak ("odd-form"): a person can read it, and not everybody's software.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from mikra.model.text import Node
from mikra.validation import annex1_learning as of_learning
from mikra.validation import annex1_optional as optional
from mikra.validation.annex1_judgement import MISSING, Judgement, weak
from mikra.validation.annex1_parts import Learning, states

_Nodes = Callable[[Learning], Iterator[Node]]


def _described(learning: Learning) -> Iterator[Node]:
    yield from learning.specifications
    for specification in learning.specifications:
        yield from specification.learning_outcome


def _attended(learning: Learning) -> Iterator[Node]:
    yield from learning.specifications
    for activity in learning.activities:
        yield activity
        if activity.specified_by:
            yield activity.specified_by


def _assessed(learning: Learning) -> Iterator[Node]:
    for assessment in learning.assessments:
        yield assessment
        if assessment.specified_by:
            yield assessment.specified_by


def _joined(learning: Learning) -> Iterator[Node]:
    yield learning.achievement
    yield from learning.specifications


def _look(nodes: _Nodes, members: Mapping[str, str]) -> Callable[[Learning], Judgement]:
    """`members`: JSON member -> field of the model."""

    def look(learning: Learning) -> Judgement:
        for node in nodes(learning):
            for member, field in members.items():
                if states(node, member):
                    return weak("odd-form", (node, field))
        return MISSING

    return look


BY_JUDGE: Final[Mapping[Any, Callable[[Learning], Judgement]]] = {
    of_learning.outcomes: _look(
        _described,
        {
            "learningOutcome": "learning_outcome",
            "learningOutcomeSummary": "learning_outcome_summary",
            "title": "title",
        },
    ),
    of_learning.workload: _look(
        _attended, {"volumeOfLearning": "volume_of_learning", "creditPoint": "credit_point", "workload": "workload"}
    ),
    of_learning.assessment: _look(_assessed, {"dcType": "dc_type", "title": "title"}),
    of_learning.participation: _look(_attended, {"mode": "mode"}),
    optional.prerequisites: _look(_described, {"entryRequirement": "entry_requirement"}),
    optional.supervision: _look(_assessed, {"idVerification": "id_verification"}),
    optional.grade: _look(_assessed, {"grade": "grade"}),
    optional.stackability: _look(_joined, {"isPartOf": "is_part_of", "hasPart": "has_part"}),
    optional.further_information: _look(_joined, {"homepage": "homepage", "additionalNote": "additional_note"}),
}
"""Judge of one achievement -> where else to look."""
