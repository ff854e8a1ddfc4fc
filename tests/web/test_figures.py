from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from arbook.web import figures
from arbook.web.templatetags import words

NOW = datetime(2026, 5, 14, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        (Decimal("1234.5"), "USD", "$1,234.50"),
        (Decimal("-75.25"), "USD", "\u2212$75.25"),
        (Decimal("0"), "USD", "$0.00"),
        (Decimal("12345678.90"), "USD", "$12,345,678.90"),
        (Decimal("10"), "CAD", "CA$10.00"),
        (Decimal("10"), "CHF", "CHF\u00a010.00"),
        (None, "USD", "\u2013"),
        ("", "USD", "\u2013"),
        ("no number", "USD", "\u2013"),
    ],
)
def test_money_is_written_with_cents_and_a_true_minus(amount, currency, words):
    assert figures.money(amount, currency) == words


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("950", "$950"),
        ("9999", "$9,999"),
        ("12400", "$12.4k"),
        ("-12400", "\u2212$12.4k"),
        ("999949", "$999.9k"),
        ("999950", "$1.0m"),
        ("3140000", "$3.1m"),
    ],
)
def test_money_on_axes_is_short(amount, words):
    assert figures.money_short(Decimal(amount)) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("+18605550123", "(860) 555-0123"),
        ("860-555-0123", "(860) 555-0123"),
        ("+442079460958", "+44 20 7946 0958"),
        ("call Bob", "call Bob"),
        ("", "\u2013"),
    ],
)
def test_a_phone_number_reads_as_people_here_write_it(number, words):
    assert figures.phone(number) == words


@pytest.mark.parametrize(
    ("gap", "words"),
    [
        (timedelta(seconds=-5), "just now"),
        (timedelta(minutes=-4), "4 min ago"),
        (timedelta(hours=-3), "3 h ago"),
        (timedelta(days=-1), "yesterday"),
        (timedelta(days=-5), "5 days ago"),
        (timedelta(minutes=4), "in 4 min"),
        (timedelta(days=1), "tomorrow"),
        (timedelta(days=3), "in 3 days"),
    ],
)
def test_a_gap_in_time_is_told_in_one_unit(gap, words):
    assert figures.ago(NOW + gap, NOW) == words


def test_what_never_happened_says_never():
    assert figures.ago(None, NOW) == "never"


def test_a_day_shows_its_year_only_when_it_is_another():
    assert figures.day(date(2026, 3, 4), date(2026, 5, 14)) == "Mar 4"
    assert figures.day(date(2025, 3, 4), date(2026, 5, 14)) == "Mar 4, 2025"
    assert figures.day(None) == "\u2013"


def test_a_share_is_a_percentage():
    assert figures.percent(Decimal("0.125"), 1) == "12.5%"
    assert figures.percent(None) == "\u2013"


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Ana Ruiz", "AR"), ("Harbor", "HA"), ("& Sons", "SO"), ("", "?"), ("Café Núñez 🌮", "CN")],
)
def test_initials_stand_for_any_name(name, letters):
    assert figures.initials(name) == letters


def test_a_name_read_from_right_to_left_keeps_what_follows_it_in_place():
    said = words.apart("Plan of שרה כהן בע״מ: 3 instalments & <b>")

    assert said == "Plan of <bdi>שרה כהן בע״מ</bdi>: 3 instalments &amp; &lt;b&gt;"
