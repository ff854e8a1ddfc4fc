"""Sealing: side by side, late, killed in the middle."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction

from arbook.audit import log, sealing, verifying
from arbook.audit.models import Entry, Seal, Waiting
from tests.audit.chain.breaches import breach
from tests.factories import NOW, company, customer

pytestmark = pytest.mark.django_db


def test_a_batch_is_sealed_by_a_handful_of_statements(django_assert_max_num_queries, chain):
    for n in range(50):
        log.record("test.happened", f"More {n}", about=[], by=None, at=NOW)

    with django_assert_max_num_queries(8):
        assert sealing.seal_waiting(now=NOW) == 50


def test_what_was_taken_back_leaves_no_gap(chain):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        log.record("test.happened", "Taken back", about=[], by=None, at=NOW)
        raise ZeroDivisionError
    log.record("test.happened", "After it", about=[], by=None, at=NOW)

    assert sealing.seal_waiting(now=NOW) == 1
    assert verifying.verify().number == 10


def test_entries_that_nobody_seals_are_reported(chain):
    entry = log.record("test.happened", "Alone", about=[], by=None, at=NOW)
    waits = Waiting.objects.get(entry=entry)

    assert sealing.unsealed_since(now=waits.since)[0] == 0
    assert sealing.unsealed_since(now=waits.since + timedelta(minutes=11)) == (1, waits.since)


def _in_threads(count: int, act) -> None:
    def run(number):
        try:
            act(number)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.django_db(transaction=True)
def test_writers_and_sealers_side_by_side_leave_one_unbroken_chain():
    owner = customer(company())

    def write_and_seal(number):
        for n in range(40):
            with transaction.atomic():
                log.record("test.happened", f"{number}/{n}", about=[owner], by=None, at=NOW)
                if n % 7 == 0:
                    transaction.set_rollback(True)
            if n % 5 == number:
                sealing.seal_batch(now=NOW)

    _in_threads(4, write_and_seal)
    sealing.seal_waiting(now=NOW)

    found = verifying.verify()
    assert found.breach is None
    assert found.entries == Entry.objects.count() == Seal.objects.count() == 4 * 34
    assert not Waiting.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_entry_committed_late_is_sealed_late():
    started, may_end = threading.Event(), threading.Event()

    def slow(number):
        with transaction.atomic():
            log.record("test.happened", "Slow", about=[], by=None, at=NOW)
            started.set()
            may_end.wait(10)

    writer = threading.Thread(target=lambda: (slow(0), connections.close_all()))
    writer.start()
    started.wait(10)
    log.record("test.happened", "Quick", about=[], by=None, at=NOW)
    assert sealing.seal_waiting(now=NOW) == 1
    may_end.set()
    writer.join()
    assert sealing.seal_waiting(now=NOW) == 1

    assert [seal.entry.said for seal in Seal.objects.select_related("entry")] == ["Quick", "Slow"]
    assert breach() is None


@pytest.mark.django_db(transaction=True)
def test_a_sealer_killed_in_the_middle_leaves_no_half_sealed_batch():
    for n in range(20):
        log.record("test.happened", f"Number {n}", about=[], by=None, at=NOW)

    def killed(number):
        with transaction.atomic():
            sealing.seal_batch(now=NOW)
            # Another sealer at the same time finds the door locked and does nothing.
            _in_threads(1, lambda _: counts.append(sealing.seal_batch(now=NOW)))
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                pids.append(cursor.fetchone()[0])
            _in_threads(1, lambda _: _kill(pids[0]))
            Entry.objects.count()

    counts, pids, trouble = [], [], []

    def run(number):
        try:
            killed(number)
        except Exception as error:
            trouble.append(error)

    _in_threads(1, run)

    assert trouble and counts == [0]
    assert not Seal.objects.exists()
    assert sealing.seal_waiting(now=NOW) == 20
    assert breach() is None


def _kill(pid: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
