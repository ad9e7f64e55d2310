"""A minute of feedback, for the quality loop (Annex II, principle 1): given once for each award, and tied to nobody.

feedback.give(code, promised=3, workload="more", use="yes", comment="...")      from the code of a letter
feedback.told(actor)                                                            of each edition, counts and comments

What is told comes in whole groups of `ENOUGH`: with four answers nothing is told, and the sixth is not told before the
tenth, so that nobody who looks twice learns what one person said.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from mikra.adapters.clock import now
from mikra.errors import ConflictError, InputError
from mikra.server.actions import claims
from mikra.server.actions.work import work
from mikra.server.rights import Actor, Right
from mikra.server.store.awards import Award
from mikra.server.store.deliveries import Delivery
from mikra.server.store.designs import Edition
from mikra.server.store.feedback import Feedback

ENOUGH = 5
"""Answers in a group."""
LONGEST = 500
PROMISED = (3, 2, 1)
WORKLOAD = ("less", "as", "more")
USE = ("yes", "soon", "no")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was said of an edition. `answers`: how many are told, a multiple of `ENOUGH`; 0 where there are too few."""

    edition: Edition
    answers: int
    promised: Mapping[int, int]
    workload: Mapping[str, int]
    use: Mapping[str, int]
    comments: tuple[str, ...]


def may_answer(offer: claims.Offer) -> bool:
    """Whether the minute can be given: collected, of a real award, and not given yet."""
    return offer.claimed and not offer.award.trial and not _answered(offer.award)


def _answered(award: Award) -> bool:
    return Delivery.of(award.tenant_id).filter(award=award, answered=True).exists()


def give(
    code: str,
    *,
    promised: int | None = None,
    workload: str = "",
    use: str = "",
    comment: str = "",
    at: dt.datetime | None = None,
) -> None:
    """Stores what was said, apart from whose it is. InputError for nothing said; ConflictError for a second time."""
    moment, words = at or now(), " ".join(comment.split())
    _refuse(promised, workload, use, words)
    offer = claims.look(code, moment)
    if not offer.claimed or offer.award.trial:
        raise ConflictError("Collect it first.", fix="Press the button on the page of the offer.")
    with work():
        Award._default_manager.select_for_update(no_key=True).get(pk=offer.award.pk)
        if _answered(offer.award):
            raise ConflictError("You have answered already. Thank you.", code="conflict")
        Delivery.of(offer.delivery.tenant_id).filter(pk=offer.delivery.pk).update(answered=True)
        Feedback(
            tenant=offer.delivery.tenant,
            edition=offer.award.edition,
            month=moment.strftime("%Y-%m"),
            promised=promised,
            workload=workload,
            use=use,
            comment=words,
        ).save(force_insert=True)


def _refuse(promised: int | None, workload: str, use: str, comment: str) -> None:
    if promised is None and not workload and not use and not comment:
        raise InputError("Answer at least one question.", where="promised")
    given: tuple[tuple[str, object, tuple[object, ...]], ...] = (
        ("promised", promised, (None, *PROMISED)),
        ("workload", workload, ("", *WORKLOAD)),
        ("use", use, ("", *USE)),
    )
    for name, value, known in given:
        if value not in known:
            raise InputError("This is no answer to that question.", where=name, found=str(value)[:20])
    if len(comment) > LONGEST:
        raise InputError(
            "These are too many words.",
            where="comment",
            expected=f"at most {LONGEST} characters",
            found=f"{len(comment)}",
        )


def told(actor: Actor) -> list[Told]:
    """Of every edition that somebody answered on, the newest first."""
    actor.need(Right.QUALITY)
    by_edition: dict[uuid.UUID, list[Feedback]] = {}
    for one in Feedback.of(actor.tenant).order_by("id"):
        by_edition.setdefault(one.edition_id, []).append(one)
    editions = Edition.of(actor.tenant).filter(pk__in=by_edition).defer("content").order_by("-published_on", "-id")
    return [_told(one, by_edition[one.pk]) for one in editions]


def _told(edition: Edition, rows: list[Feedback]) -> Told:
    told_of = rows[: len(rows) - len(rows) % ENOUGH]
    return Told(
        edition=edition,
        answers=len(told_of),
        promised=Counter(one.promised for one in told_of if one.promised),
        workload=Counter(one.workload for one in told_of if one.workload),
        use=Counter(one.use for one in told_of if one.use),
        comments=tuple(sorted((one.comment for one in told_of if one.comment), key=str.casefold)),
    )
