"""Asking a phone for its own yes: what kind of line it is first, then the text is written."""

from datetime import datetime, timedelta

from arbook.companies.models import Company
from arbook.gateways import errors
from arbook.outbox.models import Effect
from arbook.outbox.registry import Foretold, Later, effect
from customers import lines, opt_ins
from customers.models import OptIn
from messaging import facts, gate
from messaging import opt_ins as invitations

AGAIN = timedelta(minutes=2)


def _prepare(company: Company, effects: list[Effect], now: datetime) -> dict:
    company = Company.objects.get(pk=company.pk)
    rows = (
        OptIn.objects.of(company)
        .select_related("customer")
        .in_bulk([one.payload["opt_in"] for one in effects])
    )
    texts = facts.of_company(company, now=now).texts
    return {
        one.key: _outcome(company, rows.get(one.payload["opt_in"]), texts, now) for one in effects
    }


def _outcome(company: Company, opt_in: OptIn | None, texts, now: datetime) -> dict | Later:
    if opt_in is None or not opt_in.is_open or opt_in.texted_at:
        return {"outcome": "settled"}
    if opt_in.state == OptIn.State.FOR_PERSON:
        return {"outcome": "person", "opt_in": opt_in.pk}
    if not texts.is_usable:
        return Later(now + gate.AGAIN, f"Texts cannot leave: {texts.said}.")
    if company.mode != Company.Mode.DRY_RUN and lines.unasked(company, [opt_in.address], now=now):
        try:
            reason = lines.ask(company, opt_in.address, now=now)
        except (errors.Unreachable, errors.Throttled, errors.Disconnected) as away:
            return Later(now + AGAIN, f"The number could not be looked up: {away}")
        if reason:
            return {"outcome": "refused", "opt_in": opt_in.pk, "reason": reason}
    return {"outcome": "ask", "opt_in": opt_in.pk}


def _then(one: Effect, result: dict, now: datetime) -> None:
    if result["outcome"] == "settled":
        return
    opt_in = OptIn.objects.select_related("company", "customer", "customer__company").get(
        pk=result["opt_in"]
    )
    match result["outcome"]:
        case "person":
            invitations.ask_person(
                opt_in.company,
                channel=opt_in.channel,
                address=opt_in.address,
                customer=opt_in.customer,
                detail="Agreed on the pay page.",
                now=now,
            )
        case "refused":
            opt_ins.refuse(opt_in, reason=result["reason"], now=now)
        case "ask":
            try:
                invitations.invite(opt_in, now=now)
            except invitations.InvitationRefused as refusal:
                opt_ins.refuse(opt_in, reason=str(refusal), now=now)


def _preview(one: Effect, now: datetime) -> Foretold:
    found = _prepare(one.company, [one], now)[one.key]
    if isinstance(found, Later):
        return Foretold([f"Would wait: {found}"], happens=False, state=Effect.State.PENDING)
    said = {
        "ask": "Would write the text that asks for a yes.",
        "person": "Would ask a person to decide.",
        "refused": f"Would not ask: {found.get('reason', '')}",
    }
    return Foretold([said.get(found["outcome"], "Nothing is left to ask.")], result=found)


@effect(opt_ins.ASK, prepare=_prepare, then=_then, preview=_preview, rank=40)
def ask_for_yes(one: Effect, prepared: dict) -> dict:
    """Nothing happens outside here: the text itself leaves like every answer."""
    return prepared
