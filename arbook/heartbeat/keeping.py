"""Holding on to what a process has taken, for as long as it lives and no longer.

A claim is short, so that the work of a process that died is taken up again within a minute. While
the work lasts, a thread beside it renews the claim; it dies with its process.
"""

import logging
import threading
import time
from collections.abc import Callable

from django.conf import settings
from django.db import Error, connections

logger = logging.getLogger(__name__)

EVERY = 10.0
# Two renewals may fail and a vendor's answer may take its time before a claim runs out.
SECONDS = settings.VENDOR_TIMEOUT + 2 * EVERY + 5


class Keeper:
    """Calls ``renew`` every ten seconds while the block lasts, ``longest`` seconds at most.

    Nothing is renewed, and no connection opened, for work that is done before that.
    """

    def __init__(self, renew: Callable[[], object], *, longest: float):
        self._renew = renew
        self._longest = longest
        self._over = threading.Event()
        self._renewed_at = time.monotonic()

    def __enter__(self) -> "Keeper":
        threading.Thread(target=self._keep, name="keeper", daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()

    @property
    def is_safe(self) -> bool:
        """Whether a call that begins now will be over before anybody else takes the work."""
        left = self._renewed_at + SECONDS - time.monotonic()
        return left > settings.VENDOR_TIMEOUT

    def _keep(self) -> None:
        end = time.monotonic() + self._longest
        try:
            while not self._over.wait(EVERY) and time.monotonic() < end:
                began = time.monotonic()
                try:
                    self._renew()
                except Error as away:
                    logger.warning("a claim was not renewed: %s", away)
                    _close_connections()
                else:
                    self._renewed_at = began
        finally:
            _close_connections()


def _close_connections() -> None:
    for used in connections.all(initialized_only=True):
        used.close()
