from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from arbook.web.charts import Slice, Week, aging_strip, sparkline, weekly_bars

amounts = st.decimals(min_value=-10_000, max_value=10_000_000, places=2)


@given(st.lists(amounts, min_size=1, max_size=26))
def test_every_bar_stays_inside_the_picture(values):
    chart = weekly_bars([Week(f"w{n}", value, value, value) for n, value in enumerate(values)])

    for bar in chart.bars:
        assert bar.x >= 0 and bar.x + bar.width <= 100.1
        assert 0 <= bar.top <= chart.base and bar.height >= 0


@given(st.lists(amounts, min_size=1, max_size=5))
def test_the_parts_of_the_strip_fill_it_and_the_total_keeps_its_cents(values):
    strip = aging_strip([Slice(str(n), value, n) for n, value in enumerate(values)])

    assert strip.total == sum(values)
    filled = sum(part.width for part in strip.parts)
    assert abs(filled - (100 if any(value > 0 for value in values) else 0)) < 0.1


def test_nothing_to_draw_is_said_in_words():
    assert weekly_bars([]).words
    assert sparkline([3]).points == ""
    assert aging_strip([]).total == Decimal(0)
