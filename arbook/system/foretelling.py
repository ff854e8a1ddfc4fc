"""What handling an event again, or doing an effect again, would change: a replay's preview.

The engines' own functions run; only the ending differs: everything is undone.
"""

from dataclasses import dataclass, field
from datetime import datetime

from arbook.gateways.errors import VendorError
from arbook.outbox import outbox
from arbook.outbox.models import Effect
from arbook.outbox.registry import KINDS, Foretold, Kind, StillUnknown
from arbook.system import alike
from arbook.system.changes import Change
from arbook.system.rehearsing import CannotForetell, rehearse
from arbook.webhooks import process
from arbook.webhooks.models import WebhookEvent

State = Effect.State

# The row that is replayed says for itself how it ended.
_ITSELF = ("webhooks.webhookevent", "outbox.effect")


@dataclass(frozen=True)
class Preview:
    """What a replay would do, nothing of it done."""

    at: datetime
    # How the row itself would end, and with what trouble.
    state: str
    error: str = ""
    sentences: list[str] = field(default_factory=list)
    # What is known beforehand of an effect's result.
    result: dict = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    labels: dict[tuple[str, int], str] = field(default_factory=dict)

    @property
    def run(self) -> alike.Run:
        return alike.run_of(self.changes, self.at)

    @property
    def changes_nothing(self) -> bool:
        return not self.changes and not self.sentences and not self.error


def of_event(event: WebhookEvent, *, now: datetime) -> Preview:
    """Handle the event as the worker would, and undo it. Raises CannotForetell."""
    if event.company_id is None:
        raise CannotForetell("It belongs to no company here, so nothing would happen.")

    def act() -> tuple[str, str]:
        WebhookEvent.objects.filter(pk=event.pk).update(
            state=WebhookEvent.State.IN_FLIGHT,
            attempts=1,
            failure="",
            error="",
            processed_at=None,
        )
        row = WebhookEvent.objects.select_related("company").get(pk=event.pk)
        state = process.process(row, now=now)
        row.refresh_from_db()
        return state, row.error

    done = rehearse(act)
    state, error = done.result
    changes = [one for one in done.changes if (one.kind, one.pk) != (_ITSELF[0], event.pk)]
    return Preview(now, state, error, changes=changes, labels=done.labels)


def of_effect(effect: Effect, *, now: datetime) -> Preview:
    """Take the last look as the worker would, and undo what it wrote. Raises CannotForetell."""
    kind = KINDS.get(effect.kind)
    if kind is None or kind.preview is None:
        raise CannotForetell("What this kind does cannot be said beforehand.")

    def act() -> tuple[Foretold | None, str]:
        row = Effect.objects.select_related("company").get(pk=effect.pk)
        try:
            return _asked_after(kind, row, now) or kind.preview(row, now), ""
        except StillUnknown as doubt:
            return Foretold([f"Would be asked after first: {doubt}"], False, State.UNSURE), ""
        except VendorError as trouble:
            return None, str(trouble)

    told, error = rehearse(act).result
    if told is None:
        return Preview(now, State.PENDING, error)
    state = State.DONE if told.happens else told.state
    return Preview(now, state, sentences=list(told.sentences), result=told.result)


def _asked_after(kind: Kind, effect: Effect, now: datetime) -> Foretold | None:
    """Of one that may have happened: what its vendor says; None when it surely did not."""
    if not outbox.in_doubt(effect):
        return None
    result = kind.resolve(effect, now)
    if result is None:
        return None
    said = "It has happened already; only its outcome would be written down."
    return Foretold([said], happens=False)
