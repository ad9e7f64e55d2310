"""What a file says and whether it holds, as it arrives in a wallet: the core's `verify`, with the keys of this house.

A file that is altered is kept out of the pages' words: then nothing of what it says is shown.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Any

from mikra.adapters.http import HttpLoader
from mikra.errors import InputError
from mikra.formats.sniff import kind_of
from mikra.report import Report, worst
from mikra.server.actions.batches_design import design_of
from mikra.server.store.awards import Award, Sealed
from mikra.trust import certificates
from mikra.trust.loader import Loader
from mikra.verification.policy import Policy
from mikra.verification.verify import verify

LANGUAGES = ("en", "ro", "bg", "cs", "lt")
LARGEST = 5_000_000
"""Bytes of one file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """`about` is what the wallet keeps of it: plain values, the sentences in every language."""

    form: str
    verdict: str
    about: dict[str, Any]


def read(data: bytes, *, name: str = "", at: dt.datetime, award: Award | None = None) -> Read:
    """Checks and reads. InputError for what is too large, or has no credential in it."""
    if len(data) > LARGEST:
        raise InputError("This file is too large.", where="file", found=f"{len(data)} bytes", expected=f"{LARGEST}")
    reports = verify(data, at=at, policy=policy_for(award), loader=loader(), name=name[:100])
    if all(one.check("format").code for one in reports):
        raise InputError(
            reports[0].sentence.text("en"),
            where="file",
            fix="Bring the file of a credential: JSON, PDF, badge image, or the text of a token.",
            code=reports[0].code,
        )
    first = reports[0]
    about = {
        "file": name[:100],
        "count": len(reports),
        "code": first.code,
        "sentence": {one: first.sentence.text(one) for one in LANGUAGES},
        "facts": _facts(first),
        **(_of_award(award) if award else _of_report(first)),
    }
    return Read(form=str(kind_of(data)), verdict=str(worst(one.verdict for one in reports)), about=about)


def policy_for(award: Award | None) -> Policy:
    """What was sealed here is trusted by its key: the certificates that this installation's award was sealed with."""
    if award is None:
        return Policy()
    keys = [one.seal_key for one in award.sealed.select_related("seal_key") if one.seal_key]
    prints = {certificates.read(bytes(one.certificate)).fingerprint for one in keys}
    return Policy(trusted_seals=frozenset(prints))


def loader() -> Loader:
    """Asks the web for status lists and keys, through the guarded door."""
    return HttpLoader()


def award_of(data: bytes) -> Award | None:
    """The award of this installation whose sealed file this is, byte for byte."""
    digest = hashlib.sha256(data).digest()
    found = Sealed._default_manager.select_related("award__edition").filter(digest=digest).first()
    return found.award if found else None


def _facts(report: Report) -> dict[str, dict[str, Any]]:
    """Language -> what the credential says, as the report tells it; nothing of an altered one."""
    if report.credential is None:
        return {}
    return {one: report.as_dict(one)["credential"] or {} for one in LANGUAGES}


def _of_award(award: Award) -> dict[str, Any]:
    design = design_of(award.edition)
    return {
        "title": {one: design.title.best(one) for one in LANGUAGES},
        "issuer": {one: design.issuer.name.best(one) for one in LANGUAGES},
        "awarded": award.awarded_on.isoformat(),
    }


def _of_report(report: Report) -> dict[str, Any]:
    if report.credential is None:
        return {"title": {}, "issuer": {}, "awarded": ""}
    return {
        "title": {one: _text(report, "title", one) for one in LANGUAGES},
        "issuer": {one: _text(report, "issuer", one) for one in LANGUAGES},
        "awarded": "",
    }


def _text(report: Report, name: str, language: str) -> str:
    stated = (report.credential or {}).get(name)
    return stated.text(language) if stated is not None and stated.values else ""
