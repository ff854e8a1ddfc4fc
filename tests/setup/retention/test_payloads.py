"""What vendors sent and what we sent them goes, the events and effects stay."""

from datetime import timedelta

import pytest

from arbook.setup import retention
from arbook.webhooks import process
from arbook.webhooks.models import WebhookEvent
from tests.factories import NOW
from tests.setup.retention.old import LATER, age_out, an_effect, an_event

pytestmark = pytest.mark.django_db


def test_what_vendors_sent_goes_and_the_event_stays(harbor):
    event, soon = an_event(harbor), an_event(harbor, received_at=NOW + timedelta(days=80))

    counts = age_out(harbor, now=NOW + timedelta(days=91))

    event.refresh_from_db()
    soon.refresh_from_db()
    assert counts["events of vendors"] == 1
    assert event.payload == {"removed": "Removed after 90 days."}
    assert event.headers == {}
    assert soon.payload["Body"] == "words"


@pytest.mark.parametrize("state", ["received", "in_flight", "dead"])
def test_an_event_that_waits_or_failed_keeps_what_was_sent(harbor, state):
    event = an_event(harbor, state=state)

    age_out(harbor)

    event.refresh_from_db()
    assert event.payload["Body"] == "words"


def test_an_event_without_content_is_not_replayed(harbor):
    event = an_event(harbor)
    age_out(harbor)

    assert process.replay(event, now=LATER) is False
    event.refresh_from_db()
    assert event.state == WebhookEvent.State.DONE


def test_what_we_sent_goes_but_for_figures(harbor):
    effect = an_effect(harbor)
    kept = [an_effect(harbor, state=state) for state in ("pending", "unsure", "dead", "in_flight")]

    counts = age_out(harbor, now=NOW + timedelta(days=91))

    effect.refresh_from_db()
    assert counts["effects"] == 1
    assert effect.payload == {"message": 5, "removed": "Removed after 90 days."}
    assert effect.result == {}
    for one in kept:
        one.refresh_from_db()
        assert one.payload["title"] == "words"


def test_the_job_takes_out_what_belongs_to_no_company_as_well(harbor):
    event, effect = an_event(None), an_effect(None)

    retention.daily(LATER)

    event.refresh_from_db()
    effect.refresh_from_db()
    assert "removed" in event.payload
    assert "removed" in effect.payload
