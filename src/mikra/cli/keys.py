"""`mikra keys new | show`: the institution's seal, begun with a certificate of its own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mikra.cli.output import Language, console, read_input, say

if TYPE_CHECKING:
    from mikra.sealing.keys import Signer

app = typer.Typer(help="Seal keys: make one, look at one.", no_args_is_help=True)
PASSWORD = "MIKRA_KEY_PASSWORD"
Password = Annotated[
    str, typer.Option("--password-file", help=f"File with the password; else ${PASSWORD}, else asked for.")
]
KINDS = {"ES256": "P-256", "ES384": "P-384", "EdDSA": "Ed25519", "RS256": "RSA-3072"}


def password(file: str, *, confirm: bool = False) -> str:
    """The password: from a file, from the environment, or asked for. Never from the command line itself."""
    if file:
        return read_input(file).decode("utf-8").rstrip("\r\n")
    if value := os.environ.get(PASSWORD):
        return value
    asked: str = typer.prompt("Password of the seal key", hide_input=True, confirmation_prompt=confirm, err=True)
    return asked


def open_key(key: str, password_file: str) -> Signer:
    """The signer in a key file, or on a token (`pkcs11:...`, RFC 7512), whose PIN is the password."""
    from mikra.adapters.pkcs11_uri import is_key_address, read_key_address

    if is_key_address(key):
        from mikra.adapters.pkcs11 import open_pkcs11

        address = read_key_address(key)
        pin = password(password_file)
        return open_pkcs11(address.module, token=address.token, key=address.key, pin=pin)
    from mikra.adapters.signers import open_signer

    return open_signer(Path(key), password(password_file))


@app.command(
    epilog='Example: mikra keys new -o seal.p12 --organisation "University of Zed" --id VATRO-00000000 --country RO'
)
def new(
    organisation: Annotated[str, typer.Option(help="Legal name of the organisation.")],
    identifier: Annotated[str, typer.Option("--id", help="Legal identifier: VATRO-..., NTRCZ-...")],
    country: Annotated[str, typer.Option(help="Country, two letters.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The key file to write (PKCS#12).")] = Path("seal.p12"),
    algorithm: Annotated[str, typer.Option(help="ES256, ES384, RS256 or EdDSA.")] = "ES256",
    days: Annotated[int, typer.Option(help="How many days it is valid.")] = 730,
    demonstration: Annotated[bool, typer.Option("--demonstration", help="A key that seals only samples.")] = False,
    password_file: Password = "",
    language: Language = "",
) -> None:
    """Make a seal key with a certificate of one's own. It is labelled for what it is: level not determined."""
    from mikra.adapters.clock import now
    from mikra.adapters.signers import write_pkcs12
    from mikra.sealing.certificates import KeyKind, make_seal_certificate

    if algorithm not in KINDS:
        raise typer.BadParameter(f"{algorithm} is not one of {', '.join(KINDS)}", param_hint="--algorithm")
    made = make_seal_certificate(
        organization=organisation,
        organization_identifier=identifier,
        country=country.upper(),
        at=now(),
        days=days,
        kind=KeyKind(KINDS[algorithm]),
        demonstration=demonstration,
    )
    write_pkcs12(output, made, password(password_file, confirm=True))
    console().print(say("keys.made", language, file=output))
    _show(made.certificate, language)


@app.command(epilog="Example: mikra keys show seal.p12")
def show(
    file: Annotated[str, typer.Argument(help="A key file (PKCS#12 or PEM), a certificate alone, or pkcs11:...")],
    password_file: Password = "",
    language: Language = "",
) -> None:
    """Whose seal a key is, until when, and what is known of its level."""
    from mikra.errors import InputError
    from mikra.trust import certificates

    data = b"PRIVATE KEY" if file.startswith("pkcs11:") else read_input(file)
    try:
        found = () if b"PRIVATE KEY" in data else certificates.split(data)
    except InputError:
        found = ()
    _show(found[0] if found else open_key(file, password_file).certificate, language)


def _show(certificate: bytes, language: str) -> None:
    from rich.markup import escape

    from mikra.sealing.certificates import is_demonstration
    from mikra.trust import certificates

    facts = certificates.read(certificate)
    rows = (
        ("keys.organisation", facts.organization),
        ("keys.identifier", facts.organization_identifier),
        ("keys.country", facts.country),
        ("keys.valid", f"{facts.valid_from:%Y-%m-%d} – {facts.valid_to:%Y-%m-%d}"),
        ("keys.fingerprint", facts.fingerprint),
    )
    out = console()
    labels = {key: say(key, language) for key, _ in rows}
    width = max(map(len, labels.values()))
    for key, value in rows:
        out.print(f"{labels[key]:<{width}}  {escape(value or '–')}")
    out.print(say("keys.demonstration" if is_demonstration(certificate) else "keys.level", language))
