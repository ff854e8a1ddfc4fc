"""Working through many dead letters, a turn at a time."""

from datetime import datetime

from arbook import clock
from arbook.outbox.models import Effect
from arbook.outbox.registry import Foretold, Later, effect
from arbook.system import bulks
from arbook.system.models import Bulk


def _preview(one: Effect, now: datetime) -> Foretold:
    bulk = Bulk.objects.get(pk=one.payload["bulk"])
    left = bulks.progress(bulk).left
    return Foretold([f"Would put the next of {left:,} dead letters in line."])


@effect(bulks.EFFECT, preview=_preview, chunk=1, rank=90)
def work_through(one: Effect, prepared) -> dict:
    """One turn; the next comes a moment later, so that others are served between."""
    now = clock.now()
    bulk = Bulk.objects.get(pk=one.payload["bulk"])
    if bulks.take_turn(bulk, now=now):
        raise Later(now + bulks.PAUSE, f"{bulks.progress(bulk).left:,} are left.")
    return {"total": bulk.total}
