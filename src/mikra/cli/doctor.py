"""`mikra doctor`: what is well with the service of this machine, and how to mend the rest.

`--edc FILE|KEY`: would the EU's viewer take it? Each of its published rules, and what to do.

Exit codes: 0 all rules are met; 1 some are not; 2 none is broken, and some cannot be known here; 3 no such file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mikra.cli.help import examples
from mikra.cli.installed import Home
from mikra.cli.keys import Password
from mikra.cli.output import AsJson, Language, console, plain, print_json, read_input

if TYPE_CHECKING:
    from mikra.verification.edc_acceptance import Rule

EXAMPLES = examples(
    "mikra doctor --home mikra-data", "mikra doctor --edc credential.jsonld", "mikra doctor --edc seal.p12 --lang ro"
)


def doctor(
    edc: Annotated[
        str, typer.Option("--edc", metavar="FILE_OR_KEY", help="A sealed credential, or a key or certificate to seal.")
    ] = "",
    home: Home = "",
    password_file: Password = "",
    as_json: AsJson = False,
    language: Language = "",
) -> None:
    """Look at the service of this machine; or, with --edc, at a credential or a key as the EU's viewer would."""
    if not edc:
        from mikra.cli.doctor_service import examine_service

        examine_service(home, language, as_json=as_json)
    from mikra.verification.edc_acceptance import exit_code

    rules = _rules(edc, password_file, language)
    if as_json:
        print_json([rule.as_dict(language) for rule in rules])
    else:
        _print(rules, language)
    raise SystemExit(exit_code(rules))


def _rules(name: str, password_file: str, language: str) -> tuple[Rule, ...]:
    from mikra.verification.edc_acceptance import examine, examine_certificate

    is_token = name.startswith("pkcs11:")
    data = b"" if is_token else read_input(name)
    if data.lstrip()[:1] == b"{":
        return examine(data)
    from mikra.adapters.clock import now
    from mikra.cli.keys import certificate_of

    return examine_certificate(certificate_of(name, password_file, language), now())


def _print(rules: tuple[Rule, ...], language: str) -> None:
    from mikra import messages
    from mikra.verification.edc_acceptance import State

    marks = {State.MET: "[green]✓[/]", State.NOT_MET: "[bold red]✗[/]", State.UNKNOWN: "[yellow]?[/]"}
    out = console()
    out.print(messages.text("doctor.title", language))
    for rule in rules:
        found = f" ({plain(rule.found)})" if rule.found else ""
        out.print(f"  {marks[rule.state]} {rule.title.text(language)}{found}")
        for more in (rule.why, rule.fix):
            if more is not None:
                out.print(f"      [dim]{more.text(language)}[/]")
    counts = {state.name.lower(): sum(rule.state is state for rule in rules) for state in State}
    out.print(messages.text("doctor.summary", language, **counts))
    out.print(f"[dim]{messages.text('doctor.note', language)}[/]")
