"""Promises to pay: quiet until the grace has passed, then kept or broken."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from invoices import promises
from invoices.models import Hold, Invoice, PromiseToPay, Task
from tests import factories
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.django_db
State = PromiseToPay.State
FRIDAY = date(2026, 11, 27)


@pytest.fixture
def invoice():
    return factories.invoice(factories.customer(factories.company()), "500.00")


def promise(invoice, amount="200", due_on=FRIDAY):
    return promises.record_promise(
        invoice=invoice, amount=Decimal(amount), due_on=due_on, by=None, now=NOW
    )


def test_a_new_promise_replaces_the_open_one_and_holds_reminders(invoice):
    first = promise(invoice)
    second = promise(invoice, due_on=date(2026, 12, 4))

    first.refresh_from_db()
    assert (first.state, list(invoice.promises.open())) == (State.REPLACED, [second])
    hold = Hold.objects.active(NOW).get()
    assert hold.until.astimezone(invoice.company.zone).date() == date(2026, 12, 7)
    assert hold.reason == Hold.Reason.PROMISE


@pytest.mark.parametrize(
    ("amount", "due_on", "words"),
    [
        ("500.01", FRIDAY, r"only \$500.00 open"),
        ("0", FRIDAY, "above zero"),
        ("10", TODAY - timedelta(days=1), "past"),
    ],
)
def test_a_promise_nobody_can_keep_is_refused(invoice, amount, due_on, words):
    with pytest.raises(promises.PromiseRefused, match=words):
        promise(invoice, amount, due_on)


def test_a_voided_invoice_neither_keeps_nor_breaks_a_promise(invoice):
    given = promise(invoice)
    Invoice.objects.filter(pk=invoice.pk).update(is_void=True, balance=0)

    promises.settle([invoice.pk], now=NOW)

    given.refresh_from_db()
    assert given.state == State.UNDONE
    assert promises.record_of(invoice.customer).judged == 0
    assert not Hold.objects.active(NOW).exists()


def test_money_in_the_books_keeps_a_promise(invoice):
    given = promise(invoice)
    factories.payment(
        invoice.customer, "150", on={invoice: "150"}, books_updated_at=NOW + timedelta(hours=1)
    )
    promises.settle([invoice.pk], now=NOW)
    given.refresh_from_db()
    assert given.state == State.OPEN

    factories.payment(
        invoice.customer, "50", on={invoice: "50"}, books_updated_at=NOW + timedelta(hours=2)
    )
    promises.settle([invoice.pk], now=NOW)

    given.refresh_from_db()
    assert given.state == State.KEPT
    assert not Hold.objects.active(NOW).exists()


def test_money_from_before_the_promise_does_not_keep_it(invoice):
    factories.payment(
        invoice.customer, "300", on={invoice: "300"}, books_updated_at=NOW - timedelta(hours=1)
    )
    given = promise(invoice)

    assert promises.paid_since(given) == 0


def test_an_invoice_that_is_paid_keeps_its_promise(invoice):
    given = promise(invoice)
    Invoice.objects.filter(pk=invoice.pk).update(balance=0)

    assert promises.evaluate(invoice.company, now=NOW) == (1, 0)
    given.refresh_from_db()
    assert given.state == State.KEPT


def test_a_promise_breaks_only_after_its_grace_and_then_somebody_calls(invoice):
    given = promise(invoice)

    assert promises.evaluate(invoice.company, now=NOW + timedelta(days=9)) == (0, 0)
    assert promises.evaluate(invoice.company, now=NOW + timedelta(days=10)) == (0, 1)

    given.refresh_from_db()
    assert given.state == State.BROKEN
    assert Task.objects.get().kind == Task.Kind.CALL
    assert not Hold.objects.active(NOW + timedelta(days=10)).exists()
    assert promises.evaluate(invoice.company, now=NOW + timedelta(days=11)) == (0, 0)
