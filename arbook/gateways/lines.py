"""The line to one vendor for one company: whether we may ask now.

A vendor that failed several times in a row is left alone for a while, longer each time; then one
process asks once, and its answer decides for all. A vendor that asked us to slow down is left alone
as long as it said. What is known stands in the database; each process looks at most once a second,
and writes only when something changes.
"""

import logging
import random
import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Q

from arbook import clock
from arbook.gateways.errors import Resting, Throttled, VendorError
from arbook.gateways.models import Line

logger = logging.getLogger(__name__)

FAILURES_IN_A_ROW = 5
"""Failures after which a vendor is left alone."""
FIRST_REST = timedelta(seconds=15)
LONGEST_REST = timedelta(minutes=5)
LONGEST_THROTTLE = timedelta(hours=24)
LOOK_EVERY = 1.0
"""Seconds for which a process believes what it last read."""
PROBE_AGAIN = 5.0
"""Seconds after which those may ask again whom somebody else's try keeps waiting."""

FAILING, THROTTLED = Line.Resting.FAILING, Line.Resting.THROTTLED


@dataclass(frozen=True, slots=True)
class Standing:
    """How a line stands. ``until`` is when it may be asked again."""

    failures: int = 0
    resting: str = ""
    until: datetime | None = None
    reason: str = ""

    @property
    def is_clean(self) -> bool:
        return not (self.failures or self.resting)

    def wait(self, now: datetime) -> float:
        """Seconds until anybody may ask; more than a vendor can demand is a clock moved back."""
        seconds = (self.until - now).total_seconds() if self.until else 0.0
        return seconds if 0 < seconds <= LONGEST_THROTTLE.total_seconds() else 0.0

    def is_resting(self, now: datetime) -> bool:
        return self.wait(now) > 0

    def is_on_trial(self, now: datetime) -> bool:
        """Its rest after failures is over: the next answer decides."""
        return self.resting == FAILING and not self.is_resting(now)


_CLEAN = Standing()
_seen: dict[str, tuple[float, Standing]] = {}
_lock = threading.Lock()


def key_of(company_id: int, vendor: str) -> str:
    return f"{vendor}:{company_id}"


class asking:
    """Around one call: raises Resting instead of asking, and learns from how it ends.

    Without a key (credentials that are only being tried) nothing is learned.
    """

    def __init__(self, key: str, label: str):
        self._key, self._label = key, label
        self._is_probe = False

    def __enter__(self) -> None:
        if self._key:
            self._is_probe = _enter(self._key, self._label)

    def __exit__(self, kind, error: BaseException | None, trace) -> None:
        if not self._key:
            return
        try:
            self._learn(error)
        except DatabaseError:
            # Trouble with writing it down never hides how the call ended.
            logger.warning("how %s fares could not be written down", self._key, exc_info=True)

    def _learn(self, error: BaseException | None) -> None:
        match error:
            case Throttled() if not isinstance(error, Resting):
                _throttle(self._key, error)
            case VendorError() if error.is_outage:
                _fail(self._key, error)
            case None | VendorError() if not isinstance(error, Resting):
                _succeed(self._key)
            case _ if self._is_probe:
                # No word from the vendor: whoever comes next may try.
                Line.objects.filter(key=self._key).update(probe_until=None)


def standing(key: str) -> Standing:
    """How the line stands now, for the screen."""
    return _read(key)


def standings(keys: list[str]) -> dict[str, Standing]:
    """How several lines stand now, in one statement; a line nobody used stands well."""
    rows = Line.objects.filter(key__in=keys)
    known = rows.values_list("key", "failures", "resting", "rest_until", "reason")
    return dict.fromkeys(keys, _CLEAN) | {key: Standing(*row) for key, *row in known}


def try_now(key: str) -> None:
    """A person says: ask again at once."""
    Line.objects.filter(key=key).update(**_RESET)
    _remember(key, _CLEAN)


def forget() -> None:
    """Forget what this process read; the database stays."""
    with _lock:
        _seen.clear()


# -- before a call --------------------------------------------------------------------------------


def _enter(key: str, label: str) -> bool:
    """Whether this call is the one that tries a vendor after its rest."""
    now = clock.now()
    found = _look(key)
    if found.is_resting(now):
        raise _resting(label, found, found.wait(now))
    if not found.is_on_trial(now):
        return False
    if _win_probe(key, now):
        return True
    found = _read(key)
    if found.is_on_trial(now) or found.is_resting(now):
        raise _resting(label, found, max(found.wait(now), PROBE_AGAIN))
    return False


def _resting(label: str, found: Standing, wait: float) -> Resting:
    why = found.reason or "it failed several times in a row"
    kind = "asked us to slow down" if found.resting == THROTTLED else "is left alone for a while"
    return Resting(f"{label} {kind}: {why}", retry_after=wait + random.uniform(0, 1))  # noqa: S311


def _look(key: str) -> Standing:
    with _lock:
        at, found = _seen.get(key, (0.0, _CLEAN))
        if at and time.monotonic() - at < LOOK_EVERY:
            return found
        if at:  # the other threads go on with what is known while this one looks
            _seen[key] = (time.monotonic(), found)
    return _read(key)


def _read(key: str) -> Standing:
    row = (
        Line.objects.filter(key=key).values_list("failures", "resting", "rest_until", "reason")
    ).first()
    return _remember(key, Standing(*row) if row else _CLEAN)


def _remember(key: str, found: Standing) -> Standing:
    with _lock:
        _seen[key] = (time.monotonic(), found)
    return found


def _win_probe(key: str, now: datetime) -> bool:
    """One process wins the try; one that dies with it loses it after a while."""
    lease = now + timedelta(seconds=3 * settings.VENDOR_TIMEOUT + 15)
    nobody = Q(probe_until=None) | Q(probe_until__lte=now) | Q(probe_until__gt=_never(now))
    free = Line.objects.filter(nobody, key=key, resting=FAILING)
    return bool(free.exclude(_rests(now)).update(probe_until=lease))


def _never(now: datetime) -> datetime:
    """No rest ends after this: one that says so was written before a clock was moved back."""
    return now + LONGEST_THROTTLE


def _rests(now: datetime) -> Q:
    return Q(rest_until__gt=now, rest_until__lte=_never(now))


# -- after a call ---------------------------------------------------------------------------------

_RESET = {
    "failures": 0,
    "openings": 0,
    "resting": "",
    "rest_until": None,
    "probe_until": None,
    "reason": "",
    "failing_since": None,
}

_FAIL = """
INSERT INTO gateways_line AS line (key, failures, openings, resting, reason, failing_since)
VALUES (%(key)s, 1, 0, '', %(reason)s, %(now)s)
ON CONFLICT (key) DO UPDATE SET
    failures = line.failures + 1,
    reason = excluded.reason,
    failing_since = COALESCE(line.failing_since, excluded.failing_since),
    probe_until = NULL,
    openings = line.openings + CASE WHEN {opens} THEN 1 ELSE 0 END,
    resting = CASE WHEN {opens} THEN 'failing' ELSE line.resting END,
    rest_until = CASE WHEN {opens}
        THEN %(now)s + %(spread)s * LEAST(%(first)s * 2 ^ LEAST(line.openings, 20), %(longest)s)
            * interval '1 second'
        ELSE line.rest_until END
RETURNING failures, resting, rest_until, reason
""".format(
    opens="(line.failures + 1 >= %(most)s"
    " AND (line.rest_until IS NULL OR line.rest_until NOT BETWEEN %(now)s AND %(never)s))"
)

# A vendor that names a shorter time does not end a longer rest that still runs.
_SLOW_DOWN = """
INSERT INTO gateways_line AS line (key, failures, openings, resting, rest_until, reason)
VALUES (%(key)s, 0, 0, 'throttled', %(until)s, %(reason)s)
ON CONFLICT (key) DO UPDATE SET
    failures = CASE WHEN {outlasts} THEN line.failures ELSE 0 END,
    failing_since = CASE WHEN {outlasts} THEN line.failing_since END,
    resting = CASE WHEN {outlasts} THEN line.resting ELSE 'throttled' END,
    reason = CASE WHEN {outlasts} THEN line.reason ELSE excluded.reason END,
    rest_until = CASE WHEN {outlasts} THEN line.rest_until ELSE excluded.rest_until END,
    probe_until = NULL
RETURNING failures, resting, rest_until, reason
""".format(
    outlasts="(line.resting <> '' AND line.rest_until > excluded.rest_until"
    " AND line.rest_until <= %(never)s)"
)


def _succeed(key: str) -> None:
    with _lock:
        known = _seen.get(key, (0.0, _CLEAN))[1]
    if known.is_clean:
        return
    now = clock.now()
    # What a vendor demanded stands, whatever it still answered to calls under way.
    line = Line.objects.filter(key=key).exclude(_rests(now), resting=THROTTLED)
    if line.update(**_RESET):
        _remember(key, _CLEAN)


def _fail(key: str, error: VendorError) -> None:
    now = clock.now()
    values = {
        "key": key,
        "reason": str(error)[:300],
        "now": now,
        "never": _never(now),
        "most": FAILURES_IN_A_ROW,
        "first": FIRST_REST.total_seconds(),
        "longest": LONGEST_REST.total_seconds(),
        "spread": random.uniform(0.8, 1.2),  # noqa: S311 (spread, not secrecy)
    }
    with connection.cursor() as cursor:
        cursor.execute(_FAIL, values)
        found = _remember(key, Standing(*cursor.fetchone()))
    if found.failures == FAILURES_IN_A_ROW:
        logger.warning("%s is left alone until %s: %s", key, found.until, found.reason)


def _throttle(key: str, error: Throttled) -> None:
    now = clock.now()
    seconds = min(LONGEST_THROTTLE.total_seconds(), error.retry_after)
    values = {
        "key": key,
        "reason": str(error)[:300],
        "never": _never(now),
        "until": now + timedelta(seconds=seconds),
    }
    with connection.cursor() as cursor:
        cursor.execute(_SLOW_DOWN, values)
        _remember(key, Standing(*cursor.fetchone()))
