"""The roster: a messy class list in, rows that are ready or findings per cell out.

roster = read_roster(data, fields=design_fields, options=RosterOptions(today=today))
roster.rows, roster.bad, roster.findings, roster.code
"""

from __future__ import annotations

from mikra.issuance.roster.corrections import write_corrections, write_corrections_csv
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
from mikra.issuance.roster.stream import RosterStream, iter_roster
from mikra.issuance.roster.template import write_template

__all__ = [
    "BadRow",
    "Raw",
    "Roster",
    "RosterLimits",
    "RosterOptions",
    "RosterStream",
    "Row",
    "Source",
    "SourceKind",
    "Value",
    "iter_roster",
    "learner_key",
    "learner_keys",
    "read_roster",
    "write_corrections",
    "write_corrections_csv",
    "write_template",
]
