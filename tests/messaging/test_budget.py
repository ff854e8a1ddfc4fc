"""The contact budget over all channels."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from messaging import budget

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
ZONE = ZoneInfo("America/New_York")


def ask(*touches, now=NOW, per_week=3):
    return budget.standing(touches, now=now, zone=ZONE, per_week=per_week)


def test_nobody_is_contacted_twice_on_one_day():
    found = ask(NOW - timedelta(hours=2))

    assert not found.allows
    # Midnight in New York.
    assert found.until.isoformat() == "2026-11-21T05:00:00+00:00"
    assert ask(NOW - timedelta(hours=11)).allows


def test_three_in_seven_days_are_enough():
    days = [NOW - timedelta(days=number) for number in (2, 4, 6)]

    assert ask(*days).until == NOW + timedelta(days=1)
    assert ask(*days[:2]).allows
    assert ask(*days, per_week=5).allows


def test_a_budget_of_none_never_allows():
    assert not ask(per_week=0).allows


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.integers(0, 60 * 24 * 30), max_size=120),
    st.integers(1, 5),
)
def test_whoever_asks_first_never_exceeds_the_week(minutes, per_week):
    sent: list[datetime] = []
    for minute in sorted(minutes):
        now = NOW + timedelta(minutes=minute)
        if budget.standing(sent, now=now, zone=ZONE, per_week=per_week).allows:
            sent.append(now)
    for at in sent:
        week = [other for other in sent if at <= other < at + budget.WEEK]
        assert len(week) <= per_week
    assert len({at.astimezone(ZONE).date() for at in sent}) == len(sent)
