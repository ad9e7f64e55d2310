"""SD-JWT against others: what we seal verifies there, what they seal verifies here, tampered twins nowhere.

`sd-jwt` (the reference code of the Open Wallet Foundation), `openvc-core`, and npm's `@sd-jwt/sd-jwt-vc`. What one of
them is known not to look at (`sd-jwt`: disclosures that belong nowhere, the age of a proof) it is not asked.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest

from mikra import base64url
from mikra.conversion import sd_jwt_vc
from mikra.errors import InputError
from mikra.public_keys import jwk
from mikra.sealing import sd_jwt
from mikra.sealing.algorithms import signature_fault
from mikra.sealing.keys import bare_signer
from tests.conformance.node import ask
from tests.sealing.sd_jwts import CLAIMS, PATHS, chance
from tests.simulators import europe, wallets

KEY, HOLDER = wallets.issuer_seal().key, wallets.HOLDER
PUBLIC, HOLDER_PUBLIC = jwk.write(KEY.public_key()), jwk.write(HOLDER.public_key())
AUDIENCE, NONCE = "https://verifier.example", "n-4711"
NOW = datetime.now(UTC).replace(microsecond=0)
"""These programs look at the clock of the machine."""


def private(key: Any) -> dict[str, str]:
    return {**jwk.write(key.public_key()), "d": base64url.encode(key.private_numbers().private_value.to_bytes(32))}


def bound(sealed: bytes, key: Any = HOLDER) -> bytes:
    return sd_jwt.bind(sealed, signer=bare_signer(key), audience=AUDIENCE, nonce=NONCE, at=NOW)


@cache
def ours() -> dict[str, bytes]:
    """Name -> presentation with key binding: attestations of all examples, and every form of concealment."""
    given: dict[str, Any] = {
        "issuer": wallets.ISSUER,
        "signer": wallets.issuer_seal().signer,
        "holder": HOLDER_PUBLIC,
        "at": NOW,
        "chance": chance(),
    }
    made = {name: sd_jwt_vc.seal(wallets.projection(name), **given) for name in wallets.EXAMPLES}
    made["eu"] = sd_jwt_vc.seal(sd_jwt_vc.learning_credential(wallets.award()), **given)
    made["decoys"] = sd_jwt_vc.seal(wallets.projection(), decoys=3, **given)
    claims = {**CLAIMS, "cnf": {"jwk": HOLDER_PUBLIC}, "iat": int(NOW.timestamp()) - 60}
    made["nested"] = sd_jwt.issue(claims, signer=wallets.issuer_seal().signer, concealed=PATHS, chance=chance())
    made["some"] = sd_jwt.present(made["nested"], lambda place: place in [("quality", 1, "year"), ("level",)])
    made["none"] = sd_jwt.present(made["nested"], lambda place: False)
    return {name: bound(sealed) for name, sealed in made.items()}


NAMES = (*wallets.EXAMPLES, "eu", "decoys", "nested", "some", "none")


def twins(presented: bytes) -> Iterator[bytes]:
    """One letter changed in the issuer's seal, in a sealed claim, in the holder's proof; the proof by another."""
    _, body, seal = presented.split(b"~")[0].split(b".")
    yield presented.replace(seal, flipped(seal), 1)
    yield presented.replace(body, flipped(body, 20), 1)
    proof = presented.rsplit(b"~", 1)[1]
    yield presented.replace(proof, proof[:-9] + flipped(proof[-9:], 0))
    yield bound(presented[: -len(proof)], europe.key("P-256", "thief"))
    others = presented.split(b"~")
    if len(others) > 3:
        yield b"~".join([others[0], *others[2:]])


def flipped(text: bytes, at: int = 5) -> bytes:
    return text[:at] + (b"A" if text[at : at + 1] != b"A" else b"B") + text[at + 1 :]


def fault(text: bytes, key: Any = None) -> str:
    """What we say of a presentation; "" is whole."""
    try:
        opened = sd_jwt.read(text)
        found = sd_jwt.read_key_binding(opened.key_binding) if opened.key_binding else None
    except InputError as error:
        return error.code
    (one,) = opened.jwt.signatures
    code = signature_fault(one.algorithm, key or KEY.public_key(), one.value, opened.jwt.signing_input(one))
    if code or found is None:
        return code
    holder = jwk.read(opened.claims["cnf"]["jwk"])
    return sd_jwt.binding_fault(found, opened.presented, holder) or sd_jwt.answer_fault(
        found, nonce=NONCE, audience=AUDIENCE, at=NOW, skew=NOW - NOW
    )


def test_we_refuse_the_twins() -> None:
    for name in NAMES:
        assert fault(ours()[name]) == ""
        assert all(fault(twin) for twin in twins(ours()[name]))


class TestReferenceCode:
    """PyPI: sd-jwt."""

    @pytest.fixture(autouse=True)
    def installed(self) -> Iterator[None]:
        pytest.importorskip("sd_jwt")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield

    @staticmethod
    def verified(text: bytes) -> dict[str, Any]:
        from jwcrypto.jwk import JWK
        from sd_jwt.verifier import SDJWTVerifier

        own = JWK(**PUBLIC)
        found: dict[str, Any] = SDJWTVerifier(text.decode(), lambda *_: own, AUDIENCE, NONCE).get_verified_payload()
        return found

    @pytest.mark.parametrize("name", NAMES)
    def test_ours_there(self, name: str) -> None:
        assert self.verified(ours()[name]) == sd_jwt.read(ours()[name]).claims
        refused = 0
        for twin in twins(ours()[name]):
            try:
                self.verified(twin)
            except Exception:  # noqa: BLE001 - whatever it raises is a refusal
                refused += 1
        assert refused == len(list(twins(ours()[name])))

    @pytest.mark.parametrize("decoys", [False, True])
    def test_theirs_here(self, decoys: bool) -> None:
        from jwcrypto.jwk import JWK
        from sd_jwt.common import SDObj
        from sd_jwt.holder import SDJWTHolder
        from sd_jwt.issuer import SDJWTIssuer

        claims = {
            "vct": "urn:x",
            "iss": "https://university.example",
            SDObj("name"): "Zoë",
            "address": {SDObj("locality"): "Cluj", "country": "RO"},
            SDObj("nested"): {SDObj("inner"): [SDObj("a"), "b"]},
            "list": [SDObj("x"), {SDObj("y"): "z"}, 3],
        }
        issuer = SDJWTIssuer(
            claims,
            JWK(**private(KEY)),
            JWK(**HOLDER_PUBLIC),
            add_decoy_claims=decoys,
            extra_header_parameters={"typ": "dc+sd-jwt", "kid": "k"},
        )
        holder = SDJWTHolder(issuer.sd_jwt_issuance)
        shown = {"name": True, "address": {"locality": True}, "nested": {"inner": [True]}, "list": [True, {"y": True}]}
        holder.create_presentation(shown, NONCE, AUDIENCE, JWK(**private(HOLDER)))
        text = holder.sd_jwt_presentation.encode()
        assert fault(text) in ("", "proof_from_future")
        opened = sd_jwt.read(text)
        assert opened.claims["nested"] == {"inner": ["a", "b"]}
        assert opened.claims["list"][0] == "x"
        assert all(fault(twin) not in ("", "proof_from_future") for twin in twins(text))


class TestOpenvc:
    """PyPI: openvc-core."""

    @pytest.fixture(autouse=True)
    def installed(self) -> None:
        pytest.importorskip("openvc")

    @staticmethod
    def verified(text: bytes) -> Any:
        from openvc.proof.sd_jwt import SdJwtVcProofSuite

        return SdJwtVcProofSuite().verify(
            text.decode(),
            public_key_jwk=PUBLIC,
            audience=AUDIENCE,
            nonce=NONCE,
            require_key_binding=True,
            now=NOW,
        )

    @pytest.mark.parametrize("name", NAMES)
    def test_ours_there(self, name: str) -> None:
        from openvc import OpenvcError

        assert self.verified(ours()[name]).claims == sd_jwt.read(ours()[name]).claims
        for twin in twins(ours()[name]):
            with pytest.raises(OpenvcError):
                self.verified(twin)

    def test_the_certificate_stands_for_the_issuer(self) -> None:
        import openvc

        policy = openvc.VerificationPolicy(
            audience=AUDIENCE, nonce=NONCE, require_key_binding=True, require_status=False, now=NOW
        )
        anchors = [europe.root().certificate]
        for name in (*wallets.EXAMPLES, "eu"):
            found = openvc.verify_credential(ours()[name].decode(), policy=policy, x5c_trust_anchors=anchors)
            assert found.claims == sd_jwt.read(ours()[name]).claims
        other = wallets.issuer_seal(uri="https://other.example", dns="other.example").signer
        claims = {"iss": wallets.ISSUER, "vct": "urn:x", "cnf": {"jwk": HOLDER_PUBLIC}}
        text = bound(sd_jwt.issue(claims, signer=other, concealed=(), chance=chance()))
        with pytest.raises(openvc.OpenvcError):
            openvc.verify_credential(text.decode(), policy=policy, x5c_trust_anchors=anchors)

    def test_theirs_here(self) -> None:
        from openvc import P256SigningKey
        from openvc.proof.sd_jwt import SdJwtVcProofSuite

        suite, own, holder = SdJwtVcProofSuite(), P256SigningKey.generate("k"), P256SigningKey.generate("h")
        claims = {"iss": "https://university.example", "name": "Zoë", "level": 6, "list": ["a"], "open": 1}
        issued = suite.issue(
            claims,
            signing_key=own,
            disclosable=["name", "level", "list"],
            holder_jwk=holder.public_jwk(),
            vct="urn:x",
            decoys=2,
        )
        text = suite.create_presentation(issued, holder_key=holder, audience=AUDIENCE, nonce=NONCE).encode()
        key = jwk.read(own.public_jwk())
        assert fault(text, key) in ("", "proof_from_future")
        assert claims.items() <= sd_jwt.read(text).claims.items()
        assert all(fault(twin, key) not in ("", "proof_from_future") for twin in twins(text))


class TestNode:
    """npm: @sd-jwt/sd-jwt-vc."""

    def test_ours_there(self) -> None:
        asked = {"verify": True, "jwk": PUBLIC, "nonce": NONCE, "at": int(NOW.timestamp())}
        whole = [ours()[name] for name in NAMES]
        answers = ask("sd_jwt", [{**asked, "text": text.decode()} for text in whole])
        for text, answer in zip(whole, answers, strict=True):
            assert answer["ok"], answer
            assert answer["audience"] == AUDIENCE
            assert {k: v for k, v in answer["claims"].items() if k != "_sd_alg"} == sd_jwt.read(text).claims
        changed = [twin for text in whole for twin in twins(text)]
        refused = ask("sd_jwt", [{**asked, "text": text.decode()} for text in changed])
        assert not any(answer["ok"] for answer in refused)

    def test_theirs_here(self) -> None:
        claims = {
            "iss": "https://university.example",
            "vct": "urn:x",
            "iat": int(NOW.timestamp()),
            "cnf": {"jwk": HOLDER_PUBLIC},
            "name": "Zoë",
            "address": {"locality": "Cluj", "country": "RO"},
            "list": ["a", "b"],
        }
        frame = {
            "_sd": ["name"],
            "address": {"_sd": ["locality"], "_sd_decoy": 2},
            "list": {"_sd": [0]},
            "_sd_decoy": 1,
        }
        request = {
            "issue": True,
            "claims": claims,
            "frame": frame,
            "jwk": private(KEY),
            "header": {"kid": "k"},
            "holder": private(HOLDER),
            "shown": {"name": True, "address": {"locality": True}, "list": {"0": True}},
            "nonce": NONCE,
            "audience": AUDIENCE,
            "at": int(NOW.timestamp()),
        }
        (answer,) = ask("sd_jwt", [request])
        assert answer["ok"], answer
        text = answer["text"].encode()
        assert fault(text) == ""
        assert sd_jwt.read(text).claims == claims
        assert all(fault(twin) for twin in twins(text))
