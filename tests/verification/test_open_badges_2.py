"""Import of Open Badges 2.0: hosted, signed, baked; whatever is not the issuer's is refused."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ed448

from mikra.formats import baked_png
from mikra.formats.baked import Edition
from mikra.formats.open_badges import read_badge
from mikra.formats.open_badges_2 import as_badge_3, recipient_matches
from mikra.model import Qualification
from mikra.report import Report, Status, Verdict
from mikra.trust.loader import OFFLINE, Loader
from mikra.verification import Policy, verify
from mikra.verification.question import Session
from tests.formats.test_baked import PLAIN_PNG, PLAIN_SVG
from tests.verification.open_badges_2 import EMAIL, HOST, assertion, pem_of, signed, signed_content, site, web

AT = datetime(2026, 6, 1, tzinfo=UTC)
TRUSTED = Policy(trusted_issuers=frozenset({f"{HOST}/issuer"}), status_required=True)
HOSTED = json.dumps(assertion()).encode()


def judged(data: bytes, loader: Loader | None = None, recipient: str = "", policy: Policy = TRUSTED) -> Report:
    session = Session(recipient=recipient)
    (report,) = verify(data, at=AT, policy=policy, loader=loader or web(site()), session=session)
    return report


FORMS = {
    "json": HOSTED,
    "png": baked_png.bake(PLAIN_PNG, f"{HOST}/a/1", Edition.V2),
    "png json": baked_png.bake(PLAIN_PNG, HOSTED.decode(), Edition.V2),
    "svg": PLAIN_SVG.replace(
        b"<title>", f'<o:assertion xmlns:o="http://openbadges.org" verify="{HOST}/a/1"/><title>'.encode()
    ),
    "signed": signed(),
    "signed png": baked_png.bake(PLAIN_PNG, signed().decode(), Edition.V2),
}


@pytest.mark.parametrize("form", FORMS)
def test_genuine_badges_in_every_form(form: str) -> None:
    data = FORMS[form] if form != "signed" else baked_png.bake(PLAIN_PNG, FORMS[form].decode(), Edition.V2)
    report = judged(data)
    assert (report.verdict, report.code) == (Verdict.TOTAL_PASSED, "valid")
    assert report.check("status").status is Status.PASSED
    assert report.credential is not None
    assert report.credential["title"].text() == "Water sampling"
    assert report.credential["issuer"].text() == "University of Zed"


def test_nobody_is_trusted_by_default() -> None:
    report = judged(HOSTED, policy=Policy())
    assert (report.verdict, report.code) == (Verdict.INDETERMINATE, "seal_not_trusted")


def test_what_the_file_says_does_not_count_but_what_the_address_says() -> None:
    mine = json.dumps(assertion(issuedOn="1999-01-01T00:00:00Z", expires="2000-01-01T00:00:00Z")).encode()
    assert judged(mine).code == "valid"
    assert judged(HOSTED, web(site(a_1={"expires": "2025-06-01T00:00:00Z"}))).code == "credential_expired"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"a_1": None}, "link_not_reached"),
        ({"issuer": None}, "link_not_reached"),
        ({"a_1": {"id": f"{HOST}/a/2"}}, "issuer_key_mismatch"),
        ({"b_1": {"id": f"{HOST}/b/2"}}, "issuer_key_mismatch"),
        ({"issuer": {"verification": {"startsWith": f"{HOST}/other/"}}}, "issuer_key_mismatch"),
        ({"issuer": {"verification": {"startsWith": [f"{HOST}.evil.example/"]}}}, "issuer_key_mismatch"),
        ({"issuer": {"verification": {"allowedOrigins": "other.example"}}}, "issuer_key_mismatch"),
        ({"b_1": {"issuer": "urn:uuid:1"}}, "credential_malformed"),
        ({"a_1": {"badge": None}}, "credential_malformed"),
        ({"a_1": {"revoked": True}}, "credential_revoked"),
    ],
)
def test_hosted_badges_that_are_not_the_issuers_own(changes: dict[str, Any], code: str) -> None:
    report = judged(HOSTED, web(site(**changes)))
    assert report.code == code
    assert report.verdict is not Verdict.TOTAL_PASSED


@pytest.mark.parametrize("rules", [{"startsWith": f"{HOST}/"}, {"allowedOrigins": ["badges.example"]}])
def test_what_the_issuer_claims_as_its_own_counts(rules: dict[str, Any]) -> None:
    assert judged(HOSTED, web(site(issuer={"verification": rules}))).code == "valid"


def test_somebody_elses_site_cannot_award_in_the_issuers_name() -> None:
    """The assertion stands on a stranger's host and names the real badge of the real issuer."""
    url = "https://evil.example/a/1"
    stolen = json.dumps(assertion(id=url)).encode()
    loader = web(site(), **{url: stolen})
    assert judged(stolen, loader).code == "issuer_key_mismatch"


@pytest.mark.parametrize("page", [b"[]", b"5", b'"text"'])
def test_an_address_where_no_object_stands(page: bytes) -> None:
    assert judged(HOSTED, web(site(), **{f"{HOST}/b/1": page})).code == "credential_malformed"


@pytest.mark.parametrize("address", [None, "", 5])
def test_a_badge_that_does_not_say_where_it_stands(address: Any) -> None:
    assert judged(json.dumps(assertion(id=address)).encode()).code == "credential_malformed"


def test_what_is_signed_and_no_assertion() -> None:
    for content in ([], "text", 5):
        assert judged(signed_png(signed_content(content))).code == "credential_malformed"


def signed_png(data: bytes) -> bytes:
    return baked_png.bake(PLAIN_PNG, data.decode(), Edition.V2)


@pytest.mark.parametrize(
    ("data", "changes", "code"),
    [
        (signed(1), {}, "jws_signature_invalid"),
        (signed(), {"key": {"owner": "https://evil.example/issuer"}}, "issuer_key_mismatch"),
        (signed(), {"issuer": {"publicKey": f"{HOST}/other"}}, "issuer_key_mismatch"),
        (signed(), {"key": {"publicKeyPem": "-----BEGIN"}}, "key_malformed"),
        (signed(), {"key": {"publicKeyPem": pem_of(ed448.Ed448PrivateKey.generate())}}, "key_type_not_supported"),
        (signed(), {"revoked": {"revokedAssertions": [f"{HOST}/a/1"]}}, "credential_revoked"),
        (
            signed(),
            {"revoked": {"revokedAssertions": [{"id": f"{HOST}/a/1", "revocationReason": "Error"}]}},
            "credential_revoked",
        ),
        (signed(uid="u1"), {"revoked": {"revokedAssertions": [{"uid": "u1"}]}}, "credential_revoked"),
        (signed(), {"revoked": {"revokedAssertions": [f"{HOST}/a/2", {}, 3, None]}}, "valid"),
        (signed(), {"revoked": None}, "valid_status_unknown"),
        (signed(), {"revoked": {"issuer": "https://evil.example/"}}, "status_list_issuer_mismatch"),
    ],
)
def test_signed_badges(data: bytes, changes: dict[str, Any], code: str) -> None:
    assert judged(signed_png(data), web(site(**changes))).code == code


def test_a_reason_of_withdrawal_is_told() -> None:
    listed = {"revokedAssertions": [{"id": f"{HOST}/a/1", "revocationReason": "Issued in error"}]}
    report = judged(signed_png(signed()), web(site(revoked=listed)))
    assert "Issued in error" in report.check("status").reason.text()


def test_an_altered_seal_and_a_seal_left_out() -> None:
    data = signed()
    middle = data.split(b".")[1]
    altered = data.replace(middle, middle[:-4] + (b"AAAA" if middle[-4:] != b"AAAA" else b"BBBB"))
    assert judged(signed_png(altered)).verdict is Verdict.TOTAL_FAILED
    bare = json.dumps(assertion("SignedBadge")).encode()
    assert judged(bare).code == "proof_missing"


def test_no_more_addresses_are_asked_than_needed() -> None:
    chain = {f"{HOST}/issuer": 0}
    assert chain
    assert judged(HOSTED, OFFLINE).code == "link_not_reached"
    inner = json.dumps(assertion(id="https://127.0.0.1/a")).encode()
    assert judged(inner).code == "url_not_allowed"


class TestRecipient:
    def test_the_badge_is_about_the_one_who_shows_it(self) -> None:
        assert judged(HOSTED, recipient=EMAIL).check("holder").status is Status.PASSED
        other = judged(HOSTED, recipient="eve@student.example")
        assert other.verdict is Verdict.TOTAL_FAILED
        assert other.check("holder").code == "holder_binding_invalid"

    def test_digests(self) -> None:
        digest = hashlib.sha256(f"{EMAIL}salt".encode()).hexdigest()
        hashed = {"type": "email", "hashed": True, "salt": "salt", "identity": f"sha256${digest}"}
        loader = web(site(a_1={"recipient": hashed}))
        assert judged(HOSTED, loader, recipient=EMAIL.upper()).check("holder").status is Status.PASSED
        assert judged(HOSTED, loader, recipient="eve@x.example").check("holder").status is Status.FAILED
        assert recipient_matches(hashed | {"salt": "x"}, EMAIL) is False
        assert recipient_matches(hashed | {"identity": "md5$00"}, EMAIL) is None
        assert recipient_matches({}, EMAIL) is None


def test_into_the_model() -> None:
    objects = site()
    document = as_badge_3(objects["a/1"], objects["b/1"], objects["issuer"])
    credential = read_badge(document)
    assert credential.title.best() == "Water sampling"
    assert credential.achievement is not None
    spec = credential.achievement.specified_by
    assert isinstance(spec, Qualification)
    assert spec.eqf_level is not None
    assert spec.eqf_level.code == "4"
    assert credential.learner is not None
    assert credential.learner.contact_point[0].email_address[0].id == f"mailto:{EMAIL}"
