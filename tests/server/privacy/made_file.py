"""A database on a disk, with one learner, who is erased. Prints as JSON what of them stands in its files.

It is run as a process of its own by `test_free_pages`: python made_file.py, with MIKRA_HOME set.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from pathlib import Path

os.environ["DJANGO_SETTINGS_MODULE"] = "mikra.server.settings"

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from mikra.adapters.clock import now  # noqa: E402
from mikra.server.actions import erasure, rights_cases  # noqa: E402
from mikra.server.actions.learners_profile import profile_of, search_tokens  # noqa: E402
from mikra.server.installation import installation  # noqa: E402
from mikra.server.rights import Right, system  # noqa: E402
from mikra.server.store import personal  # noqa: E402
from mikra.server.store.learners import Learner, LearnerToken  # noqa: E402
from mikra.server.store.tenants import Tenant  # noqa: E402

VALUES = {"given_name": "Kvetoslava", "family_name": "Zimolezová", "email": "kvetoslava.zimolez@canary.example"}


def learner_of(tenant: Tenant) -> Learner:
    key, opened = personal.new_key(tenant.id)
    key.save(force_insert=True)
    profile = profile_of(VALUES)
    made = Learner(tenant=tenant, key=key, profile=personal.seal_away(opened, profile))
    made.save(force_insert=True)
    for kind, token in search_tokens(tenant.id, profile):
        LearnerToken._default_manager.create(tenant=tenant, learner=made, kind=kind, token=token)
    return made


def standing(marks: dict[str, bytes]) -> list[str]:
    """Which of these stand in a file of the database, free pages and journals included."""
    data = b"".join(one.read_bytes() for one in installation().home.glob("mikra.sqlite3*"))
    return sorted(name for name, mark in marks.items() if mark in data)


def main(fault: bool) -> None:
    call_command("migrate", verbosity=0)
    tenant = Tenant._default_manager.create(slug="zed", name="Zed", settings={})
    actor, learner = system(tenant), learner_of(tenant)
    assert Right.RIGHTS_CASES in actor.rights
    case = rights_cases.open_case(actor, kind="erasure", received=now().date(), asker="by letter")
    rights_cases.link(actor, case.id, learner.id)
    case = rights_cases.prove(actor, case.id, "came to the desk")
    tokens = LearnerToken._default_manager.filter(learner=learner).values_list("token", flat=True)
    marks = {"key": bytes(learner.key.wrapped)[:32], "profile": bytes(learner.profile)[:32]}  # type: ignore[union-attr]
    marks |= {"case": bytes(case.secret or b"")[:32], "token": bytes(next(iter(tokens)) or b"")}
    before = standing(marks)
    if fault:
        _careless(installation().sqlite)
    else:
        erasure.erase(actor, case.id)
    print(json.dumps({"before": before, "after": standing(marks)}))


def _careless(file: Path) -> None:
    """The planted fault: the same rows are deleted by whoever does not write over them."""
    with sqlite3.connect(file) as line:
        line.execute("PRAGMA secure_delete=0")
        line.execute("PRAGMA foreign_keys=0")
        for table in ("learner_token", "rights_case", "learner", "personal_key"):
            line.execute(f"DELETE FROM {table}")
    line.close()


if __name__ == "__main__":
    main("careless" in sys.argv)
