import math
import threading
from datetime import timedelta

import pytest
from django.db import connection

from arbook.heartbeat import beats, jobs
from arbook.heartbeat.beats import Pulse
from arbook.heartbeat.jobs import Job, run_due
from arbook.heartbeat.models import Beat, JobRun
from tests import factories
from tests.factories import NOW

ran: list = []
ONE = Job("one", "tests.heartbeat.test_jobs.note", timedelta(minutes=15))
BROKEN = Job("broken", "tests.heartbeat.test_jobs.fail", timedelta(minutes=15))


def note(now) -> None:
    ran.append(now)


def fail(now) -> None:
    raise ValueError("no luck today")


@pytest.fixture(autouse=True)
def forget():
    ran.clear()


@pytest.mark.django_db
def test_a_job_runs_when_it_is_due_and_not_before():
    for minutes in (0, 1, 14, 15, 16, 29, 30):
        run_due([ONE], now=NOW + timedelta(minutes=minutes))

    assert ran == [NOW, NOW + timedelta(minutes=15), NOW + timedelta(minutes=30)]


@pytest.mark.django_db
def test_missed_beats_are_made_up_once():
    run_due([ONE], now=NOW)

    run_due([ONE], now=NOW + timedelta(days=3))
    run_due([ONE], now=NOW + timedelta(days=3, minutes=1))

    assert len(ran) == 2


@pytest.mark.django_db
def test_a_clock_that_was_moved_back_stops_no_job():
    run_due([ONE], now=NOW + timedelta(days=30))

    run_due([ONE], now=NOW)
    run_due([ONE], now=NOW + timedelta(minutes=1))

    assert ran == [NOW + timedelta(days=30), NOW]


@pytest.mark.django_db
def test_a_process_whose_clock_was_read_a_moment_earlier_does_not_run_it_again():
    run_due([ONE], now=NOW)

    assert run_due([ONE], now=NOW - timedelta(seconds=2)) == []


@pytest.mark.django_db
def test_everything_runs_also_what_is_not_due():
    run_due([ONE], now=NOW)

    run_due([ONE], now=NOW + timedelta(seconds=1), everything=True)

    assert len(ran) == 2


@pytest.mark.django_db
def test_a_failing_job_is_named_and_the_others_run():
    done = run_due([BROKEN, ONE], now=NOW)

    assert [(one.name, one.ok) for one in done] == [("broken", False), ("one", True)]
    assert ran == [NOW]
    row = JobRun.objects.get(name="broken")
    assert row.error == "ValueError: no luck today"
    assert row.ok_at is None and row.finished_at == NOW
    assert JobRun.objects.get(name="one").ok_at == NOW


@pytest.mark.django_db
def test_a_job_that_runs_well_again_forgets_its_trouble():
    run_due([BROKEN], now=NOW)

    run_due([Job("broken", ONE.path, ONE.every)], now=NOW + timedelta(minutes=15))

    assert JobRun.objects.get(name="broken").error == ""


@pytest.mark.django_db
def test_a_job_nobody_can_find_is_a_failure_like_another():
    done = run_due([Job("lost", "nowhere.at.all", timedelta(1)), ONE], now=NOW)

    assert not done[0].ok and "ModuleNotFoundError" in done[0].error
    assert done[1].ok


@pytest.mark.django_db(transaction=True)
def test_two_processes_at_the_same_moment_run_it_once():
    for round_ in range(5):
        at = NOW + timedelta(hours=round_)
        gate = threading.Barrier(4)

        def race(now=at, start=gate):
            start.wait()
            try:
                run_due([ONE], now=now)
            finally:
                connection.close()

        threads = [threading.Thread(target=race) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert len(ran) == 5


@pytest.mark.django_db
def test_one_companys_trouble_does_not_stop_the_others():
    companies = [factories.company(slug=slug, name=slug) for slug in ("a", "b", "c")]
    seen = []

    def work(company, now):
        if company.slug == "b":
            raise ValueError("bad books")
        seen.append(company.slug)

    with pytest.raises(jobs.SomeCompaniesFailed, match=r"^b: ValueError: bad books$"):
        jobs.each_company(work, NOW, companies=companies)

    assert seen == ["a", "c"]


@pytest.mark.django_db
def test_companies_that_ended_are_left_alone():
    factories.company(slug="gone", is_active=False)
    seen = []

    jobs.each_company(lambda company, now: seen.append(company.slug), NOW)

    assert seen == []


@pytest.mark.django_db
def test_a_pulse_is_written_once_however_often_it_is_called(django_assert_num_queries):
    pulse = Pulse("worker")

    with django_assert_num_queries(1):
        for _ in range(100):
            pulse()

    assert Beat.objects.get().busy_until is None


@pytest.mark.django_db
def test_a_longer_silence_is_announced_at_once_and_ended_by_the_next_beat():
    pulse = Pulse("worker")
    pulse()

    pulse(600)
    announced = Beat.objects.get()
    Pulse("worker")()

    assert announced.busy_until - announced.last_at == timedelta(seconds=600)
    assert Beat.objects.get().busy_until is None


@pytest.mark.django_db(transaction=True)
def test_the_supervisor_waits_for_an_announced_silence():
    from arbook.processes.heartbeat import age

    assert age("worker") == math.inf
    beats.beat("worker", busy=600)
    assert -601 < age("worker") < -590
    beats.beat("worker")
    assert 0 <= age("worker") < 10
