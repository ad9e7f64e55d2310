"""`mikra vc issue | verify` and `mikra vc-api`: for programs that test conformance, not for a registrar's day."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mikra.cli.help import PlainCommand, examples
from mikra.cli.output import read_input, write_output

if TYPE_CHECKING:
    from mikra.adapters.vc_file import Result

app = typer.Typer(
    help="Seal or verify one document under one key, as conformance suites call it.", no_args_is_help=True
)

Input = Annotated[
    str, typer.Option("--input", help="The document: JSON to seal, a sealed text to verify.", metavar="FILE")
]
Key = Annotated[
    str, typer.Option("--key", help="A verification method with publicKeyJwk, secretKeyJwk.", metavar="FILE")
]
Output = Annotated[
    str, typer.Option("--output", help="Where the answer goes: JSON with result and data.", metavar="FILE")
]
Feature = Annotated[
    str,
    typer.Option("--feature", help="credential_jose, presentation_jose, credential_sdjwt, ...", metavar="NAME"),
]

API_EXAMPLES = examples("mikra vc-api --port 40443 --tls-self-signed", "mikra vc-api --port 40443 --proof-only")


@app.command(
    "issue",
    cls=PlainCommand,
    epilog=examples(
        "mikra vc issue --input credential.json --key key.json --feature credential_jose --output out.json"
    ),
)
def issue(
    document: Input,
    key: Key,
    feature: Feature,
    output: Output,
    disclosures: Annotated[
        str,
        typer.Option("--disclosures", help="Paths to be disclosed one by one, with commas between.", metavar="PATHS"),
    ] = "",
) -> None:
    """Seal one credential or presentation."""
    import secrets

    from mikra.adapters import vc_file
    from mikra.adapters.clock import now

    paths = [path.strip(' "') for path in disclosures.strip("[]").split(",") if path.strip(' "')]
    result = vc_file.issue(
        read_input(document), read_input(key), feature, disclosures=paths, at=now(), chance=secrets.token_bytes
    )
    _answer(result, output)


@app.command(
    "verify",
    cls=PlainCommand,
    epilog=examples("mikra vc verify --input sealed.txt --key key.json --feature credential_jose --output out.json"),
)
def verify(document: Input, key: Key, feature: Feature, output: Output) -> None:
    """Verify one credential or presentation under a given key."""
    from mikra.adapters import vc_file

    _answer(vc_file.verify(read_input(document), read_input(key), feature), output)


def _answer(result: Result, output: str) -> None:
    write_output(output, result.as_json())
    raise SystemExit({"success": 0, "failure": 1}.get(result.result, 2))


def vc_api(
    port: Annotated[
        int, typer.Option("--port", help="Where to listen on this machine; 0 for any.", metavar="N")
    ] = 40443,
    tls: Annotated[
        bool, typer.Option("--tls-self-signed", help="https, under a certificate made at the start.")
    ] = False,
    proof_only: Annotated[
        bool, typer.Option("--proof-only", help="Do not ask whether key and issuer belong together.")
    ] = False,
    config: Annotated[
        Path | None, typer.Option("--config", help="Write the suites' localConfig.cjs here.", metavar="FILE")
    ] = None,
) -> None:
    """The W3C VC API for conformance suites: own issuers with new keys, everything in memory, this machine only."""
    import orjson

    from mikra.adapters.vc_api.server import start

    server, application = start(port, tls=tls, proof_only=proof_only)
    if config is not None:
        shown = orjson.dumps({"settings": {}, "implementations": [application.overview()]}, option=orjson.OPT_INDENT_2)
        write_output(str(config), b"module.exports = " + shown + b";\n")
    typer.echo(application.base)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()
