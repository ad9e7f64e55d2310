"""Assessing prior learning: for each outcome how it was found out, whether it is met, and why."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mikra.errors import InputError, NotAllowedError
from mikra.server.actions.batches_design import design_of
from mikra.server.actions.prior_learning import State, check_state, keep, note, secret_of, seen, words_of
from mikra.server.actions.work import work
from mikra.server.rights import Actor
from mikra.server.store.prior_learning import PriorCase
from mikra.server.words import _


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What is said on one outcome; `met` is None where nothing is said yet."""

    met: bool | None = None
    method: str = ""
    reason: str = ""


def assess(actor: Actor, case_id: uuid.UUID | str, found: Mapping[int, Found], *, whole: bool = True) -> PriorCase:
    """By the assessor alone, until it is decided. InputError, at `met-0`, `method-0`, `reason-0`, for what is missing.

    Not `whole`: kept as far as it is, and the case goes on waiting for the assessment.
    """
    with work():
        case = seen(actor, case_id, lock=True)
        if actor.person_id is None or case.assessor_id != actor.person_id:
            raise NotAllowedError(
                _("This case was given to somebody else to assess."),
                fix=_("Have it sent to you, if you are to assess it."),
                code="not_assessor",
            )
        check_state(case, State.ASSESSMENT, State.DECISION)
        count = len(design_of(case.edition).outcomes)
        if unknown := [one for one in found if not 0 <= one < count]:
            raise InputError(_("The edition has no such outcome."), where=f"met-{unknown[0]}", expected=f"1 to {count}")
        said = {str(n): _checked(n, found.get(n, Found()), whole=whole) for n in range(count)}
        case.state = State.DECISION if whole else State.ASSESSMENT
        keep(actor, case, findings={**secret_of(case)["findings"], **said})
        met = sum(one["met"] is True for one in said.values())
        note(actor, "prior.assessed" if whole else "prior.changed", case, outcomes=count, met=met)
    return case


def _checked(number: int, one: Found, *, whole: bool) -> dict[str, Any]:
    if whole and one.met is None:
        raise InputError(_("Say whether this outcome is met."), where=f"met-{number}")
    return {
        "met": one.met,
        "method": words_of(f"method-{number}", one.method, needed=whole),
        "reason": words_of(f"reason-{number}", one.reason, needed=whole),
    }
