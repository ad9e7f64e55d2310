"""`python -m mikra.server.processes NAME PARENT ...`: what `mikra serve` starts. Not for people."""

from __future__ import annotations

import sys

from mikra.server.processes import children
from mikra.server.processes.family import die_with_parent

if __name__ == "__main__":
    name, parent, *words = sys.argv[1:]
    die_with_parent(int(parent))
    children.run(name, words)
