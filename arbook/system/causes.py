"""Dead letters by cause: rows of both logs that died of the same thing stand together.

Errors are the same when they are so without their numbers: "Invoice 1041 is gone" and "Invoice 7 is
gone" are one cause. PostgreSQL does the reckoning, so that ten thousand rows cost two statements.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.db.models import CharField, Count, F, Func, Max, Min, QuerySet, Value
from django.db.models.functions import Coalesce, Concat, Left

from arbook.companies.models import Company
from arbook.outbox.models import Effect
from arbook.system import words
from arbook.system.models import Side
from arbook.webhooks.models import WebhookEvent

LONGEST = 160
MOST = 100
"""So many causes are shown at most."""


class _Same(Func):
    """An error without what differs from row to row: ids with digits in them."""

    function = "regexp_replace"
    template = (
        r"regexp_replace(%(expressions)s, '[[:alnum:]_+./:@-]*[0-9][[:alnum:]_+./:@-]*', '#', 'g')"
    )
    output_field = CharField()


@dataclass(frozen=True)
class Cause:
    """One reason why rows are dead, and how many."""

    side: str
    what: str
    failure: str
    error: str
    count: int
    oldest: datetime
    sample: int

    @property
    def key(self) -> str:
        """Names the cause in addresses and forms; the same as long as its rows are."""
        said = "\0".join((self.side, self.what, self.failure, self.error))
        return hashlib.sha256(said.encode()).hexdigest()[:20]

    @property
    def title(self) -> str:
        if self.side == Side.EFFECTS:
            return words.effect(self.what)
        vendor, _, kind = self.what.partition(" ")
        return words.event(vendor, kind)

    @property
    def failure_words(self) -> str:
        return words.failure(self.failure)


def dead(company: Company, side: str) -> QuerySet:
    """The dead rows of one log, each with its cause."""
    if side == Side.EVENTS:
        rows = WebhookEvent.objects.of(company).filter(state=WebhookEvent.State.DEAD)
        what, since = Concat("vendor", Value(" "), "kind"), "received_at"
    else:
        rows = Effect.objects.of(company).filter(state=Effect.State.DEAD)
        what, since = F("kind"), "created_at"
    return rows.annotate(
        what=what,
        same=Left(_Same(Left(F("error"), 400)), LONGEST),
        since=Coalesce(F("processed_at" if side == Side.EVENTS else "finished_at"), F(since)),
    ).order_by()


def by_cause(company: Company) -> list[Cause]:
    """The causes of both logs, the oldest first."""
    found = []
    for side in Side.values:
        groups = (
            dead(company, side)
            .values("what", "failure", "same")
            .annotate(count=Count("pk"), oldest=Min("since"), sample=Max("pk"))
        )
        found += [
            Cause(
                side,
                row["what"],
                row["failure"],
                row["same"],
                row["count"],
                row["oldest"],
                row["sample"],
            )
            for row in groups.order_by("oldest")[:MOST]
        ]
    return sorted(found, key=lambda one: one.oldest)


def find(company: Company, key: str) -> Cause | None:
    """The cause with this key, while rows still die of it."""
    return next((one for one in by_cause(company) if one.key == key), None)


def rows_of(company: Company, cause: Cause) -> QuerySet:
    """The dead rows of one cause, the oldest first."""
    rows = dead(company, cause.side)
    return rows.filter(what=cause.what, failure=cause.failure, same=cause.error).order_by("pk")
