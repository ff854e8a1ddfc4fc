"""Rows of long ago, and the act that looks at how old they are."""

import json

from arbook.companies import keeping
from arbook.outbox.models import Effect
from arbook.setup import retention
from arbook.webhooks.models import WebhookEvent
from customers.models import Contact
from tests import factories
from tests.factories import NOW

LATER = keeping.months_before(NOW, -37)
LINE = "Removed after 36 months."


def age_out(company, now=LATER, **how) -> dict:
    return retention.age_out(company, now=now, **how)


def an_event(company, **fields) -> WebhookEvent:
    fields = {
        "vendor": "twilio",
        "external_id": f"SM{WebhookEvent.objects.count()}",
        "kind": "message",
        "content": json.dumps({"Body": "words", "From": "+18605550100"}),
        "headers": {"X-Twilio-Signature": "s"},
        "received_at": NOW,
        "not_before": NOW,
        "state": WebhookEvent.State.DONE,
    } | fields
    return WebhookEvent.objects.create(company=company, **fields)


def an_effect(company, **fields) -> Effect:
    fields = {
        "kind": "alerts.mail",
        "key": f"k{Effect.objects.count()}",
        "payload": {"to": "a@b.example", "message": 5, "title": "words"},
        "result": {"message_id": "<x@y>"},
        "state": Effect.State.DONE,
        "not_before": NOW,
        "created_at": NOW,
        "finished_at": NOW,
    } | fields
    return Effect.objects.create(company=company, **fields)


def a_contact(harbor, **fields) -> Contact:
    fields = {"state": Contact.State.REMOVED, "state_at": NOW} | fields
    return factories.contact(factories.customer(harbor), "sms", **fields)
