"""What leaves: the last look at fresh books, then one call to Twilio or the mail server."""

from datetime import datetime, timedelta

from arbook import clock
from arbook.companies.models import Company
from arbook.gateways import mail, twilio
from arbook.outbox.models import Effect
from arbook.outbox.registry import Later, StillUnknown, effect
from messaging import delivery, dispatch, effects_replies, lastlook, receipts  # noqa: F401
from messaging.lastlook import Dropped, Ready
from messaging.models import Message

# Twilio lists a text it took within seconds; this many looks spread over about five minutes.
SURE_AFTER_LOOKS = 7


def _prepare(company, effects: list[Effect], now: datetime) -> dict:
    return lastlook.prepare(company, effects, now=now)


def _then(one: Effect, result: dict, now: datetime) -> None:
    match result.get("outcome"):
        case "dropped":
            delivery.dropped(one, result, now=now)
        case _:
            delivery.handed_over(one, result, now=now)


def _resolve(one: Effect, now: datetime) -> dict | None:
    """What became of a message in doubt."""
    return _look_up(one, delivery.message_of(one))


def _look_up(one: Effect, message: Message) -> dict | None:
    """A callback may have told, else Twilio is asked."""
    result = lastlook.result_of(message)
    if message.vendor_id:
        return result | {"vendor_id": message.vendor_id, "status": message.vendor_status}
    if message.medium != Message.Medium.SMS:
        raise StillUnknown("Mail cannot be looked up; a person decides.")
    found = twilio.of(message.company).find_text(
        to=message.test_address or message.address,
        body=message.body,
        since=message.approved_at or message.created_at,
    )
    if found:
        return result | {
            "vendor_id": found.sid,
            "status": found.state,
            "segments": found.segments or None,
        }
    if one.attempts < SURE_AFTER_LOOKS:
        raise StillUnknown("Twilio does not list the text yet.")
    # Not listed for minutes: it was never created. The next try takes a last look of its own.
    return None


def _failed(one: Effect, error: Exception, now: datetime) -> None:
    delivery.could_not_send(one, error, now=now)


@effect(
    "messaging.send",
    prepare=_prepare,
    then=_then,
    resolve=_resolve,
    failed=_failed,
    chunk=100,
    lease_seconds=300,
)
def send(one: Effect, prepared) -> dict:
    """Hand one message over. Everything it needs was prepared; nothing is read from our tables."""
    if isinstance(prepared, Dropped):
        return prepared.as_result()
    if not isinstance(prepared, Ready):
        raise Later(clock.now() + timedelta(minutes=1), "It was not looked at.")
    if clock.system() - prepared.read_at > lastlook.FRESH:
        raise Later(clock.now(), "The books were read too long ago; they are read again.")
    return hand_over(prepared)


def hand_over(ready: Ready) -> dict:
    """One vendor call."""
    if ready.medium == Message.Medium.SMS:
        text = ready.twilio.send_text(
            to=ready.to,
            body=ready.body,
            callback_url=ready.callback_url,
            validity_seconds=ready.validity,
        )
        return ready.result | {
            "vendor_id": text.sid,
            "status": text.state,
            "segments": text.segments or None,
        }
    letter = mail.send(
        company=ready.company,
        to=ready.to,
        subject=ready.subject,
        text=ready.body,
        html=ready.html,
        reply_to=ready.reply_to,
        headers=ready.headers,
        attachments=ready.attachments,
        key=ready.key,
    )
    return ready.result | {"vendor_id": letter.message_id, "status": "sent"}


def _resolve_extra(one: Effect, now: datetime) -> dict | None:
    """A receipt or letter in doubt: none was written yet, or it is looked up like any message."""
    message = delivery.message_of(one)
    return _look_up(one, message) if message else None


def _prepare_receipts(company, effects: list[Effect], now: datetime) -> dict:
    return receipts.prepare_receipts(company, effects, now=now)


def _prepare_letters(company, effects: list[Effect], now: datetime) -> dict:
    return receipts.prepare_letters(company, effects, now=now)


@effect(
    "messaging.receipt",
    prepare=_prepare_receipts,
    then=_then,
    resolve=_resolve_extra,
    failed=_failed,
)
def receipt(one: Effect, prepared) -> dict:
    """Say thank you for settled money, once for each payment."""
    return prepared.as_result() if isinstance(prepared, Dropped) else hand_over(prepared)


@effect(
    "messaging.letter",
    prepare=_prepare_letters,
    then=_then,
    resolve=_resolve_extra,
    failed=_failed,
)
def letter(one: Effect, prepared) -> dict:
    """Mail the letter a manager released."""
    return prepared.as_result() if isinstance(prepared, Dropped) else hand_over(prepared)


def _look_again(one: Effect, result: dict, now: datetime) -> None:
    company = Company.objects.get(pk=one.company_id)
    dispatch.revisit(company, [one.payload["customer"]], now=now)


@effect("messaging.revisit", then=_look_again, chunk=100)
def revisit(one: Effect, prepared) -> dict:
    """Nothing happens outside: what is proposed to the customer is looked at again."""
    return {}
