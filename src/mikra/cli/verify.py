"""`mikra verify`: any files in, the sentence first, then the numbered checks, then what the person can do.

Exit codes, the worst of all files: 0 genuine; 1 not to be relied on; 2 not certain; 3 wrong use or no such file.
"""

from __future__ import annotations

import sys
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from mikra.cli.help import examples
from mikra.cli.output import Language, read_input

if TYPE_CHECKING:
    from datetime import datetime

    from mikra.report import Report
    from mikra.trust.loader import Loader
    from mikra.verification import Policy

EXAMPLES = examples(
    "mikra verify credential.jsonld",
    "mikra verify issued/credentials/*.jsonld --json",
    "mikra verify credential.jsonld --anchors authorities/ --at 2026-06-01",
    "mikra verify - < credential.jsonld",
)


def verify(
    files: Annotated[list[str], typer.Argument(help="Files of any kind; - for standard input.", metavar="FILE...")],
    at: Annotated[str, typer.Option("--at", metavar="TIME", help="Judge for this day or moment, not for now.")] = "",
    anchors: Annotated[
        list[Path] | None,
        typer.Option("--anchors", metavar="DIR", help="Certificates of authorities that you trust. May be repeated."),
    ] = None,
    trust_seal: Annotated[
        list[str] | None,
        typer.Option("--trust-seal", metavar="SHA256", help="Fingerprint of a seal that you trust. May be repeated."),
    ] = None,
    trust_issuer: Annotated[
        list[str] | None,
        typer.Option("--trust-issuer", metavar="DID", help="Issuer whose keys you trust, by DID. May be repeated."),
    ] = None,
    snapshot: Annotated[
        Path | None,
        typer.Option("--snapshot", metavar="FILE_OR_DIR", help="Recorded answers of the web: status lists."),
    ] = None,
    offline: Annotated[bool, typer.Option("--offline", help="Ask nobody but the snapshot.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer for programs.")] = False,
    details: Annotated[bool, typer.Option("--details", help="Show technical details too.")] = False,
    language: Language = "",
) -> None:
    """Is it genuine, unchanged, valid, from whom, and what is it worth?"""
    from mikra.adapters.pdf_worker import PdfWorker
    from mikra.report import worst
    from mikra.verification import verify as verify_bytes

    moment, policy, loader = (
        _moment(at),
        _policy(anchors or [], trust_seal or [], trust_issuer or []),
        _loader(snapshot),
    )
    _check_files(files)
    with PdfWorker() as reader:
        ask = partial(verify_bytes, at=moment, policy=policy, loader=loader, today=not at, pdf_reader=reader)
        reports = [report for file in files for report in ask(_bytes(file), name=_name(file))]
    if as_json:
        _print_json(reports, language, details=details)
    else:
        from mikra.cli.report import print_reports

        print_reports(reports, language, details=details, given=bool(at))
    raise SystemExit(worst(report.verdict for report in reports).exit_code)


def _moment(text: str) -> datetime:
    """Now, or what was given; a day alone is its noon in UTC."""
    if not text:
        from mikra.adapters.clock import now

        return now()
    from mikra.errors import InputError
    from mikra.instants import instant

    try:
        return instant(text if "T" in text else f"{text}T12:00:00Z")
    except InputError as error:
        raise typer.BadParameter(
            f"{text} is not a day or moment; write 2026-06-01 or 2026-06-01T12:00:00Z", param_hint="--at"
        ) from error


def _policy(anchors: list[Path], trust_seal: list[str], trust_issuer: list[str]) -> Policy:
    from mikra.trust.certificates import normal_fingerprint
    from mikra.verification import Policy

    found = tuple(certificate for path in anchors for certificate in certificates_in(path))
    return Policy(
        anchors=found,
        trusted_seals=frozenset(normal_fingerprint(text) for text in trust_seal),
        trusted_issuers=frozenset(trust_issuer),
    )


def certificates_in(path: Path) -> list[bytes]:
    """The certificates in a file, or in all files of a folder."""
    from mikra.errors import InputError
    from mikra.trust.certificates import split

    files = sorted(p for p in path.iterdir() if p.is_file()) if path.is_dir() else [path]
    found = [certificate for file in files for certificate in split(read_input(str(file)))]
    if not found:
        raise InputError("There is no certificate in this folder.", where=str(path), expected="files in PEM or DER")
    return found


def _loader(snapshot: Path | None) -> Loader:
    """The snapshot, or nothing: this command opens no connection."""
    from mikra.trust.loader import OFFLINE, SnapshotLoader

    return SnapshotLoader.open(snapshot) if snapshot else OFFLINE


def _bytes(file: str) -> bytes:
    """The file, or so much of it that it is surely too large: an endless one costs no more."""
    from mikra.errors import InputError
    from mikra.formats.opened import LIMITS

    try:
        with nullcontext(_standard_input()) if file == "-" else Path(file).open("rb") as opened:
            return opened.read(LIMITS.archive + 1)
    except OSError as error:
        raise InputError(
            "This file cannot be opened.", where=file, found=error.strerror or "", fix="Check its name and rights."
        ) from error


def _standard_input() -> BinaryIO:
    from mikra.errors import InputError

    if sys.stdin is None:
        raise InputError("There is no standard input.", fix="Name a file instead of -.")
    return sys.stdin.buffer


def _name(file: str) -> str:
    """The name as text: one that is not UTF-8 has a mark in place of what cannot be read."""
    return file.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _check_files(files: list[str]) -> None:
    """Wrong names are told before any work is done. A pipe (`<(...)` of a shell) is as good as a file."""
    from mikra.errors import InputError

    for file in files:
        if file == "-":
            continue
        if Path(file).is_dir():
            raise InputError("This is a folder, not a file.", where=file, fix="Name the files in it.")
        if not Path(file).exists():
            raise InputError("There is no such file.", where=file, fix="Check its name.")


def _print_json(reports: list[Report], language: str, *, details: bool) -> None:
    import orjson

    answer = [report.as_dict(language, details=details) for report in reports]
    sys.stdout.buffer.write(orjson.dumps(answer, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    sys.stdout.buffer.flush()
