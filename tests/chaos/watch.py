"""How long due rows wait, by the machine's own clock, looked at once a second.

A row waits from the moment it is seen due until it is taken, changes its turn or ends. One that
rests by its own backoff is not due. A row in the hands of a worker is timed apart: a worker that
was killed leaves it there until somebody notices.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import psycopg

DUE = """
SELECT 'effect', id, kind, state, attempts, extract(epoch FROM not_before)
FROM outbox_effect AS ready
WHERE (state = 'pending' AND not_before <= %(now)s AND (lane = '' OR NOT EXISTS (
          SELECT 1 FROM outbox_effect AS earlier
          WHERE earlier.lane = ready.lane AND earlier.id < ready.id
            AND earlier.state IN ('pending', 'in_flight', 'unsure'))))
   OR (state = 'unsure' AND not_before <= %(now)s)
   OR (state = 'in_flight' AND leased_until < clock_timestamp())
UNION ALL
SELECT 'event', id, vendor || ' ' || kind, state, attempts, extract(epoch FROM not_before)
FROM webhooks_webhookevent AS ready
WHERE (state = 'received' AND not_before <= %(now)s AND (lane = '' OR NOT EXISTS (
          SELECT 1 FROM webhooks_webhookevent AS earlier
          WHERE earlier.company_id = ready.company_id AND earlier.lane = ready.lane
            AND earlier.id < ready.id AND earlier.state IN ('received', 'in_flight'))))
   OR (state = 'in_flight' AND leased_until < clock_timestamp())
"""
HELD = """
SELECT 'effect', id, kind, attempts FROM outbox_effect WHERE state = 'in_flight'
UNION ALL
SELECT 'event', id, vendor || ' ' || kind, attempts
FROM webhooks_webhookevent WHERE state = 'in_flight'
"""
JOBS = "SELECT name, started_at FROM heartbeat_jobrun WHERE name = ANY(%s)"
FREQUENT = ["sync the books", "prepare reminders"]
"""Jobs that are due at every moment of a day that runs so fast."""


@dataclass
class Longest:
    """The longest of one kind of wait so far."""

    seconds: float = 0.0
    what: str = ""

    def offer(self, seconds: float, what: str) -> None:
        if seconds > self.seconds:
            self.seconds, self.what = seconds, what


@dataclass
class Watch:
    """What was seen; ``stalls`` are waits beyond the limit, each told once."""

    limit: float = 60.0
    waited: Longest = field(default_factory=Longest)
    held: Longest = field(default_factory=Longest)
    silent: Longest = field(default_factory=Longest)
    """The longest gap between two starts of a job that was due."""
    stalls: dict[str, float] = field(default_factory=dict)
    looks: int = 0
    blind: int = 0
    most_waiting: int = 0

    def run(self, connect: Callable, now: Callable, is_over: Callable[[], bool]) -> None:
        """Look once a second; a database that is away leaves every wait running."""
        self._due: dict[tuple, float] = {}
        self._in_hand: dict[tuple, float] = {}
        self._jobs: dict[str, tuple] = {}
        connection = None
        while not is_over():
            try:
                connection = connection or connect()
                self.look(connection, now(), time.monotonic())
            except psycopg.Error:
                self.blind += 1
                connection = None
            time.sleep(1)
        if connection:
            connection.close()

    def look(self, connection, now, moment: float) -> None:
        """Compare what is due with what was due a moment ago."""
        self.looks += 1
        due = connection.execute(DUE, {"now": now}).fetchall()
        self.most_waiting = max(self.most_waiting, len(due))
        self._due = {tuple(row): self._due.get(tuple(row), moment) for row in due}
        for row, since in self._due.items():
            self.seen_waiting(f"{row[0]} {row[1]} ({row[2]}, {row[3]}, try {row[4]})",
                              moment - since)  # fmt: skip
        held = connection.execute(HELD).fetchall()
        self._in_hand = {tuple(row): self._in_hand.get(tuple(row), moment) for row in held}
        for row, since in self._in_hand.items():
            self.held.offer(moment - since, f"{row[0]} {row[1]} ({row[2]}, try {row[3]})")
        for name, started in connection.execute(JOBS, [FREQUENT]).fetchall():
            last, since = self._jobs.get(name, (started, moment))
            if last != started:
                since = moment
            self._jobs[name] = (started, since)
            self.silent.offer(moment - since, name)

    def seen_waiting(self, what: str, seconds: float) -> None:
        self.waited.offer(seconds, what)
        if seconds > self.limit:
            self.stalls[what] = seconds
