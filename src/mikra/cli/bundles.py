"""`mikra verify --bundle FILE` alone: the seal of the bundle, and its reports made again from it alone."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from mikra.cli.output import console, plain, read_input
from mikra.messages import text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from mikra.report import Report


def judge_again(bundle: str, at: datetime | None, sealed_by: Sequence[str], language: str) -> list[Report]:
    """The reports of a bundle, made again offline; said where they differ from those that it keeps.

    A bundle whose seal does not hold, or is of another key than was named, is refused: SystemExit(1).
    """
    from mikra.adapters.pdf_worker import PdfWorker
    from mikra.verification import sealed_report
    from mikra.verification.bundle import opened, read, told

    if not bundle:
        raise typer.BadParameter("name a file, an https address, or a bundle with --bundle", param_hint="FILE...")
    data = read_input(bundle)
    content = _sealed(opened(data), sealed_by, language)
    kept = read(data)
    asked = replace(kept, at=at, today=False) if at else kept
    with PdfWorker() as reader:
        reports = list(asked.reports(pdf_reader=reader))
    different = [] if at else sealed_report.differences(kept.told, told(reports, kept.language), language)
    if different:
        _say([text("trust.bundle.differs", language), *different, *_versions(content, language)])
    return reports


def _sealed(parts: dict[str, bytes], sealed_by: Sequence[str], language: str) -> dict[str, Any]:
    """What the seal covers; {} where there is none and none was asked for."""
    from mikra.verification import sealed_report

    wanted = {one for given in sealed_by for one in _fingerprints(given)}
    found = sealed_report.check(parts)
    if found is None:
        _refuse([text("trust.report.unsealed", language)] if wanted else [])
        return {}
    _refuse(found.said(language))
    where = str(found.content.get("program", {}).get("at", ""))
    if not wanted:
        _say([text("trust.report.unnamed", language, where=where, fingerprint=found.fingerprint)])
    elif found.by(wanted):
        _say([text("trust.report.good", language, where=where)])
    else:
        _refuse([text("trust.report.other_key", language, fingerprint=found.fingerprint)])
    return dict(found.content)


def _fingerprints(given: str) -> list[str]:
    """Of the certificates in a file (JWK set, PEM or DER), or the fingerprint itself."""
    from mikra.trust import certificates

    if not Path(given).is_file():
        return [certificates.normal_fingerprint(given)]
    data = read_input(given)
    found = _published(data) if data.lstrip()[:1] == b"{" else certificates.split(data)
    return [certificates.fingerprint(one) for one in found]


def _published(data: bytes) -> list[bytes]:
    """The certificates in `x5c` of a JWK set (RFC 7517, 4.7)."""
    from mikra import strictjson
    from mikra.errors import InputError

    try:
        return [base64.b64decode(one["x5c"][0], validate=True) for one in strictjson.parse(data)["keys"]]
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise InputError(
            "This is no file of published keys.", expected="a JWK set with certificates (x5c)", code="key_unreadable"
        ) from error


def _versions(content: dict[str, Any], language: str) -> list[str]:
    import mikra

    then = str(content.get("program", {}).get("version", ""))
    return [text("trust.report.versions", language, then=then, now=mikra.__version__)] if then else []


def _say(lines: Sequence[str]) -> None:
    for line in lines:
        console(stderr=True).print(plain(line))


def _refuse(lines: Sequence[str]) -> None:
    if lines:
        _say(lines)
        raise SystemExit(1)
