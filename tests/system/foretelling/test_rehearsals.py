"""What a rehearsal may not do."""

import pytest
from django.db import connection

from arbook import clock
from arbook.gateways import mail
from arbook.gateways.models import Connection
from arbook.outbox import outbox
from arbook.system import foretelling
from arbook.system.rehearsing import CannotForetell
from arbook.webhooks.registry import HANDLERS
from tests.system.foretelling.dead import lower_invoice, payment

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_handler_that_would_fail_again_is_foretold_to(paid):
    event = payment(paid)
    paid.sandbox.faults.add("stripe", "*", "500")

    told = foretelling.of_event(event, now=clock.now())

    assert told.state == "received"
    assert "Stripe failed: it answered 500." in told.error


def test_a_row_that_somebody_holds_is_said_to_be_busy(paid):
    event = payment(paid)
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN; SELECT 1 FROM webhooks_webhookevent FOR UPDATE")
            with pytest.raises(CannotForetell, match="at this moment"):
                foretelling.of_event(event, now=clock.now())
    finally:
        other.close()


def test_no_worker_is_woken_by_a_preview(paid):
    event = payment(paid)
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute(f"LISTEN {outbox.CHANNEL}")
            foretelling.of_event(event, now=clock.now())
            assert list(other.connection.notifies(timeout=0.3, stop_after=1)) == []
    finally:
        other.close()


def test_a_token_renewed_for_a_preview_is_kept(paid):
    event = lower_invoice(paid)
    row = Connection.objects.get(vendor="quickbooks")
    Connection.objects.filter(pk=row.pk).update(access_expires_at=clock.now())

    foretelling.of_event(event, now=clock.now())

    fresh = Connection.objects.get(pk=row.pk)
    assert fresh.secrets["refresh_token"] != row.secrets["refresh_token"]
    assert fresh.access_expires_at > clock.now()
    assert foretelling.of_event(event, now=clock.now()).state == "done"


def test_a_handler_that_tells_a_vendor_cannot_be_foretold(paid):
    event = payment(paid)

    def tells(event, now):
        mail.send(company=event.company, to="a@b.example", subject="s", text="t", key="k")

    usual = HANDLERS["stripe", event.kind]
    HANDLERS["stripe", event.kind] = tells
    try:
        with pytest.raises(CannotForetell, match="mail server"):
            foretelling.of_event(event, now=clock.now())
    finally:
        HANDLERS["stripe", event.kind] = usual
    assert paid.sandbox.mailbox == []
