"""Members are invited, changed and removed by owners."""

import pytest

from arbook.audit.models import Entry
from arbook.companies.models import Duty, Membership, Role
from arbook.outbox.models import Effect
from tests import factories
from tests.setup.screens.pages import SETUP, text

pytestmark = pytest.mark.django_db


def test_an_owner_invites_changes_and_removes(client, owner, company):
    page = client.post(
        f"{SETUP}/members/", {"email": "New@Desk.example", "role": Role.VIEWER}, follow=True
    )
    assert "new@desk.example may work here now. An invitation is on its way." in text(page)
    row = Membership.objects.get(user__email="new@desk.example")
    assert Effect.objects.filter(kind="setup.invite").count() == 1

    given = {"role": Role.MANAGER, "duty": Duty.WORK}
    page = client.post(f"{SETUP}/members/{row.pk}/", given, follow=True)
    row.refresh_from_db()
    assert (row.role, row.duty) == (Role.MANAGER, Duty.WORK)
    assert "new@desk.example is manager now." in text(page)

    client.post(f"{SETUP}/members/{row.pk}/", {"remove": "1"})
    assert not Membership.objects.filter(pk=row.pk).exists()
    verbs = set(Entry.objects.values_list("verb", flat=True))
    assert {"member.invited", "member.changed", "member.removed"} <= verbs


def test_the_same_person_is_not_invited_twice(client, owner, company):
    page = client.post(f"{SETUP}/members/", {"email": owner.email.upper(), "role": Role.VIEWER})

    assert page.status_code == 422
    assert "is a member already" in text(page)


@pytest.mark.parametrize("given", [{"role": Role.VIEWER}, {"remove": "1"}])
def test_the_last_owner_stays(client, owner, company, given):
    row = Membership.objects.get(user=owner)

    page = client.post(f"{SETUP}/members/{row.pk}/", given, follow=True)

    assert "A company needs an owner" in text(page)
    assert Membership.objects.get(pk=row.pk).role == Role.OWNER


def test_an_owner_beside_another_may_go(client, owner, company):
    factories.member(company, Role.OWNER)
    row = Membership.objects.get(user=owner)

    answer = client.post(f"{SETUP}/members/{row.pk}/", {"remove": "1"})

    assert not Membership.objects.filter(pk=row.pk).exists()
    assert client.get(answer.url).status_code == 404


@pytest.mark.parametrize("role", ["king", "", "-1", "15", "²"])
def test_there_is_no_other_role(client, owner, company, role):
    row = factories.membership(company, role=Role.VIEWER)

    page = client.post(f"{SETUP}/members/{row.pk}/", {"role": role}, follow=True)

    assert "There is no such role." in text(page)


def test_members_of_other_companies_are_out_of_reach(client, owner):
    row = factories.membership(factories.company(slug="other"), role=Role.OWNER)

    assert client.post(f"{SETUP}/members/{row.pk}/", {"remove": "1"}).status_code == 404
    assert Membership.objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.BOOKKEEPER, Role.MANAGER])
def test_only_owners_invite(client, company, role):
    client.force_login(factories.member(company, role))

    assert client.get(f"{SETUP}/members/").status_code == 200
    answer = client.post(f"{SETUP}/members/", {"email": "x@desk.example", "role": Role.OWNER})
    assert answer.status_code == 403
