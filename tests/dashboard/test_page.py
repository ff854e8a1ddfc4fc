"""The page of today: what it costs, who sees whose work, what it says."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arbook.companies.models import Role
from invoices.models import Task
from tests import factories
from tests.dashboard.work import approval, proposed, task, thread
from tests.factories import TODAY

pytestmark = pytest.mark.django_db


def _fill(company, number: int) -> None:
    for one in range(number):
        customer = factories.customer(company)
        factories.invoice(customer, "10.00")
        task(company, Task.Kind.MONEY, customer.pk, customer=customer)
        task(company, Task.Kind.FIX_DATA, customer.pk, customer=customer)
        approval(customer, one)
        thread(customer)
        proposed(customer)


def _statements(client, path: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert client.get(path).status_code == 200
    return len(seen)


def test_statements_do_not_grow_with_rows_or_companies(client, company):
    person = factories.member(company)
    second = factories.company(slug="second")
    factories.membership(second, person=person)
    client.force_login(person)
    _fill(company, 5)
    few, few_of_all = _statements(client, "/c/harbor/"), _statements(client, "/")
    _fill(company, 50)
    for number in range(5):
        third = factories.company(slug=f"more-{number}")
        factories.membership(third, person=person)
        _fill(third, 6)

    many, many_of_all = _statements(client, "/c/harbor/"), _statements(client, "/")

    assert many == few <= 20
    assert many_of_all == few_of_all <= 17


def test_the_frame_costs_five_statements(client, company):
    client.force_login(factories.member(company))
    _fill(company, 3)

    # Session, person, membership with company; the switch, the rail, the books, the connections,
    # their lines; on this page the stop twice, who may stop everything (two), into the company and
    # out (four).
    assert _statements(client, "/c/harbor/setup/stop/") == 15


def test_counts_on_the_rail_are_what_the_page_lists(client, company):
    client.force_login(factories.member(company))
    _fill(company, 3)
    task(company, Task.Kind.MONEY, "snoozed", snoozed_until=TODAY + timedelta(days=4000))

    rail = {place["key"]: place["count"] for place in client.get("/c/harbor/").context["rail"]}

    assert rail["review"] == rail["inbox"] == rail["approvals"] == rail["money"] == 3
    assert rail["customers"] is None


def test_one_company_is_opened_at_once_and_several_are_one_list(client, company):
    person = factories.member(company)
    client.force_login(person)
    assert client.get("/").url == "/c/harbor/"

    second = factories.company(slug="second", name="Second Street")
    factories.membership(second, person=person)
    ended = factories.company(slug="ended", name="Long Gone", is_active=False)
    factories.membership(ended, person=person)
    for one in (company, second, ended):
        thread(factories.customer(one, name=f"Customer of {one.slug}"))

    page = client.get("/").content.decode()

    assert "2 things to do over all companies" in page
    assert "Customer of harbor" in page and "Customer of second" in page
    assert "Customer of ended" not in page


def test_nobody_else_sees_it(client, company):
    thread(factories.customer(company, name="Secretive"))
    client.force_login(factories.user())

    assert client.get("/c/harbor/").status_code == 404
    page = client.get("/").content.decode()
    assert "You are not a member of any company yet" in page
    assert "Secretive" not in page


def test_a_stranger_is_asked_to_sign_in(client, company):
    assert client.get("/").url.startswith("/accounts/login/")
    assert client.get("/c/harbor/").url.startswith("/accounts/login/")


def test_when_nothing_is_to_do_it_says_so(client, company):
    client.force_login(factories.member(company, Role.VIEWER))

    page = client.get("/c/harbor/").content.decode()

    assert "Nothing to do right now" in page
    assert "All done" in page


def test_amounts_are_in_the_companys_own_currency(client):
    company = factories.company(slug="north", currency="CAD")
    task(company, Task.Kind.CALL, amount=Decimal("12.00"))
    client.force_login(factories.member(company))

    assert "CA$12.00" in client.get("/c/north/").content.decode().replace("\u00a0", "")
