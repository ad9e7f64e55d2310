"""Docs cannot lie: what a guide shows is what the program says.

A comment `<!-- run: mikra verify --help -->` stands above a fenced block: the block is the real output of that
command. `<!-- run[2]: ... -->` says that its exit status is 2. Python examples (fenced `python` blocks with `>>>`)
are doctested, those of one file in one go. `$MIKRA_PUBLISHED` may stand for the folder of the EU's published files.

    python -m tools.house.guides           lists the blocks that differ
    python -m tools.house.guides --write   writes the real output into them
"""

from __future__ import annotations

import doctest
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.house import tree

COLUMNS = "100"
SECONDS = 60
PUBLISHED = "$MIKRA_PUBLISHED"

_BLOCK = re.compile(
    r"^<!-- run(?:\[(?P<exit>\d+)\])?: (?P<command>.+?) -->\n+"
    r"(?P<fence>`{3,})\w*\n(?P<shown>.*?)^(?P=fence)$",
    re.MULTILINE | re.DOTALL,
)
_COMMENT = re.compile(r"^<!-- run", re.MULTILINE)
_PYTHON = re.compile(r"^```python\n(?P<source>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One shown output. `start` and `end` delimit what is shown within the guide's text."""

    command: str
    exit_code: int
    shown: str
    start: int
    end: int

    @property
    def needs_published(self) -> bool:
        return PUBLISHED in self.command


def blocks(text: str) -> list[Block]:
    """The blocks of a guide. ValueError where a `run` comment has no fenced block right below it."""
    found = [
        Block(
            command=hit["command"],
            exit_code=int(hit["exit"] or 0),
            shown=hit["shown"],
            start=hit.start("shown"),
            end=hit.end("shown"),
        )
        for hit in _BLOCK.finditer(text)
    ]
    if len(found) != len(_COMMENT.findall(text)):
        raise ValueError("a run comment without a fenced block below it")
    return found


def real(block: Block, root: Path = tree.ROOT) -> str:
    """What the command says today, as plain text 100 columns wide. ValueError where it ends otherwise than stated."""
    published = os.environ.get("MIKRA_PUBLISHED", "")
    words = [word.replace(PUBLISHED, published) for word in shlex.split(block.command)]
    if words[0] != "mikra":
        raise ValueError(f"only mikra is run for a guide, not {words[0]!r}")
    folder = str(Path(sys.executable).parent)
    plain = {"COLUMNS": COLUMNS, "TERMINAL_WIDTH": COLUMNS, "NO_COLOR": "1", "TERM": "dumb", "LC_ALL": "C.UTF-8"}
    kept = {k: v for k, v in os.environ.items() if k not in {"FORCE_COLOR", "GITHUB_ACTIONS", "PY_COLORS"}}
    done = subprocess.run(
        [f"{folder}/mikra", *words[1:]],
        cwd=root,
        env={**kept, **plain},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    if done.returncode != block.exit_code:
        raise ValueError(f"{block.command}: exit {done.returncode}, stated {block.exit_code}\n{done.stderr}")
    output = done.stdout if done.stdout.strip() else done.stderr
    if published:
        output = output.replace(published, PUBLISHED)
    return "\n".join(line.rstrip() for line in output.splitlines()).strip("\n") + "\n"


def guides(root: Path = tree.ROOT) -> list[Path]:
    """Every tracked Markdown file of README and docs."""
    return [p for p in tree.tracked(root) if p.suffix == ".md" and (p.parent == root or root / "docs" in p.parents)]


def rewritten(text: str, outputs: list[str]) -> str:
    """The guide with each block's text replaced."""
    for block, output in reversed(list(zip(blocks(text), outputs, strict=True))):
        text = text[: block.start] + output + text[block.end :]
    return text


def doctests(text: str, where: str) -> Iterator[str]:
    """The complaints of doctest about a guide's Python examples."""
    source = "\n".join(hit["source"] for hit in _PYTHON.finditer(text) if ">>>" in hit["source"])
    test = doctest.DocTestParser().get_doctest(source, {}, where, where, 0)
    report: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE, verbose=False)
    runner.run(test, out=report.append)
    if runner.failures:
        yield "".join(report)


def main(arguments: list[str]) -> int:
    differs = 0
    for path in guides():
        text = path.read_text("utf-8")
        found = blocks(text)
        outputs = [b.shown if b.needs_published and not os.environ.get("MIKRA_PUBLISHED") else real(b) for b in found]
        for block, output in zip(found, outputs, strict=True):
            if block.shown != output:
                differs += 1
                print(f"{tree.name(path)}: {block.command}")
        if "--write" in arguments:
            path.write_text(rewritten(text, outputs), "utf-8")
    return 0 if "--write" in arguments else int(differs > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
