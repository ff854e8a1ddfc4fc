"""The plan: positions worked out from facts, one next touch for each open invoice."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from arbook.audit import timeline
from arbook.companies.models import Company
from invoices import cadence, next_touch
from invoices.models import Cadence, CadenceStep, CustomerCadence, Invoice, Reminder
from tests import factories
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.django_db
State = Reminder.State


@pytest.fixture
def company():
    return factories.company(mode=Company.Mode.REVIEW)


@pytest.fixture
def customer(company):
    return factories.customer(company)


def issued(customer, days_ago, *, due_after=10, balance="100.00", **fields) -> Invoice:
    day = TODAY - timedelta(days=days_ago)
    fields = {"issued_on": day, "due_on": day + timedelta(days=due_after)} | fields
    return factories.invoice(customer, balance, **fields)


def plan(company, *, days=0):
    return cadence.plan(company, now=NOW + timedelta(days=days))


def next_key(invoice) -> str | None:
    row = invoice.reminders.planned().first()
    return row.step_key if row else None


def take(invoice, *keys, state=State.SENT):
    """Touches taken on their day, as a sender would have."""
    company = invoice.company
    for key in keys:
        step = CadenceStep.objects.get(
            cadence__company=company, cadence__is_current=True, cadence__is_default=True, key=key
        )
        day = invoice.issued_on + timedelta(days=step.day)
        Reminder.objects.create(
            company=company,
            invoice=invoice,
            step=step,
            step_key=key,
            anchor_on=invoice.issued_on,
            due_on=day,
            state=state,
            settled_at=NOW - timedelta(days=(TODAY - day).days),
        )


@pytest.mark.parametrize(
    ("age", "key"),
    [
        (0, "first-mail"),
        (1, "first-mail"),
        (7, "second-mail"),
        (13, "second-mail"),
        (14, "first-text"),
        (20, "first-text"),
        (21, "second-text"),
        (29, "second-text"),
        (30, "review"),
        (59, "review"),
        (60, "review"),
        (400, "review"),
    ],
)
def test_an_invoice_nobody_asked_about_starts_at_the_latest_step_due_but_never_at_the_letter(
    company, customer, age, key
):
    invoice = issued(customer, age)

    plan(company)

    assert next_key(invoice) == key
    assert invoice.reminders.count() == 1


def test_an_invoice_of_tomorrow_waits_for_its_first_day(company, customer):
    invoice = issued(customer, -1)

    plan(company)

    row = invoice.reminders.get()
    assert (row.step_key, row.due_on) == ("first-mail", TODAY + timedelta(days=1))
    assert not cadence.due(company, today=TODAY).exists()


def test_a_step_taken_leads_to_the_next(company, customer):
    invoice = issued(customer, 14)
    plan(company)
    [row] = cadence.due(company, today=TODAY)

    cadence.settle([row.pk], state=State.SENT, now=NOW)

    follower = invoice.reminders.planned().get()
    assert (follower.step_key, follower.due_on) == ("second-text", TODAY + timedelta(days=7))
    row.refresh_from_db()
    assert (row.state, row.settled_at) == (State.SENT, NOW)


def test_a_skipped_step_does_not_come_back(company, customer):
    invoice = issued(customer, 14)
    plan(company)

    cadence.settle(
        invoice.reminders.values_list("pk", flat=True),
        state=State.SKIPPED,
        now=NOW,
        reason="called",
    )
    plan(company)

    assert next_key(invoice) == "second-text"


def test_after_an_outage_one_touch_is_planned_and_the_older_one_is_passed_over(company, customer):
    invoice = issued(customer, 7)
    plan(company)

    changes = plan(company, days=8)

    assert (changes.planned, changes.passed) == (1, 1)
    assert next_key(invoice) == "first-text"
    assert invoice.reminders.get(step_key="second-mail").state == State.PASSED


def test_after_the_review_the_letter_follows(company, customer):
    invoice = issued(customer, 31)
    plan(company)

    cadence.settle(
        invoice.reminders.planned().values_list("pk", flat=True), state=State.SENT, now=NOW
    )

    row = invoice.reminders.planned().get()
    assert (row.step_key, row.due_on) == ("letter", invoice.issued_on + timedelta(days=60))


def test_a_review_that_waits_holds_back_the_letter(company, customer):
    invoice = issued(customer, 25)
    plan(company)
    cadence.settle(
        invoice.reminders.planned().values_list("pk", flat=True), state=State.SENT, now=NOW
    )

    plan(company, days=60)

    assert next_key(invoice) == "review"


def test_a_review_waits_for_the_due_date_and_the_letter_keeps_its_distance(company, customer):
    invoice = issued(customer, 45, due_after=60)
    plan(company)
    first = invoice.reminders.planned().get()
    cadence.settle([first.pk], state=State.SENT, now=NOW)

    review = invoice.reminders.planned().get()
    cadence.settle([review.pk], state=State.SENT, now=NOW + timedelta(days=15))
    letter = invoice.reminders.planned().get()

    assert first.step_key == "second-text"
    assert (review.step_key, review.due_on) == ("review", invoice.due_on)
    assert (letter.step_key, letter.due_on) == ("letter", invoice.due_on + timedelta(days=30))


def test_without_a_due_date_the_issue_date_counts(company, customer):
    invoice = issued(customer, 30, due_on=None)

    plan(company)

    assert next_key(invoice) == "review"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"balance": 0}, "paid"),
        ({"is_void": True, "balance": 0}, "voided in QuickBooks"),
        ({"is_deleted": True}, "deleted in QuickBooks"),
        ({"currency": "EUR"}, "the invoice is in EUR"),
    ],
)
def test_an_invoice_that_needs_no_asking_loses_its_touch_with_the_reason(
    company, customer, change, reason
):
    invoice = issued(customer, 14)
    plan(company)
    Invoice.objects.filter(pk=invoice.pk).update(**change)

    plan(company)

    row = invoice.reminders.get()
    assert (row.state, row.reason) == (State.CANCELLED, reason)
    assert reason in timeline.of(invoice)[0].said


def test_cancelling_says_how_many_and_a_reopened_invoice_is_planned_again(company, customer):
    invoice = issued(customer, 14)
    plan(company)

    assert cadence.cancel([invoice.pk], reason="paid", now=NOW) == 1
    assert cadence.cancel([invoice.pk], reason="paid", now=NOW) == 0
    plan(company)

    row = invoice.reminders.get()
    assert (row.state, row.reason, row.settled_at) == (State.PLANNED, "", None)


def test_a_later_due_date_moves_the_steps_that_count_from_it(company, customer):
    cadence.ensure_default(company, now=NOW)
    CustomerCadence.objects.create(customer=customer, name="Around due date")
    invoice = issued(customer, 20, due_after=20)
    plan(company)
    assert next_key(invoice) == "on-due"
    cadence.settle(
        invoice.reminders.planned().values_list("pk", flat=True), state=State.SENT, now=NOW
    )

    Invoice.objects.filter(pk=invoice.pk).update(due_on=TODAY + timedelta(days=30))
    plan(company)

    row = invoice.reminders.planned().get()
    assert (row.step_key, row.due_on) == ("before-due", TODAY + timedelta(days=27))
    plan(company, days=30)
    assert next_key(invoice) == "on-due"


def test_a_corrected_issue_date_does_not_repeat_what_was_just_sent(company, customer):
    invoice = issued(customer, 14)
    plan(company)
    cadence.settle(
        invoice.reminders.planned().values_list("pk", flat=True), state=State.SENT, now=NOW
    )

    Invoice.objects.filter(pk=invoice.pk).update(issued_on=TODAY - timedelta(days=13))
    plan(company, days=1)

    assert next_key(invoice) == "second-text"


def test_a_step_that_is_off_is_left_out(company, customer):
    row = cadence.ensure_default(company, now=NOW)
    row.steps.filter(key="first-text").update(approval=CadenceStep.Approval.OFF)
    invoice = issued(customer, 14)

    plan(company)

    assert next_key(invoice) == "second-mail"


def test_a_step_for_larger_amounts_passes_small_ones(company, customer):
    row = cadence.ensure_default(company, now=NOW)
    row.steps.filter(key="first-text").update(min_balance=Decimal("500"))
    small, large = issued(customer, 14), issued(customer, 14, balance="500.00")

    plan(company)

    assert (next_key(small), next_key(large)) == ("second-mail", "first-text")


def test_a_customer_may_have_another_cadence_and_an_unknown_name_means_the_default(
    company, customer
):
    other = factories.customer(company)
    cadence.ensure_default(company, now=NOW)
    CustomerCadence.objects.create(customer=customer, name="Enterprise")
    CustomerCadence.objects.create(customer=other, name="Gone")
    soft, usual = issued(customer, 14), issued(other, 14)

    plan(company)

    assert soft.reminders.get().step.cadence.name == "Enterprise"
    assert usual.reminders.get().step.cadence.name == "Standard"


def test_a_rehearsal_takes_its_own_steps_and_going_live_starts_with_none_taken(customer, company):
    company.mode = Company.Mode.DRY_RUN
    company.save()
    invoice = issued(customer, 14)
    plan(company)
    [rehearsed] = cadence.due(company, today=TODAY)
    cadence.settle([rehearsed.pk], state=State.SENT, now=NOW)

    company.mode = Company.Mode.REVIEW
    company.save()
    plan(company)

    row = invoice.reminders.planned().get()
    assert (row.step_key, row.is_rehearsal) == ("first-text", False)
    assert rehearsed.is_rehearsal
    assert invoice.reminders.get(state=State.CANCELLED).reason == "the dry run is over"


def test_planning_one_invoice_leaves_the_others_alone(company, customer):
    one, other = issued(customer, 14), issued(customer, 14)

    cadence.plan(company, now=NOW, invoice_ids=[one.pk])

    assert (next_key(one), next_key(other)) == ("first-text", None)


def test_another_company_is_never_touched(company, customer):
    stranger = factories.company(mode=Company.Mode.REVIEW)
    theirs = issued(factories.customer(stranger), 14)
    issued(customer, 14)

    plan(company)

    assert next_key(theirs) is None


def test_a_company_gets_the_shipped_cadences_once(company):
    first = cadence.ensure_default(company, now=NOW)

    assert cadence.ensure_default(company, now=NOW) == first
    assert set(Cadence.objects.of(company).values_list("name", flat=True)) == {
        "Standard",
        "Net 30/60",
        "Services",
        "Enterprise",
        "High risk",
        "Around due date",
    }


def test_the_next_step_is_said_in_a_sentence(company, customer):
    invoice = issued(customer, 0)
    plan(company)
    cadence.settle(
        invoice.reminders.planned().values_list("pk", flat=True), state=State.SENT, now=NOW
    )

    sentence = next_touch.sentence(invoice, today=TODAY)

    assert sentence == (
        "Next: E-mail (T+7 from issue date) on Fri Nov 27, unless paid, disputed or answered."
    )


def test_planning_costs_the_same_few_statements_for_one_and_for_many(
    company, customer, django_assert_max_num_queries
):
    for age in range(0, 60, 3):
        issued(customer, age)
    plan(company)
    issued(customer, 5)

    with django_assert_max_num_queries(6):
        plan(company)


# --- Properties ----------------------------------------------------------------------------------

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


@pytest.fixture
def transactional_company(company, customer):
    cadence.ensure_default(company, now=NOW)
    return company, customer


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


def test_dates_are_days_of_the_company_not_of_the_server(company, customer):
    company.timezone = "Pacific/Auckland"
    company.save()
    day = company.local_date(NOW)
    invoice = issued(customer, 0, issued_on=day, due_on=day + timedelta(days=10))

    plan(company)

    assert day == date(2026, 11, 21)
    assert cadence.due(company, today=day).get().invoice == invoice
