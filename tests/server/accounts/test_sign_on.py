"""An institution's own sign-in, with a simulated service: for its own people, its own institution, and nobody else."""

from __future__ import annotations

import base64
import datetime as dt
import html
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from django.test import Client
from onelogin.saml2.utils import OneLogin_Saml2_Utils

from mikra.errors import ConflictError, InputError, NotAllowedError, UnavailableError
from mikra.server.actions import sign_on
from mikra.server.rights import Actor, Role
from mikra.server.store.people import Membership, Person
from mikra.server.store.sign_on import SignOn
from mikra.server.store.tenants import Tenant
from mikra.server.web.accounts import sign_on as web
from mikra.trust.loader import Loaded

IDP = "https://login.zed.example"
MEMBERS = {"server_url": IDP, "client_id": "mikra", "secret": "s3cret-of-the-client"}
HOST: dict[str, Any] = {"HTTP_HOST": "127.0.0.1:8000"}
"""SAML writes our own address into its messages, and takes no host of one word."""

Join, SignIn, Make = Callable[..., Person], Callable[[Person], Client], Callable[..., Actor]


class Door:
    """The one service behind the door; it names whom it is told to name."""

    def __init__(self, email: str, **changes: Any) -> None:
        self.claims = {"iss": IDP, "aud": "mikra", "sub": "42", "email": email, **changes}
        self.asked: list[str] = []
        self.nonce = ""

    def load(self, url: str) -> Loaded:
        self.asked.append(url)
        if url != f"{IDP}/.well-known/openid-configuration":
            raise UnavailableError("Nobody answers here.")
        known = {
            "issuer": IDP,
            "authorization_endpoint": f"{IDP}/authorize",
            "token_endpoint": f"{IDP}/token",
            "jwks_uri": f"{IDP}/jwks",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }
        return Loaded(body=json.dumps(known).encode(), content_type="application/json", url=url)

    def call(self, url: str, body: bytes, *, content_type: str, authorization: str) -> Loaded:
        self.asked.append(url)
        sent = parse_qs(body.decode())
        if sent.get("code") != ["right"] or sent.get("client_secret") != ["s3cret-of-the-client"]:
            return Loaded(body=b'{"error": "invalid_grant"}', content_type="application/json", url=url, status=400)
        now = dt.datetime.now(dt.UTC)
        claims = {"iat": now, "exp": now + dt.timedelta(minutes=5), **self.claims}
        token = jwt.encode(claims, "k" * 32, algorithm="HS256")
        answer = {"access_token": "a", "token_type": "Bearer", "id_token": token}
        return Loaded(body=json.dumps(answer).encode(), content_type="application/json", url=url)


@pytest.fixture
def set_up(tenant: Tenant, actor: Make) -> SignOn:
    return sign_on.set_up(actor(tenant, Role.ADMINISTRATOR), "oidc", "Zed account", MEMBERS, enabled=True)


def left_for(page: Any) -> str:
    """Where the page leads by itself: an answer that leads elsewhere would be stopped by the policy for forms."""
    assert page.status_code == 200
    (target,) = re.findall(r'http-equiv="refresh" content="0; url=([^"]+)"', page.content.decode())
    assert page.headers["Cache-Control"] == "no-store"
    return html.unescape(target)


def come_in(client: Client, door: Door, monkeypatch: pytest.MonkeyPatch, code: str = "right") -> Any:
    """Button, service, and back."""
    monkeypatch.setattr(web, "door", lambda: door)
    where = urlsplit(left_for(client.post("/sign-in/oidc/zed-oidc/?next=/console/zed/")))
    assert f"{where.scheme}://{where.netloc}" == IDP
    asked = parse_qs(where.query)
    assert asked["code_challenge_method"] == ["S256"]
    return client.get("/sign-in/oidc/zed-oidc/back/", {"code": code, "state": asked["state"][0]})


def test_somebody_who_works_here_comes_in(
    set_up: SignOn, tenant: Tenant, join: Join, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = join(tenant, Role.REGISTRAR)
    assert "Zed account" in client.get("/sign-in/").content.decode()
    done = come_in(client, Door(person.email.upper()), monkeypatch)
    assert (done.status_code, done["Location"]) == (302, "/console/zed/")
    assert client.get("/console/zed/").status_code == 200


def test_they_see_that_institution_alone(
    set_up: SignOn, tenant: Tenant, stranger: Tenant, join: Join, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sign-in of one institution cannot open another's console, even for people who work for both."""
    person = join(tenant, Role.REGISTRAR)
    Membership._default_manager.create(tenant=stranger, person=person, roles=["administrator"])
    come_in(client, Door(person.email), monkeypatch)
    assert client.get("/console/zed/").status_code == 200
    assert client.get("/console/other/").status_code == 404
    assert client.get("/console/")["Location"] == "/console/zed/"


@pytest.mark.parametrize("email", ["nobody@zed.example", "", "person0@other.example"])
def test_others_do_not(
    email: str, set_up: SignOn, stranger: Tenant, join: Join, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    join(stranger, Role.ADMINISTRATOR)
    before = Person.objects.count()
    done = come_in(client, Door(email), monkeypatch)
    assert done.status_code != 302 or not done["Location"].startswith("/console")
    assert client.get("/console/other/").status_code == 302
    assert Person.objects.count() == before, "the service made somebody up"


@pytest.mark.parametrize("changes", [{"iss": "https://evil.example"}, {"aud": "other"}, {"exp": 1}])
def test_a_token_for_somebody_else_is_refused(
    changes: dict[str, Any], set_up: SignOn, tenant: Tenant, join: Join, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = join(tenant, Role.REGISTRAR)
    come_in(client, Door(person.email, **changes), monkeypatch)
    assert client.get("/console/zed/").status_code == 302


def test_a_wrong_code_a_foreign_state_and_a_gone_service(
    set_up: SignOn, tenant: Tenant, join: Join, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    door = Door(join(tenant, Role.REGISTRAR).email)
    assert come_in(client, door, monkeypatch, code="wrong").status_code < 500
    assert client.get("/sign-in/oidc/zed-oidc/back/", {"code": "right", "state": "made-up"}).status_code < 500
    assert client.get("/console/zed/").status_code == 302

    def gone(url: str) -> Loaded:
        raise UnavailableError("The service does not answer.")

    monkeypatch.setattr(door, "load", gone)
    assert client.post("/sign-in/oidc/zed-oidc/").status_code == 503
    assert client.post("/sign-in/oidc/nobody-oidc/").status_code == 404


def test_whoever_left_does_not_come_in(
    set_up: SignOn, tenant: Tenant, join: Join, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = join(tenant, Role.REGISTRAR)
    Membership.of(tenant).filter(person=person).update(ended=dt.datetime.now(dt.UTC))
    come_in(client, Door(person.email), monkeypatch)
    assert client.get("/console/").status_code == 302
    assert "sign-in" in client.get("/console/")["Location"]


def test_setting_it_up(tenant: Tenant, stranger: Tenant, join: Join, sign_in: SignIn, actor: Make) -> None:
    browser = sign_in(join(tenant, Role.ADMINISTRATOR))
    form = {"label": "Zed account", "enabled": "on", **MEMBERS}
    assert browser.post("/console/zed/settings/sign-in/oidc/", form).status_code == 302
    row = SignOn.of(tenant).get()
    assert b"s3cret" not in bytes(row.secret)
    assert "s3cret" not in browser.get("/console/zed/settings/sign-in/oidc/").content.decode()
    browser.post("/console/zed/settings/sign-in/oidc/", {**form, "secret": "", "label": "Renamed"})
    assert SignOn.of(tenant).get().members["secret"] == "s3cret-of-the-client"
    plain = browser.post("/console/zed/settings/sign-in/oidc/", {**form, "server_url": "http://login.zed.example"})
    assert plain.status_code == 422
    inner = browser.post("/console/zed/settings/sign-in/oidc/", {**form, "server_url": "https://10.0.0.1/"})
    assert inner.status_code == 422
    assert browser.get("/console/zed/settings/sign-in/ldap/").status_code == 404
    assert sign_in(join(tenant, Role.REGISTRAR)).get("/console/zed/settings/sign-in/").status_code == 403
    assert sign_in(join(stranger, Role.ADMINISTRATOR)).get("/console/zed/settings/sign-in/").status_code == 404
    assert browser.post("/console/zed/settings/sign-in/oidc/", {"remove": "1"}).status_code == 302
    assert not SignOn.of(tenant).exists()
    with pytest.raises(NotAllowedError):
        sign_on.set_up(actor(tenant, Role.AUDITOR), "oidc", "x", MEMBERS, enabled=True)
    with pytest.raises(InputError):
        sign_on.set_up(actor(tenant, Role.ADMINISTRATOR), "oidc", "x", {**MEMBERS, "client_id": ""}, enabled=True)


def test_who_is_meant(tenant: Tenant, stranger: Tenant, join: Join) -> None:
    person = join(tenant, Role.DESIGNER)
    assert sign_on.person_for(tenant, f" {person.email.upper()} ") == person
    for wrong in ("", "  ", "else@zed.example"):
        with pytest.raises(ConflictError):
            sign_on.person_for(tenant, wrong)
    with pytest.raises(ConflictError):
        sign_on.person_for(stranger, person.email)


class Identity:
    """A SAML identity provider: a key, its certificate, and assertions as asked."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(65537, 2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "idp.zed.example")])
        now = dt.datetime.now(dt.UTC)
        made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(self.key.public_key())
        made = made.serial_number(1).not_valid_before(now - dt.timedelta(days=1))
        made = made.not_valid_after(now + dt.timedelta(days=9))
        self.certificate = made.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()

    def pem(self) -> str:
        form = serialization.PrivateFormat.PKCS8
        return self.key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()

    def answer(self, request_id: str, email: str, *, acs: str, audience: str, signed: bool = True) -> str:
        now = dt.datetime.now(dt.UTC)
        at, late = (
            f"{one:%Y-%m-%dT%H:%M:%SZ}" for one in (now - dt.timedelta(seconds=5), now + dt.timedelta(minutes=5))
        )
        names = 'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"'
        mail = "urn:oid:0.9.2342.19200300.100.1.3"
        assertion = (
            f'<saml:Assertion {names} ID="_a1" Version="2.0" IssueInstant="{at}"><saml:Issuer>{IDP}</saml:Issuer>'
            f"<saml:Subject><saml:NameID>42</saml:NameID>"
            f'<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData '
            f'NotOnOrAfter="{late}" Recipient="{acs}" InResponseTo="{request_id}"/></saml:SubjectConfirmation>'
            f'</saml:Subject><saml:Conditions NotBefore="{at}" NotOnOrAfter="{late}"><saml:AudienceRestriction>'
            f"<saml:Audience>{audience}</saml:Audience></saml:AudienceRestriction></saml:Conditions>"
            f'<saml:AuthnStatement AuthnInstant="{at}" SessionIndex="_s1"><saml:AuthnContext>'
            f"<saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef></saml:AuthnContext>"
            f'</saml:AuthnStatement><saml:AttributeStatement><saml:Attribute Name="{mail}"><saml:AttributeValue>'
            f"{email}</saml:AttributeValue></saml:Attribute></saml:AttributeStatement></saml:Assertion>"
        )
        if signed:
            sealed = OneLogin_Saml2_Utils.add_sign(
                assertion,
                self.pem(),
                self.certificate,
                "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
                "http://www.w3.org/2001/04/xmlenc#sha256",
            )
            assertion = sealed.decode() if isinstance(sealed, bytes) else sealed
        return (
            f'<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" {names} ID="_r1" Version="2.0" '
            f'IssueInstant="{at}" Destination="{acs}" InResponseTo="{request_id}"><saml:Issuer>{IDP}</saml:Issuer>'
            f'<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>'
            f"{assertion}</samlp:Response>"
        )


@pytest.fixture(scope="module")
def identity() -> Identity:
    return Identity()


def saml_in(client: Client, identity: Identity, email: str, change: Callable[[str], str] = str, **more: Any) -> Any:
    import zlib

    away = client.post("/sign-in/saml/zed/?next=/console/zed/", **HOST)
    query = parse_qs(urlsplit(left_for(away)).query)
    request = ElementTree.fromstring(zlib.decompress(base64.b64decode(query["SAMLRequest"][0]), -15))
    acs = request.attrib["AssertionConsumerServiceURL"]
    issuer = request.find("{urn:oasis:names:tc:SAML:2.0:assertion}Issuer")
    assert issuer is not None
    assert issuer.text
    text = identity.answer(request.attrib["ID"], email, acs=acs, audience=issuer.text, **more)
    sent = {
        "SAMLResponse": base64.b64encode(change(text).encode()).decode(),
        "RelayState": query.get("RelayState", [""])[0],
    }
    back = client.post(urlsplit(acs).path, sent, **HOST)
    return client.get(back["Location"], **HOST) if back.status_code == 302 and "/done/" in back["Location"] else back


@pytest.fixture
def saml(tenant: Tenant, actor: Make, identity: Identity) -> SignOn:
    members = {"entity_id": IDP, "sso_url": f"{IDP}/sso", "x509cert": identity.certificate}
    return sign_on.set_up(actor(tenant, Role.ADMINISTRATOR), "saml", "Zed federation", members, enabled=True)


def test_by_saml(saml: SignOn, tenant: Tenant, join: Join, client: Client, identity: Identity) -> None:
    person = join(tenant, Role.REGISTRAR)
    assert client.get("/sign-in/saml/zed/metadata/", **HOST).status_code == 200
    saml_in(client, identity, person.email)
    assert client.get("/console/zed/").status_code == 200


@pytest.mark.parametrize(
    ("what", "change", "signed"),
    [
        ("altered", lambda text: text.replace("registrar@", "somebody@").replace("person1@", "person0@"), True),
        ("without a signature", str, False),
        ("for another", lambda text: text.replace("</saml:Audience>", "x</saml:Audience>"), True),
    ],
)
def test_by_a_false_saml(
    what: str,
    change: Callable[[str], str],
    signed: bool,
    saml: SignOn,
    tenant: Tenant,
    join: Join,
    client: Client,
    identity: Identity,
) -> None:
    person = join(tenant, Role.REGISTRAR)
    assert saml_in(client, identity, person.email, change, signed=signed).status_code < 500
    assert client.get("/console/zed/").status_code == 302, f"an assertion that is {what} opened the door"


def test_saml_of_another_key(saml: SignOn, tenant: Tenant, join: Join, client: Client) -> None:
    saml_in(client, Identity(), join(tenant, Role.REGISTRAR).email)
    assert client.get("/console/zed/").status_code == 302


CHANGES = ["app/add/", "app/remove/", "codes/", "codes/new/", "codes/file/", "passkeys/add/"]


@pytest.mark.parametrize("address", CHANGES)
def test_they_cannot_add_a_way_in_that_opens_more(
    address: str, set_up: SignOn, tenant: Tenant, join: Join, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else whoever runs one institution's service gives themselves a passkey of somebody who works for two."""
    come_in(client, Door(join(tenant, Role.REGISTRAR).email), monkeypatch)
    assert client.get(f"/account/{address}").status_code == 403
    assert client.post(f"/account/{address}", {"code": "123456"}).status_code == 403


def test_they_change_nothing_of_the_person(
    set_up: SignOn, tenant: Tenant, join: Join, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = join(tenant, Role.REGISTRAR)
    come_in(client, Door(person.email), monkeypatch)
    assert client.post("/account/", {"name": "Somebody Else", "language": "cs"}).status_code == 403
    person.refresh_from_db()
    assert person.name == "Jana Králová"


def test_they_do_not_operate(
    set_up: SignOn, tenant: Tenant, join: Join, client: Client, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who runs the installation comes in by a way of their own."""
    person = join(tenant, Role.ADMINISTRATOR)
    person.operator = True
    person.save()
    come_in(client, Door(person.email), monkeypatch)
    assert client.get("/operator/health/").status_code == 404
    assert sign_in(person).get("/account/ways/").status_code == 200
