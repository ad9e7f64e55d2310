"""`mikra keys rotate | export | import | publish`: the life of a key, from its successor to its publication."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mikra import messages
from mikra.cli.help import PlainCommand, examples
from mikra.cli.installed import Home
from mikra.cli.keys import Password, app, open_key, password
from mikra.cli.output import Language, console, next_step, plain, read_input, write_new
from mikra.errors import InputError

if TYPE_CHECKING:
    from mikra.trust.did import PublishedKey

__all__ = ["app"]

KeyFile = Annotated[str, typer.Argument(help="The key file (.p12).", metavar="KEY")]
KeyOrFolder = Annotated[
    str, typer.Argument(help="The key file (.p12), or the folder of an installation.", metavar="KEY_OR_FOLDER")
]
NewFile = Annotated[Path, typer.Option("--output", "-o", help="The new file.", metavar="FILE")]
Named = Annotated[
    list[str] | None, typer.Option("--key", help="A key in use: its name, and its certificate.", metavar="NAME=FILE")
]
Retired = Annotated[
    list[str] | None,
    typer.Option("--retired", help="A key that ended well: what it sealed before counts.", metavar="NAME=FILE@DAY"),
]
Lost = Annotated[
    list[str] | None,
    typer.Option("--compromised", help="A key in other hands: nothing under it counts.", metavar="NAME=FILE@DAY"),
]


def tell(key: str, language: str, /, **values: object) -> str:
    return messages.text(f"key_life.{key}", language, **values)


@app.command(cls=PlainCommand, epilog=examples("mikra keys rotate seal.p12 -o seal-2027.p12"))
def rotate(
    key: KeyFile,
    output: NewFile,
    days: Annotated[int, typer.Option(help="How many days it is valid.", min=1, max=3660, metavar="DAYS")] = 730,
    password_file: Password = "",
    language: Language = "",
) -> None:
    """Make the successor of a key: of the same holder and kind. What the old one sealed stays valid."""
    from mikra.adapters.clock import now
    from mikra.adapters.signers import write_pkcs12
    from mikra.sealing.certificates import KeyKind, is_demonstration, make_seal_certificate
    from mikra.trust import certificates

    secret = password(password_file, language)
    old = open_key(key, password_file, language)
    facts = certificates.read(old.certificate)
    kinds = {"ES256": KeyKind.P256, "ES384": KeyKind.P384, "EdDSA": KeyKind.ED25519, "RS256": KeyKind.RSA3072}
    made = make_seal_certificate(
        organization=facts.organization,
        organization_identifier=facts.organization_identifier,
        country=facts.country,
        at=now(),
        days=days,
        kind=kinds[old.algorithm],
        demonstration=is_demonstration(old.certificate),
        did=next(iter(certificates.named_dids(old.certificate)), ""),
    )
    write_pkcs12(output, made, secret)
    console().print(f"[green]✓[/] {tell('rotated', language, file=plain(str(output)), old=plain(key))}", soft_wrap=True)
    next_step(language, ["mikra", "keys", "show", str(output), "--certificate", f"{output.stem}.pem"])


@app.command(
    cls=PlainCommand,
    epilog=examples(
        "mikra keys export seal.p12 -o copy.p12 --new-password-file new.txt",
        "mikra keys export mikra-data -o keys.mikra --new-password-file new.txt",
    ),
)
def export(
    key: KeyOrFolder,
    output: NewFile,
    new_password_file: Annotated[
        str, typer.Option("--new-password-file", help="File with the password of the copy.", metavar="FILE")
    ],
    password_file: Password = "",
    language: Language = "",
) -> None:
    """Copy a key, or all keys of an installation (its folder), under another password: for the safe.

    Backups leave keys out.
    """
    from mikra.adapters.signers import export_pkcs12

    secret = read_input(new_password_file).decode("utf-8", "replace").rstrip("\r\n")
    if Path(key).is_dir():
        from mikra.cli.installed import keep_keys

        keep_keys(key, output, secret, language)
        return
    export_pkcs12(Path(key), password(password_file, language), output, secret)
    console().print(f"[green]✓[/] {tell('exported', language, file=plain(str(output)))}")


@app.command(
    "import", cls=PlainCommand, epilog=examples("mikra keys import keys.mikra --home mikra-data --password-file pw.txt")
)
def import_keys(
    file: Annotated[Path, typer.Argument(help="What `mikra keys export FOLDER` wrote.", metavar="FILE")],
    home: Home = "",
    password_file: Password = "",
    language: Language = "",
) -> None:
    """Put the keys of an installation back, beside a restored backup. No key is ever written over."""
    from mikra.cli.installed import put_keys_back

    put_keys_back(file, home, password(password_file, language), language)


@app.command(
    cls=PlainCommand,
    epilog=examples(
        "mikra keys publish did:web:zed.example --key seal=zed.pem -o did.json",
        "mikra keys publish did:web:a.eu --retired o=old.pem@2026-06-30 -o a.json",
    ),
)
def publish(
    did: Annotated[str, typer.Argument(help="The issuer's DID: did:web and its host.", metavar="DID")],
    key: Named = None,
    retired: Retired = None,
    compromised: Lost = None,
    output: Annotated[str, typer.Option("--output", "-o", help="The file to serve.", metavar="FILE")] = "did.json",
    language: Language = "",
) -> None:
    """Write the document that names an issuer's keys: those in use, those that ended, those in other hands."""
    from mikra.trust import did as dids

    keys = [
        *(_published(one, "") for one in key or ()),
        *(_published(one, "expires") for one in retired or ()),
        *(_published(one, "revoked") for one in compromised or ()),
    ]
    body = dids.write(did, keys)
    write_new(output, body)
    if output != "-":
        address = dids.document_address(did)
        console().print(
            f"[green]✓[/] {tell('published', language, file=plain(output), address=address)}", soft_wrap=True
        )


def _published(typed: str, ended: str) -> PublishedKey:
    from cryptography import x509

    from mikra.trust import certificates
    from mikra.trust.did import PublishedKey

    name, equals, rest = typed.partition("=")
    file, at, day = rest.rpartition("@") if ended else (rest, "@", "")
    if not (name and equals and file and at):
        raise InputError(
            "This does not say which key.", found=typed, expected="NAME=FILE@2026-06-30" if ended else "NAME=FILE"
        )
    public: Any = x509.load_der_x509_certificate(certificates.split(read_input(file))[0]).public_key()
    until = _day(day) if ended else None
    return PublishedKey(
        name=name,
        key=public,
        expires=until if ended == "expires" else None,
        revoked=until if ended == "revoked" else None,
    )


def _day(text: str) -> dt.datetime:
    try:
        return dt.datetime.combine(dt.date.fromisoformat(text), dt.time(), dt.UTC)
    except ValueError:
        raise InputError("This is not a day.", found=text[:40], expected="a day such as 2026-06-30") from None
