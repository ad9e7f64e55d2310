"""The fast path of attestations: the same bytes as one at a time, for the same chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from mikra.conversion import sd_jwt_vc
from mikra.conversion.identity import Origin
from mikra.conversion.wallet_batch import CHUNK, VARYING, Learner, WalletBatch
from mikra.errors import ConflictError, InputError
from mikra.public_keys import jwk
from mikra.sealing import sd_jwt
from mikra.sealing.chunk import seal_rows
from mikra.sealing.keys import DigestSigner, bare_signer
from mikra.status import token
from mikra.status.indexes import Place
from tests.sealing.sd_jwts import chance
from tests.simulators import europe, wallets
from tests.simulators.wallets import AT, ISSUER

KEY = europe.key("Ed25519")
SIGNER = bare_signer(KEY)
"""Its signatures are the same each time, so that whole attestations can be compared."""

ROWS: list[Mapping[str, Any]] = [
    {"given_name": "Ana", "family_name": "Pop", "grade": "9"},
    {"given_name": "Zoë", "family_name": "O'Brien ✓", "grade": "10"},
    {"given_name": "Ana", "family_name": "Pop"},
    {"full_name": 'Å "quoted" \\ name', "learner_id": "7", "grade": "cum laude"},
    {"given_name": "Lin", "family_name": "Wu", "date_of_birth": "2001-02-03", "grade": "8"},
    {"given_name": "Lin", "family_name": "Wu", "supervision": "on-site", "identity_verified": True},
]


def learner(projection: sd_jwt_vc.Projection, number: int) -> Learner:
    end = projection.expires
    return Learner(
        claims={name: value for name, value in projection.claims.items() if name in VARYING},
        holder=jwk.write(europe.key("P-256", f"holder {number % 3}").public_key()) if number % 5 else None,
        expires=int(end.timestamp()) if end else None,
    )


def place(number: int) -> Place | None:
    return Place("https://university.example/status/1", number) if number % 4 else None


def batch_of(projection: sd_jwt_vc.Projection, **changes: Any) -> WalletBatch:
    given = {"issuer": ISSUER, "signer": SIGNER, "at": AT, "key_id": "k1", "chance": chance(), "key": KEY.public_key()}
    return WalletBatch(projection=projection, **{**given, **changes})


@pytest.mark.parametrize("name", wallets.EXAMPLES)
@pytest.mark.parametrize("decoys", [0, 2])
def test_the_law(name: str, decoys: int) -> None:
    projections = [
        wallets.projection(name, credential=wallets.award(name, row), award_id=f"urn:uuid:{number}")
        for number, row in enumerate(ROWS)
    ]
    learners = [learner(projection, number) for number, projection in enumerate(projections)]
    batch = batch_of(projections[0], decoys=decoys)
    stream = chance()
    one_by_one = [
        sd_jwt_vc.seal(
            projection,
            issuer=ISSUER,
            signer=SIGNER,
            holder=own.holder,
            at=AT,
            chance=stream,
            status=token.reference(stand.address("token"), stand.index) if (stand := place(number)) else None,
            key_id="k1",
            decoys=decoys,
        )
        for number, (projection, own) in enumerate(zip(projections, learners, strict=True))
    ]
    begun = [batch.begin(own, None, place(number)) for number, own in enumerate(learners)]
    assert batch.finish(begun) == one_by_one


def test_the_award_is_told_apart() -> None:
    projection = wallets.projection()
    own = learner(projection, 1)
    without = {name: value for name, value in own.claims.items() if name not in ("award_id", "edc_digest")}
    origin = Origin(credential="urn:credential:1", award="urn:uuid:7", digest=bytes(range(32)))
    batch = batch_of(projection)
    (made,) = batch.finish([batch.begin(replace(own, claims=without), origin)])
    claims = sd_jwt.read(made).claims
    assert (claims["award_id"], claims["edc_digest"]) == ("urn:uuid:7", origin.integrity)
    assert "status" not in claims


def test_more_than_a_chunk() -> None:
    projection = wallets.projection()
    batch = batch_of(projection, signer=wallets.issuer_seal().signer, key_id="", key=None)
    learners = [learner(projection, 1 + number % 3) for number in range(2 * CHUNK + 5)]
    made = batch.finish([batch.begin(one) for one in learners])
    assert len(made) == len(learners)
    opened = [sd_jwt.read(one) for one in made]
    assert [one.claims["cnf"]["jwk"] for one in opened] == [own.holder for own in learners]
    texts = [d.text for one in opened for d in one.disclosures]
    assert len(set(texts)) == len(texts)
    assert batch.finish([]) == []


def test_the_eu_type() -> None:
    projection = sd_jwt_vc.learning_credential(wallets.award())
    batch = batch_of(projection)
    origin = Origin(credential="urn:credential:1", award="urn:uuid:7", digest=bytes(32))
    (made,) = batch.finish([batch.begin(learner(projection, 1), origin)])
    claims = sd_jwt.read(made).claims
    assert claims["vct"] == projection.vct
    assert "award_id" not in claims


def test_what_is_refused() -> None:
    projection = wallets.projection()
    batch = batch_of(projection)
    own = learner(projection, 1)
    without = {name: value for name, value in own.claims.items() if name != "full_name"}
    for claims in (without, {**own.claims, "achievement_title": "Another"}, {**own.claims, "iss": "https://x.example"}):
        with pytest.raises(InputError) as caught:
            batch.begin(replace(own, claims=claims))
        assert caught.value.code == "claim_missing"
    incomplete = sd_jwt_vc.learning_credential(wallets.award("vet-welding-module"))
    with pytest.raises(InputError):
        batch_of(incomplete)


@pytest.mark.parametrize(
    "claims", [{"full_name": "half \ud800"}, {"full_name": "N\0L"}, {"full_name": {"_sd": []}}, {"level": 7}]
)
def test_a_row_that_breaks_a_rule_leaves_the_rest(claims: dict[str, Any]) -> None:
    projection = wallets.projection()
    batch = batch_of(projection)
    good = learner(projection, 1)
    bad = replace(good, claims={**good.claims, **claims})
    made = seal_rows(batch, [(good, None, None), (bad, None, place(1)), (good, None, place(2))])
    assert sorted(made.files) == [0, 2]
    assert sorted(made.refused) == [1]
    assert isinstance(made.refused[1], InputError)
    assert sd_jwt.read(made.files[2]).claims["status"]["status_list"]["idx"] == 2


class Remote:
    """A key that takes many digests at once and remembers how often it was asked; `spoil`: the seal that is wrong."""

    def __init__(self, spoil: int = -1) -> None:
        inner = wallets.issuer_seal().signer
        self.algorithm, self.certificate, self.chain = inner.algorithm, inner.certificate, inner.chain
        self._spoil = spoil
        assert isinstance(inner, DigestSigner)
        self.sign, self.sign_digest = inner.sign, inner.sign_digest
        self.questions: list[int] = []

    def sign_digests(self, digests: Sequence[bytes]) -> list[bytes]:
        self.questions.append(len(digests))
        made = [self.sign_digest(one) for one in digests]
        if self._spoil >= 0:
            made[self._spoil] = made[self._spoil][:-1] + bytes([made[self._spoil][-1] ^ 1])
        return made


def test_one_question_for_a_chunk() -> None:
    projection, signer = wallets.projection(), Remote()
    batch = batch_of(projection, signer=signer, key_id="", key=None)
    files = batch.finish([batch.begin(learner(projection, 1), None, place(n)) for n in range(2 * CHUNK + 5)])
    assert signer.questions == [2 * CHUNK + 5] == [len(files)]


def test_a_seal_that_does_not_hold_is_seen() -> None:
    projection = wallets.projection()
    batch = batch_of(projection, signer=Remote(spoil=2), key_id="", key=None)
    with pytest.raises(ConflictError):
        batch.finish([batch.begin(learner(projection, 1), None, place(n)) for n in range(4)])


def test_other_claims_than_meant_are_seen() -> None:
    projection = wallets.projection()
    batch = batch_of(projection)
    begun = batch.begin(learner(projection, 1))
    for other in (
        begun._replace(iat=5),
        begun._replace(claims={**begun.claims, "more": 1}),
        begun._replace(values=[*begun.values[:-1], b"{}"]),
    ):
        with pytest.raises(ConflictError):
            batch.finish([other])
    assert len(batch.finish([begun])) == 1
    with pytest.raises(ConflictError):
        batch_of(projection, key=europe.key("Ed25519", "another").public_key()).finish([begun])


def test_without_a_key_nothing_can_be_opened_again() -> None:
    batch = batch_of(wallets.projection(), key=None)
    with pytest.raises(InputError) as caught:
        batch.finish([batch.begin(learner(batch.projection, 1))])
    assert caught.value.code == "key_malformed"


def test_a_key_that_forgets_a_seal_is_seen() -> None:
    signer = Remote()
    answered = signer.sign_digests
    signer.sign_digests = lambda digests: answered(digests)[1:]  # type: ignore[method-assign]
    batch = batch_of(wallets.projection(), signer=signer, key_id="", key=None)
    with pytest.raises(ConflictError):
        batch.finish([batch.begin(learner(batch.projection, 1), None, place(n)) for n in range(3)])
