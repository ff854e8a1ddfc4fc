"""The batch review over HTTP: what a person sees and does."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from arbook.companies.models import Role
from customers import consent
from customers.models import ConsentEvent
from invoices.models import Reminder
from messaging.models import Message
from tests import factories


@pytest.fixture
def client(desk) -> Client:
    client = Client()
    client.force_login(desk.bookkeeper)
    return client


def url(desk, name: str, *args) -> str:
    return reverse(f"messaging:{name}", args=[desk.company.slug, *args])


def seen(message: Message) -> str:
    return f"{message.pk}-{message.content_hash}"


def test_the_review_shows_the_exact_text_and_what_does_not_go_out(desk, client):
    message = desk.ready()
    desk.owes("Birch Books", "50.00", mobile="+18605550177")
    desk.read()
    factories.vip(desk.customer("Birch Books"))
    desk.prepare()

    page = client.get(url(desk, "batch")).content.decode()

    assert "First contact" in page
    assert "Alder Finch" in page
    assert message.body.split(" View")[0].replace("'", "&#x27;") in page
    assert "Not going out" in page
    assert "Birch Books is tagged VIP" in page


def test_approving_binds_to_what_was_seen(desk, client):
    message = desk.ready()

    client.post(url(desk, "approve", message.pk), {"seen": f"{message.pk}-otherhash"})
    message.refresh_from_db()
    assert message.state == Message.State.PROPOSED

    client.post(url(desk, "approve", message.pk), {"seen": seen(message)})
    message.refresh_from_db()
    assert message.state == Message.State.APPROVED
    assert message.approved_hash == message.content_hash
    assert message.approved_by == desk.bookkeeper


def test_above_the_limit_a_bookkeeper_is_told_who_approves_and_a_manager_may(desk, client):
    desk.company.review_above = 1
    desk.company.save()
    message = desk.ready()
    one = url(desk, "message", message.pk)
    manager = Client()
    manager.force_login(factories.member(desk.company, Role.MANAGER))

    assert "Above $1.00 a manager approves" in client.get(one).content.decode()
    assert url(desk, "approve", message.pk) not in client.get(one).content.decode()
    client.post(url(desk, "approve", message.pk), {"seen": seen(message)})
    message.refresh_from_db()
    assert message.state == Message.State.PROPOSED

    assert url(desk, "approve", message.pk) in manager.get(one).content.decode()
    manager.post(url(desk, "approve", message.pk), {"seen": seen(message)})
    message.refresh_from_db()
    assert message.state == Message.State.APPROVED


def test_undo_takes_back_one_click_and_nothing_leaves(desk, client):
    message = desk.ready()
    client.post(url(desk, "approve_many"), {"seen": seen(message)})
    page = client.get(url(desk, "batch")).content.decode()
    action = page.split('class="undo')[1].split('action="')[1].split('"')[0]

    client.post(action)
    desk.pass_undo()
    desk.send()

    message.refresh_from_db()
    assert message.state == Message.State.PROPOSED
    assert desk.texts() == []

    client.post(url(desk, "approve", message.pk), {"seen": seen(message)})
    desk.pass_undo()
    desk.send()
    assert len(desk.texts()) == 1


def test_skipping_settles_the_touch(desk, client):
    message = desk.ready()

    client.post(url(desk, "skip", message.pk))

    message.refresh_from_db()
    assert message.state == Message.State.SKIPPED
    reminders = Reminder.objects.filter(invoice__customer=message.customer)
    assert sorted(reminders.values_list("state", flat=True)) == ["planned", "skipped"]


def test_an_edited_text_keeps_amount_and_link(desk, client):
    message = desk.ready()
    link = message.body.split("pay: ")[1].split()[0]

    refused = client.post(url(desk, "edit", message.pk), {"body": "Harbor Dental: please pay."})
    assert refused.status_code == 422
    assert "Keep the pay link" in refused.content.decode()

    text = f"Harbor Dental: $100.00 is open, we talked on Monday. {link} Reply STOP to opt out."
    client.post(url(desk, "edit", message.pk), {"body": text})
    message.refresh_from_db()
    desk.prepare()
    desk.approve(message)
    desk.pass_undo()
    desk.send()
    assert desk.texts() == [text]


def test_pausing_and_excluding_silence_the_customer(desk, client):
    message = desk.ready()
    client.post(url(desk, "pause", message.pk), {"until": "2026-12-24", "note": "on leave"})
    desk.prepare()
    page = client.get(url(desk, "batch")).content.decode()
    assert "Paused by a person (on leave), quiet until Thu Dec 24." in page

    desk.owes("Birch Books", "50.00", mobile="+18605550177")
    desk.read()
    desk.prepare()
    other = desk.message("Birch Books")
    client.post(url(desk, "exclude", other.pk))
    desk.prepare()
    other.refresh_from_db()
    assert other.state == Message.State.WITHDRAWN
    assert "is tagged VIP" in client.get(url(desk, "batch")).content.decode()


def test_a_viewer_sees_and_cannot_act(desk):
    message = desk.ready()
    client = Client()
    client.force_login(factories.member(desk.company, Role.VIEWER))

    page = client.get(url(desk, "batch"))
    assert page.status_code == 200
    assert "Approve" not in page.content.decode().split("main")[1].split("keys")[0]
    assert client.post(url(desk, "approve", message.pk), {"seen": seen(message)}).status_code == 403


def test_a_stranger_finds_nothing(desk, client):
    message = desk.ready()
    other = factories.company()
    stranger = Client()
    stranger.force_login(factories.member(other))

    for name, args in [("batch", []), ("message", [message.pk]), ("edit", [message.pk])]:
        assert stranger.get(url(desk, name, *args)).status_code == 404
    own = reverse("messaging:message", args=[other.slug, message.pk])
    assert stranger.get(own).status_code == 404


def test_the_screen_costs_the_same_for_many(desk, client, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    desk.ready()
    client.get(url(desk, "batch"))
    with CaptureQueriesContext(connection) as few:
        client.get(url(desk, "batch"))
    for number in range(5):
        desk.owes(f"More{number} Ltd", "20.00", mobile=f"+1860555020{number}")
    desk.read()
    desk.prepare()
    with CaptureQueriesContext(connection) as many:
        client.get(url(desk, "batch"))
    assert len(many) <= len(few) + 1


def test_why_says_the_next_step_or_what_blocks_it(desk, client):
    message = desk.ready()
    invoice = message.lines.get().invoice

    assert "waits for a person" in client.get(url(desk, "why", invoice.pk)).content.decode()

    factories.vip(desk.customer("Alder Finch"))
    assert "Blocked: Alder Finch is tagged VIP" in client.get(
        url(desk, "why", invoice.pk)
    ).content.decode().replace("&#x27;", "'")


def test_a_pause_is_ended_from_why_with_a_reason(desk, client):
    from invoices import holds
    from invoices.models import Hold

    message = desk.ready()
    invoice = message.lines.get().invoice
    hold = holds.place(
        invoice, reason=Hold.Reason.PERSON, by=desk.bookkeeper, now=desk.now, until=None
    )
    assert (
        "Blocked: paused by a person" in client.get(url(desk, "why", invoice.pk)).content.decode()
    )

    client.post(url(desk, "lift", invoice.pk, hold.pk), {"reason": ""})
    hold.refresh_from_db()
    assert hold.lifted_at is None
    client.post(url(desk, "lift", invoice.pk, hold.pk), {"reason": "settled by phone"})
    hold.refresh_from_db()
    assert hold.lifted_at


def test_unsubscribing_needs_a_click_and_stops_mails(desk, client):
    desk.owes("Alder Finch", days=8)
    desk.read()
    desk.prepare()
    message = desk.message()
    assert message.medium == "email"
    public = Client(enforce_csrf_checks=True)
    page = reverse("unsubscribe", args=[message.uuid])

    public.get(page)
    assert not consent.standing(desk.company, "email", message.address).is_withdrawn
    assert public.post(page, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert consent.standing(desk.company, "email", message.address).is_withdrawn

    desk.send("messaging.revisit")
    message.refresh_from_db()
    assert message.state == Message.State.WITHDRAWN


def test_stopping_mails_to_an_address_that_was_erased_withdraws_nothing(desk):
    desk.owes("Alder Finch", days=8)
    desk.read()
    desk.prepare()
    Message.objects.update(address="")
    page = reverse("unsubscribe", args=[desk.message().uuid])

    for response in (Client().get(page), Client().post(page)):
        assert response.status_code == 200
        assert "no more reminders to <strong>the address it went to" in response.content.decode()
    assert not ConsentEvent.objects.filter(address="").exists()


def test_after_a_yes_the_next_row_below_is_shown(desk, client):
    for number, amount in enumerate(["300.00", "200.00", "100.00"]):
        desk.owes(f"More{number} Ltd", amount, mobile=f"+1860555020{number}")
    desk.owes("Big Builder", "18250.00", mobile="+18605550210")
    desk.read()
    desk.prepare()
    middle = desk.message("More1 Ltd")

    response = client.post(url(desk, "approve", middle.pk), {"seen": seen(middle)}, follow=True)

    assert response.context["chosen"] == desk.message("More2 Ltd")


def test_whoever_approves_all_normal_leaves_the_special_ones_waiting(desk, client):
    desk.ready()
    Message.objects.update(handed_over_at=desk.now - timedelta(days=9), state="delivered")
    desk.owes("Birch Books", "18250.00", mobile="+18605550177")
    desk.owes("Alder Finch", "50.00", days=22)
    desk.read()
    desk.prepare()
    page = client.get(url(desk, "batch"))
    normal = page.context["batch"].normal

    client.post(url(desk, "approve_many"), {"seen": normal.seen})

    states = dict(
        Message.objects.filter(purpose="reminder", state__in=["proposed", "approved"]).values_list(
            "customer__name", "state"
        )
    )
    assert states == {"Alder Finch": "approved", "Birch Books": "proposed"}
