"""OpenID4VP 1.0: both ends of a request and of an answer; each yes has a no beside it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import orjson
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from mikra import base64url
from mikra.errors import InputError, MikraError, ProtocolError
from mikra.exchange import dcql, jwe, oid4vp, oid4vp_answer, oid4vp_wallet
from mikra.exchange.oid4vp import Mode, Prefix, Request
from mikra.exchange.oid4vp_answer import Answer, Declined
from mikra.public_keys import jwk
from mikra.sealing import sd_jwt, vc_jose
from mikra.sealing.certificates import SealKey
from mikra.sealing.keys import bare_signer, private_key_signer
from mikra.sealing.wallet_certificates import Subject, certified, make_authority
from mikra.trust import did
from mikra.verification.question import Session
from mikra.verification.verify import verify

AT = dt.datetime(2026, 11, 27, 12, 0, tzinfo=dt.UTC)
WHERE = "https://v.example.edu/r/abc"
VCT = "https://mc.example.edu/ns/vct/micro-credential/1"
QUERY = oid4vp.micro_credential((VCT,))
AUTHORITY = make_authority(Subject(name="Zed", country="CZ"), at=AT - dt.timedelta(days=1))
LEAF = certified(AUTHORITY, Subject(name="Zed", country="CZ", names=("https://v.example.edu",)), at=AT)
OTHER = certified(AUTHORITY, Subject(name="Zed", country="CZ", names=("https://other.example",)), at=AT)
ISSUER = certified(AUTHORITY, Subject(name="Zed", country="CZ", names=("https://mc.example.edu",)), at=AT)
HOLDER = ec.derive_private_key(11, ec.SECP256R1())
THIEF = ec.derive_private_key(12, ec.SECP256R1())
ENCRYPTION = ec.derive_private_key(13, ec.SECP256R1())
PUBLIC = oid4vp.encryption_key(jwk.write(ENCRYPTION.public_key()), "r1")
DID = did.did_jwk(ec.derive_private_key(14, ec.SECP256R1()).public_key())
CLAIMS = {
    "iss": "https://mc.example.edu",
    "iat": int(AT.timestamp()) - 90,
    "vct": VCT,
    "cnf": {"jwk": jwk.write(HOLDER.public_key())},
    "achievement_title": "Water quality",
    "family_name": "Králová",
    "given_name": "Jana",
    "learning_outcomes": ["samples", "reports"],
}


def signer(key: SealKey) -> Any:
    return private_key_signer(key.key, key.certificate, (AUTHORITY.certificate,))


def chance(size: int) -> bytes:
    chance.count += 1  # type: ignore[attr-defined]
    return chance.count.to_bytes(size)  # type: ignore[attr-defined]


chance.count = 0  # type: ignore[attr-defined]


def request(**changes: Any) -> Request:
    given: dict[str, Any] = {
        "client_id": oid4vp.x509_hash(LEAF.certificate),
        "response_uri": WHERE,
        "nonce": "n-0S6_WzA2MjQ1",
        "state": "s-1",
        "query": QUERY,
    }
    return Request(**(given | changes))


def read(text: str, client_id: str, **changes: Any) -> Request:
    return oid4vp_wallet.read_object(text, oid4vp_wallet.Expected(client_id=client_id, at=AT, **changes))


def by_hand(claims: dict[str, Any], header: dict[str, Any] | None = None, key: Any = LEAF) -> str:
    head = {"typ": oid4vp.TYPE, "alg": "ES256", "x5c": [base64url.encode_standard(LEAF.certificate)]} | (header or {})
    covered = ".".join(
        base64url.encode(orjson.dumps({k: v for k, v in one.items() if v is not None})) for one in (head, claims)
    )
    return f"{covered}.{base64url.encode(bare_signer(key.key).sign(covered.encode()))}"


def claims_of(asked: Request) -> dict[str, Any]:
    return {**asked.parameters(), "aud": oid4vp.AUDIENCE, "iat": int(AT.timestamp()), "exp": int(AT.timestamp()) + 300}


def test_a_signed_request_is_read_as_it_was_made_without_iss_and_without_the_anchor() -> None:
    asked = request(mode=Mode.ENCRYPTED, key=PUBLIC)
    text = oid4vp.signed(asked, signer=signer(LEAF), at=AT, wallet_nonce="w")
    assert read(text, asked.client_id, wallet_nonce="w") == asked
    head, payload, _ = (base64url.decode(one) for one in text.split("."))
    assert "iss" not in orjson.loads(payload)
    assert orjson.loads(head)["x5c"] == [base64url.encode_standard(LEAF.certificate)]
    assert orjson.loads(head)["typ"] == "oauth-authz-req+jwt"


def test_a_request_need_not_say_when_it_was_made_and_when_it_ends() -> None:
    asked = request()
    without = {name: one for name, one in claims_of(asked).items() if name not in ("iat", "exp")}
    assert read(by_hand(without), asked.client_id) == asked


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        (["A256GCM", "A128GCM"], ("A128GCM", "A256GCM")),
        (["A256GCM", "A512GCM"], ("A256GCM",)),
        (None, ("A128GCM",)),
        ([], ()),
        (["A128CBC-HS256"], ()),
        ("A128GCM", ()),
    ],
)
def test_how_an_answer_may_be_encrypted_is_the_verifiers_word(said: Any, taken: tuple[str, ...]) -> None:
    asked = request(mode=Mode.ENCRYPTED, key=PUBLIC)
    claims = claims_of(asked)
    name = "encrypted_response_enc_values_supported"
    claims["client_metadata"] = {k: v for k, v in claims["client_metadata"].items() if k != name}
    if said is not None:
        claims["client_metadata"][name] = said
    if taken:
        assert read(by_hand(claims), asked.client_id).encryptions == taken
        return
    with pytest.raises(ProtocolError, match="cannot be encrypted"):
        read(by_hand(claims), asked.client_id)


def test_a_host_may_be_the_name_and_the_answer_goes_there() -> None:
    asked = request(client_id=oid4vp.x509_san_dns("v.example.edu"))
    assert read(oid4vp.signed(asked, signer=signer(LEAF), at=AT), asked.client_id) == asked
    stray = request(client_id=oid4vp.x509_san_dns("v.example.edu"), response_uri="https://evil.example/r")
    with pytest.raises(InputError, match="another host"):
        oid4vp.signed(stray, signer=signer(LEAF), at=AT)
    with pytest.raises(ProtocolError, match="somebody else"):
        read(by_hand(claims_of(stray)), stray.client_id)
    with pytest.raises(ProtocolError, match="not the verifier's"):
        read(oid4vp.signed(asked, signer=signer(OTHER), at=AT), asked.client_id)


def test_a_did_may_be_the_name() -> None:
    key = ec.derive_private_key(14, ec.SECP256R1())
    asked = request(client_id=oid4vp.decentralized_identifier(DID))
    text = oid4vp.signed(asked, signer=bare_signer(key), at=AT, key_id=f"{DID}#0")
    assert read(text, asked.client_id) == asked
    with pytest.raises(InputError):
        oid4vp.signed(asked, signer=bare_signer(key), at=AT, key_id="did:jwk:else#0")
    forged = oid4vp.signed(asked, signer=bare_signer(THIEF), at=AT, key_id=f"{DID}#0")
    with pytest.raises(ProtocolError, match="signature"):
        read(forged, asked.client_id)


def test_the_address_of_the_answer_as_name_is_never_signed_and_never_by_reference() -> None:
    asked = request(client_id=oid4vp.redirect_uri(WHERE))
    assert oid4vp_wallet.read_link(oid4vp.by_value(asked)).request == asked
    with pytest.raises(InputError, match="does not sign"):
        oid4vp.signed(asked, signer=signer(LEAF), at=AT)
    with pytest.raises(ProtocolError) as refused:
        oid4vp_wallet.read_link(oid4vp.by_reference(asked.client_id, "https://v.example.edu/q"))
    assert refused.value.code == "invalid_client"
    with pytest.raises(InputError, match="has to sign"):
        oid4vp.by_value(request())
    with pytest.raises(InputError, match="another address"):
        oid4vp.by_value(request(client_id=oid4vp.redirect_uri("https://else.example/")))
    with pytest.raises(ProtocolError):
        read(by_hand(claims_of(asked)), asked.client_id)


def test_a_link_says_how_the_request_is_fetched() -> None:
    link = oid4vp_wallet.read_link(oid4vp.by_reference(request().client_id, "https://v.example.edu/q", post=True))
    assert (link.request_uri, link.post) == ("https://v.example.edu/q", True)
    for text in ("openid4vp://", "openid4vp://?client_id=x509_hash:a&client_id=b", "", "openid4vp://?client_id=zed"):
        with pytest.raises(ProtocolError):
            oid4vp_wallet.read_link(text)
    with pytest.raises(ProtocolError) as refused:
        oid4vp_wallet.read_link(oid4vp.by_reference(request().client_id, "https://a") + "&request_uri_method=put")
    assert refused.value.code == "invalid_request_uri_method"


@pytest.mark.parametrize(
    ("changes", "header"),
    [
        ({"client_id": "x509_hash:another"}, {}),
        ({"aud": "https://elsewhere.example"}, {}),
        ({"exp": int(AT.timestamp()) - 61}, {}),
        ({"exp": "tomorrow"}, {}),
        ({"iat": True}, {}),
        ({"iat": int(AT.timestamp()) + 61}, {}),
        ({"wallet_nonce": "another"}, {}),
        ({"nonce": ""}, {}),
        ({"nonce": None}, {}),
        ({"response_type": "code"}, {}),
        ({"response_mode": "fragment"}, {}),
        ({"response_mode": "direct_post.jwt"}, {}),
        ({"redirect_uri": WHERE}, {}),
        ({"transaction_data": ["eyJ9"]}, {}),
        ({"response_uri": "javascript:alert(1)"}, {}),
        ({"dcql_query": None}, {}),
        ({"dcql_query": {"credentials": []}}, {}),
        ({}, {"typ": "JWT"}),
        ({}, {"typ": None}),
        ({}, {"alg": "none"}),
        ({}, {"x5c": None}),
        ({}, {"x5c": []}),
        ({}, {"x5c": ["AAAA"]}),
        ({}, {"x5c": [base64url.encode_standard(OTHER.certificate)]}),
    ],
)
def test_a_request_that_says_one_thing_wrong_is_refused(changes: dict[str, Any], header: dict[str, Any]) -> None:
    asked = request()
    whole = claims_of(asked) | {"wallet_nonce": "w"}
    assert read(by_hand(whole), asked.client_id, wallet_nonce="w") == asked
    with pytest.raises(ProtocolError):
        read(by_hand(whole | changes, header), asked.client_id, wallet_nonce="w")


def test_a_request_by_another_key_is_refused() -> None:
    with pytest.raises(ProtocolError) as refused:
        read(by_hand(claims_of(request()), key=OTHER), request().client_id)
    assert refused.value.code == "invalid_client"


@pytest.mark.parametrize("name", ["", "x509_hash", "x509_hash:", "https://v.example.edu", "pre-registered:a"])
def test_a_name_without_a_prefix_that_we_know_is_refused(name: str) -> None:
    with pytest.raises(InputError):
        oid4vp.prefix_of(name)
    assert {oid4vp.prefix_of(f"{one}:a") for one in Prefix} == set(Prefix)


def sealed(claims: dict[str, Any] = CLAIMS) -> bytes:
    concealed = [("achievement_title",), ("family_name",), ("given_name",), ("learning_outcomes", None)]
    return sd_jwt.issue(claims, signer=signer(ISSUER), concealed=concealed, chance=chance)


def shown(asked: Request, *names: str, key: Any = HOLDER) -> str:
    wanted = [dcql.Claim(path=(one,)) for one in names or ("achievement_title", "family_name")]
    return oid4vp_answer.present_sd_jwt(sealed(), wanted, asked, signer=bare_signer(key), at=AT)


def expected(asked: Request) -> oid4vp_answer.Expected:
    key = ENCRYPTION if asked.mode is Mode.ENCRYPTED else None
    return oid4vp_answer.Expected(state=asked.state, mode=asked.mode, key=key, key_id="r1")


def answered(asked: Request, token: dict[str, Any]) -> dict[str, str]:
    ephemeral = ec.generate_private_key(ec.SECP256R1())
    return oid4vp_answer.respond(asked, token, ephemeral=ephemeral, vector=b"v" * 12)


def verdict(content: bytes, asked: Request, **changes: str) -> str:
    """The status of check 8, with what the session asked."""
    session = Session(**({"nonce": asked.nonce, "audience": asked.client_id} | changes), key_binding=True)  # type: ignore[arg-type]
    (report,) = verify(content, at=AT, session=session)
    return f"{report.check('holder').status} {report.check('holder').code}".strip()


@pytest.mark.parametrize("asked", [request(), request(mode=Mode.ENCRYPTED, key=PUBLIC)], ids=["plain", "encrypted"])
def test_an_answer_goes_the_whole_way_and_shows_what_was_asked_and_nothing_else(asked: Request) -> None:
    answer = oid4vp_answer.read(answered(asked, {"mc": [shown(asked)]}), expected(asked))
    assert isinstance(answer, Answer)
    (one,) = oid4vp_answer.presented(dcql.parse(asked.query), answer.token)
    assert (one.id, one.format) == ("mc", "dc+sd-jwt")
    assert sd_jwt.read(one.content).claims.keys() & {"given_name", "family_name"} == {"family_name"}
    assert verdict(one.content, asked) == "passed"
    assert verdict(one.content, asked, nonce="another") == "failed nonce_mismatch"
    assert verdict(one.content, asked, audience=asked.client_id.partition(":")[2]) == "failed audience_mismatch"


def test_a_thief_of_the_file_cannot_present_it_and_no_disclosure_may_be_added() -> None:
    asked = request()
    assert verdict(shown(asked, key=THIEF).encode(), asked) == "failed holder_binding_invalid"
    assert verdict(shown(asked).rpartition("~")[0].encode() + b"~", asked) == "failed holder_binding_missing"
    fewer = sd_jwt.read(shown(asked).encode())
    head, first, _second, proof = shown(asked).split("~")
    assert fewer.hidden
    assert verdict("~".join([head, first, proof]).encode(), asked) == "failed holder_binding_invalid"


@pytest.mark.parametrize(
    "change",
    [
        {"state": "s-2"},
        {"state": None},
        {"vp_token": None},
        {"vp_token": "[]"},
        {"vp_token": "{}"},
        {"vp_token": "nonsense"},
        {"vp_token": '{"mc":"text"}'},
        {"vp_token": '{"mc":[]}'},
        {"vp_token": '{"mc":[""]}'},
        {"vp_token": '{"mc":[7]}'},
        {"vp_token": orjson.dumps({"mc": ["a"] * 21}).decode()},
        {"response": "a.b.c.d.e"},
    ],
)
def test_an_answer_of_another_form_is_refused(change: dict[str, Any]) -> None:
    asked = request()
    form = {name: one for name, one in (answered(asked, {"mc": ["x"]}) | change).items() if one is not None}
    with pytest.raises(ProtocolError):
        oid4vp_answer.read(form, expected(asked))


def test_an_encrypted_answer_is_for_the_key_of_this_request_and_never_plain() -> None:
    asked = request(mode=Mode.ENCRYPTED, key=PUBLIC)
    plain = request()
    another = request(mode=Mode.ENCRYPTED, key=oid4vp.encryption_key(jwk.write(THIEF.public_key()), "r1"))
    renamed = request(mode=Mode.ENCRYPTED, key=oid4vp.encryption_key(jwk.write(ENCRYPTION.public_key()), "r2"))
    form = answered(asked, {"mc": ["x"]})
    assert oid4vp_answer.read(form, expected(asked))
    for wrong in (
        answered(plain, {"mc": ["x"]}),
        answered(another, {"mc": ["x"]}),
        answered(renamed, {"mc": ["x"]}),
        form | {"vp_token": '{"mc":["x"]}'},
        {"response": form["response"][:-3] + "AAA"},
        {"response": ""},
        {},
        answered(request(mode=Mode.ENCRYPTED, key=PUBLIC, state="s-2"), {"mc": ["x"]}),
        {
            "response": jwe.encrypt(
                b"[]",
                to=jwe.Recipient(key=ENCRYPTION.public_key(), key_id="r1"),
                encryption="A128GCM",
                ephemeral=ec.generate_private_key(ec.SECP256R1()),
                vector=b"v" * 12,
            )
        },
    ):
        with pytest.raises(ProtocolError):
            oid4vp_answer.read(wrong, expected(asked))


def test_a_wallet_may_decline_and_its_words_are_not_kept() -> None:
    form = {"error": "access_denied", "error_description": "Jana says no", "state": "s-1"}
    assert oid4vp_answer.read(form, expected(request())) == Declined(error="access_denied")
    assert oid4vp_answer.read(form | {"error": "<b>"}, expected(request())) == Declined(error="other")
    with pytest.raises(ProtocolError):
        oid4vp_answer.read(form | {"state": "s-2"}, expected(request()))


def test_what_does_not_meet_the_query_is_refused() -> None:
    asked = request()
    query = dcql.parse(QUERY)
    good = shown(asked)
    for token in (
        {"else": (good,)},
        {"mc": (good, good)},
        {"mc": (shown(asked, "achievement_title"),)},
        {"mc": (good.rpartition("~")[0] + "~",)},
        {"mcjwt": (good,)},
        {"mc": ({"an": "object"},)},
        {"mcld": (good,)},
        {"mc": (good,), "mcjwt": (good,)},
        {},
    ):
        with pytest.raises(ProtocolError):
            oid4vp_answer.presented(query, token)
    other = dcql.parse(oid4vp.micro_credential(("urn:another",)))
    with pytest.raises(ProtocolError):
        oid4vp_answer.presented(other, {"mc": (good,)})


def test_whom_it_is_from_is_seen_by_the_key_identifier_of_the_authority() -> None:
    held = oid4vp_answer.holding("dc+sd-jwt", shown(request()))
    leaf = x509.load_der_x509_certificate(ISSUER.certificate)
    named = leaf.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier or b""
    assert held.authorities["aki"] == {base64url.encode(named)}


HOLDER_DID = did.did_jwk(HOLDER.public_key())


def badge(subject: str = HOLDER_DID) -> str:
    document = {
        "@context": [
            "https://www.w3.org/ns/credentials/v2",
            "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        ],
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": DID, "type": ["Profile"], "name": "Zed"},
        "validFrom": "2026-05-03T00:00:00Z",
        "credentialSubject": {"id": subject, "type": ["AchievementSubject"]},
    }
    key = ec.derive_private_key(14, ec.SECP256R1())
    return vc_jose.seal_credential(document, signer=bare_signer(key), at=AT, key_id=f"{DID}#0").decode()


def vp(asked: Request, *badges: str, key: Any = HOLDER) -> str:
    name = did.did_jwk(key.public_key())
    envelopes = [
        {
            "@context": "https://www.w3.org/ns/credentials/v2",
            "id": f"data:application/vc+jwt,{one}",
            "type": "EnvelopedVerifiableCredential",
        }
        for one in badges
    ]
    document = {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "type": ["VerifiablePresentation"],
        "holder": name,
        "verifiableCredential": envelopes,
    }
    sealed = vc_jose.seal_presentation(
        document,
        signer=bare_signer(key),
        at=AT,
        key_id=did.key_url(name),
        nonce=asked.nonce,
        audience=asked.client_id,
        expires=AT + dt.timedelta(minutes=5),
    )
    return sealed.decode()


def test_a_w3c_credential_comes_in_a_presentation_of_its_subject() -> None:
    asked, query = request(), dcql.parse(QUERY)
    (one,) = oid4vp_answer.presented(query, {"mcjwt": (vp(asked, badge()),)})
    assert verdict(one.content, asked) == "passed"
    assert verdict(vp(asked, badge(), key=THIEF).encode(), asked) == "failed holder_binding_invalid"
    assert verdict(vp(request(nonce="n-2"), badge()).encode(), asked).startswith("not checked")
    assert verdict(vp(request(client_id="x509_hash:else"), badge()).encode(), asked).startswith("not checked")
    assert verdict(badge().encode(), asked) == "failed holder_binding_missing"
    for text in (badge(), vp(asked), vp(asked, badge(), badge()), vp(asked, "eyJhbGciOiJub25lIn0.e30."), "a.b.c", "é"):
        with pytest.raises(ProtocolError):
            oid4vp_answer.presented(query, {"mcjwt": (text,)})


def test_a_query_names_a_type() -> None:
    with pytest.raises(MikraError):
        oid4vp.micro_credential(())


def test_a_request_has_a_key_where_the_answer_is_encrypted_and_else_none() -> None:
    for changes in ({"mode": Mode.ENCRYPTED}, {"key": PUBLIC}):
        with pytest.raises(InputError):
            request(**changes)
