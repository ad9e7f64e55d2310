"""Reading and changing what is kept of a learner; it stays encrypted under their own key."""

from __future__ import annotations

from typing import Any

from mikra.server.store import personal
from mikra.server.store.learners import MAIL, Learner, LearnerToken


def profile_of(learner: Learner) -> dict[str, Any]:
    """Names, dates, addresses, identifiers. NotFoundError where they were erased."""
    found: dict[str, Any] = personal.look_into(personal.opened(learner.key), bytes(learner.profile))
    return found


def give_address(learner: Learner, email: str) -> None:
    """Letters go to this address from now on; the old one still finds the learner. Call it inside `work()`."""
    profile = profile_of(learner)
    profile["emails"] = [email, *(one for one in profile.get("emails", []) if one != email)]
    learner.profile = personal.seal_away(personal.opened(learner.key), profile)
    learner.save(update_fields=("profile",))
    token = personal.token(learner.tenant_id, MAIL, email.casefold())
    LearnerToken._default_manager.get_or_create(tenant_id=learner.tenant_id, learner=learner, kind=MAIL, token=token)
