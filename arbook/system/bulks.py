"""Many dead rows at one word: chosen, put in line in turns by the worker, watched, cancelled.

The worker takes a turn at a time and remembers each row, so a restart goes on where it was.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Q

from arbook.audit import log
from arbook.companies.models import Company, User
from arbook.outbox import outbox
from arbook.outbox.models import Effect
from arbook.system.models import Bulk, BulkRow, Side
from arbook.webhooks import process
from arbook.webhooks.models import WebhookEvent

EFFECT = "system.bulk"
TURN = 100
"""Rows put in line at once; what is already there keeps its place before the next ones."""
PAUSE = timedelta(seconds=2)
MOST = 50_000
TYPE_ABOVE = 50
"""Above so many rows the count is typed, so that nobody does it by a slip."""


class BulkRefused(Exception):
    """It cannot be done to these rows. The message is fit for the screen."""


@transaction.atomic
def begin(
    company: Company,
    *,
    side: str,
    act: str,
    rows: Iterable[int],
    what: str,
    by: User,
    now: datetime,
    reason: str = "",
) -> Bulk:
    """Write down which rows, in the order of the log; the worker does the rest."""
    keys = sorted(set(rows))
    if not keys:
        raise BulkRefused("None of these is dead any more.")
    if len(keys) > MOST:
        raise BulkRefused(f"At most {MOST:,} at once; choose a narrower cause.")
    if act == Bulk.Act.GIVE_UP and not reason:
        raise BulkRefused("Giving up needs a reason.")
    bulk = Bulk.objects.create(
        company=company,
        side=side,
        act=act,
        what=what[:300],
        reason=reason,
        total=len(keys),
        by=by,
        started_at=now,
    )
    BulkRow.objects.bulk_create([BulkRow(bulk=bulk, row=key) for key in keys], batch_size=5000)
    verb = "tried again" if act == Bulk.Act.REPLAY else f"given up ({reason})"
    entry = log.record(
        "system.bulk_begun",
        f"{len(keys):,} dead letters are {verb}: {bulk.what}",
        about=[bulk],
        by=by,
        at=now,
    )
    with log.because(entry.pk):
        outbox.enqueue(
            EFFECT,
            key=f"bulk:{bulk.pk}",
            company=company,
            payload={"bulk": bulk.pk},
            now=now,
        )
    return bulk


def take_turn(bulk: Bulk, *, now: datetime) -> bool:
    """Put the next rows in line; False when none is left or somebody cancelled."""
    with transaction.atomic():
        bulk = Bulk.objects.select_for_update(of=("self",)).select_related("by").get(pk=bulk.pk)
        if bulk.is_over:
            return False
        turn = list(bulk.rows.filter(done_at=None).order_by("pk")[:TURN])
        rows = _log(bulk.side).in_bulk([one.row for one in turn])
        for one in turn:
            subject = rows.get(one.row)
            one.took = subject is not None and _act(bulk, subject, now)
            one.done_at = now
        BulkRow.objects.bulk_update(turn, ["took", "done_at"])
        is_left = bulk.rows.filter(done_at=None).exists()
        if not is_left:
            _finish(bulk, now)
    return is_left


@transaction.atomic
def cancel(bulk: Bulk, *, by: User, now: datetime) -> bool:
    """Let the rest be; what is in line already stays there. False when it is over."""
    stopped = Bulk.objects.filter(pk=bulk.pk, finished_at=None, cancelled_at=None).update(
        cancelled_at=now, cancelled_by=by
    )
    if stopped:
        outbox.cancel(
            Effect.objects.filter(key=f"bulk:{bulk.pk}"), reason="a person stopped it", now=now
        )
        left = bulk.rows.filter(done_at=None).count()
        log.record(
            "system.bulk_cancelled",
            f"Stopped with {left:,} of {bulk.total:,} dead letters left: {bulk.what}",
            about=[bulk],
            by=by,
            at=now,
        )
    return bool(stopped)


@dataclass(frozen=True)
class Progress:
    """How far it is: rows put in line, and what became of them."""

    total: int
    in_line: int
    # No longer dead when their turn came.
    gone: int
    done: int
    dead: int

    @property
    def left(self) -> int:
        return self.total - self.in_line - self.gone

    @property
    def waiting(self) -> int:
        return max(self.in_line - self.done - self.dead, 0)

    @property
    def percent(self) -> int:
        return round(100 * (self.total - self.left) / self.total) if self.total else 100


def progress(bulk: Bulk) -> Progress:
    """Two statements, however many rows there are."""
    turns = bulk.rows.aggregate(
        in_line=Count("pk", filter=Q(took=True)),
        gone=Count("pk", filter=Q(took=False) & ~Q(done_at=None)),
    )
    taken = BulkRow.objects.filter(bulk=bulk, took=True).values("row")
    states = (
        _log(bulk.side)
        .filter(pk__in=taken)
        .aggregate(
            done=Count("pk", filter=Q(state__in=["done", "ignored", "cancelled"])),
            dead=Count("pk", filter=Q(state="dead")),
        )
    )
    return Progress(bulk.total, turns["in_line"], turns["gone"], states["done"], states["dead"])


def _finish(bulk: Bulk, now: datetime) -> None:
    bulk.finished_at = now
    bulk.save(update_fields=["finished_at"])
    took = bulk.rows.filter(took=True).count()
    verb = "are in line again" if bulk.act == Bulk.Act.REPLAY else "are given up"
    log.record(
        "system.bulk_finished",
        f"{took:,} of {bulk.total:,} dead letters {verb}: {bulk.what}",
        about=[bulk],
        by=None,
        at=now,
    )


def _act(bulk: Bulk, subject, now: datetime) -> bool:
    if bulk.side == Side.EVENTS:
        if subject.state != WebhookEvent.State.DEAD:
            return False
        if bulk.act == Bulk.Act.GIVE_UP:
            return process.give_up(subject, reason=bulk.reason, by=bulk.by, now=now)
        return process.replay(subject, by=bulk.by, now=now)
    if bulk.act == Bulk.Act.GIVE_UP:
        return outbox.give_up(subject, reason=bulk.reason, by=bulk.by, now=now)
    return outbox.retry(subject, by=bulk.by, now=now)


def _log(side: str):
    return WebhookEvent.objects.all() if side == Side.EVENTS else Effect.objects.all()
