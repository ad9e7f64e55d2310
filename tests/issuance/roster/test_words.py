"""Every word that the roster says exists in the catalogue, and nothing stands there that nobody says."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

from mikra.issuance.dates import Trouble
from mikra.issuance.fields import STANDARD_FIELDS, FieldKind
from mikra.messages import catalogue


def source() -> str:
    folder = Path(str(files("mikra.issuance.roster")))
    return "\n".join(path.read_text("utf-8") for path in sorted(folder.glob("*.py")))


def test_every_key_is_said_and_every_word_has_a_key() -> None:
    keys = set(catalogue("roster", "en"))
    text = source()
    built = {f"heading_{name}" for name in STANDARD_FIELDS} | {f"date_{trouble.value}" for trouble in Trouble} - {
        "date_serial"
    }
    built |= {f"note_{kind.replace('-', '_')}" for kind in FieldKind} - {"note_code"}
    built |= {"note_full_name", "note_completed", "dates_read_dmy", "dates_read_mdy"}
    said = {key for key in keys if re.search(rf'["\'.]{key.removesuffix("_fix")}["\']', text)}
    said |= {key for key in keys if key.removesuffix("_fix") in built}
    assert keys - said == set()
    assert built - keys == set()


def test_every_fault_says_what_to_do() -> None:
    keys = set(catalogue("roster", "en"))
    said = set(re.findall(r'(?:fault|warning)\(\s*"\w+",\s*"(\w+)"', source()))
    said |= set(re.findall(r'refusal\(\s*"\w+",\s*"(\w+)"', source()))
    assert len(said) >= 60
    assert {key for key in said if key not in keys or f"{key}_fix" not in keys} == set()
