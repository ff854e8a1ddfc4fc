"""A vendor that fails is left alone, by everybody, and tried again by one."""

import threading
from datetime import timedelta

import pytest
from django.db import connections as databases

from arbook import clock
from arbook.gateways import connections, lines, stripe
from arbook.gateways.errors import Disconnected, Refused, Resting
from arbook.gateways.models import Connection, Line
from arbook.sandbox import clock as sandbox_clock
from tests.gateways.lines.failing import another_process, fail, line


@pytest.mark.parametrize("kind", ["500", "html502", "drop_before"])
def test_after_failures_in_a_row_a_vendor_is_not_even_asked(sandbox, money, kind):
    sandbox.faults.add("stripe", "*", kind)
    fail(money.account)
    sandbox.faults.forget()

    with pytest.raises(Resting) as refusal:
        money.account()

    assert sandbox.faults.count("stripe") == 0
    assert 10 < refusal.value.retry_after < 20
    assert "Stripe is left alone" in str(refusal.value)


def test_a_vendor_that_hangs_is_left_alone(sandbox, money, settings):
    settings.VENDOR_TIMEOUT = 0.2
    sandbox.faults.add("stripe", "*", "hang", seconds=0.5)
    money = stripe.of(Connection.objects.get(vendor="stripe").company)
    fail(money.account)

    with pytest.raises(Resting):
        money.account()


def test_a_write_whose_answer_was_lost_counts_as_a_failure(sandbox, texts):
    sandbox.faults.add("twilio", "messages.create", "500")
    fail(lambda: texts.send_text(to="+18605550142", body="Hello", callback_url=""))

    with pytest.raises(Resting):
        texts.account()


def test_other_processes_leave_the_vendor_alone_too(sandbox, money, stripe_connection):
    sandbox.faults.add("stripe", "*", "500")
    fail(money.account, times=3)
    another_process(lambda: fail(money.account, times=2))
    sandbox.faults.forget()

    with pytest.raises(Resting):
        another_process(money.account)

    assert sandbox.faults.count("stripe") == 0
    assert line(stripe_connection).failures == 5


def test_one_answer_between_failures_starts_the_count_again(sandbox, money, stripe_connection):
    sandbox.faults.add("stripe", "*", "500")
    fail(money.account, times=4)
    sandbox.faults.clear()
    money.account()
    sandbox.faults.add("stripe", "*", "500")
    fail(money.account, times=4)

    assert line(stripe_connection).failures == 4
    assert not line(stripe_connection).resting


def test_a_vendor_that_refuses_is_well(texts):
    for _ in range(lines.FAILURES_IN_A_ROW + 1):
        with pytest.raises(Refused):
            texts.read_text("SM404")

    assert line(Connection.objects.get(vendor="twilio")).is_clean


def test_a_vendor_that_does_not_know_us_any_more_is_well(sandbox, texts):
    sandbox.faults.add("twilio", "*", "revoked")
    for _ in range(lines.FAILURES_IN_A_ROW + 1):
        with pytest.raises(Disconnected):
            texts.account()

    assert line(Connection.objects.get(vendor="twilio")).is_clean


def test_after_the_rest_one_answer_opens_the_line(sandbox, money, stripe_connection):
    sandbox.faults.add("stripe", "*", "500")
    fail(money.account)
    sandbox.faults.clear()

    sandbox_clock.move(timedelta(seconds=20))
    money.account()

    assert line(stripe_connection).is_clean
    assert another_process(money.account).id == "acct_1"


def test_each_failed_try_makes_the_rest_longer_up_to_a_cap(sandbox, money, stripe_connection):
    sandbox.faults.add("stripe", "*", "500")
    fail(money.account)
    rests = []
    for _ in range(8):
        rests.append(line(stripe_connection).wait(clock.now()))
        sandbox_clock.move(timedelta(seconds=rests[-1] + 1))
        fail(money.account, times=1)

    assert rests[0] < rests[1] < rests[2] < rests[3]
    assert max(rests) <= 1.2 * lines.LONGEST_REST.total_seconds()
    assert len(set(rests[-3:])) == 3  # spread, so that not all come back in the same moment


@pytest.mark.django_db(transaction=True)
def test_after_the_rest_only_one_of_many_tries(sandbox, money):
    sandbox.faults.add("stripe", "*", "500")
    fail(money.account)
    sandbox.faults.clear()
    sandbox.faults.add("stripe", "*", "slow", seconds=0.3)
    sandbox.faults.forget()
    sandbox_clock.move(timedelta(seconds=20))
    outcomes = []

    def ask():
        try:
            money.account()
            outcomes.append("answered")
        except Resting:
            outcomes.append("resting")
        finally:
            databases.close_all()

    together = [threading.Thread(target=ask) for _ in range(6)]
    for one in together:
        one.start()
    for one in together:
        one.join()

    assert sorted(outcomes) == ["answered"] + ["resting"] * 5
    assert sandbox.faults.count("stripe") == 1


def test_a_try_that_a_bug_broke_off_is_free_for_the_next(sandbox, money):
    sandbox.faults.add("stripe", "*", "500")
    fail(money.account)
    sandbox.faults.clear()
    sandbox_clock.move(timedelta(seconds=20))

    with pytest.raises(ZeroDivisionError), connections.asking(Connection.objects.get()):
        raise ZeroDivisionError

    assert money.account().id == "acct_1"


def test_a_try_whose_process_died_is_given_to_the_next_after_a_while(sandbox, money):
    sandbox.faults.add("stripe", "*", "500")
    fail(money.account)
    sandbox.faults.clear()
    sandbox_clock.move(timedelta(seconds=20))
    Line.objects.update(probe_until=clock.now() + timedelta(seconds=30))

    with pytest.raises(Resting):
        money.account()
    sandbox_clock.move(timedelta(seconds=31))

    assert money.account().id == "acct_1"


def test_a_person_may_say_try_now(sandbox, money, stripe_connection):
    sandbox.faults.add("stripe", "*", "500")
    fail(money.account)
    sandbox.faults.clear()

    lines.try_now(connections.line_of(stripe_connection))

    assert money.account().id == "acct_1"


def test_a_clock_moved_back_ends_every_rest(sandbox, money):
    sandbox_clock.move(timedelta(days=30))
    sandbox.faults.add("stripe", "*", "500")
    fail(money.account)
    sandbox.faults.clear()

    sandbox_clock.reset()

    assert money.account().id == "acct_1"


def test_a_line_in_good_order_is_looked_at_once_a_second_at_most(
    sandbox, texts, django_assert_max_num_queries
):
    texts.account()

    with django_assert_max_num_queries(1):
        for _ in range(10):
            texts.account()
