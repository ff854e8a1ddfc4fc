"""Members of django-q2's cluster are killed while they idle: nothing stalls, nothing runs twice.

Some of these kills stall a cluster for good: the dead held a lock. The worker notices that nobody
has looked what is due, and looks itself; the supervisor's part is in tests/processes.
"""

import contextlib
import os
import signal
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command

from arbook import clock
from arbook.heartbeat.models import Beat, JobRun
from arbook.sandbox import clock as movable
from arbook.schedule import JOBS
from arbook.setup.worker import HEARTBEAT_LATE
from messaging.models import Message
from tests.clusters import Cluster
from tests.desk import MORNING, Desk
from tests.workers import Workers, wait_for

VICTIMS = ("worker", "monitor", "pusher", "sentinel")


@pytest.fixture
def cluster(child_environment, sandbox):
    movable.move_to(MORNING)
    call_command("migrate", verbosity=0)
    made, workers = Cluster(child_environment), Workers(child_environment)
    try:
        workers.start()
        yield made
    finally:
        made.stop()
        workers.stop()


def test_a_cluster_that_loses_one_after_the_other_stalls_nothing(cluster, sandbox):
    desk = Desk(sandbox)
    desk.owes("Acorn", "100.00", mobile="+12125550111")
    cluster.send_beat()
    wait_for(lambda: _all_ran_since(MORNING), "the first beat", seconds=60)
    members = _members(cluster)

    for victim in VICTIMS:
        with contextlib.suppress(ProcessLookupError):
            os.kill(members[victim], signal.SIGKILL)
        movable.move(timedelta(days=2))
        since = clock.now()
        # As if it had been dead for that long: nobody waits for three quarters of a minute here.
        Beat.objects.filter(name="schedule").update(
            last_at=clock.system() - timedelta(seconds=HEARTBEAT_LATE)
        )

        wait_for(lambda since=since: _all_ran_since(since), f"jobs without {victim}", seconds=60)

    assert not JobRun.objects.exclude(error="").exists()
    assert Message.objects.count() == 1


def _all_ran_since(instant) -> bool:
    return JobRun.objects.filter(ok_at__gte=instant).count() == len(JOBS)


def _members(cluster: Cluster) -> dict[str, int]:
    """Which is which: the sentinel starts its workers, then the monitor, then the pusher."""
    parents = {}
    for pid in cluster.members():
        with contextlib.suppress(OSError):
            parents[pid] = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    [sentinel] = [pid for pid, parent in parents.items() if parent == cluster.process.pid]
    children = sorted(pid for pid, parent in parents.items() if parent == sentinel)
    assert len(children) == 4, parents
    return dict(zip(("worker", "other", "monitor", "pusher"), children, strict=True)) | {
        "sentinel": sentinel
    }
