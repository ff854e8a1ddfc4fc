"""The support site looks and never acts, and asks for the second factor like every other page."""

import pytest
from django.contrib import admin

from arbook.companies.models import User
from customers.admin import ReadOnly

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


@pytest.fixture
def support():
    return User.objects.create_superuser("support@arbook.example", PASSWORD)


def test_it_has_no_sign_in_of_its_own(client, support):
    given = {"username": support.email, "password": PASSWORD}

    for answer in (client.get("/support/login/"), client.post("/support/login/", given)):
        assert answer.status_code == 302
        assert answer["Location"].startswith("/accounts/login/")
    assert client.get("/support/customers/customer/").status_code == 302


def test_only_read_only_windows_are_open(client, support):
    client.force_login(support)

    assert all(isinstance(window, ReadOnly) for window in admin.site._registry.values())
    assert client.get("/support/customers/customer/").status_code == 200
    for path in ("django_q/schedule/add/", "mfa/authenticator/", "auth/group/", "account/"):
        assert client.get(f"/support/{path}").status_code == 404
    assert client.get("/support/customers/customer/add/").status_code == 403
