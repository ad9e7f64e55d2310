"""`mikra keys new | show`: the institution's seal, begun with a certificate of its own."""

from __future__ import annotations

import base64
import os
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mikra.cli.help import PlainCommand, examples
from mikra.cli.output import AsJson, Language, console, plain, print_json, read_input, say, write_new
from mikra.errors import InputError

if TYPE_CHECKING:
    from mikra.sealing.keys import Signer
    from mikra.trust.certificates import Certificate

app = typer.Typer(help="Seal keys: make one, look at one.", no_args_is_help=True)
PASSWORD = "MIKRA_KEY_PASSWORD"
Password = Annotated[
    str,
    typer.Option(
        "--password-file", help=f"File with the password of the key; else ${PASSWORD}, else asked for.", metavar="FILE"
    ),
]
_DER_SEQUENCE = b"\x30"
"""How a PKCS#12 file begins."""
KINDS = {"ES256": "P-256", "ES384": "P-384", "EdDSA": "Ed25519", "RS256": "RSA-3072"}


def _password_in(file: str) -> str:
    try:
        return read_input(file).decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise InputError(
            "This file does not hold a password as text.", where=file, fix="Save it as plain text in UTF-8."
        ) from None


def password(file: str, language: str, *, confirm: bool = False) -> str:
    """The password: from a file, from the environment, or asked for. Never from the command line itself."""
    if file:
        return _password_in(file)
    if value := os.environ.get(PASSWORD):
        return value
    if not _can_ask():
        raise InputError(
            "The password of the seal key is not known, and there is no terminal to ask for it.",
            fix=f"Name a file that holds it with --password-file, or put it into {PASSWORD}.",
        )
    again = say("keys.password_again", language) if confirm else False
    asked: str = typer.prompt(say("keys.password", language), hide_input=True, confirmation_prompt=again, err=True)
    return asked


def _can_ask() -> bool:
    """Whether somebody sits at a terminal, be the input a pipe."""
    if sys.stdin is not None and sys.stdin.isatty():
        return True
    try:
        os.close(os.open("/dev/tty", os.O_RDWR))
    except OSError:
        return False
    return True


def open_key(key: str, password_file: str, language: str) -> Signer:
    """The signer of a key: in a file, on a token, in the process of `mikra signer`, or at a remote service."""
    from mikra.adapters.key_addresses import open_address

    return open_address(key, lambda: password(password_file, language))


@app.command(
    cls=PlainCommand,
    epilog=examples(
        "mikra keys new --organisation Zed --id VATRO-12345678 --country RO",
        "mikra keys new --organisation Zed --id VATRO-12345678 --country RO -o 2027.p12",
    ),
)
def new(
    organisation: Annotated[str, typer.Option(help="Legal name of the organisation.", metavar="NAME")],
    identifier: Annotated[
        str, typer.Option("--id", help="VAT number (VATRO-...) or register number (NTRCZ-...).", metavar="IDENTIFIER")
    ],
    country: Annotated[str, typer.Option(help="Country, two letters.", metavar="CC")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The key file to write, .p12.", metavar="FILE")] = Path(
        "seal.p12"
    ),
    algorithm: Annotated[
        str, typer.Option(help="Kind of key: ES256, ES384, RS256 or EdDSA.", metavar="KIND")
    ] = "ES256",
    days: Annotated[int, typer.Option(help="How many days it is valid.", min=1, max=3660, metavar="DAYS")] = 730,
    demonstration: Annotated[bool, typer.Option("--demonstration", help="A key that seals only samples.")] = False,
    did: Annotated[str, typer.Option("--did", help="A DID whose published keys are its too.", metavar="DID")] = "",
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
        did=did,
    )
    write_pkcs12(output, made, password(password_file, language, confirm=True))
    console().print(say("keys.made", language, file=plain(str(output))))
    _show(made.certificate, language)


@app.command(
    cls=PlainCommand, epilog=examples("mikra keys show seal.p12", "mikra keys show seal.p12 --certificate seal.pem")
)
def show(
    file: Annotated[
        str,
        typer.Argument(
            help="A key file (.p12, .pem), a certificate alone, or a key on a token: pkcs11:...", metavar="KEY"
        ),
    ],
    certificate: Annotated[
        str, typer.Option(help="Write the certificate alone into this file: for whoever checks.", metavar="FILE")
    ] = "",
    password_file: Password = "",
    language: Language = "",
    as_json: AsJson = False,
) -> None:
    """Whose seal a key is, until when, and what is known of its level."""
    found = certificate_of(file, password_file, language)
    if certificate:
        write_new(certificate, pem(found))
    if as_json:
        print_json(_as_dict(found))
    elif certificate != "-":
        _show(found, language)
        if certificate:
            console().print(say("keys.certificate", language, file=plain(certificate)))


def certificate_of(file: str, password_file: str, language: str) -> bytes:
    """The certificate of a key, or one that lies in a file by itself: that needs no password."""
    from mikra.adapters.key_addresses import is_file
    from mikra.trust import certificates

    data = read_input(file) if is_file(file) else b"PRIVATE KEY"
    if b"PRIVATE KEY" not in data:
        try:
            return certificates.split(data)[0]
        except (InputError, IndexError):
            pass
        if data[:1] != _DER_SEQUENCE:
            raise InputError(
                "This file is neither a key nor a certificate.",
                where=file,
                expected="a key file (.p12, .pfx, .pem) or a certificate (.pem, .cer)",
            )
    return open_key(file, password_file, language).certificate


def pem(certificate: bytes) -> bytes:
    """RFC 7468, 5."""
    lines = textwrap.wrap(base64.b64encode(certificate).decode("ascii"), 64)
    return "\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""]).encode("ascii")


def _as_dict(certificate: bytes) -> dict[str, object]:
    """The answer for programs."""
    from mikra.sealing.certificates import is_demonstration

    facts = _facts(certificate)
    return {
        "organisation": facts.organization,
        "identifier": facts.organization_identifier,
        "country": facts.country,
        "valid_from": facts.valid_from.isoformat(),
        "valid_to": facts.valid_to.isoformat(),
        "fingerprint": facts.fingerprint,
        "demonstration": is_demonstration(certificate),
    }


def _facts(certificate: bytes) -> Certificate:
    from mikra.trust import certificates

    return certificates.read(certificate)


def _show(certificate: bytes, language: str) -> None:
    from mikra.sealing.certificates import is_demonstration

    facts = _facts(certificate)
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
        out.print(f"{labels[key]:<{width}}  {plain(value or '–')}")
    out.print(say("keys.demonstration" if is_demonstration(certificate) else "keys.level", language))
