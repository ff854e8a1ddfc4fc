"""Which function handles which event; found at start in every app's ``handlers`` module."""

from collections.abc import Callable
from datetime import datetime

from arbook.webhooks.models import WebhookEvent

Handler = Callable[[WebhookEvent, datetime], None]
HANDLERS: dict[tuple[str, str], Handler] = {}
# Vendors whose post does not say for which company it is: who tells, from what is stored.
OWNERS: dict[str, Callable[[WebhookEvent], int | None]] = {}


def handles(vendor: str, *kinds: str):
    """Register the decorated ``handler(event, now)`` for these kinds of a vendor's events.

    One handler per kind: the lowest app that owns the object. Handlers are safe to repeat.
    """

    def register(handler: Handler) -> Handler:
        for kind in kinds:
            if (vendor, kind) in HANDLERS:
                raise RuntimeError(f"Two handlers for {vendor} {kind}.")
            HANDLERS[vendor, kind] = handler
        return handler

    return register


def owns(vendor: str):
    """Register the decorated ``function(event)`` that finds the company of a vendor's events.

    It runs outside the wall, and gives the company's key, or None for what is nobody's.
    """

    def register(function: Callable[[WebhookEvent], int | None]):
        OWNERS[vendor] = function
        return function

    return register
