"""`mikra design new | check | show | publish | schema`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mikra.cli.help import PlainCommand, examples
from mikra.cli.output import (
    AsJson,
    Exit,
    Language,
    console,
    next_step,
    print_findings,
    print_json,
    read_input,
    say,
    write_new,
    write_output,
)

if TYPE_CHECKING:
    from mikra.issuance.design import Design

app = typer.Typer(help="Design files: begin, check, show, publish.", no_args_is_help=True)
File = Annotated[str, typer.Argument(help="A design file (YAML or JSON), or - for standard input.", metavar="DESIGN")]
EXAMPLE_NAMES = {
    "university": "university-short-course.yaml",
    "welding": "vet-welding-module.yaml",
    "digital": "company-digital-skills.yaml",
}


@app.command(
    cls=PlainCommand,
    epilog=examples("mikra design new university -o water.yaml", "mikra design new welding -o welding.yaml"),
)
def new(
    example: Annotated[
        str,
        typer.Argument(
            help="university: a short course. welding: a vocational module. digital: prior learning.", metavar="EXAMPLE"
        ),
    ] = "university",
    output: Annotated[str, typer.Option("--output", "-o", help="The file to write.", metavar="FILE")] = "-",
    language: Language = "",
) -> None:
    """Begin with one of three examples, to be changed."""
    if example not in EXAMPLE_NAMES:
        raise typer.BadParameter(f"{example} is not one of {', '.join(EXAMPLE_NAMES)}", param_hint="EXAMPLE")
    write_new(output, example_file(example))
    if output != "-":
        console().print(say("design.begun", language, file=output))
        next_step(language, ["mikra", "design", "check", output])


@app.command(
    cls=PlainCommand,
    epilog=examples("mikra design check water.yaml", "mikra design check water.yaml --lang ro"),
)
def check(file: File, language: Language = "", as_json: AsJson = False) -> None:
    """Look at a design: the elements of Annex I, the principles, and what may be doubtful."""
    from mikra.cli.assess import assess_design, print_assessment

    design = _read(file, read_input(file))
    result = assess_design(design)
    if as_json:
        print_json(result.as_dict(language))
    else:
        print_assessment(result, language)
        if result.complete and not design.published and file != "-":
            next_step(language, ["mikra", "design", "publish", file])
    raise SystemExit(Exit.DONE if result.complete else Exit.NO)


@app.command(
    cls=PlainCommand,
    epilog=examples("mikra design show water.yaml --lang lt", "mikra design show water.yaml --json"),
)
def show(
    file: File,
    language: Language = "",
    as_json: AsJson = False,
    elm: Annotated[bool, typer.Option("--elm", help="As the European Learning Model writes it.")] = False,
) -> None:
    """Show a design as a person reads it."""
    design = _read(file, read_input(file))
    if elm:
        from mikra.issuance.compose import design_credential
        from mikra.model import encode

        print_json(encode(design_credential(design)))
        return
    if as_json:
        from mikra.issuance import design_file

        write_output("-", design_file.write_json(design))
        return
    from mikra.cli.show import print_design

    print_design(design, language)


@app.command(
    cls=PlainCommand,
    epilog=examples("mikra design publish water.yaml", "mikra design publish draft.yaml -o water-2026.yaml"),
)
def publish(
    file: File,
    output: Annotated[
        str, typer.Option("--output", "-o", help="Where to write it; over the file by default.", metavar="FILE")
    ] = "",
    language: Language = "",
) -> None:
    """Publish an edition: from then on it does not change. A missing mandatory element is refused."""
    from mikra.adapters.clock import now
    from mikra.cli.assess import assess_design
    from mikra.issuance import design_file

    raw = read_input(file)
    design = _read(file, raw)
    result = assess_design(design)
    if not result.complete:
        print_findings(result.blocking, language)
        console(stderr=True).print(say("design.not_published", language))
        raise SystemExit(Exit.NO)
    published = design_file.publish(design, on=now().date())
    content = (
        design_file.write_json(published) if design_file.is_json(raw) else design_file.write_yaml(published, over=raw)
    )
    target = output or file
    (write_output if target == file else write_new)(target, content)
    if target != "-":
        _told_published(design, target, language)


def _told_published(design: Design, file: str, language: str) -> None:
    console().print(say("design.published", language, code=design.code, edition=design.edition))
    workbook = ["mikra", "roster", "template", file, "-o", "class.xlsx"]
    next_step(language, workbook, ["mikra", "roster", "check", file, "class.xlsx"])


@app.command(cls=PlainCommand, epilog=examples("mikra design schema > design.schema.json"))
def schema() -> None:
    """Print what a design file may hold, for editors and programs (JSON Schema)."""
    from mikra.issuance.design_schema import schema as design_schema

    print_json(design_schema())


def _read(name: str, raw: bytes) -> Design:
    from mikra.issuance import design_file

    return design_file.read_design(raw, name=name)


def example_file(name: str) -> bytes:
    """The bytes of one of the shipped examples."""
    from importlib.resources import files

    return files("mikra.examples").joinpath(EXAMPLE_NAMES[name]).read_bytes()
