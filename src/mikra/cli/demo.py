"""`mikra demo`: the whole job on a messy class list, in a folder, in a minute."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mikra.cli.help import examples
from mikra.cli.keys import pem
from mikra.cli.output import Exit, Language, console, next_step, plain, print_findings, say

if TYPE_CHECKING:
    from mikra.issuance.design import Design
    from mikra.report import Report
    from mikra.sealing.keys import Signer

EXAMPLES = examples("mikra demo", "mikra demo --output proba --lang ro")
FOLDER = Path("demo-output")
CERTIFICATE = "demonstration-seal.pem"
_PASSWORD = "demonstration"


def demo(
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for all of it.", metavar="FOLDER")] = FOLDER,
    service: Annotated[
        bool, typer.Option("--service/--no-service", help="Then serve an institution, where that is installed.")
    ] = True,
    language: Language = "",
) -> None:
    """Take the university example and a messy class list of 30 learners through the whole job."""
    from mikra.cli.demo_list import messy_list

    steps = Steps(output, language)
    design = steps.design()
    signer = steps.key(design)
    raw = messy_list()
    (output / "class-list.csv").write_bytes(raw)
    mended = steps.mend(design, raw)
    steps.issue(design, signer, mended)
    reports = steps.verify(signer)
    tampered = steps.tamper(signer)
    steps.where()
    served = _service(output, language) if service else 0
    good = served == 0 and all(report.verdict.exit_code == 0 for report in reports) and tampered.verdict.exit_code == 1
    raise SystemExit(Exit.DONE if good else Exit.NO)


def _service(folder: Path, language: str) -> int:
    """The institution's service; said, where it is not part of this installation."""
    from importlib.util import find_spec

    from mikra.cli.installed import tell

    if find_spec("django") is None or find_spec("granian") is None:
        console().print(f"\n[dim]{tell('demo_absent', language)}[/]")
        return 0
    from mikra.cli.demo_service import show_service

    return show_service(folder, language)


class Steps:
    """The demonstration, step by step; each says what it does."""

    def __init__(self, folder: Path, language: str) -> None:
        self.folder = folder
        self.language = language
        self.out = console()
        self.number = 0
        folder.mkdir(parents=True, exist_ok=True)

    def _step(self, key: str, **values: object) -> None:
        self.number += 1
        self.out.print(f"\n[bold]{self.number}. {say(f'demo.{key}', self.language, **values)}[/]")

    def design(self) -> Design:
        """The university example, published; read again on the next run."""
        from mikra.cli.assess import assess_design, print_meter
        from mikra.cli.design import example_file
        from mikra.issuance import design_file

        path = self.folder / "design.yaml"
        if not path.exists():
            raw = example_file("university")
            published = design_file.publish(design_file.read_design(raw), on=dt.date(2026, 7, 1))
            path.write_bytes(design_file.write_yaml(published, over=raw))
        design = design_file.read_design(path.read_bytes(), name=str(path))
        self._step("design", title=design.title.best(self.language), edition=design.edition)
        print_meter(assess_design(design).meter, self.language)
        return design

    def key(self, design: Design) -> Signer:
        """A demonstration key: its certificate says so, and it seals nothing else."""
        from mikra.adapters.clock import now
        from mikra.adapters.signers import open_signer, write_pkcs12
        from mikra.sealing.certificates import make_seal_certificate

        self._step("key")
        path = self.folder / "demonstration-seal.p12"
        if not path.exists():
            made = make_seal_certificate(
                organization=design.issuer.name.best("en"),
                organization_identifier=design.issuer.identifiers.eidas,
                country=design.issuer.country.slug,
                at=now(),
                demonstration=True,
            )
            write_pkcs12(path, made, _PASSWORD)
        self.out.print(f"  {plain(str(path))}")
        signer = open_signer(path, _PASSWORD)
        (self.folder / CERTIFICATE).write_bytes(pem(signer.certificate))
        return signer

    def mend(self, design: Design, raw: bytes) -> Any:
        """Shows the faults of the list, mends them as a registrar would, and reads it again."""
        from mikra.cli.demo_list import mended_list
        from mikra.issuance.columns import fields_of
        from mikra.issuance.roster import RosterOptions, read_roster, write_corrections

        options = RosterOptions(today=dt.date(2026, 11, 21), language=self.language)
        roster = read_roster(raw, fields=fields_of(design), name="class-list.csv", options=options)
        self._step("list", ready=len(roster.rows), bad=len(roster.bad))
        print_findings(roster.findings, self.language)
        (self.folder / "rows-to-mend.xlsx").write_bytes(write_corrections(roster))
        mended = mended_list()
        (self.folder / "class-list-mended.csv").write_bytes(mended)
        again = read_roster(mended, fields=fields_of(design), name="class-list-mended.csv", options=options)
        self._step("mended", ready=len(again.rows), bad=len(again.bad))
        print_findings(again.findings, self.language)
        return again

    def issue(self, design: Design, signer: Signer, roster: Any) -> None:
        """Seals what is missing: a second run issues nothing."""
        from mikra.cli.issue_run import Runner
        from mikra.issuance.issue import Learner
        from mikra.issuance.roster import learner_key

        self._step("issue", count=len(roster.rows))
        learners = [Learner(row=r.number, key=learner_key(r.values), values=r.values) for r in roster.rows]
        runner = Runner(design, signer, self.folder / "issued", language=self.language, quiet=False, hint=False)
        runner.run(lambda: learners, len(learners))

    def verify(self, signer: Signer) -> list[Report]:
        """Every credential, as an employer would."""
        paths = sorted((self.folder / "issued" / "credentials").glob("*.jsonld"))
        reports = [self._verified(path, signer) for path in paths]
        genuine = sum(report.verdict.exit_code == 0 for report in reports)
        self._step("verify", genuine=genuine, count=len(reports))
        if reports:
            self.out.print(f"  {reports[0].sentence.text(self.language)}")
        return reports

    def tamper(self, signer: Signer) -> Report:
        """A copy in which somebody improved the grade."""
        altered = self.folder / "altered-copy.jsonld"
        grade = re.compile(rb'(noteLiteral\\":\{\\"\w+\\":\\")\d+(\\"\})')
        altered.write_bytes(grade.sub(rb"\g<1>11\g<2>", self.first.read_bytes(), count=1))
        report = self._verified(altered, signer)
        self._step("altered")
        self.out.print(f"  [bold red]✗[/] {report.sentence.text(self.language)}")
        return report

    def _verified(self, path: Path, signer: Signer) -> Report:
        import hashlib

        from mikra.adapters.clock import now
        from mikra.verification import Policy, verify

        trusted = frozenset({hashlib.sha256(signer.certificate).hexdigest()})
        return verify(path.read_bytes(), at=now(), policy=Policy(trusted_seals=trusted), name=path.name)[0]

    def where(self) -> None:
        """Where everything lies, and what to try next."""
        self._step("where")
        names = (
            ("design.yaml", "where_design"),
            ("class-list.csv", "where_list"),
            ("rows-to-mend.xlsx", "where_mend"),
            ("issued/credentials", "where_credentials"),
            ("issued/receipt.jsonld", "where_receipt"),
            ("issued/ledger.csv", "where_ledger"),
            (CERTIFICATE, "where_certificate"),
            ("altered-copy.jsonld", "where_altered"),
        )
        width = max(len(str(self.folder / name)) for name, _ in names)
        for name, key in names:
            path = plain(f"{self.folder / name!s:<{width}}")
            self.out.print(f"  {path}  [dim]{say(f'demo.{key}', self.language)}[/]", soft_wrap=True)
        next_step(
            self.language,
            ["mikra", "verify", str(self.folder / "altered-copy.jsonld")],
            ["mikra", "verify", str(self.first), "--anchors", str(self.folder / CERTIFICATE)],
        )

    @property
    def first(self) -> Path:
        """The credential of the first learner."""
        return min((self.folder / "issued" / "credentials").glob("*.jsonld"))
