"""Words of messages, decisions and tasks go; nothing open is touched."""

import json
from datetime import timedelta

import pytest

from arbook.audit import sealing, verifying
from arbook.audit.models import Entry
from arbook.companies import keeping
from arbook.outbox.models import Effect
from invoices import tasks
from invoices.models import Dispute, PromiseToPay, Task
from messaging.models import Decision, Message, Thread
from reconciliation.models import Posting, StripePayment
from tests import factories
from tests.factories import NOW
from tests.setup.retention.old import LATER, LINE, age_out, an_effect

pytestmark = pytest.mark.django_db


def test_words_of_an_old_message_go_and_the_rest_stays(harbor, said):
    age_out(harbor, now=LATER - timedelta(days=40))
    said.refresh_from_db()
    assert said.body == "Thank you!"

    counts = age_out(harbor)

    said.refresh_from_db()
    assert counts["messages"] == 1
    assert (said.body, said.removed_at) == (LINE, LATER)
    assert said.reading == {"intent": "thanks"}
    assert (said.vendor_id, said.created_at) == ("SM1", NOW)


def test_the_records_sentence_that_quoted_it_goes_too_and_the_chain_holds(harbor, said):
    sealing.seal_waiting(now=NOW)

    age_out(harbor)
    sealing.seal_waiting(now=LATER)

    entry = Entry.objects.get(verb="reply.received")
    assert entry.said == f"What was written is not kept any more. {LINE}"
    assert "Thank you" not in json.dumps(list(Entry.objects.values_list("said", "data")))
    found = verifying.verify()
    assert (found.breach, found.redacted) == (None, 1)


def test_a_company_decides_how_long(harbor, said):
    harbor.keep_messages_months = 6
    harbor.save()

    age_out(harbor, now=keeping.months_before(NOW, -6) + timedelta(days=1))

    said.refresh_from_db()
    assert said.body == "Removed after 6 months."


def _unanswered(said):
    Thread.objects.filter(pk=said.thread_id).update(state=Thread.State.NEEDS_REPLY)


def _disputed(said):
    bill = factories.invoice(said.customer)
    Dispute.objects.create(
        company=said.company, invoice=bill, amount=5, reason="Broken", opened_at=NOW
    )


def _promised(said):
    PromiseToPay.objects.create(
        company=said.company,
        invoice=factories.invoice(said.customer),
        amount=5,
        due_on=NOW.date(),
        made_at=NOW,
    )


def _has_work(said):
    tasks.open_task(
        said.company, kind=Task.Kind.OTHER, key="k", title="t", customer=said.customer, now=NOW
    )


def _has_money(said, **posting):
    payment = StripePayment.objects.create(
        company=said.company,
        intent="pi_1",
        customer=said.customer,
        amount=5,
        state=StripePayment.State.SUCCEEDED,
        started_at=NOW,
    )
    if posting:
        Posting.objects.create(
            company=said.company,
            payment=payment,
            request_id="r",
            reference="r",
            intended_at=NOW,
            **posting,
        )


def _has_money_not_read_back(said):
    _has_money(said, state=Posting.State.POSTED)


def _has_a_dead_effect(said):
    an_effect(
        said.company,
        kind="messaging.send",
        payload={"message": said.pk},
        state=Effect.State.DEAD,
        finished_at=NOW,
    )


@pytest.mark.parametrize(
    "opened",
    [
        _unanswered,
        _disputed,
        _promised,
        _has_work,
        _has_money,
        _has_money_not_read_back,
        _has_a_dead_effect,
    ],
)
def test_nothing_goes_while_something_is_open(harbor, said, opened):
    opened(said)

    assert age_out(harbor)["messages"] == 0

    said.refresh_from_db()
    assert said.body == "Thank you!"


def test_what_was_asked_for_stays_readable_as_long_as_it_is_owed(harbor, said):
    bill = factories.invoice(said.customer, 40)
    said.lines.create(invoice=bill, amount=40)

    assert age_out(harbor)["messages"] == 0

    bill.balance = 0
    bill.save()
    assert age_out(harbor)["messages"] == 1


def test_money_that_stands_in_the_books_keeps_nothing(harbor, said):
    _has_money(said, state=Posting.State.VERIFIED)

    assert age_out(harbor)["messages"] == 1


def test_a_proposal_keeps_its_words_however_old(harbor, said):
    Message.objects.filter(pk=said.pk).update(state=Message.State.PROPOSED)

    assert age_out(harbor)["messages"] == 0


def test_old_decisions_keep_their_answer_without_what_was_read(harbor, said):
    decision = Decision.objects.create(
        company=harbor,
        customer=said.customer,
        stage=Decision.Stage.PLAN,
        at=NOW,
        passed=False,
        checks=[
            {
                "check": "consent",
                "name": "Consent",
                "result": "stop",
                "passed": False,
                "value": "+18605550100",
                "sentence": "No consent for (860) 555-0100",
                "source": "ledger",
                "read_at": NOW.isoformat(),
            }
        ],
        sentence="No consent",
        rules_version="1",
        is_current=False,
    )
    current = Decision.objects.create(
        company=harbor,
        customer=said.customer,
        stage=Decision.Stage.PLAN,
        at=NOW,
        passed=True,
        sentence="Yes",
        rules_version="1",
    )

    assert age_out(harbor)["decisions"] == 1

    decision.refresh_from_db()
    current.refresh_from_db()
    assert decision.checks[0]["result"] == "stop"
    assert (decision.checks[0]["value"], decision.checks[0]["sentence"]) == ("", LINE)
    assert current.shortened_at is None


def test_a_finished_tasks_detail_goes(harbor, said):
    task = tasks.open_task(
        harbor,
        kind=Task.Kind.ANSWER,
        key="k",
        title="Answer",
        detail="They wrote: words",
        customer=said.customer,
        now=NOW,
    )
    Task.objects.filter(pk=task.pk).update(done_at=NOW)

    assert age_out(harbor)["details of tasks"] == 1

    task.refresh_from_db()
    assert task.detail == LINE
