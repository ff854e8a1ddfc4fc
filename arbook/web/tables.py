"""Tables of the house: our template, money that adds up, days, badges."""

import inspect
from decimal import Decimal
from types import FunctionType
from typing import Any

import django_tables2
from django.db.models import QuerySet, Sum
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django_tables2.utils import A

from arbook.web import figures

__all__ = ["A", "BadgeColumn", "DateColumn", "MoneyColumn", "SelectColumn", "Table"]


MOST_PER_PAGE = 500


class _ReadOnce:
    """Its functions that draw cells carry their signatures: django-tables2 asks for them at every
    cell, and working them out anew takes longer than drawing it."""

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        for name, function in vars(cls).items():
            if name.startswith("render") and isinstance(function, FunctionType):
                function.__signature__ = inspect.signature(function)


class Table(_ReadOnce, django_tables2.Table):
    """The base of every table.

    Money columns marked ``total=True`` show at the foot what ``totals`` names for them, else one
    aggregate over all rows, never only this page. ``empty_title`` and ``empty_text``
    fill the empty state, ``is_filtered`` says that rows exist which the filter hides.
    """

    html_id = "table"
    empty_title = "Nothing here"
    empty_icon = "inbox"
    filtered_title = "No row matches these filters"
    filtered_text = "The rows are there; these filters hide them all."
    caption = ""
    cards = True

    class Meta:
        template_name = "components/table.html"

    def __init__(
        self,
        *args,
        totals: dict[str, Decimal] | None = None,
        currency: str = "USD",
        is_filtered: bool = False,
        clear_url: str = "?",
        caption: str = "",
        filtered_title: str = "",
        filtered_text: str = "",
        **kwargs,
    ):
        self.totals = totals or {}
        self.currency = currency
        self.is_filtered = is_filtered
        self.clear_url = clear_url
        self.caption = caption or self.caption
        self.filtered_title = filtered_title or self.filtered_title
        self.filtered_text = filtered_text or self.filtered_text
        kwargs.setdefault("template_name", "components/table.html")
        super().__init__(*args, **kwargs)

    def paginate(self, *args, per_page: int | None = None, **kwargs):
        """As the view asks; an address may ask for another length, within reason."""
        if per_page is not None:
            kwargs["per_page"] = min(max(per_page, 1), MOST_PER_PAGE)
        return super().paginate(*args, **kwargs)

    @property
    def box_id(self) -> str:
        return f"{self.prefix}{self.html_id}"

    @property
    def box_class(self) -> str:
        return "table-box table-cards" if self.cards else "table-box"


def _marked(kwargs: dict, css: str) -> dict:
    """Add our class to the cells without losing the caller's attributes."""
    attrs = dict(kwargs.pop("attrs", {}))
    for part in ("th", "td", "tf"):
        given = dict(attrs.get(part, {}))
        given["class"] = " ".join(filter(None, [css, given.get("class", "")]))
        attrs[part] = given
    return {**kwargs, "attrs": attrs}


class MoneyColumn(_ReadOnce, django_tables2.Column):
    """An amount, right aligned; with ``total=True`` its sum stands at the foot."""

    def __init__(self, *args, total: bool = False, currency: str | None = None, **kwargs):
        self.currency = currency
        if total:
            kwargs["footer"] = self._sum
        kwargs.setdefault("empty_values", ())
        super().__init__(*args, **_marked(kwargs, "num"))

    def render(self, value, table):
        return self._words(value, table)

    def value(self, value):
        return value

    def _sum(self, bound_column, table):
        name = bound_column.name
        if name in table.totals:
            return self._words(table.totals[name], table)
        rows = table.data.data
        if isinstance(rows, QuerySet):
            key = str(bound_column.accessor)
            total = rows.order_by().aggregate(sum=Sum(key))["sum"]
        else:
            values = (bound_column.accessor.resolve(row, quiet=True) for row in rows)
            total = sum((value for value in values if value is not None), Decimal(0))
        return self._words(total or Decimal(0), table)

    def _words(self, amount, table):
        words = figures.money(amount, self.currency or table.currency)
        tone = "money-negative" if amount is not None and amount < 0 else ""
        tone = "money-zero" if amount == 0 else tone
        return format_html('<span class="money {}">{}</span>', tone, words)


class DateColumn(_ReadOnce, django_tables2.Column):
    """A day in its short form with the full one as its title."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **_marked(kwargs, "date"))

    def render(self, value):
        return format_html(
            '<time datetime="{}" title="{}">{}</time>',
            value.isoformat(),
            f"{value:%A, %B} {value.day}, {value.year}",
            figures.day(value),
        )


class BadgeColumn(_ReadOnce, django_tables2.Column):
    """A state as a badge. ``tones`` maps values to ok, warn, bad, info, plum or accent."""

    def __init__(self, *args, tones: dict[Any, str] | None = None, **kwargs):
        self.tones = tones or {}
        super().__init__(*args, **kwargs)

    def render(self, value, record, bound_column):
        raw = bound_column.accessor.resolve(record, quiet=True)
        tone = self.tones.get(raw, self.tones.get(value, ""))
        css = f"badge tone-{tone}" if tone else "badge"
        words = str(value).replace("_", " ")
        return format_html('<span class="{}">{}</span>', css, words[:1].upper() + words[1:])


class SelectColumn(django_tables2.Column):
    """A tick box per row (``name="row"``) and one in the head for all."""

    def __init__(self, *args, form: str = "", name: str = "row", **kwargs):
        self.form, self.box_name = form, name
        kwargs.setdefault("accessor", "pk")
        kwargs |= {"orderable": False, "exclude_from_export": True}
        kwargs.setdefault("verbose_name", "")
        super().__init__(*args, **_marked(kwargs, "check"))

    @property
    def header(self):
        return mark_safe(
            '<input type="checkbox" data-select-all aria-label="Select all rows on this page">'
        )

    def render(self, value):
        form = format_html(' form="{}"', self.form) if self.form else ""
        return format_html(
            '<input type="checkbox" name="{}" value="{}" data-select data-key="x"'
            ' aria-label="Select row {}"{}>',
            self.box_name,
            value,
            value,
            form,
        )
