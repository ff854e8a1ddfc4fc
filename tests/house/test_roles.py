"""The table of roles, held against every address with every method as everybody."""

import re

import pytest
from django.db import transaction
from django.test import Client
from django.urls import resolve, reverse

from arbook.companies.models import Role
from arbook.setup import roles
from arbook.setup.roles import AREAS, ELSEWHERE, Door
from tests import factories
from tests.house.fingerprints import of_all_tables
from tests.house.lived_in import lived_in
from tests.house.places import elsewhere, places

pytestmark = pytest.mark.django_db

READING, WRITING = ("get", "head"), ("post",)
UNSPOKEN = ("put", "patch", "delete", "options")
METHODS = (*READING, *WRITING, *UNSPOKEN)
# What an act may answer to somebody who may do it: done, gone elsewhere, not so, not yet.
LET_IN = {200, 204, 302, 303, 422}
OPENED = {200, 302}


@pytest.fixture
def here():
    return lived_in("here")


@pytest.fixture
def there():
    return lived_in("there")


def _client(user=None) -> Client:
    client = Client(raise_request_exception=False)
    if user:
        client.force_login(user)
    return client


def _ask(client: Client, method: str, path: str):
    """One request; what an act did is undone, so that each one meets the same rows."""
    before = transaction.savepoint() if method in WRITING else None
    answer = getattr(client, method)(path)
    if answer.streaming:
        list(answer)  # read to its end, which is what closes it here
    if before:
        transaction.savepoint_rollback(before)
    return answer


# --- The table is whole --------------------------------------------------------------------------


def test_every_place_of_a_company_is_in_the_table():
    known = roles.reading().keys() | roles.posting().keys()

    assert sorted({one.name for one in places()} - known) == []
    assert sorted(known - {one.name for one in places()}) == []


def test_every_other_place_is_in_the_table():
    known = {name for names in ELSEWHERE.values() for name in names}
    found = {one.name.split(":")[0] if one.name.startswith("admin:") else one.name
             for one in elsewhere()}  # fmt: skip

    assert sorted(found - known) == []
    assert sorted(known - found) == []


def test_no_place_has_two_lowest_roles():
    for of in (lambda act: (*act.reads, *act.forms), lambda act: (*act.posts, *act.forms)):
        names = [name for area in AREAS for act in area.acts for name in of(act)]
        assert sorted({name for name in names if names.count(name) > 1}) == []


def test_each_view_asks_for_the_role_the_table_tells():
    reading, posting, wrong = roles.reading(), roles.posting(), {}
    for place in places():
        asked = (place.view.company_role, place.view.company_write_role)
        read, post = reading.get(place.name), posting.get(place.name)
        if read is not None and asked[0] != read:
            wrong[place.name] = f"opened from {asked[0].label}, told {read.label}"
        if post is not None and asked[1] != post:
            wrong[place.name] = f"posted from {asked[1]}, told {post.label}"

    assert wrong == {}


def test_who_judges_inside_is_named_truly():
    from django.utils.module_loading import import_string

    named = [act.inside for area in AREAS for act in area.acts if act.inside]

    assert len(named) >= 3
    assert all(callable(import_string(one)) for one in named)


# --- Every address, every method, everybody ------------------------------------------------------


@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.label)
def test_a_member_gets_what_the_table_says(here, role):
    client, wrong, asked = _client(here.people[role]), {}, 0
    for place in places():
        path = place.path(here.values)
        for method in METHODS:
            asked += 1
            status = _ask(client, method, path).status_code
            if status not in _told(place.name, method, role):
                wrong[f"{method} {place.name}"] = status

    assert wrong == {}
    assert asked > 600


def _told(name: str, method: str, role: Role) -> set[int]:
    """The answers the table allows."""
    if method in UNSPOKEN:
        return {405}
    table = roles.reading() if method in READING else roles.posting()
    if name not in table:
        # An act has no page, a page takes no act. Who may not even act hears of neither.
        lowest = (roles.posting() if method in READING else roles.reading()).get(name)
        return {403} if lowest is not None and role < lowest else {405}
    if role < table[name]:
        return {403}
    return OPENED if method in READING else LET_IN


@pytest.mark.parametrize("who", ["stranger", "guest"])
def test_nobody_else_gets_anything(here, there, who):
    client = _client(there.people[Role.OWNER] if who == "stranger" else None)
    wrong, before = {}, of_all_tables()
    for place in places():
        for method in METHODS:
            answer = getattr(client, method)(place.path(here.values))
            if who == "stranger":
                fine = answer.status_code == 404
            else:
                fine = answer.status_code == 302 and "/accounts/login/" in answer["Location"]
            if not fine:
                wrong[f"{method} {place.name}"] = answer.status_code

    assert wrong == {}
    assert of_all_tables() == before


# --- Outside of companies ------------------------------------------------------------------------

VALUES = {
    "provider": "postmark",
    "token": "2-aaaaaaaaaaaaaaaa",
    "message_uuid": "6f2b6c0e-6d3c-4b7e-9d53-4d1a0a9d1b11",
    "company_uuid": "6f2b6c0e-6d3c-4b7e-9d53-4d1a0a9d1b12",
    "session_id": 1,
    "uidb36": "1",
    "key": "x-y",
}


def _paths(door: str) -> dict[str, str]:
    """The address of each place behind this door."""
    found = {}
    for place in elsewhere():
        if place.name in ELSEWHERE[door]:
            names = re.findall(r"<(?:\w+:)?(\w+)>", place.route)
            found[place.name] = reverse(place.name, kwargs={name: VALUES[name] for name in names})
    return found


@pytest.mark.parametrize("method", METHODS)
def test_what_needs_a_sign_in_asks_for_it(method):
    guest, wrong = _client(), {}
    for name, path in _paths(Door.SIGNED_IN).items():
        answer = getattr(guest, method)(path)
        asked = answer.status_code == 302 and "/accounts/login/" in answer["Location"]
        if not asked and answer.status_code != 405:
            wrong[name] = answer.status_code

    assert wrong == {}


@pytest.mark.parametrize("method", METHODS)
def test_support_is_closed_to_every_member_and_guest(here, method):
    for client in (_client(), _client(here.people[Role.OWNER])):
        for path in ("/support/", "/support/customers/customer/", "/support/anything/"):
            assert getattr(client, method)(path).status_code in (302, 403, 404, 405)


@pytest.mark.parametrize("method", METHODS)
def test_a_link_that_proves_nothing_leads_nowhere(here, method):
    client, wrong = _client(here.people[Role.OWNER]), {}
    for name in ("pay", "pay_done", "pay_texts", "unsubscribe"):
        status = getattr(client, method)(_paths(Door.LINK)[name]).status_code
        if status not in (404, 405):
            wrong[name] = status

    assert wrong == {}


@pytest.mark.parametrize("method", METHODS)
def test_a_vendor_without_a_signature_is_refused(here, method):
    for path in _paths(Door.VENDOR).values():
        assert getattr(_client(here.people[Role.OWNER]), method)(path).status_code in (
            *(400, 401, 403, 404, 405),
        )


def test_what_is_open_to_anyone_shows_no_company(here):
    for name, path in _paths(Door.ANYONE).items():
        answer = _client().get(path)
        assert answer.status_code < 500, name
        assert here.company.name not in answer.content.decode(), name


# --- The page ------------------------------------------------------------------------------------


def test_every_member_may_read_the_table(here):
    for role in Role:
        page = _client(here.people[role]).get(f"/c/{here.company.slug}/setup/members/roles/")
        text = page.content.decode()
        assert page.status_code == 200
        assert f"You are {role.label} of" in text
        for area in AREAS:
            for act in area.acts:
                assert act.said.replace("'", "&#x27;") in text


def test_the_table_is_found_from_the_members(here):
    page = _client(here.people[Role.VIEWER]).get(f"/c/{here.company.slug}/setup/members/")

    link = f"/c/{here.company.slug}/setup/members/roles/"
    assert link in page.content.decode()
    assert resolve(link).url_name == "roles"


def test_a_new_company_asks_managers_for_a_second_factor():
    from arbook.companies.models import Company

    assert Company(slug="new", name="New").second_factor_required
    assert not factories.company().second_factor_required
