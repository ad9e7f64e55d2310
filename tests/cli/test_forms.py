"""`mikra convert`, `forms`, `loss`: what a registrar types, and what comes out."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from mikra import base64url
from mikra.conversion import attestation, manifest
from mikra.conversion.forms import Attestation, Kind
from mikra.formats import baked_svg
from mikra.issuance.compose import serialise
from mikra.sealing import jades, sd_jwt
from tests.cli.conftest import Run
from tests.conversion import made
from tests.issuance import awards
from tests.simulators.wallets import HOLDER_JWK

NS = "https://zed.example/ns/"


@pytest.fixture
def desk(run: Run, office: Path) -> Path:
    """A folder with a sealed credential and its key."""
    signer = awards.signer_for(made.design(made.EXAMPLES[0]))
    (office / "credential.jsonld").write_bytes(jades.seal(serialise(made.award()), signer=signer, at=awards.AT))
    (office / "holder.jwk").write_text(json.dumps(HOLDER_JWK))
    (office / "private.jwk").write_text(json.dumps({**HOLDER_JWK, "d": "AA"}))
    return office


def test_one_form_is_made_sealed_and_verified(run: Run, desk: Path) -> None:
    answer = run("convert", "credential.jsonld", "--to", "open-badge-3", "--key", "seal.p12", "-o", "badge.json")
    assert answer.code == 0
    assert "6 are carried in full" in answer.err
    badge = json.loads((desk / "badge.json").read_bytes())
    issuer = badge["issuer"]["id"]
    judged = run("verify", "badge.json", "--trust-issuer", issuer, "--json")
    (report,) = json.loads(judged.out)
    assert report["verdict"] == "TOTAL-PASSED"
    assert "Awarded by University of Zed" in report["sentence"]


def test_a_badge_image_and_another_language(run: Run, desk: Path) -> None:
    words = ("convert", "credential.jsonld", "--to", "open-badge-3", "--key", "seal.p12", "--in", "ro")
    assert run(*words, "-o", "badge.svg").code == 0
    held = json.loads(baked_svg.extract((desk / "badge.svg").read_bytes()).text)
    assert held["credentialSubject"]["achievement"]["inLanguage"] == "ro"
    again = run(*words[:-1], "xx", "-o", "other.svg")
    assert again.code == 3
    assert "en, ro, cs, lt" in again.err


def test_without_a_key_it_goes_to_the_screen_and_says_that_it_is_not_sealed(run: Run, desk: Path) -> None:
    answer = run("convert", "credential.jsonld", "--to", "vc-2.0", "--terms", NS)
    assert json.loads(answer.out)["credentialSubject"]["microCredential"]["type"] == "MicroCredential"
    assert "Not sealed" in answer.err


def test_for_programs(run: Run, desk: Path) -> None:
    answer = run("convert", "credential.jsonld", "--to", "open-badge-3", "--key", "seal.p12", "--json")
    told = json.loads(answer.out)
    assert (told["form"], told["sealed"]) == ("open-badge-3", True)
    assert len(told["loss"]["elements"]) == 16
    assert json.loads(told["credential"])["id"] == told["id"]


def test_the_learner_can_be_hidden(run: Run, desk: Path) -> None:
    words = ("convert", "credential.jsonld", "--to", "open-badge-3", "--key", "seal.p12", "--hide-learner")
    answer = run(*words, "-o", "b.json")
    assert "O'Brien" not in (desk / "b.json").read_text()
    assert "only whoever knows it" not in answer.out


def test_the_learner_is_hidden_in_our_attestation_and_it_still_holds(run: Run, desk: Path) -> None:
    words = ("convert", "credential.jsonld", "--to", "sd-jwt-vc", "--key", "seal.p12", "--terms", NS)
    assert run(*words, "-o", "open.sdjwt").code == 0
    assert run(*words, "-o", "a.sdjwt", "--hide-learner").code == 0
    shown, hidden = (sd_jwt.read((desk / name).read_bytes()) for name in ("open.sdjwt", "a.sdjwt"))
    assert {"full_name", "family_name", "birthdate", "learner_identification"} <= shown.claims.keys()
    assert not attestation.OF_THE_LEARNER & hidden.claims.keys()
    assert shown.claims.keys() - attestation.OF_THE_LEARNER == hidden.claims.keys()
    judged = run("verify", "a.sdjwt", "--trust-issuer", hidden.claims["iss"], "--json")
    assert [report["verdict"] for report in json.loads(judged.out)] == ["TOTAL-PASSED"]
    assert "O'Brien" not in judged.out
    assert "O'Brien" not in run(*words[:4], "--terms", NS, "--hide-learner").out


def test_a_hidden_learner_is_hidden_in_every_form_that_is_made(run: Run, desk: Path) -> None:
    words = ("forms", "credential.jsonld", "--key", "seal.p12", "-o", "all", "--terms", NS, "--json", "--lang", "lt")
    told = json.loads(run(*words, "--hide-learner").out)
    missing = next(each for each in told["not_made"] if each["form"] == "sd-jwt-vc-eu")
    assert "--hide-learner" in missing["why"]
    made_here = [one["file"] for one in told["forms"] if one["form"].startswith("sd-jwt")]
    assert len(made_here) == 4
    for file in made_here:
        assert not attestation.OF_THE_LEARNER & sd_jwt.read((desk / "all" / file).read_bytes()).claims.keys(), file


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--to", "pdf-9"), "There is no form of this name."),
        (("--to", "open-badge-3", "--key", "seal.p12", "--issuer", "did:web:zed.example"), "name of the key"),
        (("--to", "vc-2.0", "--key", "seal.p12"), "Our own terms"),
        (("--to", "open-badge-3", "--holder", "holder.jwk"), "not bound to a key"),
        (("--to", "sd-jwt-vc", "--key", "seal.p12"), "address of yours"),
        (("--to", "sd-jwt-vc-eu", "--key", "seal.p12", "--holder", "private.jwk"), "This is a private key."),
        (("--to", "sd-jwt-vc-eu", "--key", "seal.p12", "--hide-learner"), "must hold the learner"),
        (("--to", "clr-2.0"), "holds sealed credentials"),
        (("--to", "open-badge-3", "--accent", "yellow", "-o", "x.svg"), "not a colour"),
    ],
)
def test_mistakes_are_told(run: Run, desk: Path, words: tuple[str, ...], said: str) -> None:
    answer = run("convert", "credential.jsonld", *words)
    assert answer.code == 3
    assert said in answer.err


def test_what_is_no_sealed_credential_is_refused(run: Run, desk: Path) -> None:
    (desk / "plain.json").write_bytes(serialise(made.award()))
    for file in ("plain.json", "seal.p12", "nothing.json"):
        assert run("convert", file, "--to", "open-badge-3").code == 3


@pytest.mark.parametrize("form", ["sd-jwt-vc", "eu-learning-credential"])
def test_an_attestation_is_verified_and_altered_it_is_not(run: Run, desk: Path, form: str) -> None:
    words = ("convert", "credential.jsonld", "--to", form, "--key", "seal.p12", "--terms", NS, "-o", "a.sdjwt")
    assert run(*words, "--holder", "holder.jwk").code == 0
    content = (desk / "a.sdjwt").read_bytes()
    issuer = sd_jwt.read(content).claims["iss"]
    judged = run("verify", "a.sdjwt", "--trust-issuer", issuer, "--json")
    assert [report["verdict"] for report in json.loads(judged.out)] == ["TOTAL-PASSED"]
    head, disclosure, rest = content.split(b"~", 2)
    other = base64url.encode(base64url.decode(disclosure.decode())[:-2] + b'!"]')
    (desk / "a.sdjwt").write_bytes(b"~".join((head, other.encode(), rest)))
    judged = run("verify", "a.sdjwt", "--trust-issuer", issuer, "--json")
    assert [report["verdict"] for report in json.loads(judged.out)] == ["TOTAL-FAILED"]


def test_an_attestation_for_nobody_says_so(run: Run, desk: Path) -> None:
    answer = run("convert", "credential.jsonld", "--to", "eu-learning-credential", "--key", "seal.p12", "-o", "a.sdjwt")
    assert "Not bound to a wallet" in answer.err
    assert "cnf" not in sd_jwt.read((desk / "a.sdjwt").read_bytes()).claims


def test_what_the_eu_type_must_hold_is_named_claim_by_claim(run: Run, desk: Path) -> None:
    lacking = replace(made.award(), valid_until="", expiration_date="")
    signer = awards.signer_for(made.design(made.EXAMPLES[0]))
    (desk / "credential.jsonld").write_bytes(jades.seal(serialise(lacking), signer=signer, at=awards.AT))
    answer = run("convert", "credential.jsonld", "--to", "eu-learning-credential", "--key", "seal.p12")
    assert answer.code == 3
    assert "no end of validity" in answer.err
    told = run("forms", "credential.jsonld", "--key", "seal.p12", "-o", "all", "--terms", NS, "--json", "--lang", "cs")
    missing = next(each for each in json.loads(told.out)["not_made"] if each["form"] == "sd-jwt-vc-eu")
    assert missing["why"].startswith("date_of_expiry: ")
    assert not list((desk / "all").glob("sd-jwt-vc-eu*"))
    assert list((desk / "all").glob("sd-jwt-vc.*.sdjwt"))


@pytest.mark.extra("pdf")
def test_all_forms_with_reports_and_a_manifest(run: Run, desk: Path) -> None:
    answer = run("forms", "credential.jsonld", "--key", "seal.p12", "-o", "all", "--terms", NS, "--json")
    told = json.loads(answer.out)
    assert told["not_made"] == []
    assert {one["form"] for one in told["forms"]} == {*(kind.value for kind in (*Kind, *Attestation)), "pdf"}
    listed = manifest.read((desk / "all" / "manifest.json").read_bytes())
    kept = [(desk / "all" / one["file"]).read_bytes() for one in told["forms"]]
    assert all(listed.entry_of(content) for content in kept if content[:1] == b"{" or content[-1:] == b"~")
    assert listed.entry_of((desk / "credential.jsonld").read_bytes())
    assert len(listed.entries) == 1 + 4 + 4 + 1 + 1 + 4 + 4 + 4 + 4
    judged = json.loads(run("verify", "all/certificate.ro.pdf", "--json").out)
    assert [report["code"] for report in judged] == ["seal_not_trusted"]
    assert "Workload" in (desk / "all" / "loss" / "open-badge-3.en.txt").read_text()
    assert "Volumul de muncă" in (desk / "all" / "loss" / "open-badge-3.ro.txt").read_text()


def test_a_form_that_cannot_be_made_is_named_with_the_reason(run: Run, desk: Path) -> None:
    answer = run("forms", "credential.jsonld", "--key", "seal.p12", "-o", "all")
    assert answer.code == 0
    assert "vc-2.0: give --terms" in answer.out
    assert "sd-jwt-vc: give --terms" in answer.out


def test_the_loss_of_every_form(run: Run, desk: Path) -> None:
    told = json.loads(run("loss", "credential.jsonld", "--json").out)
    assert [one["form"] for one in told] == [
        "edc", "open-badge-3", "vc-2.0", "clr-2.0", "sd-jwt-vc", "sd-jwt-vc-eu", "pdf"
    ]  # fmt: skip
    answer = run("loss", "credential.jsonld", "--to", "open-badge-3", "--lang", "cs")
    assert "Objem práce: jen jako text pro lidi" in answer.out
    assert run("loss", "credential.jsonld", "--to", "x").code == 3
