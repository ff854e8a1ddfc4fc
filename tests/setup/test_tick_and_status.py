import json
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from arbook import clock
from arbook.gateways.models import Connection
from arbook.heartbeat.beats import beat
from arbook.heartbeat.models import Beat, JobRun
from arbook.outbox import outbox
from arbook.sandbox import clock as movable
from arbook.setup.status import report
from arbook.webhooks.models import WebhookEvent
from tests import factories
from tests.desk import Desk
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def _run(*arguments: str) -> str:
    said = StringIO()
    call_command(*arguments, stdout=said)
    return said.getvalue()


# --- sync ----------------------------------------------------------------------------------------


def test_sync_reads_everything_first_and_changes_afterwards(sandbox):
    desk = Desk(sandbox)
    [first] = desk.owes("Acorn", "100.00")

    assert "Invoice: 1 created, 0 updated, 0 unchanged" in _run("sync", "harbor")
    desk.owes("Birch", "50.00")
    changes = _run("sync", "harbor")
    full = _run("sync", "harbor", "--full")

    assert "Invoice: 1 created" in changes
    assert "0 created, 0 updated, 2 unchanged" in full
    assert desk.invoice(first).balance == 100


def test_sync_of_books_that_are_not_connected_is_a_sentence():
    factories.company(slug="harbor")

    with pytest.raises(CommandError, match="QuickBooks: QuickBooks is not connected"):
        _run("sync", "harbor")
    with pytest.raises(CommandError, match="There is no company nowhere"):
        _run("sync", "nowhere")


def test_sync_with_the_books_away_is_a_sentence(sandbox):
    Desk(sandbox)
    sandbox.faults.add("quickbooks", "*", "500")

    with pytest.raises(CommandError, match=r"^QuickBooks: "):
        _run("sync", "harbor")


# --- tick ----------------------------------------------------------------------------------------


def test_tick_runs_every_job_whether_due_or_not(sandbox):
    desk = Desk(sandbox)
    desk.owes("Acorn", "100.00")

    first, second = _run("tick"), _run("tick")

    for said in (first, second):
        assert "ok     sync the books" in said
        assert "FAILED" not in said
        assert "now: " in said
    assert JobRun.objects.exclude(ok_at=None).count() == first.count("ok     ")


def test_a_failing_job_is_named_and_the_others_run(sandbox):
    desk = Desk(sandbox)
    desk.owes("Acorn", "100.00")
    sandbox.faults.add("quickbooks", "*", "500")
    said = StringIO()

    with pytest.raises(CommandError, match="Some jobs failed"):
        call_command("tick", stdout=said)

    assert "FAILED sync the books SomeCompaniesFailed: harbor:" in said.getvalue()
    assert "ok     prepare reminders" in said.getvalue()


def test_tick_moves_the_clock_first(sandbox):
    said = _run("tick", "--at", "2027-03-01T10:00-05:00")

    assert "now: 2027-03-01T15:00" in said
    assert abs(clock.now() - datetime(2027, 3, 1, 15, tzinfo=UTC)) < timedelta(minutes=1)


def test_tick_back_in_time_still_works(sandbox):
    _run("tick", "--at", "2027-03-01T10:00-05:00")

    assert "ok     plan touches" in _run("tick", "--at", "2026-11-30T10:00-05:00")


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("2027-03-01T10:00", "needs an offset"),
        ("2027-03-01", "needs an offset"),
        ("tomorrow", "--at: Invalid isoformat string"),
        ("2027-13-01T10:00Z", "--at: month must be in 1..12"),
        ("0001-01-01T00:00+14:00", "--at:"),
        ("9999-12-31T23:59-12:00", "--at:"),
    ],
)
def test_an_instant_that_is_none_is_refused(sandbox, at, said):
    before = movable.offset()

    with pytest.raises(CommandError, match=said):
        _run("tick", "--at", at)

    assert movable.offset() == before


def test_a_fixed_clock_is_not_moved(sandbox, settings):
    settings.CLOCK, settings.CLOCK_MOVABLE = "arbook.clock.system", False
    before = movable.offset()

    with pytest.raises(CommandError, match="cannot be moved"):
        _run("tick", "--at", "2027-03-01T10:00Z")

    assert movable.offset() == before


# --- status --------------------------------------------------------------------------------------

DOCUMENTED = {
    "": {
        "now",
        "heartbeat",
        "beats",
        "companies",
        "inbound",
        "outbound",
        "dead_of_nobody",
        "jobs",
    },
    "company": {"slug", "name", "uuid", "mode", "stopped", "books", "connections"},
    "books": {"full_synced_at", "last_read_at", "drift", "error"},
    "connection": {"state", "last_ok_at", "last_webhook_at", "hard_expires_at", "error"},
    "queue": {"states", "oldest_due_seconds"},
    "job": {"name", "started_at", "running_at", "ok_at", "error"},
}


def test_status_has_the_documented_fields_and_no_secret(sandbox):
    desk = Desk(sandbox)
    desk.owes("Acorn", "100.00")
    _run("tick")

    said = _run("status", "--json")

    told = json.loads(said)
    company = told["companies"][0]
    assert set(told) == DOCUMENTED[""]
    assert set(company) == DOCUMENTED["company"]
    assert set(company["books"]) == DOCUMENTED["books"]
    assert set(company["connections"]) == {"quickbooks", "stripe", "twilio", "slack"}
    assert set(company["connections"]["stripe"]) == DOCUMENTED["connection"]
    assert set(told["inbound"]) == set(told["outbound"]) == DOCUMENTED["queue"]
    assert set(told["jobs"][0]) == DOCUMENTED["job"]
    secrets = [value for one in Connection.objects.all() for value in one.secrets.values()]
    assert len(secrets) >= 5
    assert not any(str(secret) in said for secret in secrets)


def test_status_of_an_empty_house_is_a_document_too():
    told = json.loads(_run("status", "--json"))

    assert told["companies"] == []
    assert told["heartbeat"]["age_seconds"] is None
    assert told["outbound"] == {"states": {}, "oldest_due_seconds": 0}


def test_status_tells_how_long_the_oldest_due_row_waits():
    company = factories.company()
    now = NOW
    for minutes in (5, 20):
        outbox.enqueue("alerts.mail", key=f"a{minutes}", company=company,
                       now=now - timedelta(minutes=minutes))  # fmt: skip
    outbox.enqueue("alerts.mail", key="later", company=company, now=now,
                   not_before=now + timedelta(hours=1))  # fmt: skip
    WebhookEvent.objects.create(
        vendor="stripe", external_id="evt_1", kind="x", company=company, content="{}",
        received_at=now - timedelta(seconds=90), not_before=now,
    )  # fmt: skip

    told = report(now=now)

    assert told["outbound"]["oldest_due_seconds"] == 1200
    assert told["outbound"]["states"] == {"pending": 3}
    assert told["inbound"]["oldest_due_seconds"] == 90


def test_status_knows_when_a_process_fell_silent_and_when_it_said_it_would():
    beat("schedule")
    beat("worker@desk:7", busy=300)

    told = report(now=NOW)

    assert 0 <= told["heartbeat"]["age_seconds"] < 10
    assert set(told["beats"]) == {"schedule", "worker@desk:7"}


def test_status_names_what_is_missing_and_sees_a_worker_that_died_beside_one_that_lives():
    beat("worker@desk:7")
    Beat.objects.update(last_at=clock.system() - timedelta(seconds=90))
    beat("worker@desk:8")

    told = report(now=NOW)["heartbeat"]

    assert (told["age_seconds"], told["missing"]) == (None, ["schedule"])
    assert told["processes"]["worker@desk:7"] >= 90 > 10 > told["processes"]["worker@desk:8"]


def test_status_has_no_age_before_the_first_beat():
    assert report(now=NOW)["heartbeat"] == {
        "age_seconds": None,
        "missing": ["worker", "schedule"],
        "processes": {},
    }


def test_status_for_people_names_what_is_wrong():
    company = factories.company(slug="harbor", stopped_at=NOW, stopped_reason="audit")
    factories.connection(company, "stripe", state="reconnect", error="The key was revoked.")

    said = _run("status")

    assert "harbor: dry_run, stopped" in said
    assert "stripe: reconnect (The key was revoked.)" in said
    assert "books read: never" in said
    assert "outbound: empty" in said
