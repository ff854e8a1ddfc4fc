"""Double opt-in over the whole wire: the text that asks, the phone's own answer, what follows."""

from datetime import UTC, datetime, timedelta

import pytest

from arbook.gateways.models import Connection
from arbook.sandbox import clock as movable
from customers import consent, opt_ins, wordings
from customers.models import Channel, ConsentEvent, OptIn
from invoices.models import Task
from messaging import jobs, ways
from messaging import opt_ins as invitations
from messaging.models import Message, Thread
from tests import factories
from tests.messaging import phone

FRIDAY_NOON = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
NEW = "+18605550177"


@pytest.fixture
def line(live, sandbox):
    movable.move_to(FRIDAY_NOON)
    return phone.line(sandbox)


def ask(line, number=NEW, *, by=None):
    return opt_ins.ask(
        line.customer,
        written=number,
        source="pay_page",
        wording=wordings.current(line.company, "pay_page"),
        evidence={"pay_link": 1},
        by=by,
        now=movable.now(),
    )


def standing(line, number=NEW) -> str:
    return consent.standing(line.company, Channel.SMS, number).state


def test_a_number_gets_one_question_and_its_yes_is_consent(line, sandbox):
    ask(line)
    line.work()

    [asked] = line.received(NEW)
    assert asked.startswith("Harbor Dental: reply YES") and "STOP to opt out" in asked
    assert standing(line) == "unknown"
    assert sandbox.faults.count("twilio", "lookup.fetch") == 1
    ask(line)
    line.work()
    assert len(line.received(NEW)) == 1

    line.hears("Yes!", sender=NEW)

    event = ConsentEvent.objects.filter(address=NEW).get()
    assert (event.direction, event.source) == ("given", "opt_in")
    assert event.evidence["answer"] == "Yes!" and event.evidence["vendor_id"].startswith("SM")
    assert line.customer.contacts.filter(address=NEW).exists()
    assert not Thread.objects.filter(unknown_address=NEW).exists()
    assert Message.objects.get(direction="in").customer == line.customer
    assert len(line.received(NEW)) == 1


@pytest.mark.parametrize("words", ["no", "who is this?", "yes but who are you"])
def test_an_answer_that_is_no_clear_yes_is_no_consent_and_waits_for_a_person(line, words):
    ask(line)
    line.work()

    line.hears(words, sender=NEW)

    assert standing(line) == "unknown"
    assert Thread.objects.get(unknown_address=NEW).state == Thread.State.NEEDS_REPLY


def test_a_stop_in_answer_to_the_question_stops(line):
    ask(line)
    line.work()

    line.hears("leave me alone and never text me again", sender=NEW)
    line.hears("YES", sender=NEW)

    assert standing(line) == "withdrawn"
    assert OptIn.objects.filter(state=OptIn.State.CONFIRMED).count() == 0


def test_a_landline_is_not_asked(line, sandbox):
    sandbox.phone(NEW).data.line = "landline"
    opt_in = ask(line)
    line.work()

    opt_in.refresh_from_db()
    assert line.received(NEW) == []
    assert opt_in.state == OptIn.State.REFUSED and "landline" in opt_in.reason


def test_the_question_waits_for_a_decent_hour_and_names_it(line, sandbox):
    movable.move_to(FRIDAY_NOON + timedelta(hours=10))  # Friday, ten in the evening
    ask(line)
    line.work()
    assert line.received(NEW) == []

    movable.move_to(FRIDAY_NOON + timedelta(days=3))
    line.work()

    assert len(line.received(NEW)) == 1


def test_a_question_that_did_not_arrive_is_closed_and_whoever_asked_hears_of_it(line, sandbox):
    sandbox.phone(NEW).data.fate = "30003"
    person = factories.member(line.company)
    opt_in = ask(line, by=person)
    line.work()

    opt_in.refresh_from_db()
    assert opt_in.state == OptIn.State.REFUSED
    assert opt_in.reason.startswith("The text did not arrive: ")
    task = Task.objects.get()
    assert (task.customer, task.owner) == (line.customer, person)
    assert "for a yes did not arrive" in task.title

    sandbox.phone(NEW).data.fate = "delivered"
    again = ask(line, by=person)
    line.work()
    line.hears("YES", sender=NEW)

    assert again.pk != opt_in.pk and standing(line) == "given"


def test_a_yes_from_somebody_who_opted_out_is_a_task_until_a_person_decides(line):
    line.hears("please stop texting me")
    line.hears("YES")

    wish = OptIn.objects.get()
    task = Task.objects.get(key=invitations.task_key("sms", phone.PHONE))
    assert standing(line, phone.PHONE) == "withdrawn"
    assert (wish.state, wish.wording) == (OptIn.State.FOR_PERSON, "YES")
    assert task.done_at is None and "opted out" in task.title

    person = factories.member(line.company)
    invitations.decide(wish, allows=True, reason="Called them.", by=person, now=movable.now())

    task.refresh_from_db()
    assert standing(line, phone.PHONE) == "given"
    assert task.done_by == person and "Called them." in task.outcome


@pytest.mark.parametrize("state", ["", "PENDING", "IN_PROGRESS", "FAILED", "SUSPENDED"])
def test_nothing_at_all_is_texted_while_the_campaign_is_not_verified(line, sandbox, state):
    if state:
        line.carrier.set_campaign(state)
    else:
        line.carrier.service.campaign_sid = ""
    jobs.read_campaigns(movable.now())
    ask(line)
    line.hears("Can you send me the invoice?")
    thread = Thread.objects.get(customer=line.customer)
    way = ways.of(thread, now=movable.now())["sms"]
    line.hears("please stop texting me")  # what would be confirmed by a text
    line.work()

    assert sandbox.faults.count("twilio", "messages.create") == 0
    assert way is not None
    assert OptIn.objects.get(address=NEW).texted_at is None

    line.carrier.set_campaign("VERIFIED")
    line.carrier.service.campaign_sid = "QE1"
    jobs.read_campaigns(movable.now())
    movable.move(timedelta(minutes=20))
    line.work()
    assert len(line.received(NEW)) == 1


def test_a_sender_without_a_number_in_its_pool_sends_nothing(line, sandbox):
    row = Connection.objects.get(company=line.company)
    row.options["campaign"] |= {"numbers": []}
    row.save()
    ask(line)
    line.work()

    assert sandbox.faults.count("twilio", "messages.create") == 0


def test_a_yes_before_the_question_has_left_answers_something_else(line):
    movable.move_to(FRIDAY_NOON + timedelta(hours=10))  # Friday, ten in the evening
    ask(line)
    line.work()

    line.hears("Yes", sender=NEW)

    assert standing(line) == "unknown"
    assert Thread.objects.get(unknown_address=NEW).state == Thread.State.NEEDS_REPLY


def test_a_question_that_is_settled_overnight_does_not_leave_in_the_morning(line):
    movable.move_to(FRIDAY_NOON + timedelta(hours=10))
    opt_in = ask(line)
    line.work()
    opt_ins.refuse(opt_in, reason="They called: no texts.", now=movable.now())

    movable.move_to(FRIDAY_NOON + timedelta(days=3))
    line.work()

    assert line.received(NEW) == []
