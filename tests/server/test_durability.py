"""A database that could lose what it acknowledged is refused (STACK, "Durability, measured")."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from mikra.server.databases import check_durability


@pytest.mark.django_db
def test_this_one_is_durable() -> None:
    check_durability(connection)


@pytest.mark.django_db(transaction=True)
def test_a_careless_one_is_refused() -> None:
    with connection.cursor() as cursor:
        weaken, mend = (
            ("PRAGMA synchronous=NORMAL", "PRAGMA synchronous=EXTRA")
            if connection.vendor == "sqlite"
            else ("SET synchronous_commit=off", "SET synchronous_commit=on")
        )
        cursor.execute(weaken)
        try:
            with pytest.raises(ImproperlyConfigured, match="could lose"):
                check_durability(connection)
        finally:
            cursor.execute(mend)
