"""The wallet of this service answers verifiers: this service's own page, and others; and refuses what it must."""

from __future__ import annotations

import datetime as dt
import html
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, urlencode

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client

from mikra.adapters.clock import now
from mikra.errors import InputError, NotFoundError, ProtocolError, UnavailableError
from mikra.exchange import dcql, oid4vp, oid4vp_answer
from mikra.exchange.oid4vp import Mode, Prefix, Request
from mikra.exchange.oid4vp_answer import Expected
from mikra.public_keys import jwk
from mikra.report import Verdict
from mikra.sealing import sd_jwt
from mikra.sealing.keys import bare_signer, private_key_signer
from mikra.sealing.wallet_certificates import Subject, certified, make_authority
from mikra.server.actions import (
    presenting,
    presenting_keys,
    presenting_queries,
    status_lists,
    verifying,
    wallet_answer_choices,
    wallet_answers,
    wallet_copies,
    wallet_forms,
    wallet_owner,
    wallets,
)
from mikra.server.actions.presenting import Asking, State
from mikra.server.installation import installation
from mikra.server.store.answers import WalletAnswer
from mikra.server.store.awards import Award
from mikra.server.store.copies import WalletCopy
from mikra.server.store.presenting import Presentation
from mikra.server.store.wallets import Held, Wallet
from mikra.server.web.present import views
from mikra.server.web.wallet import answering
from mikra.trust.loader import Loaded
from mikra.vocabulary.wallet_claims import EU_TYPE
from tests.server.issuing.conftest import signer as signer

YESTERDAY = now() - dt.timedelta(days=1)
ABOVE = make_authority(Subject(name="Requests of Zed", country="CZ"), at=YESTERDAY)
LEAF = certified(ABOVE, Subject(name="Employer Zed", country="CZ", names=("https://zed.example",)), at=YESTERDAY)


@pytest.fixture(autouse=True)
def ready(db: None) -> Iterator[None]:
    leaf, above = presenting_keys.made()
    presenting_keys.hold(private_key_signer(leaf.key, leaf.certificate, (above.certificate,)))
    for buckets in (wallet_forms.MAKING, answering.BUCKETS, views.BUCKETS):
        buckets.clear()
    yield
    wallet_forms.MAKING.clear()


@pytest.fixture
def held(wallet: Wallet, award: Award) -> Held:
    wallet_copies.prepare(award.tenant)
    while status_lists.publish_due():
        pass
    return wallets.keep(wallet, award)


@dataclass
class Outside:
    """A verifier elsewhere, which writes down what it is told."""

    mode: Mode = Mode.ENCRYPTED
    query: Any = None
    answers: list[dict[str, str]] = field(default_factory=list)
    status: int = 200
    says: Any = field(default_factory=lambda: {"redirect_uri": "https://zed.example/done?response_code=1"})
    key: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    changed: Any = str
    says_of_itself: dict[str, str] = field(default_factory=dict)
    signer: Any = field(default_factory=lambda: private_key_signer(LEAF.key, LEAF.certificate, (ABOVE.certificate,)))

    @property
    def request(self) -> Request:
        key = oid4vp.encryption_key(jwk.write(self.key.public_key()), "k") if self.mode is Mode.ENCRYPTED else {}
        return Request(
            client_id=oid4vp.x509_hash(LEAF.certificate),
            response_uri="https://zed.example/answer",
            nonce="n-1",
            state="s-1",
            query=self.query or presenting_queries.asking(),
            mode=self.mode,
            key=key,
            **self.says_of_itself,
        )

    @property
    def link(self) -> str:
        return oid4vp.by_reference(self.request.client_id, "https://zed.example/request", post=True)

    def load(self, url: str, *, accept: str = "") -> Loaded:
        raise UnavailableError("It is not there.", where=url)

    def post(self, url: str, body: bytes, *, content_type: str, accept: str = "") -> Loaded:
        nonce = parse_qs(body.decode())["wallet_nonce"][0]
        text = oid4vp.signed(self.request, signer=self.signer, at=now(), wallet_nonce=nonce)
        return Loaded(body=self.changed(text).encode(), url=url)

    def call(self, url: str, body: bytes, *, content_type: str) -> Loaded:
        assert url == "https://zed.example/answer"
        self.answers.append({name: each[0] for name, each in parse_qs(body.decode()).items()})
        return Loaded(body=orjson.dumps(self.says), url=url, status=self.status)

    @property
    def token(self) -> dict[str, Any]:
        key = self.key if self.mode is Mode.ENCRYPTED else None
        read = oid4vp_answer.read(self.answers[-1], Expected(state="s-1", mode=self.mode, key=key, key_id="k"))
        assert isinstance(read, oid4vp_answer.Answer)
        return dict(read.token)


@pytest.fixture
def outside(monkeypatch: pytest.MonkeyPatch) -> Outside:
    made = Outside()
    monkeypatch.setattr(wallet_answers, "_door", lambda: made)
    return made


def asking(id: str = "mc", **more: Any) -> dict[str, Any]:
    return {"credentials": [{"id": id, "format": "dc+sd-jwt", "meta": {}, **more}]}


def picked(wallet: Wallet, request: Request) -> dict[str, str]:
    questions = wallet_answer_choices.of(wallet, request, language="en")
    assert questions
    return {one.name: one.ways[0].name for one in questions}


def answered(wallet: Wallet, outside: Outside) -> str:
    asked = wallet_answers.read(outside.link)
    return wallet_answers.answer(wallet, asked, picked(wallet, asked.request), language="en")


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("prefix", list(Prefix))
def test_the_page_of_this_service_asks_and_believes(wallet: Wallet, held: Held, prefix: Prefix, mode: Mode) -> None:
    begun = presenting.begin(Asking(prefix=prefix, mode=mode))
    asked = wallet_answers.read(presenting.link(begun.row, begun.secret))
    assert asked.ours
    assert not wallet_answers.answer(wallet, asked, picked(wallet, asked.request), language="en")
    found = presenting.take(begun.row.id, begun.secret)
    assert found["verified"], found
    assert [one["verdict"] for one in found["reports"]] == ["TOTAL-PASSED"]
    with pytest.raises(ProtocolError, match="answered already"):
        wallet_answers.answer(wallet, asked, picked(wallet, asked.request), language="en")


def test_a_verifier_elsewhere_gets_what_it_asked_for_and_no_more(wallet: Wallet, held: Held, outside: Outside) -> None:
    outside.query = asking(claims=[{"path": ["achievement_title"]}])
    assert answered(wallet, outside) == "https://zed.example/done?response_code=1"
    (text,) = outside.token["mc"]
    shown = sd_jwt.read(text.encode())
    assert [one.place for one in shown.disclosures] == [("achievement_title",)]
    assert not {"full_name", "given_name", "family_name"} & set(shown.claims)
    believed = verifying.check(text.encode(), nonce="n-1", audience=outside.request.client_id)
    assert believed.verdict is Verdict.TOTAL_PASSED
    for wrong in ({"nonce": "n-2"}, {"audience": "x509_hash:another"}):
        asked = {"nonce": "n-1", "audience": outside.request.client_id} | wrong
        assert verifying.check(text.encode(), **asked).verdict is Verdict.TOTAL_FAILED


def test_two_answers_have_nothing_in_common(wallet: Wallet, held: Held, award: Award, outside: Outside) -> None:
    seen = []
    for _each in range(2):
        answered(wallet, outside)
        claims = sd_jwt.read(outside.token["mc"][0].encode()).claims
        seen.append((claims["cnf"]["jwk"]["x"], claims["status"]["status_list"]["idx"]))
    assert seen[0][0] != seen[1][0]
    assert seen[0][1] != seen[1][1]
    assert WalletCopy.of(award.tenant).count() == 2


@pytest.mark.parametrize("form", ["jwt_vc_json", "ldp_vc"])
def test_a_badge_is_presented_by_its_holder(wallet: Wallet, held: Held, outside: Outside, form: str) -> None:
    outside.query = {"credentials": [{"id": "b", "format": form, "meta": {"type_values": [["OpenBadgeCredential"]]}}]}
    answered(wallet, outside)
    (shown,) = outside.token["b"]
    text = shown if isinstance(shown, str) else orjson.dumps(shown).decode()
    query = dcql.parse(outside.query)
    assert oid4vp_answer.presented(query, outside.token)
    wanted = {"nonce": "n-1", "audience": outside.request.client_id}
    assert verifying.check(text.encode(), **wanted).verdict is Verdict.TOTAL_PASSED
    assert verifying.check(text.encode(), **wanted | {"nonce": "n-2"}).verdict is Verdict.TOTAL_FAILED


@pytest.mark.parametrize(
    "query",
    [
        asking(meta={"vct_values": ["https://other.example/type"]}),
        asking(claims=[{"path": ["achievement_title"], "values": ["Another"]}]),
        asking(trusted_authorities=[{"type": "aki", "values": ["AAAA"]}]),
        {"credentials": [{"id": "a", "format": "mso_mdoc", "meta": {"doctype_value": "x"}}]},
        {"credentials": [asking()["credentials"][0], {"id": "a", "format": "mso_mdoc", "meta": {}}]},
    ],
    ids=["type", "value", "authority", "format", "two of which one"],
)
def test_what_does_not_answer_is_not_offered(wallet: Wallet, held: Held, outside: Outside, query: Any) -> None:
    outside.query = query
    asked = wallet_answers.read(outside.link)
    assert wallet_answer_choices.of(wallet, asked.request, language="en") is None
    with pytest.raises(InputError):
        wallet_answers.answer(wallet, asked, {"0": f"0-{held.id.hex}-micro_credential_sdjwt"}, language="en")
    assert not outside.answers


def test_whom_the_verifier_trusts_is_looked_at(wallet: Wallet, held: Held, award: Award, outside: Outside) -> None:
    answered(wallet, outside)
    ours = oid4vp_answer.holding("dc+sd-jwt", outside.token["mc"][0]).authorities["aki"]
    outside.query = asking(trusted_authorities=[{"type": "aki", "values": sorted(ours)}])
    answered(wallet, outside)
    assert outside.token.keys() == {"mc"}


def test_a_file_that_was_brought_answers_who_wants_no_holder(wallet: Wallet, outside: Outside) -> None:
    claims = {"iss": "https://zed.example", "vct": "https://zed.example/t", "title": "Soil", "name": "Jana"}
    text = sd_jwt.issue(
        claims, signer=outside.signer, concealed=[("title",), ("name",)], chance=lambda size: b"\1" * size
    )
    wallets.keep(wallet, text)
    outside.query = asking(claims=[{"path": ["title"]}])
    asked = wallet_answers.read(outside.link)
    assert wallet_answer_choices.of(wallet, asked.request, language="en") is None
    outside.query = asking(claims=[{"path": ["title"]}], require_cryptographic_holder_binding=False)
    answered(wallet, outside)
    assert "Soil" in str(sd_jwt.read(outside.token["mc"][0].encode()).claims)
    assert "Jana" not in str(sd_jwt.read(outside.token["mc"][0].encode()).claims)


def test_the_type_of_the_eu_where_the_award_holds_all_of_it(wallet: Wallet, held: Held, outside: Outside) -> None:
    outside.query = asking(meta={"vct_values": [EU_TYPE]})
    asked = wallet_answers.read(outside.link)
    found = wallet_answer_choices.of(wallet, asked.request, language="en")
    fits = not wallet_copies.fits(held.award, "micro_credential_eudi")  # type: ignore[arg-type]
    assert (found is not None) == fits


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[:-8] + ("A" * 8),
        lambda text: text.rpartition(".")[0] + ".",
        lambda _text: "<html>",
        lambda _text: "",
    ],
    ids=["altered seal", "no seal", "html", "nothing"],
)
def test_a_request_that_does_not_hold_is_refused(outside: Outside, change: Any) -> None:
    outside.changed = change
    with pytest.raises(ProtocolError):
        wallet_answers.read(outside.link)


@pytest.mark.parametrize(
    "link",
    [
        "",
        "https://zed.example/",
        "openid4vp://?client_id=x509_hash:abc",
        "openid4vp://?client_id=unknown:abc&request_uri=https://zed.example/request",
        "openid4vp://?client_id=x509_hash:other&request_uri=https://zed.example/request&request_uri_method=post",
        "openid4vp://?client_id=a&client_id=b",
        "x" * 30_000,
    ],
)
def test_a_link_that_leads_to_no_request(outside: Outside, link: str) -> None:
    with pytest.raises(ProtocolError):
        wallet_answers.read(link)


def test_an_answer_never_goes_over_an_open_line(outside: Outside, monkeypatch: pytest.MonkeyPatch) -> None:
    address = "http://zed.example/answer"
    request = replace(
        outside.request, client_id=oid4vp.redirect_uri(address), response_uri=address, mode=Mode.PLAIN, key={}
    )
    monkeypatch.setattr(wallet_copies, "loopback", lambda: False)
    with pytest.raises(ProtocolError, match="open line"):
        wallet_answers.read(oid4vp.by_value(request))


def test_a_verifier_that_refuses_is_not_noted(wallet: Wallet, held: Held, outside: Outside) -> None:
    outside.status = 400
    with pytest.raises(ProtocolError):
        answered(wallet, outside)
    assert wallet_answers.mine(wallet) == []


@pytest.mark.parametrize(
    "target", ["javascript:alert(1)", "http://zed.example/", "https://a@zed.example/", 7, "x" * 3000]
)
def test_no_browser_is_sent_to_what_is_no_page(wallet: Wallet, held: Held, outside: Outside, target: Any) -> None:
    outside.says = {"redirect_uri": target}
    assert answered(wallet, outside) == ""


def test_who_withdraws_the_award_leaves_nothing_to_show(
    wallet: Wallet, held: Held, award: Award, outside: Outside
) -> None:
    asked = wallet_answers.read(outside.link)
    chosen = picked(wallet, asked.request)
    award.state = Award.State.REVOKED
    award.save(update_fields=("state",))
    with pytest.raises(InputError):
        wallet_answers.answer(wallet, asked, chosen, language="en")
    assert not outside.answers


def test_the_owner_reads_what_was_shown_and_takes_it_out(
    wallet: Wallet, other: Wallet, held: Held, outside: Outside
) -> None:
    answered(wallet, outside)
    (noted,) = wallet_answers.mine(wallet)
    assert (noted.to, noted.name) == ("zed.example", "Employer Zed")
    assert "achievement_title" in noted.fields
    assert b"zed.example" not in bytes(WalletAnswer.of(wallet).get().content)
    assert wallet_answers.mine(other) == []
    with pytest.raises(NotFoundError):
        wallet_answers.forget(other, noted.id)
    assert b"zed.example" in _exported(wallet)
    wallet_answers.forget(wallet, noted.id)
    assert wallet_answers.mine(wallet) == []


def _exported(wallet: Wallet) -> bytes:
    return zipfile.ZipFile(io.BytesIO(wallet_owner.export(wallet))).read("wallet.json")


def test_an_erased_wallet_takes_its_answers_along(wallet: Wallet, held: Held, outside: Outside) -> None:
    answered(wallet, outside)
    assert wallet_owner.erase(wallet)["answers"] == 1


# --- pages ---------------------------------------------------------------------------------------------------------


def begun_at(browser: Client, link: str) -> Any:
    return browser.post("/wallet/answer/", {"link": link})


def test_the_page_says_who_asks_and_what_is_seen(browser: Client, held: Held, outside: Outside) -> None:
    response = begun_at(browser, outside.link)
    assert response.status_code == 302
    page = browser.get(response["Location"])
    text = page.content.decode()
    assert page.status_code == 200
    for one in ("zed.example", "Employer Zed", "Nobody confirms who asks.", "Yes, show it"):
        assert one in text
    done = browser.post(response["Location"], {"answer": "yes", **_fields(text)})
    assert "Go on to zed.example" in done.content.decode()
    assert outside.token.keys() == {"mc"}
    assert browser.get(response["Location"]).status_code == 404
    assert "zed.example" in browser.get("/wallet/shown/").content.decode()


def test_an_institution_of_this_service_is_named_by_it_and_nobody_else_is(
    browser: Client, held: Held, award: Award, outside: Outside
) -> None:
    confirmed = "somebody who recognises learning for"
    begun = presenting.begin(Asking(tenant=award.tenant, purpose="Admission to the master"))
    address = begun_at(browser, presenting.link(begun.row, begun.secret))["Location"]
    text = html.unescape(browser.get(address).content.decode())
    assert f"Show this to {award.tenant.name}?" in text
    assert f"{confirmed} {award.tenant.name}" in text
    assert "Admission to the master" in text
    browser.post(address, {"answer": "yes", **_fields(text)})
    assert "What for, as it said: Admission to the master" in browser.get("/wallet/shown/").content.decode()
    anybody = presenting.begin(Asking())
    text = browser.get(begun_at(browser, presenting.link(anybody.row, anybody.secret))["Location"]).content.decode()
    assert confirmed not in text
    outside.says_of_itself = {"name": award.tenant.name, "purpose": "Admission <b>now"}
    text = browser.get(begun_at(browser, outside.link)["Location"]).content.decode()
    assert award.tenant.name in html.unescape(text)
    assert "Admission &lt;b&gt;now" in text
    assert confirmed not in text
    assert "Nobody confirms who asks." in text


def _fields(text: str) -> dict[str, str]:
    return dict(re.findall(r'name="(pick-[^"]+)" value="([^"]+)"', text))


def test_no_is_told_to_the_verifier_and_nothing_else(browser: Client, held: Held, outside: Outside) -> None:
    response = begun_at(browser, outside.link)
    browser.post(response["Location"], {"answer": "no"})
    assert outside.answers == [{"error": "access_denied", "state": "s-1"}]


def test_no_to_a_question_that_waits_no_more_is_still_no(browser: Client, held: Held) -> None:
    begun = presenting.begin(Asking())
    address = begun_at(browser, presenting.link(begun.row, begun.secret))["Location"]
    Presentation._default_manager.all().delete()
    assert browser.post(address, {"answer": "no"})["Location"] == "/wallet/shown/"


def test_the_same_device_leads_back_to_the_page_that_asked(browser: Client, held: Held) -> None:
    browser.post("/present/", {"where": "here"})
    row = Presentation._default_manager.get()
    page = browser.get(f"/present/{row.id}/").content.decode()
    (address,) = [
        html.unescape(one) for one in re.findall(r'href="([^"]+)"', page) if one.startswith("/wallet/answer/?")
    ]
    asked = browser.get(address)
    text = browser.get(asked["Location"]).content.decode()
    assert "It is a page of this service, on which anybody may ask." in text
    done = browser.post(asked["Location"], {"answer": "yes", **_fields(text)})
    assert done.status_code == 302
    answer = browser.get(done["Location"])
    assert answer.status_code == 200
    row.refresh_from_db()
    assert row.state == State.SHOWN


def test_nobody_else_sees_or_answers_it(browser: Client, other: Wallet, held: Held, outside: Outside) -> None:
    address = begun_at(browser, outside.link)["Location"]
    stranger = Client()
    assert "/wallet/sign-in/" in stranger.get(address)["Location"]
    stranger.force_login(other.person)
    assert stranger.get(address).status_code == 404
    theirs = begun_at(stranger, outside.link)["Location"]
    page = stranger.get(theirs).content.decode()
    assert "asks for what you do not have" in page
    refused = stranger.post(theirs, {"answer": "yes", "pick-0": f"0-{held.id.hex}-micro_credential_sdjwt"})
    assert refused.status_code == 422
    assert not outside.answers


def test_what_is_pasted_and_leads_nowhere_is_said_beside_it(browser: Client) -> None:
    page = begun_at(browser, "hello")
    assert page.status_code == 422
    assert "This link leads to no request." in page.content.decode()
    assert browser.get("/wallet/answer/", {"client_id": "x"}).status_code == 422
    assert browser.get("/wallet/answer/").status_code == 200
    assert browser.get(f"/wallet/answer/{'0' * 32}/").status_code == 404


def test_a_code_that_is_no_question_leads_where_it_belongs(browser: Client, code: str) -> None:
    letter = begun_at(browser, f"{installation().origin.rstrip('/')}/claim/{code}/")
    assert letter["Location"] == f"/claim/{code}/"
    for elsewhere in (f"https://zed.example/claim/{code}/", f"/claim/{code}/../../x", "https://zed.example/"):
        assert begun_at(browser, elsewhere).status_code == 422
    for offer in ("openid-credential-offer://?credential_offer_uri=https://zed.example/o", "HAIP-VCI://?x=1"):
        page = begun_at(browser, offer)
        assert page.status_code == 422
        assert "This is an offer of a credential, for a wallet app." in page.content.decode()


def test_a_request_waits_for_ten_minutes(browser: Client, held: Held, outside: Outside, monkeypatch: Any) -> None:
    address = begun_at(browser, outside.link)["Location"]
    monkeypatch.setattr(answering, "now", lambda: now() + answering.WAITS)
    assert browser.get(address).status_code == 404


def test_the_parameters_survive_the_sign_in(outside: Outside) -> None:
    query = urlencode({"client_id": outside.request.client_id, "request_uri": "https://zed.example/request"})
    response = Client().get(f"/wallet/answer/?{query}")
    assert response.status_code == 302
    assert "request_uri" in response["Location"]


def test_a_bare_signer_is_no_verifier(outside: Outside) -> None:
    outside.signer = bare_signer(outside.key)
    with pytest.raises(InputError):
        wallet_answers.read(outside.link)
