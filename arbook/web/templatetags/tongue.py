"""The customer's pages in the customer's language: ``{% say "Pay {amount}" amount=sum %}``.

The view puts ``language`` into the context; without it a page speaks English.
"""

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.html import conditional_escape, format_html

from arbook.web import figures, spanish

register = template.Library()


@register.simple_tag(takes_context=True)
def say(context, sentence, **values):
    """A sentence with its fields filled in; what the values hold is escaped."""
    sentence = str(sentence or "")
    words = spanish.said(sentence, context.get("language") or "en")
    if sentence not in spanish.SENTENCES:
        return conditional_escape(words)
    return format_html(words, **values) if values else words


@register.simple_tag(takes_context=True)
def say_day(context, value):
    """``Mar 3`` or ``3 de marzo``, with the year when it is not this one."""
    if (context.get("language") or "en") != "es" or value is None:
        return figures.day(value)
    value = timezone.localtime(value).date() if isinstance(value, datetime) else value
    return spanish.day(value, with_year=value.year != timezone.localtime(figures.now()).year)


@register.filter
def isolated(words):
    """A name in its own direction, whatever script it is written in."""
    return format_html('<span dir="auto">{}</span>', words)


@register.filter
def strong(words):
    return format_html("<strong>{}</strong>", words)
