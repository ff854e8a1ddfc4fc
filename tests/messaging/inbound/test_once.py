"""A reply that comes twice, is handled twice or whose webhook was lost is one reply."""

from arbook.audit.models import Entry
from arbook.sandbox import clock as movable
from arbook.setup.work import until_quiet
from arbook.webhooks.models import WebhookEvent
from customers.models import ConsentEvent
from messaging import lost_replies
from messaging.models import Message
from tests.messaging.inbound.hearing import standing


def test_a_doubled_delivery_is_one_reply(line):
    line.sandbox.faults.add("twilio", "webhook", "doubled", times=1, copies=5)

    line.hears("stop texting me")

    assert WebhookEvent.objects.filter(kind="inbound").count() == 1
    assert Message.objects.filter(direction="in").count() == 1
    assert ConsentEvent.objects.filter(direction="withdrawn").count() == 1
    assert len(line.received()) == 1


def test_an_event_handled_again_changes_nothing(line):
    line.hears("I paid yesterday")
    before = Entry.objects.filter(verb__startswith="hold").count()

    WebhookEvent.objects.filter(kind="inbound").update(state="received", attempts=0)
    until_quiet()

    assert Message.objects.filter(direction="in").count() == 1
    assert Entry.objects.filter(verb__startswith="hold").count() == before


def test_a_text_whose_webhook_was_lost_is_found_later(line):
    line.sandbox.faults.add("twilio", "webhook", "dropped", times=1)
    line.hears("STOP")
    assert not Message.objects.exists()

    assert lost_replies.catch_up(line.company, now=movable.now()) == 1
    assert lost_replies.catch_up(line.company, now=movable.now()) == 0

    assert standing(line.company) == "withdrawn"
    assert Message.objects.get().created_at <= movable.now()
