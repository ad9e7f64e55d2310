"""Every form of an award as a document, not sealed: what the loss reports are measured on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mikra.conversion.forms import Award
from mikra.conversion.open_badges import open_badge
from mikra.conversion.reading import Form
from mikra.conversion.sd_jwt_vc import learning_credential, micro_credential
from mikra.conversion.vc import twin
from mikra.model import encode


def documents(award: Award) -> Iterator[tuple[Form, Mapping[str, Any]]]:
    """Form and document, in the order of `Form`; in the first language where a form holds one.

    A learner record holds the badge; a certificate (PDF) has the EDC attached.
    """
    credential, origin = award.credential, award.origin
    parts: dict[str, Any] = {"identity": award.identity, "origin": origin, "bearer": award.bearer}
    badge = open_badge(credential, **parts)
    edc = encode(credential)
    namespace = award.identity.namespace
    yield Form.EDC, edc
    yield Form.OPEN_BADGE_3, badge
    if namespace:
        yield Form.VC_2, twin(credential, **parts)
    yield Form.CLR_2, {"credentialSubject": {"verifiableCredential": [badge]}}
    if namespace:
        own = micro_credential(credential, namespace=namespace, award_id=origin.award, digest=origin.digest)
        yield Form.SD_JWT_VC, own.claims
    yield Form.SD_JWT_VC_EU, learning_credential(credential).claims
    yield Form.PDF, edc
