"""What payments settle: written with them, and the day the last one closed an invoice."""

from collections.abc import Iterable, Sequence

from django.db import connection

from arbook.companies.models import Company
from arbook.gateways.quickbooks_shapes import BookPayment
from arbook.upsert import Row
from invoices.models import Invoice, PaymentLine


def replace(company: Company, written: list[Row], rows: dict[str, BookPayment]) -> list[int]:
    """Write what changed payments settle; returns the invoices they settle or settled."""
    if not written:
        return []
    old = [row.id for row in written if not row.is_new]
    touched = set(invoices_behind(company, old))
    PaymentLine.objects.filter(payment__in=old).delete()
    lines = [(row.id, part) for row in written for part in rows[row.key].applied]
    with connection.cursor() as cursor:
        # Arrays and not COPY, which no table behind the wall takes.
        cursor.execute(
            "INSERT INTO invoices_paymentline (payment_id, document_type, document_id, amount)"
            " SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::numeric[])",
            [
                [payment for payment, _ in lines],
                [part.txn_type[:30] for _, part in lines],
                [part.txn_id[:40] for _, part in lines],
                [part.amount for _, part in lines],
            ],
        )
    settled = {part.txn_id for _, part in lines if part.txn_type == "Invoice"}
    reached = Invoice.objects.of(company).filter(quickbooks_id__in=settled)
    touched |= set(reached.values_list("pk", flat=True))
    date_closings(company, touched)
    return sorted(touched)


def date_closings(company: Company, invoice_ids: Iterable[int]) -> None:
    """The day an invoice closed is the day of the last payment on it, where one is known."""
    with connection.cursor() as cursor:
        # Looked for from the invoices and kept as found: while a company is read for the first
        # time the planner takes these tables for empty, and would look through all for each.
        cursor.execute(
            "WITH last AS MATERIALIZED ("
            "  SELECT settled.id, max(payment.paid_on) AS paid_on"
            "  FROM invoices_invoice settled"
            "  JOIN invoices_paymentline line"
            "    ON line.document_type = 'Invoice' AND line.document_id = settled.quickbooks_id"
            "  JOIN invoices_payment payment ON payment.id = line.payment_id"
            "  WHERE settled.company_id = %s AND settled.id = ANY(%s)"
            "    AND settled.balance = 0 AND NOT settled.is_void"
            "    AND payment.company_id = %s"
            "    AND NOT payment.is_void AND NOT payment.is_deleted"
            "  GROUP BY settled.id)"
            " UPDATE invoices_invoice invoice SET closed_on = last.paid_on FROM last"
            " WHERE invoice.id = last.id AND invoice.closed_on IS DISTINCT FROM last.paid_on",
            [company.pk, list(invoice_ids), company.pk],
        )


def invoices_behind(company: Company, payment_ids: Sequence[int]) -> list[int]:
    """Invoices that these payments (our keys) settle."""
    if not payment_ids:
        return []
    documents = PaymentLine.objects.filter(payment__in=payment_ids, document_type="Invoice").values(
        "document_id"
    )
    return list(
        Invoice.objects.of(company).filter(quickbooks_id__in=documents).values_list("pk", flat=True)
    )
