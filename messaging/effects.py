"""What leaves: the last look at fresh books, then one call to Twilio or the mail server."""

from datetime import datetime, timedelta

from arbook import clock
from arbook.audit import log
from arbook.companies.models import Company
from arbook.outbox.models import Effect
from arbook.outbox.registry import Foretold, Later, effect
from customers.models import Customer
from messaging import (
    delivery,
    dispatch,
    effects_opt_ins,  # noqa: F401
    effects_plans,  # noqa: F401
    effects_replies,  # noqa: F401
    effects_trial,  # noqa: F401
    hand_over,
    lastlook,
    merged,  # noqa: F401
    receipts,
    released_letters,
    undelivered,
)
from messaging.hand_over import Dropped, Ready
from messaging.models import Message


def _prepare(company, effects: list[Effect], now: datetime) -> dict:
    return lastlook.prepare(company, effects, now=now)


def _then(one: Effect, result: dict, now: datetime) -> None:
    match result.get("outcome"):
        case "dropped":
            delivery.dropped(one, result, now=now)
        case _:
            delivery.handed_over(one, result, now=now)


def _resolve(one: Effect, now: datetime) -> dict | None:
    """A receipt or letter in doubt may not even be written yet; then it was never sent."""
    message = Message.objects.sent_by(one).select_related("company", "customer").first()
    return hand_over.look_up(one, message) if message else None


def _failed(one: Effect, error: Exception, now: datetime) -> None:
    undelivered.could_not_send(one, error, now=now)


def _preview(one: Effect, now: datetime) -> Foretold:
    return hand_over.foretell(_prepare(one.company, [one], now)[one.key])


@effect(
    "messaging.send",
    prepare=_prepare,
    then=_then,
    resolve=_resolve,
    failed=_failed,
    preview=_preview,
    chunk=100,
    lease_seconds=300,
    rank=90,
)
def send(one: Effect, prepared) -> dict:
    """Hand one message over. Everything it needs was prepared; nothing is read from our tables."""
    if isinstance(prepared, Dropped):
        return prepared.as_result()
    if not isinstance(prepared, Ready):
        raise Later(clock.now() + timedelta(minutes=1), "It was not looked at.")
    if clock.system() - prepared.read_at > lastlook.FRESH:
        raise Later(clock.now(), "The books were read too long ago; they are read again.")
    return hand_over.call(prepared)


def _prepare_receipts(company, effects: list[Effect], now: datetime) -> dict:
    return receipts.prepare(company, effects, now=now)


def _prepare_letters(company, effects: list[Effect], now: datetime) -> dict:
    return released_letters.prepare(company, effects, now=now)


def _preview_receipt(one: Effect, now: datetime) -> Foretold:
    return hand_over.foretell(_prepare_receipts(one.company, [one], now)[one.key])


def _preview_letter(one: Effect, now: datetime) -> Foretold:
    return hand_over.foretell(_prepare_letters(one.company, [one], now)[one.key])


def _preview_revisit(one: Effect, now: datetime) -> Foretold:
    customer = Customer.objects.of(one.company).filter(pk=one.payload["customer"]).first()
    return Foretold([f"Would look again at what is proposed to {customer}; nothing leaves."])


@effect(
    "messaging.receipt",
    prepare=_prepare_receipts,
    then=_then,
    resolve=_resolve,
    failed=_failed,
    preview=_preview_receipt,
)
def receipt(one: Effect, prepared) -> dict:
    """Say thank you for settled money, once for each payment."""
    return prepared.as_result() if isinstance(prepared, Dropped) else hand_over.call(prepared)


@effect(
    "messaging.letter",
    prepare=_prepare_letters,
    then=_then,
    resolve=_resolve,
    failed=_failed,
    rank=90,
    preview=_preview_letter,
)
def letter(one: Effect, prepared) -> dict:
    """Mail the letter a manager released."""
    return prepared.as_result() if isinstance(prepared, Dropped) else hand_over.call(prepared)


def _look_again(company, effects: list[Effect], now: datetime) -> dict:
    """All customers in one look: one by one, an import of a thousand would keep others waiting."""
    causes = {one.payload["customer"]: one.cause_id for one in effects}
    shared = set(causes.values())
    with log.because(shared.pop() if len(shared) == 1 else None):
        dispatch.revisit(Company.objects.get(pk=company.pk), list(causes), now=now, causes=causes)
    return {}


@effect("messaging.revisit", prepare=_look_again, preview=_preview_revisit, chunk=100, rank=20)
def revisit(one: Effect, prepared) -> dict:
    """Nothing happens outside: what is proposed to the customer was looked at again."""
    return {}
