"""What a learner might do next with a credential: what its issuer says it counts towards, others of the same programme,
and a minute of feedback. Nothing is decided here, and those who are not of age are suggested nothing.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from mikra.adapters.clock import now
from mikra.errors import MikraError
from mikra.server.actions import claims, feedback, minors, wallets_claiming
from mikra.server.actions.batches_design import design_of
from mikra.server.store.awards import Award
from mikra.server.store.designs import Design, Edition
from mikra.server.store.wallets import Held

MOST = 5
"""Others that are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """`towards`: as the issuer wrote it. `others`: (title, address) of the programme; `code`: for feedback, or ""."""

    towards: tuple[str, ...] = ()
    others: tuple[tuple[str, str], ...] = ()
    code: str = ""

    def __bool__(self) -> bool:
        return bool(self.towards or self.others or self.code)


def of(held: Held, *, language: str, at: dt.datetime | None = None) -> Next:
    """Empty for what its learner brought: of other issuers nothing is known here."""
    award: Award | None = held.award
    if award is None:
        return Next()
    suggested = minors.may_be_suggested_to(award, (at or now()).date())
    plan = design_of(award.edition).stacking
    return Next(
        towards=tuple(one.best(language) for one in plan.towards) if plan and suggested else (),
        others=_others(award, language) if suggested else (),
        code=waits_for_answer(held),
    )


def waits_for_answer(held: Held) -> str:
    """The code of its letter, while the minute of feedback has not been given; "" otherwise."""
    code = wallets_claiming.letter_of(held)
    try:
        return code if code and feedback.may_answer(claims.look(code)) else ""
    except MikraError:
        return ""


def _others(award: Award, language: str) -> tuple[tuple[str, str], ...]:
    """Published designs that were made from the same programme, and are still awarded."""
    programme = award.edition.design.programme
    if not programme:
        return ()
    rows = Design.there(award.tenant).filter(programme=programme, state=Design.State.PUBLISHED)
    rows = rows.exclude(pk=award.edition.design_id).order_by("title")[:MOST]
    found = []
    for one in rows:
        edition = Edition.of(award.tenant).filter(design=one, withdrawn=None).order_by("-number").first()
        if edition is not None:
            read = design_of(edition)
            found.append((read.title.best(language), str(read.homepage)))
    return tuple(found)
