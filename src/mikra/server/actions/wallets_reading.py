"""What a file says and whether it holds, as it arrives in a wallet: judged like on the verifier's page, by `verifying`.

A file that is altered is kept out of the pages' words: then nothing of what it says is shown.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Any

from mikra.errors import InputError
from mikra.server.actions import verifying
from mikra.server.actions.batches_design import design_of
from mikra.server.store.awards import Award, Sealed

LANGUAGES = ("en", "ro", "bg", "cs", "lt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """`about` is what the wallet keeps of it: plain values, the sentences in every language."""

    form: str
    verdict: str
    about: dict[str, Any]


def read(data: bytes, *, name: str = "", at: dt.datetime, award: Award | None = None) -> Read:
    """Checks and reads. InputError for what is too large, or has no credential in it."""
    checked = verifying.check(data, name=name, at=at, languages=LANGUAGES, today=True)
    reports = checked.reports
    if all(_code(one["en"], "format") for one in reports):
        raise InputError(
            reports[0]["en"]["sentence"],
            where="file",
            fix="Bring the file of a credential: JSON, PDF, badge image, or the text of a token.",
            code=reports[0]["en"]["code"],
        )
    first = reports[0]
    about = {
        "file": name[:100],
        "count": len(reports),
        "code": first["en"]["code"],
        "sentence": {one: first[one]["sentence"] for one in LANGUAGES},
        "facts": _facts(first),
        **(_of_award(award) if award else _of_report(first)),
    }
    return Read(form=checked.kind, verdict=str(checked.verdict), about=about)


def award_of(data: bytes) -> Award | None:
    """The award of this installation whose sealed file this is, byte for byte."""
    digest = hashlib.sha256(data).digest()
    found = Sealed._default_manager.select_related("award__edition").filter(digest=digest).first()
    return found.award if found else None


def _code(report: dict[str, Any], check: str) -> str:
    return next((str(one.get("code", "")) for one in report["checks"] if one["id"] == check), "")


def _facts(report: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Language -> what the credential says, as the report tells it; nothing of an altered one."""
    if report["en"]["credential"] is None:
        return {}
    return {one: report[one]["credential"] for one in LANGUAGES}


def _of_award(award: Award) -> dict[str, Any]:
    design = design_of(award.edition)
    return {
        "title": {one: design.title.best(one) for one in LANGUAGES},
        "issuer": {one: design.issuer.name.best(one) for one in LANGUAGES},
        "awarded": award.awarded_on.isoformat(),
    }


def _of_report(report: dict[str, dict[str, Any]]) -> dict[str, Any]:
    if report["en"]["credential"] is None:
        return {"title": {}, "issuer": {}, "awarded": ""}
    return {
        "title": {one: _text(report[one], "title") for one in LANGUAGES},
        "issuer": {one: _text(report[one], "issuer") for one in LANGUAGES},
        "awarded": "",
    }


def _text(report: dict[str, Any], name: str) -> str:
    stated = report["credential"].get(name) or {}
    return str(stated.get("text", "")) if stated.get("stated") else ""
