"""OpenID4VC HAIP 1.0, 4: what the profile `eudi` asks of a wallet besides; each of it is missed once."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.test import Client

from mikra.adapters.clock import now
from mikra.conversion import sd_jwt_vc
from mikra.errors import InputError, ProtocolError, UnavailableError
from mikra.exchange.oid4vci import EUDI, OPEN
from mikra.exchange.oid4vci_metadata import EUDI_ID, JWT_ID, SDJWT_ID
from mikra.exchange.signed_claims import Reader
from mikra.sealing import jws, sd_jwt, wallet_certificates
from mikra.server import wallet_providers
from mikra.server.actions import seal_keys, wallet_keys, wallet_metadata, wallet_offers
from mikra.server.store.awards import Award
from mikra.server.web.issuing import authorize
from mikra.trust.certified_names import certifies
from mikra.vocabulary.wallet_claims import EU_TYPE, LEARNING_CREDENTIAL
from tests.server.issuing.careful import PROVIDER, Careful, fresh

SEALED = jws.Profile(
    name="metadata",
    algorithms=frozenset({"ES256"}),
    protected=frozenset({"alg", "typ", "x5c"}),
    types=frozenset({"openidvci-issuer-metadata+jwt"}),
)


@pytest.fixture(autouse=True)
def many() -> None:
    authorize.BUCKETS.clear()


@pytest.fixture
def providers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of trusted providers, with the one that vouches for our wallet."""
    monkeypatch.setattr(wallet_providers, "folder", lambda: tmp_path)
    pem = x509.load_der_x509_certificate(PROVIDER.certificate).public_bytes(Encoding.PEM)
    (tmp_path / "provider.pem").write_bytes(pem)
    return tmp_path


def offered(award: Award, **more: Any) -> tuple[Careful, str]:
    made = wallet_offers.offer_award(award, SDJWT_ID, profile=EUDI, **more)
    phone = Careful.scanning(made.short)
    assert isinstance(phone, Careful)
    phone.instance = fresh()
    return phone, made.typed


def error_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]


@pytest.mark.both
def test_a_wallet_that_somebody_vouches_for_gets_it(client: Client, collected: Award, providers: Path) -> None:
    phone, typed = offered(collected)
    assert phone.issuer.endswith("/issuers/zed/eudi")
    assert "A provider of wallets that is known here" in client.get(phone.page(client)).content.decode()
    given = phone.token_for(phone.code(client, typed)).json()
    assert given["token_type"] == "DPoP"
    answer = phone.credential(given["access_token"])
    assert answer.status_code == 200, answer.content
    claims = sd_jwt.read(answer.json()["credentials"][0]["credential"].encode()).claims
    assert claims["iss"] == phone.issuer
    again = phone.refreshed(given["refresh_token"])
    assert again.status_code == 200
    assert phone.credential(again.json()["access_token"], proof=phone.proof()).status_code == 200


def test_the_page_of_the_learner_leads_to_it_where_a_provider_is_known(
    client: Client, code: str, collected: Award, providers: Path
) -> None:
    page = client.post(f"/claim/{code}/wallet/", {"form": "eudi"}).content.decode()
    assert "on the page that your wallet opens" in page
    link, typed = re.search(r'href="(haip-vci://[^"]+)"', page), re.search(r'id="typed">(\d{3}) (\d{3})<', page)
    assert link
    assert typed
    phone = Careful.scanning(link.group(1).replace("&amp;", "&"))
    phone.instance = fresh()
    given = phone.token_for(phone.code(client, "".join(typed.groups()))).json()
    assert phone.credential(given["access_token"]).status_code == 200
    (providers / "provider.pem").unlink()
    assert "Digital Identity Wallet</" not in client.get(f"/claim/{code}/wallet/").content.decode()
    page = client.post(f"/claim/{code}/wallet/", {"form": "eudi"}).content.decode()
    assert "haip-vci://" not in page


def test_its_metadata_are_its_own(client: Client, collected: Award) -> None:
    found = client.get("/.well-known/openid-credential-issuer/issuers/zed/eudi").json()
    assert found["credential_issuer"].endswith("/issuers/zed/eudi")
    assert list(found["credential_configurations_supported"]) == [EUDI_ID, SDJWT_ID]
    server = client.get("/.well-known/oauth-authorization-server/issuers/zed/eudi").json()
    assert server["require_pushed_authorization_requests"] is True
    assert "none" not in server["token_endpoint_auth_methods_supported"]
    keys = client.get("/.well-known/jwt-vc-issuer/issuers/zed/eudi").json()
    assert keys["issuer"] == found["credential_issuer"]


def test_offers_by_a_pre_authorised_code_or_of_another_form_are_not_made(collected: Award) -> None:
    made = wallet_offers.offer_award(collected, profile=EUDI, by_code=False)
    assert made.link.startswith("haip-vci://")
    assert list(Careful.scanning(made.short).offer["grants"]) == ["authorization_code"]
    with pytest.raises(InputError):
        wallet_offers.offer_award(collected, JWT_ID, profile=EUDI)


def test_the_eus_own_type_holds_what_it_must_and_nothing_more(
    client: Client, collected: Award, providers: Path
) -> None:
    made = wallet_offers.offer_award(collected, profile=EUDI)
    phone = Careful.scanning(made.short)
    phone.instance = fresh()
    given = phone.token_for(phone.code(client, made.typed)).json()
    answer = phone.credential(given["access_token"])
    claims = sd_jwt.read(answer.json()["credentials"][0]["credential"].encode()).claims
    assert claims["vct"] == EU_TYPE
    names = {one.name for one in LEARNING_CREDENTIAL}
    assert {one.name for one in LEARNING_CREDENTIAL if one.mandatory} <= set(claims)
    assert set(claims) - names == {"iss", "vct", "iat", "exp", "cnf", "status"}


def test_an_award_that_lacks_a_claim_of_the_eus_type_is_not_offered_in_it(
    collected: Award, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = sd_jwt_vc.learning_credential

    def endless(credential: Any, **more: Any) -> Any:
        return whole(dataclasses.replace(credential, expiration_date=None, valid_until=None), **more)

    monkeypatch.setattr(sd_jwt_vc, "learning_credential", endless)
    with pytest.raises(InputError) as caught:
        wallet_offers.offer_award(collected, EUDI_ID, profile=EUDI)
    assert caught.value.where == "configuration"
    assert wallet_offers.offer_award(collected, profile=EUDI).row.configuration == SDJWT_ID


def test_a_wallet_without_an_attestation_is_refused(collected: Award, providers: Path) -> None:
    phone, _typed = offered(collected)
    phone.instance = None
    assert error_of(phone.push()) == (401, "invalid_client")


def test_a_wallet_without_a_key_is_refused(collected: Award, providers: Path) -> None:
    phone, _typed = offered(collected)
    phone.holder = None
    assert error_of(phone.push()) == (400, "invalid_dpop_proof")


def test_a_wallet_whose_provider_nobody_knows_is_refused(collected: Award, providers: Path) -> None:
    stranger = wallet_certificates.make_authority(
        wallet_certificates.Subject(name="A provider of wallets", country="EU"), at=now() - dt.timedelta(days=1)
    )
    phone, _typed = offered(collected)
    phone.push()
    said = {"DPoP": phone.proven("par"), **phone.attested(stranger)}
    assert error_of(phone.push(said)) == (401, "invalid_client")
    (providers / "provider.pem").unlink()
    assert error_of(phone.push()) == (401, "invalid_client")
    (providers / "provider.pem").write_text("none")
    assert wallet_providers.faults() == ["provider.pem"]
    assert error_of(phone.push()) == (401, "invalid_client")


def test_an_attestation_for_another_issuer_or_used_twice_is_refused(collected: Award, providers: Path) -> None:
    phone, _typed = offered(collected)
    assert phone.push().status_code == 201
    said = {"DPoP": phone.proven("par"), **phone.attested(server=phone.issuer.replace("eudi", "open"))}
    assert error_of(phone.push(said)) == (401, "invalid_client")
    attested = phone.attested()
    assert phone.push({"DPoP": phone.proven("par"), **attested}).status_code == 201
    assert error_of(phone.push({"DPoP": phone.proven("par"), **attested})) == (401, "invalid_client")
    said = {"DPoP": phone.proven("par"), **phone.attested(challenge="x")}
    assert error_of(phone.push(said)) == (400, "use_attestation_challenge")
    challenge = phone.client.post(phone.path("challenge")).json()["attestation_challenge"]
    said = {"DPoP": phone.proven("par"), **phone.attested(challenge=challenge)}
    assert phone.push(said).status_code == 201


def test_a_proof_without_a_nonce_of_ours_is_asked_for_one(collected: Award, providers: Path) -> None:
    phone, _typed = offered(collected)
    answer = phone.push({"DPoP": phone.proven("par"), **phone.attested()})
    assert error_of(answer) == (400, "use_dpop_nonce")
    said = {"DPoP": phone.proven("par", nonce=answer["DPoP-Nonce"]), **phone.attested()}
    assert phone.push(said).status_code == 201


def test_a_request_that_was_not_pushed_is_refused(client: Client, collected: Award, providers: Path) -> None:
    phone, _typed = offered(collected)
    answer = client.get(f"{phone.path('authorize')}?{urlencode(phone.asked)}")
    assert (answer.status_code, "Location" in answer) == (400, False)


def test_a_code_belongs_to_the_instance_of_the_wallet(client: Client, collected: Award, providers: Path) -> None:
    phone, typed = offered(collected)
    code = phone.code(client, typed)
    thief = dataclasses.replace(phone, instance=fresh())
    assert error_of(thief.token_for(code)) == (400, "invalid_grant")
    silent = dataclasses.replace(phone, instance=None)
    assert error_of(silent.token_for(code)) == (401, "invalid_client")
    given = phone.token_for(code).json()
    assert error_of(thief.refreshed(given["refresh_token"])) == (400, "invalid_grant")


def test_a_token_of_one_profile_is_none_of_the_other(client: Client, collected: Award, providers: Path) -> None:
    phone, typed = offered(collected)
    given = phone.token_for(phone.code(client, typed)).json()
    phone.offer = {**phone.offer, "credential_issuer": phone.issuer.replace("eudi", "open")}
    assert error_of(phone.credential(given["access_token"])) == (401, "invalid_token")
    assert error_of(phone.refreshed(given["refresh_token"])) == (400, "invalid_grant")


def test_nothing_is_given_for_a_pre_authorised_code(collected: Award, providers: Path) -> None:
    made = wallet_offers.offer_award(collected, SDJWT_ID, profile=OPEN)
    phone = Careful.scanning(made.short)
    phone.instance = fresh()
    code = phone.pre_authorised
    phone.offer = {**phone.offer, "credential_issuer": phone.issuer.replace("open", "eudi")}
    values = {"grant_type": "urn:ietf:params:oauth:grant-type:pre-authorized_code", "pre-authorized_code": code}
    assert error_of(phone.form("token", {**values, "tx_code": made.typed})) == (400, "unsupported_grant_type")


def test_a_developers_offer_takes_any_provider_outside_production(client: Client, collected: Award) -> None:
    phone, _typed = offered(collected, rehearsal=True)
    assert phone.push().status_code == 201
    phone, _typed = offered(collected)
    assert error_of(phone.push()) == (401, "invalid_client")


def test_on_open_an_attestation_that_is_wrong_is_refused_and_one_of_a_stranger_says_nothing(
    client: Client, collected: Award
) -> None:
    made = wallet_offers.offer_award(collected, SDJWT_ID, by_code=True)
    phone = Careful.scanning(made.short)
    phone.instance = fresh()
    assert phone.push().status_code == 201
    said = {"DPoP": phone.proven("par"), **phone.attested(at=now() - dt.timedelta(hours=1))}
    assert error_of(phone.push(said)) == (401, "invalid_client")
    assert "Nobody that is known here" in client.get(phone.page(client)).content.decode()


@pytest.mark.parametrize("profile", ["open", "eudi"])
def test_metadata_are_sealed_for_whoever_asks_for_that_first(client: Client, collected: Award, profile: str) -> None:
    wallet_metadata._signed.cache_clear()
    path = f"/.well-known/openid-credential-issuer/issuers/zed/{profile}"
    plain = client.get(path, headers={"accept": "application/json, application/jwt"})
    assert plain["Content-Type"] == "application/json"
    sealed = client.get(path, headers={"accept": "application/jwt, application/json"})
    assert (sealed["Content-Type"], sealed["Vary"]) == ("application/jwt", "Accept")
    read = Reader(profile=SEALED, code="x", most=100_000)
    found = read.open(sealed.content.decode())
    (leaf,) = read.chain(found.header)
    read.check_signature(found, x509.load_der_x509_certificate(leaf).public_key())
    assert certifies(leaf, plain.json()["credential_issuer"])
    assert leaf != wallet_keys.anchor()
    assert {**plain.json(), "iss": found.claims["iss"], "sub": found.claims["sub"], "iat": found.claims["iat"]} == dict(
        found.claims
    )
    assert found.claims["sub"] == plain.json()["credential_issuer"]
    assert client.get(path, headers={"accept": "application/jwt"}).content == sealed.content, "made once in a while"
    with pytest.raises(ProtocolError):
        read.check_signature(found, PROVIDER.key.public_key())


def test_without_the_signer_metadata_are_as_true_in_the_clear(
    client: Client, collected: Award, monkeypatch: pytest.MonkeyPatch
) -> None:
    wallet_metadata._signed.cache_clear()

    def away(_key: Any) -> Any:
        raise UnavailableError("The signer does not answer.")

    monkeypatch.setattr(seal_keys, "signer_of", away)
    path = "/.well-known/openid-credential-issuer/issuers/zed/open"
    answer = client.get(path, headers={"accept": "application/jwt"})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
