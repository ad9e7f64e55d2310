"""What the commands may ask of the world: the guarded door, recorded answers, trusted lists, registers."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mikra.cli.output import read_input

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from mikra.adapters.http import HttpLoader, Rules
    from mikra.trust.loader import Loaded, Loader
    from mikra.trust.register import Register
    from mikra.trust.trusted_lists import TrustedLists

MOST_LIST = 20_000_000
"""Bytes of one trusted list; the largest has about 10 MB."""
LIST_SECONDS = 60.0

AnchorsFolders = Annotated[
    list[Path] | None,
    typer.Option("--anchors", metavar="DIR", help="Certificates of authorities that you trust. May be repeated."),
]
TrustedSeals = Annotated[
    list[str] | None,
    typer.Option("--trust-seal", metavar="SHA256", help="Fingerprint of a seal that you trust. May be repeated."),
]
TrustedIssuers = Annotated[
    list[str] | None,
    typer.Option("--trust-issuer", metavar="DID", help="Issuer whose keys you trust, by DID. May be repeated."),
]
ProofOnly = Annotated[
    bool, typer.Option("--proof-only", help="Judge the seal alone, not whether the key is the issuer's.")
]
RevocationRequired = Annotated[
    bool,
    typer.Option(
        "--require-revocation-check", help="Not certain unless it is known that no certificate of a seal was revoked."
    ),
]
Faded = Annotated[
    list[str] | None,
    typer.Option(
        "--faded", metavar="METHOD=DAY", help="From this day a method proves nothing: sha256=2031-01-01. Repeatable."
    ),
]
Snapshot = Annotated[
    Path | None,
    typer.Option("--snapshot", metavar="FILE_OR_DIR", help="Recorded answers of the web: status lists."),
]
BundleFile = Annotated[
    str,
    typer.Option(
        "--bundle",
        metavar="FILE",
        help="Keep the report and all that it was made from in this file; without FILE..., make it again from it.",
    ),
]
SealedBy = Annotated[
    list[str] | None,
    typer.Option(
        "--sealed-by",
        metavar="KEYS",
        help="Who must have sealed the bundle: a file of published keys or certificates, or a SHA-256 fingerprint.",
    ),
]
TrustedListsFolder = Annotated[
    Path | None,
    typer.Option("--trusted-lists", metavar="DIR", help="Trusted lists of the EU, as `mikra trust update` keeps them."),
]
RegisterFile = Annotated[
    Path | None,
    typer.Option("--register", metavar="FILE", help="Register of providers, as `mikra register import` makes it."),
]
ContextsFolder = Annotated[
    Path | None,
    typer.Option(
        "--contexts", metavar="DIR", help="JSON-LD contexts to read besides those bundled: contexts.json and its files."
    ),
]
ListSigner = Annotated[
    list[Path] | None,
    typer.Option(
        "--list-signer",
        metavar="FILE",
        help="Certificates that sign the list of the lists, in place of those that come with Mikra.",
    ),
]


def door(context: typer.Context, rules: Rules | None = None) -> HttpLoader:
    """The one door to the network, through the proxy that was named; tests bring one to a simulated one."""
    from mikra.adapters.http import HttpLoader

    given = context.find_root().obj
    found = given if isinstance(given, HttpLoader) else HttpLoader()
    return found.with_rules(rules) if rules else found


class Together:
    """Recorded answers first; then the network, for all addresses or for a few alone; else nobody."""

    def __init__(self, recorded: Loader, network: Loader, only: Collection[str] | None) -> None:
        self._recorded = recorded
        self._network = network
        self._only = only

    def load(self, url: str, *, accept: str = "") -> Loaded:
        from mikra.errors import UnavailableError

        try:
            return self._recorded.load(url, accept=accept)
        except UnavailableError:
            if self._only is not None and url not in self._only:
                raise
        return self._network.load(url, accept=accept)


def loader(
    context: typer.Context, *, snapshot: Path | None, online: bool, offline: bool, links: Sequence[str]
) -> Loader:
    """What `verify` may look at: the snapshot; with `online` the network; and links that were given as arguments."""
    from mikra.trust.loader import OFFLINE, Divided, SnapshotLoader

    if online and offline:
        raise typer.BadParameter("it is the opposite of --online", param_hint="--offline")
    recorded: Loader = SnapshotLoader.open(snapshot) if snapshot else OFFLINE
    if offline or not (online or links):
        return recorded
    network = door(context)
    if online:
        return Together(recorded, Divided(strict=network, plain=network.for_sealed()), None)
    return Together(recorded, network, frozenset(links))


def trusted_lists(folder: Path | None, signers: Sequence[Path] | None) -> TrustedLists | None:
    """The snapshot in a folder; None where none was named."""
    if folder is None:
        return None
    from mikra.trust.trusted_lists import open_folder

    return open_folder(folder, list_signers(signers))


def list_signers(files: Sequence[Path] | None) -> tuple[bytes, ...]:
    """Who signs the list of the lists (DER)."""
    if not files:
        from mikra.trust.trusted_lists import bundled_signers

        return bundled_signers()
    from mikra.trust.certificates import split

    return tuple(der for file in files for der in split(read_input(str(file))))


def contexts(folder: Path | None) -> dict[str, bytes]:
    """JSON-LD contexts that somebody added: `contexts.json` in the folder maps each URL to a file beside it."""
    from mikra.errors import InputError
    from mikra.strictjson import parse
    from mikra.verification.openers.data_integrity import library_of

    if folder is None:
        return {}
    table = parse(read_input(str(folder / "contexts.json")))
    if not isinstance(table, dict) or not all(isinstance(name, str) and name for name in table.values()):
        raise InputError(
            "This is not a table of contexts.",
            where=str(folder / "contexts.json"),
            expected='{"https://HOST/context": "file.jsonld"}',
        )
    found = {url: read_input(str(folder / Path(name).name)) for url, name in table.items()}
    library_of(found)
    return found


def faded(given: Sequence[str] | None) -> dict[str, datetime]:
    """Method -> the moment from which it proves nothing (the beginning of its day, in UTC)."""
    from mikra.errors import InputError
    from mikra.instants import instant

    found: dict[str, datetime] = {}
    for text in given or ():
        method, _, day = text.partition("=")
        if not _is_method(method):
            raise typer.BadParameter(f"{method} is not a method of seals: {METHODS}", param_hint="--faded")
        try:
            found[method] = instant(f"{day}T00:00:00Z")
        except InputError as error:
            raise typer.BadParameter(f"{text} has no day; write sha256=2031-01-01", param_hint="--faded") from error
    return found


METHODS = "sha256, sha384, sha512; RS256, ES256 and so on; rsa2048 and so on; secp256r1, ed25519 and so on"
"""What `sealing` calls methods: digests, algorithms of seals (RFC 7518, 3.1), kinds of keys."""


def _is_method(name: str) -> bool:
    """A name of something else would fade nothing, without a word."""
    from mikra.sealing.algorithms import ALGORITHMS

    digests = {one.digest.name for one in ALGORITHMS.values() if one.digest}
    curves = {one.curve for one in ALGORITHMS.values() if one.curve} | {"ed25519"}
    return name in {*ALGORITHMS, *digests, *curves} or re.fullmatch(r"rsa[1-9][0-9]{3,4}", name) is not None


def register(file: Path | None) -> Register | None:
    """The register in a file; None where none was named."""
    if file is None:
        return None
    from mikra.trust.register import read

    with uncollected():
        return read(read_input(str(file)))


@contextmanager
def uncollected() -> Iterator[None]:
    """No search for rubbish while hundreds of thousands of values are made that all stay: it takes most of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
