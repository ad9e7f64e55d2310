"""`mikra design check | show | publish | new | schema`."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from mikra.cli.output import Exit, Language, console, print_findings, read_input, say, write_output

app = typer.Typer(help="Design files: check, show, publish.", no_args_is_help=True)
File = Annotated[str, typer.Argument(help="A design file (YAML or JSON), or - for standard input.")]
EXAMPLE_NAMES = {
    "university": "university-short-course.yaml",
    "welding": "vet-welding-module.yaml",
    "digital": "company-digital-skills.yaml",
}


@app.command(epilog="Example: mikra design check water.yaml --lang ro")
def check(
    file: File,
    language: Language = "",
    as_json: Annotated[bool, typer.Option("--json", help="Answer for programs.")] = False,
) -> None:
    """Look at a design: the Annex I meter, the principles, and what may be doubtful."""
    from mikra.cli.assess import assess_design, print_assessment
    from mikra.issuance import design_file

    design = design_file.read_design(read_input(file), name=file)
    result = assess_design(design)
    if as_json:
        _print_json(result.as_dict(language))
    else:
        print_assessment(result, language)
    raise SystemExit(Exit.DONE if result.complete else Exit.NO)


@app.command(epilog="Example: mikra design show water.yaml --lang lt")
def show(
    file: File,
    language: Language = "",
    elm: Annotated[bool, typer.Option("--elm", help="Show it as the European Learning Model writes it.")] = False,
) -> None:
    """Show a design as a person reads it."""
    from mikra.issuance import design_file

    design = design_file.read_design(read_input(file), name=file)
    if elm:
        from mikra.issuance.compose import design_credential
        from mikra.model import encode

        _print_json(encode(design_credential(design)))
        return
    from mikra.cli.show import print_design

    print_design(design, language)


@app.command(epilog="Example: mikra design publish water.yaml")
def publish(
    file: File,
    output: Annotated[str, typer.Option("--output", "-o", help="Where to write it; over the file by default.")] = "",
    language: Language = "",
) -> None:
    """Publish an edition: from then on it does not change. A missing mandatory element is refused."""
    from mikra.adapters.clock import now
    from mikra.cli.assess import assess_design
    from mikra.issuance import design_file

    raw = read_input(file)
    design = design_file.read_design(raw, name=file)
    result = assess_design(design)
    if not result.complete:
        print_findings(result.blocking, language)
        console(stderr=True).print(say("design.not_published", language))
        raise SystemExit(Exit.NO)
    published = design_file.publish(design, on=now().date())
    as_json = raw.lstrip()[:1] == b"{"
    content = design_file.write_json(published) if as_json else design_file.write_yaml(published, over=raw)
    write_output(output or file, content)
    if (output or file) != "-":
        console().print(say("design.published", language, code=design.code, edition=design.edition))


@app.command(epilog="Example: mikra design new university -o my-design.yaml")
def new(
    example: Annotated[str, typer.Argument(help="university, welding or digital.")] = "university",
    output: Annotated[str, typer.Option("--output", "-o", help="Where to write it.")] = "-",
) -> None:
    """Begin with one of the three examples."""
    if example not in EXAMPLE_NAMES:
        raise typer.BadParameter(f"{example} is not one of {', '.join(EXAMPLE_NAMES)}")
    write_output(output, example_file(example))


@app.command()
def schema() -> None:
    """Print the JSON Schema of design files, for editors and programs."""
    from mikra.issuance.design_schema import schema as design_schema

    _print_json(design_schema())


def example_file(name: str) -> bytes:
    """The bytes of one of the shipped examples."""
    from importlib.resources import files

    return files("mikra.examples").joinpath(EXAMPLE_NAMES[name]).read_bytes()


def _print_json(value: Any) -> None:
    import orjson

    sys.stdout.buffer.write(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
