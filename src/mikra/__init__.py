"""Mikra: the European micro-credential system. Describe, award, seal, verify.

    import datetime as dt, mikra

    design = mikra.read_design(open("water.yaml", "rb").read())
    batch = mikra.Batch(design, signer=signer, pages=pages, at=now)
    sealed = batch.seal({"given_name": "Zoë", "family_name": "O'Brien", "grade": "9"}, mikra.AwardId.new(now, chance))
    report, = mikra.verify(sealed, at=now, policy=mikra.Policy(trusted_seals=frozenset({fingerprint})))
    print(report.verdict, report.sentence.text("ro"))

What is named here is stable; nothing else is. Names are loaded when first used, so that importing is fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mikra.errors import MikraError as MikraError
    from mikra.issuance.batch import Batch as Batch
    from mikra.issuance.columns import fields_of as fields_of
    from mikra.issuance.compose import AwardId as AwardId
    from mikra.issuance.compose import compose as compose
    from mikra.issuance.compose import serialise as serialise
    from mikra.issuance.design import Design as Design
    from mikra.issuance.design_file import publish as publish
    from mikra.issuance.design_file import read_design as read_design
    from mikra.issuance.roster import read_roster as read_roster
    from mikra.model import Credential as Credential
    from mikra.model import decode as decode
    from mikra.model import encode as encode
    from mikra.report import Report as Report
    from mikra.report import Verdict as Verdict
    from mikra.sealing.jades import seal as seal
    from mikra.sealing.jades import unseal as unseal
    from mikra.validation.annex1 import measure as measure
    from mikra.validation.elm import check_profile as check_profile
    from mikra.verification import Policy as Policy
    from mikra.verification.verify import verify as verify

__version__ = "0.1.0"

_HOMES = {
    "AwardId": "issuance.compose",
    "Batch": "issuance.batch",
    "Credential": "model",
    "Design": "issuance.design",
    "MikraError": "errors",
    "Policy": "verification",
    "Report": "report",
    "Verdict": "report",
    "check_profile": "validation.elm",
    "compose": "issuance.compose",
    "decode": "model",
    "encode": "model",
    "fields_of": "issuance.columns",
    "measure": "validation.annex1",
    "publish": "issuance.design_file",
    "read_design": "issuance.design_file",
    "read_roster": "issuance.roster",
    "seal": "sealing.jades",
    "serialise": "issuance.compose",
    "unseal": "sealing.jades",
    "verify": "verification",
}

__all__ = ["__version__", *_HOMES]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        value = getattr(import_module(f"mikra.{_HOMES[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'mikra' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted(__all__)
