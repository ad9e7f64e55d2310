"""The bill of materials names every pinned package once, with its digests, and no registry."""

from __future__ import annotations

import json
import re

from tools.house import tree
from tools.sbom import bill, components

LOCK = (tree.ROOT / "requirements" / "demo.txt").read_text("utf-8")


def test_every_pin_is_in_it_with_its_digests() -> None:
    made = bill(LOCK)
    pins = dict(re.findall(r"^([a-z0-9._-]+)==([^\s;\\]+)", LOCK, re.MULTILINE))
    assert {one["name"]: one["version"] for one in made["components"]} == {
        re.sub(r"[._-]+", "-", name): version for name, version in pins.items()
    }
    assert sum(len(one["hashes"]) for one in made["components"]) == LOCK.count("--hash=sha256:")
    refs = [one["bom-ref"] for one in made["components"]]
    assert made["dependencies"][0]["dependsOn"] == refs
    assert len(set(refs)) == len(refs)


def test_it_names_no_address() -> None:
    assert "://" not in json.dumps(bill(LOCK))


def test_a_pin_without_a_digest_shows() -> None:
    (one,) = components("left-pad==1.0\n")
    assert one["hashes"] == []
