"""Looking: what the pages show, find and cost, and nothing of another company."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arbook.audit import log
from arbook.webhooks.models import WebhookEvent
from tests import factories
from tests.factories import NOW
from tests.system.screens.rows import SYSTEM, dead, effects, events, text_of

pytestmark = pytest.mark.django_db


def test_every_page_has_its_empty_state(client, manager):
    for path, said in {
        "": "Lights",
        "events/": "No vendor has told us anything yet",
        "effects/": "Nothing has left yet",
        "dead-letters/": "Nothing is dead",
        "dead-letters/0123456789abcdef0123/": "Nothing is dead of this",
        "workers/": "Sync the books",
        "audit-log/": "Nothing has happened yet",
    }.items():
        page = client.get(f"{SYSTEM}{path}")
        assert page.status_code == 200
        assert said in text_of(page), path


def test_the_overview_names_what_stands_still(client, company, manager):
    dead(company, 3)

    text = text_of(client.get(SYSTEM))

    assert "Something stands still until a person sees to it." in text
    assert "3 wait for a person, of 1 cause." in text
    assert "The vendor could not be reached" in text


def test_events_are_found_by_id_state_day_and_vendor(client, company, manager):
    events(company, 2, state="done")
    events(company, 1, start=7, state="dead", failure="bug", error="KeyError")

    def found(query: str) -> list[str]:
        lines = client.get(f"{SYSTEM}events/?{query}").context["lines"]
        return [line["name"] for line in lines]

    assert found("q=evt_7") == ["evt_7"]
    assert found("q=KeyError") == ["evt_7"]
    assert found("state=dead") == ["evt_7"]
    assert found("failure=bug&vendor=stripe") == ["evt_7"]
    assert found("vendor=twilio") == []
    assert len(found("on=2026-11-20")) == 3
    assert found("on=2026-11-19") == []
    assert len(found("on=nonsense&before=nonsense")) == 3
    page = client.get(f"{SYSTEM}events/?q=nobody")
    assert "No row matches these filters" in text_of(page)


def test_a_long_log_is_turned_page_by_page_and_nothing_is_missed(client, company, manager):
    events(company, 120)

    seen, address = [], f"{SYSTEM}events/"
    for _ in range(3):
        page = client.get(address)
        seen += [line["name"] for line in page.context["lines"]]
        address = f"{SYSTEM}events/{page.context['older']}"

    assert len(seen) == len(set(seen)) == 120
    assert page.context["older"] == ""


def test_an_event_shows_its_words_its_error_and_what_it_led_to(client, company, manager):
    (event,) = dead(company, 1)
    entry = log.record("webhook.stripe", "Stripe told us", about=[event], by=None, at=NOW)
    WebhookEvent.objects.filter(pk=event.pk).update(
        entry=entry, content=json.dumps({"id": "evt_0", "text": "<script>alert(1)</script> " * 50})
    )
    log.record("money.captured", "Money came", about=[company], by=None, at=NOW, company=company,
               cause=entry)  # fmt: skip

    page = client.get(f"{SYSTEM}events/{event.pk}/")

    assert "<script>alert" not in page.content.decode()
    text = text_of(page)
    assert "QuickBooks failed: it answered 500." in text
    assert "Money came" in text
    assert "Stripe told us" in text


def test_a_body_that_is_no_json_is_shown_as_it_came(client, company, manager):
    (event,) = events(company, 1)
    WebhookEvent.objects.filter(pk=event.pk).update(content='{"raw": [1, 2')

    assert client.get(f"{SYSTEM}events/{event.pk}/").status_code == 200


@pytest.mark.parametrize(
    "path", ["", "events/", "effects/", "dead-letters/", "workers/", "audit-log/"]
)
def test_looking_costs_the_same_however_much_there_is(client, company, manager, path):
    def fill(start: int, count: int) -> None:
        for number in range(start, start + count):
            dead(company, 1, error=f"{'x' * (number + 1)} failed", start=number)
            log.record("task.done", "Done", about=[company], by=manager, at=NOW, company=company)
        effects(company, start + count)

    fill(0, 2)
    few = _statements(client, SYSTEM + path)
    fill(2, 12)

    assert _statements(client, SYSTEM + path) == few <= 24


def _statements(client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert client.get(path).status_code == 200
    return len(seen)


def test_rows_of_another_company_are_not_there(client, company, manager):
    other = factories.company(slug="other")
    (event,) = dead(other, 1)
    entry = log.record("task.done", "Theirs", about=[other], by=None, at=NOW, company=other)

    assert client.get(f"{SYSTEM}events/{event.pk}/").status_code == 404
    assert client.get(f"{SYSTEM}events/{event.pk}/preview/").status_code == 404
    assert client.post(f"{SYSTEM}events/{event.pk}/replay/").status_code == 404
    assert client.get(f"{SYSTEM}audit-log/{entry.pk}/").status_code == 404
    assert "Theirs" not in text_of(client.get(f"{SYSTEM}audit-log/"))
