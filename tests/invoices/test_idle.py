"""Idle: what is past due and forgotten, and only that."""

from datetime import timedelta

import pytest

from invoices import cadence
from invoices.idle import idle
from invoices.models import Reminder
from tests import factories
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def owing():
    company = factories.company()
    factories.cadence(company)
    return factories.invoice(
        factories.customer(company),
        issued_on=TODAY - timedelta(days=15),
        due_on=TODAY - timedelta(days=1),
    )


def test_a_past_due_invoice_without_a_plan_is_idle(owing):
    assert list(idle([owing.company], now=NOW)) == [owing]


def test_an_invoice_whose_reminder_just_left_is_not_idle_until_its_next_is_overdue(owing):
    company = owing.company
    cadence.plan(company, now=NOW)
    sent = Reminder.objects.planned().get()
    cadence.settle([sent.pk], state=Reminder.State.SENT, now=NOW, plan_next=False)

    assert not idle([company], now=NOW + timedelta(minutes=5)).exists()
    assert idle([company], now=NOW + timedelta(minutes=20)).exists()
