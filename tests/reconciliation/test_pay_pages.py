"""The customer's pay page and the money screens, as a browser without JavaScript sees them."""

from decimal import Decimal

import pytest
from django.urls import reverse

from arbook import clock
from arbook.companies.models import Role
from arbook.setup.work import until_quiet
from invoices import disputes
from reconciliation import paylinks
from reconciliation.models import CheckoutAttempt
from tests.desk import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def address(link):
    return reverse("pay", args=[paylinks.token(link)])


def test_looking_shows_what_is_owed_and_opens_nothing(client, desk, link, address):
    for _ in range(3):
        answer = client.get(address)

    assert answer.status_code == 200
    assert "$242.07" in answer.content.decode()
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert desk.payer.all("checkout.session") == []
    link.refresh_from_db()
    assert link.opened_count == 3


def test_one_tap_leads_to_a_page_for_exactly_that_amount(client, desk, address):
    answer = client.post(address)

    assert answer.status_code == 302
    (session,) = desk.payer.all("checkout.session")
    assert session["amount_total"] == 24207
    assert answer["Location"] == session["url"]


def test_the_page_knows_a_check_entered_a_minute_ago(client, desk, owing, address):
    desk.books.pay_by_check(owing[0])
    desk.later(minutes=2)

    words = client.get(address).content.decode()

    assert "$80.00" in words
    assert "$242.07" not in words


def test_a_paid_link_says_so(client, desk, owing, address):
    for one in owing:
        desk.books.pay_by_check(one)
    desk.later(minutes=2)

    assert "Already paid" in client.get(address).content.decode()
    answer = client.post(address)
    assert answer.status_code == 200
    assert "Already paid" in answer.content.decode()


def test_a_bank_debit_on_its_way_is_not_asked_for_again(client, desk, page, address):
    desk.payer.pay_by_bank(page.session_id)
    desk.deliver(desk.events())
    until_quiet()

    words = client.get(address).content.decode()
    assert "on its way" in words
    client.post(address)
    assert len(desk.payer.all("checkout.session")) == 1


def test_a_contested_part_is_set_aside(client, desk, owing, address):
    disputes.open_dispute(
        invoice=desk.invoice(owing[0]),
        amount=Decimal("100.00"),
        reason="two chairs were broken",
        by=None,
        now=clock.now(),
    )

    assert "$142.07" in client.get(address).content.decode()
    client.post(address)
    assert CheckoutAttempt.objects.get().amount == Decimal("142.07")


def test_invoices_contested_in_full_are_not_said_to_be_paid(client, desk, owing, address):
    for one in owing:
        invoice = desk.invoice(one)
        disputes.open_dispute(
            invoice=invoice, amount=invoice.balance, reason="Not ours", by=None, now=clock.now()
        )

    words = client.get(address).content.decode()

    assert "Nothing to pay now" in words
    assert "$242.07 is set aside" in words
    assert "Already paid" not in words


@pytest.mark.parametrize("vendor", ["quickbooks", "stripe"])
def test_when_a_vendor_is_away_the_page_says_so_and_charges_nothing(client, desk, address, vendor):
    desk.sandbox.faults.add(vendor, "*", "500")

    answer = client.post(address)

    assert answer.status_code == 503
    assert "Nothing was charged" in answer.content.decode()


@pytest.mark.parametrize("token", ["2-aaaaaaaaaaaaaaaa", "nonsense", "-", "%00", "é-é"])
def test_a_token_that_proves_nothing_finds_nothing(client, desk, token):
    assert client.get(f"/pay/{token}/").status_code == 404
    assert client.post(f"/pay/{token}/").status_code == 404


def test_coming_back_proves_nothing(client, desk, page, address):
    words = client.get(f"{address}done/").content.decode()
    assert "waiting for Stripe" in words

    desk.payer.pay(page.session_id)
    desk.deliver(desk.events())
    until_quiet()
    assert "has arrived" in client.get(f"{address}done/").content.decode()


@pytest.fixture
def signed_in(client, desk):
    member = desk.member(Role.VIEWER)
    client.login(email=member.email, password=PASSWORD)
    return client


def test_the_money_screens_tell_of_each_payment(signed_in, desk, owing, page):
    desk.payer.pay(page.session_id)
    desk.deliver(desk.events())
    until_quiet()
    slug = desk.company.slug

    listing = signed_in.get(reverse("reconciliation:money", args=[slug])).content.decode()
    proof = signed_in.get(reverse("reconciliation:postings", args=[slug])).content.decode()
    payment = CheckoutAttempt.objects.get().payments.get()
    detail = signed_in.get(payment.get_absolute_url()).content.decode()
    links = signed_in.get(
        reverse("reconciliation:of_invoice", args=[slug, desk.invoice(owing[0]).pk])
    ).content.decode()

    assert "Blue Door Cafe" in listing
    assert "$242.07" in listing
    assert payment.posting.request_id in proof
    assert f"$162.07 on {desk.invoice(owing[0]).number}" in proof
    assert "read back" in detail
    assert paylinks.token(page.link) in links


def test_the_list_of_payments_costs_the_same_however_long_it_is(
    signed_in, desk, owing, page, django_assert_max_num_queries
):
    desk.payer.pay(page.session_id)
    desk.deliver(desk.events())
    until_quiet()
    address = reverse("reconciliation:money", args=[desk.company.slug])
    signed_in.get(address)

    with django_assert_max_num_queries(30):
        signed_in.get(address)


def test_a_member_who_is_signed_in_sees_the_same_page(client, desk, address):
    client.force_login(desk.member())

    assert client.get(address).content == client.get(address).content
    assert "$242.07" in client.get(address).content.decode()
