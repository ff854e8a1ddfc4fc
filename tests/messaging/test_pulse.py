"""What an open inbox is told: nothing while nothing changed, and who else is writing."""

from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arbook import clock
from arbook.companies.models import Company, Role
from arbook.sandbox import clock as movable
from messaging import away, pulse, threads, typists
from messaging.models import Message, Thread
from tests import factories
from tests.messaging.talks import NOW, client_of, says, somebody, url


@pytest.fixture
def company(db):
    movable.move_to(NOW)
    made = factories.company(slug="harbor", name="Harbor Dental", mode="review")
    yield Company.objects.get(pk=made.pk)
    movable.reset()


def ask(client, company, thread=None, known=None):
    asked = (known or {}) | ({"thread": thread.pk} if thread else {})
    return client.get(url(company, "inbox_pulse"), asked, headers={"HX-Request": "true"})


def known_after(answer) -> dict:
    """What the part that came asks with the next time."""
    address = answer.content.decode().split('hx-get="')[1].split('"')[0].replace("&amp;", "&")
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def test_while_nothing_changes_the_answer_is_nothing(company):
    thread, client = somebody(company, 1), client_of(company)
    known = known_after(ask(client, company, thread))

    assert ask(client, company, thread, known).status_code == 204
    with CaptureQueriesContext(connection) as counted:
        ask(client, company, thread, known)
    # Session, person, role, the way in and out of the wall, thread, two versions, who writes.
    assert len(counted) <= 10


def change_state(thread, clerk):
    away.snooze(thread, until=date(2026, 11, 24), by=clerk, now=NOW)


def change_owner(thread, clerk):
    threads.assign(thread, owner=clerk, by=clerk, now=NOW)


def write_note(thread, clerk):
    threads.note(thread, body="x", by=clerk, now=NOW)


def write_again(thread, clerk):
    says(thread.company, thread.messages.first().address, "And?")


def be_delivered(thread, clerk):
    Message.objects.filter(thread=thread).update(state="failed", error="Landline")


@pytest.mark.parametrize(
    ("act", "queues"),
    [
        (change_state, True),
        (change_owner, True),
        (write_again, True),
        (write_note, True),
        (be_delivered, False),
    ],
)
def test_every_change_moves_the_version_of_what_it_changes(company, act, queues):
    thread, other = somebody(company, 1), somebody(company, 2)
    before = pulse.of_queues(company, now=NOW), pulse.of_talk(thread), pulse.of_talk(other)

    act(thread, factories.member(company))

    assert (pulse.of_queues(company, now=NOW) != before[0]) is queues
    assert pulse.of_talk(thread) != before[1]
    assert pulse.of_talk(other) == before[2]


def test_a_time_away_that_ends_moves_the_queues_by_itself(company):
    thread = somebody(company, 1)
    away.snooze(thread, until=date(2026, 11, 24), by=factories.member(company), now=NOW)

    before = pulse.of_queues(company, now=NOW)

    assert pulse.of_queues(company, now=NOW + timedelta(hours=1)) == before
    assert pulse.of_queues(company, now=NOW + timedelta(days=5)) != before


def test_the_parts_of_the_page_are_told_what_is_old(company):
    thread, client = somebody(company, 1), client_of(company)
    known = known_after(ask(client, company, thread))

    threads.note(thread, body="x", by=client.person, now=NOW)
    answer = ask(client, company, thread, known)

    assert answer.status_code == 200
    assert set(answer.headers["HX-Trigger"].split('"')) >= {"queue-changed", "thread-changed"}
    assert known_after(answer) != known


def test_others_see_that_somebody_writes_and_for_how_long(company):
    thread = somebody(company, 1)
    ana, ben = client_of(company), client_of(company)
    words = url(company, "thread_measure", thread.pk)
    known = known_after(ask(ben, company, thread))

    ana.post(words, {"kind": "sms", "body": "It is"})
    seen = ask(ben, company, thread, known)
    assert f"{ana.person}</span> is writing" in seen.content.decode()
    assert "HX-Trigger" not in seen.headers
    assert ask(ben, company, thread, known_after(seen)).status_code == 204
    assert "is writing" not in ask(ana, company, thread).content.decode()
    page = ben.get(thread.get_absolute_url()).content.decode()
    assert "is writing here" in page

    ana.post(words, {"kind": "sms", "body": ""})
    assert "is writing" not in ask(ben, company, thread).content.decode()
    typists.writes(thread, ana.person, now=clock.system() - typists.LASTS)
    assert typists.beside(thread, ben.person, now=clock.system()) == []


def test_nobody_hears_of_another_companys_conversation(company):
    foreign = Company.objects.get(pk=factories.company().pk)
    thread = somebody(foreign, 1)
    typists.writes(thread, factories.member(foreign), now=clock.system())
    client = client_of(company, Role.VIEWER)

    answer = ask(client, company, thread)

    assert "is writing" not in answer.content.decode()
    assert known_after(answer) == known_after(ask(client, company))
    assert ask(client, foreign, thread).status_code == 404


@pytest.mark.parametrize("shown", ["", "x", "-1", "99999999999999999999"])
def test_nonsense_is_no_conversation(company, shown):
    answer = client_of(company).get(url(company, "inbox_pulse"), {"thread": shown})

    assert answer.status_code == 200
    assert not Thread.objects.exists()
