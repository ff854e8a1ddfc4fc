"""One statement for those who wait at the same time.

While one thread of this process is storing, whoever arrives stands in line; the first of the line
then stores for all of it. Each commit costs the same however many rows it holds, so a burst is
taken in with few of them. Nobody is answered before the statement with his rows is committed.
"""

import threading
from collections.abc import Callable

from django.db import Error

MOST = 50
"""How many share one statement."""


class _Place:
    """One thread's place in the line; its lock opens when it is told what to do next."""

    __slots__ = ("opens", "rows", "stored", "was_served")

    def __init__(self, rows: list):
        self.rows = rows
        self.opens = threading.Lock()
        self.opens.acquire()
        self.was_served = False
        self.stored: int | None = None


class Line:
    """``write(rows)`` stores rows and returns how many of them were new."""

    def __init__(self, write: Callable[[list], int]):
        self._write = write
        self._guard = threading.Lock()
        self._places: list[_Place] = []
        self._is_busy = False

    def store(self, rows: list) -> int:
        """Store them, alone or with others; returns how many new rows the statement held.

        Raises only what ``write`` raises for these rows alone: a row that cannot be stored harms
        nobody else.
        """
        mine = _Place(rows)
        with self._guard:
            self._places.append(mine)
            leads, self._is_busy = not self._is_busy, True
        if not leads:
            mine.opens.acquire()
        if not mine.was_served:
            self._serve(mine)
        return self._write(rows) if mine.stored is None else mine.stored

    def _serve(self, mine: _Place) -> None:
        """Store for the head of the line, tell them, and give the lead to whoever came after."""
        with self._guard:
            served, self._places = self._places[:MOST], self._places[MOST:]
        stored = None
        try:
            stored = self._write([row for place in served for row in place.rows])
        except Error:
            # Whose row it was nobody knows: each tries again by himself.
            if len(served) == 1:
                raise
        finally:
            with self._guard:
                following = self._places[0] if self._places else None
                self._is_busy = following is not None
            for place in served:
                place.was_served, place.stored = True, stored
                if place is not mine:
                    place.opens.release()
            if following:
                following.opens.release()
