"""The report on what somebody was shown, as a file to keep: what was judged, when, by what, and the checks.

    kept = verify_reports.value(files, ...)      what the page carries while it is open: signed by us, kept nowhere
    verify_reports.as_json(kept)                 sealed where this service has a key of its own for receipts

It names each file by its SHA-256, the certificates that were trusted, and all that was asked of the web, so that
whoever has the same file can judge it again by the program of that version (`mikra verify FILE --at ... --trust-seal`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from django.core import signing

import mikra
from mikra.errors import InputError, NotFoundError
from mikra.issuance.compose import instant
from mikra.sealing import jades
from mikra.sealing.keys import Signer
from mikra.server.actions import seal_keys, trusted_here
from mikra.server.actions.verifying import Checked
from mikra.server.installation import installation
from mikra.server.store.tenants import SealKey, Tenant
from mikra.trust import certificates
from mikra.trust.loader import BEHAVIOUR, Recorded

FORMAT = "mikra/receipt/verification/1"
KEPT = 3_600
"""Seconds for which a page can be asked for its report."""
LONGEST = 3_000_000
"""Characters of what a page carries."""
_SALT = "mikra.verification-report"


def value(
    files: Sequence[Checked], asked: Mapping[str, Recorded], *, at: dt.datetime, today: bool, language: str
) -> str:
    """What the page carries: the content of the report, signed, so that nobody has us seal what we did not find."""
    content = {
        "format": FORMAT,
        "at": instant(at),
        "today": today,
        "language": language,
        "program": {"name": "Mikra", "version": mikra.__version__, "at": installation().origin.rstrip("/")},
        "files": [_file(one, language) for one in files],
        "trusted_seals": sorted(_trusted(files)),
        "asked": [_answer(url, one) for url, one in sorted(asked.items())],
    }
    return signing.dumps(content, salt=_SALT, compress=True)


def _trusted(files: Sequence[Checked]) -> frozenset[str]:
    """Fingerprints (SHA-256) of the certificates that were trusted by themselves, of credentials and of lists."""
    found = [trusted_here.keys_here(bytes.fromhex(one.digest))[0] for one in files]
    return trusted_here.status_seals().union(*found)


def _file(one: Checked, language: str) -> dict[str, Any]:
    return {
        "name": one.file,
        "kind": one.kind,
        "sha256": one.digest,
        "verdict": one.verdict.value,
        "reports": [each[language] for each in one.reports],
    }


def _answer(url: str, one: Recorded) -> dict[str, str]:
    if one.headers.get(BEHAVIOUR):
        return {"url": url, "unavailable": one.headers[BEHAVIOUR].partition(":")[2] or "unreachable"}
    return {"url": url, "sha256": hashlib.sha256(one.read()).hexdigest()}


def content_of(kept: str) -> dict[str, Any]:
    """What was signed. InputError for what was not signed by us, or is too old."""
    try:
        if len(kept) > LONGEST:
            raise signing.BadSignature
        found: dict[str, Any] = signing.loads(kept, salt=_SALT, max_age=KEPT)
    except signing.BadSignature as error:
        raise InputError(
            "This page is too old for a report, or did not come from here.",
            where="report",
            fix="Check the file again, then ask for the report.",
            code="request_malformed",
        ) from error
    return found


def as_json(content: Mapping[str, Any], at: dt.datetime) -> tuple[bytes, bool]:
    """The report as a file, and whether it is sealed. Raises what the key does."""
    signer = _signer()
    name = certificates.read(signer.certificate).organization if signer else ""
    origin = content["program"]["at"]
    document = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiableCredential"],
        "issuer": {"id": f"{origin}/", **({"name": name} if name else {})},
        "validFrom": instant(at),
        "name": "Report of a verification",
        "credentialSubject": dict(content),
    }
    written = orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
    return (jades.seal(written, signer=signer, at=at), True) if signer else (written, False)


def _signer() -> Signer | None:
    """The key for receipts of the one institution here. Where there are several, none speaks for all."""
    tenants = list(Tenant._default_manager.filter(closed=None)[:2])
    if len(tenants) != 1:
        return None
    try:
        return seal_keys.signer_of(seal_keys.key_for(tenants[0], SealKey.Use.RECEIPTS))
    except NotFoundError:
        return None
