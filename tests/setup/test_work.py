"""The worker as a process: it wakes, survives its database's moods, and ends when asked."""

import signal
import time

import pytest
from django.db import connection

from arbook import clock
from arbook.heartbeat.models import Beat
from arbook.outbox import outbox
from arbook.outbox.models import Effect
from tests import factories
from tests.workers import Worker, wait_for


class Slow(Worker):
    """Looks by itself only once a minute, so that whatever is quick was woken."""

    PAUSE = "60"


@pytest.fixture
def worker(child_environment, sandbox):
    made = Slow(child_environment)
    wait_for(
        lambda: Beat.objects.filter(name__startswith="worker@").exists(), "the worker's first beat"
    )
    wait_for(lambda: _is_listening(made), "the worker to listen")
    yield made
    made.stop()


def _is_listening(worker: Worker) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_stat_activity WHERE application_name = %s AND state = 'idle'",
            [worker.name],
        )
        return cursor.fetchone() is not None


def _write(key: str) -> Effect:
    company = factories.company(alert_email="staff@harbor.example")
    return outbox.enqueue(
        "alerts.mail",
        key=key,
        company=company,
        payload={"to": "staff@harbor.example", "title": key, "text": "", "url": ""},
        now=clock.now(),
    )


def _is_done(effect: Effect) -> bool:
    return Effect.objects.filter(pk=effect.pk, state=Effect.State.DONE).exists()


def test_it_wakes_within_a_second_when_something_is_written(worker, sandbox):
    began = time.monotonic()
    effect = _write("one")

    wait_for(lambda: _is_done(effect), "the mail", seconds=10)

    assert time.monotonic() - began < 2
    assert [letter.subject[:3] for letter in sandbox.mailbox] == ["one"]


def test_it_goes_on_when_the_server_ends_its_connection(worker):
    for pid in worker._backends():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
    wait_for(lambda: _is_listening(worker), "the worker to come back", seconds=10)
    effect = _write("after")

    wait_for(lambda: _is_done(effect), "the mail", seconds=10)

    assert worker.process.poll() is None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_when_asked_and_promptly(worker, number):
    worker.process.send_signal(number)

    assert worker.process.wait(5) == 0


def test_what_it_holds_is_finished_before_it_ends(worker, sandbox):
    sandbox.faults.add("mail", "send", "slow", seconds=1.5)
    effect = _write("slow")
    wait_for(
        lambda: Effect.objects.filter(pk=effect.pk, state=Effect.State.IN_FLIGHT).exists(),
        "the mail to be under way",
    )

    worker.process.send_signal(signal.SIGTERM)

    assert worker.process.wait(10) == 0
    assert _is_done(effect)
