"""R17: every page, as whoever may see it, in a real browser: policy, cookies, script text, barriers, languages."""

from __future__ import annotations

import gettext
import re
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import mikra.server
from mikra.server.web.headers import POLICY
from tests.drills import comfort
from tests.drills.pages import DESK, PHONE, Walker, header_faults, script_faults
from tests.plugins.browser import barriers
from tests.plugins.installation import Running
from tests.server.test_guards import OURS, patterns

pytestmark = [pytest.mark.sockets, pytest.mark.extra("server"), pytest.mark.drill("R17")]
LANGUAGES = ("en", "ro", "bg", "cs", "lt")


def longest() -> str:
    """The language whose words take most room."""
    folder = Path(mikra.server.__file__).parent / "locale"

    def length(language: str) -> int:
        found = gettext.translation("django", folder, [language])
        return sum(len(str(one)) for one in found._catalog.values())  # type: ignore[attr-defined]

    return max(LANGUAGES[1:], key=length)


def starts(slug: str, ids: dict[str, str]) -> dict[str, list[str]]:
    """Where each person begins; what links do not lead to is named."""
    console = f"/console/{slug}"
    return {
        "": [
            *("/", "/verify/", "/c/", "/present/", "/set-up/", "/sign-in/", "/claim/", "/accessibility/", "/privacy/"),
            *("/health/", "/wallet/sign-in/", "/wallet/sign-in/paper/", f"/privacy/{slug}/staff/"),
            *(f"/claim/{ids['code']}/", f"/claim/{ids['withdrawn']}/", f"/claim/{ids['claimed']}/", ids["link"]),
        ],
        "all": [
            *("/console/", "/account/", "/operator/health/", f"{console}/"),
            *(f"{console}/awards/{ids['sealed']}/follow/", f"{console}/awards/{ids['batch']}/check/"),
            *(f"{console}/awards/{ids['batch']}/{name}/" for name in ("who", "columns", "look", "approve", "one")),
            *(f"{console}/awards/of/{ids['award']}/", f"{console}/awards/{ids['sealed']}/undo/"),
            *(f"{console}/people/{ids['learner']}/", f"{console}/ledger/{ids['delivery']}/"),
            f"{console}/designs/{ids['design']}/",
            f"{console}/settings/people/{ids['member']}/",
            f"{console}/prior-learning/{ids['prior']}/",
        ],
        "wallet": ["/wallet/", "/wallet/you/", "/wallet/shown/"],
    }


def walked(running: Running, chromium: Any, tenant: str) -> list[Walker]:
    found = []
    for role, begin in starts(tenant, running.made[tenant]["ids"]).items():
        one = Walker(running.context(chromium, tenant, role, locale="en-GB"), running.origin)
        one.walk(*begin)
        found.append(one)
    for route in unmet(found) if tenant == "north" else ():
        address = filled(route, tenant, running.made[tenant]["ids"])
        for one in found:
            what = one.probe(route, address)
            if what == "page":
                break
            if not what[:1].isdigit() or what == "405":
                one.others[route] = address
    return found


def faults(walkers: list[Walker]) -> list[str]:
    return [one for walker in walkers for one in walker.faults]


def none_of(found: list[str]) -> None:
    """All of them are said: pytest would shorten a list."""
    if found:
        pytest.fail("\n".join(found), pytrace=False)


def looked(walkers: list[Walker], *ways: tuple[str, dict[str, int]], axe: bool = True) -> int:
    """Each page in each of these ways; with a language "", in the next of all."""
    count = 0
    for walker in walkers:
        for number, address in enumerate(walker.seen.values()):
            for language, size in ways:
                walker.look(address, language or LANGUAGES[number % len(LANGUAGES)], size, axe=axe)
                count += 1
    return count


def test_every_page_is_walked(
    chromium: Any, installation: Running, amount: Callable[[int, int], int], record_property: Callable[[str, Any], None]
) -> None:
    """One test, so that one worker walks: what it finds is told all at once."""
    in_order, hostile = (walked(installation, chromium, tenant) for tenant in ("north", "zed"))
    every = [(language, size) for language in LANGUAGES for size in (PHONE, DESK)]
    count = looked(in_order, *(every if amount(0, 1) else [(longest(), PHONE)]))
    count += looked(hostile, ("", DESK), axe=bool(amount(0, 1)))
    comfortable(in_order, amount(8, 1))
    pages = sum(len(one.seen) for one in in_order)
    record_property("pages", pages)
    record_property("looked_at", count)
    left = [f"left out: {route}" for route in unmet(in_order) if route not in BY_OTHERS]
    gone = sorted(set(BY_OTHERS) - {address for address, _view in patterns()})
    none_of([*faults(in_order), *faults(hostile), *left, *gone, *script_in(hostile)])
    assert pages > 120


def comfortable(walkers: list[Walker], every: int) -> None:
    """Each page, or each so many-th, by other means than a mouse and good eyes."""
    for walker in walkers:
        for address in list(walker.seen.values())[::every]:
            walker.comfort(address)


def script_in(walkers: list[Walker]) -> list[str]:
    """Whether script in names stands on pages as text, on many, and nowhere as script."""
    shown = {
        address: one.page.context.request.get(one.origin + address).text()
        for one in walkers
        for address in one.seen.values()
    }
    as_text = [address for address, text in shown.items() if "&lt;script&gt;planted()&lt;/script&gt;" in text]
    found = [f"{address}: script" for address, text in shown.items() if "<script>planted()" in text]
    return found if len(as_text) > 20 else [*found, f"script text stands on {len(as_text)} pages alone"]


def unmet(walkers: list[Walker]) -> list[str]:
    met = {route for one in walkers for route in (*one.seen, *one.others)}
    ours = {address for address, view in patterns() if view.__module__.startswith(OURS)}
    return sorted(one for one in ours - met if not one.startswith("api/"))


KINDS = (
    (r"awards/of/<uuid:id>", "award"),
    (r"awards/<uuid:id>", "batch"),
    (r"designs/<uuid:id>", "design"),
    (r"people/<uuid:id>", "member"),
    (r"ledger/requests/<uuid:id>", "request"),
    (r"ledger/<uuid:id>", "delivery"),
    (r"keys/<uuid:id>", "key"),
    (r"providers/<uuid:id>", "provider"),
    (r"cases/<uuid:id>", "case"),
    (r"prior-learning/<uuid:id>", "prior"),
    (r"webhooks/<uuid:id>", "webhook"),
    (r"programs/<uuid:id>", "program"),
    (r"shown/<uuid:id>", "share"),
    (r"wallet/<uuid:id>", "held"),
    (r"<uuid:edition>", "edition"),
    (r"<str:code>", "claimed"),
)
"""Where an id stands in a route -> what was made of that kind."""


def filled(route: str, slug: str, ids: dict[str, str]) -> str:
    """An address of that route, about what exists as far as there is something."""
    for place, kind in KINDS:
        if place in route and kind in ids:
            route = route.replace(place, re.sub(r"<.*>", ids[kind], place))
    route = route.replace("<slug:slug>", slug).replace("<wallets:profile>", "open").replace("<str:kind>", "csv")
    route = re.sub(r"<uuid:\w+>", str(uuid.UUID(int=1)), route)
    return "/" + re.sub(r"<\w+:\w+>", "1", route)


BY_OTHERS = {
    ".well-known/security.txt": "no page; tests/server/privacy/test_pages.py",
    "favicon.ico": "no page",
    "console/<slug:slug>/prior-learning/<uuid:id>/letter.pdf": "no page; after a decision; tests/server/prior",
    "status/<int:number>/<int:index>": "no page; tests/server/status",
    "status/<int:number>/<slug:encoding>": "no page; tests/server/status",
    "console/<slug:slug>/data-protection/cases/<uuid:id>/erase/": "after a proof; tests/server/privacy/test_pages.py",
    "issuers/<slug:slug>/<wallets:profile>/authorize": "for a wallet; tests/journeys/test_wallet_asks.py",
    "issuers/<slug:slug>/<wallets:profile>/authorize/<str:secret>/": "tests/journeys/test_wallet_asks.py",
    "present/<uuid:id>/": "for who asked; tests/journeys/test_wallet_answers.py",
    "present/<uuid:id>/answer/": "once; tests/journeys/test_wallet_answers.py",
    "wallet/answer/<str:token>/": "for ten minutes; tests/journeys/test_wallet_answers.py",
    "wallet/sign-in/code/": "after an address; tests/journeys/test_learner.py",
    "mail/": "in a demonstration alone; tools/screenshots_learner.py",
    "mail/<str:name>/": "in a demonstration alone; tools/screenshots_learner.py",
}
"""Route -> why no walk comes by, and what looks there."""


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        (
            {"content-security-policy": POLICY.replace("script-src 'self'", "script-src 'self' 'unsafe-inline'")},
            "unsafe",
        ),
        ({"content-security-policy": ""}, "default-src"),
        ({"content-security-policy": POLICY + "; img-src *"}, "img-src"),
        ({"x-content-type-options": ""}, "guessed"),
        ({"referrer-policy": None}, "next site"),
    ],
)
def test_planted_a_header_that_allows_too_much_is_found(headers: dict[str, Any], found: str) -> None:
    good = {"content-security-policy": POLICY, "x-content-type-options": "nosniff", "referrer-policy": "same-origin"}
    assert list(header_faults(good)) == []
    given = {name: one for name, one in {**good, **headers}.items() if one is not None}
    assert any(found in one for one in header_faults(given))


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("<p onmouseover='planted()'>x</p>", "has onmouseover"),
        ("<a href=' javascript:planted()'>x</a>", "leads to script"),
        ("<script>window.sprung = true</script>", "planted script has run"),
        ("<p style='color: red'>x</p>", "a style of its own"),
    ],
)
def test_planted_script_in_a_page_is_found(chromium: Any, body: str, found: str) -> None:
    page = chromium.new_context().new_page()
    page.set_content(f"<!doctype html><html lang='en'><title>x</title><main><h1>x</h1>{body}</main></html>")
    assert any(found in one for one in script_faults(page))
    page.set_content("<!doctype html><html lang='en'><title>x</title><main><h1>x</h1><input></main></html>")
    assert any("label" in one for one in barriers(page))


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("<p class=w>x</p>", "320 px"),
        ("<p class=h>long words</p>", "cut"),
        ("<a href=x class=n>x</a>", "focus is not seen"),
        ("<a href=x>x</a><div class=c></div>", "focus is covered"),
        ("<p class=m>x</p>", "moves"),
        ("<button class=f>x</button>", "system colours: focus is not seen"),
    ],
)
def test_planted_what_is_hard_for_somebody_is_found(chromium: Any, body: str, found: str) -> None:
    page = chromium.new_context().new_page()
    css = (
        ".w {width: 700px} .h {height: 1.2em; overflow: hidden; font: 10px/1 serif; width: 30px}"
        ".n:focus {outline: none} .c {position: fixed; inset: 0; background: white}"
        "@keyframes m {to {opacity: 0}} .m {animation: m 9s infinite}"
        ".f:focus {outline: none; box-shadow: 0 0 0 3px blue} @media (forced-colors: active) {.f {box-shadow: none}}"
    )
    whole = "<!doctype html><html lang='en'><title>x</title><style>{}</style><main><h1>x</h1>{}</main></html>"
    page.set_content(whole.format(css, body))
    assert any(found in one for one in comfort.faults(page))
    page.set_content(whole.format("", "<p>x</p><a href=x>x</a><button>y</button>"))
    assert list(comfort.faults(page)) == []
