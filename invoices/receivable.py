"""What makes up the receivable, document by document: the one place that says so.

Open invoices and journal debits count, unapplied payments, remaining credit memos and journal
credits count against. Today comes from the balances QuickBooks gave us. A past day is worked back
from them: money that came later is put back where it was applied, documents dated later are left
out. What the books forget cannot be known: a void or deleted document counts on no day, an amount
edited later counts as it is now, and money counts from its own date, whenever it was applied.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from arbook.companies.models import Company
from arbook.money import ZERO

NAMES = {
    "Invoice": "Invoice",
    "Payment": "Payment",
    "CreditMemo": "Credit memo",
    "JournalEntry": "Journal entry",
}


@dataclass(frozen=True)
class Document:
    """One document's part of the receivable, in its own currency; credits are negative."""

    kind: str
    id: str
    number: str
    customer_id: int | None
    amount: Decimal
    # Days past due count from here: the due date, or its own date where there is none.
    ages_from: date | None = None
    currency: str = "USD"

    @property
    def name(self) -> str:
        return f"{NAMES.get(self.kind, self.kind)} {self.number or self.id}"


# A journal entry may touch several customers: each has a part. Payments use up the part of their
# own customer; what a parent paid for its job is taken from the parts in order.
_JOURNALS = """
journal_parts AS (
    SELECT journal_id, customer_id, min(id) AS key, min(dated_on) AS dated_on, sum(amount) AS amount
    FROM invoices_journalline
    WHERE company_id = %(company)s AND NOT is_deleted {dated}
    GROUP BY journal_id, customer_id HAVING sum(amount) <> 0
),
journal_used AS (
    SELECT line.document_id AS journal_id, payment.customer_id, sum(line.amount) AS used
    FROM invoices_paymentline line
    JOIN invoices_payment payment ON payment.id = line.payment_id
    WHERE payment.company_id = %(company)s AND line.document_type = 'JournalEntry'
      AND NOT payment.is_void AND NOT payment.is_deleted {paid}
    GROUP BY line.document_id, payment.customer_id
),
journal_left AS (
    SELECT part.*, greatest(abs(part.amount) - coalesce(used.used, 0), 0) AS remains
    FROM journal_parts part LEFT JOIN journal_used used USING (journal_id, customer_id)
),
journal_foreign AS (
    SELECT used.journal_id, sum(used.used) AS used FROM journal_used used
    WHERE NOT EXISTS (SELECT 1 FROM journal_parts part WHERE part.journal_id = used.journal_id
                      AND part.customer_id = used.customer_id)
    GROUP BY used.journal_id
),
journals AS (
    SELECT part.*, sign(part.amount) * greatest(part.remains - greatest(
               coalesce(other.used, 0) - coalesce(sum(part.remains) OVER (
                   PARTITION BY part.journal_id ORDER BY part.customer_id
                   ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0), 0), 0) AS counts
    FROM journal_left part LEFT JOIN journal_foreign other USING (journal_id)
)"""

_NOW = """
documents AS (
    SELECT 'Invoice'::text AS kind, id AS key, quickbooks_id AS book_id, number, customer_id,
           issued_on AS dated_on, coalesce(due_on, issued_on) AS ages_from, currency,
           balance AS amount
    FROM invoices_invoice
    WHERE company_id = %(company)s AND balance > 0 AND NOT is_void AND NOT is_deleted
    UNION ALL
    SELECT 'Payment', id, quickbooks_id, reference, customer_id, paid_on, paid_on, currency,
           -unapplied
    FROM invoices_payment
    WHERE company_id = %(company)s AND unapplied > 0 AND NOT is_void AND NOT is_deleted
    UNION ALL
    SELECT 'CreditMemo', id, quickbooks_id, number, customer_id, issued_on, issued_on, currency,
           -remaining
    FROM invoices_creditmemo
    WHERE company_id = %(company)s AND remaining > 0 AND NOT is_void AND NOT is_deleted
    UNION ALL
    SELECT 'JournalEntry', key, journal_id, '', customer_id, dated_on, dated_on, %(home)s, counts
    FROM journals WHERE counts <> 0
)"""

_THEN = """
later AS (
    SELECT line.document_type, line.document_id, sum(line.amount) AS amount
    FROM invoices_paymentline line
    JOIN invoices_payment payment ON payment.id = line.payment_id
    WHERE payment.company_id = %(company)s AND payment.paid_on > %(as_of)s
      AND NOT payment.is_void AND NOT payment.is_deleted
    GROUP BY line.document_type, line.document_id
),
early AS (
    SELECT line.payment_id, sum(CASE WHEN invoice.id IS NULL THEN -line.amount ELSE line.amount END)
           AS amount
    FROM invoices_paymentline line
    JOIN invoices_payment payment ON payment.id = line.payment_id
    LEFT JOIN invoices_invoice invoice ON invoice.company_id = payment.company_id
         AND line.document_type = 'Invoice' AND invoice.quickbooks_id = line.document_id
    LEFT JOIN invoices_creditmemo memo ON memo.company_id = payment.company_id
         AND line.document_type = 'CreditMemo' AND memo.quickbooks_id = line.document_id
    WHERE payment.company_id = %(company)s AND payment.paid_on <= %(as_of)s
      AND coalesce(invoice.issued_on, memo.issued_on) > %(as_of)s
    GROUP BY line.payment_id
),
documents AS (
    SELECT 'Invoice'::text AS kind, invoice.id AS key, invoice.quickbooks_id AS book_id,
           invoice.number, invoice.customer_id, invoice.issued_on AS dated_on,
           coalesce(invoice.due_on, invoice.issued_on) AS ages_from, invoice.currency,
           least(invoice.balance + coalesce(later.amount, 0), invoice.total) AS amount
    FROM invoices_invoice invoice
    LEFT JOIN later ON later.document_type = 'Invoice'
         AND later.document_id = invoice.quickbooks_id
    WHERE invoice.company_id = %(company)s AND invoice.issued_on <= %(as_of)s
      AND NOT invoice.is_void AND NOT invoice.is_deleted
      AND least(invoice.balance + coalesce(later.amount, 0), invoice.total) > 0
    UNION ALL
    SELECT 'Payment', payment.id, payment.quickbooks_id, payment.reference, payment.customer_id,
           payment.paid_on, payment.paid_on, payment.currency,
           -(payment.unapplied + coalesce(early.amount, 0))
    FROM invoices_payment payment LEFT JOIN early ON early.payment_id = payment.id
    WHERE payment.company_id = %(company)s AND payment.paid_on <= %(as_of)s
      AND NOT payment.is_void AND NOT payment.is_deleted
      AND payment.unapplied + coalesce(early.amount, 0) > 0
    UNION ALL
    SELECT 'CreditMemo', memo.id, memo.quickbooks_id, memo.number, memo.customer_id,
           memo.issued_on, memo.issued_on, memo.currency,
           -least(memo.remaining + coalesce(later.amount, 0), memo.total)
    FROM invoices_creditmemo memo
    LEFT JOIN later ON later.document_type = 'CreditMemo' AND later.document_id = memo.quickbooks_id
    WHERE memo.company_id = %(company)s AND memo.issued_on <= %(as_of)s
      AND NOT memo.is_void AND NOT memo.is_deleted
      AND least(memo.remaining + coalesce(later.amount, 0), memo.total) > 0
    UNION ALL
    SELECT 'JournalEntry', key, journal_id, '', customer_id, dated_on, dated_on, %(home)s, counts
    FROM journals WHERE counts <> 0
)"""


_OPEN = """
SELECT kind, book_id, number, customer_id, amount, ages_from, currency FROM documents
ORDER BY kind, key
"""

_SUM = "SELECT coalesce(sum(amount), 0) FROM documents WHERE currency = %(home)s"

_CREDITS = """
SELECT customer_id, -sum(amount) FROM documents
WHERE amount < 0 AND currency = %(home)s AND customer_id = ANY(%(customers)s)
GROUP BY customer_id
"""


def rows(select: str, company: Company, *, as_of: date | None = None, **values) -> list[tuple]:
    """What ``select`` reads from ``documents``; ``as_of`` a past day, None is now.

    The documents have: kind, key, book_id, number, customer_id, dated_on, ages_from, currency and
    amount (a credit is negative).
    """
    is_past = as_of is not None
    journals = _JOURNALS.format(
        dated="AND dated_on <= %(as_of)s" if is_past else "",
        paid="AND payment.paid_on <= %(as_of)s" if is_past else "",
    )
    sql = f"WITH {journals},{_THEN if is_past else _NOW}{select}"
    values |= {"company": company.pk, "home": company.currency, "as_of": as_of}
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def open_documents(company: Company, *, as_of: date | None = None) -> list[Document]:
    """Every document that counts, in any currency; ``as_of`` a past day, None is now."""
    return [Document(*row) for row in rows(_OPEN, company, as_of=as_of)]


def receivable(company: Company, *, as_of: date | None = None) -> Decimal:
    """The receivable in the company's own currency; other currencies are never added to it."""
    return rows(_SUM, company, as_of=as_of)[0][0] or ZERO


def credits(company: Company, customer_ids: Iterable[int]) -> dict[int, Decimal]:
    """Credit not used up yet, as a positive amount, of the customers that have any."""
    return dict(rows(_CREDITS, company, customers=list(customer_ids)))
