"""What is about to leave, leaves or is in doubt while a person is erased."""

from datetime import timedelta

import pytest

from arbook.outbox import outbox
from arbook.outbox.models import Effect
from arbook.setup import erasing, persons
from customers.person import of_address
from messaging import approving, inbound
from messaging.models import Message
from tests.factories import NOW
from tests.setup.persons.traces import MAIL, NUMBER, erase, traces

pytestmark = pytest.mark.django_db


def test_what_was_about_to_leave_does_not(harbor, rosalind):
    message = Message.objects.get(state=Message.State.PROPOSED)
    message.state = Message.State.APPROVED
    message.save()
    outbox.enqueue(
        "messaging.send",
        key=approving.effect_key(message.pk),
        company=harbor,
        payload={"message": message.pk},
        now=NOW,
    )

    erase(rosalind)

    message.refresh_from_db()
    assert message.state == Message.State.WITHDRAWN
    effect = Effect.objects.get(kind="messaging.send")
    assert (effect.state, effect.error) == (Effect.State.CANCELLED, "Erased on request.")


def test_what_is_leaving_at_this_moment_is_erased_the_next_day(harbor, rosalind):
    message = Message.objects.get(state=Message.State.PROPOSED)
    Message.objects.filter(pk=message.pk).update(state=Message.State.APPROVED)
    effect = outbox.enqueue(
        "messaging.send",
        key=approving.effect_key(message.pk),
        company=harbor,
        payload={"message": message.pk},
        now=NOW,
    )
    Effect.objects.filter(pk=effect.pk).update(state=Effect.State.UNSURE)

    stays = erasing.preview(persons.of_customer(rosalind), now=NOW).stays
    erase(rosalind)

    message.refresh_from_db()
    assert any("leaving at this moment" in one.what for one in stays)
    assert message.body == "Dear Rosalind, thank you"
    Effect.objects.filter(pk=effect.pk).update(state=Effect.State.DONE, finished_at=NOW)
    Message.objects.filter(pk=message.pk).update(state=Message.State.DELIVERED)
    erasing.finish(NOW + timedelta(days=1))
    assert traces(but=("customers_consentevent",)) == []


def test_effects_that_are_not_over_are_named_and_lose_their_words_once_they_are(harbor, rosalind):
    for state in ("pending", "unsure", "dead"):
        Effect.objects.create(
            company=harbor,
            kind="alerts.mail",
            key=f"alert:{state}",
            payload={"to": "desk@harbor.example", "title": f"Rosalind Quimby wrote, {NUMBER}"},
            error=f"550 {MAIL}",
            state=state,
            not_before=NOW,
            created_at=NOW,
        )

    stays = erasing.preview(persons.of_customer(rosalind), now=NOW).stays
    erase(rosalind)

    assert "3 effects waiting, in doubt, or dead" in [one.what for one in stays]
    dead = Effect.objects.get(state="dead")
    assert dead.payload["title"] == f"Rosalind Quimby wrote, {NUMBER}"
    erasing.finish(NOW + timedelta(days=1))
    assert len(traces(but=("customers_consentevent",))) >= 3

    outbox.give_up(dead, reason="of no use", now=NOW)
    over = {"state": "done", "result": {"said": f"To {MAIL}"}}
    Effect.objects.filter(key__in=["alert:pending", "alert:unsure"]).update(**over)
    erasing.finish(NOW + timedelta(days=2))

    assert traces(but=("customers_consentevent",)) == []


def test_an_effect_in_doubt_of_somebody_without_a_customer_loses_its_words_too(harbor):
    inbound.receive(
        harbor, channel="sms", sender=NUMBER, body="my late bill", vendor_id="SM2",
        received_at=NOW, now=NOW,
    )  # fmt: skip
    effect = Effect.objects.create(
        company=harbor, kind="alerts.mail", key="alert:x", state="unsure",
        payload={"title": f"{NUMBER} wrote"}, not_before=NOW, created_at=NOW,
    )  # fmt: skip
    erasing.erase(of_address(harbor, NUMBER), reason="Asked", by=None, now=NOW)
    Effect.objects.filter(pk=effect.pk).update(state="done")

    erasing.finish(NOW + timedelta(days=1))

    assert traces(but=("customers_consentevent",)) == []


def test_what_a_message_that_left_said_of_its_address_goes_too(harbor, rosalind):
    Effect.objects.create(
        company=harbor, kind="messaging.send", key="message:x", state="done",
        payload={"message": 1}, result={"said": f"Text to {NUMBER} handed over.", "message": 1},
        not_before=NOW, created_at=NOW, finished_at=NOW,
    )  # fmt: skip

    erase(rosalind)

    assert Effect.objects.get(key="message:x").result == {"message": 1}
