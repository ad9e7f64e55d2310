"""The fast path of attestations: the same bytes as one at a time, for the same chance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from mikra.conversion import sd_jwt_vc
from mikra.conversion.wallet_batch import CHUNK, VARYING, Learner, WalletBatch
from mikra.errors import InputError
from mikra.public_keys import jwk
from mikra.sealing import sd_jwt
from mikra.sealing.keys import bare_signer
from tests.sealing.sd_jwts import chance
from tests.simulators import europe, wallets
from tests.simulators.wallets import AT, ISSUER

SIGNER = bare_signer(europe.key("Ed25519"))
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
    holder = jwk.write(europe.key("P-256", f"holder {number % 3}").public_key())
    place = {"status_list": {"idx": number, "uri": "https://university.example/status/1"}} if number % 4 else None
    end = projection.expires
    return Learner(
        claims={name: value for name, value in projection.claims.items() if name in VARYING},
        holder=holder,
        status=place,
        expires=int(end.timestamp()) if end else None,
    )


@pytest.mark.parametrize("name", wallets.EXAMPLES)
@pytest.mark.parametrize("decoys", [0, 2])
def test_the_law(name: str, decoys: int) -> None:
    projections = [
        wallets.projection(name, credential=wallets.award(name, row), award_id=f"urn:uuid:{number}")
        for number, row in enumerate(ROWS)
    ]
    learners = [learner(projection, number) for number, projection in enumerate(projections)]
    batch = WalletBatch(projection=projections[0], issuer=ISSUER, signer=SIGNER, at=AT, key_id="k1", decoys=decoys)
    stream = chance()
    one_by_one = [
        sd_jwt_vc.seal(
            projection,
            issuer=ISSUER,
            signer=SIGNER,
            holder=own.holder,
            at=AT,
            chance=stream,
            status=own.status,
            key_id="k1",
            decoys=decoys,
        )
        for projection, own in zip(projections, learners, strict=True)
    ]
    assert batch.seal(learners, chance()) == one_by_one


def test_more_than_a_chunk() -> None:
    projection = wallets.projection()
    batch = WalletBatch(projection=projection, issuer=ISSUER, signer=wallets.issuer_seal().signer, at=AT)
    learners = [learner(projection, number) for number in range(1, 2 * CHUNK + 5)]
    made = batch.seal(learners, chance())
    assert len(made) == len(learners)
    opened = [sd_jwt.read(one) for one in made]
    assert [one.claims["cnf"]["jwk"] for one in opened] == [own.holder for own in learners]
    texts = [d.text for one in opened for d in one.disclosures]
    assert len(set(texts)) == len(texts)
    assert batch.seal([], chance()) == []


def test_the_eu_type() -> None:
    projection = sd_jwt_vc.learning_credential(wallets.award())
    batch = WalletBatch(projection=projection, issuer=ISSUER, signer=SIGNER, at=AT, key_id="k")
    (made,) = batch.seal([learner(projection, 1)], chance())
    assert sd_jwt.read(made).claims["vct"] == projection.vct


def test_what_is_refused() -> None:
    projection = wallets.projection()
    batch = WalletBatch(projection=projection, issuer=ISSUER, signer=SIGNER, at=AT, key_id="k")
    own = learner(projection, 1)
    without = {name: value for name, value in own.claims.items() if name != "full_name"}
    for claims in (without, {**own.claims, "achievement_title": "Another"}, {**own.claims, "iss": "https://x.example"}):
        with pytest.raises(InputError) as caught:
            batch.seal([replace(own, claims=claims)], chance())
        assert caught.value.code == "claim_missing"
    incomplete = sd_jwt_vc.learning_credential(wallets.award("vet-welding-module"))
    with pytest.raises(InputError):
        WalletBatch(projection=incomplete, issuer=ISSUER, signer=SIGNER, at=AT, key_id="k")
