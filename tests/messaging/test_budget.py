"""The contact budget over all channels: ours, people's, and QuickBooks' own mails."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from customers import book_mails
from customers.models import BookMail
from messaging import budget, touches
from messaging.facts import reach
from messaging.models import Message, Thread
from tests import factories
from tests.messaging.test_facts import book

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


# --- With what people and QuickBooks do by themselves ---------------------------------------------

Medium, Purpose, State = Message.Medium, Message.Purpose, Message.State
MANUAL = ("call", "reply", "mail", "letter", "books")


def said(customer, at, kind, **fields):
    """One contact as the product keeps it."""
    if kind == "books":
        return BookMail.objects.create(
            company=customer.company,
            customer=customer,
            document=f"{customer.pk}.{at:%d%H%M}",
            sent_at=at,
        )
    medium = {"call": Medium.CALL, "mail": Medium.EMAIL, "letter": Medium.LETTER}.get(kind, "sms")
    purpose = {"reminder": Purpose.REMINDER, "letter": Purpose.LETTER}.get(kind, Purpose.REPLY)
    thread, _ = Thread.objects.get_or_create(company=customer.company, customer=customer)
    fields = {
        "purpose": "" if medium == Medium.CALL else purpose,
        "state": State.DELIVERED,
        # Somebody writes a call down; nobody hands it over.
        "handed_over_at": None if medium == Medium.CALL else at,
        "created_at": at,
        "medium": medium,
    } | fields
    return Message.objects.create(
        company=customer.company,
        customer=customer,
        thread=thread,
        direction="out",
        **fields,
    )


def used(customer, now=NOW):
    found, _, _ = reach.touches(customer.company, [customer.pk], now=now)
    return len(found.get(customer.pk, []))


@pytest.fixture
def customer(db):
    return factories.customer(factories.company(timezone=str(ZONE), mode="review"))


@pytest.mark.parametrize("kind", [*MANUAL, "reminder"])
def test_every_kind_of_contact_uses_the_budget(customer, kind):
    said(customer, NOW - timedelta(days=2), kind)
    said(customer, NOW - timedelta(days=8), kind)

    assert used(customer) == 1


def test_what_is_no_contact_uses_none(customer):
    day = NOW - timedelta(days=1)
    for fields in (
        {"purpose": Purpose.RECEIPT},
        {"purpose": Purpose.CONFIRMATION},
        {"purpose": Purpose.OPT_IN},
        {"state": State.FAILED, "error_code": "30005"},
        {"state": State.PROPOSED, "handed_over_at": None},
        {"test_address": "+18605550999"},
    ):
        said(customer, day, "reply", **fields)
    said(customer, day, "reply", medium=Medium.NOTE)
    said(customer, day, "call", state=State.WITHDRAWN)

    assert used(customer) == 0


def test_a_batch_that_quickbooks_mails_on_one_day_is_one_contact(customer):
    for minutes in range(5):
        said(customer, NOW - timedelta(days=1, minutes=minutes), "books")
    said(customer, NOW - timedelta(days=3), "books")

    assert used(customer) == 2


def test_what_quickbooks_mailed_is_written_down_once_for_each_time_it_says_so(customer):
    invoice = factories.invoice(customer)
    first, again = NOW - timedelta(days=4), NOW - timedelta(days=1)
    for at in (first, first, again):
        told = book(invoice, delivered_at=at, customer_id=customer.quickbooks_id)
        book_mails.note(customer.company, [told], now=NOW)

    assert list(BookMail.objects.values_list("sent_at", flat=True)) == [first, again]
    assert used(customer) == 2


def in_week(contacts, until, zone):
    """Contacts of the seven days before, QuickBooks' mails of one day as one."""
    week = [one for one in contacts if until - budget.WEEK < one[0] <= until]
    books = {at.astimezone(zone).date() for at, kind in week if kind == "books"}
    return len([one for one in week if one[1] != "books"]) + len(books)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 60 * 24 * 21), st.sampled_from([*MANUAL, *["ask"] * 5])),
        max_size=30,
        unique_by=lambda event: event[0],
    ),
    st.integers(1, 4),
)
@pytest.mark.django_db
def test_nothing_automatic_ever_makes_more_than_the_limit_of_any_seven_days(events, per_week):
    company = factories.company(timezone=str(ZONE), mode="review", touches_per_week=per_week)
    customer = factories.customer(company)
    contacts: list[tuple[datetime, str]] = []
    automatic: list[datetime] = []
    for minute, kind in sorted(events):
        now = NOW + timedelta(minutes=minute)
        if kind == "ask":
            mine, _, _ = reach.touches(company, [customer.pk], now=now)
            asked = mine.get(customer.pk, [])
            if not budget.standing(asked, now=now, zone=ZONE, per_week=per_week).allows:
                continue
            kind = "reminder"
            automatic.append(now)
        said(customer, now, kind)
        contacts.append((now, kind))

    for at in automatic:
        assert in_week(contacts, at, ZONE) <= per_week
        day = at.astimezone(ZONE).date()
        assert [one for one, _ in contacts if one < at and one.astimezone(ZONE).date() == day] == []


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 60 * 24 * 40), st.booleans()), max_size=150),
    st.integers(1, 5),
)
def test_with_manual_contacts_between_no_window_around_an_automatic_one_is_too_full(
    events, per_week
):
    contacts: list[datetime] = []
    for minute, is_manual in sorted(events):
        now = NOW + timedelta(minutes=minute)
        if is_manual or budget.standing(contacts, now=now, zone=ZONE, per_week=per_week).allows:
            contacts.append(now)
            if not is_manual:
                assert sum(now - budget.WEEK < one <= now for one in contacts) <= per_week


def test_the_moment_the_budget_names_is_the_first_that_is_allowed():
    days = [NOW - timedelta(days=number, hours=3) for number in (1, 3, 5)]
    until = ask(*days).until

    assert ask(*days, now=until).allows
    assert not ask(*days, now=until - timedelta(seconds=1)).allows


def test_touches_of_many_customers_are_two_statements(customer, django_assert_num_queries):
    people = [customer, *(factories.customer(customer.company) for _ in range(20))]
    for one in people:
        said(one, NOW - timedelta(days=1), "call")
        said(one, NOW - timedelta(days=2), "books")

    with django_assert_num_queries(2):
        found = touches.lately(
            customer.company, [one.pk for one in people], since=NOW - budget.WEEK, now=NOW
        )

    assert {len(many) for many in found.values()} == {2}
