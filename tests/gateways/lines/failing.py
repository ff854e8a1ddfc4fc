"""A vendor asked until its line rests, and how the line stands."""

import pytest

from arbook.gateways import connections, lines
from arbook.gateways.errors import Unknown, Unreachable


def fail(ask, times=lines.FAILURES_IN_A_ROW):
    for _ in range(times):
        with pytest.raises((Unreachable, Unknown)):
            ask()


def line(connection) -> lines.Standing:
    return lines.standing(connections.line_of(connection))


def another_process(ask):
    """What a process asks that has read nothing yet."""
    lines.forget()
    return ask()
