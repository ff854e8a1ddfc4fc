"""Holds: placed once per thing, lifted by who may, gone when their time is up."""

from datetime import date, timedelta

import pytest

from arbook.audit import timeline
from arbook.companies.models import Role
from arbook.outbox.models import Effect
from invoices import holds
from invoices.models import Hold
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def invoice():
    return factories.invoice(factories.customer(factories.company()))


def place(subject, **fields):
    fields = {"reason": Hold.Reason.PERSON, "by": None, "now": NOW} | fields
    return holds.place(subject, **fields)


def test_a_hold_on_an_invoice_is_about_it_alone_and_one_on_a_customer_about_all(invoice):
    one, whole = place(invoice), place(invoice.customer, reason=Hold.Reason.REPLY)

    assert (one.invoice, one.customer) == (invoice, invoice.customer)
    assert (whole.invoice, whole.customer) == (None, invoice.customer)
    found = holds.active(invoice.company, [invoice.customer_id], now=NOW)
    assert set(found[invoice.customer_id]) == {one, whole}


def test_the_same_thing_holds_once_and_its_end_is_brought_up_to_date(invoice):
    first = place(invoice, source="payment:pi_1", until=NOW + timedelta(days=1))
    second = place(invoice, source="payment:pi_1", until=NOW + timedelta(days=2))

    assert first == second
    assert Hold.objects.get().until == NOW + timedelta(days=2)


def test_a_hold_that_ran_out_does_not_stand_in_the_way_of_a_new_one(invoice):
    old = place(invoice, source="payment:pi_1", until=NOW + timedelta(days=1))

    new = place(invoice, source="payment:pi_1", now=NOW + timedelta(days=2))

    old.refresh_from_db()
    assert new != old
    assert old.lifted_reason == "its time was up"


def test_a_day_as_the_end_is_quiet_to_its_midnight_at_the_company(invoice):
    hold = place(invoice, until=date(2026, 11, 25))

    assert hold.until.isoformat() == "2026-11-26T00:00:00-05:00"
    assert holds.describe(hold) == "paused by a person until Wed Nov 25"


def test_an_end_in_the_past_is_refused(invoice):
    with pytest.raises(holds.HoldRefused, match="future"):
        place(invoice, until=date(2026, 11, 1))


def test_only_the_role_it_names_may_lift_a_hold(invoice):
    hold = place(invoice, lift_role=Role.MANAGER)
    bookkeeper = factories.member(invoice.company)
    manager = factories.member(invoice.company, Role.MANAGER)

    with pytest.raises(holds.HoldRefused, match="manager"):
        holds.lift(hold, by=bookkeeper, now=NOW, reason="asked")
    stranger = factories.member(factories.company(), Role.OWNER)
    with pytest.raises(holds.HoldRefused, match="manager"):
        holds.lift(hold, by=stranger, now=NOW, reason="asked")
    holds.lift(hold, by=manager, now=NOW, reason="asked")

    assert holds.active(invoice.company, [invoice.customer_id], now=NOW) == {
        invoice.customer_id: []
    }


def test_lifting_needs_a_reason_and_happens_once(invoice):
    hold = place(invoice)

    with pytest.raises(holds.HoldRefused, match="why"):
        holds.lift(hold, by=None, now=NOW, reason="  ")
    holds.lift(hold, by=None, now=NOW, reason="answered")
    with pytest.raises(holds.HoldRefused, match="already"):
        holds.lift(hold, by=None, now=NOW, reason="answered")


def test_a_thing_lifts_every_hold_it_placed_and_no_other(invoice):
    place(invoice, source="dispute:1")
    place(invoice.customer, source="dispute:1")
    kept = place(invoice, source="dispute:2")
    nameless = place(invoice)

    lifted = holds.lift_source(invoice.company, "dispute:1", now=NOW, reason="closed")

    assert lifted == 2
    assert set(Hold.objects.filter(lifted_at=None)) == {kept, nameless}
    assert holds.lift_source(invoice.company, "", now=NOW, reason="closed") == 0


def test_every_change_is_recorded_and_has_the_customer_looked_at_again(invoice):
    hold = place(invoice, note="talks to Ann")
    holds.lift(hold, by=None, now=NOW, reason="done")

    said = [line.said for line in timeline.of(invoice)]
    assert said == [
        f"Pause of {invoice} ended: done. It was paused by a person (talks to Ann).",
        f"Reminders paused for {invoice}: paused by a person (talks to Ann).",
    ]
    effects = Effect.objects.filter(kind="messaging.revisit")
    assert {effect.payload["customer"] for effect in effects} == {invoice.customer_id}
    assert effects.count() == 2


def test_holds_whose_time_is_up_are_closed_and_the_customer_is_looked_at_once(invoice):
    place(invoice, until=NOW + timedelta(hours=1))
    place(invoice.customer, until=NOW + timedelta(hours=1))
    later = place(invoice.customer, reason=Hold.Reason.REPLY)
    Effect.objects.all().delete()

    closed = holds.expire(invoice.company, now=NOW + timedelta(hours=2))

    assert closed == 2
    assert list(Hold.objects.filter(lifted_at=None)) == [later]
    assert Effect.objects.filter(kind="messaging.revisit").count() == 1
