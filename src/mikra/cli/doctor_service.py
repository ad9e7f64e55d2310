"""`mikra doctor` on the service of this machine. Exit status: 0 all is well; 1 something does not work; 2 look soon."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from mikra.cli.installed import choose, open_service, tell
from mikra.cli.output import Exit, console, plain, print_json

if TYPE_CHECKING:
    from mikra.server.health.finding import Finding


def examine_service(home: str, language: str, *, as_json: bool) -> NoReturn:
    """Tells what was looked at, in the order in which it matters, and ends."""
    choose(home)
    open_service()
    from django.utils import translation

    from mikra.server.health.look import look

    with translation.override(language):
        found = look()
    tell_findings(found, tell("doctor", language), as_json=as_json)


def tell_findings(found: list[Finding], heading: str, *, as_json: bool) -> NoReturn:
    """What was found, with what to do; and ends with the status of the worst."""
    from mikra.server.health.finding import State, worst

    marks = {State.GOOD: "[green]✓[/]", State.WARN: "[yellow]![/]", State.BAD: "[bold red]✗[/]"}
    if as_json:
        print_json([one.as_dict() for one in found])
    else:
        console().print(heading)
        for one in found:
            console().print(f"  {marks.get(one.state, '[dim]?[/]')} [bold]{plain(one.title)}[/]: {plain(one.said)}")
            if one.fix:
                console().print(f"      [dim]{plain(one.fix)}[/]", soft_wrap=True)
    codes = {State.GOOD: Exit.DONE, State.BAD: Exit.NO}
    raise SystemExit(codes.get(worst(found), Exit.UNDECIDED))
