"""Addresses that prove themselves: a number, perhaps a last moment, and the company's signature."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime

from django.conf import settings
from django.db.models import Model
from django.urls import reverse

from arbook.companies.models import Company
from invoices.models import Invoice, PaymentPlan
from reconciliation import paylinks

PLAN, COPY = "plan", "copy"
_MODELS: dict[str, type[Model]] = {PLAN: PaymentPlan, COPY: Invoice}
SIGNATURE_LENGTH = 20


def plan_url(plan: PaymentPlan) -> str:
    """Where the customer reads their plan and says yes. Good as long as the plan is."""
    return settings.PUBLIC_URL + reverse("plan", args=[token(PLAN, plan)])


def copy_url(invoice: Invoice, *, until: datetime) -> str:
    """Where the customer finds a copy of their invoice, until that moment."""
    return settings.PUBLIC_URL + reverse("copy", args=[token(COPY, invoice, until=until)])


def token(kind: str, row, *, until: datetime | None = None) -> str:
    """Number, dash, end, dash, signature (100 bits); the end is 2 where there is none."""
    end = int(until.timestamp()) if until else 0
    numbers = f"{paylinks.number(row.pk)}-{paylinks.number(end)}"
    return f"{numbers}-{_signature(row.company, kind, row.pk, end, row.customer_id)}"


def find(kind: str, written: str, *, now: datetime):
    """The row a token proves, or None; None as well when its time is over."""
    first, _, rest = written.lower().partition("-")
    second, _, signature = rest.partition("-")
    pk, end = paylinks.value(first), paylinks.value(second)
    if pk is None or end is None:
        return None
    row = _MODELS[kind].objects.select_related("company", "customer__company").filter(pk=pk).first()
    # A row that is not there is reckoned like one that is: the time taken tells nothing.
    company = row.company if row else paylinks.NOBODY
    proofs = [_signature(company, kind, pk, end, owner) for owner in _owners(row)]
    fits = [hmac.compare_digest(proof.encode(), signature.encode()) for proof in proofs]
    if row is None or not any(fits) or not row.company.is_active:
        return None
    return row if not end or datetime.fromtimestamp(end, UTC) > now else None


def _owners(row) -> list[int]:
    """Whose it is, and who was merged into them; an invoice that the books gave to somebody else
    is not open any more to who had its address."""
    if row is None:
        return [0]
    return [row.customer_id, *row.customer.merged.values_list("pk", flat=True)]


def _signature(company: Company, kind: str, pk: int, end: int, owner: int) -> str:
    key = bytes.fromhex(company.link_key)
    digest = hmac.new(key, f"{kind}:{pk}:{end}:{owner}".encode(), hashlib.sha256).digest()
    return base64.b32encode(digest).decode().lower()[:SIGNATURE_LENGTH]
