"""Days as people write them, counted from the day of receipt."""

from datetime import date

import pytest

from messaging.triage import dates
from tests.messaging.triage.cases import WEDNESDAY


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("friday", "2026-05-22"),
        ("wednesday", "2026-05-27"),
        ("next friday", "2026-05-29"),
        ("monday next week", "2026-05-25"),
        ("the 15th", "2026-06-15"),
        ("the 20th", "2026-06-20"),
        ("the 25th", "2026-05-25"),
        ("eom", "2026-05-31"),
        ("end of next month", "2026-06-30"),
        ("end of june", "2026-06-30"),
        ("eow", "2026-05-22"),
        ("this weekend", "2026-05-24"),
        ("next weekend", "2026-05-31"),
        ("6/1", "2026-06-01"),
        ("5/1", "2027-05-01"),
        ("5/20", "2026-05-20"),
        ("5/29/26", "2026-05-29"),
        ("2026-06-02", "2026-06-02"),
        ("in two weeks", "2026-06-03"),
        ("within 10 days", "2026-05-30"),
        ("in 3 business days", "2026-05-25"),
        ("in a month", "2026-06-20"),
        ("within 48 hours", "2026-05-22"),
        ("a week from friday", "2026-05-29"),
        ("tonight", "2026-05-20"),
        ("eod", "2026-05-20"),
        ("eod friday", "2026-05-22"),
        ("tmrw", "2026-05-21"),
        ("the day after tomorrow", "2026-05-22"),
        ("may 29th", "2026-05-29"),
        ("29 may", "2026-05-29"),
        ("friday, may 22", "2026-05-22"),
        ("mid june", "2026-06-15"),
        ("the 5th of next month", "2026-06-05"),
        ("el viernes", "2026-05-22"),
        ("el proximo viernes", "2026-05-29"),
        ("el 15", "2026-06-15"),
        ("1 de junio", "2026-06-01"),
        ("pasado manana", "2026-05-22"),
        ("fin de mes", "2026-05-31"),
        ("fin de semana", "2026-05-24"),
        ("en dos semanas", "2026-06-03"),
        ("2moro!!", "2026-05-21"),
        ("tomrrow", "2026-05-21"),
        ("in the morning", "2026-05-21"),
        ("friday in the morning", "2026-05-22"),
        ("not this friday, the one after", "2026-05-29"),
        ("two fridays from now", "2026-05-29"),
        ("by halloween", "2026-10-31"),
        ("day before thanksgiving", "2026-11-25"),
        ("on labor day", "2026-09-07"),
    ],
)
def test_a_date_is_counted_from_the_day_of_receipt(words, day):
    assert [each.on.isoformat() for each in dates.find(words, received=WEDNESDAY)][:1] == [day]


@pytest.mark.parametrize(
    "words",
    [
        "last friday",
        "the 3rd reminder",
        "all of the 24 cases",
        "after christmas",
        "next week",
        "soon",
        "24/7",
        "1/2 of it",
        "13/45",
        "check 4456",
        "10-4",
        "may",
    ],
)
def test_what_is_no_day_to_come_gives_no_date(words):
    assert dates.find(words, received=WEDNESDAY) == []


def test_the_31st_waits_for_a_month_that_has_one():
    assert dates.find("the 31st", received=date(2026, 6, 2))[0].on == date(2026, 7, 31)


def test_leap_day_rolls_to_a_year_that_has_one():
    assert dates.find("2/29", received=WEDNESDAY)[0].on == date(2028, 2, 29)
