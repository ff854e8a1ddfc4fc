"""The tables of invoices and of the aging."""

from urllib.parse import urlencode

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django_tables2.data import TableData
from django_tables2.utils import OrderBy

from arbook.web import figures
from arbook.web.tables import DateColumn, MoneyColumn, Table
from invoices.aging_rows import CREDITS, Asked, Rows

RIGHT = {"th": {"class": "num"}, "td": {"class": "num"}, "tf": {"class": "num"}}
LEAD = {"td": {"class": "lead wide"}}


def badges(flags):
    """Flags as badges with their stories as titles."""
    return format_html_join(
        " ",
        '<span class="badge{}" title="{}">{}</span>',
        ((f" tone-{flag.tone}" if flag.tone else "", flag.title, flag.label) for flag in flags),
    )


def days_words(days):
    """How long past due, or when it will be."""
    if days is None:
        return figures.NOTHING
    if days > 0:
        return format_html(
            '<span class="nowrap">{} {}</span>', f"{days:,}", "day" if days == 1 else "days"
        )
    if days == 0:
        return "due today"
    return format_html('<span class="muted nowrap">in {} days</span>', -days)


class AgingData(TableData):
    """Rows that the database orders, slices and sums."""

    def __init__(self, rows: Rows):
        super().__init__(rows)

    def __len__(self):
        return len(self.data)

    def __getitem__(self, part):
        return self.data[part]

    def order_by(self, aliases):
        self.data = self.data.order_by(*(str(OrderBy(alias)) for alias in aliases))


class AgingTable(Table):
    """Customers by bucket. Every amount leads to the documents that make it up."""

    customer = tables.Column(attrs=LEAD, footer="Sum")
    flags = tables.Column(
        empty_values=(), orderable=False, verbose_name="Notes", attrs={"td": {"class": "wide"}}
    )
    oldest = tables.Column(empty_values=(), verbose_name="Oldest", attrs=RIGHT)

    empty_title = "Nothing is open on this day"
    empty_text = "No invoice, entry or credit counts for or against any customer."
    empty_icon = "check-circle"
    html_id = "aging-table"

    class Meta(Table.Meta):
        sequence = ("customer", "flags", "oldest", "...")

    def __init__(self, rows: Rows, *, link, **kwargs):
        self.asked: Asked = rows.asked
        self.link, self.flags_of = link, {}
        sums = rows.totals
        totals = {f"b{n}": amount for n, amount in enumerate(sums.amounts)}
        cells = [(f"b{n}", one.label) for n, one in enumerate(self.asked.bucket_set.buckets)]
        super().__init__(
            AgingData(rows),
            currency=self.asked.shown_currency,
            totals=totals | {"credits": sums.credits, "total": sums.total},
            extra_columns=[
                (name, CellColumn(verbose_name=label, total=True))
                for name, label in [*cells, (CREDITS, "Credits"), ("total", "Total")]
            ],
            **kwargs,
        )

    def render_customer(self, record):
        url = reverse("customers:detail", args=[self.asked.company.slug, record.customer_id])
        return format_html('<a href="{}" data-open dir="auto">{}</a>', url, record.customer)

    def render_flags(self, record):
        return badges(self.flags_of.get(record.customer_id, ()))

    def render_oldest(self, record):
        return days_words(record.oldest)


class CellColumn(MoneyColumn):
    """One amount of the aging, as a link to its documents."""

    def render(self, record, table, bound_column):
        name = bound_column.name
        amount = amount_of(record, name)
        if not amount:
            return ""
        cell = {"total": "", CREDITS: CREDITS}.get(name, name.removeprefix("b"))
        url = table.link(customer=record.customer_id, cell=cell)
        return format_html(
            '<a class="plain-link" href="{}">{}</a>', url, self._words(amount, table)
        )


def amount_of(record, name: str):
    """The amount of a row of customers in the column of this name."""
    if name == "total":
        return record.total
    if name == CREDITS:
        return record.sums.credits
    return record.sums.amounts[int(name.removeprefix("b"))]


class DocumentTable(Table):
    """Single documents of the receivable with their age."""

    document = tables.Column(accessor="name", attrs={"td": {"class": "lead nowrap"}}, footer="Sum")
    customer = tables.Column(attrs={"td": {"class": "wide"}})
    flags = tables.Column(
        empty_values=(), orderable=False, verbose_name="Notes", attrs={"td": {"class": "wide"}}
    )
    dated_on = DateColumn(verbose_name="Dated")
    due_on = DateColumn(verbose_name="Due")
    days = tables.Column(empty_values=(), verbose_name="Past due", attrs=RIGHT)
    bucket = tables.Column(orderable=False)
    amount = MoneyColumn(total=True)

    empty_title = "Nothing is open on this day"
    empty_icon = "check-circle"
    html_id = "aging-table"

    class Meta(Table.Meta):
        sequence = (
            "document",
            "customer",
            "flags",
            "dated_on",
            "due_on",
            "days",
            "bucket",
            "amount",
        )

    def __init__(self, rows: Rows, **kwargs):
        self.asked: Asked = rows.asked
        self.flags_of = {}
        super().__init__(
            AgingData(rows),
            currency=self.asked.shown_currency,
            totals={"amount": rows.totals.total},
            **kwargs,
        )

    def render_document(self, record):
        if record.kind != "Invoice":
            return record.name
        return _invoice_link(self.asked.company, record.key, record.name)

    def render_customer(self, record):
        url = reverse("customers:detail", args=[self.asked.company.slug, record.customer_id])
        return format_html('<a href="{}" dir="auto">{}</a>', url, record.customer)

    def render_flags(self, record):
        return badges(self.flags_of.get(record.key, ())) if record.kind == "Invoice" else ""

    def render_days(self, record):
        return days_words(record.days) if record.amount > 0 else figures.NOTHING

    def render_due_on(self, record, column):
        return column.render(record.due_on) if record.amount > 0 else figures.NOTHING


def _invoice_link(company, pk: int, words: str):
    url = reverse("invoices:detail", args=[company.slug, pk])
    return format_html('<a href="{}" data-drawer="{}" data-open>{}</a>', url, url, words)


class InvoiceTable(Table):
    """Invoices with what is planned for them. ``next_of`` and ``flags_of`` are set by the page."""

    number = tables.Column(
        verbose_name="Invoice",
        empty_values=(),
        attrs={"td": {"class": "lead nowrap"}},
        footer="Sum",
    )
    customer = tables.Column(order_by="customer__name", attrs={"td": {"class": "wide"}})
    flags = tables.Column(
        empty_values=(), orderable=False, verbose_name="Notes", attrs={"td": {"class": "wide"}}
    )
    next = tables.Column(empty_values=(), orderable=False, verbose_name="Next")
    issued_on = DateColumn(verbose_name="Issued")
    due_on = DateColumn(verbose_name="Due", empty_values=())
    days = tables.Column(
        empty_values=(), order_by="-ages_from_on", verbose_name="Past due", attrs=RIGHT
    )
    total = MoneyColumn(total=True)
    balance = MoneyColumn(verbose_name="Open", total=True)
    acts = tables.Column(
        empty_values=(), orderable=False, verbose_name="Next step", attrs={"td": {"class": "wide"}}
    )

    empty_title = "No invoices yet"
    empty_text = "They arrive with the first reading of QuickBooks."
    empty_icon = "document-text"
    html_id = "invoice-table"

    class Meta(Table.Meta):
        sequence = (
            "number",
            "customer",
            "flags",
            "next",
            "issued_on",
            "due_on",
            "days",
            "total",
            "balance",
            "acts",
        )

    def __init__(self, *args, company, today, needs_step: bool = False, **kwargs):
        """``needs_step``: each row offers what would give it a next step."""
        self.company, self.today = company, today
        self.next_of, self.flags_of = {}, {}
        exclude = () if needs_step else ("acts",)
        super().__init__(*args, exclude=exclude, **kwargs)

    def render_acts(self, record):
        links = [(reverse(f"invoices:{name}", args=[self.company.slug, pk]), label)
                 for name, pk, label in [
                     ("task_new", record.pk, "Task"),
                     ("promise_new", record.pk, "Promise"),
                     ("dispute_new", record.pk, "Dispute"),
                     ("plan_new", record.customer_id, "Plan"),
                     ("invoice_pause", record.pk, "Pause"),
                 ]]  # fmt: skip
        return format_html_join(" ", '<a class="btn btn-s" href="{}" data-dialog>{}</a>', links)

    def render_number(self, record):
        return _invoice_link(self.company, record.pk, record.number or record.quickbooks_id)

    def render_customer(self, record):
        url = reverse("customers:detail", args=[self.company.slug, record.customer_id])
        return format_html('<a href="{}" dir="auto">{}</a>', url, record.customer)

    def render_flags(self, record):
        return format_html("{} {}", state_badge(record), badges(self.flags_of.get(record.pk, ())))

    def render_next(self, record):
        touch = self.next_of.get(record.pk)
        if touch is None:
            return format_html('<span class="muted">{}</span>', figures.NOTHING)
        day = figures.day(touch.due_on, self.today)
        return format_html(
            '<span class="nowrap">{}</span> <span class="muted nowrap">{}</span>',
            touch.step.get_action_display(),
            f"since {day}" if touch.due_on < self.today else day,
        )

    def render_due_on(self, record, column):
        if record.due_on is None:
            return format_html('<span class="badge tone-warn">{}</span>', "No due date")
        return column.render(record.due_on)

    def render_days(self, record):
        if not record.is_open:
            return figures.NOTHING
        return days_words(record.days_past_due(self.today))

    def render_total(self, record):
        return self._amount(record.total, record)

    def render_balance(self, record):
        return self._amount(record.balance, record)

    def _amount(self, amount, record):
        css = "money money-zero" if not amount else "money"
        return format_html(
            '<span class="{}">{}</span>', css, figures.money(amount, record.currency)
        )


def state_badge(invoice):
    """Paid, void and deleted invoices say so; open ones need no word."""
    if invoice.is_deleted:
        return format_html('<span class="badge">{}</span>', "Deleted")
    if invoice.is_void:
        return format_html('<span class="badge">{}</span>', "Void")
    if invoice.balance <= 0:
        return format_html('<span class="badge tone-ok">{}</span>', "Paid")
    return ""


def query(**parts) -> str:
    """``?a=1&b=2`` of what is neither empty nor None."""
    kept = {name: value for name, value in parts.items() if value not in ("", None)}
    return f"?{urlencode(kept)}"
