"""`mikra keys new | show`: the institution's seal, begun with a certificate of its own."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from mikra.cli.output import Exit, Language, console, read_input, say, write_output

app = typer.Typer(help="Seal keys: make one, look at one.", no_args_is_help=True)
PASSWORD = "MIKRA_KEY_PASSWORD"
Password = Annotated[
    str, typer.Option("--password-file", help=f"File with the password; else ${PASSWORD}, else asked for.")
]


def password(file: str, *, confirm: bool = False) -> bytes:
    """The password: from a file, from the environment, or asked for. Never from the command line itself."""
    if file:
        return read_input(file).rstrip(b"\r\n")
    if value := os.environ.get(PASSWORD):
        return value.encode()
    asked: str = typer.prompt("Password of the seal key", hide_input=True, confirmation_prompt=confirm, err=True)
    return asked.encode()


@app.command(
    epilog='Example: mikra keys new -o seal.p12 --organisation "University of Zed" --id VATRO-123 --country RO'
)
def new(
    output: Annotated[str, typer.Option("--output", "-o", help="The key file to write (PKCS#12).")] = "seal.p12",
    organisation: Annotated[str, typer.Option(help="Legal name of the organisation.")] = "",
    identifier: Annotated[str, typer.Option("--id", help="Legal identifier: VATRO-..., NTRCZ-...")] = "",
    country: Annotated[str, typer.Option(help="Country, two letters.")] = "",
    algorithm: Annotated[str, typer.Option(help="ES256, ES384, RS256 or EdDSA.")] = "ES256",
    years: Annotated[int, typer.Option(help="How long it is valid.")] = 3,
    demonstration: Annotated[bool, typer.Option("--demonstration", help="A key that seals only samples.")] = False,
    password_file: Password = "",
    language: Language = "",
) -> None:
    """Make a seal key with a certificate of one's own. It is labelled for what it is: level not determined."""
    from pathlib import Path

    from mikra.adapters.clock import now
    from mikra.adapters.signers import write_pkcs12
    from mikra.errors import ConflictError
    from mikra.sealing.certificates import make_seal_certificate

    missing = [
        name for name, v in (("--organisation", organisation), ("--id", identifier), ("--country", country)) if not v
    ]
    if missing:
        raise typer.BadParameter(f"missing: {', '.join(missing)}")
    if Path(output).exists():
        raise ConflictError(
            "This key file exists already.", where=output, fix="Choose another name; keys are not overwritten."
        )
    key, certificate = make_seal_certificate(
        organisation=organisation,
        identifier=identifier,
        country=country.upper(),
        algorithm=algorithm,
        at=now(),
        years=years,
        demonstration=demonstration,
    )
    write_output(output, write_pkcs12(key, certificate, password(password_file, confirm=True)))
    Path(output).chmod(0o600)
    console().print(say("keys.made", language, file=output))
    _show(certificate, language)


@app.command(epilog="Example: mikra keys show seal.p12")
def show(
    file: Annotated[str, typer.Argument(help="A key file (PKCS#12 or PEM) or a certificate.")],
    password_file: Password = "",
    language: Language = "",
) -> None:
    """Whose seal a key is, until when, and what is known of its level."""
    from mikra.adapters.signers import is_certificate, open_signer, read_certificate

    data = read_input(file)
    certificate = (
        read_certificate(data) if is_certificate(data) else open_signer(data, password(password_file)).certificate
    )
    _show(certificate, language)
    raise SystemExit(Exit.DONE)


def _show(certificate: bytes, language: str) -> None:
    from rich.markup import escape
    from rich.table import Table

    from mikra.trust.x509 import read_certificate as facts_of

    facts = facts_of(certificate)
    table = Table(box=None, pad_edge=False, show_header=False)
    rows = [
        ("keys.organisation", facts.organisation),
        ("keys.identifier", facts.organization_identifier),
        ("keys.country", facts.country),
        ("keys.valid", f"{facts.not_before:%Y-%m-%d} – {facts.not_after:%Y-%m-%d}"),
        ("keys.fingerprint", facts.fingerprint),
    ]
    for key, value in rows:
        table.add_row(say(key, language), escape(value or "–"))
    out = console()
    out.print(table)
    out.print(say("keys.demonstration" if facts.demonstration else "keys.level", language))
