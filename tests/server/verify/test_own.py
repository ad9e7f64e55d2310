"""Credentials of this house that count no more: when, why, what follows; no code of a learner is given away."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from mikra.server.actions import awards_content, claim_codes, corrections, status_lists
from mikra.server.actions.corrections_supersede import supersede
from mikra.server.actions.verifying_own import own
from mikra.server.rights import Actor, Role
from mikra.server.store.awards import Award
from mikra.server.store.deliveries import Delivery
from mikra.server.store.tenants import Tenant
from tests.server.institution import proven
from tests.server.verify.conftest import send
from tests.server.wallet.conftest import award as award
from tests.server.wallet.conftest import code as code
from tests.server.wallet.conftest import sealed as sealed

WHY = "The grade was entered wrongly."


@pytest.fixture
def registrar(award: Award, tenant: Tenant, actor: Callable[..., Actor]) -> Actor:
    """Somebody who decides; credentials whose lists are public at an address of the institution or of ours."""
    tenant.settings = {**tenant.settings, "step_up": False}
    tenant.save()
    return proven(actor(tenant, Role.REGISTRAR))


def publish() -> None:
    while status_lists.publish_due():
        pass


def test_a_withdrawn_one_says_when_and_why(client: Client, genuine: bytes, award: Award, registrar: Actor) -> None:
    corrections.revoke(registrar, award.id, WHY)
    publish()
    page = send(client, genuine)
    assert "Withdrawn" in page
    assert WHY in page
    assert "verdict--bad" in page
    assert page.count(WHY) <= 2


def test_a_suspended_one_says_since_when_and_why(
    client: Client, genuine: bytes, award: Award, registrar: Actor
) -> None:
    corrections.suspend(registrar, award.id, WHY)
    publish()
    page = send(client, genuine)
    assert "Suspended since" in page
    assert WHY in page
    assert "verdict--warn" in page
    corrections.resume(registrar, award.id, "It was a mistake.")
    publish()
    page = send(client, genuine)
    assert "Suspended since" not in page
    assert "It was a mistake" not in page


def test_of_a_corrected_one_the_holder_is_to_be_asked(
    client: Client, genuine: bytes, award: Award, registrar: Actor, tenant: Tenant
) -> None:
    new = supersede(registrar, award.id, {"grade": "10"}, WHY)
    publish()
    for page in (send(client, genuine), send(client, genuine, b"hello")):
        assert "There is a corrected one" in page
        assert "/claim/" not in page
        for one in Delivery.of(tenant):
            assert claim_codes.code_of(tenant.id, one.id) not in page
    assert "There is a corrected one" not in send(client, awards_content.file_of(new))


def test_what_is_not_ours_or_not_set_is_not_looked_up(award: Award, registrar: Actor) -> None:
    corrections.suspend(registrar, award.id, WHY)
    row = award.list_number, award.list_index

    def report(place: str, code: str = "credential_suspended") -> dict[str, object]:
        return {"code": code, "checks": [{"findings": [{"rule": "status.place", "found": place}]}]}

    from mikra.server.actions.status_places import place_of

    place = place_of(award)
    assert place is not None
    right = f"{place.base}/suspension#{row[1]}"
    found = own(report(right))
    assert found is not None
    assert found.reason == WHY
    assert own(report(right, "valid")) is None
    for wrong in (
        f"https://elsewhere.example/status/{row[0]}/suspension#{row[1]}",
        f"{place.base}/suspension#{int(row[1] or 0) + 1}",
        f"{place.base}/suspension#-1",
        f"{place.base}/suspension#{'9' * 30}",
        "x",
        "#",
        "",
    ):
        assert own(report(wrong)) is None, wrong


def test_a_box_on_another_site_sends_here(genuine: bytes, db: None) -> None:
    """The form that we give away, as a browser sends it from a page of somebody else."""
    from django.core.files.uploadedfile import SimpleUploadedFile

    foreign = Client(
        enforce_csrf_checks=True, headers={"Origin": "https://jobs.example", "Sec-Fetch-Site": "cross-site"}
    )
    page = foreign.get("/verify/").content.decode()
    assert "&lt;form method=&#34;post&#34;" in page
    answer = foreign.post("/verify/", {"file": SimpleUploadedFile("a.jsonld", genuine)})
    assert answer.status_code == 200
    assert "Water quality monitoring" in answer.content.decode()
    assert foreign.post("/claim/", {"code": "x"}).status_code == 403, "nothing else takes forms of others"
