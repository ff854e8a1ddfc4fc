"""Staff hear of a cause once, however many rows suffer from it, and anew when it comes back."""

from datetime import timedelta

import pytest

from arbook.alerts import causes, jobs
from arbook.alerts.models import Cause
from arbook.gateways.models import Connection, Line
from arbook.outbox import outbox
from arbook.outbox.models import Effect
from arbook.webhooks.models import WebhookEvent
from arbook.webhooks.store import Arrival, keep
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def company():
    return factories.company(alert_email="staff@harbor.example")


def _die(company, count=1, *, kind="messaging.send", failure="refused", error="No such number"):
    wanted = [
        outbox.Wanted(kind, f"{company.pk}-{kind}-{failure}-{Effect.objects.count() + n}", company)
        for n in range(count)
    ]
    outbox.enqueue_many(wanted, now=NOW)
    Effect.objects.filter(key__in=[one.key for one in wanted]).update(
        state="dead", failure=failure, error=error, finished_at=NOW
    )


def _told() -> list[tuple[str, str]]:
    rows = Effect.objects.filter(kind="alerts.mail").order_by("pk")
    return [(row.payload["title"], row.payload["text"]) for row in rows]


def test_a_hundred_rows_dead_of_one_thing_are_one_word(company):
    _die(company, 100)

    causes.tell_staff(NOW)
    _die(company, 5)
    causes.tell_staff(NOW + timedelta(minutes=5))

    [(title, text)] = _told()
    assert title == "Something to be done outside waits for a person (messaging.send)"
    assert text == "100 wait.\nCause: refused it.\nNo such number"
    assert Cause.objects.get().count == 105
    assert Effect.objects.get(kind="alerts.mail").payload["url"].endswith("/dead-letters/")


def test_another_kind_of_failure_or_company_is_another_cause(company):
    _die(company)
    _die(company, failure="bug")
    _die(factories.company(alert_email="other@desk.example"))

    assert causes.tell_staff(NOW) == 3
    assert causes.tell_staff(NOW) == 0


def test_a_cause_that_grew_is_said_again_after_a_day_and_one_that_did_not_is_not(company):
    _die(company, 2)
    causes.tell_staff(NOW)

    causes.tell_staff(NOW + timedelta(hours=25))
    _die(company, 3)
    causes.tell_staff(NOW + timedelta(hours=26))

    assert [text.split("\n")[0] for _, text in _told()] == ["2 wait.", "5 wait."]
    assert _told()[1][0].startswith("Still: ")


def test_what_was_mended_and_comes_back_is_told_anew(company):
    _die(company)
    causes.tell_staff(NOW)
    Effect.objects.filter(kind="messaging.send").update(state="done")
    causes.tell_staff(NOW + timedelta(minutes=5))
    assert Cause.objects.get().over_at == NOW + timedelta(minutes=5)

    _die(company)
    causes.tell_staff(NOW + timedelta(minutes=10))

    assert len(_told()) == 2


def test_dead_events_lost_connections_silent_vendors_and_long_doubt_are_told(company):
    keep([Arrival("stripe", "evt_1", "charge.updated", company.pk, {})], now=NOW)
    WebhookEvent.objects.update(state="dead", failure="bug", error="KeyError: 'id'")
    factories.connection(company, "quickbooks", state=Connection.State.RECONNECT, error="Revoked")
    Line.objects.create(
        key=f"twilio:{company.pk}",
        resting=Line.Resting.FAILING,
        failing_since=NOW - timedelta(minutes=20),
        reason="no connection",
    )
    outbox.enqueue("messaging.send", key="doubt", company=company, now=NOW - timedelta(hours=2))
    Effect.objects.update(state="unsure", failure="unknown", error="timeout after sending")

    causes.tell_staff(NOW)

    assert sorted(title for title, _ in _told()) == [
        "Nobody knows yet whether it happened (messaging.send)",
        "QuickBooks must be reconnected",
        "Twilio does not answer",
        "What Stripe told us waits for a person (charge.updated)",
    ]


def test_a_vendor_that_failed_a_moment_ago_is_nobodys_trouble_yet(company):
    Line.objects.create(key=f"twilio:{company.pk}", resting=Line.Resting.FAILING, failing_since=NOW)

    assert causes.tell_staff(NOW) == 0


def test_an_alert_that_cannot_be_sent_does_not_raise_alerts_for_ever(company):
    _die(company)
    for hour in range(5):
        causes.tell_staff(NOW + timedelta(hours=hour))
        Effect.objects.filter(kind="alerts.mail").update(
            state="dead", failure="refused", error="no such mailbox"
        )

    assert len(_told()) == 2


def test_what_was_over_long_ago_is_forgotten_and_what_is_open_stays(company):
    _die(company)
    _die(company, failure="bug")
    jobs.tell_of_causes(NOW)
    Effect.objects.filter(failure="bug").delete()
    jobs.tell_of_causes(NOW + timedelta(hours=1))

    jobs.tell_of_causes(NOW + timedelta(days=90))
    assert Cause.objects.count() == 2
    jobs.tell_of_causes(NOW + timedelta(days=90, hours=2))
    assert [one.failure for one in Cause.objects.all()] == ["refused"]
