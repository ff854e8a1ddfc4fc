"""The tables of the customer screens."""

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from arbook.web import figures
from arbook.web.tables import MoneyColumn, Table
from customers.consent import Standing
from customers.models import Contact

CONSENT_TONES = {"given": "ok", "withdrawn": "bad", "unknown": ""}


class CustomerTable(Table):
    """Customers with what they owe. ``reach`` holds the texts' contact and standing by customer."""

    name = tables.Column(verbose_name="Customer", attrs={"td": {"class": "lead wide"}})
    reach = tables.Column(empty_values=(), orderable=False, verbose_name="Texts")
    owner = tables.Column(
        accessor="owner",
        order_by=("owner__first_name", "owner__email"),
        default="",
        verbose_name="In charge",
    )
    oldest = tables.Column(
        empty_values=(), attrs={part: {"class": "num"} for part in ("th", "td", "tf")}
    )
    overdue = MoneyColumn(verbose_name="Past due", total=True)
    credit = MoneyColumn(verbose_name="Credit", total=True)
    open = MoneyColumn(verbose_name="Open", total=True)

    empty_title = "No customers yet"
    empty_text = "They arrive with the first reading of QuickBooks."
    empty_icon = "users"
    caption = "Customers"

    class Meta(Table.Meta):
        sequence = ("name", "reach", "owner", "oldest", "overdue", "credit", "open")

    def __init__(self, *args, company, today, reach=None, **kwargs):
        self.company, self.today = company, today
        self.reach: dict[int, tuple[Contact, Standing]] = reach or {}
        super().__init__(*args, currency=company.currency, **kwargs)

    def render_name(self, record):
        url = reverse("customers:detail", args=[self.company.slug, record.pk])
        badges = [("tone-plum", "VIP")] if record.is_silent else []
        if record.is_deleted or not record.is_active:
            badges.append(("", "Inactive"))
        return format_html(
            '<a href="{}" data-open dir="auto">{}</a>{}',
            url,
            record.name,
            format_html_join("", ' <span class="badge {}">{}</span>', badges),
        )

    def render_reach(self, record):
        found = self.reach.get(record.pk)
        if found is None:
            return format_html('<span class="badge tone-warn">{}</span>', "No number")
        _, standing = found
        words = {"given": "Allowed", "withdrawn": "Stopped", "unknown": "No consent"}
        tone = CONSENT_TONES[standing.state]
        return format_html(
            '<span class="badge{}" title="{}">{}</span>',
            f" tone-{tone}" if tone else "",
            standing.sentence,
            words[standing.state],
        )

    def render_oldest(self, record):
        if not record.oldest:
            return format_html('<span class="muted">{}</span>', "–")
        days = (self.today - record.oldest).days
        words = "1 day" if days == 1 else f"{days} days"
        return format_html('<span title="due {}">{}</span>', figures.day(record.oldest), words)
