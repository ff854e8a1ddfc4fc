"""What is kept how long: words go, rows stay and say so, and nothing open is touched."""

import json
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from arbook.audit import sealing, verifying
from arbook.audit.models import Entry
from arbook.companies import keeping
from arbook.companies.models import Role
from arbook.outbox.models import Effect
from arbook.setup import retention
from arbook.webhooks import process
from arbook.webhooks.models import WebhookEvent
from customers.models import Contact
from invoices import tasks
from invoices.models import Dispute, PromiseToPay, Task
from messaging import inbound
from messaging.models import Decision, Message, Thread
from reconciliation.models import Posting, StripePayment
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db

LATER = keeping.months_before(NOW, -37)
LINE = "Removed after 36 months."


@pytest.fixture
def harbor():
    return factories.company(slug="harbor", name="Harbor")


@pytest.fixture
def said(harbor) -> Message:
    """A reply that was answered long ago, in a closed conversation."""
    owner = factories.customer(harbor)
    contact = factories.contact(owner, "sms")
    got = inbound.receive(
        harbor,
        channel="sms",
        sender=contact.address,
        body="Thank you!",
        vendor_id="SM1",
        received_at=NOW,
        now=NOW,
    )
    assert got.thread.state == Thread.State.WAITING
    return got.message


def _age_out(company, now=LATER, **how) -> dict:
    return retention.age_out(company, now=now, **how)


def _event(company, **fields) -> WebhookEvent:
    fields = {
        "vendor": "twilio",
        "external_id": f"SM{WebhookEvent.objects.count()}",
        "kind": "message",
        "content": json.dumps({"Body": "words", "From": "+18605550100"}),
        "headers": {"X-Twilio-Signature": "s"},
        "received_at": NOW,
        "not_before": NOW,
        "state": WebhookEvent.State.DONE,
    } | fields
    return WebhookEvent.objects.create(company=company, **fields)


def _effect(company, **fields) -> Effect:
    fields = {
        "kind": "alerts.mail",
        "key": f"k{Effect.objects.count()}",
        "payload": {"to": "a@b.example", "message": 5, "title": "words"},
        "result": {"message_id": "<x@y>"},
        "state": Effect.State.DONE,
        "not_before": NOW,
        "created_at": NOW,
        "finished_at": NOW,
    } | fields
    return Effect.objects.create(company=company, **fields)


@pytest.mark.parametrize(
    ("day", "months", "line"),
    [
        ("2026-11-20", 36, "2023-11-20"),
        ("2026-03-31", 1, "2026-02-28"),
        ("2024-02-29", 12, "2023-02-28"),
        ("2026-01-15", 1, "2025-12-15"),
        ("2026-12-15", 12, "2025-12-15"),
    ],
)
def test_months_are_counted_by_the_calendar(day, months, line):
    found = keeping.months_before(datetime.fromisoformat(day), months)

    assert found == datetime.fromisoformat(line)


# --- Messages ------------------------------------------------------------------------------------


def test_words_of_an_old_message_go_and_the_rest_stays(harbor, said):
    _age_out(harbor, now=LATER - timedelta(days=40))
    said.refresh_from_db()
    assert said.body == "Thank you!"

    counts = _age_out(harbor)

    said.refresh_from_db()
    assert counts["messages"] == 1
    assert (said.body, said.removed_at) == (LINE, LATER)
    assert said.reading == {"intent": "thanks"}
    assert (said.vendor_id, said.created_at) == ("SM1", NOW)


def test_the_records_sentence_that_quoted_it_goes_too_and_the_chain_holds(harbor, said):
    sealing.seal_waiting(now=NOW)

    _age_out(harbor)
    sealing.seal_waiting(now=LATER)

    entry = Entry.objects.get(verb="reply.received")
    assert entry.said == f"What was written is not kept any more. {LINE}"
    assert "Thank you" not in json.dumps(list(Entry.objects.values_list("said", "data")))
    found = verifying.verify()
    assert (found.breach, found.redacted) == (None, 1)


def test_a_company_decides_how_long(harbor, said):
    harbor.keep_messages_months = 6
    harbor.save()

    _age_out(harbor, now=keeping.months_before(NOW, -6) + timedelta(days=1))

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
    _effect(
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

    assert _age_out(harbor)["messages"] == 0

    said.refresh_from_db()
    assert said.body == "Thank you!"


def test_what_was_asked_for_stays_readable_as_long_as_it_is_owed(harbor, said):
    bill = factories.invoice(said.customer, 40)
    said.lines.create(invoice=bill, amount=40)

    assert _age_out(harbor)["messages"] == 0

    bill.balance = 0
    bill.save()
    assert _age_out(harbor)["messages"] == 1


def test_money_that_stands_in_the_books_keeps_nothing(harbor, said):
    _has_money(said, state=Posting.State.VERIFIED)

    assert _age_out(harbor)["messages"] == 1


def test_a_proposal_keeps_its_words_however_old(harbor, said):
    Message.objects.filter(pk=said.pk).update(state=Message.State.PROPOSED)

    assert _age_out(harbor)["messages"] == 0


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

    assert _age_out(harbor)["decisions"] == 1

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

    assert _age_out(harbor)["details of tasks"] == 1

    task.refresh_from_db()
    assert task.detail == LINE


# --- Payloads ------------------------------------------------------------------------------------


def test_what_vendors_sent_goes_and_the_event_stays(harbor):
    event, soon = _event(harbor), _event(harbor, received_at=NOW + timedelta(days=80))

    counts = _age_out(harbor, now=NOW + timedelta(days=91))

    event.refresh_from_db()
    soon.refresh_from_db()
    assert counts["events of vendors"] == 1
    assert event.payload == {"removed": "Removed after 90 days."}
    assert event.headers == {}
    assert soon.payload["Body"] == "words"


@pytest.mark.parametrize("state", ["received", "in_flight", "dead"])
def test_an_event_that_waits_or_failed_keeps_what_was_sent(harbor, state):
    event = _event(harbor, state=state)

    _age_out(harbor)

    event.refresh_from_db()
    assert event.payload["Body"] == "words"


def test_an_event_without_content_is_not_replayed(harbor):
    event = _event(harbor)
    _age_out(harbor)

    assert process.replay(event, now=LATER) is False
    event.refresh_from_db()
    assert event.state == WebhookEvent.State.DONE


def test_what_we_sent_goes_but_for_figures(harbor):
    effect = _effect(harbor)
    kept = [_effect(harbor, state=state) for state in ("pending", "unsure", "dead", "in_flight")]

    counts = _age_out(harbor, now=NOW + timedelta(days=91))

    effect.refresh_from_db()
    assert counts["effects"] == 1
    assert effect.payload == {"message": 5, "removed": "Removed after 90 days."}
    assert effect.result == {}
    for one in kept:
        one.refresh_from_db()
        assert one.payload["title"] == "words"


def test_the_job_takes_out_what_belongs_to_no_company_as_well(harbor):
    event, effect = _event(None), _effect(None)

    retention.daily(LATER)

    event.refresh_from_db()
    effect.refresh_from_db()
    assert "removed" in event.payload
    assert "removed" in effect.payload


# --- Contacts ------------------------------------------------------------------------------------


def _contact(harbor, **fields) -> Contact:
    fields = {"state": Contact.State.REMOVED, "state_at": NOW} | fields
    return factories.contact(factories.customer(harbor), "sms", **fields)


def test_an_address_long_out_of_use_goes_and_its_consent_stays(harbor):
    contact = _contact(harbor)
    address, consent = contact.address, factories.consent(contact)

    assert _age_out(harbor)["contacts"] == 1

    contact.refresh_from_db()
    consent.refresh_from_db()
    assert contact.address == ""
    assert str(contact) == f"Removed after 36 months (no. {contact.pk})"
    assert consent.address == address


@pytest.mark.parametrize(
    "fields",
    [
        {"state": Contact.State.USABLE},
        {"state": Contact.State.BOUNCED},  # the books still have it: it must not come back usable
        {"state": Contact.State.WRONG_PERSON},
        {"state_at": LATER - timedelta(days=300)},
    ],
)
def test_an_address_in_use_or_still_in_the_books_stays(harbor, fields):
    contact = _contact(harbor, **fields)

    assert _age_out(harbor)["contacts"] == 0

    contact.refresh_from_db()
    assert contact.address


def test_two_contacts_of_one_customer_may_both_go(harbor):
    owner = factories.customer(harbor)
    for _ in range(2):
        factories.contact(owner, "sms", state=Contact.State.REMOVED, state_at=NOW)

    assert _age_out(harbor)["contacts"] == 2


def test_whoever_still_owes_keeps_their_addresses(harbor):
    contact = _contact(harbor)
    contact.customer.balance = 5
    contact.customer.save()

    assert _age_out(harbor)["contacts"] == 0


# --- Runs ----------------------------------------------------------------------------------------


def test_a_dry_run_says_exactly_what_the_run_then_does(harbor, said):
    _event(harbor)
    _effect(harbor)
    _contact(harbor)
    before = Entry.objects.count()

    foretold = _age_out(harbor, dry_run=True)

    assert Entry.objects.count() == before
    said.refresh_from_db()
    assert said.body != LINE
    assert foretold == _age_out(harbor)
    assert sum(_age_out(harbor).values()) == 0


def test_the_job_works_behind_the_wall_and_the_chain_holds(harbor, said):
    sealing.seal_waiting(now=NOW)

    retention.daily(LATER)

    said.refresh_from_db()
    assert said.body == LINE
    sealing.seal_waiting(now=LATER)
    assert (verifying.verify().breach, verifying.verify().redacted) == (None, 1)


def test_a_run_leaves_one_entry_with_its_counts(harbor, said):
    _age_out(harbor)

    entry = Entry.objects.get(verb="retention.done")
    assert entry.company == harbor
    assert entry.said == "Kept no longer: 1 messages."
    assert entry.data["messages"] == 1


def test_a_run_cut_short_is_taken_up_again(harbor, monkeypatch):
    monkeypatch.setattr(keeping, "BATCH", 2)
    events = [_event(harbor) for _ in range(5)]
    rows = WebhookEvent.objects.filter(company=harbor).exclude(content__startswith='{"removed"')
    seen = []

    def killed(batch):
        if len(seen) == 2:
            raise KeyboardInterrupt
        seen.append(batch)
        WebhookEvent.objects.filter(pk__in=[one.pk for one in batch]).update(
            content='{"removed": "x"}'
        )

    with pytest.raises(KeyboardInterrupt):
        keeping.in_batches(rows, killed)

    assert rows.count() == 1
    assert _age_out(harbor)["events of vendors"] == 1
    assert all("removed" in event.payload for event in WebhookEvent.objects.all())
    assert len(events) == 5


def test_another_companys_rows_are_not_touched(harbor, said):
    other = factories.company(keep_messages_months=6)

    _age_out(other)

    said.refresh_from_db()
    assert said.removed_at is None


def test_the_command_says_what_would_go_and_takes_it_out(harbor, said, settings):
    Message.objects.filter(pk=said.pk).update(created_at=NOW - timedelta(days=4000))

    def run(*words):
        out = StringIO()
        call_command("retention", *words, stdout=out)
        return out.getvalue()

    assert run("--dry-run") == "harbor: would go: 1 messages\n"
    assert run("harbor") == "harbor: taken out: 1 messages\n"
    assert run("harbor") == "harbor: taken out: nothing\n"
    with pytest.raises(CommandError):
        run("nobody")


# --- Screens -------------------------------------------------------------------------------------


def test_the_thread_shows_that_words_are_gone(harbor, said, client):
    _age_out(harbor)
    client.force_login(factories.member(harbor, Role.VIEWER))

    page = client.get(said.thread.get_absolute_url()).content.decode()

    assert LINE in page
    assert "said-removed" in page


def test_the_limits_of_keeping_are_told(harbor):
    from django.core.exceptions import ValidationError

    from arbook.setup import companies

    for name, value in (
        ("keep_messages_months", 3),
        ("keep_payloads_days", 7),
        ("keep_contacts_months", 200),
    ):
        with pytest.raises(ValidationError) as refused:
            companies.save("harbor", {name: value}, by=None, now=NOW)
        assert "Between" in str(refused.value)
