"""All personal data of the service in one table, compared with the database by a test (GDPR, Articles 5, 25 and 30).

    PROCESSINGS        why: purpose, legal basis, who sees it, how long
    TABLES             where: every column of every table, personal (with its processing and place) or named as not so
    OUTSIDE            what stands outside of the database
    faults_of(models)  columns that are missing here, or are here alone

A new column that is in none of these fails `tests/server/privacy/test_inventory.py`. From the same table are made the
record of Article 30, the notices, the start of an impact assessment and the annex for a processor (`actions.notices`).
"""

from __future__ import annotations

from mikra.server.data_inventory.kinds import About, Basis, Personal, Place, Processing, Table
from mikra.server.data_inventory.outside import OUTSIDE
from mikra.server.data_inventory.processings import PROCESSINGS, processing
from mikra.server.data_inventory.schema import faults_of
from mikra.server.data_inventory.tables import TABLES

__all__ = [
    "OUTSIDE",
    "PROCESSINGS",
    "TABLES",
    "About",
    "Basis",
    "Personal",
    "Place",
    "Processing",
    "Table",
    "faults_of",
    "processing",
]
