"""A run: its months, its counts, cut short, dry, by command, and told on screens."""

from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from arbook.audit import sealing, verifying
from arbook.audit.models import Entry
from arbook.companies import keeping
from arbook.companies.models import Role
from arbook.setup import retention
from arbook.webhooks.models import WebhookEvent
from messaging.models import Message
from tests import factories
from tests.factories import NOW
from tests.setup.retention.old import LATER, LINE, a_contact, age_out, an_effect, an_event

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("day", "months", "line"),
    [
        ("2026-11-20", 36, "2023-11-20"),
        ("2026-03-31", 1, "2026-02-28"),
        ("2024-02-29", 12, "2023-02-28"),
        ("2026-01-15", 1, "2025-12-15"),
        ("2026-12-15", 12, "2025-12-15"),
    ],
)
def test_months_are_counted_by_the_calendar(day, months, line):
    found = keeping.months_before(datetime.fromisoformat(day), months)

    assert found == datetime.fromisoformat(line)


def test_a_dry_run_says_exactly_what_the_run_then_does(harbor, said):
    an_event(harbor)
    an_effect(harbor)
    a_contact(harbor)
    before = Entry.objects.count()

    foretold = age_out(harbor, dry_run=True)

    assert Entry.objects.count() == before
    said.refresh_from_db()
    assert said.body != LINE
    assert foretold == age_out(harbor)
    assert sum(age_out(harbor).values()) == 0


def test_the_job_works_behind_the_wall_and_the_chain_holds(harbor, said):
    sealing.seal_waiting(now=NOW)

    retention.daily(LATER)

    said.refresh_from_db()
    assert said.body == LINE
    sealing.seal_waiting(now=LATER)
    assert (verifying.verify().breach, verifying.verify().redacted) == (None, 1)


def test_a_run_leaves_one_entry_with_its_counts(harbor, said):
    age_out(harbor)

    entry = Entry.objects.get(verb="retention.done")
    assert entry.company == harbor
    assert entry.said == "Kept no longer: 1 messages."
    assert entry.data["messages"] == 1


def test_a_run_cut_short_is_taken_up_again(harbor, monkeypatch):
    monkeypatch.setattr(keeping, "BATCH", 2)
    events = [an_event(harbor) for _ in range(5)]
    rows = WebhookEvent.objects.filter(company=harbor).exclude(content__startswith='{"removed"')
    seen = []

    def killed(batch):
        if len(seen) == 2:
            raise KeyboardInterrupt
        seen.append(batch)
        WebhookEvent.objects.filter(pk__in=[one.pk for one in batch]).update(
            content='{"removed": "x"}'
        )

    with pytest.raises(KeyboardInterrupt):
        keeping.in_batches(rows, killed)

    assert rows.count() == 1
    assert age_out(harbor)["events of vendors"] == 1
    assert all("removed" in event.payload for event in WebhookEvent.objects.all())
    assert len(events) == 5


def test_another_companys_rows_are_not_touched(harbor, said):
    other = factories.company(keep_messages_months=6)

    age_out(other)

    said.refresh_from_db()
    assert said.removed_at is None


def test_the_command_says_what_would_go_and_takes_it_out(harbor, said, settings):
    Message.objects.filter(pk=said.pk).update(created_at=NOW - timedelta(days=4000))

    def run(*words):
        out = StringIO()
        call_command("retention", *words, stdout=out)
        return out.getvalue()

    assert run("--dry-run") == "harbor: would go: 1 messages\n"
    assert run("harbor") == "harbor: taken out: 1 messages\n"
    assert run("harbor") == "harbor: taken out: nothing\n"
    with pytest.raises(CommandError):
        run("nobody")


def test_the_thread_shows_that_words_are_gone(harbor, said, client):
    age_out(harbor)
    client.force_login(factories.member(harbor, Role.VIEWER))

    page = client.get(said.thread.get_absolute_url()).content.decode()

    assert LINE in page
    assert "said-removed" in page


def test_the_limits_of_keeping_are_told(harbor):
    from django.core.exceptions import ValidationError

    from arbook.setup import companies

    for name, value in (
        ("keep_messages_months", 3),
        ("keep_payloads_days", 7),
        ("keep_contacts_months", 200),
    ):
        with pytest.raises(ValidationError) as refused:
            companies.save("harbor", {name: value}, by=None, now=NOW)
        assert "Between" in str(refused.value)
