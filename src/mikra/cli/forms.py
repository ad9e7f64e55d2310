"""`mikra convert`, `mikra forms`, `mikra loss`: one award in the forms that wallets and verifiers understand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mikra.cli.help import examples
from mikra.cli.keys import Password, open_key
from mikra.cli.output import AsJson, Language, busy, console, plain, print_json, read_input, say, write_new

if TYPE_CHECKING:
    from mikra.conversion.forms import Attestation, Award, Kind, Made
    from mikra.conversion.identity import Identity
    from mikra.conversion.loss import Loss
    from mikra.sealing.keys import Signer

CONVERT = examples(
    "mikra convert credential.jsonld --to open-badge-3 --key seal.p12",
    "mikra convert credential.jsonld --to open-badge-3 --key seal.p12 -o a.png",
    "mikra convert credential.jsonld --to vc-2.0 --terms https://zed.eu/ns/",
    "mikra convert credential.jsonld --to sd-jwt-vc-eu --key seal.p12 -o a.sdjwt",
    note="Forms: open-badge-3, open-badge-3-vc-1.1, vc-2.0, vc-2.0-jwt, clr-2.0, sd-jwt-vc, eu-learning-credential.",
)
FORMS = examples(
    "mikra forms credential.jsonld --key seal.p12 -o forms",
    "mikra forms credential.jsonld --key seal.p12 --issuer did:web:zed.eu#k",
)
LOSS = examples("mikra loss credential.jsonld", "mikra loss credential.jsonld --lang ro --json")

CredentialFile = Annotated[
    str, typer.Argument(help="A sealed European Digital Credential; - for standard input.", metavar="CREDENTIAL")
]
Key = Annotated[str, typer.Option("--key", help="The seal key: a file (.p12, .pem), or pkcs11:...", metavar="KEY")]
Issuer = Annotated[
    str, typer.Option("--issuer", help="DID of your key, with #key; else made from the key.", metavar="DID")
]
Namespace = Annotated[
    str, typer.Option("--terms", help="Where you serve our terms: https://HOST/ns/", metavar="ADDRESS")
]
Hide = Annotated[bool, typer.Option("--hide-learner", help="Learner by digests: only who knows them can match them.")]
Holder = Annotated[
    str, typer.Option("--holder", help="Public key (JWK) of the wallet that an attestation is for.", metavar="FILE")
]
Accent = Annotated[str, typer.Option("--accent", help="Colour of the badge image.", metavar="#RRGGBB")]
LAPIS = "#1c3f9f"
EU_TYPE = "eu-learning-credential"
"""The other name of `sd-jwt-vc-eu`, as the EU calls it."""
UNSAID = "https://example.org/ns/"
"""Stands in where a form is only measured, never sealed."""


def convert(
    credential: CredentialFile,
    to: Annotated[str, typer.Option("--to", help="The form to make.", metavar="FORM")],
    key: Key = "",
    issuer: Issuer = "",
    namespace: Namespace = "",
    holder: Holder = "",
    text_in: Annotated[str, typer.Option("--in", help="Language of a form that holds one.", metavar="TAG")] = "",
    output: Annotated[
        str, typer.Option("--output", "-o", help="File; .png or .svg bakes a badge image.", metavar="FILE")
    ] = "-",
    hide_learner: Hide = False,
    accent: Accent = LAPIS,
    password_file: Password = "",
    language: Language = "",
    as_json: AsJson = False,
) -> None:
    """One award in another form. Sealed with --key; what the form cannot say is told."""
    kind = _kind(to)
    signer = open_key(key, password_file, language) if key else None
    award = _award(credential, _identity(signer, issuer, namespace or ("" if signer else UNSAID)), hide_learner)
    made = _made(award, kind, signer, _holder(holder), _tongue(award, text_in))
    content = _baked(made, award, output, accent)
    if output == "-" and not as_json:
        write_new("-", content + b"\n")
    elif output != "-":
        write_new(output, content)
    _tell(made, output, language, as_json=as_json, bound=bool(holder))


def forms(
    credential: CredentialFile,
    key: Key,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the forms.", metavar="FOLDER")] = Path(
        "forms"
    ),
    issuer: Issuer = "",
    namespace: Namespace = "",
    holder: Holder = "",
    hide_learner: Hide = False,
    accent: Accent = LAPIS,
    password_file: Password = "",
    language: Language = "",
    as_json: AsJson = False,
) -> None:
    """All forms of one sealed credential, in all its languages, with loss reports and a sealed manifest."""
    from mikra.cli.forms_folder import Folder

    signer = open_key(key, password_file, language)
    key_of = _holder(holder)
    sealed = read_input(credential)
    award = _award_of(sealed, _identity(signer, issuer, namespace), hide_learner)
    with busy("forms.working", language):
        files = Folder(output, award, sealed, signer, accent=accent, language=language, holder=key_of).fill()
    if as_json:
        print_json(files)
        return
    out = console()
    for one in files["forms"]:
        told = "" if Path(one["file"]).suffix in (".png", ".svg") else f"  [dim]{plain(one['sentence'])}[/]"
        out.print(f"  {plain(one['file'])}{told}")
    for missing in files["not_made"]:
        out.print(f"  [dim]{plain(missing['form'])}: {plain(missing['why'])}[/]")
    out.print(say("forms.done", language, count=len(files["forms"]), folder=plain(str(output))))


def loss(
    credential: CredentialFile,
    form: Annotated[str, typer.Option("--to", help="Only this form.", metavar="FORM")] = "",
    language: Language = "",
    as_json: AsJson = False,
) -> None:
    """What each form can carry of this credential, element by element, measured on the form itself."""
    award = _award(credential, _identity(None, "", UNSAID), hide=False)
    reports = list(_losses(award, form))
    if as_json:
        print_json([report.as_dict(language) for report in reports])
        return
    for number, report in enumerate(reports):
        lines = ["", *report.text(language).splitlines()] if number else report.text(language).splitlines()
        for line in lines:
            console().print(plain(line))


def _kind(name: str) -> Kind | Attestation:
    from mikra.conversion.forms import Attestation, Kind
    from mikra.errors import InputError

    kinds: dict[str, Kind | Attestation] = {kind.value: kind for kind in (*Kind, *Attestation)}
    kind = kinds.get(Attestation.EU.value if name == EU_TYPE else name)
    if kind is None:
        raise InputError("There is no form of this name.", where="--to", found=name, expected=", ".join(kinds))
    return kind


def _made(
    award: Award, kind: Kind | Attestation, signer: Signer | None, holder: dict[str, str] | None, language: str
) -> Made:
    import secrets

    from mikra.adapters.clock import now
    from mikra.conversion import attestation, forms
    from mikra.errors import InputError

    if isinstance(kind, forms.Attestation):
        return attestation.make(
            award, kind, at=now(), chance=secrets.token_bytes, signer=signer, holder=holder, language=language
        )
    if holder:
        raise InputError("This form is not bound to a key.", where="--holder", expected="--to sd-jwt-vc")
    return forms.make(award, kind, at=now(), signer=signer, language=language)


def _holder(file: str) -> dict[str, str] | None:
    from mikra.conversion.attestation import read_holder

    return read_holder(read_input(file), file) if file else None


def _identity(signer: Signer | None, issuer: str, namespace: str) -> Identity:
    """From the key alone, or as it is published under a DID of the institution."""
    from mikra.conversion.identity import Identity, of_key
    from mikra.errors import InputError

    if issuer:
        name, mark, _ = issuer.partition("#")
        if not mark and signer is not None:
            raise InputError(
                "The name of the key is missing.", where="--issuer", found=issuer, expected="did:web:HOST#key-1"
            )
        return Identity(issuer=name, verification_method=issuer, namespace=namespace)
    if signer is None:
        return Identity(issuer="https://example.org/", namespace=namespace)
    from mikra.trust.certificates import load

    certificate = load(signer.certificate)
    if certificate is None:
        raise InputError("The certificate of this key cannot be read.", where="--key", code="key_malformed")
    return of_key(certificate.public_key(), namespace=namespace)


def _award(file: str, identity: Identity, hide: bool) -> Award:
    return _award_of(read_input(file), identity, hide)


def _award_of(sealed: bytes, identity: Identity, hide: bool) -> Award:
    import secrets

    from mikra.conversion.forms import Award
    from mikra.conversion.open_badges import Bearer

    return Award.of(sealed, identity=identity, bearer=Bearer(salt=secrets.token_hex(16) if hide else ""))


def _tongue(award: Award, wanted: str) -> str:
    from mikra.errors import InputError

    if wanted and wanted not in award.languages:
        raise InputError(
            "The credential is not written in this language.",
            where="--in",
            found=wanted,
            expected=", ".join(award.languages),
        )
    return wanted


def _baked(made: Made, award: Award, output: str, accent: str) -> bytes:
    """The form as it is given away: in an image, where the file is to be one."""
    from mikra.formats import baked_png, baked_svg
    from mikra.rendering.badge_image import badge_png, badge_svg

    ending = Path(output).suffix.lower()
    if ending not in (".png", ".svg"):
        return made.content
    svg = badge_svg(award.credential, made.language or award.languages[0], accent=accent)
    if ending == ".svg":
        return baked_svg.bake(svg, made.content.decode())
    return baked_png.bake(badge_png(svg), made.content.decode())


def _tell(made: Made, output: str, language: str, *, as_json: bool, bound: bool) -> None:
    from mikra.conversion.forms import Attestation

    if as_json:
        document = made.content.decode() if output == "-" else ""
        told = {"form": made.kind.value, "id": made.id, "sealed": made.sealed, "loss": made.loss.as_dict(language)}
        print_json(told | ({"credential": document} if document else {"file": output}))
        return
    err = console(stderr=True)
    if not made.sealed:
        err.print(f"[yellow]![/] {say('forms.not_sealed', language)}")
    elif isinstance(made.kind, Attestation) and not bound:
        err.print(f"[yellow]![/] {say('forms.not_bound', language)}")
    err.print(f"[dim]{plain(made.loss.summary.text(language))}[/]")


def _losses(award: Award, wanted: str) -> list[Loss]:
    """Of every form that can be read back; what a wallet fetches is measured on its claims."""
    from mikra.conversion.loss import measure_loss
    from mikra.conversion.measured import documents
    from mikra.errors import InputError

    found = [
        measure_loss(award.credential, form, document)
        for form, document in documents(award)
        if wanted in ("", form.value)
    ]
    if not found:
        raise InputError(
            "There is no form of this name.",
            where="--to",
            found=wanted,
            expected=", ".join(form.value for form, _ in documents(award)),
        )
    return found
