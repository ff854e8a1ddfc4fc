"""The application's filter taken away: inside a company every condition on it is made void.

It is done to the SQL on its way to the server, so it meets the ORM and what is written by hand
alike, and no function of ours is another than in production.
"""

import contextlib
import re
from collections.abc import Iterator
from unittest import mock

from django.db import connection

from arbook.wall import session

_VALUE = r"(?:%s|%\(\w+\)s|-?\d+)"
_CONDITION = re.compile(
    r"(?P<before>\b(?:WHERE|AND|ON|OR|NOT|WHEN)\s+\(*|\(\s*)"
    r'(?P<asked>(?:"?\w+"?\.)?"?company_id"?\s*(?:'
    rf"=\s*(?:{_VALUE}|ANY\s*\([^()]*\))|IN\s*\((?:[^()]|\([^()]*\))*\)))",
    re.I,
)


class Forgetting:
    """Counts what it made void, so that a test can tell that it did."""

    def __init__(self):
        self.forgotten = 0

    def __call__(self, execute, sql, params, many, context):
        if session._place.get() is not None and isinstance(sql, str):
            sql, times = _CONDITION.subn(r"\g<before>(\g<asked> OR TRUE)", sql)
            self.forgotten += times
        return execute(sql, params, many, context)


@contextlib.contextmanager
def forgetting() -> Iterator[Forgetting]:
    """While this lasts, no statement inside a company asks for its company."""
    wrapper = Forgetting()
    with connection.execute_wrapper(wrapper):
        yield wrapper


def without_wall() -> contextlib.AbstractContextManager:
    """Sessions stay outside, whatever the context says: to prove that a test can fail."""
    return mock.patch.object(session.Doorkeeper, "settle", lambda self: None)
