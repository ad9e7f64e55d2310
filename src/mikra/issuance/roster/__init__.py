"""The roster: a messy class list in, rows that are ready or findings per cell out.

roster = read_roster(data, fields=design_fields, options=RosterOptions(today=today))
roster.rows, roster.bad, roster.findings, roster.code
"""

from __future__ import annotations

from mikra.issuance.roster.learners import learner_key, learner_keys
from mikra.issuance.roster.read import read_roster
from mikra.issuance.roster.result import (
    BadRow,
    Raw,
    Roster,
    RosterLimits,
    RosterOptions,
    Row,
    Source,
    SourceKind,
    Value,
)

__all__ = [
    "BadRow",
    "Raw",
    "Roster",
    "RosterLimits",
    "RosterOptions",
    "Row",
    "Source",
    "SourceKind",
    "Value",
    "learner_key",
    "learner_keys",
    "read_roster",
]
