"""``manage.py work``: the worker that drains inbound and outbound as soon as there is something."""

import logging
import os
import signal
import time

import psycopg
from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, close_old_connections, connection

from arbook.heartbeat.jobs import Pulse
from arbook.outbox.outbox import CHANNEL
from arbook.setup.work import one_round

logger = logging.getLogger(__name__)

LOOK_AGAIN = 0.1
HEARS_WITHIN = 1.0


class Command(BaseCommand):
    help = "Drain inbound events and outbound effects until told to stop."

    def add_arguments(self, parser):
        parser.add_argument(
            "--pause", type=float, default=1.0, help="Longest wait between looks, in seconds."
        )

    def handle(self, *args, pause: float, **options):
        self.stopping = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        logger.info("worker %s started", os.getpid())
        while not self.stopping:
            try:
                self._listen(pause)
            except (OperationalError, InterfaceError, psycopg.OperationalError) as error:
                # The server restarts or is away: come back when it does.
                logger.warning("database away: %s", error)
                connection.close()
                time.sleep(1)
        logger.info("worker %s stopped", os.getpid())

    def _stop(self, number, frame):
        self.stopping = True

    def _listen(self, pause: float) -> None:
        close_old_connections()
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute(f"LISTEN {CHANNEL}")
        wait, pulse = pause, Pulse("worker")
        while not self.stopping:
            pulse()
            if one_round(pulse=pulse).did_something:
                # What came in the shadow of the last notification was not announced again.
                wait = LOOK_AGAIN
                continue
            self._wait(wait)
            wait = pause

    def _wait(self, seconds: float) -> None:
        """Until a notification comes, the time is over or we are told to stop."""
        until = time.monotonic() + seconds
        while not self.stopping and (left := until - time.monotonic()) > 0:
            # A signal does not end psycopg's own wait, so that stays short.
            if list(connection.connection.notifies(timeout=min(left, HEARS_WITHIN), stop_after=1)):
                break
