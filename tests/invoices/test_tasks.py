"""Tasks: one per thing, finished with an outcome."""

from datetime import timedelta

import pytest

from invoices import tasks
from invoices.models import Task
from tests import factories
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def company():
    return factories.company()


def open_task(company, **fields):
    fields = {"kind": Task.Kind.CALL, "key": "call:1", "title": "Call Ann", "now": NOW} | fields
    return tasks.open_task(company, **fields)


def test_the_same_thing_opens_one_task_until_it_is_done(company):
    first, second = open_task(company), open_task(company)
    tasks.finish(first, by=None, now=NOW, outcome="She pays tomorrow")
    third = open_task(company)

    assert first == second
    assert third != first
    assert list(Task.objects.of(company).open()) == [third]


def test_a_task_belongs_to_the_owner_of_its_customer(company):
    person = factories.member(company)
    invoice = factories.invoice(factories.customer(company, owner=person))

    task = open_task(company, invoice=invoice)

    assert (task.owner, task.customer) == (person, invoice.customer)


def test_a_task_is_not_done_without_an_outcome_nor_twice(company):
    task = open_task(company)

    with pytest.raises(tasks.TaskRefused, match="came of it"):
        tasks.finish(task, by=None, now=NOW, outcome=" ")
    tasks.finish(task, by=None, now=NOW, outcome="Reached nobody")
    with pytest.raises(tasks.TaskRefused, match="already done"):
        tasks.finish(task, by=None, now=NOW, outcome="Again")


def test_a_thing_that_settled_itself_closes_its_task(company):
    task = open_task(company)

    assert tasks.finish_key(company, "call:1", by=None, now=NOW, outcome="Paid") == task
    assert tasks.finish_key(company, "call:1", by=None, now=NOW, outcome="Paid") is None


def test_a_task_put_off_comes_back_on_its_day(company):
    task = open_task(company)
    later = TODAY + timedelta(days=3)

    with pytest.raises(tasks.TaskRefused, match="after today"):
        tasks.snooze(task, until=TODAY, by=None, now=NOW)
    tasks.snooze(task, until=later, by=None, now=NOW)

    assert not Task.objects.of(company).waiting(TODAY).exists()
    assert Task.objects.of(company).waiting(later).get() == task


def test_only_a_member_can_be_given_a_task(company):
    task = open_task(company)
    stranger = factories.member(factories.company())

    with pytest.raises(tasks.TaskRefused, match="does not work"):
        tasks.assign(task, owner=stranger, by=None, now=NOW)
    tasks.assign(task, owner=factories.member(company), by=None, now=NOW)
