"""What the institution says of a credential of this installation that counts no more: since when, why, what follows.

Only what the report itself found set in the issuer's list is looked up, by the place there; so nobody learns anything
here of a place without a credential that was sealed for it. Where the new credential is claimed is a secret of its
learner, and so is each link of theirs to it: whoever has the old file is told to ask the holder.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mikra.server.store.awards import Award
from mikra.server.store.copies import award_at
from mikra.server.store.status import StatusList

_CODES = frozenset({"credential_revoked", "credential_superseded", "credential_suspended"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """`corrected`: another one took its place. `reason`: in words for everybody."""

    state: str
    day: dt.datetime | None
    reason: str
    corrected: bool


def own(report: Mapping[str, Any]) -> Own | None:
    """Of a report (`Report.as_dict(details=True)`); None where it is not about one of ours, or nothing is set."""
    if report["code"] not in _CODES:
        return None
    award = _award(_place(report))
    if award is None or award.state == Award.State.VALID:
        return None
    return Own(
        state=award.state,
        day=award.changed,
        reason=award.reason,
        corrected=Award._default_manager.filter(supersedes=award).exists(),
    )


def _place(report: Mapping[str, Any]) -> str:
    for check in report["checks"]:
        for finding in check.get("findings", ()):
            if finding["rule"] == "status.place":
                return str(finding.get("found", ""))
    return ""


def _award(place: str) -> Award | None:
    """`ADDRESS/NUMBER/ENCODING#INDEX`; the address is compared too, for others number their lists as well."""
    url, _mark, index = place.rpartition("#")
    address, number, _encoding = [*url.rsplit("/", 2), "", ""][:3]
    if not all(one.isascii() and one.isdecimal() and len(one) < 10 for one in (number, index)):
        return None
    if not StatusList._default_manager.filter(number=int(number), address=address).exists():
        return None
    return award_at(int(number), int(index))
