"""The tables of the money screens."""

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html

from arbook.web import figures
from arbook.web.tables import BadgeColumn, DateColumn, MoneyColumn, Table
from reconciliation.models import Posting, StripePayment

PAYMENT_TONES = {
    StripePayment.State.SUCCEEDED: "ok",
    StripePayment.State.IN_FLIGHT: "info",
    StripePayment.State.FAILED: "bad",
}
POSTING_TONES = {
    Posting.State.VERIFIED: "ok",
    Posting.State.INTENDED: "info",
    Posting.State.POSTED: "info",
    Posting.State.DIFFERS: "bad",
    Posting.State.FAILED: "bad",
}


class PaymentTable(Table):
    """Money at Stripe and where it stands in the books."""

    started_at = DateColumn(verbose_name="Started")
    payer = tables.Column(
        empty_values=(), order_by="customer__name", attrs={"td": {"class": "lead wide"}}
    )
    invoices = tables.Column(empty_values=(), orderable=False)
    method = tables.Column()
    state = BadgeColumn(tones=PAYMENT_TONES)
    books = tables.Column(empty_values=(), verbose_name="QuickBooks", order_by="posting__state")
    amount = MoneyColumn(total=True)

    empty_title = "No money through pay links yet"
    empty_icon = "banknotes"

    class Meta(Table.Meta):
        sequence = ("started_at", "payer", "invoices", "method", "state", "books", "amount")

    def render_payer(self, record):
        name = record.customer or record.payer_email or "unknown payer"
        url = reverse("reconciliation:payment", args=[self.company.slug, record.pk])
        return format_html('<a href="{}" data-open dir="auto">{}</a>', url, name)

    def render_invoices(self, record):
        numbers = [
            match.invoice.number or match.invoice.quickbooks_id for match in record.matches.all()
        ]
        return ", ".join(numbers) or "none"

    def render_books(self, record):
        posting = getattr(record, "posting", None)
        if posting is None:
            waits = record.state == StripePayment.State.SUCCEEDED
            return format_html('<span class="muted">{}</span>', "not tied" if waits else "–")
        words = posting.get_state_display()
        if posting.quickbooks_id and posting.state == Posting.State.VERIFIED:
            words = f"payment {posting.quickbooks_id}"
        tone = POSTING_TONES.get(posting.state, "")
        return format_html('<span class="badge tone-{}">{}</span>', tone, words)

    def __init__(self, *args, company, **kwargs):
        self.company = company
        super().__init__(*args, currency=company.currency, **kwargs)


class PostingTable(Table):
    """The proof: what was intended and what QuickBooks holds."""

    intended_at = DateColumn(verbose_name="Intended")
    payer = tables.Column(
        accessor="payment__customer__name", attrs={"td": {"class": "lead wide", "dir": "auto"}}
    )
    reference = tables.Column(attrs={"td": {"class": "code"}})
    request_id = tables.Column(verbose_name="Request id", attrs={"td": {"class": "code"}})
    quickbooks_id = tables.Column(verbose_name="QuickBooks id")
    found = tables.Column(empty_values=(), orderable=False, verbose_name="Read back")
    state = BadgeColumn(tones=POSTING_TONES)
    amount = MoneyColumn(accessor="payment__amount", total=True)

    empty_title = "Nothing has been posted yet"
    empty_icon = "document-check"

    class Meta(Table.Meta):
        sequence = (
            "intended_at",
            "payer",
            "reference",
            "request_id",
            "quickbooks_id",
            "found",
            "state",
            "amount",
        )

    def render_found(self, record):
        if not record.found:
            return "not yet"
        currency = record.payment.currency
        numbers = {
            match.invoice.quickbooks_id: match.invoice.number
            for match in record.payment.matches.all()
        }
        applied = ", ".join(
            f"{figures.money(part, currency)} on {numbers.get(invoice) or f'id {invoice}'}"
            for invoice, part in record.found["applied"]
        )
        unapplied = record.found.get("unapplied", "0.00")
        rest = ""
        if unapplied not in ("0", "0.00"):
            rest = f", {figures.money(unapplied, currency)} unapplied"
        total = figures.money(record.found["total"], currency)
        return f"{total}: {applied or 'nothing applied'}{rest}"
