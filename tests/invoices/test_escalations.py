"""Day thirty and day sixty: a manager decides, nothing leaves by itself."""

from datetime import timedelta
from decimal import Decimal

import pytest

from arbook.companies.models import Company, Role
from arbook.outbox.models import Effect
from invoices import approvals, cadence, case_decisions, escalations, holds, mirror, promises
from invoices.models import Approval, Escalation, Hold, Invoice, Reminder
from tests import factories
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.django_db
Stage, Outcome = Escalation.Stage, Escalation.Outcome


@pytest.fixture
def company():
    return factories.company(mode=Company.Mode.REVIEW, alert_email="alerts@desk.example")


@pytest.fixture
def manager(company):
    return factories.member(company, Role.MANAGER)


@pytest.fixture
def customer(company):
    return factories.customer(company, name="Birch Café", given_name="Ann")


def issued(customer, days_ago, balance="100.00"):
    day = TODAY - timedelta(days=days_ago)
    return factories.invoice(
        customer, balance, issued_on=day, due_on=day + timedelta(days=10), number=f"N{days_ago}"
    )


def day(number):
    return NOW + timedelta(days=number)


def run(company, days=0):
    cadence.plan(company, now=day(days))
    return escalations.take_due(company, now=day(days))


def waiting(kind=Approval.Kind.ESCALATION):
    return Approval.objects.get(kind=kind, state=Approval.State.WAITING)


def decide(act, approval, manager, days=0, **fields):
    return act(approval, by=manager, now=day(days), content_hash=approval.content_hash, **fields)


def to_letter(company, customer, manager, **fields):
    """An invoice on its sixtieth day, reviewed before; the letter waits."""
    invoice = issued(customer, 35, **fields)
    run(company)
    decide(case_decisions.resume, waiting(), manager)
    run(company, 25)
    return invoice, waiting(Approval.Kind.LETTER)


def test_day_thirty_pauses_the_customer_asks_a_manager_and_tells_staff(company, customer):
    first, second = issued(customer, 40, "250.00"), issued(customer, 31)
    issued(customer, 5)

    assert run(company) == 1

    case = Escalation.objects.get()
    approval = waiting()
    assert (case.stage, case.invoice, case.customer) == (Stage.REVIEW, first, customer)
    assert [row["number"] for row in approval.content["invoices"]] == ["N40", "N31"]
    assert (approval.amount, approval.needs_role) == (Decimal("350"), Role.MANAGER)
    hold = Hold.objects.get()
    assert (hold.invoice, hold.lift_role, hold.reason) == (None, Role.MANAGER, "escalation")
    mail = Effect.objects.get(kind="alerts.mail")
    assert mail.payload["to"] == "alerts@desk.example"
    assert f"/approvals/{approval.pk}/" in mail.payload["url"]
    assert second.reminders.get().state == Reminder.State.PLANNED


def test_looking_again_opens_nothing_new(company, customer):
    issued(customer, 40)

    assert (run(company), run(company), run(company, 20)) == (1, 0, 0)
    assert Approval.objects.filter(state=Approval.State.WAITING).count() == 1


def test_a_manager_lets_reminders_go_on(company, customer, manager):
    invoice = issued(customer, 40)
    run(company)

    decide(case_decisions.resume, waiting(), manager)

    assert Escalation.objects.get().outcome == Outcome.RESUME
    assert not Hold.objects.active(NOW).exists()
    planned = invoice.reminders.planned().get()
    assert planned.step_key == "letter"


def test_a_manager_keeps_the_customer_quiet_until_a_day(company, customer, manager):
    issued(customer, 40)
    run(company)
    until = TODAY + timedelta(days=30)

    decide(case_decisions.keep_quiet, waiting(), manager, until=until)

    hold = Hold.objects.active(NOW).get()
    assert hold.until.astimezone(company.zone).date() == until + timedelta(days=1)
    assert run(company, 25) == 0
    assert run(company, 31) == 1
    assert waiting(Approval.Kind.LETTER)


def test_day_sixty_drafts_a_letter_that_only_a_manager_releases(company, customer, manager):
    invoice, approval = to_letter(company, customer, manager, balance="1250.50")

    assert not Effect.objects.filter(kind="messaging.letter").exists()
    letter = case_decisions.letter_of(Escalation.objects.get(stage=Stage.LETTER))
    assert letter.total == "$1,250.50"
    assert "N35" in letter.text
    with pytest.raises(approvals.ApprovalRefused, match="manager"):
        decide(case_decisions.release, approval, factories.member(company), 25)

    case = decide(case_decisions.release, approval, manager, 25)

    effect = Effect.objects.get(kind="messaging.letter")
    assert effect.payload["escalation"] == case.pk
    assert case.outcome == Outcome.LETTER_RELEASED
    assert invoice.reminders.get(step_key="letter").state == Reminder.State.SENT


def test_a_printed_letter_asks_nothing_of_the_mail(company, customer, manager):
    _, approval = to_letter(company, customer, manager)

    decide(case_decisions.release, approval, manager, 25, printed=True)

    assert not Effect.objects.filter(kind="messaging.letter").exists()
    approval.refresh_from_db()
    assert approval.note == "Printed to be posted."


def test_months_of_waiting_release_nothing(company, customer, manager):
    to_letter(company, customer, manager)

    for days in range(26, 120, 7):
        approvals.expire(company, now=day(days))
        run(company, days)

    assert not Effect.objects.filter(kind="messaging.letter").exists()
    assert waiting(Approval.Kind.LETTER)


def test_a_changed_amount_voids_the_letter_and_asks_again_with_the_new_words(
    company, customer, manager
):
    invoice, approval = to_letter(company, customer, manager)
    Invoice.objects.filter(pk=invoice.pk).update(balance=Decimal("99.99"))

    with pytest.raises(case_decisions.EscalationRefused, match="asked again"):
        decide(case_decisions.release, approval, manager, 25)

    approval.refresh_from_db()
    fresh = waiting(Approval.Kind.LETTER)
    assert approval.state == Approval.State.VOID
    assert fresh.content["letter"]["total"] == "$99.99"
    assert ("invoices, N35, open", "$100.00", "$99.99") in approvals.differences(fresh)
    assert not Effect.objects.filter(kind="messaging.letter").exists()


def test_payment_closes_the_case_and_ends_the_pause(company, customer):
    invoice = issued(customer, 40)
    run(company)
    approval = waiting()
    Invoice.objects.filter(pk=invoice.pk).update(balance=0)

    mirror.after_change(company, [invoice.pk], now=NOW)

    approval.refresh_from_db()
    assert approval.state == Approval.State.VOID
    assert Escalation.objects.get().outcome == Outcome.SETTLED
    assert not Hold.objects.active(NOW).exists()


def test_a_part_payment_asks_again_and_keeps_the_pause(company, customer):
    invoice = issued(customer, 40)
    run(company)
    Invoice.objects.filter(pk=invoice.pk).update(balance=Decimal("40"))

    mirror.after_change(company, [invoice.pk], now=NOW)

    assert waiting().amount == Decimal("40")
    assert Hold.objects.active(NOW).count() == 1


def test_a_payment_that_bounced_brings_the_case_back(company, customer):
    invoice = issued(customer, 40)
    run(company)
    Invoice.objects.filter(pk=invoice.pk).update(balance=0)
    mirror.after_change(company, [invoice.pk], now=NOW)
    Invoice.objects.filter(pk=invoice.pk).update(balance=100)
    mirror.after_change(company, [invoice.pk], now=NOW)

    assert run(company) == 1
    assert Escalation.objects.get().closed_at is None


def test_a_no_to_the_letter_drops_it_for_good(company, customer, manager):
    invoice, approval = to_letter(company, customer, manager)

    decide(case_decisions.turn_down, approval, manager, 25, note="We talk to them")

    assert run(company, 40) == 0
    assert invoice.reminders.get(step_key="letter").state == Reminder.State.SKIPPED


def test_a_no_to_the_review_leaves_the_customer_quiet(company, customer, manager):
    issued(customer, 40)
    run(company)

    decide(case_decisions.turn_down, waiting(), manager, note="Leave them alone")

    assert Hold.objects.active(day(300)).get().lift_role == Role.MANAGER


def test_quiet_customers_and_those_never_to_be_dunned_are_not_brought_up(company, customer):
    held, vip = factories.customer(company), factories.customer(company)
    for one in (held, vip):
        issued(one, 40)
    holds.place(held, reason=Hold.Reason.REPLY, by=None, now=NOW)
    factories.vip(vip)

    assert run(company) == 0


def test_a_promise_takes_its_invoice_out_of_the_case(company, customer):
    first, second = issued(customer, 40), issued(customer, 35)
    run(company)
    promises.record_promise(
        invoice=first, amount=Decimal("100"), due_on=TODAY + timedelta(days=3), by=None, now=NOW
    )

    run(company)

    assert [row["number"] for row in waiting().content["invoices"]] == [second.number]


def test_a_letter_waits_while_the_customer_is_quiet_for_another_reason(company, customer, manager):
    _, approval = to_letter(company, customer, manager)
    holds.place(customer, reason=Hold.Reason.REPLY, by=None, now=day(25))

    with pytest.raises(case_decisions.EscalationRefused, match="an unanswered reply"):
        decide(case_decisions.release, approval, manager, 25)


def test_going_live_ends_the_cases_of_the_rehearsal(company, customer):
    company.mode = Company.Mode.DRY_RUN
    company.save()
    issued(customer, 40)
    run(company)

    company.mode = Company.Mode.REVIEW
    company.save()
    assert run(company) == 1

    old, new = Escalation.objects.order_by("pk")
    assert (old.outcome, new.closed_at) == (Outcome.SETTLED, None)
    assert Hold.objects.active(NOW).get().source == f"escalation:{new.pk}"
