"""Where the core alone is installed there is no service, so its drills are not collected."""

from __future__ import annotations

from importlib.util import find_spec

OF_THE_SERVICE = ("r2", "r7", "r8", "r10", "r13", "r15", "r16", "r17")
collect_ignore = [] if find_spec("django") else [f"test_{name}.py" for name in OF_THE_SERVICE]
