"""A person's yes or no, bound to the exact content it was asked for."""

import hashlib
import json
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Q

from arbook.audit import log
from arbook.companies.access import role_in
from arbook.companies.models import Company, Role, User
from customers.models import Customer
from invoices.models import Approval, Invoice

State = Approval.State


class ApprovalRefused(Exception):
    """The question cannot be decided like this. The message is fit for the screen."""


def hash_of(content: dict) -> str:
    """The fingerprint of content: canonical JSON, SHA-256."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def ask(
    company: Company,
    *,
    kind: str,
    subject: str,
    title: str,
    why: str,
    customer: Customer,
    invoice: Invoice | None = None,
    amount: Decimal,
    content: dict,
    needs_role: int = Role.MANAGER,
    expires_at: datetime | None = None,
    now: datetime,
) -> Approval:
    """Ask for a yes to exactly this content. Asked again unchanged it is the same question;
    with other content the old question is void and a new one waits."""
    Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
    fingerprint = hash_of(content)
    known = Approval.objects.of(company).filter(subject=subject, state=State.WAITING).first()
    if known:
        if known.content_hash == fingerprint and not _is_over(known, now):
            return known
        if _is_over(known, now):
            _close(known, State.EXPIRED, now, note="Nobody decided in time.")
        else:
            _close(known, State.VOID, now, note="The content changed.")
    approval = Approval.objects.create(
        company=company,
        kind=kind,
        subject=subject,
        title=title[:200],
        why=why[:300],
        customer=customer,
        invoice=invoice,
        amount=amount,
        content=content,
        content_hash=fingerprint,
        needs_role=_role_for(company, amount, needs_role),
        asked_at=now,
        expires_at=expires_at,
    )
    log.record(
        "approval.asked",
        f"Waits for a {Role(approval.needs_role).label}: {approval.title}. {approval.why}",
        about=_about(approval),
        by=None,
        at=now,
        approval=approval.pk,
        content_hash=fingerprint,
    )
    return approval


def approve(
    approval: Approval, *, by: User, now: datetime, content_hash: str, note: str = ""
) -> Approval:
    """Say yes to what was shown: ``content_hash`` is the fingerprint of what the person saw."""
    return _decide(approval, State.APPROVED, by, now, content_hash, note)


def reject(
    approval: Approval, *, by: User, now: datetime, note: str, content_hash: str | None = None
) -> Approval:
    """Say no, and why."""
    if not note.strip():
        raise ApprovalRefused("Say why, so that whoever prepared it can do better.")
    return _decide(approval, State.REJECTED, by, now, content_hash, note)


@transaction.atomic
def void(company: Company, subject: str, *, reason: str, now: datetime) -> int:
    """The question has no object any more."""
    rows = list(
        Approval.objects.of(company)
        .filter(subject=subject, state=State.WAITING)
        .select_for_update(of=("self",))
        .select_related("company", "customer", "invoice")
    )
    for row in rows:
        _close(row, State.VOID, now, note=reason)
    return len(rows)


@transaction.atomic
def expire(company: Company, *, now: datetime) -> int:
    """Close questions nobody decided in time."""
    rows = list(
        Approval.objects.of(company)
        .filter(state=State.WAITING, expires_at__lte=now)
        .select_for_update(of=("self",), skip_locked=True)
        .select_related("company", "customer", "invoice")
    )
    for row in rows:
        _close(row, State.EXPIRED, now, note="Nobody decided in time.")
    return len(rows)


def approved(company: Company, subject: str, content: dict) -> Approval | None:
    """The yes that covers exactly this content; what acts on an approval asks this at the end."""
    return (
        Approval.objects.of(company)
        .filter(subject=subject, state=State.APPROVED, content_hash=hash_of(content))
        .order_by("-decided_at")
        .first()
    )


def differences(approval: Approval) -> list[tuple[str, str, str]]:
    """What changed since the question was last asked: name, before, now."""
    before = (
        Approval.objects.of(approval.company_id)
        .filter(subject=approval.subject)
        .filter(Q(asked_at__lt=approval.asked_at) | Q(asked_at=approval.asked_at))
        .filter(pk__lt=approval.pk)
        .exclude(state=State.APPROVED)
        .order_by("-pk")
        .first()
    )
    if before is None:
        return []
    old, new = _flat(before.content), _flat(approval.content)
    return [
        (name, old.get(name, "nothing"), new.get(name, "nothing"))
        for name in [*new, *(name for name in old if name not in new)]
        if old.get(name) != new.get(name)
    ]


def may_decide(approval: Approval, role: int | None) -> bool:
    """Whether a person with this role may answer."""
    return (role or 0) >= approval.needs_role


def _flat(content, prefix: str = "") -> dict[str, str]:
    """Nested content as one level of readable names."""
    if isinstance(content, dict):
        pairs = content.items()
    elif isinstance(content, list):
        pairs = ((_name_of(item, index), item) for index, item in enumerate(content, start=1))
    else:
        return {prefix: str(content)}
    flat: dict[str, str] = {}
    for name, value in pairs:
        words = str(name).replace("_", " ")
        flat |= _flat(value, f"{prefix}, {words}" if prefix else words)
    return flat


def _name_of(item, index: int) -> str:
    return str(item["number"]) if isinstance(item, dict) and item.get("number") else str(index)


def _role_for(company: Company, amount: Decimal, needs_role: int) -> int:
    """Above the company's limit a manager decides, whatever was asked for."""
    return max(needs_role, Role.MANAGER) if amount > company.review_above else needs_role


def _is_over(approval: Approval, now: datetime) -> bool:
    return bool(approval.expires_at and approval.expires_at <= now)


def _decide(
    approval: Approval,
    state: str,
    by: User,
    now: datetime,
    content_hash: str | None,
    note: str,
) -> Approval:
    """Decide once: the row is locked, so the second of two clicks finds it decided."""
    with transaction.atomic():
        row = (
            Approval.objects.select_for_update(of=("self",))
            .select_related("company", "customer", "invoice")
            .get(pk=approval.pk)
        )
        refusal = _why_not(row, by, now, content_hash)
        if row.state == State.WAITING and _is_over(row, now):
            _close(row, State.EXPIRED, now, note="Nobody decided in time.")
        elif refusal is None:
            _close(row, state, now, by=by, note=note)
    if refusal:
        raise ApprovalRefused(refusal)
    return row


def _why_not(row: Approval, by: User, now: datetime, content_hash: str | None) -> str | None:
    if by is None or (role_in(by, row.company) or 0) < row.needs_role:
        return f"Only a {Role(row.needs_role).label} may decide this."
    if row.state != State.WAITING:
        who = f" by {row.decided_by}" if row.decided_by else ""
        return f"Already decided{who}: {row.get_state_display()}."
    if _is_over(row, now):
        return "The time to decide has run out; it will be asked again with today's amounts."
    if content_hash is not None and content_hash != row.content_hash:
        return "The content changed after you opened it. Look at it again before you decide."
    if hash_of(row.content) != row.content_hash:
        return "The stored content does not match its fingerprint. It cannot be approved."
    return None


def _close(
    row: Approval, state: str, now: datetime, *, by: User | None = None, note: str = ""
) -> None:
    row.state, row.decided_at, row.decided_by, row.note = state, now, by, note.strip()[:500]
    row.save(update_fields=["state", "decided_at", "decided_by", "note"])
    words = {
        State.APPROVED: "Approved",
        State.REJECTED: "Rejected",
        State.VOID: "No longer to be decided",
        State.EXPIRED: "Expired undecided",
    }[State(state)]
    log.record(
        f"approval.{State(state).value}",
        f"{words}: {row.title}." + (f" {row.note}" if row.note else ""),
        about=_about(row),
        by=by,
        at=now,
        approval=row.pk,
        content_hash=row.content_hash,
    )


def _about(row: Approval) -> list:
    return [one for one in (row, row.invoice, row.customer) if one is not None]
