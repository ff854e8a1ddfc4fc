"""The search above every page."""

import pytest

from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("written", ["INV-77", "inv-77", "#INV-77", "invoice inv-77", " INV-77 "])
def test_an_invoices_number_leads_to_the_invoice(client, company, written):
    invoice = factories.invoice(factories.customer(company), number="INV-77")
    client.force_login(factories.member(company))

    assert client.get("/c/harbor/search/", {"q": written}).url == invoice.get_absolute_url()


@pytest.mark.parametrize("written", ["acorn", "", "#", "a&b=c", "INV-77"])
def test_other_words_lead_to_the_customers(client, company, written):
    other = factories.company(slug="other")
    factories.invoice(factories.customer(other), number="INV-77")
    client.force_login(factories.member(company))

    answer = client.get("/c/harbor/search/", {"q": written})

    assert answer.url.startswith("/c/harbor/customers/?q=")
    assert client.get(answer.url).status_code == 200
