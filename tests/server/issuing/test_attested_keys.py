"""Keys that a wallet's provider attests: what `eudi` asks for, and what `open` makes of it (OpenID4VCI 1.0, 8.2.1)."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from mikra.adapters.clock import now
from mikra.errors import UnavailableError
from mikra.exchange.oid4vci import EUDI
from mikra.exchange.oid4vci_metadata import SDJWT_ID
from mikra.issuance.status_lists import Publisher
from mikra.public_keys import jwk
from mikra.sealing import sd_jwt, wallet_certificates
from mikra.sealing.keys import bare_signer
from mikra.server.actions import verifying, wallet_offers
from mikra.server.store.awards import Award
from mikra.server.store.issuing import WalletOffer
from mikra.status import token
from mikra.status.bitstring import MIN_ENTRIES
from mikra.status.table import Value, pack
from mikra.trust.loader import Loaded
from tests.server.issuing.careful import PROVIDER, Careful, fresh
from tests.server.issuing.test_authorization import tokened
from tests.server.issuing.test_eudi import error_of, offered
from tests.server.issuing.test_eudi import many as many
from tests.server.issuing.test_eudi import providers as providers

LIST = "https://provider.example/status/1"
STRANGER = wallet_certificates.make_authority(
    wallet_certificates.Subject(name="A provider of wallets", country="EU"), at=now() - dt.timedelta(days=1)
)


@pytest.fixture
def phone(client: Client, collected: Award, providers: Path) -> tuple[Careful, str]:
    phone, typed = offered(collected)
    return phone, phone.token_for(phone.code(client, typed)).json()["access_token"]


def holders(answer: Any) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.content
    opened = [sd_jwt.read(one["credential"].encode()) for one in answer.json()["credentials"]]
    return [one.claims["cnf"]["jwk"] for one in opened]


def ask(phone: Careful, token: str, proofs: dict[str, Any]) -> Any:
    return phone.post("credential", token, {"credential_configuration_id": SDJWT_ID, "proofs": proofs})


@pytest.mark.both
def test_one_proof_stands_for_all_keys_that_were_attested_with_it(phone: tuple[Careful, str]) -> None:
    wallet, token = phone
    keys = [wallet.key, fresh(), fresh()]
    answer = ask(wallet, token, {"jwt": [wallet.proof(keys=keys)]})
    assert holders(answer) == [jwk.write(one.public_key()) for one in keys]


def test_several_proofs_stand_for_themselves(phone: tuple[Careful, str]) -> None:
    wallet, token = phone
    keys, nonce = [fresh(), fresh()], wallet.nonce()
    proofs = [wallet.proof(key=one, keys=keys, nonce=nonce) for one in keys]
    assert holders(ask(wallet, token, {"jwt": proofs})) == [jwk.write(one.public_key()) for one in keys]


def test_an_attestation_alone_is_a_proof_of_all_its_keys(phone: tuple[Careful, str]) -> None:
    wallet, token = phone
    keys, nonce = [fresh(), fresh()], wallet.nonce()
    attested = wallet.attest_keys(keys, nonce)
    assert holders(ask(wallet, token, {"attestation": [attested]})) == [jwk.write(one.public_key()) for one in keys]
    assert error_of(ask(wallet, token, {"attestation": [attested]})) == (400, "invalid_nonce")


def refused(phone: tuple[Careful, str], proofs: dict[str, Any]) -> str:
    wallet, token = phone
    status, code = error_of(ask(wallet, token, proofs))
    assert status == 400
    assert WalletOffer._default_manager.get().given == 0
    return str(code)


def test_a_key_that_nobody_attests_is_refused(phone: tuple[Careful, str]) -> None:
    wallet, _token = phone
    assert refused(phone, {"jwt": [wallet.proof(key_attestation="")]}) == "invalid_proof"
    other = wallet.attest_keys([fresh()], "")
    assert refused(phone, {"jwt": [wallet.proof(key_attestation=other)]}) == "invalid_proof"
    late = wallet.attest_keys([wallet.key], ends=now() - dt.timedelta(minutes=2))
    assert refused(phone, {"jwt": [wallet.proof(key_attestation=late)]}) == "invalid_proof"
    elsewhere = wallet.attest_keys([wallet.key], "another-nonce")
    assert refused(phone, {"jwt": [wallet.proof(key_attestation=elsewhere)]}) == "invalid_proof"


def test_a_provider_that_nobody_knows_attests_nothing(phone: tuple[Careful, str]) -> None:
    wallet, _token = phone
    nonce = wallet.nonce()
    attested = wallet.attest_keys([wallet.key], nonce, STRANGER)
    assert refused(phone, {"attestation": [attested]}) == "invalid_proof"
    assert refused(phone, {"jwt": [wallet.proof(key_attestation=attested, nonce=nonce)]}) == "invalid_proof"


def test_an_attestation_without_a_nonce_of_ours_is_no_proof(phone: tuple[Careful, str]) -> None:
    wallet, _token = phone
    for nonce in ("", "another-nonce"):
        assert refused(phone, {"attestation": [wallet.attest_keys([fresh()], nonce)]}) == "invalid_nonce"
    two = [wallet.attest_keys([fresh()], wallet.nonce()) for _ in range(2)]
    assert refused(phone, {"attestation": two}) == "invalid_credential_request"


@dataclasses.dataclass
class Door:
    """The provider's list, as the web gives it."""

    body: bytes | None

    def load(self, url: str, *, accept: str = "") -> Loaded:
        if self.body is None or url != LIST:
            raise UnavailableError("It cannot be had.", code="loader_failed")
        return Loaded(body=self.body, url=url)


def listed(values: dict[int, list[int]], provider: Any = PROVIDER) -> bytes:
    publisher = Publisher(signer=provider.signer)
    claims = token.claims(pack(MIN_ENTRIES, values), url=LIST, at=now(), since=publisher.since)
    return publisher.seal(claims, token.TYPE, now())


@pytest.mark.parametrize(
    ("body", "good"),
    [
        (listed({}), True),
        (listed({Value.INVALID: [8]}), True),
        (listed({Value.INVALID: [7]}), False),
        (listed({Value.SUSPENDED: [7]}), False),
        (listed({}, STRANGER), False),
        (b"nonsense", False),
        (None, False),
    ],
)
def test_an_attestation_that_was_revoked_or_cannot_be_looked_up_counts_not(
    phone: tuple[Careful, str], body: bytes | None, good: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    wallet, access = phone
    monkeypatch.setattr(verifying, "loader", lambda: Door(body))
    attested = with_status(wallet, token.reference(LIST, 7))
    proofs = {"jwt": [wallet.proof(key_attestation=attested)]}
    if good:
        assert holders(ask(wallet, access, proofs)) == [jwk.write(wallet.key.public_key())]
    else:
        assert refused(phone, proofs) == "invalid_proof"


def with_status(wallet: Careful, status: Any) -> str:
    import base64

    from mikra.exchange import key_attestation, signed_claims

    x5c = [base64.b64encode(PROVIDER.certificate).decode()]
    claims = {"iat": int(now().timestamp()), "attested_keys": [jwk.write(wallet.key.public_key())], "status": status}
    return signed_claims.make(bare_signer(PROVIDER.key), {"typ": key_attestation.TYPE, "x5c": x5c}, claims)


def test_on_open_an_attestation_is_asked_of_nobody_and_one_that_is_broken_refused(
    client: Client, collected: Award
) -> None:
    wallet, given = tokened(client, collected)
    wallet.instance = fresh()
    nonce = wallet.nonce()
    stranger = wallet.attest_keys([wallet.key, fresh()], nonce, STRANGER)
    answer = ask(wallet, given["access_token"], {"jwt": [wallet.proof(key_attestation=stranger, nonce=nonce)]})
    assert holders(answer) == [jwk.write(wallet.key.public_key())], "a stranger's word adds no key"
    broken = wallet.proof(key_attestation=stranger[:-4] + "AAAA")
    assert error_of(ask(wallet, given["access_token"], {"jwt": [broken]})) == (400, "invalid_proof")
    alone = {"attestation": [wallet.attest_keys([fresh()], wallet.nonce())]}
    assert error_of(ask(wallet, given["access_token"], alone)) == (400, "invalid_proof")


def test_metadata_say_that_keys_are_to_be_attested(client: Client, collected: Award) -> None:
    found = client.get("/.well-known/openid-credential-issuer/issuers/zed/eudi").json()
    for one in found["credential_configurations_supported"].values():
        types = one["proof_types_supported"]
        assert set(types) == {"jwt", "attestation"}
        assert all(kind["key_attestations_required"] == {} for kind in types.values())
    assert wallet_offers.offer_award(collected, profile=EUDI)
