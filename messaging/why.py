"""Why an invoice is asked for or is quiet: the gate asked now, and what it said before."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from invoices import holds, next_touch
from invoices.models import CadenceStep, Hold, Invoice
from messaging import decisions, facts, gate, review
from messaging.checks.answer import STOP
from messaging.models import Decision, Message

SHOWN = 15
# These stop a message only at the moment it would leave; they are no reason of the invoice.
PASSING = {"budget", "hours"}
HOLDS = {"customer_hold", "invoice_hold"}
# These keep everything quiet, a manager's review too.
QUIET = {*HOLDS, "do_not_dun"}


@dataclass(frozen=True)
class Why:
    sentence: str
    tone: str
    gates: list[decisions.Gate]
    holds: list[Hold]
    message: Message | None
    past: list[tuple[Decision, list[decisions.Gate]]]
    read_at: datetime | None


def of_invoice(invoice: Invoice, *, now: datetime, on: date | None = None) -> Why:
    """The answer as of now; ``on`` picks the decisions of one past day."""
    company = invoice.company
    gathered = facts.gather(
        company,
        [invoice.customer_id],
        now=now,
        only={invoice.customer_id: [invoice.pk]},
        due_only=False,
    )[invoice.customer_id]
    verdict = gate.decide(gathered)
    message = (
        Message.objects.filter(
            lines__invoice=invoice,
            purpose=Message.Purpose.REMINDER,
            state__in=[Message.State.PROPOSED, Message.State.APPROVED],
        )
        .select_related("customer")
        .first()
    )
    sentence, tone = _sentence(invoice, verdict, message, now)
    placed = holds.active(company, [invoice.customer_id], now=now)[invoice.customer_id]
    return Why(
        sentence=sentence,
        tone=tone,
        gates=decisions.gates_of([one.as_json() for one in verdict.checks]),
        holds=[one for one in placed if one.invoice_id in (None, invoice.pk)],
        message=message,
        past=_past(invoice, on),
        read_at=invoice.read_at,
    )


def _sentence(invoice, verdict, message, now) -> tuple[str, str]:
    today = invoice.company.local_date(now)
    touch = next_touch.of_invoice(invoice)
    planned = next_touch.sentence(invoice, today=today)
    if not invoice.is_open:
        return planned, "info"
    if message and message.state == Message.State.APPROVED:
        when = review.when_words(message, now)
        return f"Next: leaves {when}, unless paid, disputed or answered.", "ok"
    is_message = touch and touch.step.action in (
        CadenceStep.Action.EMAIL,
        CadenceStep.Action.SMS,
    )
    is_due = touch is not None and touch.due_on <= today
    stop = next(
        (
            one
            for one in verdict.checks
            if one.result == STOP
            and (is_due or one.check not in PASSING)
            # What keeps only messages back keeps no manager's review back.
            and (is_message or one.check in QUIET)
        ),
        None,
    )
    if stop:
        said = stop.sentence
        if stop.check in HOLDS:
            said = said[:1].lower() + said[1:]
        return f"Blocked: {said}", "warn"
    if message and message.state == Message.State.PROPOSED:
        return "Next: waits for a person's yes in the batch review.", "info"
    return planned, "ok" if is_message else "info"


def _past(invoice: Invoice, on: date | None) -> list[tuple[Decision, list[decisions.Gate]]]:
    rows = Decision.objects.filter(customer=invoice.customer_id)
    if on:
        starts = datetime.combine(on, time.min, invoice.company.zone)
        rows = rows.filter(at__gte=starts, at__lt=starts + timedelta(days=1))
    return [(row, decisions.gates_of(row.checks)) for row in rows[:SHOWN]]
