"""What the W3C's test suites ask of an implementation's entry: endpoints, each with the tags by which suites find them.

Suites look for an endpoint that has all the tags that they want, and take the first:

    vc2.0, EnvelopingProof, BitstringStatusList    the whole is verified: issuer, dates, status
    names of cryptosuites                          proofs are verified; the suites' own vectors name issuers that
                                                   nobody can ask, so whether key and issuer agree is not asked
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mikra.adapters.vc_api.issuers import Issuer
from mikra.sealing.data_integrity_proof import SUITES
from mikra.sealing.ecdsa_sd import NAME as SELECTIVE

DEFAULT = "eddsa-rdfc-2022"
"""Who answers /credentials/issue, where no issuer is named."""

PROOF_ONLY = "/proof-only"
"""Before a path for verifying: whether key and issuer agree is not asked."""

_KINDS = ["P-256", "P-384"]
_VERSIONS = ["1.1", "2.0"]


def implementation(issuers: Mapping[str, Issuer], base: str) -> dict[str, Any]:
    """The entry, for a server at `base`."""
    tags = {tag for issuer in issuers.values() for tag in issuer.tags}
    suites = sorted(tags & SUITES.keys())
    whole = sorted(tags - SUITES.keys())
    own = issuers[DEFAULT].did
    return {
        "name": "Mikra",
        "implementation": "Mikra",
        "issuers": [_issuer(issuer, base) for issuer in issuers.values()],
        "verifiers": [
            _verifier(own, f"{base}/credentials/verify", whole),
            _verifier(own, f"{base}{PROOF_ONLY}/credentials/verify", suites),
        ],
        "vpVerifiers": [_verifier(own, f"{base}/presentations/verify", ["vc2.0"])],
        "vcHolders": [{"id": own, "endpoint": f"{base}/credentials/derive", "tags": ["vcHolder", SELECTIVE]}],
    }


def _issuer(issuer: Issuer, base: str) -> dict[str, Any]:
    return {
        "id": issuer.did,
        "endpoint": f"{base}/issuers/{issuer.name}/credentials/issue",
        "supportedEcdsaKeyTypes": [issuer.key_kind],
        "supports": {"vc": _VERSIONS, "keyTypes": [issuer.key_kind]},
        "tags": list(issuer.tags),
    }


def _verifier(own: str, endpoint: str, tags: list[str]) -> dict[str, Any]:
    return {
        "id": own,
        "endpoint": endpoint,
        "supportedEcdsaKeyTypes": _KINDS,
        "supports": {"vc": _VERSIONS, "keyTypes": _KINDS},
        "tags": tags,
    }
