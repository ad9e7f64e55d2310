"""`mikra meter`: Annex I, on a design or on any credential of any issuer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mikra.cli.help import examples
from mikra.cli.output import AsJson, Exit, Language, console, plain, print_json, read_input, say

if TYPE_CHECKING:
    from mikra.issuance.design_assessment import Assessment

EXAMPLES = examples(
    "mikra meter credential.jsonld", "mikra meter water.yaml --lang cs", "mikra meter - < credential.jsonld"
)


def meter(
    files: Annotated[
        list[str],
        typer.Argument(help="Credentials, sealed or not, or designs; - for standard input.", metavar="FILE..."),
    ],
    language: Language = "",
    as_json: AsJson = False,
) -> None:
    """Which elements of Annex I a micro-credential states. It does not look at the seal: that is `mikra verify`."""
    from mikra.cli.assess import print_assessment

    results = [(file, result) for file in files for result in assess_file(read_input(file), file)]
    if as_json:
        print_json([{"file": file, **result.as_dict(language)} for file, result in results])
    for file, result in [] if as_json else results:
        if len(results) > 1:
            console().rule(plain(file))
        print_assessment(result, language)
    if not as_json:
        console().print(f"\n[dim]{say('meter.seal_not_checked', language)}[/]")
    raise SystemExit(Exit.DONE if results and all(r.complete for _, r in results) else Exit.NO)


def assess_file(data: bytes, name: str) -> Iterator[Assessment]:
    """What the checks of content say of a file: a design, or one or more credentials."""
    from mikra.cli.assess import assess_design
    from mikra.issuance import design_file
    from mikra.issuance.design_assessment import assess
    from mikra.validation.annex1 import Stage

    if data.lstrip()[:1] not in (b"{", b"[") and b"mikra/design" in data[:4096]:
        yield assess_design(design_file.read_design(data, name=name))
        return
    for document in _documents(data, name):
        if document.get("format") == design_file.FORMAT:
            yield assess_design(design_file.read_design(data, name=name))
        else:
            from mikra.model import decode

            yield assess(decode(document), Stage.CREDENTIAL)


def _documents(data: bytes, name: str) -> Iterator[dict[str, Any]]:
    from mikra import formats, strictjson
    from mikra.errors import InputError
    from mikra.sealing import jades

    opened = formats.read(data, name=name)
    found = False
    for item in opened.items:
        if item.form is formats.Form.SEALED:
            found = True
            yield strictjson.parse(jades.unseal(item.document).payload, strictjson.LIMITS_WITH_IMAGES)
        elif item.form is formats.Form.UNSEALED:
            found = True
            yield dict(item.document)
    if not found:
        raise InputError(
            "The meter does not read files of this kind.",
            where=name,
            found=opened.kind,
            expected="a European Digital Credential or a design",
        )
