"""Which function handles which event; found at start in every app's ``handlers`` module."""

from collections.abc import Callable
from datetime import datetime

from arbook.webhooks.models import WebhookEvent

Handler = Callable[[WebhookEvent, datetime], None]
HANDLERS: dict[tuple[str, str], Handler] = {}


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
