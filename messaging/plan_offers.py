"""The offer of a payment plan: one message with the page on which the customer says yes."""

from datetime import datetime

from arbook.companies.models import Company
from arbook.outbox.models import Effect
from arbook.outbox.registry import Later
from customers.models import Customer
from invoices import tasks
from invoices.models import PaymentPlan, Task
from messaging import compose, facts, stopped
from messaging.facts import Facts
from messaging.hand_over import Dropped, Ready
from messaging.library import Library
from messaging.merge_fields import Line
from messaging.models import Message, MessageLine
from messaging.said_once import has_target, new_message, nothing, once, ready, test_address
from reconciliation import signed_links

State, Purpose, Medium = Message.State, Message.Purpose, Message.Medium


def prepare(company: Company, effects: list[Effect], *, now: datetime) -> dict:
    """By the channel they wrote on last where that is allowed, else by the other one."""
    company = Company.objects.get(pk=company.pk)
    if wait := stopped.held(company, now):
        return {effect.key: wait for effect in effects}
    plans = (
        PaymentPlan.objects.of(company)
        .select_related("customer__owner", "company")
        .in_bulk([effect.payload["plan"] for effect in effects])
    )
    gathered = facts.gather(company, {row.customer_id for row in plans.values()}, now=now)
    return {
        effect.key: _offer(company, effect, plans.get(effect.payload["plan"]), gathered, now)
        for effect in effects
    }


def _offer(company, effect, plan, gathered, now) -> Dropped | Later | Ready:
    if plan is None or plan.state != PaymentPlan.State.APPROVED or plan.offered_until <= now:
        return nothing("The plan is not on offer any more.")
    known = gathered.get(plan.customer_id)
    if known is None:
        return nothing("The customer is gone.")
    message = once(effect, lambda: _write(company, effect, plan, known, now))
    if message is None:
        _ask_a_person(plan, now)
        return nothing("There is no way to reach them; a person hands the plan over.")
    if message.state != State.APPROVED:
        return nothing("It was said before.")
    outcome = ready(company, message, known, now)
    if isinstance(outcome, Dropped):
        _ask_a_person(plan, now)
    return outcome


def _medium(known: Facts) -> str:
    """Where they wrote last; a text only with consent and a sender in order."""
    last = (
        Message.objects.filter(customer=known.customer_id, direction=Message.Direction.IN)
        .order_by("-created_at", "-pk")
        .values_list("medium", flat=True)
        .first()
    )
    may_text = (
        known.sms is not None and known.sms.consent == "given" and known.company.texts.is_usable
    )
    may_mail = known.email is not None and known.email.consent != "withdrawn"
    if may_text and (last == Medium.SMS or not may_mail):
        return Medium.SMS
    return Medium.EMAIL if may_mail else ""


def _write(company, effect, plan: PaymentPlan, known: Facts, now) -> Message | None:
    medium = _medium(known)
    if not medium or not has_target(company, medium):
        return None
    contact = known.sms if medium == Medium.SMS else known.email
    parts = list(plan.parts.select_related("invoice"))
    wanted = compose.Wanted(
        company=company,
        customer=Customer.objects.get(pk=plan.customer_id),
        medium=medium,
        key="plan-offer",
        lines=tuple(
            Line(
                part.invoice_id,
                part.invoice.number,
                part.amount,
                part.invoice.issued_on,
                part.invoice.due_on,
            )
            for part in parts
        ),
        link=signed_links.plan_url(plan),
        today=company.local_date(now),
        is_first=not known.was_texted,
        address=contact.address,
        test_address=test_address(company, medium),
    )
    composed = compose.render(wanted, Library(company))
    message = new_message(company, effect, wanted, composed, Purpose.REPLY, now)
    message.contact_id, message.total = contact.id, plan.total
    message.reading = {"effect": effect.key, "plan": plan.pk}
    message.save()
    MessageLine.objects.bulk_create(
        [
            MessageLine(message=message, invoice_id=one.invoice_id, amount=one.amount)
            for one in parts
        ]
    )
    return message


def _ask_a_person(plan: PaymentPlan, now: datetime) -> None:
    tasks.open_task(
        plan.company,
        kind=Task.Kind.ANSWER,
        key=f"{plan.source}:offer",
        title=f"Hand the payment plan to {plan.customer}",
        detail=f"No text or mail may reach them. Their page: {signed_links.plan_url(plan)}",
        customer=plan.customer,
        amount=plan.total,
        now=now,
    )
