"""Machines whose clocks do not agree with the database's."""

from datetime import datetime, timedelta

from arbook import clock


def set_off(monkeypatch, off: timedelta) -> None:
    """From now on this process runs on a machine whose clock is off by so much."""

    class Off(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + off

    monkeypatch.setattr(clock, "datetime", Off)
