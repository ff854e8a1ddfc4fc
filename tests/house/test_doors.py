"""Every door: viewers change nothing, pages keep the policy. Who comes in is in test_roles."""

import re

import pytest
from django.test import Client

from arbook.companies.models import Role
from tests import factories
from tests.house.fingerprints import of_all_tables
from tests.house.lived_in import lived_in
from tests.house.places import places

pytestmark = pytest.mark.django_db

INLINE = re.compile(
    r"\sstyle=|<[^>]*\son[a-z]+=|hx-on|<style|<script(?![^>]*(?:\ssrc=|json))", re.I
)


@pytest.fixture
def here():
    return lived_in("here")


@pytest.fixture
def there():
    return lived_in("there")


def _client(user=None) -> Client:
    # A bug is an answer of 500 here, so that one door does not hide the others.
    client = Client(raise_request_exception=False)
    if user:
        client.force_login(user)
    return client


def test_there_are_places_to_guard():
    assert len(places()) > 60


def test_every_company_place_wears_the_guard():
    assert [one.route for one in places() if not hasattr(one.view, "company_role")] == []


def test_a_viewer_changes_nothing(here):
    viewer = _client(here.people[Role.VIEWER])
    before = of_all_tables()

    answers = _ask(viewer, "post", here.values)

    assert _other_than(answers, 403, 405) == {}
    changed = [name for name, seen in of_all_tables().items() if before[name] != seen]
    assert changed == []


def test_a_viewer_reads_without_changing_anything(here):
    viewer = _client(here.people[Role.VIEWER])
    before = of_all_tables()

    answers = _ask(viewer, "get", here.values)

    assert _other_than(answers, 200, 302, 403, 404, 405) == {}
    changed = [name for name, seen in of_all_tables().items() if before[name] != seen]
    assert changed == []


def test_every_page_an_owner_opens_answers_and_keeps_the_policy(here):
    owner, wrong = _client(here.people[Role.OWNER]), {}
    for place in places():
        for headers in ({}, {"HX-Request": "true"}):
            answer = owner.get(place.path(here.values), headers=headers)
            if answer.status_code in (405, 302):
                continue
            if answer.status_code != 200:
                wrong[place.route] = answer.status_code
            elif "html" in answer["Content-Type"]:
                policy = answer.headers.get("Content-Security-Policy", "")
                if "default-src 'none'" not in policy or "unsafe" in policy:
                    wrong[place.route] = f"policy: {policy}"
                if found := INLINE.search(answer.content.decode()):
                    wrong[place.route] = f"inline: {found[0]}"

    assert wrong == {}


def test_a_list_over_all_companies_shows_only_ones_own(here, there):
    page = _client(here.people[Role.OWNER]).get("/", follow=True).content.decode()

    assert here.company.name in page
    assert there.company.name not in page


def test_someone_without_a_company_is_told_so(here):
    page = _client(factories.user()).get("/")

    assert page.status_code == 200
    assert here.company.name not in page.content.decode()


def _ask(client: Client, method: str, values: dict) -> dict[str, int]:
    return {
        place.route: getattr(client, method)(place.path(values)).status_code for place in places()
    }


def _other_than(answers: dict[str, int], *statuses: int) -> dict[str, int]:
    return {route: status for route, status in answers.items() if status not in statuses}
