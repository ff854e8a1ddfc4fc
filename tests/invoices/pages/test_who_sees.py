"""Who sees the pages of invoices, and who may act there."""

from django.urls import reverse

from arbook.companies.models import Role
from tests import factories as make
from tests.invoices.pages.reading import aging_url, list_url, shown


def test_a_viewer_reads_but_sees_no_act(client, company, books):
    client.force_login(make.member(company, Role.VIEWER))
    invoice = books["birch"].invoices.get()

    page = client.get(invoice.get_absolute_url())

    assert page.status_code == 200
    assert reverse("invoices:promise_new", args=[company.slug, invoice.pk]) not in str(page.content)


def test_strangers_find_nothing(client, company, books):
    client.force_login(make.member(make.company()))
    invoice = books["birch"].invoices.get()

    for url in (aging_url(company), list_url(company), invoice.get_absolute_url()):
        assert client.get(url).status_code == 404


def test_a_member_of_two_companies_cannot_mix_them(client, company, books):
    other = make.company()
    person = make.member(company)
    make.membership(other, person=person)
    client.force_login(person)
    invoice = books["birch"].invoices.get()

    assert client.get(reverse("invoices:detail", args=[other.slug, invoice.pk])).status_code == 404
    page = client.get(aging_url(other, customer=books["birch"].pk))
    assert "Birch" not in shown(page)
