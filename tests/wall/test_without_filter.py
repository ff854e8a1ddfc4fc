"""The second wall alone: the application's filter is gone, and still nothing crosses.

Two lived-in companies; every address of the one is asked as each of its people, with its own
numbers and with the other's, for pages, parts, files and search, and every act is tried.
"""

import pytest
from django.db import connection, models, transaction
from django.test import Client

from arbook.companies.models import Role, User
from arbook.wall import tables
from arbook.wall.policies import owner
from tests.house.lived_in import LivedIn, lived_in
from tests.house.places import Place, places
from tests.house.test_tenants import _foreign
from tests.wall.forgetful import Forgetting, forgetting, without_wall

pytestmark = pytest.mark.django_db

MARK = "Qforeignq"
# Texts a person could read; what else there is of a company stands beside them.
TEXTS = """
    name company_name title why note reason body subject said number written memo letter sentence
    notes street city reference first_name external_id error
""".split()  # noqa: SIM905
PLAIN = ({}, {})
SEARCHED = [
    ({"q": MARK[:-3]}, {}),  # a part of it, because what was searched for is shown again
    ({"q": "ap", "state": "all", "status": "all", "page": "1"}, {}),
    ({}, {"HX-Request": "true"}),
]


@pytest.fixture
def here():
    return lived_in("here")


@pytest.fixture
def there():
    other = lived_in("there")
    for table in tables.walled().values():
        _mark(table, other)
    User.objects.filter(memberships__company=other.company).update(first_name=MARK)
    return other


def _mark(table: tables.Table, of: LivedIn) -> None:
    marked = [
        field.column
        for field in table.model._meta.local_concrete_fields
        if field.name in TEXTS
        and isinstance(field, models.CharField | models.TextField)
        and not field.choices
        and (field.max_length or 99) >= 20
    ]
    if marked and not table.label.startswith("audit."):
        setting = ", ".join(f"{one} = '{MARK}' || t.{table.pk}" for one in marked)
        whose = owner(table, "t").replace("{schema}.", "")
        with connection.cursor() as cursor:
            cursor.execute(
                f'UPDATE "{table.name}" t SET {setting} WHERE {whose} = %s', [of.company.pk]
            )


def _rows_of(of: LivedIn) -> list[tuple]:
    """A fingerprint of every row of the company in every walled table, in one statement."""
    asked = [
        f"SELECT '{table.label}', count(*), md5(string_agg(t::text, '|' ORDER BY t::text))"
        f' FROM "{table.name}" t WHERE {owner(table, "t")} = {of.company.pk}'
        for table in tables.walled().values()
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(asked).replace("{schema}.", ""))
        return sorted(cursor.fetchall())


def _client(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def _paths(place: Place, here: LivedIn, there: LivedIn) -> list[str]:
    """With its own numbers, and with each exchanged for the other company's."""
    foreign = [here.values | {name: there.values[name]} for name in place.numbers]
    return [place.path(values) for values in [here.values, *foreign]]


def _read(client: Client, here: LivedIn, there: LivedIn, ways: list) -> dict[str, str]:
    """Ask every address; returns what showed something of the other company."""
    crossed = {}
    for place in places():
        for number, path in enumerate(_paths(place, here, there)):
            for query, headers in ways if number == 0 else ways[:1]:
                answer = client.get(path, query, headers=headers)
                content = answer.getvalue() if answer.streaming else answer.content
                text = content.decode("utf-8", "replace")
                if MARK in text:
                    crossed[f"{path} {query}"] = "shown"
                elif number and answer.status_code == 200:
                    crossed[path] = "found"
    return crossed


def _act(client: Client, here: LivedIn, there: LivedIn, bodies: list[dict]) -> dict[str, str]:
    """Try every act; returns what changed a row of the other company. Each place is undone."""
    before, crossed = _rows_of(there), {}
    for place in places():
        if place.route.endswith("connections/sync/"):
            continue
        undo = transaction.savepoint()
        for path in _paths(place, here, there):
            for given in bodies:
                client.post(path, given)
        if (now := _rows_of(there)) != before:
            crossed[place.route] = ", ".join(sorted({row[0] for row in set(now) ^ set(before)}))
        transaction.savepoint_rollback(undo)
    return crossed


@pytest.fixture
def forgotten():
    with forgetting() as wrapper:
        yield wrapper


@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.label)
def test_nothing_of_another_company_is_shown(here, there, forgotten: Forgetting, role):
    # What is searched and in parts is the same code for all; what differs is which doors open.
    ways = [PLAIN, *SEARCHED] if role == Role.OWNER else [PLAIN]

    assert _read(_client(here.people[role]), here, there, ways) == {}
    # The filter was really gone, and from more than a few places.
    assert forgotten.forgotten > 300


@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.label)
def test_nothing_of_another_company_is_changed(here, there, forgotten: Forgetting, role):
    bodies = _foreign(here, there) if role == Role.OWNER else _foreign(here, there)[:1]

    assert _act(_client(here.people[role]), here, there, bodies) == {}
    assert role == Role.VIEWER or forgotten.forgotten > 100


def test_without_the_wall_the_same_walk_sees_the_other_company(here, there, forgotten):
    """What makes the tests above worth something."""
    with without_wall():
        crossed = _read(_client(here.people[Role.OWNER]), here, there, [PLAIN])

    assert list(crossed.values()).count("shown") > 30
    assert list(crossed.values()).count("found") > 3


def test_without_the_wall_the_same_acts_change_the_other_company(here, there, forgotten):
    with without_wall():
        bodies = _foreign(here, there)[:1]
        crossed = _act(_client(here.people[Role.OWNER]), here, there, bodies)

    assert len(crossed) > 10


def test_home_over_ones_companies_shows_no_others(here, there, forgotten):
    person = here.people[Role.OWNER]
    second = lived_in("second")
    second.company.memberships.filter(role=Role.OWNER).update(user=person)

    page = _client(person).get("/").content.decode()

    assert here.company.name in page
    assert second.company.name in page
    assert MARK not in page
    with without_wall():
        # It stumbles over rows of a company that is not among the person's.
        assert _client(person).get("/").status_code == 500


def test_customers_behind_a_link_meet_their_company_only(here, there, forgotten):
    from messaging.models import Message
    from reconciliation import paylinks
    from reconciliation.models import PayLink

    link = PayLink.objects.of(here.company).get()
    mail = Message.objects.of(here.company).filter(purpose=Message.Purpose.REMINDER).first()
    Message.objects.filter(pk=mail.pk).update(medium=Message.Medium.EMAIL)
    stranger = Client(raise_request_exception=False)

    for path in (
        f"/pay/{paylinks.token(link)}/",
        f"/pay/{paylinks.token(link)}/done/",
        f"/stop/{mail.uuid}/",
    ):
        answer = stranger.get(path)
        assert answer.status_code in (200, 503), path
        assert MARK not in answer.content.decode()
    assert forgotten.forgotten >= 3
