"""`mikra verify`: any files in, the sentence first, then the numbered checks, then what the person can do.

It asks the network only for an https address that is given in place of a file, or for everything with --online.

Exit codes, the worst of all files: 0 genuine; 1 not to be relied on; 2 not certain; 3 wrong use or no such file.
"""

from __future__ import annotations

import sys
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, NoReturn

import typer

from mikra.cli import world
from mikra.cli.bundles import judge_again
from mikra.cli.help import examples
from mikra.cli.output import Language, console, plain, read_input, write_new
from mikra.cli.world import (
    AnchorsFolders,
    BundleFile,
    ContextsFolder,
    Faded,
    ListSigner,
    ProofOnly,
    RegisterFile,
    RevocationRequired,
    SealedBy,
    Snapshot,
    TrustedIssuers,
    TrustedListsFolder,
    TrustedSeals,
)
from mikra.messages import text

if TYPE_CHECKING:
    from datetime import datetime

    from mikra.report import Report
    from mikra.trust.loader import Loader
    from mikra.verification import Policy
    from mikra.verification.bundle import Bundle

EXAMPLES = examples(
    "mikra verify credential.jsonld",
    "mikra verify issued/credentials/*.jsonld --json",
    "mikra verify credential.jsonld --anchors authorities/ --at 2026-06-01",
    "mikra verify credential.jsonld --register register.json",
    "mikra verify credential.jsonld --bundle kept.zip",
    "mikra verify --bundle kept.zip",
    "mikra verify - < credential.jsonld",
    note="An https address in place of a file is fetched, and nothing else is; --online lets the checks ask too.",
)


def verify(
    context: typer.Context,
    files: Annotated[
        list[str] | None,
        typer.Argument(help="Files of any kind, or https addresses; - for standard input.", metavar="FILE..."),
    ] = None,
    at: Annotated[str, typer.Option("--at", metavar="TIME", help="Judge for this day or moment, not for now.")] = "",
    anchors: AnchorsFolders = None,
    trust_seal: TrustedSeals = None,
    trust_issuer: TrustedIssuers = None,
    lists: TrustedListsFolder = None,
    list_signer: ListSigner = None,
    register: RegisterFile = None,
    contexts: ContextsFolder = None,
    proof_only: ProofOnly = False,
    revocation_required: RevocationRequired = False,
    faded: Faded = None,
    snapshot: Snapshot = None,
    online: Annotated[bool, typer.Option("--online", help="Let the checks ask the network: status, keys.")] = False,
    offline: Annotated[bool, typer.Option("--offline", help="Ask nobody but the snapshot.")] = False,
    bundle: BundleFile = "",
    sealed_by: SealedBy = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer for programs.")] = False,
    details: Annotated[bool, typer.Option("--details", help="Show technical details too.")] = False,
    language: Language = "",
) -> None:
    """Is it genuine, unchanged, valid, from whom, and what is it worth?"""
    from mikra.verification.bundle import Bundle

    if files:
        policy = _policy(anchors or [], trust_seal or [], trust_issuer or [])
        policy = replace(
            policy,
            trusted_lists=world.trusted_lists(lists, list_signer),
            register=world.register(register),
            contexts=world.contexts(contexts),
            proof_only=proof_only,
            revocation_required=revocation_required,
            faded=world.faded(faded),
        )
        looking = world.loader(
            context, snapshot=snapshot, online=online, offline=offline, links=[f for f in files if _is_link(f)]
        )
        reports = _judge(
            files, Bundle(files=(), at=moment_of(at), policy=policy, today=not at), looking, bundle, language
        )
    else:
        reports = judge_again(bundle, moment_of(at) if at else None, sealed_by or [], language)
    _tell(reports, language, as_json=as_json, details=details, given=bool(at) or not files)


def _judge(files: list[str], question: Bundle, loader: Loader, bundle: str, language: str) -> list[Report]:
    """The reports on all files; kept in a bundle where one was asked for."""
    from mikra.adapters.pdf_worker import PdfWorker
    from mikra.trust.loader import RecordingLoader
    from mikra.verification import verify as verify_bytes
    from mikra.verification.bundle import told, write

    _check_files(files)
    recording = RecordingLoader(loader)
    kept: list[tuple[str, bytes]] = []
    reports: list[Report] = []
    with PdfWorker() as reader:
        ask = partial(verify_bytes, at=question.at, policy=question.policy, loader=recording, today=question.today)
        for file in files:
            data, name = _bytes(file), _name(file)
            kept += [(name, data)] if bundle else []
            reports += ask(data, name=name, pdf_reader=reader)
    if bundle:
        whole = replace(question, files=tuple(kept), web=recording.answers, language=language)
        write_new(bundle, write(replace(whole, told=told(reports, language))))
        console(stderr=True).print(plain(text("trust.bundle.kept", language, file=bundle)))
    return reports


def _tell(reports: list[Report], language: str, *, as_json: bool, details: bool, given: bool) -> NoReturn:
    from mikra.report import worst

    if as_json:
        _print_json(reports, language, details=details)
    else:
        from mikra.cli.report import print_reports

        print_reports(reports, language, details=details, given=given)
    raise SystemExit(worst(report.verdict for report in reports).exit_code)


def _is_link(file: str) -> bool:
    return file.startswith("https://")


def moment_of(text: str) -> datetime:
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


def _bytes(file: str) -> bytes:
    """The file, or so much of it that it is surely too large: an endless one costs no more. A link is its address."""
    from mikra.errors import InputError
    from mikra.formats.opened import LIMITS

    if _is_link(file):
        return file.encode()
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
        if file == "-" or _is_link(file):
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
