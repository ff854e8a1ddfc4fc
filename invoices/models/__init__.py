"""Receivables and the plan to collect them."""

from invoices.models.books import (
    BooksState,
    CreditMemo,
    DriftFinding,
    Invoice,
    JournalLine,
    Payment,
    PaymentLine,
    SyncProblem,
)
from invoices.models.exceptions import Dispute, Evidence, PromiseToPay
from invoices.models.plan import Approval, Escalation, Hold, Reminder
from invoices.models.plans import Installment, PaymentPlan, PlanInvoice
from invoices.models.policy import Cadence, CadenceStep, CustomerCadence
from invoices.models.work import Task

__all__ = [
    "Approval",
    "BooksState",
    "Cadence",
    "CadenceStep",
    "CreditMemo",
    "CustomerCadence",
    "Dispute",
    "DriftFinding",
    "Escalation",
    "Evidence",
    "Hold",
    "Installment",
    "Invoice",
    "JournalLine",
    "Payment",
    "PaymentLine",
    "PaymentPlan",
    "PlanInvoice",
    "PromiseToPay",
    "Reminder",
    "SyncProblem",
    "Task",
]
