"""Pauses, promises and disputes by forms."""

from datetime import timedelta
from decimal import Decimal

import pytest

from arbook.companies.models import Role
from invoices.models import Dispute, Hold, PromiseToPay
from tests.invoices.plan_screens.screens import issued, url

pytestmark = pytest.mark.django_db


def test_an_invoice_is_paused_promised_and_disputed_by_forms(company, customer, today, sign_in):
    invoice = issued(customer, 20, today, "500.00")
    client = sign_in(Role.BOOKKEEPER)

    def post(name, **data):
        return client.post(url(company, name, invoice.pk), data)

    assert post("invoice_pause", note="Asked by phone").status_code == 302
    assert post("promise_new", amount="200", due_on=str(today + timedelta(7))).status_code == 302
    assert post("dispute_new", amount="180", reason="Wrong hours").status_code == 302
    assert post("promise_new", amount="9999", due_on=str(today)).status_code == 422
    assert post("promise_new", amount="NaN", due_on="yesterday").status_code == 422
    assert post("dispute_new", amount="1", reason="").status_code == 422

    assert {hold.reason for hold in Hold.objects.all()} == {"person", "promise"}
    assert PromiseToPay.objects.get().amount == Decimal("200")
    dispute = Dispute.objects.get()
    ending = {"ending": "rejected", "outcome": "The hours were worked"}
    client.post(url(company, "dispute_resolve", dispute.pk), ending)
    dispute.refresh_from_db()
    assert (dispute.ending, dispute.outcome) == ("rejected", "The hours were worked")


def test_a_pause_ends_by_whoever_may_end_it(company, review, sign_in):
    hold = Hold.objects.get()
    place = url(company, "hold_lift", hold.pk)

    sign_in(Role.BOOKKEEPER).post(place, {"reason": "Asked"})
    hold.refresh_from_db()
    assert hold.lifted_at is None

    client = sign_in(Role.MANAGER)
    assert client.post(place, {"reason": ""}).status_code == 422
    client.post(place, {"reason": "Asked"})
    hold.refresh_from_db()
    assert hold.lifted_reason == "Asked"
