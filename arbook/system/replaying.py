"""Trying one row again on a person's word, and holding what happened against what was foretold.

What was foretold travels in the form, signed: looking ahead leaves nothing behind.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from django.apps import apps
from django.core import signing
from django.db import models, transaction

from arbook.audit.models import Entry
from arbook.companies.models import Company, User
from arbook.outbox import outbox
from arbook.outbox.models import Effect
from arbook.system import alike, logs, telling
from arbook.system.alike import Row, Run
from arbook.system.changes import values
from arbook.system.foretelling import Preview
from arbook.system.models import Replay
from arbook.webhooks import process
from arbook.webhooks.models import WebhookEvent

SALT = "system.foretold"
INTENT = ("kind", "key", "payload", "lane")
LASTS = 3600
"""Seconds after which a look ahead is too old to be held against anything."""


class ReplayRefused(Exception):
    """It cannot be tried again now. The message is fit for the screen."""


def seal(preview: Preview, company: Company, subject: models.Model) -> str:
    """The preview as a form carries it, for this row only."""
    kept = {
        "row": f"{subject._meta.label_lower}:{subject.pk}",
        "result": preview.result,
        "run": alike.as_json(preview.run),
        "parts": telling.parts(preview, company),
    }
    return signing.dumps(kept, salt=SALT, compress=True)


def open_seal(text: str, subject: models.Model) -> dict:
    """What was foretold of this row; nothing when it is too old, another's, or no seal at all."""
    try:
        kept = signing.loads(text, salt=SALT, max_age=LASTS)
    except signing.BadSignature:
        return {}
    return kept if kept.get("row") == f"{subject._meta.label_lower}:{subject.pk}" else {}


@transaction.atomic
def again(subject: WebhookEvent | Effect, *, foretold: str, by: User, now: datetime) -> Replay:
    """Put the row in line, on record, with what was foretold. Raises ReplayRefused."""
    is_event = isinstance(subject, WebhookEvent)
    try_again = process.replay if is_event else outbox.retry
    if not try_again(subject, by=by, now=now):
        raise ReplayRefused("Somebody was faster: it is being handled, or it is done.")
    return Replay.objects.create(
        company_id=subject.company_id,
        event=subject if is_event else None,
        effect=None if is_event else subject,
        by=by,
        at=now,
        foretold=open_seal(foretold, subject) if foretold else {},
    )


@dataclass(frozen=True)
class Held:
    """A replay beside what was foretold: each row with whether it is there."""

    replay: Replay
    # The parts of the preview; each of its rows has "kept": as foretold or not.
    parts: dict
    is_over: bool
    # How many rows came as foretold, how many did not, and what was recorded besides.
    kept: int
    missing: int
    besides: list[str]
    differences: list[str]

    @property
    def is_equal(self) -> bool:
        return self.is_over and not self.missing and not self.besides and not self.differences


def hold(replay: Replay) -> Held | None:
    """Compare a replay with its preview, as the tables stand now; None without a preview."""
    if not replay.foretold:
        return None
    subject = replay.event or replay.effect
    parts = dict(replay.foretold["parts"])
    over_at = subject.processed_at if replay.event else subject.finished_at
    is_over = over_at is not None and over_at >= replay.at
    if not is_over:
        return Held(replay, parts, False, 0, 0, [], [])
    if replay.effect:
        wrong = [
            f"{name}: foretold {told}, came {subject.result.get(name)}"
            for name, told in replay.foretold["result"].items()
            if subject.result.get(name) != told
        ]
        if subject.state != parts["state"]:
            wrong.append(f"It was to end {parts['state']} and ended {subject.state}.")
        return Held(replay, parts, True, 0, 0, [], wrong)
    told = alike.from_json(replay.foretold["run"])
    real = _real(told, replay, over_at)
    verdict = alike.compare(_as_intended(told), _as_intended(real))
    besides = [row.label for row in verdict.surplus if row.kind == "audit.entry"]
    found = {(row.kind, row.pk) for row, real in verdict.pairs if real}
    parts["rows"] = [row | {"kept": (row["kind"], row["pk"]) in found} for row in parts["rows"]]
    missing = sum(1 for _, real in verdict.pairs if not real)
    wrong = (
        []
        if subject.state == parts["state"]
        else [f"It was to end {parts['state']} and ended {subject.state}."]
    )
    return Held(replay, parts, True, len(found), missing, besides, wrong)


def _real(told: Run, replay: Replay, at: datetime) -> Run:
    """The foretold rows as they stand now, and everything new of their kinds since the preview."""
    rows: list[Row] = []
    for kind in {row.kind for row in told.rows}:
        model = apps.get_model(kind)
        of_kind = [row for row in told.rows if row.kind == kind]
        old = {row.pk: row for row in of_kind if not row.is_new}
        standing = model._base_manager.in_bulk(list(old))
        rows += [_as_it_is(row, standing.get(row.pk)) for row in old.values()]
        new = [row.pk for row in of_kind if row.is_new]
        if new:
            # Keys never come back: what the preview wrote and undid marks where new ones begin.
            since = model._base_manager.filter(pk__gt=max(new)).order_by("pk")[:500]
            rows += [_created(kind, row) for row in since]
    caused = _caused(replay)
    keep = [row for row in rows if row.kind != "audit.entry" or row.pk in caused]
    return Run(at, keep)


def _as_intended(run: Run) -> Run:
    """Of what was enqueued only the intent: by now it may have left."""
    rows = [
        replace(row, fields={name: row.fields[name] for name in INTENT if name in row.fields})
        if row.kind == "outbox.effect" and row.is_new
        else row
        for row in run.rows
    ]
    return Run(run.at, rows)


def _caused(replay: Replay) -> set[int]:
    """Keys of the entries that go back to the event's own."""
    return {entry.pk for entry in logs.led_to(replay.event.entry_id)} | {replay.event.entry_id}


def _as_it_is(row: Row, standing: models.Model | None) -> Row:
    if standing is None:
        return Row(
            row.kind,
            "deleted",
            row.pk,
            row.label,
            {name: [old, None] for name, (old, _) in row.fields.items()},
        )
    now = values(standing)
    fields = {name: [old, alike.plain(now.get(name))] for name, (old, _) in row.fields.items()}
    return Row(row.kind, "changed", row.pk, row.label, fields)


def _created(kind: str, row: models.Model) -> Row:
    fields = {name: [None, alike.plain(value)] for name, value in values(row).items()}
    label = row.said if isinstance(row, Entry) else ""
    return Row(kind, "created", row.pk, label, fields)
