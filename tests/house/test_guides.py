"""Docs cannot lie: shown outputs are the real ones, examples run, links lead somewhere, named files exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import mikra
from mikra.codes import CODES
from tools.house import codes_page, commands_page, guides, tree

GUIDES = guides.guides()


def differing(path: Path, *, published: bool) -> list[str]:
    """The commands whose real output is not what the guide shows."""
    blocks = [b for b in guides.blocks(path.read_text("utf-8")) if b.needs_published is published]
    return [block.command for block in blocks if guides.real(block) != block.shown]


@pytest.mark.parametrize("path", GUIDES, ids=tree.name)
def test_what_a_guide_shows_is_what_the_program_says(path: Path) -> None:
    assert differing(path, published=False) == [], "`make docs` writes the real output"


@pytest.mark.usefixtures("published")
def test_so_it_is_for_the_published_files() -> None:
    assert [command for path in GUIDES for command in differing(path, published=True)] == []


@pytest.mark.parametrize("path", GUIDES, ids=tree.name)
def test_python_examples_run(path: Path) -> None:
    assert list(guides.doctests(path.read_text("utf-8"), tree.name(path))) == []


@pytest.mark.parametrize("path", GUIDES, ids=tree.name)
def test_links_within_the_project_lead_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text("utf-8"))
    ours = [target for target in targets if not re.match(r"[a-z]+:", target)]
    assert [target for target in ours if not (path.parent / target).exists()] == []


def test_every_file_that_the_table_of_standards_names_exists() -> None:
    text = (tree.ROOT / "docs" / "standards.md").read_text("utf-8")
    named = re.findall(r"`((?:src|tests|benchmarks|tools|docs)/[^`]+)`", text)
    assert len(named) > 10
    assert [name for name in named if not (tree.ROOT / name).exists()] == []


def test_every_module_that_implements_a_standard_is_in_the_table() -> None:
    table = (tree.ROOT / "docs" / "standards.md").read_text("utf-8")
    named = re.compile(r"RFC \d|ETSI [TE][NS]|PKWARE|W3C|ISO/IEC|OASIS|XML Schema|YAML 1")
    missing = []
    for path in tree.python_files("src"):
        first_line = (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "").partition("\n")[0]
        if named.search(first_line) and tree.name(path) not in table:
            missing.append(f"{tree.name(path)}: {first_line}")
    assert missing == []


def test_every_module_that_the_journey_names_exists() -> None:
    text = (tree.ROOT / "docs" / "journey.md").read_text("utf-8")
    named = re.findall(r"`([a-z_]+/[a-z0-9_/]*(?:\.py|/))`", text)
    assert len(named) > 5
    assert [name for name in named if not (tree.ROOT / "src" / "mikra" / name).exists()] == []


@pytest.mark.parametrize("name", mikra.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(mikra, name) is not None


GUIDE = """
<!-- run: mikra --help -->
```text
wrong
```

<!-- run[3]: mikra --no-such-option -->

```
also wrong
```
"""


def test_blocks_are_found_and_replaced() -> None:
    first, second = guides.blocks(GUIDE)
    assert (first.command, first.exit_code, first.shown) == ("mikra --help", 0, "wrong\n")
    assert (second.command, second.exit_code, second.shown) == ("mikra --no-such-option", 3, "also wrong\n")
    mended = guides.rewritten(GUIDE, ["right\n", "right\ntoo\n"])
    assert [b.shown for b in guides.blocks(mended)] == ["right\n", "right\ntoo\n"]


def test_a_comment_without_its_block_is_seen() -> None:
    with pytest.raises(ValueError, match="without a fenced block"):
        guides.blocks("<!-- run: mikra --help -->\n\nSome words.\n\n```\nx\n```\n")


def test_another_program_is_not_run() -> None:
    with pytest.raises(ValueError, match="only mikra"):
        guides.real(guides.Block(command="rm -rf x", exit_code=0, shown="", start=0, end=0))


def test_a_wrong_example_is_seen() -> None:
    assert list(guides.doctests("```python\n>>> 1 + 1\n3\n```\n", "a.md"))
    assert not list(guides.doctests("```python\n>>> x = 1\n```\nWords.\n```python\n>>> x + 1\n2\n```\n", "a.md"))


def test_the_page_of_commands_holds_every_command() -> None:
    shown = [block.command for block in guides.blocks(commands_page.PAGE.read_text("utf-8"))]
    assert len(shown) > 10
    assert shown == [f"{typed} --help" for typed in commands_page.commands()], "`make docs` writes it"


def test_the_page_of_codes_is_current() -> None:
    assert codes_page.PAGE.read_text("utf-8") == codes_page.render(), "`make docs` writes it"


def test_the_page_of_codes_holds_every_code() -> None:
    page = codes_page.PAGE.read_text("utf-8")
    assert [code for code in CODES if f"| `{code}` |" not in page] == []
