"""What became of a message: handed over, delivered or not. Statuses only move forward."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Case, CharField, Value, When
from django.db.models.functions import Coalesce

from arbook.audit import log
from arbook.audit.models import Entry
from arbook.companies.models import Company
from arbook.gateways import errors
from arbook.outbox import outbox
from arbook.outbox.models import Effect
from customers.models import Customer
from invoices import cadence, tasks
from invoices.models import Invoice, Reminder
from messaging import approving, recording, undelivered
from messaging.models import Message

State = Message.State

RANK = {
    "accepted": 1, "scheduled": 1, "queued": 2, "sending": 3, "sent": 4,
    "delivered": 5, "read": 5, "undelivered": 5, "failed": 5, "canceled": 5,
}  # fmt: skip
FINAL = 5
BAD = {"undelivered", "failed", "canceled"}
TOLD = [
    "state",
    "vendor_id",
    "vendor_status",
    "segments",
    "price",
    "error_code",
    "handed_over_at",
    "settled_at",
]
"""What a callback may change."""


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
    moved = rank > RANK.get(row.vendor_status, 0)
    effect = Effect.objects.filter(key=_key(row)).first()
    is_leaving = effect is not None and effect.state == Effect.State.IN_FLIGHT
    if status in BAD and row.state == State.APPROVED and is_leaving:
        raise errors.Unreachable("The hand-over of this text is still being written down.")
    row.vendor_id = row.vendor_id or vendor_id
    row.segments = row.segments or segments or None
    if row.price is None:
        row.price = price
    if moved:
        row.vendor_status = status
    if moved and rank == FINAL and row.state in (State.APPROVED, State.HANDED_OVER):
        row.state = State.FAILED if status in BAD else State.DELIVERED
        row.settled_at = now
        row.handed_over_at = row.handed_over_at or now
        row.error_code = error_code[:20]
    row.save(update_fields=TOLD)
    if moved and rank == FINAL:
        said = "Delivered" if status not in BAD else f"Not delivered ({error_code or status})"
        undelivered.record_fate(row, f"message.{status}", f"{said}: {row}.", now)
    if effect:
        _settle_doubt(row, effect, now)
    if moved and status in BAD:
        undelivered.draw_consequences(row, was_handed_over=True, now=now)
    return row


def _settle_doubt(row: Message, effect: Effect, now: datetime) -> None:
    """A callback proves that a text left: what was in doubt is looked at again at once."""
    if effect.state not in (Effect.State.UNSURE, Effect.State.DEAD):
        return
    Effect.objects.filter(pk=effect.pk, state=effect.state).update(
        state=Effect.State.UNSURE, not_before=now, finished_at=None
    )
    tasks.finish_key(row.company, f"message:{row.pk}", by=None, now=now, outcome="It did leave.")
    outbox.wake()


def _key(row: Message) -> str:
    return row.reading.get("effect") or approving.effect_key(row.pk)


def _find(company: Company, vendor_id: str, message_uuid: str | None) -> Message | None:
    rows = Message.objects.of(company).filter(direction=Message.Direction.OUT)
    rows = rows.select_for_update(of=("self",)).select_related("company", "customer", "contact")
    found = rows.filter(uuid=message_uuid).first() if message_uuid else None
    if found and found.vendor_id and found.vendor_id != vendor_id:
        return None
    return found or rows.filter(vendor_id=vendor_id, medium=Message.Medium.SMS).first()


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
