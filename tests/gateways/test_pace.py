"""No company's books are asked faster than Intuit allows, however many processes ask."""

import subprocess
import sys
import threading
import time

import pytest
from django.db import connection as database
from django.db import connections as databases

from arbook.gateways import lines, pace, quickbooks
from arbook.gateways.errors import Resting, Throttled
from tests.environment import CHECKOUT

REALM = "9130350000000001"


@pytest.fixture
def usual_pace(settings):
    settings.QUICKBOOKS_PER_SECOND = 10
    settings.QUICKBOOKS_PER_MINUTE = 500


@pytest.fixture
def slept(monkeypatch):
    """How long the gateway wanted to sleep, instead of sleeping."""
    waits = []
    monkeypatch.setattr(time, "sleep", waits.append)
    return waits


def hand_out(number, **how) -> list[float]:
    """The moments of the next requests, in seconds from the first one handed out."""
    moments = []
    for _ in range(number):
        pace.take(REALM, **how)
        with database.cursor() as cursor:
            cursor.execute("SELECT slots[cardinality(slots)] FROM gateways_line")
            moments.append(cursor.fetchone()[0])
    return [moment - moments[0] for moment in moments]


def most_within(moments, seconds) -> int:
    return max(sum(1 for one in moments if start <= one < start + seconds) for start in moments)


@pytest.mark.django_db(transaction=True)
def test_three_processes_keep_within_ten_requests_a_second(
    sandbox, books, company, child_environment
):
    sandbox.limits.set("quickbooks", per_second=10, per_minute=500)
    limits = {"QUICKBOOKS_PER_SECOND": "10", "QUICKBOOKS_PER_MINUTE": "500"}
    command = [sys.executable, "-m", "tests.gateways.hammer", company.slug, "3"]
    children = [
        subprocess.Popen(
            command,
            env=child_environment | limits,
            cwd=CHECKOUT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for child in children:
        assert child.stdout.readline() == "ready\n"

    for child in children:
        child.stdin.write("go\n")
        child.stdin.flush()
    told = [child.communicate(timeout=60)[0].split() for child in children]

    most = sandbox.limits.most("quickbooks", REALM)
    assert most.refused == 0
    assert 7 <= most.in_a_second <= 10
    asked = [int(asked) for asked, _ in told]
    # The pace is used, not just kept: three seconds allow about twenty-five requests.
    assert sum(asked) >= 15
    assert min(asked) >= 1


def test_a_burst_leaves_at_once_and_what_follows_is_spread(usual_pace, db, slept):
    moments = hand_out(30)

    assert moments[8] < 0.5  # nine at once
    assert most_within(moments, 1.0) <= 10
    assert slept and max(slept) <= pace.LONGEST_WAIT


def test_no_minute_holds_more_than_it_may(settings, db, slept):
    settings.QUICKBOOKS_PER_SECOND = 1000
    settings.QUICKBOOKS_PER_MINUTE = 600
    moments = []
    while len(moments) < 60:
        try:
            moments += hand_out(1)
        except Resting:
            break

    # 24 at once, then one each sixteenth of a second or slower, up to the longest wait.
    assert 24 <= len(moments) < 24 + 1 + pace.LONGEST_WAIT * 10


def test_who_must_wait_too_long_is_not_kept_waiting(usual_pace, db, slept):
    with pytest.raises(Resting) as refusal:
        hand_out(100)

    assert pace.LONGEST_WAIT < refusal.value.retry_after < 2 * pace.LONGEST_WAIT
    assert isinstance(refusal.value, Throttled)


def test_bulk_reading_leaves_room_for_those_who_wait(usual_pace, db, slept):
    hand_out(7, bulk=True)
    waited = len(slept)

    hand_out(2)

    assert len(slept) == waited
    with pytest.raises(Resting):
        hand_out(100, bulk=True)


def test_each_company_has_a_pace_of_its_own(usual_pace, db, slept):
    for _ in range(9):
        pace.take(REALM)

    pace.take("another")

    assert slept == []


def test_a_server_whose_clock_was_set_back_stops_nobody(usual_pace, db, slept):
    pace.take(REALM)
    with database.cursor() as cursor:
        cursor.execute("UPDATE gateways_line SET slots = ARRAY[slots[1] + 3600]")

    pace.take(REALM)

    assert slept == []


def test_waiting_for_the_pace_is_no_failure_of_quickbooks(sandbox, usual_pace, books, slept):
    with pytest.raises(Resting):
        for _ in range(100):
            books.count("Invoice")

    assert lines.standing(lines.key_of(books._connection.company_id, "quickbooks")).is_clean


def test_the_rate_in_use_can_be_read(sandbox, books):
    for _ in range(7):
        books.count("Invoice")

    assert pace.in_use(REALM).used == 7
    assert pace.in_use("another").used == 0


@pytest.mark.django_db(transaction=True)
def test_threads_of_one_process_share_the_pace(sandbox, usual_pace, company, books):
    sandbox.limits.set("quickbooks", per_second=10, per_minute=500)

    def ask():
        quickbooks.of(company).count("Invoice")
        quickbooks.of(company).count("Customer")
        databases.close_all()

    together = [threading.Thread(target=ask) for _ in range(8)]
    for one in together:
        one.start()
    for one in together:
        one.join()

    most = sandbox.limits.most("quickbooks", REALM)
    assert most.refused == 0
    assert most.in_a_second <= 10
