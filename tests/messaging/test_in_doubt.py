"""A message in doubt keeps its place until a person says what became of it."""

import threading
import time

import pytest
from django.db import connection, transaction
from django.urls import reverse

from arbook import clock
from arbook.companies.models import Role
from arbook.outbox import outbox
from arbook.outbox.models import Effect
from invoices.models import Reminder, Task
from messaging import approving, in_doubt
from messaging.models import Message
from tests.desk import MORNING, PASSWORD, Desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(db, sandbox):
    from arbook.sandbox import clock as movable

    movable.move_to(MORNING)
    sandbox.delivery.hold()
    return Desk(sandbox)


@pytest.fixture
def doubtful(desk):
    """An approved reminder whose mail was lost after it was handed over."""
    desk.owes("Blue Door Cafe", "162.07", days_ago=7, terms=5)
    desk.sync()
    desk.approved("Blue Door Cafe")
    desk.sandbox.faults.add("mail", "send", "drop_after", times=1)
    for _ in range(14):
        desk.later(hours=3)
        desk.work()
    row = Message.objects.get(purpose=Message.Purpose.REMINDER)
    assert in_doubt.is_in_doubt(row)
    return row


def test_a_person_who_saw_it_leave_counts_the_touch(desk, doubtful):
    person = desk.member(Role.MANAGER)

    in_doubt.it_left(doubtful, by=person, now=clock.now())

    doubtful.refresh_from_db()
    assert doubtful.state == Message.State.HANDED_OVER
    assert Reminder.objects.filter(state=Reminder.State.SENT).count() == 1
    assert not Task.objects.open().exists()
    assert not Effect.objects.stuck().exists()


def test_what_did_not_leave_is_proposed_anew(desk, doubtful):
    desk.sync()
    in_doubt.it_did_not_leave(doubtful, by=desk.member(Role.MANAGER), now=clock.now())
    desk.work()

    doubtful.refresh_from_db()
    assert doubtful.state == Message.State.WITHDRAWN
    assert Message.objects.proposed().get().customer == doubtful.customer


def test_it_is_said_once(desk, doubtful):
    person = desk.member(Role.MANAGER)
    in_doubt.it_left(doubtful, by=person, now=clock.now())

    with pytest.raises(in_doubt.NotInDoubt):
        in_doubt.it_did_not_leave(doubtful, by=person, now=clock.now())


def test_large_amounts_are_a_managers_to_approve(client, desk):
    desk.owes("Grand Hotel", "12000.00", days_ago=7, terms=5)
    desk.sync()
    desk.prepare()
    row = Message.objects.proposed().get()
    bookkeeper, manager = desk.member(), desk.member(Role.MANAGER)

    assert approving.approve([row], by=bookkeeper, now=clock.now()).count == 0
    assert approving.approve([row], by=manager, now=clock.now()).count == 1


def test_the_task_asks_and_takes_the_answer(client, desk, doubtful):
    person = desk.member(Role.MANAGER)
    client.login(email=person.email, password=PASSWORD)
    task = Task.objects.open().get()
    slug = desk.company.slug
    page = client.get(reverse("invoices:task", args=[slug, task.pk])).content.decode()
    fate = reverse("messaging:fate", args=[slug, doubtful.pk])
    assert fate in page

    client.post(fate, {"left": "yes"})

    task.refresh_from_db()
    assert task.done_by == person
    doubtful.refresh_from_db()
    assert doubtful.state == Message.State.HANDED_OVER


@pytest.mark.django_db(transaction=True)
def test_a_message_that_is_tried_again_at_this_moment_is_not_said_to_have_stayed(desk, doubtful):
    person, said = desk.member(Role.MANAGER), []

    def say() -> None:
        try:
            in_doubt.it_did_not_leave(doubtful, by=person, now=clock.now())
        except in_doubt.NotInDoubt as refusal:
            said.append(str(refusal))
        finally:
            connection.close()

    slower = threading.Thread(target=say)
    with transaction.atomic():
        outbox.retry(Effect.objects.stuck().get(), now=clock.now(), by=person)
        slower.start()
        for _ in range(400):
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
                if cursor.fetchone()[0]:
                    break
            time.sleep(0.05)
    slower.join()

    assert said == ["What became of this message is known already."]
    assert Effect.objects.get(kind="messaging.send").state != Effect.State.CANCELLED
    doubtful.refresh_from_db()
    assert doubtful.state == Message.State.APPROVED
