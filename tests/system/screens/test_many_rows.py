"""Many rows at once: by cause, chosen or all, in turns, stopped and gone on with."""

from datetime import timedelta

import pytest

from arbook import clock
from arbook.audit.models import Entry
from arbook.outbox.drain import drain
from arbook.outbox.models import Effect
from arbook.sandbox import clock as movable
from arbook.setup.work import until_quiet
from arbook.system.models import Bulk
from arbook.webhooks.models import WebhookEvent
from tests.factories import NOW
from tests.system.screens.rows import SYSTEM, cause, dead, effects, text_of

pytestmark = pytest.mark.django_db


def test_rows_that_died_of_the_same_thing_are_one_cause(client, company, manager):
    dead(company, 3)
    dead(company, 2, error="Stripe refused: no such charge", start=10)
    effects(company, 1, state="dead", failure="bug", error="KeyError: 'to'")

    causes = client.get(f"{SYSTEM}dead-letters/").context["causes"]

    assert sorted(one.count for one in causes) == [1, 2, 3]
    assert {one.error for one in causes} >= {"QuickBooks failed: it answered #"}


def test_chosen_rows_are_tried_again_by_the_worker(client, company, manager):
    rows = dead(company, 5)

    page = client.post(
        f"{cause(client)}act/",
        {"which": "chosen", "row": [rows[0].pk, rows[3].pk], "act": "replay"},
        follow=True,
    )
    assert "Left" in text_of(page)
    drain(now=clock.now, kinds=["system.bulk"])

    assert WebhookEvent.objects.filter(state="received").count() == 2
    assert Bulk.objects.get().total == 2


def test_above_fifty_rows_the_count_is_typed(client, company, manager):
    dead(company, 60)
    address = cause(client)

    page = client.post(f"{address}act/", {"which": "all", "act": "replay"}, follow=True)
    assert "type 60" in text_of(page)
    assert not Bulk.objects.exists()

    client.post(f"{address}act/", {"which": "all", "act": "replay", "count": "60"})
    assert Bulk.objects.get().total == 60


def test_a_bulk_goes_on_in_turns_shows_how_far_it_is_and_can_be_stopped(client, company, manager):
    movable.move_to(NOW)
    try:
        dead(company, 250)
        client.post(
            f"{cause(client)}act/",
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
    assert "50 rows had no turn" in text_of(page)
    said = list(Entry.objects.filter(verb__startswith="system.bulk").values_list("said", flat=True))
    assert said[0].startswith("250 dead letters are given up (Old)")
    assert said[-1].startswith("Stopped with 50 of 250")


def test_a_bulk_survives_a_worker_that_dies_in_the_middle(client, company, manager):
    dead(company, 150)
    client.post(f"{cause(client)}act/", {"which": "all", "act": "replay", "count": "150"})
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
    rows = dead(company, 2)
    client.post(f"{cause(client)}act/", {"which": "all", "act": "replay"})
    WebhookEvent.objects.filter(pk=rows[0].pk).update(state="done")

    until_quiet()

    assert Bulk.objects.get().rows.get(row=rows[0].pk).took is False
