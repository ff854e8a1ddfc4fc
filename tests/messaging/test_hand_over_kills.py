"""A worker killed at each step of a reminder's hand-over: one text per step, or a visible doubt."""

import pytest

from arbook.audit import timeline
from arbook.outbox.models import Effect
from arbook.sandbox import clock as movable
from invoices.models import Reminder, Task
from messaging.models import Message
from tests.desk import MORNING, Desk
from tests.workers import Worker, Workers, wait_for

HELD = 30
MOBILE = "+12125550111"
ADDRESS = "ap@bluedoorcafe.example"


@pytest.fixture
def workers(child_environment):
    started = Workers(child_environment)
    yield started
    started.stop()


@pytest.fixture
def desk(transactional_db, sandbox):
    movable.move_to(MORNING)
    sandbox.delivery.hold()
    return Desk(sandbox)


@pytest.fixture
def reminder(desk):
    """A text that a bookkeeper approved and that is due to leave."""
    desk.owes("Blue Door Cafe", "162.07", days_ago=15, mobile=MOBILE)
    desk.sync()
    return desk.approved("Blue Door Cafe")


@pytest.fixture
def mail(desk):
    """A mail that a bookkeeper approved and that is due to leave."""
    desk.owes("Blue Door Cafe", "162.07", days_ago=8)
    desk.sync()
    return desk.approved("Blue Door Cafe")


def _held_at(desk, workers, vendor: str, operation: str, kind: str) -> Worker:
    rule = desk.sandbox.faults.add(vendor, operation, kind, times=1, seconds=HELD)
    worker = workers.start()
    wait_for(lambda: rule.struck, f"the worker to reach {vendor} {operation}")
    return worker


def _handed_to_twilio(desk) -> list:
    return desk.sandbox.twilio("AC" + f"{1:032x}").outbound(MOBILE)


def _sending(message: Message) -> Effect:
    return Effect.objects.get(kind="messaging.send", payload__message=message.pk)


def while_the_books_are_read(desk, workers, message):
    worker = _held_at(desk, workers, "quickbooks", "query.invoice", "hang")
    worker.kill()


def in_the_call_before_it_is_stored(desk, workers, message):
    worker = _held_at(desk, workers, "twilio", "messages.create", "hang")
    assert _handed_to_twilio(desk) == []
    worker.kill()


def in_the_call_after_it_is_stored(desk, workers, message):
    worker = _held_at(desk, workers, "twilio", "messages.create", "slow")
    wait_for(lambda: _handed_to_twilio(desk), "Twilio to take the text")
    worker.kill()


def while_it_asks_what_became_of_it(desk, workers, message):
    desk.sandbox.faults.add("twilio", "messages.create", "drop_after", times=1)
    worker = _held_at(desk, workers, "twilio", "messages.list", "hang")
    assert len(_handed_to_twilio(desk)) == 1
    worker.kill()


def while_the_outcome_is_written(desk, workers, message):
    rule = desk.sandbox.faults.add("twilio", "messages.create", "slow", times=1, seconds=1)
    worker = workers.start()
    wait_for(lambda: rule.struck, "the worker to hand it over")
    with workers.locked("messaging_message", message.pk):
        wait_for(worker.is_blocked, "the worker to write the outcome")
        worker.kill()
    message.refresh_from_db()
    assert message.state == Message.State.APPROVED


def before_done_is_written(desk, workers, message):
    rule = desk.sandbox.faults.add("twilio", "messages.create", "slow", times=1, seconds=1)
    worker = workers.start()
    wait_for(lambda: rule.struck, "the worker to hand it over")
    with workers.locked("outbox_effect", _sending(message).pk):
        wait_for(worker.is_blocked, "the worker to write that it is done")
        worker.kill()


STEPS = [
    while_the_books_are_read,
    in_the_call_before_it_is_stored,
    in_the_call_after_it_is_stored,
    while_it_asks_what_became_of_it,
    while_the_outcome_is_written,
    before_done_is_written,
]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.__name__)
def test_a_worker_killed(step, desk, workers, reminder):
    step(desk, workers, reminder)

    workers.take_over()

    assert len(_handed_to_twilio(desk)) == 1
    assert _handed_to_twilio(desk)[0].body == reminder.body
    assert _sending(reminder).state == Effect.State.DONE
    reminder.refresh_from_db()
    assert reminder.state == Message.State.HANDED_OVER
    assert reminder.vendor_id == _handed_to_twilio(desk)[0].sid
    assert reminder.lines.get().reminder.state == Reminder.State.SENT
    sent = [line for line in timeline.of(reminder) if line.verb == "message.sent"]
    assert len(sent) == 1


def test_a_text_in_doubt_is_never_repeated_while_twilio_cannot_say(desk, workers, reminder):
    worker = _held_at(desk, workers, "twilio", "messages.create", "slow")
    wait_for(lambda: _handed_to_twilio(desk), "Twilio to take the text")
    desk.sandbox.faults.add("twilio", "messages.list", "500")
    worker.kill()

    workers.take_over(most_minutes=600)

    assert len(_handed_to_twilio(desk)) == 1
    _waits_for_a_person(reminder)


def test_a_mail_in_doubt_is_never_repeated(desk, workers, mail):
    rule = desk.sandbox.faults.add("mail", "send", "hang", times=1, seconds=HELD)
    worker = workers.start()
    wait_for(lambda: rule.struck, "the worker to reach the mail server")
    worker.kill()

    workers.take_over(most_minutes=600)

    assert len(desk.letters(ADDRESS)) <= 1
    assert desk.sandbox.faults.count("mail", "send") <= 1
    _waits_for_a_person(mail)


def _waits_for_a_person(message: Message) -> None:
    """It keeps its place, so that nothing is sent beside it, and says so where people look."""
    assert _sending(message).state == Effect.State.DEAD
    message.refresh_from_db()
    assert message.state == Message.State.APPROVED
    assert message.error
    assert Task.objects.open().get(key=f"message:{message.pk}").customer == message.customer
    assert next(line.verb for line in timeline.of(message)) == "message.unsure"
