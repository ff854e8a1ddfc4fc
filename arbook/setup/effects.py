"""Reading the books when a person asks for it."""

from arbook import clock
from arbook.outbox.models import Effect
from arbook.outbox.registry import effect
from invoices import sync


@effect("setup.sync", chunk=4, lease_seconds=1800, max_attempts=4)
def sync_books(one: Effect, prepared) -> dict:
    """Everything the first time, changes afterwards; safe to repeat."""
    report = sync.run(one.company, now=clock.now())
    return {"counts": report.counts}
