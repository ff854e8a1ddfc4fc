"""The System pages: what they show, to whom, what may be done, and what it costs to look."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags

from arbook import clock
from arbook.audit import log
from arbook.audit.models import Entry
from arbook.companies.models import Role
from arbook.heartbeat.models import JobRun
from arbook.outbox import outbox
from arbook.outbox.drain import drain
from arbook.outbox.models import Effect
from arbook.sandbox import clock as movable
from arbook.setup.work import until_quiet
from arbook.system.models import Bulk
from arbook.webhooks.models import WebhookEvent
from arbook.webhooks.store import Arrival, keep
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
SYSTEM = "/c/harbor/system/"


@pytest.fixture
def company():
    return factories.company(slug="harbor", name="Harbor Dental", timezone="America/New_York")


@pytest.fixture
def manager(client, company):
    person = factories.member(company, Role.MANAGER)
    client.force_login(person)
    return person


def _events(company, count: int, *, start: int = 0, **fields) -> list[WebhookEvent]:
    arrivals = [
        Arrival("stripe", f"evt_{number}", "charge.updated", company.pk, {"id": f"evt_{number}"})
        for number in range(start, start + count)
    ]
    keep(arrivals, now=NOW)
    ids = [one.external_id for one in arrivals]
    WebhookEvent.objects.filter(external_id__in=ids).update(**fields)
    return list(WebhookEvent.objects.filter(external_id__in=ids).order_by("pk"))


def _dead(company, count: int, error: str = "QuickBooks failed: it answered {}.", start: int = 0):
    rows = _events(company, count, start=start, state="dead", failure="unreachable", attempts=8)
    for number, row in enumerate(rows):
        WebhookEvent.objects.filter(pk=row.pk).update(
            error=error.format(500 + number), processed_at=NOW
        )
    return rows


def _effects(company, count: int, **fields) -> list[Effect]:
    wanted = [
        outbox.Wanted(
            "alerts.mail", f"alert:{number}", company, {"to": "a@b.example", "title": "T"}
        )
        for number in range(count)
    ]
    outbox.enqueue_many(wanted, now=NOW)
    Effect.objects.filter(company=company).update(**fields)
    return list(Effect.objects.filter(company=company).order_by("pk"))


def _text(page) -> str:
    return " ".join(strip_tags(page.content.decode()).split())


def _cause(client) -> str:
    """The address of the first cause."""
    page = client.get(f"{SYSTEM}dead-letters/").content.decode()
    start = page.index("/system/dead-letters/", page.index("<tbody>"))
    return "/c/harbor" + page[start : page.index('"', start)]


# --- Looking -------------------------------------------------------------------------------------


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
        assert said in _text(page), path


def test_the_overview_names_what_stands_still(client, company, manager):
    _dead(company, 3)

    text = _text(client.get(SYSTEM))

    assert "Something stands still until a person sees to it." in text
    assert "3 wait for a person, of 1 cause." in text
    assert "The vendor could not be reached" in text


def test_events_are_found_by_id_state_day_and_vendor(client, company, manager):
    _events(company, 2, state="done")
    _events(company, 1, start=7, state="dead", failure="bug", error="KeyError")

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
    assert "No row matches these filters" in _text(page)


def test_a_long_log_is_turned_page_by_page_and_nothing_is_missed(client, company, manager):
    _events(company, 120)

    seen, address = [], f"{SYSTEM}events/"
    for _ in range(3):
        page = client.get(address)
        seen += [line["name"] for line in page.context["lines"]]
        address = f"{SYSTEM}events/{page.context['older']}"

    assert len(seen) == len(set(seen)) == 120
    assert page.context["older"] == ""


def test_an_event_shows_its_words_its_error_and_what_it_led_to(client, company, manager):
    (event,) = _dead(company, 1)
    entry = log.record("webhook.stripe", "Stripe told us", about=[event], by=None, at=NOW)
    WebhookEvent.objects.filter(pk=event.pk).update(
        entry=entry, content=json.dumps({"id": "evt_0", "text": "<script>alert(1)</script> " * 50})
    )
    log.record("money.captured", "Money came", about=[company], by=None, at=NOW, company=company,
               cause=entry)  # fmt: skip

    page = client.get(f"{SYSTEM}events/{event.pk}/")

    assert "<script>alert" not in page.content.decode()
    text = _text(page)
    assert "QuickBooks failed: it answered 500." in text
    assert "Money came" in text
    assert "Stripe told us" in text


def test_a_body_that_is_no_json_is_shown_as_it_came(client, company, manager):
    (event,) = _events(company, 1)
    WebhookEvent.objects.filter(pk=event.pk).update(content='{"raw": [1, 2')

    assert client.get(f"{SYSTEM}events/{event.pk}/").status_code == 200


@pytest.mark.parametrize(
    "path", ["", "events/", "effects/", "dead-letters/", "workers/", "audit-log/"]
)
def test_looking_costs_the_same_however_much_there_is(client, company, manager, path):
    def fill(start: int, count: int) -> None:
        for number in range(start, start + count):
            _dead(company, 1, error=f"{'x' * (number + 1)} failed", start=number)
            log.record("task.done", "Done", about=[company], by=manager, at=NOW, company=company)
        _effects(company, start + count)

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
    (event,) = _dead(other, 1)
    entry = log.record("task.done", "Theirs", about=[other], by=None, at=NOW, company=other)

    assert client.get(f"{SYSTEM}events/{event.pk}/").status_code == 404
    assert client.get(f"{SYSTEM}events/{event.pk}/preview/").status_code == 404
    assert client.post(f"{SYSTEM}events/{event.pk}/replay/").status_code == 404
    assert client.get(f"{SYSTEM}audit-log/{entry.pk}/").status_code == 404
    assert "Theirs" not in _text(client.get(f"{SYSTEM}audit-log/"))


# --- One row -------------------------------------------------------------------------------------


def test_a_bookkeeper_tries_one_again_and_a_viewer_does_not(client, company):
    (event,) = _dead(company, 1)
    client.force_login(factories.member(company, Role.VIEWER))
    assert client.post(f"{SYSTEM}events/{event.pk}/replay/").status_code == 403

    client.force_login(factories.member(company, Role.BOOKKEEPER))
    page = client.post(f"{SYSTEM}events/{event.pk}/replay/", follow=True)

    event.refresh_from_db()
    assert event.state == "received"
    assert "It is in line." in _text(page) or "Nothing was foretold" in _text(page)
    again = client.post(f"{SYSTEM}events/{event.pk}/replay/", follow=True)
    assert "in line already" in _text(again)


def test_a_manager_gives_one_up_with_a_reason(client, company, manager):
    effect = _effects(company, 1, state="dead", failure="refused", error="no such address")[0]
    address = f"{SYSTEM}effects/{effect.pk}/give-up/"

    page = client.post(address, {"reason": " "}, follow=True)
    assert "Giving up needs a reason." in _text(page)
    client.post(address, {"reason": "They closed shop"})

    effect.refresh_from_db()
    assert effect.state == "cancelled"
    assert Entry.objects.about(effect).get().by == manager


def test_a_bookkeeper_does_no_bulk_and_runs_no_job(client, company):
    _dead(company, 1)
    client.force_login(factories.member(company, Role.BOOKKEEPER))
    address = _cause(client)

    assert client.post(f"{address}act/", {"which": "all"}).status_code == 403
    assert client.post(f"{SYSTEM}workers/run/", {"job": "sync the books"}).status_code == 403


# --- Many rows -----------------------------------------------------------------------------------


def test_rows_that_died_of_the_same_thing_are_one_cause(client, company, manager):
    _dead(company, 3)
    _dead(company, 2, error="Stripe refused: no such charge", start=10)
    _effects(company, 1, state="dead", failure="bug", error="KeyError: 'to'")

    causes = client.get(f"{SYSTEM}dead-letters/").context["causes"]

    assert sorted(one.count for one in causes) == [1, 2, 3]
    assert {one.error for one in causes} >= {"QuickBooks failed: it answered #"}


def test_chosen_rows_are_tried_again_by_the_worker(client, company, manager):
    rows = _dead(company, 5)

    page = client.post(
        f"{_cause(client)}act/",
        {"which": "chosen", "row": [rows[0].pk, rows[3].pk], "act": "replay"},
        follow=True,
    )
    assert "Left" in _text(page)
    drain(now=clock.now, kinds=["system.bulk"])

    assert WebhookEvent.objects.filter(state="received").count() == 2
    assert Bulk.objects.get().total == 2


def test_above_fifty_rows_the_count_is_typed(client, company, manager):
    _dead(company, 60)
    address = _cause(client)

    page = client.post(f"{address}act/", {"which": "all", "act": "replay"}, follow=True)
    assert "type 60" in _text(page)
    assert not Bulk.objects.exists()

    client.post(f"{address}act/", {"which": "all", "act": "replay", "count": "60"})
    assert Bulk.objects.get().total == 60


def test_a_bulk_goes_on_in_turns_shows_how_far_it_is_and_can_be_stopped(client, company, manager):
    movable.move_to(NOW)
    try:
        _dead(company, 250)
        client.post(
            f"{_cause(client)}act/",
            {"which": "all", "act": "give_up", "reason": "Old", "count": "250"},
        )
        bulk = Bulk.objects.get()
        drain(now=clock.now, kinds=["system.bulk"])

        page = client.get(bulk.get_absolute_url(), headers={"HX-Request": "true"})
        assert page.context["progress"].left == 150
        assert page.context["progress"].done == 100
        assert b"every 2s" in page.content
        movable.move(timedelta(seconds=3))
        drain(now=clock.now, kinds=["system.bulk"])
        client.post(f"{SYSTEM}bulk/{bulk.pk}/cancel/")
        movable.move(timedelta(seconds=3))
        drain(now=clock.now, kinds=["system.bulk"])
    finally:
        movable.reset()

    assert WebhookEvent.objects.filter(state="ignored").count() == 200
    assert WebhookEvent.objects.filter(state="dead").count() == 50
    page = client.get(bulk.get_absolute_url())
    assert "50 rows had no turn" in _text(page)
    said = list(Entry.objects.filter(verb__startswith="system.bulk").values_list("said", flat=True))
    assert said[0].startswith("250 dead letters are given up (Old)")
    assert said[-1].startswith("Stopped with 50 of 250")


def test_a_bulk_survives_a_worker_that_dies_in_the_middle(client, company, manager):
    _dead(company, 150)
    client.post(f"{_cause(client)}act/", {"which": "all", "act": "replay", "count": "150"})
    # The worker died after its first turn: the effect is still claimed, its lease is over.
    drain(now=clock.now, kinds=["system.bulk"])
    Effect.objects.filter(kind="system.bulk").update(
        state="in_flight", leased_until=clock.system() - timedelta(minutes=1)
    )

    for _ in range(3):
        Effect.objects.filter(kind="system.bulk", state="pending").update(not_before=clock.now())
        drain(now=clock.now, kinds=["system.bulk"])

    bulk = Bulk.objects.get()
    assert bulk.finished_at
    assert bulk.rows.filter(took=True).count() == 150
    assert Entry.objects.filter(verb="webhook.replayed").count() == 150


def test_a_row_that_somebody_took_meanwhile_is_left_alone(client, company, manager):
    rows = _dead(company, 2)
    client.post(f"{_cause(client)}act/", {"which": "all", "act": "replay"})
    WebhookEvent.objects.filter(pk=rows[0].pk).update(state="done")

    until_quiet()

    assert Bulk.objects.get().rows.get(row=rows[0].pk).took is False


# --- Workers -------------------------------------------------------------------------------------


def test_a_manager_has_a_job_run_at_the_next_beat(client, company, manager):
    JobRun.objects.create(name="sync the books", started_at=NOW, error="other: it broke")
    factories.company(slug="other")

    page = client.post(f"{SYSTEM}workers/run/", {"job": "sync the books"}, follow=True)

    assert JobRun.objects.get(name="sync the books").started_at is None
    assert "runs within a minute" in _text(page)
    assert "it broke" not in _text(page)
    assert Entry.objects.get(verb="system.job_asked").by == manager
    page = client.post(f"{SYSTEM}workers/run/", {"job": "rm -rf"}, follow=True)
    assert "There is no such job." in _text(page)


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        ("SomeCompaniesFailed: brook: Bad: no; Key (name)=(Acme Debtor)", ""),
        ("brook: Refused: not theirs: harbor: no; Acme Debtor", ""),
        (
            "SomeCompaniesFailed: brook: Bad: Acme Debtor; harbor: Bad: one; two; pier: Bad: x",
            "harbor: Bad: one; two",
        ),
        ("IntegrityError: Key (name)=(Acme Debtor) exists", "IntegrityError"),
    ],
)
def test_a_jobs_trouble_names_nobody_of_another_company(client, manager, error, shown):
    for slug in ("brook", "pier"):
        factories.company(slug=slug, name=slug)
    JobRun.objects.create(name="sync the books", started_at=NOW, error=error)

    page = strip_tags(client.get(f"{SYSTEM}workers/").content.decode())

    assert "Acme" not in page
    assert shown in page and ("Bad" in page) == ("Bad" in shown)


# --- The record ----------------------------------------------------------------------------------


def test_the_record_is_searched_by_words_person_kind_row_and_day(client, company, manager):
    invoice = factories.invoice(factories.customer(company))
    first = log.record("invoice.paid", "Invoice 1041 is paid", about=[invoice], by=manager, at=NOW)
    log.record("task.done", "A task", about=[company], by=None, at=NOW - timedelta(days=3),
               company=company, cause=first)  # fmt: skip

    def found(query: str) -> list[str]:
        rows = client.get(f"{SYSTEM}audit-log/?{query}").context["found"].rows
        return [row.said for row in rows]

    assert found("q=1041") == ["Invoice 1041 is paid"]
    assert found(f"person={manager.pk}") == ["Invoice 1041 is paid"]
    assert found("person=arbook") == ["A task"]
    assert found("family=task") == ["A task"]
    assert found(f"about=invoices.invoice:{invoice.pk}") == ["Invoice 1041 is paid"]
    assert found("since=2026-11-20") == ["Invoice 1041 is paid"]
    assert found("until=2026-11-19") == ["A task"]
    assert len(found(f"cause={first.pk}")) == 2
    assert len(found("person=x&about=y&since=z&cause=-1&before=_&family=no")) == 2


def test_an_entry_shows_its_chain_up_and_down(client, company, manager):
    root = log.record("webhook.stripe", "Root", about=[company], by=None, at=NOW, company=company)
    middle = log.record("money.captured", "Middle", about=[company], by=None, at=NOW,
                        company=company, cause=root, amount="12.00")  # fmt: skip
    log.record("money.posted", "Leaf", about=[company], by=None, at=NOW, company=company,
               cause=middle)  # fmt: skip

    page = client.get(f"{SYSTEM}audit-log/{middle.pk}/")

    chain = page.context["chain"]
    assert [one.said for one in chain.up] == ["Root"]
    assert [one.said for one in chain.down] == ["Leaf"]
    assert "12.00" in _text(page)
    assert f"companies.company:{company.pk}" in _text(page)


def test_the_record_is_exported_as_it_is_filtered(client, company, manager):
    for number in range(60):
        log.record("task.done", f"=Task {number}", about=[company], by=manager, at=NOW,
                   company=company)  # fmt: skip
    log.record("invoice.paid", "Paid", about=[company], by=None, at=NOW, company=company)

    page = client.get(f"{SYSTEM}audit-log/?family=task&export=csv")

    assert page.status_code == 200
    lines = b"".join(page.streaming_content).decode().splitlines()
    assert len(lines) == 61
    assert "'=Task 59" in lines[1]
