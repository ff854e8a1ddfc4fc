"""The stop; and no stranger finds any of these pages."""

import pytest

from arbook.companies.models import Role
from tests import factories
from tests.setup.screens.pages import SETUP, text

pytestmark = pytest.mark.django_db


def test_everything_stops_with_a_reason_and_goes_on_again(client, company):
    client.force_login(factories.member(company, Role.BOOKKEEPER))

    page = client.post(f"{SETUP}/stop/", {"reason": "Wrong amounts"}, follow=True)
    company.refresh_from_db()
    assert company.stopped_at and company.stopped_reason == "Wrong amounts"
    assert "All sending is stopped" in text(page)
    assert "Wrong amounts" in text(page)

    page = client.post(f"{SETUP}/stop/", {"resume": "1"}, follow=True)
    company.refresh_from_db()
    assert company.stopped_at is None
    assert "Messages may leave again." in text(page)


def test_the_stop_in_a_dialog_is_a_part_and_posts_to_its_own_address(client, company):
    client.force_login(factories.member(company))
    address = f"{SETUP}/stop/"

    part = client.get(address, headers={"HX-Request": "true"}).content.decode()

    assert "<html" not in part
    assert f'action="{address}"' in part


def test_a_stop_needs_a_reason(client, company):
    client.force_login(factories.member(company, Role.BOOKKEEPER))

    page = client.post(f"{SETUP}/stop/", {"reason": " "})

    company.refresh_from_db()
    assert page.status_code == 422
    assert company.stopped_at is None


def test_a_stop_pressed_twice_does_not_resume(client, company):
    """Two people see the button at once: the second stop keeps it stopped."""
    client.force_login(factories.member(company, Role.BOOKKEEPER))
    client.post(f"{SETUP}/stop/", {"reason": "Wrong amounts"})

    client.post(f"{SETUP}/stop/", {"reason": "Same thought"})

    company.refresh_from_db()
    assert company.stopped_at


def test_a_viewer_stops_nothing(client, company):
    client.force_login(factories.member(company, Role.VIEWER))

    assert client.get(f"{SETUP}/stop/").status_code == 403
    assert client.post(f"{SETUP}/stop/", {"reason": "x"}).status_code == 403


@pytest.mark.parametrize("path", ["connections/", "members/", "settings/", "stop/"])
def test_a_stranger_finds_nothing(client, company, path):
    client.force_login(factories.user())

    assert client.get(f"{SETUP}/{path}").status_code == 404
    assert client.post(f"{SETUP}/{path}").status_code == 404
