"""A claim that something is paid: which money fits, why, and what follows."""

from datetime import timedelta
from decimal import Decimal

import pytest

from customers.models import Channel
from invoices import holds, tasks
from invoices.models import Hold, Task
from reconciliation import likely
from reconciliation.models import StripePayment
from tests import factories
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer():
    return factories.customer(factories.company(), name="Chloe's Cafe")


@pytest.fixture
def invoice(customer):
    return factories.invoice(customer, "162.07")


@pytest.fixture
def claim(customer, invoice):
    task = tasks.open_task(
        customer.company,
        kind=Task.Kind.VERIFY_PAYMENT,
        key="claim",
        title="Chloe's Cafe says it is paid",
        detail="paid with check 4471 last week",
        invoice=invoice,
        amount=invoice.balance,
        now=NOW,
    )
    source = tasks.hold_source(task)
    holds.place(customer, reason=Hold.Reason.PAID_CLAIM, source=source, by=None, now=NOW)
    return task


def names(claim) -> list[str]:
    return [one.what for one in likely.of(claim, today=TODAY)]


def test_the_check_they_name_goes_before_others_of_the_same_sum(customer, claim):
    day = TODAY - timedelta(days=4)
    factories.payment(customer, "162.07", reference="4400", paid_on=day)
    factories.payment(customer, "162.07", reference="4471", paid_on=day)
    factories.payment(customer, "20.00", reference="4472", paid_on=day)

    first, second = likely.of(claim, today=TODAY)

    assert (first.what, second.what) == ("payment 4471", "payment 4400")
    assert first.terms == (
        ("exactly the amount", 50),
        ("4 days apart", 25),
        ("their payment", 15),
        ("tied to no invoice yet", 10),
        ("they named 4471", 20),
    )
    assert (first.score, second.score) == (120, 100)


def test_money_at_stripe_from_their_address_counts(customer, claim):
    factories.contact(customer, Channel.EMAIL, "ap@chloe.example")
    StripePayment.objects.create(
        company=customer.company, intent="pi_1", amount="162.07", method="card",
        state=StripePayment.State.SUCCEEDED, payer_email="ap@chloe.example", started_at=NOW,
    )  # fmt: skip

    (found,) = likely.of(claim, today=TODAY)

    assert found.what == "card at Stripe, Succeeded"
    assert ("from ap@chloe.example", 15) in found.terms


def test_a_payment_booked_for_somebody_else_is_shown_only_for_the_exact_sum(customer, claim):
    other = factories.customer(customer.company, name="Chloe's Bar")
    factories.payment(other, "162.07", reference="9", paid_on=TODAY)
    factories.payment(other, "162.00", reference="10", paid_on=TODAY)

    (found,) = likely.of(claim, today=TODAY)

    assert ("booked for Chloe's Bar", -10) in found.terms


def test_old_money_and_other_companies_money_do_not_fit(customer, claim):
    factories.payment(customer, "162.07", paid_on=TODAY - timedelta(days=120))
    elsewhere = factories.customer(factories.company())
    factories.payment(elsewhere, "162.07", paid_on=TODAY)

    assert names(claim) == []


def test_this_is_it_settles_the_claim_and_has_the_rest_applied(customer, invoice, claim):
    person = factories.member(customer.company)
    paid = factories.payment(customer, "162.07", reference="4471", paid_on=TODAY)

    likely.found(claim, f"books:{paid.pk}", by=person, now=NOW)

    claim.refresh_from_db()
    assert claim.outcome == "It is payment 4471, $162.07 of Nov 20."
    work = Task.objects.open().get()
    assert (work.title, work.owner) == ("Apply $162.07 of payment 4471 in QuickBooks", person)
    hold = Hold.objects.active(NOW).get()
    assert (hold.invoice, hold.source) == (invoice, tasks.hold_source(work))


def test_not_found_lets_reminders_go_on(customer, claim):
    likely.not_found(claim, by=factories.member(customer.company), now=NOW)

    assert not Hold.objects.active(NOW).exists()
    assert not Task.objects.open().exists()


def test_what_is_gone_meanwhile_cannot_be_named(customer, claim):
    with pytest.raises(likely.LikelyRefused, match="not there any more"):
        likely.found(claim, "books:1", by=factories.member(customer.company), now=NOW)


def test_what_a_person_refused_is_not_offered_again_for_the_same_claim(customer, invoice, claim):
    person = factories.member(customer.company)
    about = {"paid_on": TODAY}
    wrong = factories.payment(customer, "162.07", reference="1", **about)
    factories.payment(customer, "162.07", reference="2", **about)

    likely.not_this(claim, f"books:{wrong.pk}", by=person, now=NOW)
    assert names(claim) == ["payment 2"]
    with pytest.raises(likely.LikelyRefused):
        likely.found(claim, f"books:{wrong.pk}", by=person, now=NOW)

    likely.not_found(claim, by=person, now=NOW)
    again = _claims(customer, "again", invoice=invoice)
    assert names(again) == []
    both = {"payment 1", "payment 2"}
    assert set(names(_claims(customer, "other"))) == both

    assert likely.offer_again(again, by=person, now=NOW) == 2
    assert set(names(again)) == both


def _claims(customer, key, **about) -> Task:
    return tasks.open_task(
        customer.company,
        kind=Task.Kind.VERIFY_PAYMENT,
        key=key,
        title="Says it is paid",
        amount=Decimal("162.07"),
        customer=customer,
        now=NOW,
        **about,
    )
