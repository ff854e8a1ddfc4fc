"""A vendor that fails is left alone, by everybody, and tried again by one."""

import threading
from datetime import timedelta

import pytest
from django.db import connections as databases

from arbook import clock
from arbook.gateways import connections, lines, mail, quickbooks, stripe, twilio
from arbook.gateways.errors import (
    Disconnected,
    Refused,
    Resting,
    Throttled,
    Unknown,
    Unreachable,
)
from arbook.gateways.models import Connection, Line
from arbook.sandbox import clock as sandbox_clock


def fail(ask, times=lines.FAILURES_IN_A_ROW):
    for _ in range(times):
        with pytest.raises((Unreachable, Unknown)):
            ask()


def line(connection) -> lines.Standing:
    return lines.standing(connections.line_of(connection))


def another_process(ask):
    """What a process asks that has read nothing yet."""
    lines.forget()
    return ask()


@pytest.fixture
def stripe_connection(company, money):
    return Connection.objects.get(company=company, vendor="stripe")


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


def test_one_dead_vendor_leaves_the_others_and_other_companies_alone(sandbox, money, texts, books):
    sandbox.faults.add("stripe", "*", "500")
    fail(money.account)

    assert texts.account() == "Harbor Dental"
    assert books.count("Invoice") == 0


def test_a_line_of_one_company_says_nothing_of_another(sandbox, company, money):
    other = type(company).objects.create(slug="other", name="Other")
    sandbox.stripe_vendor.add_account("acct_2", "Other", secret_key="sk_test_2", webhook_secret="w")
    Connection.objects.create(
        company=other, vendor="stripe", external_id="acct_2", secrets={"secret_key": "sk_test_2"}
    )
    sandbox.faults.add("stripe", "*", "500", account="acct_1")
    fail(money.account)

    assert stripe.of(other).account().id == "acct_2"


def test_the_mail_server_is_one_line_for_all(sandbox, company):
    def letter():
        mail.send(company=company, to="a@example.com", subject="Hi", text="Hi", key="k")

    lines.try_now(mail.line())
    sandbox.faults.add("mail", "send", "drop_after")
    fail(letter)

    with pytest.raises(Resting):
        letter()
    sandbox.faults.clear()
    lines.try_now(mail.line())
    letter()


def test_a_mailbox_that_asks_to_wait_does_not_stop_the_others(sandbox, company):
    lines.try_now(mail.line())
    sandbox.faults.add("mail", "send", "tempfail")
    for number in range(lines.FAILURES_IN_A_ROW + 1):
        with pytest.raises(Unreachable):
            mail.send(
                company=company, to="a@example.com", subject="Hi", text="Hi", key=f"k{number}"
            )

    assert lines.standing(mail.line()).is_clean


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


def test_credentials_on_trial_teach_nothing(sandbox, company, carrier):
    candidate = Connection(
        company=company,
        vendor="twilio",
        external_id="AC1",
        secrets={"auth_token": "token-1"},
        options={"messaging_service": "MG1"},
    )
    sandbox.faults.add("twilio", "*", "500")
    fail(twilio.Twilio(candidate).account, times=6)

    assert not Line.objects.exists()


def test_quickbooks_is_left_alone_like_the_others(sandbox, books, company, connection):
    sandbox.faults.add("quickbooks", "query", "html502")
    fail(lambda: books.count("Invoice"))

    with pytest.raises(Resting):
        quickbooks.of(company).read_invoice("1")
    assert line(connection).reason.startswith("QuickBooks failed")
