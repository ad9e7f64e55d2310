"""The bill of materials of what `pip install mikra[all]` brings, from the pinned requirements: CycloneDX 1.6 as JSON.

    python -m tools.sbom [requirements/demo.txt] > build/sbom.json

Name, version, package URL and SHA-256 of each file of each package. No address of a registry, no time: the same pins
give the same bytes.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import mikra

ROOT = Path(__file__).parent.parent
LOCK = ROOT / "requirements" / "demo.txt"
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)((?:.*\\\n)?(?: +--hash=.*\n?)*)", re.MULTILINE)


def components(lock: str) -> list[dict[str, Any]]:
    """One for each pin, by name."""
    found = []
    for name, version, rest in _PIN.findall(lock):
        plain = re.sub(r"[-_.]+", "-", name).lower()
        purl = f"pkg:pypi/{plain}@{version}"
        digests = re.findall(r"--hash=sha256:([0-9a-f]{64})", rest)
        found.append(
            {
                "type": "library",
                "bom-ref": purl,
                "name": plain,
                "version": version,
                "purl": purl,
                "hashes": [{"alg": "SHA-256", "content": one} for one in sorted(digests)],
            }
        )
    return sorted(found, key=lambda one: str(one["bom-ref"]))


def bill(lock: str) -> dict[str, Any]:
    """The whole document."""
    parts, own = components(lock), f"pkg:generic/mikra@{mikra.__version__}"
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": own,
                "name": "mikra",
                "version": mikra.__version__,
                "licenses": [{"license": {"id": "EUPL-1.2"}}],
            }
        },
        "components": parts,
        "dependencies": [{"ref": own, "dependsOn": [one["bom-ref"] for one in parts]}],
    }


if __name__ == "__main__":
    given = Path(sys.argv[1]) if len(sys.argv) > 1 else LOCK
    print(json.dumps(bill(given.read_text("utf-8")), indent=2))
