"""`--help`: every command has examples that work as they are pasted, in plain words; completion; exit codes."""

from __future__ import annotations

import io
import re
import shlex
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import typer.main
import xlsxwriter
from cryptography.hazmat.primitives.serialization import Encoding

from mikra.cli import app
from mikra.cli.help import EXIT_CODES
from mikra.trust import register
from mikra.trust.identity import Identity
from mikra.trust.register import Provider, Source
from tests.cli.conftest import Run
from tests.plugins.skips import missing_of
from tests.simulators import trusted_lists as simulated
from tests.simulators.network import Network
from tests.simulators.trusted_lists import operator
from tests.trust.test_qualification import fetched_files


def commands() -> Iterator[tuple[str, Any]]:
    """("design check", its command), ... Hidden ones are for programs: `test_vc.py`."""

    def walk(command: Any, typed: str) -> Iterator[tuple[str, Any]]:
        inner = getattr(command, "commands", {})
        if not inner:
            yield typed, command
        for name, one in inner.items():
            if one.hidden:
                continue
            yield from walk(one, f"{typed} {name}".strip())

    yield from walk(typer.main.get_command(app), "")


COMMANDS = dict(commands())


def examples(name: str) -> list[str]:
    return re.findall(r"^ *(mikra .+)$", str(COMMANDS[name].epilog or "").replace("\\[", "["), re.MULTILINE)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_shows_examples_that_fit_a_terminal(name: str) -> None:
    found = examples(name)
    assert found
    assert [one for one in found if not one.startswith(f"mikra {name}") or len(one) > 78] == []


def workbook(rows: list[list[str]]) -> bytes:
    """The rows as XLSX."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    return buffer.getvalue()


_ONCE: dict[str, Path] = {}


@pytest.fixture
def workshop(run: Run, office: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything that the examples name; made once, and copied."""
    if "made" in _ONCE:
        return shutil.copytree(_ONCE["made"], office, dirs_exist_ok=True)
    _fill(run, office)
    _ONCE["made"] = shutil.copytree(office, tmp_path_factory.mktemp("workshop") / "made")
    return office


def _fill(run: Run, office: Path) -> None:
    rows = [line.split(";")[:7] for line in (office / "class.csv").read_text("utf-8-sig").splitlines()]
    (office / "class.xlsx").write_bytes(workbook(rows))
    run("issue", "water.yaml", "class.csv", "--key", "seal.p12", "-o", "issued")
    (office / "list.csv").write_bytes((office / "class.csv").read_bytes())
    run("issue", "water.yaml", "class.csv", "--key", "seal.p12", "-o", "listed", "--status", "https://a.eu/s")
    some = sorted((office / "listed" / "credentials").iterdir())
    for name, file in zip(("water", "new", "suspended"), some, strict=False):
        (office / f"{name}.jsonld").write_bytes(file.read_bytes())
    run("status", "suspend", "suspended.jsonld")
    run("keys", "show", "seal.p12", "--certificate", "zed.pem")
    (office / "old.pem").write_bytes((office / "zed.pem").read_bytes())
    (office / "new.txt").write_text("another password")
    (office / "signer.toml").write_text("socket = 'signer.sock'\n[keys.seal]\nkey = 'seal.p12'\nseals = ['edc']\n")
    first = min((office / "issued" / "credentials").iterdir())
    (office / "credential.jsonld").write_bytes(first.read_bytes())
    (office / "authorities").mkdir()
    run("keys", "show", "seal.p12", "--certificate", "authorities/zed.pem")
    trust_and_registers(office)


def trust_and_registers(folder: Path) -> None:
    """Trusted lists with who signs them, a seal's certificate, and lists of providers."""
    (folder / "seal.pem").write_bytes((folder / "authorities" / "zed.pem").read_bytes())
    pem = operator(simulated.COMMISSION).certificate.public_bytes(Encoding.PEM)
    (folder / "commission.pem").write_bytes(pem)
    if not missing_of("trust"):
        for name, data in fetched_files().items():
            (folder / "lists" / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / "lists" / name).write_bytes(data)
    (folder / "partners.yaml").write_text("providers:\n  - {name: University of Zed, identifiers: {ror: 02feahw73}}\n")
    (folder / "schools.csv").write_text("name,ror\nUniversity of Zed,02feahw73\n")
    zed = Provider(key="1", names=("University of Zed",), identities=(Identity("ROR", "02feahw73"),))
    source = Source(id="own", title="Own", kind="yaml", as_of=date(2026, 5, 1))
    (folder / "register.json").write_bytes(register.write(register.Register().with_source(source, [zed])))


MADE = {
    "register import": ("register.json",),
    "design new": ("water.yaml",),
    "design publish": ("water.yaml",),
    "keys new": ("seal.p12",),
    "roster template": ("class.xlsx",),
}
"""What these commands make themselves."""
ANSWERS = {
    "mikra trust update lists": 2,
    "mikra trust entities list.jwt --list-signer operator.pem": 3,
    "mikra trust show lists": 3,
    "mikra trust check seal.pem --trusted-lists lists --at 2026-06-01": 3,
    "mikra trust check seal.pem --trusted-lists lists --list-signer commission.pem": 1,
    "mikra verify credential.jsonld --register register.json": 2,
    "mikra verify credential.jsonld --bundle kept.zip": 2,
    "mikra verify --bundle kept.zip": 2,
    "mikra roster check water.yaml messy.csv --corrections mend.xlsx": 1,
    "mikra verify credential.jsonld": 2,
    "mikra doctor --edc credential.jsonld": 1,
    "mikra doctor --edc seal.p12 --lang ro": 1,
    "mikra seal status issued": 2,
    "mikra seal status issued --json": 2,
    "mikra verify - < credential.jsonld": 2,
    "mikra verify issued/credentials/*.jsonld --json": 2,
    "mikra verify credential.jsonld --anchors authorities/ --at 2026-06-01": 2,
}
"""Examples whose right answer is not 0: faults are found, a stranger's seal, a day before it was sealed; no network,
and trusted lists that the simulated Commission signed, and not the real one."""


DRAWN = {"certificate", "convert"}
"""What these make is drawn: their examples need the extra `pdf`."""
NEED_A_SERVICE = {"signer state", "signer stop", "signer start", "seal extend", "esco import"}
"""What they ask is a process, an authority, a database: run by `test_signer.py`, `test_seal.py`, `server/studio`."""
THE_SERVICE = {"serve", "worker", "upgrade", "selftest", "backup", "restore", "reconcile", "export", "keys import"} | {
    "wallets list",
    "wallets allow",
    "wallets forget",
}
"""They are about an installation, and run in a process of their own: `tests/server/ops`. So do lines that name one."""


@pytest.mark.parametrize("name", [name for name in COMMANDS if name not in {"demo", *NEED_A_SERVICE, *THE_SERVICE}])
def test_examples_work_when_they_are_pasted(run: Run, workshop: Path, name: str) -> None:
    """That of `demo` is run by `test_demo.py`. The network is one without any host."""
    if name.startswith("trust ") and missing_of("trust"):
        pytest.skip("the extra 'trust' is not installed")
    if name in DRAWN and missing_of("pdf"):
        pytest.skip("the extra 'pdf' is not installed")
    for made in MADE.get(name, ()):
        (workshop / made).unlink()
    if name == "design publish":
        (workshop / "water.yaml").write_bytes((workshop / "draft.yaml").read_bytes())
    for line in (one for one in examples(name) if "mikra-data" not in one):
        if "Born=" in line:
            raw = (workshop / "class.csv").read_bytes().replace("Data nașterii".encode(), b"Born")
            (workshop / "class.csv").write_bytes(raw)
        command, _, given = line.partition(" > ")[0].partition(" < ")
        words = [one for word in shlex.split(command)[1:] for one in expanded(word, workshop)]
        answer = run(*words, stdin=(workshop / given).read_bytes() if given else b"", door=Network().loader())
        assert answer.code == ANSWERS.get(line, 0), f"{line}\n{answer.err}"


def expanded(word: str, folder: Path) -> list[str]:
    """As a shell does."""
    return [str(path.relative_to(folder)) for path in sorted(folder.glob(word))] if "*" in word else [word]


@pytest.mark.parametrize("name", COMMANDS)
def test_help_is_plain(run: Run, name: str) -> None:
    answer = run(*name.split(), "--help")
    assert answer.code == 0
    usage = next(line for line in answer.out.splitlines() if "Usage:" in line)
    assert not re.search(r"[{}<>]", usage)
    assert "<str>" not in answer.out
    assert "<path>" not in answer.out
    options = [param for param in COMMANDS[name].params if param.name != "help"]
    assert [param.name for param in options if not getattr(param, "help", "")] == []


def test_the_first_screen_says_how_to_begin_and_what_the_exit_status_means(run: Run) -> None:
    shown = " ".join(run("--help").out.split())
    assert "mikra demo" in shown
    assert EXIT_CODES in shown


def test_options_have_one_name_everywhere() -> None:
    """What is called --lang, --json or --output is called so in all commands, and means the same."""
    texts: dict[str, set[str]] = {}
    for command in COMMANDS.values():
        for param in command.params:
            for option in getattr(param, "opts", ()):
                if option in ("--lang", "--json", "--password-file", "--mapping", "--column", "--encoding"):
                    texts.setdefault(option, set()).add(param.help)
    assert {option: found for option, found in texts.items() if len(found) > 1} == {}
    without = [name for name, c in COMMANDS.items() if "--lang" not in [o for p in c.params for o in p.opts]]
    assert without == ["design schema"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_there(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], shell: str) -> None:
    monkeypatch.setenv("_MIKRA_COMPLETE", f"source_{shell}")
    with pytest.raises(SystemExit):
        typer.main.get_command(app)(prog_name="mikra")
    assert "_MIKRA_COMPLETE" in capsys.readouterr().out
