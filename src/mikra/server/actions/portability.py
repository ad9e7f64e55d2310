"""A copy of all that is known of a learner (GDPR, 15(3) and 20): one file, made when it is asked for, kept nowhere.

data.json            everything in words and values; each member says which processing it belongs to
credentials/         the sealed files, as they were sealed
certificates/        the same for people, PDF
evidence/            files given as evidence of prior learning
notice.html          purposes, legal bases, recipients, times, rights (15(1))
"""

from __future__ import annotations

import io
import uuid
import zipfile
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import orjson

from mikra.adapters.clock import now
from mikra.errors import ConflictError, MikraError, NotFoundError
from mikra.server.actions import (
    audit,
    awards_content,
    claims,
    erasure_search,
    notices,
    prior_learning,
    prior_learning_evidence,
)
from mikra.server.actions.work import work
from mikra.server.rights import Actor, Right
from mikra.server.store import delivery_rows, personal
from mikra.server.store.awards import Award, Change, Sealed
from mikra.server.store.deliveries import Delivery, NameRequest
from mikra.server.store.learners import Learner
from mikra.server.store.prior_learning import PriorCase
from mikra.server.store.rights_cases import RightsCase
from mikra.server.words import _


def export(actor: Actor, case_id: uuid.UUID | str) -> bytes:
    """The file (ZIP) for a case whose learner is found and proved. ConflictError, NotFoundError where erased."""
    actor.need(Right.RIGHTS_CASES)
    case = RightsCase.get(actor.tenant, case_id)
    if case.learner is None or case.proven is None:
        raise ConflictError(_("Find the learner, and note how identity was proved."), code="case_without_proof")
    content = of_learner(case.learner, actor.language)
    with work():
        RightsCase.of(actor.tenant).filter(pk=case.pk).update(exported=now())
        audit.note(actor, audit.Line(verb="case.exported", subject=f"case:{case.id}"))
    return content


def of_learner(learner: Learner, language: str) -> bytes:
    """The same without a case."""
    if learner.key is None:
        raise NotFoundError(_("The personal data that belonged here was erased."), code="erased")
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as box:
        box.writestr("data.json", orjson.dumps(data_of(learner), option=orjson.OPT_INDENT_2))
        box.writestr("notice.html", notices.as_html(notices.notice(learner.tenant, notices.Reader.LEARNERS)))
        for name, content in (*_files(learner, language), *_evidence(learner)):
            box.writestr(name, content)
    return made.getvalue()


def data_of(learner: Learner) -> dict[str, Any]:
    """All of it as JSON."""
    awards = list(Award.of(learner.tenant_id).select_related("edition").filter(learner=learner).order_by("id"))
    return {
        "made": now().isoformat(),
        "institution": learner.tenant.name,
        "profile": personal.look_into(personal.opened(learner.key), bytes(learner.profile)),
        "known_since": learner.created.isoformat(),
        "restricted": learner.restricted.isoformat() if learner.restricted else None,
        "awards": [_award(learner, one) for one in awards],
        "cases": [_case(one) for one in RightsCase.of(learner.tenant_id).filter(learner=learner).order_by("id")],
        "prior_learning": [_prior(one) for one in erasure_search.prior_of(learner)],
    }


def _prior(one: PriorCase) -> dict[str, Any]:
    """A case of prior learning: what the learner gave, what was found, what was decided."""
    known = prior_learning.view(one, one.edition.tenant.language)
    return {
        "edition": one.edition.title,
        "state": one.state,
        "row": dict(known.row),
        "evidence": [
            {
                "kind": piece.kind,
                "title": piece.title,
                "text": piece.text,
                "url": piece.url,
                "file": _place(one, piece) if piece.size else "",
                "outcomes": [known.findings[number].outcome for number in piece.outcomes],
            }
            for piece in known.evidence
        ],
        "findings": [asdict(finding) for finding in known.findings],
        "appeal": {"at": known.appeal.at.isoformat(), "reason": known.appeal.reason} if known.appeal else None,
        "decisions": [
            {"at": d.decision.created.isoformat(), "outcome": d.decision.outcome, "reason": d.reason}
            for d in known.decisions
        ],
    }


def _place(case: PriorCase, piece: prior_learning.Piece) -> str:
    """Where a file of evidence stands in the copy; its own name may be two files' name."""
    return f"evidence/{case.id}/{piece.id}-{piece.name}"


def _award(learner: Learner, one: Award) -> dict[str, Any]:
    facts = personal.look_into(personal.opened(learner.key), bytes(one.facts)) if one.facts else {}
    sealed = Sealed.of(one.tenant_id).filter(award=one).order_by("form", "generation")
    changes = Change.of(one.tenant_id).filter(award=one).order_by("id")
    return {
        "id": f"urn:uuid:{one.id}",
        "title": one.edition.title,
        "awarded_on": one.awarded_on.isoformat(),
        "issued": one.created.isoformat(),
        "ends_on": one.ends_on.isoformat() if one.ends_on else None,
        "state": one.state,
        "facts": facts,
        "status_place": [one.list_number, one.list_index],
        "files": [{"form": s.form, "generation": s.generation, "sha256": bytes(s.digest).hex()} for s in sealed],
        "changes": [{"at": c.created.isoformat(), "state": c.state, "reason": c.reason} for c in changes],
        "letters": [_letter(d) for d in Delivery.of(one.tenant_id).filter(award=one).order_by("id")],
        "requests": [
            {"at": r.created.isoformat(), "state": r.state, "text": claims.said_in(r), "answer": r.answer}
            for r in NameRequest.of(one.tenant_id).filter(award=one).order_by("id")
        ],
    }


def _letter(one: Delivery) -> dict[str, Any]:
    steps = [{"at": s.at.isoformat(), "state": s.state} for s in delivery_rows.steps_of(one)]
    return {"channel": one.channel, "kind": one.kind, "state": one.state, "steps": steps}


def _case(one: RightsCase) -> dict[str, Any]:
    said = personal.look_into(personal.opened(one.key), bytes(one.secret)) if one.secret and one.key else {}
    return {"kind": one.kind, "received": one.received.isoformat(), "state": one.state, "said": said}


def _evidence(learner: Learner) -> Iterator[tuple[str, bytes]]:
    """Files that were given as evidence of prior learning."""
    for case in erasure_search.prior_of(learner):
        for piece in prior_learning.view(case, learner.tenant.language).evidence:
            if piece.size:
                yield _place(case, piece), prior_learning_evidence.content_of(case, piece.id)


def _files(learner: Learner, language: str) -> Iterator[tuple[str, bytes]]:
    """Each credential, and its certificate where it can be drawn."""
    from mikra.rendering.certificate import CertificateRenderer

    draw = CertificateRenderer()
    for award in Award.of(learner.tenant_id).filter(learner=learner).order_by("id"):
        try:
            sealed = awards_content.file_of(award)
        except NotFoundError:
            continue
        yield f"credentials/{award.id}.jsonld", sealed
        try:
            yield f"certificates/{award.id}.pdf", draw.render(sealed, language=language)
        except MikraError:
            continue  # a form that no certificate is made of: the sealed file is the data
