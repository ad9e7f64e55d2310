"""ESCO: its CSV files are taken as they are published, searched by folded words, and linked to outcomes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from mikra.errors import InputError
from mikra.server.actions import designs
from mikra.server.actions.skills import import_esco, search_skills
from mikra.server.rights import Actor, Role
from mikra.server.store.designs import Design
from mikra.server.store.people import Person
from mikra.server.store.skills import Skill
from mikra.server.store.tenants import Tenant
from tests.server.studio.test_pages import at, draft_of, fields

pytestmark = pytest.mark.both
ONE, TWO = "http://data.europa.eu/esco/skill/1", "http://data.europa.eu/esco/skill/2"
HEAD = "conceptType,conceptUri,skillType,reuseLevel,preferredLabel,altLabels,description\n"
ENGLISH = (
    HEAD
    + f'Skill,{ONE},skill/competence,cross-sector,analyse water quality,"test water\nassess water",x\n'
    + f"KnowledgeSkillCompetence,{TWO},knowledge,sector-specific,welding techniques,,y\n"
    + "KnowledgeSkillCompetence,http://elsewhere.example/1,knowledge,,no skill of ESCO,,z\n"
)
CZECH = HEAD + f"KnowledgeSkillCompetence,{ONE},skill/competence,cross-sector,analyzovat kvalitu vody,,x\n"


@pytest.fixture
def esco(db: None) -> None:
    assert import_esco(ENGLISH.encode(), language="en") == 2
    assert import_esco(b"\xef\xbb\xbf" + CZECH.encode(), language="cs") == 1


def test_skills_are_found_by_the_start_of_their_words(esco: None) -> None:
    assert [one.iri for one in search_skills("WATER anal", "en")] == [ONE]
    assert [one.label for one in search_skills("assess", "en")] == ["analyse water quality"]
    assert [one.label for one in search_skills("kvalitu", "en")] == ["analyzovat kvalitu vody"], "in any language"
    assert search_skills("ater", "en") == []
    assert search_skills("  ", "en") == []
    assert (search_skills("weld", "en")[0].kind, search_skills("water", "en")[0].kind) == ("knowledge", "skill")


def test_importing_again_replaces_that_language_alone(esco: None) -> None:
    import_esco((HEAD + f"K,{TWO},knowledge,,welding,,\n").encode(), language="en")
    assert Skill.counted() == {"cs": 1, "en": 1}


@pytest.mark.parametrize(
    ("data", "language", "words"),
    [
        (ENGLISH.encode(), "tlh", "no language of the Union"),
        (b"a,b\n1,2\n", "en", "no file of ESCO's skills"),
        (HEAD.encode(), "en", "no skill in this file"),
        (b"\xff\xfe\x00", "en", "UTF-8"),
        (b"", "en", "no file of ESCO's skills"),
    ],
)
def test_what_is_none_of_escos_files_changes_nothing(esco: None, data: bytes, language: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        import_esco(data, language=language)
    assert Skill.counted() == {"cs": 1, "en": 2}


def test_an_outcome_is_linked_and_let_go(
    esco: None, design: Design, designer: Actor, sign_in: Callable[[Person], Client]
) -> None:
    browser = sign_in(Person._default_manager.get(pk=designer.person_id))
    found = browser.get("/console/zed/skills/", {"q": "kvalitu"}, headers={"accept": "application/json"}).json()
    assert found["options"] == [{"value": ONE, "text": "analyzovat kvalitu vody", "note": "skill", "lang": "cs"}]
    sent = fields(browser.get(at(design)).content.decode())
    browser.post(at(design), sent | {"outcomes[0].esco~": ["", ONE], "outcomes[1].esco~_text": ["Welding Techniques"]})
    outcomes = draft_of(designer, design)["outcomes"]
    assert outcomes[0]["esco"] == [
        {"iri": ONE, "label": {"en": "analyse water quality", "cs": "analyzovat kvalitu vody"}}
    ]
    assert outcomes[1]["esco"] == [{"iri": TWO, "label": {"en": "welding techniques"}}]
    assert designs.whole(designs.get_design(designer, design.id)).outcomes[0].esco[0].iri == ONE
    again = fields(browser.get(at(design)).content.decode())
    assert again["outcomes[0].esco~"] == ["", ONE]
    browser.post(at(design), again | {"outcomes[0].esco~": [""]})
    assert "esco" not in draft_of(designer, design)["outcomes"][0]


def test_the_page_says_how_to_get_it_where_there_is_none(
    tenant: Tenant, join: Callable[..., Person], sign_in: Callable[[Person], Client]
) -> None:
    page = sign_in(join(tenant, Role.AUDITOR)).get("/console/zed/skills/", headers={"accept": "text/html"})
    assert "mikra esco import" in page.content.decode()


def test_the_command_fills_an_installation(tmp_path: Path) -> None:
    """`mikra esco import FILE --language en`, as somebody types it who runs the service."""
    (tmp_path / "skills_en.csv").write_text(ENGLISH, "utf-8")
    steps = (
        "from mikra.cli import installed, main\n"
        f"home = installed.choose({str(tmp_path)!r}, new=True)\n"
        "installed.open_service()\n"
        "from django.core.management import call_command\n"
        "call_command('migrate', verbosity=0)\n"
        f"main(['esco', 'import', {str(tmp_path / 'skills_en.csv')!r}, '--language', 'en', '--home', str(home)])\n"
    )
    done = subprocess.run([sys.executable, "-c", steps], capture_output=True, text=True, timeout=300, check=False)
    assert (done.returncode, done.stdout) == (0, "Skills of ESCO, language en: 2.\n"), done.stderr
