"""What a stricter vendor would not let pass: too many calls of one account in a time.

Off until it is set, by a test or in the control room; calls are counted as they arrive, on the
machine's own clock. The most that any second and any minute held is remembered, so that a test can
say how fast an account was asked even while nothing is refused.
"""

import threading
import time
from collections import defaultdict, deque
from dataclasses import dataclass


@dataclass(frozen=True)
class Limit:
    per_second: int
    per_minute: int
    retry_after: int | None = None


@dataclass
class Most:
    """The most calls of one account in any second and in any minute, and how many were refused."""

    in_a_second: int = 0
    in_a_minute: int = 0
    refused: int = 0


class Limits:
    """Limits by vendor, and what each account used. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        with self._lock:
            self._limits: dict[str, Limit] = {}
            self._calls: dict[tuple[str, str], deque[float]] = defaultdict(deque)
            self._most: dict[tuple[str, str], Most] = defaultdict(Most)

    def set(
        self,
        vendor: str,
        *,
        per_second: int = 10,
        per_minute: int = 500,
        retry_after: int | None = None,
    ) -> None:
        """Refuse with 429 what exceeds one of the two from now on."""
        with self._lock:
            self._limits[vendor] = Limit(per_second, per_minute, retry_after)

    def active(self) -> dict[str, Limit]:
        with self._lock:
            return dict(self._limits)

    def exceeded(self, vendor: str, account: str) -> Limit | None:
        """Count one call; the limit it breaks, if it breaks one. A refused call counts as well."""
        with self._lock:
            limit = self._limits.get(vendor)
            if limit is None or not account:
                return None
            now = time.monotonic()
            calls, most = self._calls[vendor, account], self._most[vendor, account]
            calls.append(now)
            while calls[0] <= now - 60:
                calls.popleft()
            in_second = sum(1 for one in reversed(calls) if one > now - 1)
            most.in_a_second = max(most.in_a_second, in_second)
            most.in_a_minute = max(most.in_a_minute, len(calls))
            if in_second <= limit.per_second and len(calls) <= limit.per_minute:
                return None
            most.refused += 1
            return limit

    def most(self, vendor: str, account: str) -> Most:
        with self._lock:
            seen = self._most[vendor, account]
            return Most(seen.in_a_second, seen.in_a_minute, seen.refused)

    def seen(self) -> dict[str, Most]:
        with self._lock:
            return {f"{vendor} {account}": most for (vendor, account), most in self._most.items()}
