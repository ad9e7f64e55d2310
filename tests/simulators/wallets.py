"""Certificates for wallets (an issuer's address among their names), holders' keys, and attestations of a real award."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Any

from cryptography import x509

from mikra.conversion import sd_jwt_vc
from mikra.issuance.award_id import AwardId
from mikra.issuance.compose import compose, serialise
from mikra.issuance.design import Design
from mikra.issuance.design_file import publish, read_design
from mikra.model import Credential
from mikra.public_keys import jwk
from tests.simulators import europe

AT = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)
ISSUER = "https://university.example/open"
NAMESPACE = "https://university.example/ns/"
HOLDER = europe.key("P-256", "holder")
HOLDER_JWK: dict[str, str] = jwk.write(HOLDER.public_key())
EXAMPLES = ("university-short-course", "vet-welding-module", "company-digital-skills")
ROW: Mapping[str, Any] = {"given_name": "Zoë", "family_name": "O'Brien", "grade": "9", "learner_id": "A-17"}


def names(*general: x509.GeneralName) -> x509.SubjectAlternativeName:
    return x509.SubjectAlternativeName(list(general))


@cache
def issuer_seal(kind: str = "P-256", *, uri: str = ISSUER, dns: str = "university.example") -> europe.Holder:
    """A certificate that stands for the issuer's address."""
    listed: list[x509.GeneralName] = [x509.UniformResourceIdentifier(uri)] if uri else []
    listed += [x509.DNSName(dns)] if dns else []
    plan = europe.seal_plan()
    extensions = (*plan.extensions, *([(names(*listed), False)] if listed else []))
    return europe.intermediate().issue(europe.key(kind, "wallets"), replace(plan, extensions=extensions))


@cache
def design(name: str = EXAMPLES[0]) -> Design:
    data = files("mikra.examples").joinpath(f"{name}.yaml").read_bytes()
    return publish(read_design(data, name=f"{name}.yaml"), on=AT.date())


def award(name: str = EXAMPLES[0], row: Mapping[str, Any] = ROW, *, chance: bytes = bytes(9)) -> Credential:
    return compose(design(name), row, award_id=AwardId.new(AT, chance), at=AT, pages={})


def digest(credential: Credential) -> bytes:
    return hashlib.sha256(serialise(credential)).digest()


def projection(name: str = EXAMPLES[0], **changes: Any) -> sd_jwt_vc.Projection:
    credential = changes.pop("credential", None) or award(name)
    given = {"namespace": NAMESPACE, "award_id": "urn:uuid:1", "digest": digest(credential), **changes}
    return sd_jwt_vc.micro_credential(credential, **given)
