"""The pages of plans and copies: their address is the proof, looking changes nothing."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from arbook import clock
from arbook.companies.models import Role
from invoices import plan_schedule, plans
from invoices.models import Approval, Invoice
from reconciliation import checkout, copies, owed, paylinks, signed_links
from tests import factories


def path(url: str) -> str:
    return "/" + url.split("/", 3)[3]


@pytest.fixture
def invoice(desk):
    (book_id,) = desk.owes("Blue Door Cafe", "900.00")
    desk.sync()
    return desk.invoice(book_id)


@pytest.fixture
def plan(desk, invoice):
    made = plans.propose(
        invoice.customer,
        invoices=[invoice],
        count=3,
        every=plan_schedule.WEEK,
        first_on=desk.today + timedelta(days=7),
        by=None,
        now=clock.now(),
    )
    approval = Approval.objects.get()
    plans.approve(
        approval,
        by=desk.member(Role.MANAGER),
        now=clock.now(),
        content_hash=approval.content_hash,
    )
    return made


def test_looking_at_an_offer_accepts_nothing_and_a_name_does(plan):
    place = path(signed_links.plan_url(plan))
    for method in ("get", "head"):
        assert getattr(Client(), method)(place).status_code == 200
    plan.refresh_from_db()
    assert plan.state == "approved"

    assert Client().post(place, {"name": " "}).status_code == 422
    assert Client().post(place, {"name": "Ana Reyes"}).status_code == 302

    plan.refresh_from_db()
    assert (plan.state, plan.accepted_as) == ("accepted", "Ana Reyes")
    assert "Accepted by Ana Reyes" in Client().get(place).content.decode()
    # A second press is the first one.
    assert Client().post(place, {"name": "Somebody"}).status_code == 302
    plan.refresh_from_db()
    assert plan.accepted_as == "Ana Reyes"


def test_a_pay_link_asks_for_the_instalment_while_the_plan_runs(desk, invoice, plan):
    link = paylinks.link_for(invoice.customer, [invoice], now=clock.now())
    assert owed.look(link, now=clock.now()).amount == Decimal("900.00")

    plans.accept(plan, name="Ana", now=clock.now())

    state = owed.look(link, now=clock.now())
    assert (state.amount, state.later) == (Decimal("300.00"), Decimal("600.00"))
    page = Client().get(path(paylinks.url(link))).content.decode()
    assert "$600.00 follow on the days of your payment plan" in page
    assert "Or pay everything now: $900.00" in page
    late = clock.now() + timedelta(days=14)
    assert owed.parts_of(desk.company, [invoice], now=late)[0].due == Decimal("600.00")


@pytest.mark.parametrize("change", ["other row", "other end", "other kind", "other signature"])
def test_no_part_of_an_address_can_be_changed(invoice, plan, change):
    until = clock.now() + timedelta(days=1)
    number, end, proof = signed_links.token(signed_links.COPY, invoice, until=until).split("-")
    kind = signed_links.COPY
    match change:
        case "other row":
            number = paylinks.number(invoice.pk + 1)
        case "other end":
            end = paylinks.number(2**40)
        case "other kind":
            kind, number = signed_links.PLAN, paylinks.number(plan.pk)
        case _:
            proof = proof[:-1] + ("a" if proof[-1] != "a" else "b")

    assert signed_links.find(kind, f"{number}-{end}-{proof}", now=clock.now()) is None


def test_a_copy_is_the_paper_of_quickbooks_until_its_address_ends(desk, invoice):
    place = path(copies.url(invoice, now=clock.now()))
    asked = desk.sandbox.faults.count("quickbooks", "invoice.pdf")

    page = Client().get(place)
    assert page.status_code == 200 and "Get the copy" in page.content.decode()
    assert Client().head(f"{place}invoice.pdf").status_code == 200
    assert desk.sandbox.faults.count("quickbooks", "invoice.pdf") == asked
    paper = Client().get(f"{place}invoice.pdf")

    assert paper.content.startswith(b"%PDF-")
    assert paper["Content-Disposition"].startswith("attachment; filename=")
    desk.later(days=15)
    assert Client().get(place).status_code == 404
    assert Client().get(f"{place}invoice.pdf").status_code == 404


def test_books_that_do_not_answer_are_said_so(desk, invoice):
    place = path(copies.url(invoice, now=clock.now()))
    desk.sandbox.faults.add("quickbooks", "invoice.pdf", "500", times=9)

    answer = Client().get(f"{place}invoice.pdf")

    assert answer.status_code == 503
    assert "cannot be made right now" in answer.content.decode()


def test_a_plan_may_be_paid_off_at_once_and_that_page_stays_open(desk, invoice, plan):
    link = paylinks.link_for(invoice.customer, [invoice], now=clock.now())
    plans.accept(plan, name="Ana", now=clock.now())
    place = path(paylinks.url(link))

    agreed = Client().get(path(signed_links.plan_url(plan))).content.decode()
    assert f'{place}?all=1">Pay all of it, $900.00' in agreed
    page = Client().get(place, {"all": "1"}).content.decode()
    assert "Pay all of it, $900.00" in page and "Or pay only what is due: $300.00" in page
    assert Client().post(f"{place}?all=1", {"all": "1"}).status_code == 302

    attempt = link.attempts.get()
    assert (attempt.amount, attempt.state) == (Decimal("900.00"), "open")
    assert checkout.close_stale(desk.company, now=clock.now()) == 0

    assert Client().post(place).status_code == 302
    attempt.refresh_from_db()
    assert attempt.state == "expired"
    assert link.attempts.get(state="open").amount == Decimal("300.00")


def test_a_page_for_an_invoice_that_is_somebody_elses_now_is_closed(desk, invoice):
    link = paylinks.link_for(invoice.customer, [invoice], now=clock.now())
    checkout.open_page(link, now=clock.now())
    assert checkout.close_stale(desk.company, now=clock.now()) == 0

    other = factories.customer(desk.company, name="Somebody Else")
    Invoice.objects.filter(pk=invoice.pk).update(customer=other)

    assert checkout.close_stale(desk.company, now=clock.now()) == 1


def test_spanish_customers_read_their_pages_in_spanish(desk, invoice, plan):
    customer = invoice.customer
    customer.language = "es"
    customer.save()
    offer = path(signed_links.plan_url(plan))
    link = paylinks.link_for(customer, [invoice], now=clock.now())

    pages = {
        offer: ["Plan de pagos para", "en 3 cuotas", "Acepto este plan"],
        path(paylinks.url(link)): ["Pagar $900.00", "página segura de Stripe"],
        path(copies.url(invoice, now=clock.now())): ["Descargar la copia (PDF)"],
    }
    for place, words in pages.items():
        page = Client().get(place).content.decode()
        assert '<html lang="es">' in page
        assert [one for one in words if one not in page] == []
    refused = Client().post(offer, {"name": " "}).content.decode()
    assert "Por favor escriba su nombre." in refused
