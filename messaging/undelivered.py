"""What follows when a message did not arrive: for the contact, consent, the channel, the touch."""

from datetime import datetime

from django.db import transaction

from arbook.alerts import alerts
from arbook.audit import log
from arbook.companies.models import Company
from arbook.gateways import errors
from arbook.gateways.models import Connection
from arbook.outbox import outbox
from arbook.outbox.models import Effect
from customers import consent, contacts
from customers.models import ConsentEvent, Contact
from invoices import cadence, tasks
from invoices.models import Reminder, Task
from messaging import approving, delivery_codes, opt_ins, recording, threads
from messaging.models import CHANNEL_OF, Message

State = Message.State

# Mail servers' words for a mailbox that is not there.
NO_MAILBOX = {"550", "551", "553", "521", "525", "556"}


@transaction.atomic
def could_not_send(effect: Effect, error: Exception, *, now: datetime) -> None:
    """The effect is dead. A refusal is settled by its code; all else waits for a person."""
    rows = Message.objects.sent_by(effect).select_related("company", "customer", "contact")
    row = rows.first()
    if row is None or row.state != State.APPROVED:
        return
    row.error, row.error_code = str(error)[:300], getattr(error, "code", "")[:20]
    is_sure = effect.state == Effect.State.IN_FLIGHT  # else it was the asking that failed
    if is_sure and isinstance(error, errors.Unreachable | errors.Throttled):
        _never_left(row, effect, now)
        return
    if not isinstance(error, errors.Refused):
        # Perhaps it left, perhaps not: it keeps its place, so that nothing is sent beside it.
        row.save(update_fields=["error", "error_code"])
        tasks.open_task(
            row.company,
            kind=Task.Kind.OTHER,
            key=f"message:{row.pk}",
            title=f"Did this message reach {row.customer}?",
            detail=f"{error} Look at Twilio or the mailbox, then say here which.",
            customer=row.customer,
            amount=row.total,
            now=now,
        )
        record_fate(row, "message.unsure", f"It is not known whether this left: {error}", now)
        return
    row.state, row.settled_at = State.FAILED, now
    row.save(update_fields=["state", "settled_at", "error", "error_code"])
    if "message" in effect.payload:
        approving.free_key(Effect.objects.filter(pk=effect.pk))
    draw_consequences(row, was_handed_over=False, now=now)


def _never_left(row: Message, effect: Effect, now: datetime) -> None:
    """Nobody could be reached for hours: what is still due is proposed anew."""
    row.state, row.settled_at, row.notice = State.WITHDRAWN, now, f"Not sent: {row.error}"[:300]
    row.save(update_fields=["state", "settled_at", "notice", "error", "error_code"])
    if "message" in effect.payload:
        approving.free_key(Effect.objects.filter(pk=effect.pk))
    record_fate(row, "message.withdrawn", row.notice, now)
    if row.purpose == Message.Purpose.OPT_IN:
        opt_ins.did_not_arrive(row, row.error, now=now)
    if row.purpose == Message.Purpose.REPLY:
        threads.needs_reply(threads.locked(row.thread), since=now)


def draw_consequences(row: Message, *, was_handed_over: bool, now: datetime) -> None:
    """Act on a definite failure; whatever is proposed to the customer is then looked at again."""
    meaning = _meaning(row)
    row.error = row.error or meaning.sentence
    row.save(update_fields=["error"])
    record_fate(row, "message.failed", f"Could not be delivered: {meaning.sentence}", now)
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
    if row.purpose == Message.Purpose.OPT_IN:
        opt_ins.did_not_arrive(row, meaning.sentence, now=now)
    if row.purpose == Message.Purpose.REMINDER:
        _settle_touch(row, meaning, was_handed_over=was_handed_over, now=now)
        _look_again(row, now)


def _meaning(row: Message) -> delivery_codes.Meaning:
    if row.medium != Message.Medium.EMAIL:
        return delivery_codes.meaning(row.error_code)
    said = row.error or "The mail server refused it."
    state = Contact.State.BOUNCED if row.error_code in NO_MAILBOX else ""
    return delivery_codes.Meaning(said, state)


def _settle_touch(
    row: Message, meaning: delivery_codes.Meaning, *, was_handed_over: bool, now: datetime
) -> None:
    """Plan the touch again where another try makes sense, else leave it out."""
    changes = bool(meaning.contact_state or meaning.withdraws_consent or meaning.blocks_channel)
    again = changes and not row.test_address
    if meaning.retries:
        again = _failures(row) <= meaning.retries
    if was_handed_over and again:
        _reopen(row, now)
    elif not was_handed_over and not again:
        reason = f"not sent: {meaning.sentence}"
        cadence.settle(row.reminder_ids(), state=Reminder.State.SKIPPED, now=now, reason=reason)
        _ask(row, meaning, now)


def _look_again(row: Message, now: datetime) -> None:
    if row.customer_id is None:
        return
    cause = log.current_cause() or row.pk
    key = f"revisit:{row.customer_id}:m{row.pk}:{cause}"
    outbox.enqueue_many(
        [outbox.Wanted("messaging.revisit", key, row.company, {"customer": row.customer_id})],
        now=now,
    )


def _blame_contact(row: Message, meaning: delivery_codes.Meaning, now: datetime) -> None:
    channel = CHANNEL_OF[row.medium]
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
        Message.objects.filter(state=State.FAILED, lines__reminder__in=row.reminder_ids())
        .distinct()
        .count()
    )


def _reopen(row: Message, now: datetime) -> None:
    """The touch did not arrive: it counts as not taken and is planned again."""
    rows = Reminder.objects.filter(pk__in=row.reminder_ids(), state=Reminder.State.SENT)
    invoices = list(rows.values_list("invoice_id", flat=True))
    rows.update(state=Reminder.State.CANCELLED, reason="it was not delivered", settled_at=None)
    cadence.plan(row.company, now=now, invoice_ids=invoices)


def record_fate(row: Message, verb: str, said: str, now: datetime) -> None:
    """Tell on the timelines what became of a message, in the vendor's terms."""
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
