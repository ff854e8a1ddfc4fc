"""Whatever happens: one touch each, each step once, in order."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from invoices import cadence
from invoices.models import CustomerCadence, Invoice
from tests.factories import NOW, TODAY
from tests.invoices.cadence.planning import State, issued, plan

pytestmark = pytest.mark.django_db


acts = st.lists(
    st.tuples(
        st.sampled_from(["plan", "take", "skip", "pay", "open", "void", "due", "wait", "part"]),
        st.integers(0, 2),
        st.integers(-20, 40),
    ),
    max_size=14,
)


def _act(company, invoices, act, which, size, day):
    """One change of the world; returns the day after it."""
    now = NOW + timedelta(days=day)
    invoice = invoices[which]
    row = Invoice.objects.filter(pk=invoice.pk)
    planned = invoice.reminders.planned()
    if act == "plan":
        cadence.plan(company, now=now)
    elif act in ("take", "skip"):
        state = State.SENT if act == "take" else State.SKIPPED
        ids = planned.filter(due_on__lte=TODAY + timedelta(days=day)).values_list("pk", flat=True)
        cadence.settle(list(ids), state=state, now=now)
    elif act == "pay":
        row.update(balance=0)
    elif act == "part":
        row.update(balance=40)
    elif act == "open":
        row.update(balance=100, is_void=False)
    elif act == "void":
        row.update(is_void=True)
    elif act == "due":
        row.update(due_on=invoice.issued_on + timedelta(days=abs(size)))
    elif act == "wait":
        return day + abs(size) // 3
    return day


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts=acts)
def test_whatever_happens_the_plan_is_one_touch_each_and_planning_again_changes_nothing(
    transactional_company, acts
):
    company, customer = transactional_company
    invoices = [issued(customer, age) for age in (2, 20, 45)]
    day = 0
    for act, which, size in acts:
        day = _act(company, invoices, act, which, size, day)

    cadence.plan(company, now=NOW + timedelta(days=day))

    again = cadence.plan(company, now=NOW + timedelta(days=day))
    assert again.changed == 0
    for invoice in invoices:
        invoice.refresh_from_db()
        planned = list(invoice.reminders.planned())
        assert len(planned) <= 1
        assert invoice.is_open or not planned
        taken = invoice.reminders.filter(state__in=cadence.TAKEN).values_list(
            "step_key", "anchor_on"
        )
        assert len(set(taken)) == len(taken)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    due=st.integers(0, 90),
    order=st.permutations(["due", "part", "choice", "plan"]),
    age=st.integers(0, 120),
)
def test_the_order_of_changes_does_not_matter(transactional_company, due, order, age):
    company, customer = transactional_company
    invoice = issued(customer, age)
    CustomerCadence.objects.filter(customer=customer).delete()
    cadence.plan(company, now=NOW)

    for change in order:
        if change == "due":
            Invoice.objects.filter(pk=invoice.pk).update(
                due_on=invoice.issued_on + timedelta(days=due)
            )
        elif change == "part":
            Invoice.objects.filter(pk=invoice.pk).update(balance=10)
        elif change == "choice":
            CustomerCadence.objects.update_or_create(
                customer=customer, defaults={"name": "Around due date"}
            )
        cadence.plan(company, now=NOW)
    moved = invoice.reminders.planned().values_list("step_key", "anchor_on", "due_on").first()

    fresh = issued(customer, age, balance="10.00", due_on=invoice.issued_on + timedelta(days=due))
    cadence.plan(company, now=NOW)
    straight = fresh.reminders.planned().values_list("step_key", "anchor_on", "due_on").first()
    assert moved == straight


def test_every_day_of_a_year_asks_each_step_at_most_once_and_in_order(company, customer):
    invoice = issued(customer, 0)
    seen = []
    for day in range(120):
        plan(company, days=day)
        due = invoice.reminders.due(TODAY + timedelta(days=day))
        for row in due:
            seen.append((row.step_key, day))
            cadence.settle([row.pk], state=State.SENT, now=NOW + timedelta(days=day))

    assert seen == [
        ("first-mail", 0),
        ("second-mail", 7),
        ("first-text", 14),
        ("second-text", 21),
        ("review", 30),
        ("letter", 60),
    ]
