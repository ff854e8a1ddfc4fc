"""Those who wait at the same time share a statement, and nobody's trouble is another's."""

import threading
import time

import pytest
from django.db import DataError

from arbook.webhooks.together import MOST, Line


class Table:
    """Keeps rows as slowly as told; refuses a statement that holds a bad row."""

    def __init__(self, seconds=0.0):
        self.statements: list[list] = []
        self.seconds = seconds

    def write(self, rows):
        time.sleep(self.seconds)
        if "bad" in rows:
            raise DataError("bad row")
        self.statements.append(rows)
        return len(rows)

    @property
    def rows(self):
        return [row for statement in self.statements for row in statement]


def _at_once(line: Line, posts: list[list]) -> list:
    """What each of the posts is told, all made while a first one is being stored."""
    told = [None] * len(posts)

    def post(number):
        try:
            told[number] = line.store(posts[number])
        except DataError as refusal:
            told[number] = str(refusal)

    threads = [threading.Thread(target=post, args=(number,)) for number in range(len(posts))]
    for one in threads:
        one.start()
        time.sleep(0.002)
    for one in threads:
        one.join(10)
    assert not any(one.is_alive() for one in threads)
    return told


def test_who_is_alone_does_not_wait():
    table = Table()

    assert Line(table.write).store(["a", "b"]) == 2
    assert table.statements == [["a", "b"]]


def test_those_who_wait_share_the_next_statement():
    table = Table(seconds=0.2)

    told = _at_once(Line(table.write), [[number] for number in range(9)])

    assert table.statements == [[0], list(range(1, 9))]
    assert told == [1] + [8] * 8


def test_one_bad_row_harms_nobody_else():
    table = Table(seconds=0.1)

    told = _at_once(Line(table.write), [["a"], ["b"], ["bad"], ["c"]])

    assert told == [1, 1, "bad row", 1]
    assert sorted(table.rows) == ["a", "b", "c"]


def test_after_trouble_the_line_goes_on():
    line = Line((table := Table()).write)
    with pytest.raises(DataError, match="bad row"):
        line.store(["bad"])

    assert line.store(["a"]) == 1
    assert table.rows == ["a"]


def test_a_long_line_is_served_in_parts_and_each_row_once():
    table = Table(seconds=0.3)
    posts = [[number] for number in range(MOST + 20)]

    _at_once(Line(table.write), posts)

    assert sorted(table.rows) == list(range(MOST + 20))
    assert max(len(statement) for statement in table.statements) <= MOST
