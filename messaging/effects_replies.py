"""Answers on the wire: a last look at consent and the clock, then one call."""

from datetime import datetime

from arbook import clock
from arbook.audit.models import Entry
from arbook.companies.models import Company
from arbook.companies.stops import Stop
from arbook.gateways import mail_providers, twilio
from arbook.outbox.models import Effect
from arbook.outbox.registry import Foretold, Later, effect
from customers import consent
from customers.models import Channel
from messaging import (
    delivery,
    facts,
    gate,
    hand_over,
    opt_ins,
    quiet_hours,
    replies,
    reply_address,
    stopped,
    threads,
    undelivered,
    ways,
)
from messaging.hand_over import Ready
from messaging.models import CHANNEL_OF, Message

Purpose = Message.Purpose


def _prepare(company: Company, effects: list[Effect], now: datetime) -> dict:
    company = Company.objects.get(pk=company.pk)
    rows = Message.objects.of(company).select_related("thread__customer", "thread__company")
    messages = rows.in_bulk([one.payload["message"] for one in effects])
    shared = facts.of_company(company, now=now)
    barred = {
        pk: _stops(company, message, shared.texts, shared.stop, now)
        for pk, message in messages.items()
    }
    leaving = [messages[pk] for pk, bar in barred.items() if bar is None]
    has_texts = any(message.medium == Message.Medium.SMS for message in leaving)
    client = twilio.of(company) if has_texts else None
    prepared = {}
    for one in effects:
        message = messages[one.payload["message"]]
        prepared[one.key] = barred[message.pk] or _ready(company, message, client, now)
    return prepared


def _ready(company: Company, message: Message, client, now: datetime) -> Ready | Later:
    more = {"read_at": clock.system(), "result": hand_over.result_of(message)}
    if message.medium == Message.Medium.SMS:
        place = ways.place_of(message.thread, message.medium, message.address)
        return hand_over.ready_text(company, message, client, place=place, now=now, **more)
    follows = _mail_before(message)
    return Ready(
        medium=message.medium,
        to=message.test_address or message.address,
        subject=message.subject,
        body=message.body,
        reply_to=reply_address.of(company, message.thread_id),
        headers={
            # A person wrote it: out-of-office answers and help desks may treat it as such.
            "Auto-Submitted": "no",
            **({"In-Reply-To": follows, "References": follows} if follows else {}),
            **mail_providers.tracing(str(message.uuid)),
        },
        key=f"message:{message.uuid}",
        company=company,
        **more,
    )


def _stops(company: Company, message: Message, texts, stop: Stop | None, now: datetime):
    """Why it must wait (Later) or never leaves (a result); None when it may leave."""
    if message.state != Message.State.APPROVED:
        return _dropped(message, "It was taken back.", is_closed=True)
    channel = CHANNEL_OF[message.medium]
    if message.purpose == Purpose.CONFIRMATION:
        if now - message.created_at > replies.CONFIRM_WITHIN:
            return _dropped(message, "Not sent: a confirmation is only allowed within minutes.")
        if stop:
            return _dropped(message, "Not sent: all sending is stopped.")
    elif consent.standing(company, channel, message.address).is_withdrawn:
        return _dropped(message, "Not sent: the recipient opted out meanwhile.")
    if message.purpose == Purpose.OPT_IN and not opt_ins.is_open(message):
        return _dropped(message, "Not sent: what it asks is settled.")
    if message.purpose == Purpose.REPLY and (news := _since(message)):
        return _dropped(message, f"Not sent: {news} before it left. Read it, then answer anew.")
    if company.mode == Company.Mode.DRY_RUN and not message.test_address:
        return _dropped(message, "Not sent: the company went back to a dry run.")
    if stop:
        return stopped.until_over(stop, company, now)
    if channel == Channel.SMS:
        if not texts.is_usable:
            return Later(now + gate.AGAIN, f"Texts cannot leave: {texts.said}.")
        place = ways.place_of(message.thread, message.medium, message.address)
        policy = quiet_hours.policy_of(company, message.medium)
        if message.purpose == Purpose.CONFIRMATION and not quiet_hours.is_open(now, place, policy):
            return _dropped(message, "Not sent: it is no decent hour.")
    return None


def _since(message: Message) -> str:
    """What made an answer old that waited for its hour; empty when nothing did."""
    if message.send_after is None:
        return ""
    said = {"created_at__gt": message.created_at}
    heard = message.thread.messages.filter(direction=Message.Direction.IN, **said)
    # That somebody is out of the office is no answer.
    if heard.exclude(reading__has_key="automatic").exists():
        return "they wrote again"
    paid = Entry.objects.filter(
        verb="money.captured",
        at__gt=message.created_at,
        mentions__subject_type="customers.customer",
        mentions__subject_id=message.customer_id,
    )
    return "they paid" if message.customer_id and paid.exists() else ""


def _mail_before(message: Message) -> str:
    last = message.thread.messages.filter(
        medium=Message.Medium.EMAIL, direction=Message.Direction.IN, address=message.address
    ).last()
    vendor_id = last.vendor_id if last else ""
    return vendor_id if vendor_id.startswith("<") and vendor_id.endswith(">") else ""


def _dropped(message: Message, sentence: str, *, is_closed: bool = False) -> dict:
    return hand_over.Dropped(message.pk, sentence, is_closed=is_closed).as_result()


def _then(one: Effect, result: dict, now: datetime) -> None:
    if result.get("outcome") != "dropped":
        delivery.handed_over(one, result, now=now)
        return
    delivery.dropped(one, result, now=now)
    message = Message.objects.select_related("thread").get(pk=result["message"])
    if message.purpose == Purpose.REPLY and not result["is_closed"]:
        # Whoever wrote it must learn that it did not leave.
        threads.needs_reply(threads.locked(message.thread), since=now)


def _resolve(one: Effect, now: datetime) -> dict | None:
    message = Message.objects.select_related("company").get(pk=one.payload["message"])
    return hand_over.look_up(one, message)


def _failed(one: Effect, error: Exception, now: datetime) -> None:
    undelivered.could_not_send(one, error, now=now)


def _preview(one: Effect, now: datetime) -> Foretold:
    return hand_over.foretell(_prepare(one.company, [one], now)[one.key])


@effect(
    replies.SEND,
    prepare=_prepare,
    then=_then,
    resolve=_resolve,
    failed=_failed,
    preview=_preview,
    lease_seconds=180,
)
def send(one: Effect, prepared) -> dict:
    """Hand one answer over."""
    return hand_over.call(prepared) if isinstance(prepared, Ready) else prepared
