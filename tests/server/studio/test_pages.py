"""The pages of the studio: who sees them, what they keep, and that no text of a design becomes markup."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mikra.server.actions import designs, editions, providers, reviews
from mikra.server.rights import RIGHTS, Actor, Right, Role
from mikra.server.store.designs import Design, DraftVersion
from mikra.server.store.people import Person
from mikra.server.store.tenants import Tenant
from tests.server.studio.conftest import AT

Save = Callable[..., Design]
Join = Callable[..., Person]
SignIn = Callable[[Person], Client]
SCRIPT = '<script>alert("x")</script>'


def fields(page: str) -> dict[str, list[str]]:
    """What a browser would send back of the form #design, unchanged."""
    from html.parser import HTMLParser

    class Reader(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.inside, self.sent = False, {}  # type: ignore[var-annotated]
            self.area, self.choice, self.text = "", "", ""

        def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
            at = dict(given)
            self.inside = self.inside or (tag == "form" and at.get("id") in ("design", "provider"))
            name = at.get("name") or ""
            if not self.inside or "disabled" in at:
                return
            if tag == "input" and name and at.get("type") not in ("submit", "file"):
                if at.get("type") in ("checkbox", "radio") and "checked" not in at:
                    return
                self.sent.setdefault(name, []).append(at.get("value") or "")
            elif tag == "textarea":
                self.area, self.text = name, ""
            elif tag == "select":
                self.choice, self.sent[name] = name, [""]
            elif tag == "option" and "selected" in at:
                self.sent[self.choice] = [at.get("value") or ""]

        def handle_data(self, data: str) -> None:
            self.text += data

        def handle_endtag(self, tag: str) -> None:
            if tag == "textarea" and self.area:
                self.sent[self.area] = [self.text.removeprefix("\n")]
                self.area = ""
            if tag == "form":
                self.inside = False

    reader = Reader()
    reader.feed(page)
    found: dict[str, list[str]] = reader.sent
    return found


@pytest.fixture
def browser(sign_in: SignIn, designer: Actor) -> Client:
    return sign_in(Person._default_manager.get(pk=designer.person_id))


@pytest.fixture
def second(sign_in: SignIn, reviewer: Actor) -> Client:
    return sign_in(Person._default_manager.get(pk=reviewer.person_id))


def at(design: Design, rest: str = "") -> str:
    return f"/console/zed/designs/{design.id}/{rest}"


def draft_of(actor: Actor, design: Design) -> dict[str, Any]:
    return designs.get_design(actor, design.id).draft


@pytest.mark.parametrize("name", designs.EXAMPLES)
def test_a_form_that_is_sent_back_unchanged_changes_nothing(browser: Client, designer: Actor, name: str) -> None:
    """All that the form shows it sends, and all that it does not show it leaves alone."""
    design = designs.create_design(designer, designs.example(name), at=AT)
    page = browser.get(at(design))
    assert page.status_code == 200
    sent = fields(page.content.decode())
    assert len(sent) > 100
    sent["mandate.document+"] = [""]  # as browsers send a file that was not chosen
    assert browser.post(at(design), sent).status_code == 302
    after = designs.get_design(designer, design.id)
    assert designs.whole(after) == designs.whole(design)


PAGES = (
    *("", "meter/", "workload/", "history/", "preview/catalogue/", "preview/verifier/", "preview/certificate/"),
    *("review/", "editions/", "editions/compare/", "editions/1/", "editions/1/design.yaml", "editions/1/design.json"),
    "preview/certificate.pdf",
)


@pytest.mark.parametrize("rest", PAGES)
def test_every_page_opens_for_whoever_belongs_here_and_for_nobody_else(
    rest: str,
    design: Design,
    published: Callable[[Design], Any],
    join: Join,
    sign_in: SignIn,
    tenant: Tenant,
    stranger: Tenant,
) -> None:
    published(design)
    assert sign_in(join(tenant, Role.AUDITOR)).get(at(design, rest)).status_code == 200
    assert sign_in(join(stranger, *Role)).get(at(design, rest)).status_code == 404
    theirs = sign_in(join(stranger, *Role)).get(at(design, rest).replace("/zed/", "/other/"))
    assert theirs.status_code == 404, "their own console does not show it either"
    assert Client().get(at(design, rest)).status_code == 302


ACTS = (
    *(("", Right.DESIGN), ("autosave/", Right.DESIGN), ("undo/", Right.DESIGN), ("settle/", Right.DESIGN)),
    *(("delete/", Right.DESIGN), ("restore/", Right.DESIGN), ("copy/", Right.DESIGN), ("archive/", Right.PUBLISH)),
    *(("editions/new/", Right.DESIGN), ("editions/1/withdraw/", Right.PUBLISH)),
)


@pytest.mark.parametrize(("rest", "right"), ACTS)
def test_who_lacks_the_right_does_nothing(
    rest: str,
    right: Right,
    design: Design,
    join: Join,
    sign_in: SignIn,
    tenant: Tenant,
) -> None:
    before = Design._default_manager.values().get(pk=design.pk)
    for role in Role:
        if right not in RIGHTS[role]:
            assert sign_in(join(tenant, role)).post(at(design, rest), {"version": "1"}).status_code == 403, role
    assert Design._default_manager.values().get(pk=design.pk) == before


VERBS = (
    *(("ask", "design"), ("approve", "review"), ("publish", "publish")),
    *(("changes", "review"), ("aspect", "quality")),
)


@pytest.mark.parametrize(("do", "right"), VERBS)
def test_the_verbs_of_review_want_their_right(
    do: str,
    right: str,
    design: Design,
    join: Join,
    sign_in: SignIn,
    tenant: Tenant,
) -> None:
    sent = {"do": do, "version": "1", "reason": "x", "aspect": "course", "done": "2026-01-01"}
    for role in Role:
        if Right(right) not in RIGHTS[role]:
            answer = sign_in(join(tenant, role)).post(at(design, "review/act/"), sent)
            assert answer.status_code == 403, role


def test_script_text_in_a_design_is_shown_as_text(browser: Client, design: Design, designer: Actor, save: Save) -> None:
    texts = {"en": SCRIPT, "cs": SCRIPT, "ro": SCRIPT, "lt": SCRIPT}
    save(
        design, title=texts, description=texts, outcomes=[{"title": texts}], further_information=texts, code="<b>x</b>"
    )
    reviews.ask_review(designer, design.id, version=2, at=AT)
    reviews.comment(designer, design.id, SCRIPT)
    for rest in ("", "meter/", "history/", "preview/catalogue/", "preview/verifier/", "review/", "editions/"):
        answer = browser.get(at(design, rest))
        assert answer.status_code == 200, rest
        page = answer.content.decode()
        assert SCRIPT not in page
        assert "<b>x</b>" not in page
    assert SCRIPT not in browser.get("/console/zed/designs/").content.decode()
    assert "&lt;script&gt;" in browser.get("/console/zed/designs/").content.decode()


def test_wrong_values_come_back_with_their_fault(browser: Client, design: Design, designer: Actor) -> None:
    sent = fields(browser.get(at(design)).content.decode())
    wrong = {
        "workload.ects": "three",
        "review_by": "31/02/2028",
        "homepage": "zed",
        "level.nqf[]_text": "no such framework",
        "valid_months": "many",
        "title-cs": "",
    }
    assert browser.post(at(design), sent | {name: [value] for name, value in wrong.items()}).status_code == 302
    kept = draft_of(designer, design)
    assert (kept["workload"]["ects"], kept["review_by"], kept["homepage"]) == ("three", "31/02/2028", "zed")
    assert kept["level"]["nqf"] == ["no such framework"]
    page = browser.get(at(design)).content.decode()
    for words in (
        "“three” is no number",
        "“31/02/2028” is no date",
        "“zed” is no address",
        "“many” is no whole number",
    ):
        assert words in page, words
    assert 'value="31/02/2028"' in page
    again = fields(page)
    browser.post(at(design), again)
    assert draft_of(designer, design) == kept, "sending the page again loses none of it"


def test_what_is_typed_is_resolved_in_any_language(browser: Client, design: Design, designer: Actor) -> None:
    sent = fields(browser.get(at(design)).content.decode())
    sent |= {"field_of_study[]_text": ["Životní prostředí"], "participation.language[]_text": ["lietuvių"]}
    browser.post(at(design), sent)
    kept = draft_of(designer, design)
    assert kept["participation"]["language"] == ["en", "ro", "lt"]
    assert len(kept["field_of_study"]) == 2


def test_lists_grow_move_and_shrink(browser: Client, design: Design, designer: Actor) -> None:
    def press(do: str, **changed: str) -> list[str]:
        sent = fields(browser.get(at(design)).content.decode())
        answer = browser.post(at(design), {**sent, **{k: [v] for k, v in changed.items()}, "do": do})
        assert answer["Location"].endswith("#at-outcomes")
        return [one.get("title", {}).get("en", "-")[:4] for one in draft_of(designer, design)["outcomes"]]

    assert press("down:outcomes[0]") == ["Meas", "Plan", "Expl", "Repo"]
    assert press("up:outcomes[3]") == ["Meas", "Plan", "Repo", "Expl"]
    assert press("remove:outcomes[1]") == ["Meas", "Repo", "Expl"]
    assert press("add:outcomes", **{"outcomes[0].title-en": "Typed before"}) == ["Type", "Repo", "Expl", "-"]


def test_languages_come_and_go(browser: Client, design: Design, designer: Actor) -> None:
    def press(**sent: str) -> dict[str, Any]:
        browser.post(at(design), {**fields(browser.get(at(design)).content.decode()), **sent})
        return draft_of(designer, design)

    assert press(do="language", _language="de")["languages"] == ["en", "ro", "cs", "lt", "de"]
    assert "not written yet" in browser.get(at(design)).content.decode()
    assert press(do="first-language:cs")["languages"][0] == "cs"
    dropped = press(do="drop-language:ro")
    assert "ro" not in dropped["title"]
    assert "ro" in dropped["issuer"]["name"], "an organisation keeps its names"
    browser.post(at(design, "undo/"))
    assert "ro" in draft_of(designer, design)["title"]


def test_as_one_types_it_is_kept(browser: Client, design: Design, designer: Actor) -> None:
    sent = fields(browser.get(at(design)).content.decode())
    for text in ("One", "Two"):
        assert browser.post(at(design, "autosave/"), sent | {"title-en": [text]}).status_code == 204
    assert draft_of(designer, design)["title"]["en"] == "Two"
    assert browser.post(at(design), sent | {"title-en": ["Three"]}).status_code == 302
    assert draft_of(designer, design)["title"]["en"] == "Three"
    assert DraftVersion.of(designer.tenant).count() == 2


def test_two_editors_see_both_and_lose_nothing(
    browser: Client,
    design: Design,
    designer: Actor,
    join: Join,
    sign_in: SignIn,
    tenant: Tenant,
) -> None:
    other = sign_in(join(tenant, Role.DESIGNER))
    mine = fields(browser.get(at(design)).content.decode())
    hers = fields(other.get(at(design)).content.decode())
    assert other.post(at(design), hers | {"title-en": ["Hers"], "workload.ects": ["4"]}).status_code == 302
    assert browser.post(at(design, "autosave/"), mine | {"title-en": ["Mine"]}).status_code == 409
    clash = browser.post(at(design), mine | {"title-en": ["Mine"], "description-en": ["Also mine"]})
    assert clash.status_code == 409
    page = clash.content.decode()
    for words in ("Hers", "Mine", "Also mine", "Title, English", "Workload, ECTS"):
        assert words in page, words
    held = re.search(r'<textarea name="mine"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    assert held
    from html import unescape

    version = re.search(r'name="version" value="(\d+)"', page)
    assert version
    settled = {"mine": unescape(held[1]), "version": version[1], "theirs": ["workload.ects"]}
    assert browser.post(at(design, "settle/"), settled).status_code == 302
    kept = draft_of(designer, design)
    assert (kept["title"]["en"], kept["description"]["en"], kept["workload"]["ects"]) == ("Mine", "Also mine", "4")


def test_settling_what_was_overtaken_again_shows_both_again(browser: Client, design: Design, save: Save) -> None:
    save(design, homepage="https://zed.example/later")
    answer = browser.post(at(design, "settle/"), {"mine": "{}", "version": "1"})
    assert answer.status_code == 409


def test_from_draft_to_edition_in_the_browser(browser: Client, second: Client, design: Design, designer: Actor) -> None:
    act = at(design, "review/act/")
    assert browser.post(act, {"do": "ask", "version": "1"}).status_code == 302
    assert "disabled" in browser.get(at(design)).content.decode()
    refused = second.post(act, {"do": "changes", "reason": ""})
    assert refused.status_code == 422
    assert "Write what is to be changed" in refused.content.decode()
    assert second.post(act, {"do": "comment", "text": "Which lakes?", "where": "title"}).status_code == 302
    assert second.post(act, {"do": "changes", "reason": "See the title."}).status_code == 302
    assert "See the title." in browser.get(at(design)).content.decode()
    assert "Which lakes?" in browser.get(at(design, "review/")).content.decode()
    browser.post(act, {"do": "ask", "version": "1"})
    assert second.post(act, {"do": "publish", "version": "1"}).status_code == 302
    assert editions.get_edition(designer, design.id, 1).label == "2026.1"
    assert "never changes" in browser.get(at(design)).content.decode()


def test_an_incomplete_design_is_not_published_in_the_browser(
    browser: Client, second: Client, design: Design, save: Save
) -> None:
    save(design, outcomes=[])
    act = at(design, "review/act/")
    browser.post(act, {"do": "ask", "version": "2"})
    answer = second.post(act, {"do": "publish", "version": "2"})
    assert answer.status_code == 422
    assert "cannot be published yet" in answer.content.decode()
    assert "Approve and publish" not in answer.content.decode()


def test_beginning_in_each_way(browser: Client, designer: Actor, design: Design) -> None:
    new = "/console/zed/designs/new/"
    assert browser.get(new).status_code == 200
    for sent in ({"way": "empty"}, {"way": "example", "example": "welding"}, {"way": "copy", "design": str(design.id)}):
        assert browser.post(new, sent).status_code == 302
    text = editions.design_file.write_yaml(designs.whole(design)).decode()
    assert browser.post(new, {"way": "file", "text": text}).status_code == 302
    broken = browser.post(new, {"way": "file", "text": "format: mikra/design/1\ncode: [\n"})
    assert broken.status_code == 422
    assert "cannot be read as YAML" in broken.content.decode()
    assert browser.post(new, {"way": "file", "text": ""}).status_code == 422
    assert len(list(designs.list_designs(designer))) == 5


def test_the_list_asks_no_question_for_each_card(
    browser: Client, designer: Actor, members: dict[str, Any], published: Callable[[Design], Any]
) -> None:
    asked = []
    for number in range(3):
        code = f"{members['code']}-{number}"
        published(designs.create_design(designer, {**members, "code": code}, at=AT))
        with CaptureQueriesContext(connection) as found:
            assert code in browser.get("/console/zed/designs/").content.decode()
        asked.append(len(found))
    assert asked[0] == asked[1] == asked[2]


def test_the_list_finds_counts_and_teaches(browser: Client, designer: Actor, members: dict[str, Any]) -> None:
    here = "/console/zed/designs/"
    assert "No design yet" in browser.get(here).content.decode()
    design = designs.create_design(designer, members)
    page = browser.get(here + "?q=monitorovani").content.decode()
    assert "11 of 11 elements" in page
    assert "Nothing found" in browser.get(here + "?q=qqq").content.decode()
    gone = browser.post(at(design, "delete/"))
    assert "Bring it back" in browser.get(gone["Location"]).content.decode()
    assert browser.post(at(design, "restore/")).status_code == 302


@pytest.mark.parametrize(
    "query", ["?q=sam%27&from=-1", "?from=99999999999", "?state=x&programme=" + "y" * 300, "?deleted=x"]
)
def test_odd_addresses_of_the_list_are_no_defect(browser: Client, design: Design, query: str) -> None:
    assert browser.get("/console/zed/designs/" + query).status_code == 200


def test_vocabularies_answer_as_json_and_as_a_page(browser: Client, tenant: Tenant) -> None:
    address = "/console/zed/vocabularies/country/"
    found = browser.get(address, {"q": "vokietija"}, headers={"accept": "application/json"}).json()
    assert found["options"] == [{"value": "DE", "text": "Germany", "note": "DEU", "lang": ""}]
    assert "Germany" in browser.get(address, {"q": "němec"}, headers={"accept": "text/html"}).content.decode()
    assert browser.get("/console/zed/vocabularies/human_sex/").status_code == 404


def test_a_profile_keeps_what_was_typed(browser: Client, designer: Actor) -> None:
    made = browser.post("/console/zed/providers/new/")
    page = browser.get(made["Location"]).content.decode()
    sent = fields(page)
    sent |= {
        "name-en": ["University of Zed"],
        "country_text": ["Rumunsko"],
        "homepage": ["not an address"],
        "identifiers.eidas": ["VATRO-1"],
        "_policy-en": ["We recognise up to 10 ECTS."],
        "_accent": ["#ffcc00"],
        "_issues": ["on"],
        "do": ["add:accreditations"],
    }
    assert browser.post(made["Location"], sent).status_code == 302
    profile = providers.list_providers(designer)[0]
    assert (profile.name, profile.body["country"], profile.body["homepage"]) == (
        "University of Zed",
        "RO",
        "not an address",
    )
    assert (profile.policy, profile.issues, profile.accent) == ({"en": "We recognise up to 10 ECTS."}, True, "#ffcc00")
    after = browser.get(made["Location"]).content.decode()
    assert "is no address of a page" in after
    assert profile.body["accreditations"] == [{}]
    wrong = browser.post(made["Location"], fields(after) | {"_accent": ["red"]})
    assert wrong.status_code == 422
    assert 'value="red"' in wrong.content.decode()


def test_a_design_takes_its_issuer_from_a_profile(browser: Client, designer: Actor, design: Design) -> None:
    body = {"name": {"en": "College of Why"}, "country": "CZ", "identifiers": {"eidas": "VATCZ-1"}}
    profile = providers.create_provider(designer, body)
    sent = fields(browser.get(at(design)).content.decode())
    assert sent["issuer@"] == ["keep"]
    browser.post(
        at(design), sent | {"issuer@": [str(profile.id)], "awarding_bodies[]@": ["", "keep:1", str(profile.id)]}
    )
    kept = draft_of(designer, design)
    assert kept["issuer"] == body
    assert [one["name"]["en"] for one in kept["awarding_bodies"]] == [
        "Baltic Institute of Technology",
        "College of Why",
    ]
    assert fields(browser.get(at(design)).content.decode())["issuer@"] == [str(profile.id)]


def test_profiles_are_kept_by_designers_and_administrators_alone(
    join: Join, sign_in: SignIn, tenant: Tenant, stranger: Tenant, designer: Actor
) -> None:
    profile = providers.create_provider(designer, {"name": {"en": "Zed"}})
    address = f"/console/zed/providers/{profile.id}/"
    for role in Role:
        client = sign_in(join(tenant, role))
        may = bool(RIGHTS[role] & {Right.DESIGN, Right.ADMINISTER})
        assert client.get(address).status_code == 200
        assert client.post(address, {"name-en": "Zed"}).status_code == (302 if may else 403), role
        if not may:
            assert client.post("/console/zed/providers/new/").status_code == 403
            assert client.post(address + "remove/").status_code == 403
    theirs = sign_in(join(stranger, *Role))
    for rest in ("", "logo/"):
        assert theirs.get(f"/console/other/providers/{profile.id}/{rest}").status_code == 404
    assert theirs.post(f"/console/other/providers/{profile.id}/remove/").status_code == 404


def test_the_sample_is_a_pdf_that_says_so(browser: Client, design: Design, save: Save) -> None:
    answer = browser.get(at(design, "preview/certificate.pdf?in=cs"))
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    save(design, title={})
    assert browser.get(at(design, "preview/certificate.pdf")).status_code == 409
    assert "No certificate can be shown yet" in browser.get(at(design, "preview/certificate/")).content.decode()


def test_a_choice_that_is_in_no_list_stays_until_it_is_changed(
    browser: Client, design: Design, designer: Actor, save: Save
) -> None:
    """What came with a file is shown as it is, with its fault; a page that is sent back does not swallow it."""
    save(design, level={"eqf": "9"}, participation={"mode": ["by post"], "setting": "secret"})
    page = browser.get(at(design)).content.decode()
    assert "“9” is not in the list" in page
    browser.post(at(design), fields(page))
    kept = draft_of(designer, design)
    assert kept["level"] == {"eqf": "9"}
    assert kept["participation"] == {"mode": ["by post"], "setting": "secret"}
