"""Money that QuickBooks does not take: it rests with a person, and goes on when they are done."""

import pytest

from arbook import clock
from arbook.setup.work import until_quiet
from invoices import tasks
from invoices.models import Hold, Task
from reconciliation import in_flight
from reconciliation.models import Posting

pytestmark = pytest.mark.django_db


@pytest.fixture
def refused(desk, owing, page):
    """The posting of a captured payment that QuickBooks refused."""
    desk.payer.pay(page.session_id)
    desk.sandbox.faults.add("quickbooks", "payment.create", "fault200")
    desk.deliver(desk.events())
    until_quiet()
    desk.sandbox.faults.clear()
    return Posting.objects.get()


def _flying(desk, owing) -> dict:
    return in_flight.by_invoice(desk.company, [desk.invoice(one).pk for one in owing])


def test_a_refused_payment_is_a_task_and_its_invoices_rest(desk, owing, refused):
    task = Task.objects.open().get(key=f"posting:{refused.pk}")

    assert refused.state == Posting.State.FAILED
    assert refused.reference in task.detail
    assert len(_flying(desk, owing)) == 2
    sources = {hold.source for hold in Hold.objects.active(clock.now())}
    assert sources == {tasks.hold_source(task)}


def test_whoever_finishes_the_task_lets_the_invoices_go_on(desk, owing, refused):
    task = Task.objects.open().get(key=f"posting:{refused.pk}")

    tasks.finish(task, by=desk.member(), now=clock.now(), outcome="Recorded by hand.")

    assert _flying(desk, owing) == {}
    assert not Hold.objects.active(clock.now()).exists()


def test_an_invoice_deleted_meanwhile_leaves_its_part_as_credit(desk, owing, page):
    desk.payer.pay(page.session_id)
    desk.books.delete("Invoice", owing[1])

    desk.deliver(desk.events())
    until_quiet()

    (made,) = desk.books.all("Payment")
    assert made["UnappliedAmt"] == 80.0
    assert Task.objects.open().get(kind=Task.Kind.REFUND).customer.name == "Blue Door Cafe"
