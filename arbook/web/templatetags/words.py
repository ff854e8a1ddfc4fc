"""Filters that write figures, days and numbers: ``{{ invoice.balance|money }}``."""

import re

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import mark_safe

from arbook.web import figures

register = template.Library()

register.filter("percent", figures.percent)
register.filter("phone", figures.phone)
register.filter("day", figures.day)
register.filter("weekday", figures.weekday)
register.filter("clock", figures.clock)
register.filter("moment", figures.moment)
register.filter("initials", figures.initials)


@register.filter
def money(amount, currency="USD"):
    """An amount that never breaks over a line; negative ones in their colour."""
    words = figures.money(amount, currency)
    css = "money money-negative" if words.startswith(figures.MINUS) else "money"
    return format_html('<span class="{}">{}</span>', css, words)


@register.filter
def money_text(amount, currency="USD"):
    """The amount as bare text: for titles, attributes and mails."""
    return figures.money(amount, currency)


@register.filter
def money_short(amount, currency="USD"):
    return figures.money_short(amount, currency)


# From the first to the last letter that is read from right to left, with what stands between them.
_RIGHT_TO_LEFT = "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]"
_RUN = re.compile(f"{_RIGHT_TO_LEFT}(?:[^\\nA-Za-z\u00c0-\u024f]*{_RIGHT_TO_LEFT})?")


@register.filter
def apart(sentence):
    """Our sentence about somebody whose name is read from right to left.

    The name stands apart, so that what follows it (a colon, an amount) keeps its place.
    """
    return mark_safe(_RUN.sub(r"<bdi>\g<0></bdi>", conditional_escape(sentence)))


@register.filter
def ago(value, at=None):
    """``4 min ago`` with the instant as its title; ``at`` replaces the product's clock."""
    words = figures.ago(value, at)
    if not value:
        return words
    full = f"{figures.day(value)} {figures.clock(value)}" if hasattr(value, "hour") else value
    return format_html('<time datetime="{}" title="{}">{}</time>', value.isoformat(), full, words)


# What names itself as another comes first: Edge says Chrome, Chrome says Safari.
BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome",
            "Safari": "Safari"}  # fmt: skip
SYSTEMS = {"iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows",
           "Mac OS": "Mac", "Linux": "Linux"}  # fmt: skip


@register.filter
def browser(agent):
    """``Firefox on Windows`` out of what a browser says of itself."""
    name = next((name for mark, name in BROWSERS.items() if mark in agent), "A browser")
    system = next((name for mark, name in SYSTEMS.items() if mark in agent), "")
    return f"{name} on {system}" if system else name


@register.filter
def cap(text):
    """The first letter as a capital, the rest untouched (unlike ``capfirst``, takes anything)."""
    text = str(text or "").replace("_", " ")
    return text[:1].upper() + text[1:]


@register.filter
def counted(number, words):
    """``3|counted:"invoice,invoices"`` is "3 invoices"; with one word an s is added."""
    one, _, many = words.partition(",")
    number = number or 0
    return f"{number:,} {one if number == 1 else many or one + 's'}"


@register.filter
def listed(items):
    """ "a", "a and b", "a, b and c"."""
    items = [str(item) for item in items or []]
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


@register.filter
def sentence(text):
    """Capital first, a full stop last."""
    text = cap(text).strip()
    return text if not text or text[-1] in ".!?\u2026" else f"{text}."


@register.filter
def undo_of(message):
    """The address and instant that ``respond.done`` hung on a message, or None."""
    tags = dict(part.split("=", 1) for part in (message.extra_tags or "").split() if "=" in part)
    return tags if "undo" in tags else None


@register.simple_tag
def nothing():
    return mark_safe('<span class="muted" aria-label="none">\u2013</span>')
