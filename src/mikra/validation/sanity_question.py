"""What the sanity rules ask: findings that never block."""

from __future__ import annotations

from typing import Final

from mikra.model import Credential
from mikra.model.text import Node
from mikra.report import Finding, Severity, words
from mikra.validation import annex1_places as places

_RECOMMENDATION: Final = "Council Recommendation of 16 June 2022"
SMALL: Final = f"{_RECOMMENDATION}, point 5(a)"
QUALITY: Final = f"{_RECOMMENDATION}, Annex II, principle 1"
TRANSPARENCY: Final = f"{_RECOMMENDATION}, Annex II, principle 2"
PRINCIPLE_OF: Final = {"accreditation": QUALITY, "size": SMALL}


def ask(
    rule: str,
    credential: Credential,
    sight: tuple[Node, str],
    *,
    found: str = "",
    expected: str = "",
    severity: Severity = Severity.QUESTION,
    **values: object,
) -> Finding:
    """The finding of rule `sanity.<rule>` on what stands in a field of a node. `values` fill the sentence."""
    return Finding(
        rule=f"sanity.{rule}",
        severity=severity,
        what=words(f"sanity.{rule}", **values),
        fix=words(f"sanity.{rule}.fix"),
        where=places.pointer(credential, *sight),
        found=found[:200],
        expected=expected,
        clause=PRINCIPLE_OF.get(rule.split(".", 1)[0], TRANSPARENCY),
    )
