"""django-q2 beats once a minute, and our own list says what is due."""

import os
import signal
import subprocess
import sys

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils.module_loading import import_string
from django_q.models import Schedule

from arbook import schedule
from arbook.heartbeat.models import Beat, JobRun
from tests.workers import CHECKOUT, wait_for


@pytest.mark.django_db
def test_migrate_writes_the_schedule_once():
    call_command("migrate", verbosity=0)
    call_command("migrate", verbosity=0)

    row = Schedule.objects.get()
    assert (row.name, row.func) == ("heartbeat", "arbook.schedule.beat")
    assert (row.schedule_type, row.minutes, row.repeats) == (Schedule.MINUTES, 1, -1)


@pytest.mark.django_db
def test_what_somebody_else_scheduled_is_removed_and_the_next_run_is_kept():
    call_command("migrate", verbosity=0)
    due = Schedule.objects.get().next_run
    Schedule.objects.create(name="old", func="gone.away", schedule_type=Schedule.DAILY)

    call_command("migrate", verbosity=0)

    assert Schedule.objects.get().next_run == due


@pytest.mark.django_db
def test_an_app_migrated_before_the_queue_has_its_table_is_no_trouble():
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE django_q_schedule RENAME TO away")

    call_command("migrate", "companies", verbosity=0)


def test_every_job_can_be_found_and_has_a_name_of_its_own():
    names = [job.name for job in schedule.JOBS]

    assert len(set(names)) == len(names)
    assert all(callable(import_string(job.path)) for job in schedule.JOBS)
    assert all(len(name) <= 60 for name in names)


@pytest.mark.django_db
def test_a_beat_leaves_a_sign_and_runs_what_is_due():
    schedule.beat()
    schedule.beat()

    assert Beat.objects.get().name == "schedule"
    assert set(JobRun.objects.values_list("name", flat=True)) == {job.name for job in schedule.JOBS}


def test_the_cluster_beats_by_itself(child_environment, sandbox):
    call_command("migrate", verbosity=0)  # the tables were emptied, the schedule with them
    cluster = subprocess.Popen(
        [sys.executable, "manage.py", "qcluster"],
        cwd=CHECKOUT,
        env=child_environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_for(lambda: Beat.objects.filter(name="schedule").exists(), "a beat", seconds=75)
        wait_for(
            lambda: JobRun.objects.exclude(ok_at=None).count() == len(schedule.JOBS),
            "every job to have run",
        )
    finally:
        # The main process alone: it lets its workers finish.
        cluster.send_signal(signal.SIGTERM)
        try:
            cluster.wait(20)
        finally:
            for number in (signal.SIGTERM, signal.SIGKILL):
                try:
                    os.killpg(cluster.pid, number)
                except ProcessLookupError:
                    break
