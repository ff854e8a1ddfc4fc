"""The gate's answers kept and shown: the newest of each customer and stage is the current one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.dateparse import parse_datetime

from arbook.companies.models import Company
from messaging import gate
from messaging.models import Decision, Message


@dataclass(frozen=True)
class Gate:
    """One check of a stored decision, as the list of gates shows it."""

    name: str
    result: str
    value: str
    sentence: str
    source: str
    read_at: datetime | None


def store(
    company: Company,
    verdicts: Mapping[int, gate.Verdict],
    *,
    stage: str,
    now: datetime,
    messages: Mapping[int, int] | None = None,
) -> int:
    """Store the answers by customer; one that says what the current one says is not repeated.

    ``messages`` names the message of a customer, where there is one. At the wire every look counts
    and is stored. Returns how many were written.
    """
    messages = messages or {}
    current = Decision.objects.of(company).filter(
        stage=stage, is_current=True, customer__in=list(verdicts)
    )
    if stage == Decision.Stage.PLAN:
        known = {row.customer_id: row for row in current.defer("company")}
        fresh = {
            pk: verdict
            for pk, verdict in verdicts.items()
            if pk not in known
            or known[pk].message_id != messages.get(pk)
            or _told(known[pk].checks) != _told(one.as_json() for one in verdict.checks)
        }
    else:
        fresh = dict(verdicts)
    if not fresh:
        return 0
    current.filter(customer__in=list(fresh)).update(is_current=False)
    Decision.objects.bulk_create(
        [
            Decision(
                company=company,
                customer_id=pk,
                message_id=messages.get(pk),
                stage=stage,
                at=now,
                passed=verdict.passed,
                checks=[one.as_json() for one in verdict.checks],
                stopped_by=verdict.stopped_by,
                sentence=verdict.sentence[:300],
                not_before=verdict.not_before,
                rules_version=gate.RULES_VERSION,
            )
            for pk, verdict in fresh.items()
        ]
    )
    return len(fresh)


def forget(company: Company, *, keep: Iterable[int], among: Iterable[int] | None = None) -> None:
    """Customers with nothing due any more have no current answer."""
    rows = Decision.objects.of(company).filter(stage=Decision.Stage.PLAN, is_current=True)
    if among is not None:
        rows = rows.filter(customer__in=list(among))
    rows.exclude(customer__in=list(keep)).update(is_current=False)


def gates_of(checks: list[dict]) -> list[Gate]:
    """Stored checks for the screen; the ones that stop come first, what was not asked last."""
    order = {"stop": 0, "wait": 1, "pass": 2, "skip": 3}
    gates = [
        Gate(
            name=one["name"],
            result=one.get("result") or ("pass" if one["passed"] else "stop"),
            value=one["value"],
            sentence=one["sentence"],
            source=one["source"],
            read_at=parse_datetime(one["read_at"]) if one.get("read_at") else None,
        )
        for one in checks
    ]
    return sorted(gates, key=lambda gate: order.get(gate.result, 2))


def current_of(message: Message) -> Decision | None:
    """The newest answer of the gate about the customer of a message."""
    return (
        Decision.objects.filter(customer=message.customer_id, is_current=True)
        .order_by("-at", "-pk")
        .first()
    )


def headline(decision: Decision) -> tuple[str, str]:
    """The decision in a sentence, and its tone: a yes that needs a person says so."""
    if not decision.passed:
        return decision.sentence, "warn"
    waits = [one for one in decision.checks if one.get("result") == "wait"]
    if waits:
        return waits[0]["sentence"], "info"
    return decision.sentence, "ok"


def _told(checks: Iterable[dict]) -> list[tuple]:
    """What a person would notice: results and amounts, not how many minutes old a reading is."""
    ageing = {"books_fresh", "connection", "customer", "open_invoices", "net_balance"}
    return [
        (one["check"], one["result"], "" if one["check"] in ageing else one["value"])
        for one in checks
    ]
