"""The report on what somebody was shown, as a file to keep: what was judged, when, by what, and the checks.

    kept = verify_reports.value(files, ...)     what the page carries while it is open: signed by us, kept nowhere
    verify_reports.as_json(content_of(...))     sealed by the key of this installation for reports (`service_keys`)
    verify_reports.as_bundle(content, ...)      the same with all that it was made from: `mikra verify --bundle FILE`

It names each part of that bundle by its SHA-256: the files that were judged, whom we trusted, and what the web answered
and when; so whoever has the bundle can make the report again, offline, and see that nothing in it was exchanged.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django.core import signing

import mikra
from mikra.errors import InputError
from mikra.formats.containers import ZipLimits
from mikra.issuance.compose import instant
from mikra.sealing import jades
from mikra.server.actions import service_keys
from mikra.server.actions.verifying import Checked
from mikra.server.installation import installation
from mikra.trust.loader import BEHAVIOUR, Recorded
from mikra.verification import bundle, sealed_report
from mikra.verification.policy import DEFAULT_POLICY, Policy

FORMAT = sealed_report.FORMAT
KEPT = 3_600
"""Seconds for which a page can be asked for its report."""
LONGEST = 3_000_000
"""Characters of what a page carries."""
CARRIED = 1_500_000
"""Bytes of a bundle that travel with a page; of a larger one the files are asked for once more."""
_SALT = "mikra.verification-report"
_LIMITS = ZipLimits(entries=500, total=20_000_000, ratio=1_000, nested=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a page carries. `parts`: the bundle, in base64; "" where the web answered too much to carry it.

    `again`: the files themselves are not in it, and have to be chosen once more.
    """

    report: str
    parts: str = ""
    again: bool = False


def value(files: Sequence[Checked], asked: Mapping[str, Recorded], *, at: dt.datetime, today: bool, language: str
          ) -> Kept:  # fmt: skip
    """Of what was found, signed, so that nobody has us seal what we did not find."""
    parts = bundle.parts_of(_bundle(files, asked, at=at, today=today, language=language))
    content = {
        "format": FORMAT,
        "at": instant(at),
        "today": today,
        "language": language,
        "program": {"name": "Mikra", "version": mikra.__version__, "at": installation().origin.rstrip("/")},
        "files": [_file(one, language) for one in files],
        "trusted_seals": sorted({one for each in files for one in _trusted(each.policy)}),
        "asked": [_answer(url, one) for url, one in sorted(asked.items())],
        "parts": sealed_report.digests(parts),
    }
    report = signing.dumps(content, salt=_SALT, compress=True)
    for again in (False, True):
        carried = {name: part for name, part in parts.items() if not (again and name.startswith("files/"))}
        if sum(map(len, carried.values())) > _LIMITS.total:
            continue
        packed = bundle.archive(carried)
        if len(packed) <= CARRIED:
            return Kept(report=report, parts=base64.b64encode(packed).decode(), again=again)
    return Kept(report=report)


def _bundle(
    files: Sequence[Checked], asked: Mapping[str, Recorded], *, at: dt.datetime, today: bool, language: str
) -> bundle.Bundle:
    """Under one policy; that our records excuse a lost key of a file is noted by the file."""
    lost: dict[str, dt.datetime] = {}
    for one in files:
        lost |= one.policy.compromised
    policy = files[0].policy if files else DEFAULT_POLICY
    excused = {n: frozenset(set(lost) - set(one.policy.compromised)) for n, one in enumerate(files)}
    return bundle.Bundle(
        files=tuple((one.file, one.data) for one in files),
        at=at,
        today=today,
        policy=Policy(**{**_members(policy), "compromised": lost}),
        web=asked,
        language=language,
        told=[each[language] for one in files for each in one.reports],
        excused={n: some for n, some in excused.items() if some},
    )


def _members(policy: Policy) -> dict[str, Any]:
    return {name: getattr(policy, name) for name in bundle.POLICY_MEMBERS}


def _trusted(policy: Policy) -> Iterable[str]:
    """Fingerprints (SHA-256) of the certificates that were trusted by themselves, of credentials and of lists."""
    return policy.trusted_seals | policy.status_seals


def _file(one: Checked, language: str) -> dict[str, Any]:
    return {
        "name": one.file,
        "kind": one.kind,
        "sha256": one.digest,
        "verdict": one.verdict.value,
        "reports": [each[language] for each in one.reports],
    }


def _answer(url: str, one: Recorded) -> dict[str, str]:
    at = {"at": instant(one.at)} if one.at else {}
    if one.headers.get(BEHAVIOUR):
        return {"url": url, "unavailable": one.headers[BEHAVIOUR].partition(":")[2] or "unreachable", **at}
    return {"url": url, "sha256": hashlib.sha256(one.read()).hexdigest(), **at}


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


def as_json(content: Mapping[str, Any], at: dt.datetime) -> bytes:
    """The report as a sealed file. Raises what the key does: there is no report without a seal."""
    origin = content["program"]["at"]
    document = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiableCredential"],
        "issuer": {"id": f"{origin}/"},
        "validFrom": instant(at),
        "name": "Report of a verification",
        "credentialSubject": dict(content),
    }
    return jades.seal(orjson.dumps(document, option=orjson.OPT_SORT_KEYS), signer=service_keys.signer(), at=at)


def as_bundle(content: Mapping[str, Any], carried: str, files: Iterable[bytes], at: dt.datetime) -> bytes:
    """The report with all that it was made from. `files`: those that the page did not carry, in any order.

    InputError where a part is missing, or is another one than was judged.
    """
    given = {hashlib.sha256(one).hexdigest(): one for one in files}
    try:
        here = bundle.opened(base64.b64decode(carried, validate=True), _LIMITS)
    except (binascii.Error, ValueError, InputError):
        here = {}
    parts = {}
    for name, digest in content["parts"].items():
        part = here.get(name, given.get(digest))
        if part is None or hashlib.sha256(part).hexdigest() != digest:
            raise InputError(
                "A part of what was checked is missing, or is another one.",
                where=name,
                expected=f"SHA-256 {digest}",
                fix="Choose the same files once more, unchanged.",
                code="request_malformed",
            )
        parts[name] = part
    return bundle.archive(parts | {sealed_report.PART: as_json(content, at)})
