"""Pay links: permanent, signed, and of no use to anyone who changes them."""

import pytest
from django.test import override_settings

from invoices.models import Invoice
from reconciliation import owed, paylinks
from tests.factories import NOW, customer, invoice
from tests.factories import company as new_company

pytestmark = pytest.mark.django_db


@pytest.fixture
def owing():
    owner = customer(new_company())
    return owner, [invoice(owner), invoice(owner)]


def test_a_token_leads_back_to_its_link(owing):
    link = paylinks.link_for(*owing, now=NOW)

    assert paylinks.find(paylinks.token(link)) == link
    assert paylinks.find(paylinks.token(link).upper()) == link


def test_the_same_invoices_have_the_same_link_in_whatever_order(owing):
    owner, invoices = owing

    first = paylinks.link_for(owner, invoices, now=NOW)
    again = paylinks.link_for(owner, invoices[::-1], now=NOW)
    other = paylinks.link_for(owner, invoices[:1], now=NOW)

    assert first == again
    assert other != first
    assert set(other.invoices.all()) == {invoices[0]}


@pytest.mark.parametrize(
    "change",
    [
        lambda token: token[:-1],
        lambda token: token[:-1] + ("a" if token[-1] != "a" else "b"),
        lambda token: "3" + token,
        lambda token: token.replace("-", ""),
        lambda token: "",
        lambda token: "-",
        lambda token: token + "\x00",
        lambda token: "zzzzzzzzzzzzz" + token[token.index("-") :],
        lambda token: token[: token.index("-") + 1] + "é" * 16,
        lambda token: "../../etc/passwd",
    ],
)
def test_a_changed_token_leads_nowhere(owing, change):
    assert paylinks.find(change(paylinks.token(paylinks.link_for(*owing, now=NOW)))) is None


def test_one_links_signature_does_not_open_another(owing):
    owner, invoices = owing
    first = paylinks.token(paylinks.link_for(owner, invoices[:1], now=NOW))
    second = paylinks.token(paylinks.link_for(owner, invoices[1:], now=NOW))

    assert paylinks.find(f"{second.split('-')[0]}-{first.split('-')[1]}") is None


def test_links_in_old_messages_outlive_the_secret_key(owing):
    token = paylinks.token(paylinks.link_for(*owing, now=NOW))

    with override_settings(SECRET_KEY="another one altogether"):
        assert paylinks.find(token) is not None


def test_links_of_many_customers_cost_four_statements(django_assert_max_num_queries):
    desk = new_company()
    wanted = {}
    for _ in range(20):
        owner = customer(desk)
        wanted[owner.pk] = [invoice(owner), invoice(owner)]

    with django_assert_max_num_queries(6):
        links = paylinks.links_for(desk, wanted, now=NOW)

    assert set(links) == set(wanted)
    assert len({link.pk for link in links.values()}) == 20


def test_what_the_books_gave_to_somebody_else_has_a_link_of_its_own(owing):
    owner, invoices = owing
    old = paylinks.link_for(owner, invoices, now=NOW)
    new_owner = customer(owner.company)
    Invoice.objects.update(customer=new_owner)

    new = paylinks.link_for(new_owner, invoices, now=NOW)

    assert (new.customer, set(new.invoices.all())) == (new_owner, set(invoices))
    assert paylinks.link_for(new_owner, invoices, now=NOW) == new
    assert paylinks.link_for(owner, invoices, now=NOW) == old
    assert [len(owed.look(link, now=NOW).parts) for link in (old, new)] == [0, 2]
