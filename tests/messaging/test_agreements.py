"""What is said about promises and plans: alone, at its day, past its own silence and no other."""

from datetime import timedelta
from decimal import Decimal

import pytest

from arbook.companies.models import Role
from arbook.sandbox import clock as movable
from invoices import holds, plan_schedule, plans, promises
from invoices.models import Approval, Hold, Reminder
from messaging.models import Decision, Message
from tests import factories

NAME = "Alder Finch"


@pytest.fixture
def invoice(desk):
    book_id = desk.owes(NAME, "100.00", days=5)
    desk.read()
    desk.allows_texts(NAME)
    return desk.invoice(book_id)


def today(desk):
    return desk.company.local_date(desk.now)


def promise(desk, invoice, amount="60.00", days=5):
    return promises.record_promise(
        invoice=invoice,
        amount=Decimal(amount),
        due_on=today(desk) + timedelta(days=days),
        by=None,
        now=desk.now,
    )


def proposed(desk) -> list[Message]:
    desk.read()
    desk.prepare()
    return list(Message.objects.filter(state=Message.State.PROPOSED))


def test_the_word_before_a_promised_day_asks_for_the_promised_amount(desk, invoice):
    promise(desk, invoice)
    assert proposed(desk) == []

    movable.move(timedelta(days=4))
    (message,) = proposed(desk)

    assert (message.template, message.total) == ("promise", Decimal("60.00"))
    assert message.reminder_ids() == [Reminder.objects.planned().exclude(source="").get().pk]


def test_it_passes_its_own_silence_and_no_other(desk, invoice):
    promise(desk, invoice)
    movable.move(timedelta(days=4))
    holds.place(
        invoice.customer, reason=Hold.Reason.PERSON, note="On vacation", by=None, now=desk.now
    )

    assert proposed(desk) == []
    said = Decision.objects.filter(is_current=True).latest("pk").sentence
    assert "On vacation" in said


def test_a_promise_for_tomorrow_needs_no_word_before(desk, invoice):
    promise(desk, invoice, days=1)

    assert not Reminder.objects.planned().exclude(source="").exists()


def test_a_word_before_the_day_is_none_on_the_day_or_after_it(desk, invoice):
    promise(desk, invoice)
    movable.move(timedelta(days=4))
    (message,) = proposed(desk)
    desk.approve(message)

    movable.move(timedelta(days=1))
    desk.send()

    assert desk.texts() == []
    message.refresh_from_db()
    assert message.state == Message.State.WITHDRAWN
    promises.evaluate(desk.company, now=desk.now)
    assert not Reminder.objects.planned().exclude(source="").exists()


def test_it_counts_in_the_budget_and_is_said_once(desk, invoice):
    promise(desk, invoice)
    movable.move(timedelta(days=4))
    (message,) = proposed(desk)
    desk.approve(message)
    desk.pass_undo()
    desk.send()
    assert len(desk.texts()) == 1

    assert proposed(desk) == []
    other = desk.owes(NAME, "40.00", days=15)
    assert proposed(desk) == []
    decision = Decision.objects.filter(is_current=True, passed=False).latest("pk")
    assert decision.stopped_by == "budget"
    movable.move(timedelta(days=1))
    (message,) = proposed(desk)
    assert [line.invoice.quickbooks_id for line in message.lines.all()] == [other]


def test_money_that_came_in_time_takes_the_word_back(desk, invoice):
    promise(desk, invoice, "100.00")
    movable.move(timedelta(days=4))
    (message,) = proposed(desk)

    desk.pays(invoice.quickbooks_id, "100.00")
    assert proposed(desk) == []
    message.refresh_from_db()
    assert message.state == Message.State.WITHDRAWN


def test_an_instalment_is_asked_for_alone_and_by_its_own_amount(desk, invoice):
    plan = plans.propose(
        invoice.customer,
        invoices=[invoice],
        count=4,
        every=plan_schedule.WEEK,
        first_on=today(desk) + timedelta(days=3),
        by=None,
        now=desk.now,
    )
    approval = Approval.objects.get()
    manager = factories.member(desk.company, Role.MANAGER)
    plans.approve(approval, by=manager, now=desk.now, content_hash=approval.content_hash)
    plans.accept(plan, name="Ada", now=desk.now)
    desk.owes(NAME, "40.00", days=15)
    movable.move(timedelta(days=3))

    (message,) = proposed(desk)
    assert (message.template, message.total) == ("instalment", Decimal("25.00"))
    assert [line.invoice for line in message.lines.all()] == [invoice]
    assert "your instalment of $25.00" in message.body
