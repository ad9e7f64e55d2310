"""R7: every route with an id, every verb, as those whose it is not: as if it did not exist. Of the URL map."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from mikra.exchange.vc_api_exchange import read_link
from mikra.server.actions import presenting, service_keys, verifying, wallets
from mikra.server.actions.presenting import Asking
from mikra.server.actions.rate_limits import BUCKETS
from mikra.server.rights import Actor, Role
from mikra.server.store.base import Owned
from mikra.server.store.tenants import Tenant
from mikra.server.store.wallets import OfWallet
from mikra.server.web.wallet import answering
from mikra.trust.loader import OFFLINE
from tests.drills.institutions import NOTHING, Owner, address_of, furnish, kind_in
from tests.server.conftest import actor as actor
from tests.server.conftest import forgetful as forgetful
from tests.server.conftest import join as join
from tests.server.conftest import sign_in as sign_in
from tests.server.conftest import stranger as stranger
from tests.server.conftest import tenant as tenant
from tests.server.issuing.conftest import signer as signer
from tests.server.test_guards import patterns

pytestmark = [pytest.mark.drill("R7"), pytest.mark.django_db]
VERBS = ("GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS")
TOKENS = re.compile(rb"[A-Za-z0-9]{64}")
"""Against forgery: another one in each page."""
SOMEBODYS = ("console", "learner", "signed_in", "operator", "api")
Amount = Callable[[int, int], int]


def guard_of(view: Any) -> str:
    return str(getattr(view, "guard", "")).partition(":")[0]


def routes(*guards: str) -> list[str]:
    return [address for address, view in patterns() if guard_of(view) in guards]


@pytest.fixture
def owner(tenant: Tenant, actor: Callable[..., Actor], join: Any, monkeypatch: pytest.MonkeyPatch) -> Owner:
    monkeypatch.setattr(verifying, "HttpLoader", lambda: OFFLINE)
    monkeypatch.setattr(service_keys, "_HELD", {})
    for one in (BUCKETS, answering.BUCKETS):
        one.clear()
    return furnish(tenant, actor, join(tenant, *Role), "p1@student.example")


@pytest.fixture
def outsider(stranger: Tenant, join: Any, sign_in: Any) -> Client:
    """Who may do everything in another institution."""
    return _browser(join(stranger, *Role))


@pytest.fixture
def learner(db: None) -> Client:
    """Who has a wallet of their own."""
    return _browser(wallets.open_for("other@student.example").person)


def _browser(person: Any) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(person)
    return client


BODIES = {"cells/": "cell-2-1=x", "selected/": "row=2&do=leave", "webhooks": "do=test", "act/": "do=approve"}
"""End of a route -> a body that gets as far as to the thing itself; for others any will do."""


def body_for(path: str) -> str:
    """A form that is read before the thing is looked for would hide whether it is there."""
    return next((body for end, body in BODIES.items() if end in path), "reason=x&text=x")


def nothing_of(route: str) -> str:
    """An id of that kind that does not exist."""
    return "999999" if "<int:pk>" in route else NOTHING


def ask(client: Client, verb: str, path: str) -> tuple[Any, int]:
    """The answer, and how many questions it took the database."""
    with CaptureQueriesContext(connection) as asked:
        answer = client.generic(verb, path, body_for(path), "application/x-www-form-urlencoded")
    return answer, len(asked)


def bare(answer: Any, *words: str) -> tuple[int, str, bytes]:
    """What can be told apart: status, where it leads, and the body, ids and tokens taken out."""
    body, to = answer.content, unquote(answer.get("Location", ""))
    for word in words:
        body, to = body.replace(word.encode(), b"-"), to.replace(word, "-")
    return answer.status_code, to, TOKENS.sub(b"-", body)


def faults(client: Client, verb: str, found: str, nothing: str, *words: str) -> Iterator[str]:
    """Where what is somebody else's differs from what does not exist."""
    (there, asked), (absent, asked_then) = ask(client, verb, found), ask(client, verb, nothing)
    if bare(there, *words) != bare(absent, *words):
        yield f"{verb} {found}: {there.status_code} {there.get('Location', '')}, and {absent.status_code} for nothing"
    if asked != asked_then:
        yield f"{verb} {found}: {asked} questions to the database, {asked_then} for nothing"
    if there.status_code not in (404, 405) and not (verb == "OPTIONS" and there.status_code == 200):
        yield f"{verb} {found}: {there.status_code}"


def none_of(found: list[str]) -> None:
    """All of them are said: pytest would shorten a list."""
    if found:
        pytest.fail("\n".join(found), pytrace=False)


def verbs(number: int, amount: Amount) -> tuple[str, ...]:
    """All in full; else the two that are used, and one of the others by turns."""
    return VERBS[: amount(2, len(VERBS))] + (VERBS[2 + number % 5],)


def with_an_id(*guards: str) -> list[str]:
    return [one for one in routes(*guards) if kind_in(one)[1]]


def console_faults(owner: Owner, outsider: Client, amount: Amount, step: int = 1) -> list[str]:
    found = []
    for number, route in enumerate(routes("console")[::step]):
        id = owner.ids.get(kind_in(route)[1], NOTHING)
        theirs, nowhere = address_of(route, "zed", id), address_of(route, "nowhere", NOTHING)
        for verb in verbs(number, amount):
            found += faults(outsider, verb, theirs, nowhere, "zed", "nowhere", id, NOTHING)
            if kind_in(route)[1]:
                mine, nothing = address_of(route, "other", id), address_of(route, "other", NOTHING)
                found += faults(outsider, verb, mine, nothing, id, NOTHING)
    return found


def test_members_of_another_institution_find_nothing(
    owner: Owner, outsider: Client, amount: Amount, record_property: Callable[[str, object], None]
) -> None:
    """Under the owner's slug, and under their own with the owner's id."""
    record_property("console_routes", len(routes("console")))
    none_of(console_faults(owner, outsider, amount))
    assert slower(owner, outsider, amount(9, 300)) < amount(3, 2), "beside the questions to the database, by the clock"


def test_the_owner_finds_all_of_it(owner: Owner) -> None:
    """The twin: each id that was tried is one of a thing that is there. What a verb changes is taken back."""
    member, holder, missing = _browser(owner.person), _browser(owner.wallet.person), list[str]()
    ids = {**owner.ids, "token": waiting(holder)}
    for route in with_an_id("console", "learner"):
        path = address_of(route, "zed", ids[kind_in(route)[1]])
        found = []
        for verb in ("GET", "POST"):
            with transaction.atomic():
                found.append(ask(holder if route.startswith("wallet") else member, verb, path)[0].status_code)
                transaction.set_rollback(True)
        if set(found) <= {404, 405} and route not in LATER:
            missing.append(f"{path}: {found}")
    none_of(missing)


LATER = (
    "console/<slug:slug>/awards/<uuid:id>/look/certificate.pdf",  # for a row that is named
    "console/<slug:slug>/settings/webhooks/<uuid:id>/replay/",  # for a message that was sent
    "console/<slug:slug>/providers/<uuid:id>/logo/",  # for one that has a logo
    "console/<slug:slug>/prior-learning/<uuid:id>/evidence/<uuid:evidence>/",  # for a piece that is named, too
    "console/<slug:slug>/prior-learning/<uuid:id>/evidence/<uuid:evidence>/remove/",  # as that
)
"""Routes that are there in another state of the thing alone."""


def waiting(holder: Client) -> str:
    """The token of a question to the wallet that waits for an answer."""
    begun = presenting.begin(Asking())
    answer = holder.post("/wallet/answer/", {"link": presenting.link(begun.row, begun.secret)})
    return str(answer["Location"]).rstrip("/").rpartition("/")[2]


def learner_faults(owner: Owner, learner: Client, amount: Amount) -> list[str]:
    found, token = [], waiting(_browser(owner.wallet.person))
    for number, route in enumerate(with_an_id("learner")):
        id = owner.ids.get(kind_in(route)[1], token)
        for verb in verbs(number, amount):
            found += faults(learner, verb, address_of(route, "", id), address_of(route, "", NOTHING), id, NOTHING)
    return found


def test_another_learner_finds_nothing(
    owner: Owner, learner: Client, amount: Amount, record_property: Callable[[str, object], None]
) -> None:
    record_property("learner_routes", len(with_an_id("learner")))
    found = learner_faults(owner, learner, amount)
    for route in with_an_id("public"):  # a question to a wallet is for the browser that asked
        id = owner.ids[kind_in(route)[1]]
        for verb in VERBS:
            found += faults(learner, verb, address_of(route, "", id), address_of(route, "", NOTHING), id, NOTHING)
    none_of(found)


def test_learners_and_members_are_strangers_to_each_others_pages(
    owner: Owner, outsider: Client, learner: Client, amount: Amount
) -> None:
    """A learner in the console, even of the institution that awarded; another's passkey; the operator's pages."""
    found, mine = [], _browser(owner.wallet.person)
    for number, route in enumerate(routes("console")):
        id = owner.ids.get(kind_in(route)[1], NOTHING)
        for verb in verbs(number, amount)[amount(number % 2, 0) :: amount(2, 1)]:
            there, nothing = address_of(route, "zed", id), address_of(route, "nowhere", NOTHING)
            found += faults(mine, verb, there, nothing, "zed", "nowhere", id, NOTHING)
    for route in with_an_id("signed_in"):
        id = owner.ids[kind_in(route)[1]]
        for verb in VERBS[:2]:
            found += faults(outsider, verb, address_of(route, "", id), address_of(route, "", "999999"), id, "999999")
    for route in routes("operator"):
        for verb in VERBS:
            answer = ask(outsider, verb, f"/{route}")[0]
            if answer.status_code not in (404, 405):
                found.append(f"{verb} /{route}: {answer.status_code}")
    none_of(found)


def nobodys(route: str, owner: Owner, verb: str) -> Iterator[str]:
    """Where somebody without a session gets something else than the way to the sign-in, or another one for nothing."""
    id, nothing = owner.ids.get(kind_in(route)[1], NOTHING), nothing_of(route)
    path = address_of(route, "zed", id)
    there, asked = ask(Client(raise_request_exception=False), verb, path)
    absent, asked_then = ask(Client(raise_request_exception=False), verb, address_of(route, "nowhere", nothing))
    words = ("zed", "nowhere", f"/{id}/", f"/{nothing}/")
    if bare(there, *words) != bare(absent, *words) or asked != asked_then:
        yield f"{verb} {path}: {there.status_code}, and {absent.status_code} for nothing"
    to = urlsplit(there.get("Location", "")).path
    if there.status_code not in (302, 405) or (there.status_code == 302 and not to.endswith("/sign-in/")):
        yield f"{verb} {path}: {there.status_code} {to}"


def test_nobody_is_sent_to_sign_in(
    owner: Owner, amount: Amount, record_property: Callable[[str, object], None]
) -> None:
    """Whether it is there or not; in small by one verb each, in full by all."""
    found, listed = [], routes("console", "learner", "signed_in", "operator")
    for number, route in enumerate(listed):
        for verb in VERBS if amount(0, 1) else (VERBS[number % 2],):
            found += nobodys(route, owner, verb)
    record_property("routes_as_nobody", len(listed))
    none_of(found)


def test_what_one_institution_offers_is_not_there_under_another(owner: Owner, stranger: Tenant) -> None:
    """Addresses of wallets, which hold no session: a reference of the one under the name of the other."""
    client = Client(raise_request_exception=False)
    offer = urlsplit(parse_qs(urlsplit(owner.ids["offer"]).query)["credential_offer_uri"][0]).path
    link = urlsplit(read_link(owner.ids["interaction"])).path
    assert client.get(offer).status_code == client.get(link, headers={"Accept": "application/json"}).status_code == 200
    found = []
    for path in (offer, link, link.replace("interactions", "exchanges")):
        secret = path.rpartition("/")[2]
        under = path.replace("/zed/", "/other/")
        for verb in VERBS:
            there, absent = ask(client, verb, under), ask(client, verb, under.replace(secret, "x" * len(secret)))
            if bare(there[0], secret) != bare(absent[0], "x" * len(secret)) or there[0].status_code == 200:
                found.append(f"{verb} {under}: {there[0].status_code}, and {absent[0].status_code} for nothing")
    none_of(found)


def test_every_route_is_somebodys_or_on_the_list() -> None:
    """With tests/server/api/test_routes.py, which has the routes of the API and the list of those that are public."""
    left = [one for one, view in patterns() if guard_of(view) not in (*SOMEBODYS, "public")]
    assert [one for one in left if not one.startswith("api/")] == []
    ids = [one for one in routes("console", "learner", "signed_in", "operator") if "<uuid:" in one or "<int:pk" in one]
    assert [one for one in ids if not kind_in(one)[1]] == [], "an id of which nobody knows the kind"
    assert len(ids) > 80


def test_planted_a_filter_that_lacks_is_found(
    owner: Owner, outsider: Client, learner: Client, amount: Amount, monkeypatch: pytest.MonkeyPatch
) -> None:
    unfiltered = classmethod(lambda cls, _owner: cls._default_manager.all())
    with monkeypatch.context() as broken:
        broken.setattr(Owned, "of", unfiltered)
        assert len(console_faults(owner, outsider, amount, step=6)) > 5
    with monkeypatch.context() as broken:
        broken.setattr(OfWallet, "of", unfiltered)
        assert len(learner_faults(owner, learner, amount)) > 5


def slower(owner: Owner, outsider: Client, count: int) -> float:
    """By how many times what is another's takes longer than what does not exist: of the medians of so many."""

    def seconds(id: str) -> float:
        begin = time.perf_counter()
        outsider.get(address_of("console/<slug:slug>/awards/of/<uuid:id>/", "other", id))
        return time.perf_counter() - begin

    times = [(seconds(owner.ids["award"]), seconds(NOTHING)) for _each in range(count)]
    there, absent = (statistics.median(each) for each in zip(*times, strict=True))
    return there / absent
