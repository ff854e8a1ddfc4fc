"""How a reply was read, for templates."""

from django import template

from messaging.corrections import CHOICES
from messaging.inbox import INTENTS
from messaging.triage.reading import NAMES

register = template.Library()


@register.inclusion_tag("messaging/_triage_reading.html", takes_context=True)
def reading(context, message, may_act=False):
    """What a reply means, the words it was read from, and a select that puts it right."""
    read = message.reading or {}
    intent = read.get("intent", "")
    right = read.get("right_intent") or intent
    words = (read.get("evidence") or "").strip()
    return {
        "request": context.get("request"),
        "csrf_token": context.get("csrf_token"),
        "company": context.get("company"),
        "message": message,
        "intent": right,
        "name": NAMES.get(right, ""),
        "tone": INTENTS.get(right, ("", ""))[1],
        "also": [NAMES[each] for each in read.get("secondary") or [] if each in NAMES],
        "was": NAMES.get(intent, "") if right != intent else "",
        "words": words if words != message.body.strip() else "",
        "is_confirmed": read.get("right_intent") == intent,
        "may_act": may_act and bool(intent) and not message.removed_at,
        "choices": CHOICES,
    }
