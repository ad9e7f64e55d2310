"""OpenID4VP 1.0, annex B.1.3: a Linked Data presentation is bound to its request by challenge and domain."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from mikra.errors import ProtocolError
from mikra.exchange import dcql, oid4vp_answer
from mikra.exchange.oid4vp import Request
from mikra.sealing.data_integrity import AUTHENTICATION
from mikra.sealing.data_integrity_seal import add_proof
from mikra.sealing.keys import bare_signer
from mikra.trust import did
from tests.exchange.test_oid4vp import AT, DID, HOLDER, HOLDER_DID, QUERY, THIEF, request, verdict

SUITE = "ecdsa-rdfc-2019"
CONTEXT = ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"]


def ld(asked: Request, *, key: Any = HOLDER) -> dict[str, Any]:
    """Challenge and domain are nonce and client_id."""
    name, issuer = did.did_jwk(key.public_key()), ec.derive_private_key(14, ec.SECP256R1())
    document = {
        "@context": CONTEXT,
        "id": "urn:uuid:5b0e3e1c-6f0e-4d5e-9f5e-0a1b2c3d4e5f",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": DID, "type": ["Profile"], "name": "Zed"},
        "validFrom": "2026-05-03T00:00:00Z",
        "credentialSubject": {"id": HOLDER_DID, "type": ["AchievementSubject"]},
    }
    sealed = add_proof(document, suite=SUITE, signer=bare_signer(issuer), method=f"{DID}#0", at=AT)
    shown = {
        "@context": CONTEXT[:1],
        "type": ["VerifiablePresentation"],
        "holder": name,
        "verifiableCredential": [sealed],
    }
    return add_proof(
        shown,
        suite=SUITE,
        signer=bare_signer(key),
        method=did.key_url(name),
        at=AT,
        purpose=AUTHENTICATION,
        challenge=asked.nonce,
        domain=asked.client_id,
    )


def test_a_linked_data_credential_comes_in_a_presentation_for_this_request() -> None:
    asked, query = request(), dcql.parse(QUERY)
    (one,) = oid4vp_answer.presented(query, {"mcld": (ld(asked),)})
    assert verdict(one.content, asked) == "passed"
    for wrong in (
        ld(request(nonce="n-2")),
        ld(request(client_id="x509_hash:else")),
        ld(asked, key=THIEF),
        {**ld(asked), "holder": DID},
        ld(asked)["verifiableCredential"][0],
    ):
        assert verdict(orjson.dumps(wrong), asked) != "passed"
    for token in (ld(asked)["verifiableCredential"][0], {**ld(asked), "verifiableCredential": []}):
        with pytest.raises(ProtocolError):
            oid4vp_answer.presented(query, {"mcld": (token,)})
