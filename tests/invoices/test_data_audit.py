"""Data to fix: each trouble is named, counted, and gone when it is mended."""

from decimal import Decimal

import pytest
from django.urls import reverse

from customers.models import Channel
from invoices import data_audit
from invoices.models import SyncProblem
from tests import factories
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def company():
    return factories.company()


@pytest.fixture
def sound(company):
    """A customer with an open invoice and nothing to fix."""
    customer = factories.customer(company, name="Sound")
    factories.contact(customer, Channel.EMAIL)
    factories.contact(customer, Channel.SMS)
    factories.invoice(customer, "100.00")
    return customer


def kinds(company) -> dict[str, int]:
    return {one.kind: one.count for one in data_audit.findings(company, TODAY)}


def test_sound_books_have_nothing_to_fix(company, sound):
    factories.customer(company, name="Owes nothing and has no address")

    assert kinds(company) == {}


def test_customers_nobody_can_reach_are_named(company, sound):
    sound.contacts.filter(channel="email").update(state="bounced")
    sound.contacts.filter(channel="sms").update(state="not_textable", line_type="landline")

    assert kinds(company) == {"no_email": 1, "no_mobile": 1, "landline": 1}


def test_unreadable_contacts_are_quoted(company, sound):
    factories.contact(sound, Channel.SMS, address="", written="ask Ana", state="invalid")
    sound.contacts.filter(written="ask Ana").update(address="")

    (found,) = data_audit.findings(company, TODAY)

    assert found.kind == "unreadable" and "ask Ana" in found.rows[0].said


def test_invoices_that_are_odd_are_named_with_their_amount(company, sound):
    factories.invoice(sound, "40.00", due_on=None)
    factories.invoice(sound, "60.00", currency="CAD")
    factories.invoice(sound, "70.00", online_payment=True)

    found = {one.kind: one.amount for one in data_audit.findings(company, TODAY)}

    assert found == {
        "no_due_date": Decimal("40.00"),
        "foreign": Decimal("60.00"),
        "online_payment": Decimal("70.00"),
    }


def test_credit_and_customers_who_owe_nothing_in_all_are_named(company, sound):
    factories.payment(sound, "30.00")
    assert kinds(company) == {"unapplied": 1}

    factories.payment(sound, "70.00")
    assert kinds(company) == {"unapplied": 2, "net_credit": 1}


def test_customers_that_may_be_the_same_are_named_once_per_what_they_share(company, sound):
    twin = factories.customer(company, name="Sound, Inc.")
    factories.contact(twin, Channel.EMAIL, sound.contacts.get(channel="email").address)

    (found,) = data_audit.findings(company, TODAY)

    assert (found.kind, found.count) == ("duplicate", 2)


def test_inactive_customers_that_owe_and_broken_records_are_named(company, sound):
    sound.is_active = False
    sound.save()
    SyncProblem.objects.create(
        company=company, entity="Invoice", quickbooks_id="9", reason="No date.", seen_at=NOW
    )

    assert kinds(company) == {"sync_problem": 1, "inactive": 1}


def test_questions_do_not_grow_with_the_rows(company, django_assert_max_num_queries):
    for _ in range(30):
        customer = factories.customer(company)
        factories.invoice(customer, "40.00", due_on=None)

    with django_assert_max_num_queries(40):
        data_audit.findings(company, TODAY)


def test_other_companies_do_not_count(company):
    factories.invoice(factories.customer(factories.company()), "40.00", due_on=None)

    assert kinds(company) == {}


def test_the_page_names_who_corrects_records(company, client):
    person = factories.member(company)
    client.force_login(person)
    page = reverse("invoices:data_to_fix", args=[company.slug])

    assert "Nobody is named for it yet" in client.get(page).content.decode()
    company.memberships.update(duty="contacts")
    assert f"{person} sees to it." in client.get(page).content.decode()
