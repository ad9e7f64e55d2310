"""What a learner does with the code of their letter: look, take, download, say that the name is wrong. No account.

Whoever has the code has the letter; nothing more is proved by it, and the ledger says just that.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from mikra.adapters.clock import now
from mikra.errors import ConflictError, InputError, MikraError, NotFoundError
from mikra.issuance.design import Design
from mikra.server.actions import audit, awards_content, claim_codes, forms_given, letters, minors, typed_codes
from mikra.server.actions.batches_design import design_of_award
from mikra.server.actions.work import work
from mikra.server.installation import installation
from mikra.server.store import delivery_rows, personal
from mikra.server.store.awards import Award
from mikra.server.store.deliveries import Delivery, NameRequest

State = Delivery.State
LONGEST = 1_000
"""Characters of what a learner writes."""
_WITHOUT_OFFER = frozenset({State.WITHDRAWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What the claim page shows. `successor` is the address of the award that took its place, "" where none did."""

    delivery: Delivery
    award: Award
    design: Design
    name: str
    open: bool
    claimed: bool
    ended: bool
    withdrawn: bool
    successor: str = ""
    asked: bool = field(default=False)
    guardian: bool = field(default=False)
    """A guardian has to agree first: the learner was not of age when it was awarded."""


def look(code: str, at: dt.datetime | None = None) -> Offer:
    """The offer of a code. NotFoundError for a code that is none of ours; what was withdrawn or ended says so."""
    moment = at or now()
    delivery = _delivery(code)
    award = delivery.award
    try:
        name = letters.person_of(delivery).name
    except MikraError:
        name = ""
    ended = delivery.expires is not None and delivery.expires <= moment and delivery.state != State.CLAIMED
    withdrawn = delivery.state in _WITHOUT_OFFER
    return Offer(
        delivery=delivery,
        award=award,
        design=design_of_award(award),
        name=name,
        open=bool(name) and not ended and not withdrawn,
        claimed=delivery.state == State.CLAIMED,
        ended=ended,
        withdrawn=withdrawn,
        successor=_successor(award),
        guardian=delivery.state != State.CLAIMED and minors.guardian_asked(award),
        asked=NameRequest.of(delivery.tenant).filter(award=award, state=NameRequest.State.OPEN).exists(),
    )


def on_paper(offer: Offer) -> bool:
    """Whether its letter was printed, so that the digits for a wallet stand on it."""
    return delivery_rows.on_paper(offer.award.id)


def _delivery(code: str) -> Delivery:
    found = delivery_rows.by_token(claim_codes.token_of(code)) if len(code) <= 40 else None
    if found is None:
        raise NotFoundError(
            "This code belongs to no letter of ours.",
            fix="Check it against the letter: sixteen letters and digits. Or ask whoever sent it.",
            code="not_found",
        )
    return found


def _successor(award: Award) -> str:
    """Where the award that took its place is claimed; the last one of the line."""
    last = award
    for _step in range(50):
        following = Award._default_manager.filter(supersedes=last).first()
        if following is None:
            break
        last = following
    if last is award:
        return ""
    newest = last.deliveries.exclude(token=None).order_by("-id").first()
    return letters.claim_address(newest) if newest else ""


def opened(offer: Offer, at: dt.datetime | None = None) -> None:
    """Notes once that the page was opened, and nothing about who or where."""
    if offer.delivery.opened is None and offer.open:
        moment = at or now()
        state = State.OPENED if offer.delivery.state in (State.SENT, State.PRINTED, State.BOUNCED) else None
        with work():
            delivery_rows.step(offer.delivery, state or offer.delivery.state, moment, opened=moment)


def claim(code: str, at: dt.datetime | None = None, *, guardian: bool = False) -> Offer:
    """The learner takes it. Twice is once; ConflictError for an offer that ended or was withdrawn.

    `guardian`: somebody says that they are the guardian and agree; that it was said is kept, and not who. InputError
    where it has to be said and was not.
    """
    moment = at or now()
    with work():
        offer = look(code, moment)
        if not offer.open:
            raise ConflictError("This offer is not open any more.", fix="Ask the institution to send it again.")
        if offer.guardian and not guardian:
            raise InputError("A guardian has to agree first.", where="guardian", code="guardian_asked")
        locked = Delivery.get(offer.delivery.tenant, offer.delivery.id, lock=True)
        if locked.state != State.CLAIMED:
            agreed = moment if offer.guardian else None
            delivery_rows.step(locked, State.CLAIMED, moment, claimed=moment, guardian=agreed)
            subject = f"award:{offer.award.id}"
            audit.note_all(
                offer.delivery.tenant, "learner", [audit.Line(verb="award.claimed", subject=subject)], moment
            )
    return look(code, moment)


def credential(code: str) -> bytes:
    """The sealed credential, as it was sealed. ConflictError before it is claimed."""
    offer = look(code)
    if not offer.claimed:
        raise ConflictError("Collect it first.", fix="Press the button on the page of the offer.")
    return awards_content.file_of(offer.award)


def certificate(code: str, language: str) -> bytes:
    """The certificate for people, PDF, with the sealed credential inside."""
    from mikra.rendering.certificate import CertificateRenderer

    sealed = credential(code)
    forms_given.check(look(code).delivery.tenant, forms_given.CERTIFICATE)
    return CertificateRenderer(verify_url=paper_address(look(code).award)).render(sealed, language=language)


def paper_address(award: Award) -> str:
    """Where a paper copy is checked, with its code, which browsers do not send; "" for a trial run."""
    typed = typed_codes.code_of(award)
    return f"{installation().origin.rstrip('/')}/c/#{typed}" if typed else ""


def ask_for_correction(code: str, text: str) -> NameRequest:
    """ "This is not how I write my name": goes to the registrar. InputError for nothing said, or too much."""
    said = text.strip()
    if not said or len(said) > LONGEST:
        raise InputError(
            "Say what is not right.", where="text", expected=f"1 to {LONGEST} characters", found=f"{len(said)}"
        )
    offer = look(code)
    learner = offer.award.learner
    if learner is None or not offer.name:
        raise NotFoundError("The personal data that belonged here was erased.", code="erased")
    key = personal.opened(learner.key)
    with work():
        made = NameRequest(tenant=offer.delivery.tenant, award=offer.award, text=personal.seal_away(key, said))
        made.save(force_insert=True)
        line = audit.Line(verb="award.correction_asked", subject=f"award:{offer.award.id}")
        audit.note_all(offer.delivery.tenant, "learner", [line], now())
    return made


def said_in(request: NameRequest) -> str:
    """What the learner wrote."""
    learner = request.award.learner
    if learner is None or request.text is None:
        return ""
    return str(personal.look_into(personal.opened(learner.key), bytes(request.text)))
