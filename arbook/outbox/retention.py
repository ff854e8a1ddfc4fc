"""What we sent to vendors, word for word, does not stay for ever: the effect does."""

from datetime import datetime, timedelta

from arbook.companies import keeping
from arbook.companies.models import Company
from arbook.outbox.models import Effect

State = Effect.State

# Effects of the house itself, as invitations; a company's are a setting.
OWN_DAYS = 90
# In the payload of an effect that needs its words still; they go when it is over.
WORDS_GO = "words_go"


def age_out(company: Company | None, *, now: datetime, dry_run: bool = False) -> dict[str, int]:
    """Take the words out of old effects that are over; returns how many.

    Pending, doubtful and dead ones keep theirs however old. None: effects of no company.
    """
    days = company.keep_payloads_days if company else OWN_DAYS
    rows = Effect.objects.filter(
        company=company,
        state__in=[State.DONE, State.CANCELLED],
        finished_at__lt=now - timedelta(days=days),
    ).exclude(payload__has_key="removed")
    said = keeping.removed_after(days, "days")
    count = keeping.in_batches(rows, lambda batch: remove(batch, said), dry_run=dry_run)
    return {"effects": count}


def remove(effects: list[Effect], said: str) -> None:
    """Leave keys of rows and figures in payload and result, and the sentence for the rest.

    What the caller changed in their errors is written as well.
    """
    for one in effects:
        one.payload = _figures(one.payload) | {"removed": said}
        one.result = _figures(one.result)
    Effect.objects.bulk_update(effects, ["payload", "result", "error"])


def _figures(kept: dict) -> dict:
    return {name: value for name, value in kept.items() if isinstance(value, bool | int | float)}
