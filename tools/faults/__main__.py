"""Planted faults: each verification check of the source removed, one at a time; the tests beside it must notice.

    python -m tools.faults                    all
    python -m tools.faults sd_jwt jws.py      those whose file, function or condition holds one of these words
    python -m tools.faults --list             which there are, without trying any

What came of each is written to `docs/faults.md`, from which the next run learns which test to ask first. One that
nothing notices is a gap in the tests, or says in `plan.HARMLESS` why not.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tools.faults import page, quick, slow
from tools.faults.checks import Fault, faults
from tools.faults.plan import HARMLESS
from tools.faults.quick import NOTICED, Answer

WORKERS = int(os.environ.get("WORKERS", "2"))


def _tell(fault: Fault, answer: Answer, seconds: float) -> None:
    print(f"{answer[0]:9} {seconds:5.1f} s  {fault.name[:110]}  {answer[1][:90]}", flush=True)


def tried(wanted: Sequence[Fault], known: dict[str, Answer], answers: dict[str, Answer]) -> None:
    """Puts what came of each into `answers`.

    Those that no function could be exchanged for, or that nothing noticed, are tried once more by themselves.
    """
    hints = {name: by for name, (_, by) in known.items()}

    def tell(fault: Fault, answer: Answer, seconds: float) -> None:
        answers[fault.name] = answer
        _tell(fault, answer, seconds)

    quick.attempt(wanted, tell, hints=hints, workers=WORKERS)
    left = [fault for fault in wanted if answers[fault.name][0] != NOTICED]
    with tempfile.TemporaryDirectory() as folder:
        copy = slow.copied(Path(folder)) if left else Path(folder)
        for number, fault in enumerate(left, 1):
            print(f"once more, {number} of {len(left)}:", flush=True)
            answers[fault.name] = slow.attempt(fault, copy)
            _tell(fault, answers[fault.name], 0.0)


def main(arguments: Sequence[str]) -> int:
    every = faults()
    words = [word for word in arguments if not word.startswith("-")]
    wanted = [fault for fault in every if not words or any(word in fault.name for word in words)]
    if "--list" in arguments:
        print("\n".join(f"{fault.name}    [{fault.says}]" for fault in wanted))
        return 0
    known = page.read(page.PAGE.read_text("utf-8"), every) if page.PAGE.exists() else {}
    answers: dict[str, Answer] = {}
    try:
        tried([fault for fault in wanted if fault.name not in HARMLESS], known, answers)
    finally:
        page.PAGE.write_text(page.written(every, known | answers), "utf-8")
    survived = [fault.name for fault in wanted if fault.name in answers and answers[fault.name][0] != NOTICED]
    print("\n".join(["Nothing noticed:", *survived]) if survived else "Every fault was noticed.")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
