"""`mikra trust` as a person runs it: fetched when asked, kept with its day, asked about a certificate."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from mikra.adapters.http import HttpLoader
from tests.cli.conftest import Answer, Run
from tests.simulators import entity_lists
from tests.simulators import trusted_lists as simulated
from tests.simulators.network import Network, says
from tests.simulators.trusted_lists import ListXml, StateXml, operator, published, services, sign
from tests.trust.test_qualification import WITHDRAWN_ON, certificate

pytestmark = pytest.mark.extra("trust")

SIGNER = ("--list-signer", "commission.pem")


def network(*countries: ListXml, drop: str = "") -> HttpLoader:
    world = Network()
    for url, data in published(*countries).files.items():
        host = url.split("/")[2]
        if host != drop:
            world.host(host, says(data, Content_Type="application/xml"))
    return world.loader()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pem = operator(simulated.COMMISSION).certificate.public_bytes(Encoding.PEM)
    (tmp_path / "commission.pem").write_bytes(pem)
    held = certificate()
    chain = b"".join(c.public_bytes(Encoding.PEM) for c in (held.certificate, *held.above))
    (tmp_path / "seal.pem").write_bytes(chain)
    return tmp_path


def update(run: Run, door: HttpLoader, *more: str) -> Answer:
    return run("trust", "update", "lists", "--from", simulated.LOTL_URL, *SIGNER, *more, door=door)


def check(run: Run, at: str, *more: str) -> Answer:
    return run("trust", "check", "seal.pem", "--trusted-lists", "lists", "--at", at, *SIGNER, *more)


def test_fetched_shown_and_asked(run: Run, folder: Path) -> None:
    fetched = update(run, network())
    assert fetched.code == 0
    assert "Ireland" in fetched.out
    shown = run("trust", "show", "lists", *SIGNER)
    assert shown.code == 0
    assert "0 days ago. Nothing is fetched unless you ask." in shown.out
    assert "1 October 2026" in shown.out
    answer = check(run, "2026-06-01")
    assert answer.code == 0
    assert answer.out.splitlines()[0] == "A qualified seal, says the trusted list of Ireland for 1 June 2026."
    assert "Trusted list of Ireland, number 7, of 1 May 2026" in answer.out


def test_answers_for_programs(run: Run, folder: Path) -> None:
    told = json.loads(update(run, network(), "--json").out)
    assert told["problems"] == []
    assert told["lists"][0]["territory"] == "IE"
    shown = json.loads(run("trust", "show", "lists", *SIGNER, "--json").out)
    assert shown["list_of_lists"]["sequence"] == 300
    answer = json.loads(check(run, "2026-06-01", "--json").out)
    assert (answer["level"], answer["reason"], answer["list"]["sequence"]) == ("qualified", "granted", 7)
    assert answer["provider"] == {"en": "Trust & Sons"}


def test_was_it_so_on_the_day(run: Run, folder: Path) -> None:
    states = (StateXml(status=simulated.WITHDRAWN, since=WITHDRAWN_ON), StateXml())
    update(run, network(ListXml(services=services(states=states))))
    assert check(run, "2026-02-28").code == 0
    later = check(run, "2026-03-02")
    assert later.code == 1
    assert "was granted earlier, but not on 2 March 2026" in later.out
    assert check(run, "2027-01-01").code == 1


def test_a_country_that_cannot_be_had_is_said(run: Run, folder: Path) -> None:
    answer = update(run, network(drop="ie.example.test"))
    assert answer.code == 2
    assert "IE: There is no such host." in answer.err
    assert (folder / "lists" / "lotl.xml").exists()


def test_an_older_list_is_refused_and_the_newer_stays(run: Run, folder: Path) -> None:
    update(run, network())
    again = update(run, network(ListXml(sequence=6, services=services())))
    assert again.code == 2
    assert "older than the one that we have" in again.err
    assert json.loads(run("trust", "show", "lists", *SIGNER, "--json").out)["lists"][0]["sequence"] == 7


def test_a_stranger_s_lists_are_not_kept(run: Run, folder: Path) -> None:
    answer = run("trust", "update", "lists", "--from", simulated.LOTL_URL, door=network())
    assert answer.code == 3
    assert "Nobody whom we know signed this trusted list" in answer.err
    assert not (folder / "lists").exists()


def test_a_list_that_was_changed_on_this_disk_is_said(run: Run, folder: Path) -> None:
    update(run, network())
    (file,) = (folder / "lists" / "lists").iterdir()
    file.write_bytes(file.read_bytes().replace(b"granted", b"grantef"))
    shown = run("trust", "show", "lists", *SIGNER)
    assert shown.code == 2
    assert "IE: Nobody whom we know signed" in shown.err


def test_no_lists_there(run: Run, folder: Path) -> None:
    answer = run("trust", "show", "nowhere", *SIGNER)
    assert answer.code == 3
    assert "mikra trust update" in answer.err


def test_a_list_of_lists_that_leads_inside(run: Run, folder: Path) -> None:
    office = operator(simulated.OFFICE)
    pointer = simulated.PointerXml(location="https://10.0.0.1/tl.xml", territory="IE", signers=(office.der,))
    lotl = ListXml(kind=simulated.LIST_OF_LISTS, territory="EU", pointers=(pointer,))
    world = Network().host("lists.example.test", says(sign(lotl.xml(), operator(simulated.COMMISSION))))
    answer = update(run, world.loader())
    assert answer.code == 2
    assert "IE: This address is not one we may contact." in answer.err
    assert {target.name for target in world.asked} == {"lists.example.test"}


def entity_file(folder: Path, **scheme: str) -> None:
    holder = operator("lists of entities")
    (folder / "operator.pem").write_bytes(holder.certificate.public_bytes(Encoding.PEM))
    der = holder.certificate.public_bytes(Encoding.DER)
    named = entity_lists.entity("Ministry of Education", entity_lists.service(entity_lists.ISSUANCE, der))
    (folder / "list.jwt").write_bytes(entity_lists.sealed(entity_lists.entity_list(named, **scheme), holder))


ENTITIES = ("trust", "entities", "list.jwt", "--list-signer")


def test_a_list_of_trusted_entities_is_shown_under_its_seal(run: Run, folder: Path) -> None:
    entity_file(folder, NextUpdate="2999-01-01T00:00:00Z")
    shown = run(*ENTITIES, "operator.pem", "--lang", "ro")
    assert shown.code == 0
    assert "European Commission, lista 7, emisă la 1 noiembrie 2026" in shown.out
    assert "Ministry of Education" in shown.out
    told = json.loads(run(*ENTITIES, "operator.pem", "--json").out)
    assert (told["current"], told["services"][0]["type"]) == (True, entity_lists.ISSUANCE)
    assert len(told["services"][0]["certificates"][0]) == 64
    other = run(*ENTITIES, "commission.pem")
    assert (other.code, "Ministry" in other.out, "Nobody whom we know" in other.err) == (3, False, True)


def test_a_list_of_trusted_entities_that_ended_says_so(run: Run, folder: Path) -> None:
    entity_file(folder, ListIssueDateTime="2020-01-01T00:00:00Z", NextUpdate="2020-06-01T00:00:00Z")
    shown = run(*ENTITIES, "operator.pem")
    assert (shown.code, "does not speak of today" in shown.err) == (2, True)
    assert json.loads(run(*ENTITIES, "operator.pem", "--json").out)["current"] is False
