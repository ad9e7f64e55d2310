"""The checker of audit trails: a file of its own, of the standard library alone, to be read and run by anybody.

    python audit_check.py trail.jsonl [head.json ...]

`trail.jsonl` is the export of an institution's trail, a line each: number, at, actor, verb, subject, reason, detail,
digest (hex). `head.json`: heads that were sealed on a day, as somebody else kept them: {"number": 41, "digest": "..."}.
Says the first line that does not fit, and exits with 1; 0 where the chain holds and every head is in it. docs/audit.md
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

MEMBERS = ("number", "at", "actor", "verb", "subject", "reason", "detail")
START = bytes(32)


def canonical(value: Any) -> bytes:
    """RFC 8785 for what a trail holds: texts, whole numbers, booleans, null, lists, and objects with string keys."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return b"{" + b",".join(canonical(key) + b":" + canonical(value[key]) for key in keys) + b"}"
    if isinstance(value, list):
        return b"[" + b",".join(canonical(one) for one in value) + b"]"
    if isinstance(value, float) or (isinstance(value, int) and abs(value) >= 2**53):
        raise ValueError("a trail holds no fractions and no number from 2^53 on")
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def digest_of(before: bytes, line: dict[str, Any]) -> bytes:
    """SHA-256 over the digest of the line before and this line."""
    return hashlib.sha256(before + canonical({name: line[name] for name in MEMBERS})).digest()


def faults(lines: Iterable[str], heads: Iterable[dict[str, Any]] = ()) -> list[str]:
    """What does not fit, in words; nothing where all fits. Stops at the first broken line."""
    wanted = {int(head["number"]): str(head["digest"]) for head in heads}
    before = START
    for number, text in enumerate(lines, start=1):
        try:
            line = json.loads(text)
            found, claimed = digest_of(before, line), str(line["digest"])
        except (ValueError, KeyError, TypeError) as error:
            return [f"line {number} cannot be read: {error}"]
        if line["number"] != number:
            return [f"line {number} calls itself {line['number']}: a line was deleted, added or moved before it"]
        if found.hex() != claimed:
            return [f"line {number} was changed, or a line before it"]
        if wanted.pop(number, claimed) != claimed:
            return [f"line {number} is not the one that the sealed head of its day knows: the trail was rewritten"]
        before = found
    return [f"line {missing} is missing: a sealed head knows it" for missing in sorted(wanted)]


def main(arguments: list[str]) -> int:
    """The command."""
    if not arguments or arguments[0] in ("-h", "--help"):
        print(__doc__)
        return 2
    heads = [json.loads(Path(name).read_text("utf-8")) for name in arguments[1:]]
    with Path(arguments[0]).open(encoding="utf-8") as trail:
        found = faults(trail, heads)
    for fault in found:
        print(fault)
    print("The trail does not hold." if found else f"The trail holds; {len(heads)} sealed heads are in it.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
