"""What is asked of a wallet: chosen elements, a query of one's own; by the page, the desk and the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from django.test import Client

from mikra import base64url
from mikra.errors import InputError
from mikra.exchange import dcql
from mikra.server.actions import presenting, presenting_queries
from mikra.server.actions.presenting import Asking
from mikra.server.rights import Role
from mikra.server.store.presenting import Presentation
from mikra.server.store.tenants import Tenant
from tests.server.api.conftest import Give, Program
from tests.server.api.conftest import full_buckets as full_buckets
from tests.server.api.conftest import program as program
from tests.server.present.conftest import Wallet, credential

WHOLE = {
    "learning_outcomes": ["Takes samples", "Reads them"],
    "level": "EQF 5",
    "expected_study_time": "PT50H",
}
"""A credential that also says this, each claim in the clear."""


def sets_of(query: Any) -> list[list[str]]:
    found: list[list[str]] = query["credentials"][0]["claim_sets"]
    return found


def test_every_element_is_a_claim_of_our_type() -> None:
    known = {one.name for one in presenting_queries.MICRO_CREDENTIAL}
    for _label, claims in presenting_queries.ELEMENTS.values():
        assert set(claims) <= known
    dcql.parse(presenting_queries.asking(presenting_queries.ELEMENTS))


def test_what_need_not_be_there_is_done_without() -> None:
    assert sets_of(presenting_queries.asking()) == [["t", "f", "g"], ["t", "f"], ["t", "n"]]
    found = sets_of(presenting_queries.asking(["workload", "outcomes"]))
    assert found[0] == ["t", "f", "g", "expected_study_time", "ects", "learning_outcomes"]
    assert found[3] == ["t", "f", "g", "expected_study_time", "learning_outcomes"]
    assert found[-1] == ["t", "n"]
    assert len(found) == 9
    assert len(sets_of(presenting_queries.asking(["outcomes"]))) == 6
    with pytest.raises(InputError, match="no such element"):
        presenting_queries.asking(["shoe size"])


@pytest.mark.parametrize(
    "query",
    [
        None,
        {},
        {"credentials": []},
        {"credentials": [{"id": "a", "format": "mso_mdoc", "meta": {}}]},
        {"credentials": [{"id": "a b", "format": "dc+sd-jwt", "meta": {}}]},
        {"credentials": [{"id": "a", "format": "dc+sd-jwt", "meta": {"vct_values": ["x" * 21_000]}}]},
    ],
)
def test_a_query_that_is_none_is_refused(query: Any) -> None:
    with pytest.raises(InputError) as refused:
        presenting_queries.own(query)
    assert refused.value.where.startswith("query")


def presented(holder: Wallet, link: str, *names: str) -> Any:
    holder.sealed = credential(**WHOLE)
    return holder.answer(holder.fetch(link), *names)


def test_a_program_asks_for_elements_and_reads_them(program: Give, tenant: Tenant, holder: Wallet) -> None:
    asks = program(tenant, "recognise")
    made = asks.post("/presentations", {"ask": ["outcomes"]})
    assert made.status_code == 201, made.content
    given = made.json()
    address = f"/presentations/{given['id']}/result"
    pending = asks.post(address, {"secret": given["secret"]}).json()
    assert (pending["state"], pending["verified"], pending["reports"]) == ("pending", False, [])
    names = ("achievement_title", "family_name", "given_name", "learning_outcomes")
    assert presented(holder, given["request"], *names).status_code == 200
    for _each in range(2):
        kept = asks.post(address, {"secret": given["secret"], "keep": True}).json()
        assert kept["verified"], kept
    told = asks.post(address, {"secret": given["secret"]}).json()
    assert "Takes samples" in str(told["reports"])
    after = asks.post(address, {"secret": given["secret"]}).json()
    assert (after["state"], after["verified"], after["reports"]) == ("shown", False, [])


def test_a_query_of_ones_own_is_what_the_wallet_must_answer(program: Give, tenant: Tenant, holder: Wallet) -> None:
    asks = program(tenant, "recognise")
    wanted = {"id": "mc", "format": "dc+sd-jwt", "meta": {}, "claims": [{"path": ["level"], "values": ["EQF 7"]}]}
    given = asks.post("/presentations", {"query": {"credentials": [wanted]}}).json()
    assert presented(holder, given["request"], "level").status_code == 400
    wanted["claims"] = [{"path": ["level"], "values": ["EQF 5"]}]
    given = asks.post("/presentations", {"query": {"credentials": [wanted]}, "mode": "direct_post"}).json()
    assert presented(holder, given["request"], "level").status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {"ask": ["shoe size"]},
        {"ask": ["level"], "query": {"credentials": [{"id": "a", "format": "dc+sd-jwt", "meta": {}}]}},
        {"query": {"credentials": 1}},
        {"query": 3},
        {"prefix": "unknown"},
        {"mode": "fragment"},
        {"ask": "level"},
    ],
)
def test_what_cannot_be_asked_is_said(program: Give, tenant: Tenant, body: Any) -> None:
    refused = program(tenant, "recognise").post("/presentations", body)
    assert refused.status_code == 422, refused.content
    assert refused["Content-Type"].startswith("application/problem+json")
    assert not Presentation._default_manager.exists()


def test_without_the_scope_or_the_secret_there_is_nothing(program: Give, tenant: Tenant, stranger: Tenant) -> None:
    others = program(tenant, "read", "seal", "learners", "correct", "prepare", "webhooks", "design", "publish")
    assert others.post("/presentations", {}).status_code == 403
    asks: Program = program(tenant, "recognise")
    first, second = (asks.post("/presentations", {}).json() for _each in range(2))
    address = f"/presentations/{first['id']}/result"
    assert others.post(address, {"secret": first["secret"]}).status_code == 403
    for wrong in (second["secret"], "", "x" * 43, "A" * 43, "ž"):
        assert asks.post(address, {"secret": wrong}).status_code == 404
    assert asks.post(address, {}).status_code == 422
    abroad = program(stranger, "recognise")
    assert abroad.post(address, {"secret": first["secret"]}).status_code == 404
    assert asks.post(address, {"secret": first["secret"]}).status_code == 200


def test_the_page_asks_for_what_is_ticked(client: Client) -> None:
    assert client.get("/present/").content.decode().count('name="ask"') == len(presenting_queries.ELEMENTS)
    client.post("/present/", {"ask": ["level", "shoe size"]})
    row = Presentation._default_manager.get()
    assert sets_of(row.query)[0] == ["t", "f", "g", "level"]
    assert presenting.LIFETIME.total_seconds() == 600


def test_the_desk_asks_for_all_and_others_are_not_let_in(
    client: Client, tenant: Tenant, join: Callable[..., Any]
) -> None:
    officer, registrar = join(tenant, Role.RECOGNITION), join(tenant, Role.REGISTRAR)
    client.force_login(registrar)
    assert client.get(f"/console/{tenant.slug}/ask-wallet/").status_code == 403
    assert client.post(f"/console/{tenant.slug}/ask-wallet/", {"ask": ["level"]}).status_code == 403
    client.force_login(officer)
    page = client.get(f"/console/{tenant.slug}/ask-wallet/").content.decode()
    assert page.count(" checked") == len(presenting_queries.ELEMENTS) + 1
    given = {"ask": ["level", "quality"], "where": "here"}
    for wrong in ({}, {"purpose": " "}, {"purpose": "x" * 141}):
        refused = client.post(f"/console/{tenant.slug}/ask-wallet/", given | wrong)
        assert refused.status_code == 422
        assert refused.content.decode().count(" checked") == 2
    assert not Presentation._default_manager.exists()
    asked = client.post(
        f"/console/{tenant.slug}/ask-wallet/", given | {"purpose": "Admission to the master's programme"}
    )
    assert asked.status_code == 302
    page = client.get(asked["Location"]).content.decode()
    assert tenant.name in page
    assert "Admission to the master" in page
    assert sets_of(Presentation._default_manager.get().query)[0][-2:] == ["level", "types_of_quality_assurance"]


def test_a_wallet_is_told_who_asks_and_what_for(tenant: Tenant) -> None:
    query = presenting_queries.asking()
    begun = presenting.begin(Asking(query=query, tenant=tenant, purpose="Admission\n to  studies"))
    claims = jwt_claims(presenting.request_object(presenting.handle_of(begun.secret)))
    assert claims["client_metadata"]["client_name"] == tenant.name
    assert [one["purpose"] for one in claims["dcql_query"]["credential_sets"]] == ["Admission to studies"]
    assert presenting.asker(presenting.handle_of(begun.secret)) == tenant.name
    assert presenting.asker(presenting.handle_of(begun.secret), at=begun.row.expires) == ""
    anybody = presenting.begin(Asking(query=query))
    claims = jwt_claims(presenting.request_object(presenting.handle_of(anybody.secret)))
    assert "client_name" not in claims["client_metadata"]
    assert "purpose" not in str(claims["dcql_query"])
    assert presenting.asker(presenting.handle_of(anybody.secret)) == presenting.asker("nothing") == ""


def jwt_claims(text: str) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(base64url.decode(text.split(".")[1]))
    return found
