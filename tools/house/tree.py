"""The files of the project: what git tracks, or, in a source archive without git, what is there."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]

_MADE_HERE = frozenset(
    {".git", ".venv", ".venv-core", ".peers", "build", "dist", "demo-output", "node_modules", "__pycache__"}
)


def tracked(root: Path = ROOT) -> list[Path]:
    """Every tracked file that is still there, in order."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, check=False)
    if listed.returncode == 0 and listed.stdout:
        names = sorted(set(listed.stdout.decode().split("\0")) - {""})
        return [path for name in names if (path := root / name).is_file()]
    return sorted(p for p in root.rglob("*") if p.is_file() and not _MADE_HERE & set(p.relative_to(root).parts))


def python_files(*folders: str, root: Path = ROOT) -> list[Path]:
    """The tracked Python files under these folders of the project."""
    tops = [root / folder for folder in folders]
    return [p for p in tracked(root) if p.suffix == ".py" and any(top in p.parents for top in tops)]


def name(path: Path, root: Path = ROOT) -> str:
    """The path inside the project."""
    return path.relative_to(root).as_posix()
