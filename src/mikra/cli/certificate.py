"""`mikra certificate`: sealed credentials become certificates for people, in PDF; sealed too where a key is named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mikra import messages
from mikra.cli import world
from mikra.cli.help import examples
from mikra.cli.keys import Password, open_key
from mikra.cli.output import Exit, Language, console, default_language, plain, say
from mikra.errors import InputError, MikraError

if TYPE_CHECKING:
    from mikra.rendering.brand import Brand
    from mikra.rendering.certificate import CertificateRenderer
    from mikra.sealing.keys import Signer
    from mikra.sealing.timestamps import Timestamper

EXAMPLES = examples(
    "mikra certificate credential.jsonld -o certificate.pdf --key seal.p12",
    "mikra certificate credential.jsonld -o diplom.pdf --in cs --accent '#7a1f3d'",
    "mikra certificate issued/credentials/*.jsonld -o pdf/ --design water.yaml",
    note="--url https://verify.example/#{code}: the short code of each certificate stands for {code}.",
)
FILE_END = ".pdf"


def certificate(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="Sealed European credentials.", metavar="CREDENTIAL...")],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The PDF file; of several, the folder for them.", metavar="FILE")
    ],
    key: Annotated[
        str, typer.Option("--key", help="Seals the file: a key (.p12, .pem), or pkcs11:...", metavar="KEY")
    ] = "",
    password_file: Password = "",
    tsa: Annotated[str, typer.Option("--tsa", help="Timestamp authority for the seal.", metavar="ADDRESS")] = "",
    url: Annotated[str, typer.Option("--url", help="Where to check it; a QR code too.", metavar="ADDRESS")] = "",
    design: Annotated[str, typer.Option("--design", help="Design with colour and logo.", metavar="DESIGN")] = "",
    accent: Annotated[str, typer.Option("--accent", help="Colour, such as #7a1f3d.", metavar="COLOUR")] = "",
    logo: Annotated[Path | None, typer.Option("--logo", help="Logo, PNG or SVG.", metavar="FILE")] = None,
    fonts: Annotated[
        list[Path] | None,
        typer.Option("--fonts", help="Folder with more fonts. May be repeated.", metavar="DIR"),
    ] = None,
    text_in: Annotated[
        str, typer.Option("--in", help="Language of the certificate; else the learner's own.", metavar="TAG")
    ] = "",
    language: Language = "",
) -> None:
    """Make the certificate that a learner can print and frame: a PDF with the sealed credential attached."""
    from mikra.rendering.certificate import CertificateRenderer

    if text_in and text_in not in messages.LANGUAGES:
        raise typer.BadParameter(f"{text_in} is not one of {', '.join(messages.LANGUAGES)}", param_hint="--in")
    spoken = language or default_language()
    _check_places(files, output)
    brand = _brand(design, accent, logo)
    _say_darkened(brand, spoken)
    renderer = CertificateRenderer(brand=brand, verify_url=url, fonts=tuple(fonts or ()))
    signer = open_key(key, password_file, spoken) if key else None
    maker = Maker(renderer, signer, text_in, _timestamper(context, tsa))
    failed = [error for error in maker.make(_shown(files, spoken), output, alone=len(files) == 1) if error]
    _tell(len(files) - len(failed), failed, output, spoken, sealed=signer is not None)
    raise SystemExit(Exit.NO if failed else Exit.DONE)


@dataclass(frozen=True, slots=True)
class Maker:
    """One run: how to draw, with what to seal, in which language."""

    renderer: CertificateRenderer
    signer: Signer | None
    language: str
    timestamper: Timestamper | None

    def make(self, files: Iterable[Path], output: Path, *, alone: bool) -> Iterator[MikraError | None]:
        """Writes one certificate after the other; gives what went wrong with each, or None."""
        from mikra.adapters.folder import write_whole

        for file in files:
            try:
                write_whole(output if alone else output / f"{file.stem}{FILE_END}", self.one(_bytes(file)))
                yield None
            except InputError as error:
                error.where = str(file)
                yield error

    def one(self, sealed: bytes) -> bytes:
        """The certificate of one credential, sealed where there is a key."""
        pdf = self.renderer.render(sealed, language=self.language)
        if self.signer is None:
            return pdf
        from mikra.adapters.clock import now
        from mikra.sealing import pades
        from mikra.sealing.certificates import check_use, is_demonstration

        check_use(self.signer.certificate, demonstration=is_demonstration(_sealer(sealed)))
        label = messages.text("certificate.seal_field", self.language or default_language())
        return pades.seal(pdf, signer=self.signer, at=now(), timestamper=self.timestamper, label=label)


def _timestamper(context: typer.Context, address: str) -> Timestamper | None:
    """The authority at an address, through the one door to the network."""
    if not address:
        return None
    from mikra.adapters.clock import chance
    from mikra.adapters.http import Rules
    from mikra.adapters.timestamps import HttpTimestamper

    return HttpTimestamper(address, poster=world.door(context, Rules(plain=True)), chance=chance)


def _sealer(sealed: bytes) -> bytes:
    """The certificate of the credential's own seal."""
    import orjson

    from mikra.sealing import jades

    return jades.unseal(orjson.loads(sealed)).seals[0].certificate or b""


def _bytes(file: Path) -> bytes:
    from mikra.formats.opened import LIMITS

    try:
        with file.open("rb") as opened:
            return opened.read(LIMITS.file + 1)
    except OSError as error:
        raise InputError("This file cannot be opened.", found=error.strerror or "", fix="Check its name.") from error


def _check_places(files: list[Path], output: Path) -> None:
    """Wrong names are told before any work is done."""
    if len(files) > 1 and output.is_file():
        raise InputError("Several certificates need a folder.", where=str(output), fix="Name a folder after -o.")
    if len(files) == 1 and output.is_dir():
        raise InputError("This is a folder, not a file.", where=str(output), fix="Name the PDF file after -o.")
    names = [file.stem for file in files]
    twice = next((name for name in names if names.count(name) > 1), "")
    if twice:
        raise InputError("Two credentials have one name.", where=twice, fix="Give them different names.")
    for file in files:
        if not file.is_file():
            raise InputError("There is no such file.", where=str(file), fix="Check its name.")
    (output if len(files) > 1 else output.parent).mkdir(parents=True, exist_ok=True)


def _brand(design: str, accent: str, logo: Path | None) -> Brand:
    """Colour and logo: as typed, else of the design, else ours."""
    from mikra.rendering.brand import LAPIS, Brand

    colour, picture = accent, _bytes(logo) if logo else b""
    if design:
        from mikra.cli.roster import read_design

        plan = read_design(design).brand
        if plan is not None:
            colour, picture = colour or plan.accent, picture or _decoded(plan.logo)
    return Brand(accent=colour or LAPIS, logo=picture)


def _decoded(logo: str) -> bytes:
    from mikra.base64url import decode_standard

    return decode_standard(logo, where="brand.logo", code="design_value")


def _say_darkened(brand: Brand, language: str) -> None:
    from mikra.rendering.brand import tint

    colours = tint(brand.accent)
    if colours.darkened:
        told = messages.text("certificate.cli.darkened", language, given=brand.accent, used=colours.accent)
        console(stderr=True).print(f"[yellow]![/] {plain(told)}")


def _shown(files: list[Path], language: str) -> Iterable[Path]:
    """The files one by one, with progress at a terminal."""
    out = console(stderr=True)
    if len(files) == 1 or not out.is_terminal:
        return files
    from rich.progress import track

    told: Any = track(files, description=messages.text("certificate.cli.making", language), console=out)
    return told  # type: ignore[no-any-return]


def _tell(made: int, failed: list[MikraError], output: Path, language: str, *, sealed: bool) -> None:
    out = console(stderr=True)
    for error in failed[:20]:
        out.print(f"[bold red]✗[/] {plain(error.where)}: {plain(error.message)} {plain(error.fix)}")
    if len(failed) > 20:
        out.print(f"  {say('more', language, count=len(failed) - 20)}")
    if made:
        key = "made" if sealed else "made_unsealed"
        told = messages.text(f"certificate.cli.{key}", language, count=made, where=str(output))
        out.print(f"[green]✓[/] {plain(told)}")
