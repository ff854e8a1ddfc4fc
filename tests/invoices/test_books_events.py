"""What QuickBooks tells us by webhook: signed, delivered over HTTP, read again, taken over."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings

from arbook import clock
from arbook.audit.models import Entry
from arbook.sandbox import clock as sandbox_clock
from arbook.webhooks.models import WebhookEvent
from arbook.webhooks.process import process_waiting, replay
from customers.models import Customer
from invoices.models import CreditMemo, Invoice, Payment, SyncProblem
from tests.invoices.connected import company_with_books, read_in_full

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(live, sandbox):
    company, books = company_with_books(sandbox)
    sandbox.quickbooks.app.webhook_url = f"{settings.PUBLIC_URL}/webhooks/quickbooks/"
    sandbox.quickbooks.app.verifier_token = settings.QUICKBOOKS_WEBHOOK_TOKEN
    return company, books


@pytest.fixture
def company(desk):
    return desk[0]


@pytest.fixture
def books(desk):
    return desk[1]


@pytest.fixture
def hear(sandbox):
    """Wait for every delivery and handle what arrived."""

    def act():
        sandbox.settle()
        return process_waiting(now=clock.now)

    return act


def test_a_new_invoice_of_a_new_customer_arrives_by_itself(company, books, hear):
    customer = books.add_customer("Mill", email="ap@mill.example")
    books.add_invoice(customer["Id"], "120.00", DocNumber="1")

    outcome = hear()

    assert outcome == {"done": 2}
    invoice = Invoice.objects.get()
    assert (invoice.customer.name, invoice.balance) == ("Mill", Decimal("120.00"))
    said = Entry.objects.get(verb="invoice.new")
    assert said.cause.verb == "webhook.quickbooks"


@pytest.mark.parametrize("shape", ["cloudevents", "legacy"])
def test_both_shapes_of_a_notification_are_understood(company, books, hear, sandbox, shape):
    sandbox.quickbooks.app.webhook_format = shape
    customer = books.add_customer("Mill")
    invoice = books.add_invoice(customer["Id"], "120.00")
    books.void("Invoice", invoice["Id"])

    hear()

    assert Invoice.objects.get().is_void


def test_a_payment_brings_the_invoices_it_settles(company, books, hear):
    customer = books.add_customer("Mill")
    one = books.add_invoice(customer["Id"], "100.00", DocNumber="1")
    two = books.add_invoice(customer["Id"], "50.00", DocNumber="2")
    hear()
    sandbox_clock.move(timedelta(minutes=1))
    paid = books.pay(customer["Id"], "120.00", {one["Id"]: "100.00", two["Id"]: "20.00"})
    WebhookEvent.objects.all().delete()

    hear()

    assert dict(Invoice.objects.values_list("number", "balance")) == {"1": 0, "2": 30}
    assert Payment.objects.get().lines.count() == 2

    sandbox_clock.move(timedelta(minutes=1))
    books.delete("Payment", paid["Id"])
    hear()

    assert Payment.objects.get().is_deleted
    assert dict(Invoice.objects.values_list("number", "balance")) == {"1": 100, "2": 50}


def test_deletions_credits_and_merges_are_followed(company, books, hear):
    loser, winner = books.add_customer("Mill Inc"), books.add_customer("Mill")
    gone = books.add_invoice(winner["Id"], "10.00", DocNumber="gone")
    books.add_invoice(loser["Id"], "100.00", DocNumber="moved")
    hear()
    sandbox_clock.move(timedelta(minutes=1))

    books.delete("Invoice", gone["Id"])
    books.credit(winner["Id"], "25.00")
    books.merge(loser["Id"], winner["Id"])
    hear()

    assert Invoice.objects.get(number="gone").is_deleted
    assert CreditMemo.objects.get().remaining == Decimal("25.00")
    assert Invoice.objects.get(number="moved").customer.name == "Mill"
    merged = Customer.objects.get(quickbooks_id=loser["Id"])
    assert merged.is_deleted and merged.merged_into.name == "Mill"


def test_events_heard_again_change_nothing(company, books, hear, sandbox):
    customer = books.add_customer("Mill")
    invoice = books.add_invoice(customer["Id"], "100.00")
    books.pay_by_check(invoice["Id"])
    hear()
    rows = list(Invoice.objects.values()), list(Payment.objects.values())
    told = Entry.objects.exclude(verb__startswith="webhook").count()

    for event in WebhookEvent.objects.order_by("-pk"):
        replay(event, now=clock.now())
    hear()

    assert (list(Invoice.objects.values()), list(Payment.objects.values())) == rows
    assert Entry.objects.exclude(verb__startswith="webhook").count() == told


def test_an_event_older_than_what_we_have_costs_no_reading(company, books, hear, sandbox):
    customer = books.add_customer("Mill")
    books.add_invoice(customer["Id"], "100.00")
    sandbox.settle()
    sandbox_clock.move(timedelta(minutes=5))
    books.edit("Invoice", Invoice_id(books), PrivateNote="later")
    read_in_full(company)
    sandbox.settle()
    WebhookEvent.objects.filter(kind="invoice.updated").delete()
    WebhookEvent.objects.filter(kind="customer.created").delete()
    sandbox.faults.forget()

    hear()

    assert WebhookEvent.objects.get(kind="invoice.created").state == "done"
    assert sandbox.faults.count("quickbooks") == 0


def Invoice_id(books) -> str:
    return books.all("Invoice")[0]["Id"]


def test_a_record_that_cannot_be_read_is_named_and_done(company, books, hear):
    customer = books.add_customer("Mill")
    invoice = books.add_invoice(customer["Id"], "100.00")
    books.put("Invoice", books.get("Invoice", invoice["Id"]) | {"TotalAmt": "much"})

    outcome = hear()

    assert outcome["done"] == 2
    assert SyncProblem.objects.get().quickbooks_id == invoice["Id"]


def test_books_that_do_not_answer_are_asked_again_later(company, books, hear, sandbox):
    customer = books.add_customer("Mill")
    books.add_invoice(customer["Id"], "100.00")
    sandbox.settle()
    sandbox.faults.add("quickbooks", "*", "500", times=20)

    assert hear()["received"] == 2
    sandbox.faults.clear()
    sandbox_clock.move(timedelta(hours=2))
    hear()

    assert Invoice.objects.get().balance == Decimal("100.00")
