"""Every screen of a company that has lived, as axe-core sees it: nothing serious, nothing critical.

``make screens`` looks again at screens in the middle of an act, on a phone and in the dark.
"""

import pytest
from django.conf import settings
from django.test import Client

from arbook.companies.models import Role
from arbook.setup import roles
from tests import axe
from tests.house.lived_in import lived_in
from tests.house.places import places

pytestmark = pytest.mark.journey


@pytest.fixture
def here(live):
    return lived_in("here")


def signed_in(person) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(person)
    return client


def screens(here, client: Client) -> list[str]:
    """The addresses that answer with a whole page."""
    found = []
    for place in places():
        if place.name not in roles.reading():
            continue
        path = place.path(here.values)
        answer = client.get(path)
        whole = answer.status_code == 200 and not answer.streaming
        if whole and answer.content.lstrip()[:9].lower() == b"<!doctype":
            found.append(path)
    return sorted(found)


def test_axe_finds_nothing_serious_on_any_screen(here, page):
    client = signed_in(here.people[Role.OWNER])
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value,
                               "url": settings.PUBLIC_URL}])  # fmt: skip
    paths = screens(here, client)
    assert len(paths) > 50

    found = []
    for path in ["/", *paths]:
        page.goto(path, wait_until="domcontentloaded")
        found += [f"{path}: {fault}" for fault in axe.faults(page)]

    assert not found, "\n".join(found)
