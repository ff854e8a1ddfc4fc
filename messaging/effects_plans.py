"""What leaves about a payment plan: its offer. Instalments are asked for by ordinary reminders."""

from datetime import datetime

from arbook.outbox.models import Effect
from arbook.outbox.registry import Foretold, effect
from messaging import delivery, hand_over, plan_offers, undelivered
from messaging.hand_over import Dropped
from messaging.models import Message


def _prepare(company, effects: list[Effect], now: datetime) -> dict:
    return plan_offers.prepare(company, effects, now=now)


def _then(one: Effect, result: dict, now: datetime) -> None:
    if result.get("outcome") == "dropped":
        delivery.dropped(one, result, now=now)
    else:
        delivery.handed_over(one, result, now=now)


def _resolve(one: Effect, now: datetime) -> dict | None:
    message = Message.objects.sent_by(one).select_related("company", "customer").first()
    return hand_over.look_up(one, message) if message else None


def _failed(one: Effect, error: Exception, now: datetime) -> None:
    undelivered.could_not_send(one, error, now=now)


def _preview(one: Effect, now: datetime) -> Foretold:
    return hand_over.foretell(_prepare(one.company, [one], now)[one.key])


@effect(
    "messaging.plan_offer",
    prepare=_prepare,
    then=_then,
    resolve=_resolve,
    failed=_failed,
    preview=_preview,
)
def plan_offer(one: Effect, prepared) -> dict:
    """Hand the customer the address of their plan."""
    return prepared.as_result() if isinstance(prepared, Dropped) else hand_over.call(prepared)
