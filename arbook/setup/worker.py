"""One worker: it drains as soon as there is something, and needs no heartbeat to go on.

The main thread hears notifications and drains inbound and outbound. Beside it a second thread does
what takes minutes (reading all books), takes up jobs whose process died, and runs what is due when
the heartbeat has been silent for too long.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable

import psycopg
from django.db import Error, close_old_connections, connection

from arbook import clock
from arbook.alerts import causes
from arbook.heartbeat import beats, jobs
from arbook.heartbeat.jobs import Job
from arbook.outbox.drain import drain
from arbook.outbox.outbox import CHANNEL
from arbook.processes import names
from arbook.setup import work

logger = logging.getLogger(__name__)

# The database was away, a deadlock was ours: the next look finds the rows as they are.
PASSING = (Error, psycopg.Error)
LOOK_AGAIN = 0.1
# A signal does not end psycopg's own wait, so that stays short.
HEARS_WITHIN = 1.0
# How often the second thread looks whether somebody else fails.
WATCHES_EVERY = 5.0
# Seconds without a look at what is due, after which a worker looks itself. A heartbeat comes every
# minute, so this is not rare and does no harm: a job belongs to whoever takes it first.
HEARTBEAT_LATE = 45.0
# How long what is under way may take after the order to end.
GRACE = 20.0


class Worker:
    """``run`` returns when ``stop`` was called and what was begun is finished."""

    def __init__(self, *, longest: float, schedule: Iterable[Job]):
        """``longest`` is the longest sleep in seconds, however little is known to be due."""
        self._longest = longest
        self._schedule = list(schedule)
        self._name = names.worker()
        self._pulse = beats.Pulse(self._name)
        self._is_stopping = False
        self._told_at = 0.0
        self._woken = threading.Event()
        self._began_at = time.monotonic()

    def stop(self, *_signal: object) -> None:
        # No lock is taken here: the thread that a signal interrupts may hold it.
        self._told_at = self._told_at or time.monotonic()
        self._is_stopping = True

    def is_stopping(self) -> bool:
        return self._is_stopping

    def run(self) -> None:
        logger.info("%s started", self._name)
        aside = threading.Thread(target=self._repeat, args=(self._watch,), daemon=True)
        aside.start()
        self._repeat(self._listen)
        self._woken.set()
        aside.join(max(self._told_at + GRACE - time.monotonic(), 0.1))
        try:
            jobs.hand_back(names.here())
            beats.forget(self._name)
        except Error as away:
            logger.warning("ending without the database: %s", away)
        logger.info("%s stopped", self._name)

    def _repeat(self, what: Callable[[], None]) -> None:
        """Do that until told to stop, through every mood of the database."""
        while not self._is_stopping:
            try:
                what()
            except PASSING as error:
                logger.warning("the database was away: %s", error)
            except Exception:
                # A bug of ours must not end the worker for everybody.
                logger.exception("%s stumbled", self._name)
            connection.close()
            if not self._is_stopping:
                time.sleep(1)

    # --- in turn ---------------------------------------------------------------------------------

    def _listen(self) -> None:
        close_old_connections()
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute(f"LISTEN {CHANNEL}")
        wait = None
        while not self._is_stopping:
            self._pulse()
            done = work.one_round(
                kinds=work.kinds_in_turn(), pulse=self._pulse, stopping=self.is_stopping
            )
            if done.left_something_dead:
                causes.tell_staff(clock.now())
            if done.did_something:
                # What came in the shadow of the last notification was not announced again.
                wait = LOOK_AGAIN
                continue
            if wait is None:
                due = work.seconds_until_due(now=clock.now())
                wait = self._longest if due is None else min(max(due, LOOK_AGAIN), self._longest)
            self._wait(wait)
            wait = None

    def _wait(self, seconds: float) -> None:
        """Until a notification comes, the time is over or we are told to stop."""
        until = time.monotonic() + seconds
        while not self._is_stopping and (left := until - time.monotonic()) > 0:
            heard = connection.connection.notifies(timeout=min(left, HEARS_WITHIN), stop_after=1)
            if list(heard):
                self._woken.set()
                break
            self._pulse()

    # --- beside ----------------------------------------------------------------------------------

    def _watch(self) -> None:
        close_old_connections()
        while not self._is_stopping:
            drain(now=clock.now, kinds=work.long_kinds(), stopping=self.is_stopping)
            self._look_after_jobs()
            self._woken.wait(WATCHES_EVERY)
            self._woken.clear()

    def _look_after_jobs(self) -> None:
        now = clock.now()
        jobs.run_orphaned(self._schedule, now=now)
        looked = beats.looked_ago()
        late = time.monotonic() - self._began_at if looked is None else looked
        if late > HEARTBEAT_LATE and not self._is_stopping:
            jobs.run_due(self._schedule, now=now)


def longest_sleep() -> float:
    """A movable clock jumps without a word; else what is known to be due is enough."""
    return 1.0 if clock.is_movable() else 15.0
