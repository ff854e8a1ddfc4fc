"""Sessions are seen, ended, and end with what they stood on."""

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from arbook.companies.models import Role
from arbook.setup import members
from tests import factories
from tests.companies.front_door.browsing import NEW, PASSWORD, is_in, sign_in, verbs
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def _browsers(person, *agents: str) -> list[Client]:
    clients = [Client(headers={"User-Agent": agent}) for agent in agents]
    for client in clients:
        sign_in(client, person.email)
    return clients


def test_sessions_are_listed_and_ended_one_by_one(company, owner):
    here, there = _browsers(owner, "Mozilla Firefox/140 Windows", "Mozilla Chrome/150 Android")

    page = here.get("/accounts/sessions/").content.decode()
    for words in ("Firefox on Windows", "Chrome on Android", "This one"):
        assert words in page
    row = UserSession.objects.get(user_agent__contains="Android")
    here.post(f"/accounts/sessions/{row.pk}/end/")

    assert not is_in(there)
    assert is_in(here)
    assert verbs()[-1] == "session.ended"


def test_all_others_are_ended_at_once(company, owner):
    here, *others = _browsers(owner, "one", "two", "three")

    here.post("/accounts/sessions/")

    assert is_in(here)
    assert not any(is_in(other) for other in others)


def test_nobody_ends_the_session_of_somebody_else(company, owner):
    (theirs,) = _browsers(owner, "one")
    (mine,) = _browsers(factories.member(company, Role.OWNER), "two")
    row = UserSession.objects.get(user=owner)

    assert mine.post(f"/accounts/sessions/{row.pk}/end/").status_code == 404
    assert is_in(theirs)


def test_a_new_password_ends_every_other_session(company, owner):
    here, there = _browsers(owner, "one", "two")

    here.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW},
    )

    assert is_in(here)
    assert not is_in(there)
    assert "signin.password_changed" in verbs()


def test_a_removed_member_is_out_at_once(company, owner):
    person = factories.member(company, Role.MANAGER)
    (client,) = _browsers(person, "one")
    assert is_in(client)

    members.remove(company.memberships.get(user=person), by=owner, now=NOW)

    assert client.get("/c/harbor/").status_code == 404


def test_a_lower_role_holds_at_once(company, owner):
    person = factories.member(company, Role.OWNER)
    (client,) = _browsers(person, "one")
    assert client.get("/c/harbor/setup/settings/").status_code == 200

    members.change(company.memberships.get(user=person), role=Role.VIEWER, by=owner, now=NOW)

    assert client.get("/c/harbor/setup/settings/").status_code == 403


def test_the_last_owner_stays(company, owner):
    row = company.memberships.get(user=owner)

    with pytest.raises(members.MemberRefused, match="needs an owner"):
        members.remove(row, by=owner, now=NOW)
    with pytest.raises(members.MemberRefused, match="needs an owner"):
        members.change(row, role=Role.VIEWER, by=owner, now=NOW)
