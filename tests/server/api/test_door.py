"""What every request passes: keys, bodies, methods, pages, idempotency, limits (BAR, R6, R8, R14)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client

from mikra.adapters.clock import now
from mikra.errors import InputError, NotAllowedError, UnavailableError
from mikra.server.actions import api_keys, batches_approval
from mikra.server.actions.rate_limits import BUCKETS, Buckets
from mikra.server.rights import Actor, Right, Role
from mikra.server.store.api import ApiKey
from mikra.server.store.batches import Batch
from mikra.server.store.designs import Design, Edition
from mikra.server.store.tenants import Tenant
from mikra.server.store.work import Asked
from tests.server.api.conftest import ALL, API, ROW, Give

PROBLEM = "application/problem+json"


def refused(answer: object, status: int, code: str = "") -> dict[str, str]:
    assert answer.status_code == status, answer.content  # type: ignore[attr-defined]
    assert answer["Content-Type"] == PROBLEM  # type: ignore[index]
    said: dict[str, str] = answer.json()  # type: ignore[attr-defined]
    assert said["status"] == status
    assert not code or said["code"] == code
    return said


@pytest.mark.parametrize(
    "header", ["", "Bearer ", "Bearer mikra_AAAA", "Basic bWlrcmE6", "Bearer \u017dluty", "mikra_x"]
)
def test_without_a_key_there_is_no_answer(client: Client, tenant: Tenant, header: str) -> None:
    answer = client.get(f"{API}/designs", headers={"Authorization": header} if header else {})
    refused(answer, 401, "not_signed_in")
    assert answer["WWW-Authenticate"] == "Bearer"


def test_a_key_is_shown_once_and_kept_as_a_digest(tenant: Tenant, program: Give) -> None:
    bearer = program(tenant, "read")
    assert bearer.get("/designs").status_code == 200
    kept = ApiKey.of(tenant).get()
    assert bearer.secret.encode() not in bytes(kept.digest)
    assert kept.last_used == now().date()
    assert not any(bearer.secret in str(value) for value in vars(kept).values())


def test_a_key_that_was_revoked_or_ended_opens_nothing(
    tenant: Tenant, program: Give, actor: Callable[..., Actor]
) -> None:
    bearer = program(tenant, "read")
    key = ApiKey.of(tenant).get()
    ApiKey.of(tenant).update(expires=now() - dt.timedelta(seconds=1))
    refused(bearer.get("/designs"), 401)
    ApiKey.of(tenant).update(expires=now() + dt.timedelta(days=1))
    assert bearer.get("/designs").status_code == 200
    api_keys.revoke(actor(tenant, Role.ADMINISTRATOR), key.id)
    refused(bearer.get("/designs"), 401)


def test_only_administrators_make_keys(tenant: Tenant, actor: Callable[..., Actor]) -> None:
    with pytest.raises(NotAllowedError):
        api_keys.make(actor(tenant, Role.REGISTRAR), name="x", scopes=["read"])
    administrator = actor(tenant, Role.ADMINISTRATOR)
    for wrong in ({"name": "", "scopes": ["read"]}, {"name": "x", "scopes": []}, {"name": "x", "scopes": ["emperor"]}):
        with pytest.raises(InputError):
            api_keys.make(administrator, **wrong)  # type: ignore[arg-type]
    with pytest.raises(InputError):
        api_keys.make(administrator, name="x", scopes=["read"], expires=now().date() + dt.timedelta(days=3_000))


def test_scopes_give_no_right_of_people() -> None:
    given = api_keys.rights_of(ALL)
    assert given.isdisjoint({Right.ADMINISTER, Right.STOP, Right.REVIEW, Right.RIGHTS_CASES, Right.AUDIT})
    assert api_keys.rights_of(["emperor"]) == frozenset()


def test_a_scope_that_lacks_is_403(tenant: Tenant, edition: Edition, program: Give) -> None:
    reader = program(tenant, "read")
    refused(reader.post("/batches", {"edition": str(edition.id)}), 403, "not_allowed")
    refused(reader.post("/designs", {"content": {}}), 403, "not_allowed")
    refused(reader.get("/deliveries"), 403, "not_allowed")


def test_what_is_anothers_is_not_there(tenant: Tenant, stranger: Tenant, program: Give) -> None:
    theirs = Design._default_manager.create(tenant=stranger, code="A", title="A")
    bearer = program(tenant)
    nothing = "00000000-0000-7000-8000-000000000000"
    found, unknown = bearer.get(f"/designs/{theirs.id}"), bearer.get(f"/designs/{nothing}")
    assert refused(found, 404) == refused(unknown, 404)
    assert program(stranger).get(f"/designs/{theirs.id}").status_code == 200


@pytest.mark.drill("R14")
@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        (b"{", "application/json", 422, "json_malformed"),
        (b"\xff\xfe{}", "application/json", 400, "request_malformed"),
        (b'{"edition": "\xe9"}', "application/json", 400, "request_malformed"),
        (b'{"edition": "a", "edition": "b"}', "application/json", 422, "json_duplicate_key"),
        (b'{"edition": "\\u0000"}', "application/json", 422, "json_bad_unicode"),
        (b'{"rows":' + b"[" * 41 + b"]" * 41 + b"}", "application/json", 422, "json_too_deep"),
        (b"[]", "application/json", 422, "value_invalid"),
        (b"null", "application/json", 422, "value_invalid"),
        (b"{}", "application/json", 422, "value_invalid"),
        (b'{"edition": "no id"}', "application/json", 422, "value_invalid"),
        (b"{}", "text/plain", 415, "media_type_not_supported"),
        (b"a=b", "application/x-www-form-urlencoded", 415, "media_type_not_supported"),
        (b" " * (5 * 1024 * 1024 + 1), "application/json", 413, "too_large"),
    ],
)
def test_bodies_that_are_none(tenant: Tenant, program: Give, body: bytes, kind: str, status: int, code: str) -> None:
    refused(program(tenant).ask("POST", "/batches", body, Content_Type=kind), status, code)
    assert not Batch.of(tenant).exists()


def test_a_member_that_is_not_there_is_named(tenant: Tenant, edition: Edition, program: Give) -> None:
    said = refused(program(tenant).post("/batches", {"edition": str(edition.id), "trail": True}), 422, "member_unknown")
    assert said["where"] == "trail"
    said = refused(
        program(tenant).post("/batches", {"edition": str(edition.id), "rows": [{**ROW, "shoe": 1}]}),
        422,
        "member_unknown",
    )
    assert said["where"] == "rows/0/shoe"
    assert not Batch.of(tenant).exists()


def test_a_packed_body_is_refused(tenant: Tenant, program: Give) -> None:
    refused(program(tenant).post("/batches", {}, Content_Encoding="gzip"), 415, "encoding_not_supported")


def test_methods(tenant: Tenant, program: Give) -> None:
    bearer = program(tenant)
    answer = bearer.ask("DELETE", "/batches")
    refused(answer, 405, "method_not_allowed")
    assert answer["Allow"] == "GET, HEAD, OPTIONS, POST"
    asked = bearer.ask("OPTIONS", "/batches")
    assert (asked.status_code, asked["Allow"]) == (204, "GET, HEAD, OPTIONS, POST")
    head = bearer.ask("HEAD", "/batches")
    assert (head.status_code, head.content) == (200, b"")
    assert head["Content-Length"] == str(len(bearer.get("/batches").content))
    refused(bearer.post("/batches", None, X_HTTP_Method_Override="DELETE"), 422)
    assert bearer.ask("GET", "/batches", X_HTTP_Method_Override="DELETE").status_code == 200


@pytest.mark.parametrize("address", ["/nothing", "/designs/not-an-id", "/%2e%2e/admin", "//admin", "/admin%00"])
def test_addresses_that_lead_nowhere(tenant: Tenant, program: Give, address: str) -> None:
    refused(program(tenant).get(API + address), 404, "not_found")


def test_a_page_leads_to_the_next(tenant: Tenant, program: Give) -> None:
    for number in range(5):
        Design._default_manager.create(tenant=tenant, code=f"C{number}", title="T")
    bearer, seen, after = program(tenant), [], ""
    while True:
        answer = bearer.get(f"/designs?limit=2{after}").json()
        seen += [one["id"] for one in answer["items"]]
        if answer["next"] is None:
            break
        after = f"&after={answer['next']}"
    assert seen == sorted((str(one.id) for one in Design.of(tenant)), reverse=True)
    refused(bearer.get("/designs?limit=0"), 422)
    refused(bearer.get("/designs?limit=1000000"), 422)
    refused(bearer.get("/designs?after=first"), 422)


def test_what_did_not_change_is_not_sent_again(tenant: Tenant, program: Give) -> None:
    bearer = program(tenant)
    mark = bearer.get("/designs")["ETag"]
    again = bearer.get("/designs", If_None_Match=mark)
    assert (again.status_code, again.content) == (304, b"")
    Design._default_manager.create(tenant=tenant, code="C", title="T")
    assert bearer.get("/designs", If_None_Match=mark).status_code == 200


@pytest.mark.drill("R14")
def test_who_asks_too_often_waits(
    tenant: Tenant, stranger: Tenant, program: Give, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BUCKETS, "clock", lambda: 0.0)
    bearer, other = program(tenant, "read"), program(stranger, "read")
    for _ in range(BUCKETS.burst):
        BUCKETS.take(bearer.name)
    answer = bearer.get("/designs")
    refused(answer, 429, "rate_limited")
    assert int(answer["Retry-After"]) >= 1
    assert other.get("/designs").status_code == 200


def test_people_are_told_in_their_words_and_programs_in_theirs() -> None:
    for programs, said in ((True, "This key asks too often."), (False, "This came too often in a short time.")):
        buckets = Buckets(a_minute=60, burst=1, programs=programs, clock=lambda: 0.0)
        buckets.take("one")
        with pytest.raises(UnavailableError) as refused:
            buckets.take("one")
        assert refused.value.message == said
        assert ("Retry-After" in refused.value.fix) == programs


def test_a_bucket_fills_again() -> None:
    moment = 0.0
    buckets = Buckets(a_minute=60, burst=2, clock=lambda: moment)
    buckets.take("a")
    buckets.take("a")
    with pytest.raises(UnavailableError) as error:
        buckets.take("a")
    assert error.value.retry_after == 1.0
    moment = 1.0
    buckets.take("a")
    with pytest.raises(UnavailableError):
        buckets.take("a")


def test_asked_twice_done_once(tenant: Tenant, edition: Edition, program: Give) -> None:
    bearer = program(tenant)
    body = {"edition": str(edition.id), "rows": [ROW]}
    first = bearer.post("/batches", body, Idempotency_Key="k1")
    second = bearer.post("/batches", body, Idempotency_Key="k1")
    assert first.status_code == second.status_code == 201
    assert first.content == second.content
    assert first["Location"] == second["Location"]
    assert (first.get("Idempotency-Replayed"), second["Idempotency-Replayed"]) == (None, "true")
    assert Batch.of(tenant).count() == 1
    assert bearer.post("/batches", body).status_code == 201
    assert Batch.of(tenant).count() == 2


def test_a_key_for_another_request_is_a_conflict(tenant: Tenant, edition: Edition, program: Give) -> None:
    bearer = program(tenant)
    assert bearer.post("/batches", {"edition": str(edition.id)}, Idempotency_Key="k2").status_code == 201
    other = {"edition": str(edition.id), "trial": True}
    refused(bearer.post("/batches", other, Idempotency_Key="k2"), 409, "idempotency_conflict")
    assert program(tenant).post("/batches", other, Idempotency_Key="k2").status_code == 201  # another caller's key
    refused(bearer.post("/batches", other, Idempotency_Key="k" * 256), 400, "request_malformed")


def test_what_failed_is_not_remembered(tenant: Tenant, edition: Edition, program: Give) -> None:
    bearer = program(tenant)
    wrong = {"edition": str(edition.id), "rows": [{"shoe": "1"}]}
    refused(bearer.post("/batches", wrong, Idempotency_Key="k3"), 422)
    refused(bearer.post("/batches", {"edition": 1}, Idempotency_Key="k3"), 422)
    assert not Asked.of(tenant).exists()
    assert bearer.post("/batches", {"edition": str(edition.id)}, Idempotency_Key="k3").status_code == 201


def test_answers_are_kept_encrypted_and_forgotten(tenant: Tenant, edition: Edition, program: Give) -> None:
    bearer = program(tenant)
    made = bearer.post("/batches", {"edition": str(edition.id)}, Idempotency_Key="k4").json()
    asked = Asked.of(tenant).get()
    assert made["id"] not in str(asked.answer)
    Asked.of(tenant).update(created=now() - dt.timedelta(days=3))
    again = bearer.post("/batches", {"edition": str(edition.id)}, Idempotency_Key="k4").json()
    assert again["id"] != made["id"]


def test_four_eyes_hold_for_keys(tenant: Tenant, edition: Edition, program: Give, actor: Callable[..., Actor]) -> None:
    tenant.settings = {"four_eyes": True}
    tenant.save()
    one, other = program(tenant), program(tenant, "seal")
    batch = one.post("/batches", {"edition": str(edition.id), "rows": [ROW]}).json()
    said = one.get(f"/batches/{batch['id']}/sentence").json()["sentence"]
    refused(one.post(f"/batches/{batch['id']}/approve", {"sentence": said}), 403, "four_eyes")
    refused(other.post(f"/batches/{batch['id']}/approve", {"sentence": "Seal it."}), 409, "sentence_changed")
    assert other.post(f"/batches/{batch['id']}/approve", {"sentence": said}).json()["state"] == "sealing"


def test_who_made_the_key_and_the_list_is_one_pair_of_eyes(
    tenant: Tenant, edition: Edition, actor: Callable[..., Actor]
) -> None:
    tenant.settings = {"four_eyes": True}
    tenant.save()
    person = actor(tenant, Role.ADMINISTRATOR, Role.REGISTRAR)
    from mikra.server.actions.batches_lists import begin_with

    batch = begin_with(person, edition.id, rows=[ROW])
    key = api_keys.actor_of(api_keys.make(person, name="mine", scopes=["seal"]).secret)
    said = batches_approval.sentence(key, batch.id)
    with pytest.raises(NotAllowedError) as error:
        batches_approval.approve(key, batch.id, sentence=said)
    assert error.value.code == "four_eyes"
