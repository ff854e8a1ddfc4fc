"""The settings of a company."""

import pytest

from arbook.audit.models import Entry
from arbook.companies.models import Company, Role
from tests import factories
from tests.setup.screens.pages import SETUP, text

pytestmark = pytest.mark.django_db


def _settings(client) -> dict:
    form = client.get(f"{SETUP}/settings/").context["form"]
    return {bound.name: bound.value() for bound in form} | {
        "sends_from": "09:00",
        "sends_until": "19:30",
    }


def test_every_setting_stands_in_one_section(client, owner):
    form = client.get(f"{SETUP}/settings/").context["form"]
    shown = [bound.name for section in form.sections() for row in section.rows for bound in row]

    assert sorted(shown) == sorted(form.fields)


def test_settings_are_saved_and_recorded(client, owner, company):
    given = _settings(client) | {
        "name": "Harbor & Sons",
        "mode": "review",
        "test_phone": "(212) 555-0199",
        "timezone": "America/Chicago",
        "sends_until": "18:00",
    }

    page = client.post(f"{SETUP}/settings/", given, follow=True)

    company.refresh_from_db()
    assert "Settings are saved." in text(page)
    assert (company.name, company.mode) == ("Harbor & Sons", Company.Mode.REVIEW)
    assert (company.test_phone, company.timezone) == ("+12125550199", "America/Chicago")
    assert Entry.objects.get(verb="company.saved").by == owner


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": ""}, "This field is required"),
        ({"timezone": "Mars/Base"}, "Select a valid choice"),
        ({"mode": "loud"}, "Select a valid choice"),
        ({"currency": "dollars"}, "at most 3 characters"),
        ({"currency": "usd"}, "Enter a valid value"),
        ({"review_above": "much"}, "Enter a number"),
        ({"review_above": "-1"}, "An amount is not below zero"),
        ({"undo_seconds": "99999"}, "At most 3600 seconds"),
        ({"test_phone": "12"}, "This is not a phone number we can read"),
        ({"phone": "call me"}, "This is not a phone number we can read"),
        ({"sends_from": "20:00"}, "This is not after the start"),
        ({"reply_email": "nobody"}, "Enter a valid email"),
        ({"touches_per_week": "99999999"}, "less than or equal"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(client, owner, company, given, said):
    page = client.post(f"{SETUP}/settings/", _settings(client) | given)

    assert page.status_code == 422
    assert said in text(page)
    assert "Nothing was saved" in text(page)
    assert Company.objects.filter(pk=company.pk, name="Harbor Dental", undo_seconds=60).exists()


def test_managers_read_the_settings_and_lower_roles_do_not(client, company):
    client.force_login(factories.member(company, Role.MANAGER))
    page = text(client.get(f"{SETUP}/settings/"))
    assert "Only an owner changes these." in page
    assert "Save settings" not in page
    assert client.post(f"{SETUP}/settings/", {"name": "Mine"}).status_code == 403

    for role in (Role.VIEWER, Role.BOOKKEEPER):
        client.force_login(factories.member(company, role))
        assert client.get(f"{SETUP}/settings/").status_code == 403
