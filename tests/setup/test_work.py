"""The worker as a process: it wakes, survives its database's moods, and ends when asked."""

import signal
import time
from datetime import timedelta

import pytest
from django.db import connection

from arbook import clock
from arbook.heartbeat import beats
from arbook.heartbeat.models import Beat, JobRun
from arbook.outbox import outbox
from arbook.outbox.models import Effect
from arbook.schedule import JOBS
from tests import factories
from tests.workers import Worker, Workers, wait_for


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


def _write(key: str, *, now=None) -> Effect:
    company = factories.company(alert_email="staff@harbor.example")
    return outbox.enqueue(
        "alerts.mail",
        key=key,
        company=company,
        payload={"to": "staff@harbor.example", "title": key, "text": "", "url": ""},
        now=clock.now(),
        not_before=now,
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
    wait_for(lambda: sandbox.faults.count("mail"), "the mail to be under way")

    worker.process.send_signal(signal.SIGTERM)

    assert worker.process.wait(10) == 0
    assert _is_done(effect)


def test_it_gives_back_what_it_had_not_begun_and_another_goes_on_without_a_wait(
    child_environment, sandbox
):
    company = factories.company(alert_email="staff@harbor.example")
    outbox.enqueue_many(
        [
            outbox.Wanted(
                "alerts.mail", f"mail-{n}", company, {"to": "a@b.example", "title": f"{n}",
                "text": "", "url": ""},
            )
            for n in range(20)
        ],
        now=clock.now(),
    )  # fmt: skip
    sandbox.faults.add("mail", "send", "slow", seconds=1.0)
    workers = Workers(child_environment | {"OUTBOX_THREADS": "2"})
    try:
        old = workers.start()
        wait_for(lambda: Effect.objects.filter(state="in_flight").count() == 20, "the claim")
        wait_for(lambda: sandbox.faults.count("mail") > 0, "the first call")
        old.process.send_signal(signal.SIGTERM)

        assert old.process.wait(10) == 0
        left = Effect.objects.exclude(state="done")
        assert set(left.values_list("state", "attempts")) == {("pending", 0)}
        assert left.count() >= 14

        sandbox.faults.clear()
        workers.start()
        wait_for(lambda: not Effect.objects.exclude(state="done").exists(), "the new worker")
    finally:
        workers.stop()
    assert len(sandbox.mailbox) == 20
    assert set(Effect.objects.values_list("attempts", flat=True)) == {1}


def test_several_side_by_side_do_everything_once(child_environment, sandbox):
    company = factories.company()
    workers = Workers(child_environment)
    try:
        for _ in range(2):
            workers.start()
        outbox.enqueue_many(
            [
                outbox.Wanted("alerts.mail", f"m{n}", company, {"to": "a@b.example",
                              "title": f"letter {n}", "text": "", "url": ""})
                for n in range(30)
            ],
            now=clock.now(),
        )  # fmt: skip
        wait_for(lambda: not Effect.objects.exclude(state="done").exists(), "all letters")
        assert Beat.objects.filter(name__startswith="worker@").count() == 2
    finally:
        workers.stop()

    assert len({letter.subject for letter in sandbox.mailbox}) == len(sandbox.mailbox) == 30
    assert not Beat.objects.filter(name__startswith="worker@").exists()


def test_it_takes_up_a_job_whose_process_died_and_looks_itself_when_the_heartbeat_is_late(worker):
    """The heartbeat is alive at first: only the orphan is run."""
    beats.beat("schedule")
    JobRun.objects.create(
        name="clean sessions",
        started_at=clock.now(),
        holder="elsewhere:1",
        unfinished=1,
        leased_until=clock.system() - timedelta(seconds=1),
    )
    wait_for(lambda: JobRun.objects.exclude(ok_at=None).exists(), "the orphan to be run")
    assert JobRun.objects.count() == 1

    Beat.objects.filter(name="schedule").update(last_at=clock.system() - timedelta(seconds=46))

    wait_for(lambda: JobRun.objects.exclude(ok_at=None).count() == len(JOBS), "every job", 40)
    assert Beat.objects.get(name="schedule").last_at < clock.system() - timedelta(seconds=46)


def test_it_wakes_when_the_lease_of_a_dead_neighbour_runs_out(worker, sandbox):
    """It sleeps a minute at a time, and nobody tells it."""
    effect = _write("left behind", now=clock.now() + timedelta(hours=1))
    Effect.objects.update(
        state="in_flight",
        attempts=1,
        not_before=clock.now(),
        leased_until=clock.system() + timedelta(seconds=2),
    )
    outbox.wake()  # the neighbour claimed it, and then died

    wait_for(lambda: _is_done(effect), "the mail", seconds=10)

    assert Effect.objects.get(pk=effect.pk).attempts == 2
