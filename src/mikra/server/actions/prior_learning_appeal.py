"""Appealing a decision on prior learning, once, and the letter that says what was decided (Annex II, principle 5).

until(case)                        the end of the day until which a negative decision can be appealed
appeal(actor, case_id, reason)     what the learner says against it; the case is assessed anew, by somebody else
letter(actor, case_id)             the decision with its reasons and the way to appeal, as a PDF to print or send

The first assessment stays on record. Who assessed or decided before does not assess the appeal; where the institution
asks for four eyes, who decided before does not decide on it either.
"""

from __future__ import annotations

import datetime as dt
import uuid

from django.utils import translation

from mikra.adapters.clock import now
from mikra.errors import ConflictError
from mikra.messages.spoken import Day
from mikra.rendering.letter import Letter, write_letters
from mikra.server.actions import prior_learning_row as row
from mikra.server.actions.prior_learning import (
    CaseView,
    State,
    check_state,
    keep,
    note,
    secret_of,
    seen,
    view,
    words_of,
)
from mikra.server.actions.tenant_settings import settings_of
from mikra.server.actions.work import work
from mikra.server.rights import Actor, Right
from mikra.server.store.prior_learning import PriorCase, PriorDecision
from mikra.server.words import _, language

Outcome = PriorDecision.Outcome


def until(found: PriorCase) -> dt.datetime | None:
    """The moment at which the last day of an appeal is over; None where nothing can be appealed."""
    last = found.decisions.order_by("-id").first()
    if found.state != State.NOT_AWARDED or last is None or "appeal" in secret_of(found):
        return None
    day = last.created.astimezone(dt.UTC).date() + dt.timedelta(days=settings_of(found.tenant).appeal_days + 1)
    return dt.datetime.combine(day, dt.time(), dt.UTC)


def last_day(found: PriorCase) -> dt.date | None:
    """The last day on which an appeal is in time."""
    end = until(found)
    return (end - dt.timedelta(days=1)).date() if end else None


def appeal(actor: Actor, case_id: uuid.UUID | str, reason: str, *, at: dt.datetime | None = None) -> PriorCase:
    """Notes the learner's appeal: the case is open again, for more evidence and another assessor.

    InputError for no reason; ConflictError for anything but a negative decision, a second time, or after the last day.
    """
    actor.need(Right.PREPARE)
    said, moment = words_of("reason", reason), at or now()
    with work():
        found = seen(actor, case_id, lock=True)
        check_state(found, State.NOT_AWARDED)
        known = secret_of(found)
        if "appeal" in known:
            raise ConflictError(
                _("This decision was made on an appeal, and there is one appeal."),
                fix=_("Begin a new case, if the learner asks again."),
                code="prior_appealed",
            )
        end = until(found)
        if end is None or moment >= end:
            raise ConflictError(
                _("The time for an appeal is over."),
                found=moment.isoformat(timespec="minutes"),
                expected=end.isoformat(timespec="minutes") if end else "",
                fix=_("It stands. Begin a new case, if the learner asks again."),
                code="prior_appeal_over",
            )
        last = found.decisions.latest("id")
        told = {
            "reason": said,
            "at": moment.isoformat(),
            "assessor": str(found.assessor_id or ""),
            "decider": str(last.by_id or ""),
            "findings": known["findings"],
        }
        found.state, found.assessor = State.DRAFT, None
        keep(actor, found, appeal=told, findings={})
        note(actor, "prior.appealed", found, decision=str(last.id))
    return found


def letter(actor: Actor, case_id: uuid.UUID | str) -> bytes:
    """PDF in the learner's language, else the institution's. ConflictError before it is decided."""
    actor.need(Right.PREPARE)
    actor.need(Right.LEARNERS)
    found = seen(actor, case_id)
    check_state(found, State.AWARDED, State.NOT_AWARDED)
    tongue = secret_of(found)["row"].get("language") or found.tenant.language
    with translation.override(tongue):
        one = view(found, language())
        subject = _("What was decided on your prior learning")
        page = Letter(name=row.shown_name(one.row), subject=subject, before=lines(one))
        pdf = write_letters([page], sender=found.tenant.name, title=subject, language=language())
    with work():
        note(actor, "prior.letter", found, decision=str(one.decisions[-1].decision.id))
    return pdf


def lines(one: CaseView) -> tuple[str, ...]:
    """What the letter on a decided case says, in the language of now."""
    found = one.case
    values = {"title": found.edition.title, "tenant": found.tenant.name, "name": row.shown_name(one.row)}
    awarded = found.state == State.AWARDED
    told = [_("Hello {name},").format(**values)]
    if awarded:
        told.append(_("{tenant} awards you “{title}” on the ground of what you can do already.").format(**values))
    else:
        told.append(_("{tenant} does not award you “{title}”.").format(**values))
    told.append(_("Why: {reason}").format(reason=one.decisions[-1].reason))
    told += [f"{each.outcome}: {each.reason}" for each in one.findings if each.met is False]
    last = last_day(found)
    if one.appeal:
        told.append(_("It was assessed anew after your appeal, by somebody else. There is no other appeal here."))
    elif last is not None:
        day = Day(last).text(language())
        told.append(_("You can appeal until {day}: write why, and add what else shows it.").format(day=day))
        told.append(_("Somebody else than before then assesses it."))
    return tuple(told)
