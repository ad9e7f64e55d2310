"""Everything from which a report was made, in one file: so that it can be made again, offline, years later.

    manifest.json   the moment, the policy, the session, the names of the files, when the web was asked
    files/          what was judged
    web/            what the loader was answered; also what it was not
    anchors/, contexts/, trusted/, register.json: what the policy trusts and knows, as far as it was used
    report.json     the report as it was told then

A bundle proves nothing by itself: it is the policy of whoever made it. It lets the judgement be followed. One that a
service made carries its seal beside all this (`verification.sealed_report`).
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import orjson

from mikra import strictjson
from mikra.errors import InputError
from mikra.formats import containers, pdf
from mikra.formats.containers import ZipLimits
from mikra.formats.pdf import PdfReader
from mikra.instants import instant
from mikra.report import Report
from mikra.trust import register as registers
from mikra.trust.loader import Recorded, SnapshotLoader
from mikra.verification.policy import Policy
from mikra.verification.question import NO_SESSION, Session
from mikra.verification.verify import verify

FORMAT = "mikra-bundle/1"
LIMITS = ZipLimits(entries=5_000, total=400_000_000, nested=True)
_JSON = strictjson.Limits(max_bytes=20_000_000, max_depth=12, max_nodes=500_000)

_SETS = ("trusted_seals", "status_seals", "trusted_issuers", "algorithms", "deciding_content")
_PLAIN = (
    "inline_contexts",
    "proof_only",
    "status_required",
    "timestamps_anchored",
    "revocation_required",
    "profile_version",
)
_SPANS = ("clock_skew", "status_max_age")
_SINCE = ("compromised", "faded")
_FILES = ("anchors", "contexts", "trusted_lists", "register")
_NAMED = ("lists_of", "tokens_of")
_OWN = (*_SINCE, *_NAMED, "limits")
POLICY_MEMBERS = frozenset((*_SETS, *_PLAIN, *_SPANS, *_FILES, *_OWN))
"""Every member of a policy is kept; `limits` alone are those of the program that reads."""


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """What was judged, when, under which policy, and what the web answered. `told` is the report of then.

    `excused`: number of a file -> those of `policy.compromised` that had sealed it before they were lost, as whoever
    made the bundle knew from records of their own.
    """

    files: tuple[tuple[str, bytes], ...]
    at: datetime
    policy: Policy
    web: Mapping[str, Recorded] = field(default_factory=dict)
    today: bool = False
    session: Session = NO_SESSION
    told: Any = None
    language: str = "en"
    excused: Mapping[int, frozenset[str]] = field(default_factory=dict)

    def reports(self, *, pdf_reader: PdfReader = pdf.read) -> tuple[Report, ...]:
        """The reports, made again from this bundle alone. `pdf_reader` as in `verify`."""
        loader = SnapshotLoader(self.web, judged=True)
        return tuple(
            report
            for number, (name, data) in enumerate(self.files)
            for report in verify(
                data,
                at=self.at,
                policy=self._policy(number),
                loader=loader,
                name=name,
                today=self.today,
                session=self.session,
                pdf_reader=pdf_reader,
            )
        )

    def _policy(self, number: int) -> Policy:
        excused = self.excused.get(number)
        if not excused:
            return self.policy
        known = self.policy.compromised
        return replace(self.policy, compromised={one: since for one, since in known.items() if one not in excused})


def write(bundle: Bundle) -> bytes:
    """One ZIP file."""
    return archive(parts_of(bundle))


def parts_of(bundle: Bundle) -> dict[str, bytes]:
    """What stands in the ZIP file: name -> bytes."""
    parts: dict[str, bytes] = {f"files/{n}": data for n, (_, data) in enumerate(bundle.files)}
    web: dict[str, Any] = {}
    for number, (url, answer) in enumerate(sorted(bundle.web.items())):
        parts[f"web/{number}"] = answer.read()
        web[url] = {"file": f"web/{number}", "status": answer.status, "headers": dict(answer.headers)}
        if answer.at is not None:
            web[url]["at"] = answer.at.isoformat()
    manifest = {
        "format": FORMAT,
        "at": bundle.at.isoformat(),
        "today": bundle.today,
        "language": bundle.language,
        "files": [name for name, _ in bundle.files],
        "session": {"nonce": bundle.session.nonce, "audience": bundle.session.audience,
                    "key_binding": bundle.session.key_binding},
        "web": web,
        "policy": _policy(bundle.policy, parts),
    }  # fmt: skip
    if bundle.excused:
        manifest["excused"] = {str(number): sorted(some) for number, some in bundle.excused.items()}
    parts["report.json"] = _json(bundle.told)
    return {"manifest.json": _json(manifest)} | parts


def _policy(policy: Policy, parts: dict[str, bytes]) -> dict[str, Any]:
    """The members of a policy; its files go into `parts`."""
    said: dict[str, Any] = {name: sorted(getattr(policy, name)) for name in _SETS}
    said |= {name: getattr(policy, name) for name in _PLAIN}
    said |= {name: getattr(policy, name).total_seconds() for name in _SPANS}
    for name in _NAMED:
        said[name] = {issuer: sorted(seals) for issuer, seals in getattr(policy, name).items()}
    for name in _SINCE:
        said[name] = {one: moment.isoformat() for one, moment in getattr(policy, name).items()}
    parts |= {f"anchors/{n}": der for n, der in enumerate(policy.anchors)}
    said["anchors"] = len(policy.anchors)
    said["contexts"] = {}
    for number, (url, data) in enumerate(policy.contexts.items()):
        parts[f"contexts/{number}"] = data
        said["contexts"][url] = f"contexts/{number}"
    if policy.trusted_lists is not None:
        parts |= {f"trusted/{name}": data for name, data in policy.trusted_lists.used().items()}
        parts |= {f"signers/{n}": der for n, der in enumerate(policy.trusted_lists.signers)}
    said["signers"] = len(policy.trusted_lists.signers) if policy.trusted_lists is not None else None
    if policy.register is not None:
        parts["register.json"] = registers.write(policy.register.used())
    return said


def read(data: bytes) -> Bundle:
    """A bundle as `write` makes it. InputError where it is none, or was damaged."""
    part = opened(data).get
    manifest = strictjson.parse(part("manifest.json") or b"{}", _JSON)
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise _none("manifest.json")
    try:
        return Bundle(
            files=tuple((str(name), _needed(part, f"files/{n}")) for n, name in enumerate(manifest["files"])),
            at=instant(manifest["at"]),
            today=bool(manifest["today"]),
            language=str(manifest["language"]),
            session=Session(**manifest["session"]),
            web={url: _recorded(part, answer) for url, answer in manifest["web"].items()},
            policy=_read_policy(manifest["policy"], part),
            told=orjson.loads(part("report.json") or b"null"),
            excused={int(n): frozenset(map(str, some)) for n, some in manifest.get("excused", {}).items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _none(str(error)) from error


def opened(data: bytes, limits: ZipLimits = LIMITS) -> dict[str, bytes]:
    """The parts of a bundle: name -> bytes. InputError for what is no archive, or too much."""
    return {entry.name: containers.read_entry(data, entry) for entry in containers.inspect_zip(data, limits)}


def _read_policy(said: Mapping[str, Any], part: Any) -> Policy:
    signers = said["signers"]
    lists = None
    if signers is not None:
        from mikra.trust.trusted_lists import open_snapshot

        known = [_needed(part, f"signers/{n}") for n in range(signers)]
        lists = open_snapshot(lambda name: part(f"trusted/{name}"), known)
    register = part("register.json")
    values: dict[str, Any] = {name: frozenset(said.get(name, ())) for name in _SETS}
    values |= {name: said[name] for name in _PLAIN}
    values |= {name: timedelta(seconds=said[name]) for name in _SPANS}
    for name in _NAMED:
        values[name] = {issuer: frozenset(seals) for issuer, seals in said.get(name, {}).items()}
    for name in _SINCE:
        values[name] = {one: instant(moment) for one, moment in said.get(name, {}).items()}
    return Policy(
        anchors=tuple(_needed(part, f"anchors/{n}") for n in range(said["anchors"])),
        contexts={url: _needed(part, name) for url, name in said["contexts"].items()},
        trusted_lists=lists,
        register=registers.read(register) if register is not None else None,
        **values,
    )


def _recorded(part: Any, answer: Mapping[str, Any]) -> Recorded:
    body = _needed(part, answer["file"])
    headers = {str(name): str(value) for name, value in answer["headers"].items()}
    at = instant(answer["at"]) if "at" in answer else None
    return Recorded(read=lambda: body, status=answer["status"], headers=headers, at=at)


def _needed(part: Any, name: str) -> bytes:
    data = part(name)
    if not isinstance(data, bytes):
        raise _none(name)
    return data


def _json(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)


def archive(parts: Mapping[str, bytes]) -> bytes:
    """The same parts give the same bytes."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, data in parts.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            opened.writestr(info, data)
    return written.getvalue()


def _none(found: str) -> InputError:
    return InputError(
        "This is not a bundle of a report and what it was made from.",
        found=found[:80],
        expected="a file that `mikra verify --bundle` wrote",
        code="file_type_mismatch",
    )


def told(reports: Sequence[Report], language: str) -> list[dict[str, Any]]:
    """The reports as programs are told them, in full."""
    return [report.as_dict(language, details=True) for report in reports]
