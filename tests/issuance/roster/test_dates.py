"""Local forms of dates: one reading, two, or none; and what a column proves."""

from __future__ import annotations

import datetime as dt

import pytest
from babel.dates import format_date
from hypothesis import given, settings
from hypothesis import strategies as st

from mikra.issuance.dates import DateOrder, Reading, Trouble, order_of, read_date, serial_date
from mikra.vocabulary import EU_LANGUAGES

DAY = dt.date(2001, 2, 3)


@pytest.mark.parametrize(
    "text",
    [
        "2001-02-03",
        "2001-2-3",
        "2001/02/03",
        "2001.02.03",
        "2001. 02. 03.",
        "2001 02 03",
        "20010203",
        "03.02.2001",
        "3.2.2001",
        "3. 2. 2001",
        "3.2.2001 г.",
        "03.02.2001г.",
        "3.2.2001.",
        " 2001-02-03\u00a0",
        "2001\u20110\u00322\u201103".replace("0\u00322", "02"),
        "2001-02-03 00:00:00",
        "2001-02-03T14:30",
        "2001-02-03T14:30:05.123",
        "3.2.2001 14:30",
        "3.2.2001 14.30",
        "3 Feb 2001",
        "3-Feb-2001",
        "Feb 3, 2001",
        "February 3, 2001",
        "3rd of February 2001",
        "Saturday, 3 February 2001, 2:30 PM",
        "le 3 février 2001",
        "3. února 2001",
        "3 februarie 2001",
        "3 февруари 2001 г.",
        "2001 m. vasario 3 d.",
        "2001. gada 3. februāris",
        "3 de febrero de 2001",
        "3 Φεβρουαρίου 2001",
        "2001. február 3.",
        "3ú Feabhra 2001",
        "3. helmikuuta 2001",
    ],
)
def test_one_reading(text: str) -> None:
    assert read_date(text) == Reading((DAY,))


@pytest.mark.parametrize(
    ("text", "trouble"),
    [
        ("2001-02-30", Trouble.IMPOSSIBLE),
        ("31/02/2001", Trouble.IMPOSSIBLE),
        ("31.2.2001", Trouble.IMPOSSIBLE),
        ("30 Feb 2001", Trouble.IMPOSSIBLE),
        ("0000-01-01", Trouble.IMPOSSIBLE),
        ("20011301", Trouble.IMPOSSIBLE),
        ("2001-13-01", Trouble.IMPOSSIBLE),
        ("03/04/01", Trouble.SHORT_YEAR),
        ("3.4.01", Trouble.SHORT_YEAR),
        ("3 Feb 01", Trouble.SHORT_YEAR),
        ("2001-02-03T14:30:00Z", Trouble.ZONE),
        ("2001-02-03T00:00:00+02:00", Trouble.ZONE),
        ("36925", Trouble.SERIAL),
        ("", Trouble.NOT_A_DATE),
        ("x", Trouble.NOT_A_DATE),
        ("2001", Trouble.NOT_A_DATE),
        ("May 2001", Trouble.NOT_A_DATE),
        ("3 Foo 2001", Trouble.NOT_A_DATE),
        ("3.2.2001 and 4.2.2001", Trouble.NOT_A_DATE),
        ("3.2-2001", Trouble.NOT_A_DATE),
        ("1.1.99999", Trouble.NOT_A_DATE),
        ("٣/٤/٢٠٠١", Trouble.NOT_A_DATE),
        ("2001年2月3日", Trouble.NOT_A_DATE),
        ("99999", Trouble.NOT_A_DATE),
    ],
)
def test_no_reading(text: str, trouble: Trouble) -> None:
    assert read_date(text) == Reading(trouble=trouble)


def test_two_readings() -> None:
    april, march = dt.date(2001, 4, 3), dt.date(2001, 3, 4)
    assert read_date("03/04/2001") == Reading((april, march))
    assert read_date("03-04-2001") == Reading((april, march))
    assert read_date("03/04/2001", DateOrder.DMY) == Reading((april,))
    assert read_date("03/04/2001", DateOrder.MDY) == Reading((march,))
    assert read_date("03.04.2001", DateOrder.MDY) == Reading((april,))
    assert read_date("04/04/2001") == Reading((dt.date(2001, 4, 4),))
    assert read_date("13/04/2001") == Reading((dt.date(2001, 4, 13),))
    assert read_date("13/04/2001", DateOrder.MDY) == Reading(trouble=Trouble.IMPOSSIBLE)


def test_a_month_that_is_two() -> None:
    assert read_date("3 listopada 2001") == Reading((dt.date(2001, 10, 3), dt.date(2001, 11, 3)))


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (["03/04/2001", "13/04/2001"], DateOrder.DMY),
        (["03/04/2001", "04/13/2001"], DateOrder.MDY),
        (["03/04/2001", "13/04/2001", "04/13/2001"], None),
        (["03/04/2001", "05/06/2001"], None),
        (["03/04/2001", "13.04.2001", "2001-04-13"], None),
        (["03/04/2001", "13/14/2001"], None),
        ([], None),
    ],
)
def test_what_a_column_proves(texts: list[str], order: DateOrder | None) -> None:
    assert order_of(texts) is order


def test_serial_numbers() -> None:
    assert serial_date(36925) == DAY
    assert serial_date(36925.75) == DAY
    assert serial_date(36925 - 1462, since_1904=True) == DAY
    assert [serial_date(n) for n in (0, -1, 2001, 9_999, 80_000, float("nan"), float("inf"))] == [None] * 7


@pytest.mark.parametrize("language", EU_LANGUAGES)
@pytest.mark.parametrize("month", range(1, 13))
def test_long_dates_of_every_language(language: str, month: int) -> None:
    """What CLDR writes in a language is read as that day; or as one of two, where a month is one of two."""
    day = dt.date(2001, month, 23)
    for form in ("long", "full"):
        assert day in read_date(format_date(day, form, locale=language)).days


@settings(max_examples=200)
@given(st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)))
def test_a_day_is_never_read_as_another(day: dt.date) -> None:
    for text in (day.isoformat(), f"{day:%d.%m.%Y}", f"{day:%Y%m%d}", f"{day.day}. {day.month}. {day.year}"):
        assert read_date(text) == Reading((day,))
    assert read_date(f"{day:%d/%m/%Y}", DateOrder.DMY) == Reading((day,))
    assert read_date(f"{day:%m/%d/%Y}", DateOrder.MDY) == Reading((day,))
    assert day in read_date(f"{day:%d/%m/%Y}").days


@settings(max_examples=300)
@given(st.text(max_size=40))
def test_any_text_has_an_answer(text: str) -> None:
    reading = read_date(text)
    assert bool(reading.days) != (reading.trouble is not None)
