"""A vendor that asks us to slow down is left alone as long as it says."""

from datetime import timedelta

import pytest

from arbook import clock
from arbook.gateways import connections, lines, mail
from arbook.gateways.errors import Resting, Throttled, Unreachable
from arbook.gateways.models import Line
from arbook.sandbox import clock as sandbox_clock
from tests.gateways.lines.failing import another_process, fail, line


def test_a_vendor_that_asks_us_to_slow_down_is_left_alone_as_long_as_it_says(
    sandbox, books, connection
):
    sandbox.faults.add("quickbooks", "query", "429", times=1, retry_after=40)
    with pytest.raises(Throttled):
        books.count("Invoice")
    sandbox.faults.forget()

    with pytest.raises(Resting) as refusal:
        another_process(lambda: books.count("Invoice"))
    assert 38 < refusal.value.retry_after < 42
    assert sandbox.faults.count("quickbooks") == 0
    sandbox_clock.move(timedelta(seconds=41))

    assert books.count("Invoice") == 0
    assert line(connection).failures == 0


def test_a_shorter_wait_does_not_end_a_longer_one_that_still_runs(
    sandbox, money, stripe_connection
):
    """Calls under way side by side are each told their own time."""
    sandbox.faults.add("stripe", "*", "429", times=1, retry_after=300)
    key = connections.line_of(stripe_connection)
    with pytest.raises(Throttled):
        money.account()
    until = lines.standing(key).until

    _told_to_wait(key, seconds=2)
    assert lines.standing(key).until == until

    _told_to_wait(key, seconds=600)
    assert lines.standing(key).until > until + timedelta(seconds=200)


def test_a_short_wait_does_not_end_the_rest_after_failures(sandbox, money, stripe_connection):
    sandbox.faults.add("stripe", "*", "500")
    fail(money.account)
    before = line(stripe_connection)

    _told_to_wait(connections.line_of(stripe_connection), seconds=1)

    assert line(stripe_connection) == before


def test_a_rest_from_before_a_clock_was_moved_back_does_not_outlast_a_wait(
    sandbox, money, stripe_connection
):
    key = connections.line_of(stripe_connection)
    Line.objects.create(key=key, resting="throttled", rest_until=clock.now() + timedelta(days=30))

    _told_to_wait(key, seconds=20)

    assert 15 < line(stripe_connection).wait(clock.now()) <= 20


def _told_to_wait(key: str, *, seconds: float) -> None:
    """The answer to a call that was under way before the line came to rest."""
    call = lines.asking(key, "Stripe")
    call.__exit__(Throttled, Throttled("Slow down.", retry_after=seconds), None)


def test_a_mailbox_that_asks_to_wait_does_not_stop_the_others(sandbox, company):
    lines.try_now(mail.line())
    sandbox.faults.add("mail", "send", "tempfail")
    for number in range(lines.FAILURES_IN_A_ROW + 1):
        with pytest.raises(Unreachable):
            mail.send(
                company=company, to="a@example.com", subject="Hi", text="Hi", key=f"k{number}"
            )

    assert lines.standing(mail.line()).is_clean
