"""What became of a message: handed over, delivered or not. Statuses only move forward."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Case, CharField, Value, When
from django.db.models.functions import Coalesce

from arbook.alerts import alerts
from arbook.audit import log
from arbook.audit.models import Entry
from arbook.companies.models import Company
from arbook.gateways import errors
from arbook.gateways.models import Connection
from arbook.outbox import outbox
from arbook.outbox.models import Effect
from customers import consent, contacts
from customers.models import Channel, ConsentEvent, Contact, Customer
from invoices import cadence, tasks
from invoices.models import Invoice, Reminder, Task
from messaging import approving, delivery_codes, recording, threads
from messaging.models import Message

State = Message.State

RANK = {
    "accepted": 1, "scheduled": 1, "queued": 2, "sending": 3, "sent": 4,
    "delivered": 5, "read": 5, "undelivered": 5, "failed": 5, "canceled": 5,
}  # fmt: skip
FINAL = 5
BAD = {"undelivered", "failed", "canceled"}
# Mail servers' words for a mailbox that is not there.
NO_MAILBOX = {"550", "551", "553", "521", "525", "556"}


def handed_over(effect: Effect, result: dict, *, now: datetime) -> None:
    """The vendor took it. Four statements, because a thousand of these run in a row.

    A callback may have come first: what it wrote stands.
    """
    fields = {"segments": result["segments"]} if result.get("segments") else {}
    Message.objects.filter(pk=result["message"]).update(
        state=Case(
            When(state=State.APPROVED, then=Value(State.HANDED_OVER)),
            default="state",
            output_field=CharField(),
        ),
        handed_over_at=Coalesce("handed_over_at", now),
        vendor_id=result.get("vendor_id", ""),
        vendor_status=Case(
            When(vendor_status="", then=Value(result.get("status", ""))), default="vendor_status"
        ),
        error="",
        **fields,
    )
    _settle_reminders(result.get("reminders", []), now)
    _record_result(effect, result, "message.sent", result["said"], now)


def dropped(effect: Effect, result: dict, *, now: datetime) -> None:
    """The last look said no: the message is withdrawn, or waits for a person again."""
    if "message" in effect.payload:
        approving.free_key(Effect.objects.filter(pk=effect.pk))
    if result["is_closed"] or result["message"] is None:
        return
    row = Message.objects.select_for_update(of=("self",)).get(pk=result["message"])
    if row.state != State.APPROVED:
        return
    if result["to_person"]:
        approving.unapprove(row, result["sentence"])
        row.attention = result["attention"] or row.attention
    else:
        row.state, row.settled_at = State.WITHDRAWN, now
        row.notice = result["sentence"][:300]
    row.save(update_fields=[*approving.UNAPPROVED, "attention", "settled_at"])
    said = row.notice if row.notice.startswith("Not sent") else f"Not sent: {row.notice}"
    log.record(
        "message.held" if result["to_person"] else "message.withdrawn",
        said,
        about=recording.about(row),
        by=None,
        at=now,
        company=row.company,
        message=row.pk,
    )


@transaction.atomic
def could_not_send(effect: Effect, error: Exception, *, now: datetime) -> None:
    """The effect is dead. A refusal is settled by its code; all else waits for a person."""
    row = message_of(effect)
    if row is None or row.state != State.APPROVED:
        return
    row.error, row.error_code = str(error)[:300], getattr(error, "code", "")[:20]
    if not isinstance(error, errors.Refused):
        # Perhaps it left, perhaps not: it keeps its place, so that nothing is sent beside it.
        row.save(update_fields=["error", "error_code"])
        tasks.open_task(
            row.company,
            kind=Task.Kind.OTHER,
            key=f"message:{row.pk}",
            title=f"Did this message reach {row.customer}?",
            detail=f"{error} Look at the phone or mailbox, then repeat or cancel it under System.",
            customer=row.customer,
            amount=row.total,
            now=now,
        )
        _record(row, "message.unsure", f"It is not known whether this left: {error}", now)
        return
    row.state, row.settled_at = State.FAILED, now
    row.save(update_fields=["state", "settled_at", "error", "error_code"])
    if "message" in effect.payload:
        approving.free_key(Effect.objects.filter(pk=effect.pk))
    _failed(row, was_handed_over=False, now=now)


@transaction.atomic
def status(
    company: Company,
    *,
    vendor_id: str,
    status: str,
    message_uuid: str | None = None,
    error_code: str = "",
    price: Decimal | None = None,
    segments: int | None = None,
    now: datetime,
) -> Message | None:
    """Take what Twilio says of a text; older news than we have changes nothing.

    Raises Unreachable (try again) when the text failed before our own hand-over was written down.
    """
    row = _find(company, vendor_id, message_uuid)
    rank = RANK.get(status, 0)
    if row is None or not rank:
        return row
    known = RANK.get(row.vendor_status, 0)
    effect = Effect.objects.filter(key=_key(row)).first()
    is_leaving = effect is not None and effect.state == Effect.State.IN_FLIGHT
    if status in BAD and row.state == State.APPROVED and is_leaving:
        raise errors.Unreachable("The hand-over of this text is still being written down.")
    fields = []
    if not row.vendor_id:
        row.vendor_id = vendor_id
        fields.append("vendor_id")
    if price is not None and row.price is None:
        row.price = price
        fields.append("price")
    if segments and not row.segments:
        row.segments = segments
        fields.append("segments")
    moved = rank > known
    if moved:
        row.vendor_status = status
        fields.append("vendor_status")
        if row.state in (State.APPROVED, State.HANDED_OVER) and rank == FINAL:
            row.state = State.FAILED if status in BAD else State.DELIVERED
            row.settled_at = now
            row.handed_over_at = row.handed_over_at or now
            row.error_code = error_code[:20]
            fields += ["state", "settled_at", "error_code", "handed_over_at"]
    if fields:
        row.save(update_fields=fields)
    if moved and rank == FINAL:
        said = "Delivered" if status not in BAD else f"Not delivered ({error_code or status})"
        _record(row, f"message.{status}", f"{said}: {row}.", now)
    if effect and effect.state in (Effect.State.UNSURE, Effect.State.DEAD):
        # The callback proves that it left: the doubt is settled at once.
        Effect.objects.filter(pk=effect.pk, state=effect.state).update(
            state=Effect.State.UNSURE, not_before=now, finished_at=None
        )
        tasks.finish_key(company, f"message:{row.pk}", by=None, now=now, outcome="It did leave.")
        outbox.wake()
    if moved and status in BAD:
        _failed(row, was_handed_over=True, now=now)
    return row


def message_of(effect: Effect) -> Message | None:
    """The message an effect sends: its own, or the receipt or letter written for it."""
    rows = Message.objects.select_related("company", "customer", "contact")
    if "message" in effect.payload:
        return rows.filter(pk=effect.payload["message"]).first()
    return rows.filter(company=effect.company_id, reading__effect=effect.key).first()


def _key(row: Message) -> str:
    return row.reading.get("effect") or approving.effect_key(row.pk)


def _find(company: Company, vendor_id: str, message_uuid: str | None) -> Message | None:
    rows = Message.objects.of(company).filter(direction=Message.Direction.OUT)
    rows = rows.select_for_update(of=("self",)).select_related("company", "customer", "contact")
    found = rows.filter(uuid=message_uuid).first() if message_uuid else None
    if found and found.vendor_id and found.vendor_id != vendor_id:
        return None
    return found or rows.filter(vendor_id=vendor_id, medium=Message.Medium.SMS).first()


def _failed(row: Message, *, was_handed_over: bool, now: datetime) -> None:
    """Draw the consequences of a definite failure: contact, consent, channel, the next try."""
    if row.medium == Message.Medium.EMAIL:
        meaning = delivery_codes.Meaning(row.error or "The mail server refused it.")
        if row.error_code in NO_MAILBOX:
            meaning = delivery_codes.Meaning(meaning.sentence, Contact.State.BOUNCED)
    else:
        meaning = delivery_codes.meaning(row.error_code)
    row.error = row.error or meaning.sentence
    row.save(update_fields=["error"])
    _record(row, "message.failed", f"Could not be delivered: {meaning.sentence}", now)
    # In a rehearsal the number that failed is our own test number, not the customer's.
    if not row.test_address:
        _blame_contact(row, meaning, now)
    if meaning.blocks_channel:
        block_texts(row.company, code=row.error_code, said=meaning.sentence, now=now)
    elif meaning.alerts:
        _alert(row, meaning, now)
    if row.purpose == Message.Purpose.REPLY:
        # Whoever answered must learn that it did not arrive.
        threads.needs_reply(threads.locked(row.thread), since=now)
    if row.purpose != Message.Purpose.REMINDER:
        return
    changes = bool(meaning.contact_state or meaning.withdraws_consent or meaning.blocks_channel)
    again = changes and not row.test_address
    if meaning.retries:
        again = _failures(row) <= meaning.retries
    if was_handed_over and again:
        _reopen(row, now)
    elif not was_handed_over and not again:
        reason = f"not sent: {meaning.sentence}"
        cadence.settle(_reminders(row), state=Reminder.State.SKIPPED, now=now, reason=reason)
        _ask(row, meaning, now)
    if row.customer_id:
        entry = log.current_cause() or row.pk
        outbox.enqueue_many(
            [
                outbox.Wanted(
                    "messaging.revisit",
                    f"revisit:{row.customer_id}:m{row.pk}:{entry}",
                    row.company,
                    {"customer": row.customer_id},
                )
            ],
            now=now,
        )


def _blame_contact(row: Message, meaning: delivery_codes.Meaning, now: datetime) -> None:
    channel = Channel.SMS if row.medium == Message.Medium.SMS else Channel.EMAIL
    if meaning.withdraws_consent:
        consent.withdraw(
            row.company,
            channel=channel,
            address=row.address,
            source=ConsentEvent.Source.CARRIER,
            wording=f"Twilio answered {row.error_code}.",
            evidence={"message": row.pk, "code": row.error_code},
            by=None,
            now=now,
            about=[row],
        )
    if meaning.contact_state:
        same = Contact.objects.of(row.company).filter(channel=channel, address=row.address)
        for contact in same.select_related("customer", "company"):
            contacts.mark(
                contact, state=meaning.contact_state, reason=meaning.sentence, by=None, now=now
            )


def block_texts(company: Company, *, code: str, said: str, now: datetime) -> None:
    """No text of this company leaves until the campaign reads as verified again."""
    row = Connection.objects.of(company).filter(vendor=Connection.Vendor.TWILIO).first()
    if row is None:
        return
    row.options = row.options | {
        "blocked": {"code": code, "said": said, "at": now.isoformat()},
    }
    row.save(update_fields=["options"])
    alerts.tell(
        company,
        key=f"texts-blocked:{code}:{now:%Y-%m-%d}",
        title=f"Texts of {company} are blocked",
        text=f"{said} (Twilio {code}). Reminders go by mail where the step allows it.",
        now=now,
    )


def _alert(row: Message, meaning: delivery_codes.Meaning, now: datetime) -> None:
    alerts.tell(
        row.company,
        key=f"text-failed:{row.error_code}:{now:%Y-%m-%d}",
        title=f"A text of {row.company} was not delivered",
        text=f"{meaning.sentence} (Twilio {row.error_code})",
        url=row.get_absolute_url(),
        now=now,
    )


def _ask(row: Message, meaning: delivery_codes.Meaning, now: datetime) -> None:
    tasks.open_task(
        row.company,
        kind=Task.Kind.FIX_DATA,
        key=f"undelivered:{row.customer_id}:{row.medium}",
        title=f"A message to {row.customer} could not be sent",
        detail=f"{row.address}: {meaning.sentence} {row.error}",
        customer=row.customer,
        amount=row.total,
        now=now,
    )


def _failures(row: Message) -> int:
    """How often the same touch has failed, this time included."""
    return (
        Message.objects.filter(state=State.FAILED, lines__reminder__in=_reminders(row))
        .distinct()
        .count()
    )


def _reopen(row: Message, now: datetime) -> None:
    """The touch did not arrive: it counts as not taken and is planned again."""
    rows = Reminder.objects.filter(pk__in=_reminders(row), state=Reminder.State.SENT)
    invoices = list(rows.values_list("invoice_id", flat=True))
    rows.update(state=Reminder.State.CANCELLED, reason="it was not delivered", settled_at=None)
    cadence.plan(row.company, now=now, invoice_ids=invoices)


def _reminders(row: Message) -> list[int]:
    return list(row.lines.exclude(reminder=None).values_list("reminder_id", flat=True))


def _settle_reminders(ids: list[int], now: datetime) -> None:
    # ``cadence.settle`` in one statement: the next touches are planned for the whole batch later.
    if ids:
        Reminder.objects.filter(pk__in=ids).exclude(state__in=cadence.TAKEN).update(
            state=Reminder.State.SENT, reason="", settled_at=now
        )


def _record_result(effect: Effect, result: dict, verb: str, said: str, now: datetime) -> None:
    about = [Message(pk=result["message"])]
    if result.get("customer"):
        about.append(Customer(pk=result["customer"]))
    about += [Invoice(pk=pk) for pk in result.get("invoices", [])]
    entry = Entry(
        company_id=effect.company_id,
        verb=verb,
        said=said,
        at=now,
        data={"message": result["message"], "vendor_id": result.get("vendor_id", "")},
    )
    log.record_many([(entry, about)])


def _record(row: Message, verb: str, said: str, now: datetime) -> None:
    log.record(
        verb,
        said,
        about=recording.about(row),
        by=None,
        at=now,
        company=row.company,
        message=row.pk,
        code=row.error_code,
        vendor_id=row.vendor_id,
    )
