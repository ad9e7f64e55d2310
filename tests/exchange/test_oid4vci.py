"""OpenID4VCI 1.0: messages and proofs; each yes has a no beside it."""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from hypothesis import given
from hypothesis import strategies as st

from mikra import base64url
from mikra.errors import MikraError, ProtocolError
from mikra.exchange import oauth, oid4vci, oid4vci_metadata, oid4vci_offer, oid4vci_proof
from mikra.exchange.oid4vci import Event, Nonces, ProofType
from mikra.exchange.oid4vci_offer import Offer, TxCode
from mikra.exchange.oid4vci_proof import Expected
from mikra.public_keys import jwk
from mikra.sealing.keys import bare_signer
from mikra.trust import did

ISSUER = "https://mc.example.edu/issuers/zed/open"
AT = dt.datetime(2026, 11, 27, 12, 0, tzinfo=dt.UTC)
KEY = ec.derive_private_key(7, ec.SECP256R1())
EXPECTED = Expected(issuer=ISSUER, at=AT)
CLAIMS: dict[str, Any] = {"aud": ISSUER, "iat": int(AT.timestamp()), "nonce": "n-1"}


def signed(header: dict[str, Any], claims: Any, key: Any = KEY) -> str:
    covered = ".".join(base64url.encode(orjson.dumps(part)) for part in (header, claims))
    return f"{covered}.{base64url.encode(bare_signer(key).sign(covered.encode()))}"


def header(**changes: Any) -> dict[str, Any]:
    made = {"typ": oid4vci_proof.TYPE, "alg": "ES256", "jwk": jwk.write(KEY.public_key())} | changes
    return {name: value for name, value in made.items() if value is not None}


def claims(**changes: Any) -> dict[str, Any]:
    return {name: value for name, value in (CLAIMS | changes).items() if value is not None}


def refused(text: str, expected: Expected = EXPECTED) -> ProtocolError:
    with pytest.raises(ProtocolError) as caught:
        oid4vci_proof.check([text], expected, is_ours=lambda nonce: nonce == "n-1")
    return caught.value


def test_a_proof_that_a_wallet_makes_is_taken_with_its_key() -> None:
    text = oid4vci_proof.make(bare_signer(KEY), KEY.public_key(), issuer=ISSUER, nonce="n-1", at=AT)
    (proof,) = oid4vci_proof.check([text], EXPECTED, is_ours=lambda nonce: nonce == "n-1")
    assert proof.holder == jwk.write(KEY.public_key())
    assert proof.did == did.did_jwk(KEY.public_key())


@pytest.mark.parametrize("name", [did.did_key, did.did_jwk])
@pytest.mark.parametrize("key", [KEY, ed25519.Ed25519PrivateKey.from_private_bytes(b"7" * 32)])
def test_a_key_may_be_named_by_a_did_that_holds_it(name: Any, key: Any) -> None:
    url = did.key_url(name(key.public_key()))
    text = signed(header(jwk=None, kid=url, alg=bare_signer(key).algorithm), claims(), key)
    (proof,) = oid4vci_proof.check([text], EXPECTED, is_ours=lambda nonce: True)
    assert proof.did == name(key.public_key())
    assert proof.holder == jwk.write(key.public_key())


PRIVATE = jwk.write(KEY.public_key()) | {"d": base64url.encode((7).to_bytes(32))}
LEAKED = f"did:jwk:{base64url.encode(orjson.dumps(PRIVATE))}#0"


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"typ": "JWT"}, ""),
        ({"typ": None}, ""),
        ({"typ": "openid4vci-proof"}, ""),
        ({"alg": "none"}, ""),
        ({"alg": "HS256"}, ""),
        ({"alg": "RS256"}, ""),
        ({"alg": "EdDSA"}, "signature"),
        ({"jwk": None}, "header"),
        ({"kid": did.key_url(did.did_jwk(KEY.public_key()))}, "header"),
        ({"x5c": ["MIIB"]}, "header"),
        ({"jwk": None, "x5c": ["MIIB"]}, "x5c"),
        ({"trust_chain": ["x"]}, "header"),
        ({"jwk": PRIVATE}, "jwk"),
        ({"jwk": "text"}, "jwk"),
        ({"jwk": {"kty": "oct", "k": "AAAA"}}, "jwk"),
        ({"jwk": None, "kid": LEAKED}, "kid"),
        ({"jwk": None, "kid": "did:web:wallet.example#1"}, "kid"),
        ({"jwk": None, "kid": "key-1"}, "kid"),
        ({"jwk": None, "kid": did.did_jwk(KEY.public_key())}, ""),
        ({"jku": "https://wallet.example/keys"}, ""),
        ({"crit": ["exp"], "exp": 1}, ""),
    ],
)
def test_a_proof_with_another_header_is_refused(changes: dict[str, Any], where: str) -> None:
    error = refused(signed(header(**changes), claims()))
    assert error.code == "invalid_proof"
    assert not where or error.where == where


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"aud": "https://other.example"}, "aud"),
        ({"aud": None}, "aud"),
        ({"aud": [ISSUER, "https://other.example"]}, "aud"),
        ({"aud": f"{ISSUER}/"}, "aud"),
        ({"iss": "wallet"}, "iss"),
        ({"iat": None}, "iat"),
        ({"iat": True}, "iat"),
        ({"iat": "now"}, "iat"),
        ({"iat": -1}, "iat"),
        ({"iat": 1e300}, "iat"),
        ({"iat": int(AT.timestamp()) + 61}, "iat"),
        ({"iat": int(AT.timestamp()) - 361}, "iat"),
        ({"exp": int(AT.timestamp()) - 61}, "exp"),
        ({"nbf": int(AT.timestamp()) + 61}, "exp"),
        ({"nonce": None}, "nonce"),
        ({"nonce": ""}, "nonce"),
        ({"nonce": 7}, "nonce"),
        ({"nonce": "x" * 401}, "nonce"),
    ],
)
def test_a_proof_with_other_claims_is_refused(changes: dict[str, Any], where: str) -> None:
    error = refused(signed(header(), claims(**changes)))
    assert (error.code, error.where) == ("invalid_proof", where)


@pytest.mark.parametrize("seconds", [60, 0, -360])
def test_clocks_may_differ_a_little(seconds: int) -> None:
    text = signed(header(), claims(iat=int(AT.timestamp()) + seconds))
    assert oid4vci_proof.read(text, EXPECTED).nonce == "n-1"


def test_a_nonce_of_somebody_else_has_a_code_of_its_own() -> None:
    assert refused(signed(header(), claims(nonce="n-2"))).code == "invalid_nonce"


def test_a_wallet_with_a_name_says_it_and_no_other() -> None:
    named = Expected(issuer=ISSUER, at=AT, client_id="wallet")
    assert oid4vci_proof.read(signed(header(), claims(iss="wallet")), named).nonce == "n-1"
    assert oid4vci_proof.read(signed(header(), claims()), named).nonce == "n-1"
    assert refused(signed(header(), claims(iss="other")), named).where == "iss"


def test_a_signature_of_another_key_or_over_another_text_is_refused() -> None:
    other = ec.derive_private_key(8, ec.SECP256R1())
    assert refused(signed(header(), claims(), other)).where == "signature"
    head, _, value = signed(header(), claims()).split(".")
    changed = base64url.encode(orjson.dumps(claims(nonce="n-1", more=1)))
    assert refused(f"{head}.{changed}.{value}").where == "signature"
    empty = f"{head}.{changed}."
    assert refused(empty).code == "invalid_proof"


@pytest.mark.parametrize("text", ["", "a.b.c", "x" * 40_000, "\ud800.a.b", "é.a.b", "[].[].[]"])
def test_what_is_no_proof_at_all_is_refused(text: str) -> None:
    assert refused(text).code == "invalid_proof"


def test_claims_that_are_no_object_are_refused() -> None:
    assert refused(signed(header(), [1])).code == "invalid_proof"


def test_two_proofs_are_of_two_keys_and_carry_one_nonce() -> None:
    other = ec.derive_private_key(8, ec.SECP256R1())
    second = header(jwk=jwk.write(other.public_key()))
    first = signed(header(), claims())
    pair = [first, signed(second, claims(), other)]
    assert len(oid4vci_proof.check(pair, EXPECTED, is_ours=lambda nonce: True)) == 2
    for bad in ([first, first], [first, signed(second, claims(nonce="n-2"), other)]):
        with pytest.raises(ProtocolError) as caught:
            oid4vci_proof.check(bad, EXPECTED, is_ours=lambda nonce: True)
        assert caught.value.code == "invalid_proof"


def request(**members: Any) -> bytes:
    made = {"credential_configuration_id": "mc", "proofs": {"jwt": ["a.b.c"]}} | members
    return orjson.dumps({name: value for name, value in made.items() if value is not None})


def test_a_credential_request_is_read() -> None:
    found = oid4vci.read_request(request(), oid4vci.OPEN)
    assert (found.configuration, found.identifier, found.proofs) == ("mc", "", ("a.b.c",))
    named = oid4vci.read_request(request(credential_configuration_id=None, credential_identifier="i"), oid4vci.OPEN)
    assert (named.configuration, named.identifier) == ("", "i")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "invalid_credential_request"),
        (b"[]", "invalid_credential_request"),
        (b'{"a":1,"a":2}', "invalid_credential_request"),
        (b"\xff", "invalid_credential_request"),
        (request(credential_identifier="i"), "invalid_credential_request"),
        (request(credential_configuration_id=None), "invalid_credential_request"),
        (request(credential_configuration_id=7), "invalid_credential_request"),
        (request(credential_configuration_id="x" * 201), "invalid_credential_request"),
        (request(proofs={}), "invalid_credential_request"),
        (request(proofs=[]), "invalid_credential_request"),
        (request(proofs={"jwt": ["a"], "attestation": ["b"]}), "invalid_credential_request"),
        (request(proofs={"jwt": []}), "invalid_credential_request"),
        (request(proofs={"jwt": "a.b.c"}), "invalid_credential_request"),
        (request(proofs={"jwt": [1]}), "invalid_credential_request"),
        (request(proofs={"jwt": ["a"] * 11}), "invalid_credential_request"),
        (request(proofs=None), "invalid_proof"),
        (request(proofs={"ldp_vp": ["a"]}), "invalid_proof"),
        (request(proofs={"attestation": ["a"]}), "invalid_proof"),
        (request(credential_response_encryption={"enc": "A128GCM"}), "invalid_encryption_parameters"),
    ],
)
def test_another_credential_request_is_refused(body: bytes, code: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        oid4vci.read_request(body, oid4vci.OPEN)
    assert caught.value.code == code


def test_wallets_of_draft_15_send_one_proof_and_only_the_open_issuer_takes_it() -> None:
    old = request(proofs=None, proof={"proof_type": "jwt", "jwt": "a.b.c"})
    assert oid4vci.read_request(old, oid4vci.OPEN).proofs == ("a.b.c",)
    with pytest.raises(ProtocolError) as caught:
        oid4vci.read_request(old, oid4vci.EUDI)
    assert caught.value.code == "invalid_proof"
    for bad in ({"proof_type": "jwt"}, {"proof_type": ["jwt"]}, {}):
        with pytest.raises(ProtocolError):
            oid4vci.read_request(request(proofs=None, proof=bad), oid4vci.OPEN)


def test_an_attestation_is_one_proof_of_the_eudi_issuer() -> None:
    found = oid4vci.read_request(request(proofs={"attestation": ["a"]}), oid4vci.EUDI)
    assert found.proof_type is ProofType.ATTESTATION


@given(st.binary(max_size=200) | st.dictionaries(st.text(), st.text()).map(orjson.dumps))
def test_any_body_is_read_or_refused(body: bytes) -> None:
    for read in (lambda b: oid4vci.read_request(b, oid4vci.OPEN), oid4vci.read_notification):
        with pytest.raises(ProtocolError):
            read(body)


def test_a_response_holds_credentials_and_a_notification_id_where_there_is_one() -> None:
    assert oid4vci.response(["a~"], notification="n") == {"credentials": [{"credential": "a~"}], "notification_id": "n"}
    assert oid4vci.response([{"a": 1}]) == {"credentials": [{"credential": {"a": 1}}]}


def test_notifications_are_read_or_refused() -> None:
    body = orjson.dumps({"notification_id": "n", "event": "credential_accepted", "event_description": "ok"})
    assert oid4vci.read_notification(body).event is Event.ACCEPTED
    for bad in ({"notification_id": "n", "event": "lost"}, {"event": "credential_accepted"}, {"notification_id": 1}):
        with pytest.raises(ProtocolError) as caught:
            oid4vci.read_notification(orjson.dumps(bad))
        assert caught.value.code == "invalid_notification_request"


def test_nonces_are_known_again_until_they_end_and_no_other_is() -> None:
    ours, other = Nonces(b"k" * 32), Nonces(b"o" * 32)
    nonce = ours.make(AT, b"1" * 16)
    assert ours.ends(nonce, AT) == AT + ours.lifetime
    assert ours.ends(nonce, AT + ours.lifetime) is None
    assert other.ends(nonce, AT) is None
    raw = base64url.decode(nonce)
    for position in range(len(raw)):
        changed = bytearray(raw)
        changed[position] ^= 1
        assert ours.ends(base64url.encode(bytes(changed)), AT) is None
    for text in ("", "x", nonce + "A", base64.b64encode(raw).decode() + "="):
        assert ours.ends(text, AT) is None


FORM = {"grant_type": oauth.PRE_AUTHORIZED, "pre-authorized_code": "abc", "tx_code": "123456", "user_pin": "1"}


def test_a_token_request_is_read_and_what_is_unknown_ignored() -> None:
    body = b"grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Apre-authorized_code&pre-authorized_code=abc&x=1"
    found = oauth.read_token_request(oauth.read_form(body))
    assert (found.code, found.tx_code) == ("abc", None)
    assert oauth.read_token_request(FORM).tx_code == "123456"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"a=1&a=2", ""),
        (b"\xff=1", ""),
        (b"a=%ff", ""),
        (b"a=%00", ""),
        (b"&".join(b"a%d=1" % n for n in range(61)), ""),
        (b"a=" + b"x" * 4097, ""),
        (b"a=" + b"x" * 70_000, ""),
        (b'{"a":1}', "application/json"),
    ],
)
def test_a_form_that_can_be_read_in_two_ways_is_refused(body: bytes, kind: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        oauth.read_form(body, kind or "application/x-www-form-urlencoded; charset=utf-8")
    assert caught.value.code == "invalid_request"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"grant_type": ""}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"pre-authorized_code": ""}, "invalid_request"),
    ],
)
def test_another_token_request_is_refused(changes: dict[str, str], code: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        oauth.read_token_request(FORM | changes)
    assert caught.value.code == code


def test_a_bearer_token_is_read_and_nothing_else() -> None:
    assert oauth.read_authorization("Bearer abc-_.~+/=") == ("bearer", "abc-_.~+/=")
    assert oauth.read_authorization("bearer abc") == ("bearer", "abc")
    assert oauth.read_authorization("DPoP abc") == ("dpop", "abc")
    for text in ("", "Bearer", "Bearer a b", "Dpopp abc", "Basic YTpi", "Bearer é", "Bearer " + "x" * 5000):
        with pytest.raises(ProtocolError) as caught:
            oauth.read_authorization(text)
        assert (caught.value.code, oauth.status_of(caught.value)) == ("invalid_token", 401)
        assert oauth.challenge(caught.value) == "Bearer"
    said = oauth.challenge(oauth.refuse("invalid_token", 'It "ended".'))
    assert said == 'Bearer error="invalid_token", error_description="It \'ended\'."'


@given(st.text(max_size=600))
def test_a_description_has_only_the_letters_of_the_standard(text: str) -> None:
    said = oauth.refusal(oauth.refuse("invalid_request", text))["error_description"]
    assert all(letter in " !" or "#" <= letter <= "[" or "]" <= letter <= "~" for letter in said)
    assert len(said) <= 500


def test_a_token_response_has_details_only_where_they_were_asked_for() -> None:
    plain = oauth.token_response("t", lifetime=300)
    assert plain == {"access_token": "t", "token_type": "Bearer", "expires_in": 300}
    assert oauth.token_response("t", lifetime=300, details=[{"type": "x"}])["authorization_details"] == [{"type": "x"}]


OFFER = Offer(issuer=ISSUER, configuration="mc", code="abc", tx_code=TxCode(length=6, description="Beside it."))


def test_an_offer_is_the_same_after_its_journey() -> None:
    assert oid4vci_offer.read(orjson.dumps(OFFER.written())) == OFFER
    asked = Offer(issuer=ISSUER, configuration="mc", state="s")
    assert oid4vci_offer.read(orjson.dumps(asked.written())) == asked
    assert oid4vci_offer.by_reference("https://a.example/o/1").endswith(
        "?credential_offer_uri=https%3A%2F%2Fa.example%2Fo%2F1"
    )
    assert oid4vci_offer.by_value(OFFER).startswith("openid-credential-offer://?credential_offer=%7B%22")


def test_a_description_of_a_code_is_cut_where_the_standard_ends_it() -> None:
    assert len(TxCode(length=6, description="x" * 400).written()["description"]) == 300


@pytest.mark.parametrize(
    "body",
    [[], {}, {"credential_issuer": ISSUER, "credential_configuration_ids": ["a", "b"]}, {"credential_issuer": 1}],
)
def test_what_is_no_offer_of_one_credential_is_refused(body: Any) -> None:
    with pytest.raises(MikraError):
        oid4vci_offer.read(orjson.dumps(body))


VCT = "https://mc.example.edu/vct/micro-credential/1"


def test_metadata_say_what_wallets_need() -> None:
    issuer = oid4vci_metadata.Issuer(
        identifier=ISSUER,
        names={"en": "Zed"},
        configurations=oid4vci_metadata.open_configurations(VCT),
        logo="https://l",
    )
    told = oid4vci_metadata.issuer_metadata(issuer)
    assert told["credential_issuer"] == ISSUER
    assert told["nonce_endpoint"] == f"{ISSUER}/nonce"
    assert told["display"][0]["logo"]["uri"] == "https://l"
    for id, one in told["credential_configurations_supported"].items():
        assert one["scope"] == id
        assert one["credential_metadata"]["display"]
        assert one["cryptographic_binding_methods_supported"]
        assert set(oid4vci_proof.ALGORITHMS) <= set(
            one["proof_types_supported"]["jwt"]["proof_signing_alg_values_supported"]
        )
        assert ("vct" in one) is (one["format"] == "dc+sd-jwt")
    assert issuer.configuration("micro_credential_sdjwt")
    assert issuer.configuration("other") is None
    server = oid4vci_metadata.server_metadata(issuer)
    assert server["issuer"] == ISSUER
    assert server["grant_types_supported"] == [oauth.PRE_AUTHORIZED, oauth.AUTHORIZATION_CODE, oauth.REFRESH]
    assert "none" in server["token_endpoint_auth_methods_supported"]
    strict = oid4vci_metadata.server_metadata(dataclasses.replace(issuer, profile=oid4vci.EUDI))
    assert strict["require_pushed_authorization_requests"]
    assert strict["token_endpoint_auth_methods_supported"] == ["attest_jwt_client_auth"]
    assert oauth.PRE_AUTHORIZED not in strict["grant_types_supported"]
    assert oid4vci_metadata.inserted(ISSUER, "x") == "https://mc.example.edu/.well-known/x/issuers/zed/open"
