"""QuickBooks as the desk needs it: read the books, hear what changed, record a payment.

``of(company)`` gives the client; nothing of the SDK leaves it. Reads are repeated once when the
line breaks; writes never, the outbox decides about them.
"""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from arbook import clock
from arbook.companies.models import Company
from arbook.gateways import connections, quickbooks_parse, quickbooks_reports
from arbook.gateways.errors import Refused, Unknown
from arbook.gateways.models import Connection
from arbook.gateways.quickbooks_calls import PAGE_SIZE, Calls, checked_id, condition, id_of
from arbook.gateways.quickbooks_faults import NOT_FOUND
from arbook.gateways.quickbooks_oauth import adopt, authorize_url, connect, disconnect
from arbook.gateways.quickbooks_shapes import (
    BookCreditMemo,
    BookCustomer,
    BookInvoice,
    BookPayment,
    BrokenRecord,
    Changes,
    CompanyInfo,
    Page,
    Preferences,
    ReportLine,
)
from arbook.gateways.quickbooks_wire import quoted, written
from arbook.money import quantize

__all__ = [
    "ENTITIES",
    "InvoicesRead",
    "QuickBooks",
    "adopt",
    "authorize_url",
    "connect",
    "disconnect",
    "of",
    "updated_since",
]

ENTITIES = ("Customer", "Invoice", "Payment", "CreditMemo", "JournalEntry")
IDS_PER_QUERY = 500
# Change data capture answers with at most this many records and has no second page.
CHANGES_LIMIT = 1000
CHANGES_LOOK_BACK = timedelta(days=29)
REFERENCE_LENGTH = 21
NOTE_LENGTH = 4000


class InvoicesRead(dict[str, BookInvoice]):
    """Invoices by id. ``broken`` holds those that exist but could not be read: what is in
    neither is deleted."""

    def __init__(self) -> None:
        super().__init__()
        self.broken: dict[str, BrokenRecord] = {}


def of(company: Company) -> "QuickBooks":
    """The company's books; raises Disconnected when they are not connected."""
    return QuickBooks(connections.find(company, Connection.Vendor.QUICKBOOKS))


def updated_since(instant: datetime) -> str:
    """The condition for ``pages``: records touched since then (deleted ones do not show)."""
    return f"MetaData.LastUpdatedTime >= {quoted(_stamp(instant))}"


class QuickBooks(Calls):
    """One company's books."""

    # -- reading many -------------------------------------------------------------------------

    def pages(self, entity: str, *, where: str = "", page_size: int = PAGE_SIZE) -> Iterator[Page]:
        """All records of an entity in the order of their ids, inactive customers included.

        The next page is fetched and parsed while the caller works on this one. Paging is no
        snapshot: a record deleted meanwhile moves all later ones up, so pages overlap by one in a
        hundred and what was seen already is left out.
        """
        overlap = page_size // 100
        start, seen = 1, frozenset()
        with ThreadPoolExecutor(1, "quickbooks-page") as ahead:
            read = self._reading(entity, where, start, page_size, seen)
            ids, found = self._call(read, bulk=True)
            while True:
                more = len(ids) >= page_size
                if more:
                    start += page_size - overlap
                    seen = frozenset(ids[-overlap:]) - {""} if overlap else frozenset()
                    read = self._reading(entity, where, start, page_size, seen)
                    coming = ahead.submit(read, self._wire(bulk=True))
                yield found if isinstance(found, Page) else self._page(entity, found)
                if not more:
                    return
                ids, found = self._call(read, first=coming, bulk=True)

    def count(self, entity: str) -> int:
        """How many records an entity has, inactive customers included."""
        statement = f"SELECT COUNT(*) FROM {entity}{condition(entity, '')}"  # noqa: S608
        answer = self._call(lambda wire: wire.ask("query", statement))
        return int((answer.get("QueryResponse") or {}).get("totalCount") or 0)

    def read_invoices(self, ids: Iterable[str]) -> InvoicesRead:
        """Invoices as they stand now, 500 ids a call."""
        wanted = sorted({checked_id(id) for id in ids})
        result = InvoicesRead()
        for at in range(0, len(wanted), IDS_PER_QUERY):
            literals = ", ".join(quoted(id) for id in wanted[at : at + IDS_PER_QUERY])
            fetch = self._fetch("Invoice", f"Id IN ({literals})", 1, PAGE_SIZE)
            page = self._page("Invoice", self._call(fetch))
            result.update((invoice.id, invoice) for invoice in page.rows)
            result.broken.update((record.id, record) for record in page.broken)
        return result

    def changes(self, since: datetime) -> Changes:
        """What changed since an instant, deletions included; ask next from ``watermark``.

        QuickBooks looks back 30 days at most: from further away everything counts as truncated.
        """
        oldest = clock.now() - CHANGES_LOOK_BACK
        truncated = set(ENTITIES) if since < oldest else set()
        stamp = _stamp(max(since, oldest))
        records, watermark = self._changed(ENTITIES, stamp)
        if sum(map(len, records.values())) >= CHANGES_LIMIT:
            # Whether the limit counts per entity or per answer is not said: ask one by one.
            records = {one: self._changed((one,), stamp)[0].get(one, []) for one in ENTITIES}
            truncated |= {one for one in ENTITIES if len(records[one]) >= CHANGES_LIMIT}
        gone, broken, pages = [], [], {}
        for entity in ENTITIES:
            living = []
            for raw in records.get(entity, []):
                if not quickbooks_parse.is_tombstone(raw):
                    living.append(raw)
                elif id_of(raw):
                    gone.append(quickbooks_parse.deleted(entity, raw))
            pages[entity] = self._page(entity, living)
            broken += pages[entity].broken
        return Changes(
            customers=pages["Customer"].rows,
            invoices=pages["Invoice"].rows,
            payments=pages["Payment"].rows,
            credit_memos=pages["CreditMemo"].rows,
            journal_lines=pages["JournalEntry"].rows,
            journal_ids=pages["JournalEntry"].journal_ids,
            deleted=gone,
            broken=broken,
            watermark=watermark or since,
            truncated=frozenset(truncated),
        )

    def aged_receivable_detail(self, as_of: date) -> list[ReportLine]:
        """QuickBooks' own list of what is open on a day, credits negative."""
        query = {"report_date": as_of.isoformat(), "aging_method": "Report_Date"}
        report = self._call(lambda wire: wire.ask("get_report", "AgedReceivableDetail", query))
        return quickbooks_reports.aged_receivable_lines(report)

    # -- reading one --------------------------------------------------------------------------

    def read_invoice(self, id: str) -> BookInvoice | None:
        """The invoice, or None when it is deleted."""
        return self._one("Invoice", id)

    def invoice_pdf(self, id: str) -> bytes | None:
        """The invoice on paper, as QuickBooks draws it; None when it is gone."""
        try:
            paper = self._call(lambda wire: wire.download_pdf("Invoice", checked_id(id)))
        except Refused as error:
            if error.code == NOT_FOUND:
                return None
            raise
        if not paper.startswith(b"%PDF-"):
            raise Refused("QuickBooks sent something else than a PDF.", code="unreadable")
        return paper

    def read_customer(self, id: str) -> BookCustomer | None:
        """The customer, or None when there is none."""
        return self._one("Customer", id)

    def read_payment(self, id: str) -> BookPayment | None:
        """The payment, or None when it is deleted."""
        return self._one("Payment", id)

    def read_credit_memo(self, id: str) -> BookCreditMemo | None:
        """The credit memo, or None when it is deleted."""
        return self._one("CreditMemo", id)

    def company_info(self) -> CompanyInfo:
        """Whose books these are."""
        realm = self._connection.external_id
        answer = self._call(lambda wire: wire.ask("get_single_object", "CompanyInfo", realm))
        info = answer.get("CompanyInfo") or {}
        return CompanyInfo(
            name=info.get("CompanyName") or info.get("LegalName") or "",
            country=info.get("Country") or "",
            email=(info.get("Email") or {}).get("Address") or "",
            offset=_offset(answer.get("time")),
        )

    def preferences(self) -> Preferences:
        """Switches of the books."""
        answer = self._call(lambda wire: wire.ask("get", wire.path("preferences")))
        prefs = answer.get("Preferences") or {}
        sales = prefs.get("SalesFormsPrefs") or {}
        currency = prefs.get("CurrencyPrefs") or {}
        closed = (prefs.get("AccountingInfoPrefs") or {}).get("BookCloseDate")
        return Preferences(
            book_close_date=date.fromisoformat(closed[:10]) if closed else None,
            home_currency=(currency.get("HomeCurrency") or {}).get("value") or "",
            multicurrency=bool(currency.get("MultiCurrencyEnabled")),
            auto_apply_payments=bool(sales.get("AutoApplyPayments")),
            auto_apply_credit=bool(sales.get("AutoApplyCredit")),
            online_payment=bool(sales.get("ETransactionPaymentEnabled")),
        )

    # -- writing ------------------------------------------------------------------------------

    def record_payment(
        self,
        *,
        request_id: str,
        customer_id: str,
        paid_on: date,
        total: Decimal,
        applied: list[tuple[str, Decimal]],
        reference: str,
        note: str,
        method: str = "",
        deposit_account: str = "",
        currency: str = "",
    ) -> BookPayment:
        """Record money received; ``applied`` is (invoice id, amount), the rest stays unapplied.

        The same ``request_id`` records once. Raises Unknown when it may have been recorded:
        ask ``find_payment`` then.
        """
        if len(reference) > REFERENCE_LENGTH:
            raise Refused("A payment reference has at most 21 characters.")
        total = quantize(total)
        if total <= 0 or sum((amount for _, amount in applied), Decimal(0)) > total:
            raise Refused("A payment cannot settle more than it is.")
        body: dict[str, Any] = {
            "CustomerRef": {"value": customer_id},
            "TotalAmt": total,
            "TxnDate": paid_on.isoformat(),
            "PaymentRefNum": reference,
            "PrivateNote": note[:NOTE_LENGTH],
        }
        if method:
            body["PaymentMethodRef"] = {"value": method}
        if deposit_account:
            body["DepositToAccountRef"] = {"value": deposit_account}
        if currency:
            body["CurrencyRef"] = {"value": currency}
        if applied:
            body["Line"] = [
                {
                    "Amount": quantize(amount),
                    "LinkedTxn": [{"TxnId": invoice_id, "TxnType": "Invoice"}],
                }
                for invoice_id, amount in applied
            ]
        text = written(body)
        answer = self._call(
            lambda wire: wire.ask("create_object", "Payment", text, request_id=request_id)
        )
        page = self._page("Payment", [answer.get("Payment")])
        if page.broken:
            raise Unknown("QuickBooks recorded a payment that we cannot read.")
        return page.rows[0]

    def find_payment(self, reference: str) -> BookPayment | None:
        """The payment with our reference, a standing one before a voided one."""
        where = f"PaymentRefNum = {quoted(reference)}"
        page = self._page("Payment", self._call(self._fetch("Payment", where, 1, 100)))
        if page.broken:
            raise Unknown(f"A payment with our reference cannot be read: {page.broken[0].reason}")
        return next(iter(sorted(page.rows, key=lambda payment: payment.is_void)), None)


def _stamp(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="seconds")


def _offset(time: str | None) -> timedelta:
    try:
        return datetime.fromisoformat(time or "").utcoffset() or timedelta(0)
    except ValueError:
        return timedelta(0)
