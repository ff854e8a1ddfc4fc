"""What cannot be taken back asks for the password again; so does another address."""

import time

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from arbook.companies.models import Role
from tests.companies.front_door.browsing import PASSWORD, sign_in

pytestmark = pytest.mark.django_db


SENSITIVE = [
    ("get", "/c/harbor/customers/export/csv/"),
    ("get", "/c/harbor/invoices/?export=xlsx"),
    ("get", "/c/harbor/invoices/aging/?export=csv"),
    ("get", "/c/harbor/invoices/data-to-fix/?export=csv"),
    ("get", "/c/harbor/money/?export=csv"),
    ("get", "/c/harbor/setup/connections/stripe/"),
    ("post", "/c/harbor/setup/connections/stripe/"),
    ("post", "/c/harbor/setup/connections/quickbooks/start/"),
    ("post", "/c/harbor/setup/connections/stripe/disconnect/"),
    ("post", "/c/harbor/setup/members/"),
    ("post", "/c/harbor/setup/settings/"),
]


def _long_ago(client: Client) -> None:
    session = client.session
    session["signed_in_at"] = time.time() - 3600
    session.pop("account_authentication_methods", None)
    session.save()


@pytest.mark.parametrize(("method", "path"), SENSITIVE)
def test_what_cannot_be_taken_back_asks_for_the_password_again(company, owner, method, path):
    client = Client()
    client.force_login(owner)
    _long_ago(client)

    answer = getattr(client, method)(path)
    fragment = getattr(client, method)(path, headers={"HX-Request": "true"})

    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/reauthenticate/?next=")
    assert fragment.status_code == 204
    assert fragment["HX-Redirect"].startswith("/accounts/reauthenticate/?next=")


@pytest.mark.parametrize(
    "path", ["/c/harbor/", "/c/harbor/customers/", "/c/harbor/invoices/", "/c/harbor/money/",
             "/c/harbor/setup/members/", "/c/harbor/setup/settings/"]
)  # fmt: skip
def test_looking_does_not(company, owner, path):
    client = Client()
    client.force_login(owner)
    _long_ago(client)

    assert client.get(path).status_code == 200


def test_an_act_goes_on_where_it_was_left(company, owner):
    client = Client()
    sign_in(client, owner.email)
    _long_ago(client)
    asked = client.post(
        "/c/harbor/setup/members/", {"email": "new@desk.example", "role": Role.VIEWER}
    )

    back = asked.url.partition("?next=")[2].replace("%2F", "/")
    client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": back})

    assert company.memberships.filter(user__email="new@desk.example").exists()


def test_a_wrong_password_does_not_let_it_go_on(company, owner):
    client = Client()
    sign_in(client, owner.email)
    _long_ago(client)
    client.post("/c/harbor/setup/members/", {"email": "new@desk.example", "role": Role.VIEWER})

    client.post("/accounts/reauthenticate/", {"password": "wrong", "next": "/"})

    assert company.memberships.count() == 1
    assert client.get("/c/harbor/customers/export/csv/").status_code == 302


def test_a_secret_that_was_typed_is_not_kept_while_the_password_is_asked(company, owner):
    client = Client()
    client.force_login(owner)
    _long_ago(client)

    client.post("/c/harbor/setup/connections/stripe/", {"secret_key": "sk_live_do_not_keep"})

    assert "sk_live_do_not_keep" not in str(dict(client.session))


ADDRESSES = "/accounts/email/"


def test_nobody_takes_an_address_that_is_not_proved_to_be_theirs(company, owner, sandbox):
    was, wanted = owner.email, "new.hire@brook.example"
    client = Client()
    sign_in(client, was)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.post(ADDRESSES, {"action_add": "", "email": wanted})

    client.post(ADDRESSES, {"action_primary": "", "email": wanted})

    owner.refresh_from_db()
    assert owner.email == was
    EmailAddress.objects.filter(email=wanted).update(verified=True)
    client.post(ADDRESSES, {"action_primary": "", "email": wanted})
    owner.refresh_from_db()
    assert owner.email == wanted


def test_another_address_asks_for_the_password_again(company, owner):
    client = Client()
    client.force_login(owner)
    _long_ago(client)

    answer = client.post(ADDRESSES, {"action_add": "", "email": "thief@else.example"})

    assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert not EmailAddress.objects.filter(email="thief@else.example").exists()
