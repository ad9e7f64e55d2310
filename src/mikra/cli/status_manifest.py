"""The sealed manifests of an award, written anew when it is withdrawn or replaced (`--manifest`)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mikra.cli.output import read_input
from mikra.errors import ConflictError, InputError

if TYPE_CHECKING:
    from datetime import datetime

    from mikra.conversion.manifest import Manifest
    from mikra.sealing.keys import Signer

ManifestFile = Annotated[
    str, typer.Option("--manifest", help="The award's manifest (of `mikra forms`), to be rewritten.", metavar="FILE")
]
NewManifestFile = Annotated[
    str, typer.Option("--by-manifest", help="The new award's manifest, to be rewritten.", metavar="FILE")
]
ManifestKey = Annotated[
    str, typer.Option("--key", help="The key that seals the manifests: as for `mikra issue`.", metavar="KEY")
]


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A manifest as it is to stand in its file."""

    file: str
    content: bytes

    def write(self) -> None:
        from mikra.adapters.folder import write_whole

        write_whole(Path(self.file), self.content)


def signer_for(files: tuple[str, ...], key: str, password_file: str, language: str) -> Signer | None:
    """The key, where there is a manifest to seal. InputError where one is given without the other."""
    from mikra.cli.keys import open_key

    if any(files) != bool(key):
        raise InputError(
            "A manifest is rewritten under the issuer's seal.",
            where="--key" if any(files) else "--manifest",
            expected="both --manifest and --key, or neither",
        )
    return open_key(key, password_file, language) if key else None


def withdrawn(file: str, name: str, signer: Signer, at: datetime, *, by: str = "") -> Rewritten:
    """The manifest in `file` of the award or credential `name`, which counts no more; `by`: what took its place."""
    from mikra.conversion import manifest

    found = _read(file, name)
    if found.superseded_by:
        raise ConflictError("This manifest says already that it was replaced.", where=file, found=found.superseded_by)
    return Rewritten(file, manifest.seal(found.withdrawn(at, by=by), signer=signer, at=at))


def replacing(file: str, name: str, signer: Signer, at: datetime, *, old: str) -> Rewritten:
    """The manifest in `file` of the award or credential `name`, which took the place of the credential `old`."""
    from mikra.conversion import manifest

    return Rewritten(file, manifest.seal(_read(file, name).replacing(old, at), signer=signer, at=at))


def _read(file: str, name: str) -> Manifest:
    from mikra.conversion import manifest

    found = manifest.read(read_input(file))
    if name not in (found.award, found.credential):
        raise InputError(
            "This is the manifest of another award.", where=file, found=found.award, expected=name, fix="Name its own."
        )
    return found
