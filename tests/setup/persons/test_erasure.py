"""An erasure takes out words, not facts."""

from datetime import timedelta

import pytest

from arbook.audit import sealing, verifying
from arbook.audit.models import Entry
from arbook.setup import erasing, persons
from customers.models import ConsentEvent
from customers.person import of_address
from invoices import tasks
from invoices.models import PromiseToPay, Task
from messaging import inbound
from messaging.models import Message, Thread
from reconciliation.models import Posting, StripePayment
from tests import factories
from tests.factories import NOW
from tests.setup.persons.traces import NUMBER, erase, traces

pytestmark = pytest.mark.django_db


def test_nothing_legible_is_left_but_the_evidence_of_consent(harbor, rosalind, boss):
    assert len(traces()) > 15

    erase(rosalind, by=boss)

    assert traces(but=("customers_consentevent",)) == []
    event = ConsentEvent.objects.get()
    assert (event.address, event.wording) == (NUMBER, "she said yes")


def test_what_the_books_need_stays(harbor, rosalind):
    erase(rosalind)

    bill = rosalind.invoices.get()
    payment = StripePayment.objects.get()
    assert (bill.total, bill.balance) == (80, 0)
    assert (payment.amount, payment.intent, payment.payer_email) == (80, "pi_1", "")
    assert payment.posting.quickbooks_id == "77"
    assert [row.total for row in Message.objects.order_by("pk")] == [0, 80, 80]
    assert PromiseToPay.objects.get().amount == 80


def test_the_record_says_who_erased_when_and_why_and_its_chain_holds(harbor, rosalind, boss):
    before = Entry.objects.count()

    erase(rosalind, by=boss)
    sealing.seal_waiting(now=NOW)

    entry = Entry.objects.get(verb="person.erased")
    assert (entry.by, entry.company) == (boss, harbor)
    assert entry.said == "A person's data was erased. Reason: Asked by letter of Nov 2"
    assert Entry.objects.count() > before
    found = verifying.verify()
    assert found.breach is None
    assert found.redacted > 3


def test_a_second_erasure_finds_nothing_more(harbor, rosalind):
    erase(rosalind)

    again = erasing.preview(persons.of_customer(rosalind), now=NOW)

    assert {name: count for name, count in again.goes.items() if count} == {
        "tasks, disputes, pauses and letters": again.goes["tasks, disputes, pauses and letters"]
    }


def test_an_erasure_needs_a_reason(harbor, rosalind):
    with pytest.raises(erasing.ErasureRefused):
        erase(rosalind, reason="  ")


def test_the_name_stays_on_what_is_owed_and_goes_when_it_is_paid(harbor, rosalind):
    bill = factories.invoice(rosalind, 40)

    stays = erasing.preview(persons.of_customer(rosalind), now=NOW).stays
    erase(rosalind)

    rosalind.refresh_from_db()
    assert "1 open invoice over $40.00" in stays[0].what
    assert (rosalind.name, rosalind.erased_at) == ("Rosalind Quimby", None)
    assert not rosalind.contacts.exclude(address="")

    bill.balance = 0
    bill.save()
    erasing.finish(NOW + timedelta(days=30))

    rosalind.refresh_from_db()
    assert rosalind.name == f"Erased customer {rosalind.quickbooks_id}"
    assert traces(but=("customers_consentevent",)) == []


def test_money_not_yet_in_the_books_keeps_the_name(harbor, rosalind):
    Posting.objects.update(state="posted")

    assert erasing.preview(persons.of_customer(rosalind), now=NOW).with_name is False


def test_a_strangers_words_go_by_the_address(harbor):
    inbound.receive(
        harbor,
        channel="sms",
        sender=NUMBER,
        body="my late answer",
        vendor_id="SM9",
        received_at=NOW,
        now=NOW,
    )

    erasing.erase(of_address(harbor, NUMBER), reason="asked", by=None, now=NOW)

    assert traces() == []
    assert Thread.objects.get().unknown_address.startswith("erased-")


def test_an_open_task_loses_the_words_and_stays_open(harbor, rosalind):
    task = tasks.open_task(
        harbor,
        kind=Task.Kind.OTHER,
        key="k",
        title="Rosalind Quimby asks for help",
        detail="my late bill",
        customer=rosalind,
        now=NOW,
    )

    erase(rosalind)

    task.refresh_from_db()
    assert (task.title, task.detail) == ("[erased] asks for help", "Erased on request.")
    assert task.done_at is None
