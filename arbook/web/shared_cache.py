"""Django's cache in PostgreSQL, for limits that all processes must count together.

Each act is one statement, so two requests at the same moment never count as one. Values are JSON,
and nothing is thrown away early to make room: a flood must not wash away the counters meant to
stop it. What has expired is swept daily. With ``REDIS_URL`` Redis takes its place.
"""

import json
from datetime import UTC, datetime

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import connection

GET = (
    "SELECT value FROM web_remembered"
    " WHERE key = %s AND (expires_at IS NULL OR expires_at > clock_timestamp())"
)
TOUCH = (
    "UPDATE web_remembered SET expires_at = %s"
    " WHERE key = %s AND (expires_at IS NULL OR expires_at > clock_timestamp()) RETURNING 1"
)
INCR = (
    "UPDATE web_remembered SET value = to_jsonb((value #>> '{}')::bigint + %s)"
    " WHERE key = %s AND (expires_at IS NULL OR expires_at > clock_timestamp()) RETURNING value"
)
SET = (
    "INSERT INTO web_remembered AS kept (key, value, expires_at) VALUES (%s, %s::jsonb, %s)"
    " ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value, expires_at = EXCLUDED.expires_at"
)
# A value that has expired is not there, whether or not it was swept.
ADD = SET + " WHERE kept.expires_at <= clock_timestamp() RETURNING 1"
DELETE = "DELETE FROM web_remembered WHERE key = %s RETURNING 1"
SWEEP = "DELETE FROM web_remembered WHERE expires_at < clock_timestamp()"


class SharedCache(BaseCache):
    def __init__(self, location, params):
        super().__init__(params)

    def add(self, key, value, timeout=DEFAULT_TIMEOUT, version=None) -> bool:
        return bool(self._one(ADD, [*self._row(key, value, timeout, version)]))

    def set(self, key, value, timeout=DEFAULT_TIMEOUT, version=None) -> None:
        self._one(SET + " RETURNING 1", [*self._row(key, value, timeout, version)])

    def get(self, key, default=None, version=None):
        row = self._one(GET, [self._key(key, version)])
        return json.loads(row[0]) if row else default

    def touch(self, key, timeout=DEFAULT_TIMEOUT, version=None) -> bool:
        return bool(self._one(TOUCH, [self._until(timeout), self._key(key, version)]))

    def incr(self, key, delta=1, version=None) -> int:
        row = self._one(INCR, [delta, self._key(key, version)])
        if row is None:
            raise ValueError(f"Key {key!r} is not there.")
        return json.loads(row[0])

    def delete(self, key, version=None) -> bool:
        return bool(self._one(DELETE, [self._key(key, version)]))

    def clear(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM web_remembered")

    def sweep(self) -> int:
        """Remove what has expired; returns how many."""
        with connection.cursor() as cursor:
            cursor.execute(SWEEP)
            return cursor.rowcount

    def _key(self, key: str, version) -> str:
        return self.make_and_validate_key(key, version=version)

    def _row(self, key: str, value, timeout, version) -> tuple[str, str, datetime | None]:
        return self._key(key, version), json.dumps(value), self._until(timeout)

    def _until(self, timeout) -> datetime | None:
        seconds = self.get_backend_timeout(timeout)
        return None if seconds is None else datetime.fromtimestamp(seconds, tz=UTC)

    def _one(self, statement: str, given: list):
        with connection.cursor() as cursor:
            cursor.execute(statement, given)
            return cursor.fetchone()
