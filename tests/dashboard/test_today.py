from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from arbook.companies.models import Role
from arbook.dashboard import figures, today
from invoices.models import Approval, Escalation, Hold, Reminder, Task
from messaging.models import Message, Thread
from reconciliation.models import StripePayment
from tests import factories
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def company():
    return factories.company(slug="harbor", name="Harbor Dental", timezone="America/New_York")


def _groups(*companies, now=NOW) -> dict[str, today.Group]:
    return {group.key: group for group in today.groups(list(companies), now=now)}


def _task(company, kind, number=1, **fields) -> Task:
    fields = {"key": f"{kind}:{number}", "title": "Look at this", "opened_at": NOW} | fields
    return Task.objects.create(company=company, kind=kind, **fields)


def _approval(customer, number=1, **fields) -> Approval:
    fields = {
        "kind": Approval.Kind.ESCALATION,
        "title": "30 days",
        "amount": Decimal("100.00"),
        "subject": f"escalation:{customer.pk}-{number}",
        "content_hash": f"{number:064x}",
        "asked_at": NOW,
        "customer": customer,
    } | fields
    return Approval.objects.create(company=customer.company, **fields)


def _proposed(customer, total="100.00", **fields) -> Message:
    fields = {
        "direction": Message.Direction.OUT,
        "medium": Message.Medium.EMAIL,
        "purpose": Message.Purpose.REMINDER,
        "state": Message.State.PROPOSED,
        "customer": customer,
        "thread": Thread.objects.get_or_create(company=customer.company, customer=customer)[0],
        "total": Decimal(total),
        "created_at": NOW,
    } | fields
    return Message.objects.create(company=customer.company, **fields)


def _thread(customer, **fields) -> Thread:
    fields = {
        "customer": customer,
        "state": Thread.State.NEEDS_REPLY,
        "needs_reply_since": NOW,
    } | fields
    return Thread.objects.create(company=customer.company, **fields)


def _reminder(invoice, **fields) -> Reminder:
    step = factories.cadence(invoice.company).steps.first()
    fields = {"step": step, "step_key": step.key, "anchor_on": TODAY, "due_on": TODAY} | fields
    return Reminder.objects.create(company=invoice.company, invoice=invoice, **fields)


# --- The groups ----------------------------------------------------------------------------------


def test_each_kind_of_work_stands_in_its_group(company):
    customer = factories.customer(company, name="Acorn")
    for kind in Task.Kind.values:
        _task(company, kind, customer=customer, amount=Decimal("10.00"))
    _task(company, Task.Kind.CALL, customer=customer, key="promise:1")
    _thread(customer, intent="wants_plan")
    _approval(customer)
    _proposed(customer)
    _proposed(factories.customer(company), "50.00")

    found = _groups(company)

    assert {key: group.count for key, group in found.items()} == {
        "replies": 1,
        "promises": 1,
        "failed": 2,
        "approve": 2,
        "money": 3,
        "calls": 3,
        "idle": 0,
        "data": 1,
    }
    assert all(len(group.rows) == group.count for group in found.values())
    batch, single = found["approve"].rows
    assert (batch.why, batch.amount) == ("2 messages ready to be reviewed", Decimal("150.00"))
    assert (single.who, single.note) == ("Acorn", "30-day review")
    assert found["replies"].rows[0].why == "Answered: wants plan"
    assert list(found) == [
        "replies",
        "promises",
        "failed",
        "approve",
        "money",
        "calls",
        "idle",
        "data",
    ]


def test_rows_are_ranked_by_the_money_at_stake_and_replies_by_how_long_they_wait(company):
    for number, amount in enumerate(["5.00", None, "500.00", "50.00"]):
        customer = factories.customer(company)
        _task(company, Task.Kind.CALL, number, amount=amount and Decimal(amount))
        _thread(customer, needs_reply_since=NOW - timedelta(hours=number))

    found = _groups(company)

    assert [row.amount for row in found["calls"].rows] == [500, 50, 5, None]
    waits = [row.since for row in found["replies"].rows]
    assert waits == sorted(waits)


def test_a_reply_shows_what_its_customer_owes(company):
    customer = factories.customer(company)
    factories.invoice(customer, "70.00")
    factories.invoice(customer, "30.00")
    factories.invoice(customer, "999.00", currency="CAD")
    _thread(customer)

    assert _groups(company)["replies"].rows[0].amount == Decimal("100.00")


def test_what_is_snoozed_or_done_or_expired_is_not_for_today(company):
    customer = factories.customer(company)
    _task(company, Task.Kind.CALL, 1, snoozed_until=TODAY + timedelta(days=1))
    _task(company, Task.Kind.CALL, 2, done_at=NOW)
    _task(company, Task.Kind.CALL, 3, snoozed_until=TODAY)
    _approval(customer, 1, expires_at=NOW - timedelta(minutes=1))
    _approval(customer, 2, state=Approval.State.APPROVED, decided_at=NOW)

    found = _groups(company)

    assert found["calls"].count == 1
    assert found["approve"].count == 0


def test_a_snoozed_task_comes_back_by_the_calendar_of_its_own_company():
    late = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)  # still the 20th in New York, the 21st in Tokyo
    east = factories.company(slug="east", timezone="Asia/Tokyo")
    west = factories.company(slug="west", timezone="America/New_York")
    for one in (east, west):
        _task(one, Task.Kind.CALL, snoozed_until=TODAY + timedelta(days=1))

    calls = _groups(east, west, now=late)["calls"]

    assert [row.company for row in calls.rows] == [east]


@pytest.mark.parametrize("busy", ["reminder", "hold", "customer hold", "task", "escalation", "vip"])
def test_an_invoice_is_idle_when_nothing_will_happen_to_it(company, busy):
    idle = factories.customer(company, name="Idle")
    factories.invoice(idle, "40.00")
    factories.invoice(idle, "60.00")
    other = factories.customer(company, name="Busy")
    invoice = factories.invoice(other, "500.00")
    match busy:
        case "reminder":
            _reminder(invoice)
        case "hold" | "customer hold":
            Hold.objects.create(
                company=company, customer=other, reason=Hold.Reason.PERSON, placed_at=NOW,
                invoice=invoice if busy == "hold" else None,
            )  # fmt: skip
        case "task":
            _task(company, Task.Kind.CALL, customer=other, invoice=invoice)
        case "escalation":
            Escalation.objects.create(
                company=company, customer=other, invoice=invoice, opened_at=NOW,
                stage=Escalation.Stage.REVIEW, reminder=_reminder(invoice, state="sent"),
            )  # fmt: skip
        case "vip":
            factories.vip(other)

    group = _groups(company)["idle"]

    assert [(row.who, row.amount) for row in group.rows] == [("Idle", Decimal("100.00"))]
    assert group.rows[0].why == "2 past due invoices, no next step"
    assert group.count == 1


def test_the_count_is_of_all_and_the_rows_are_the_first(company):
    for number in range(30):
        customer = factories.customer(company)
        factories.invoice(customer, "10.00")
        _task(company, Task.Kind.MONEY, number, amount=Decimal(number))
        _approval(customer, number)
        _thread(customer)

    found = _groups(company)

    for key in ("replies", "approve", "money", "idle"):
        assert (len(found[key].rows), found[key].count) == (25, 30), key
    assert found["idle"].all_url.endswith("/invoices/?state=idle")


def test_more_companies_than_rows_each_show_their_batch():
    companies = [factories.company() for _ in range(27)]
    for one in companies:
        _proposed(factories.customer(one))
    _approval(factories.customer(companies[0]))

    group = _groups(*companies)["approve"]

    assert len(group.rows) == 27
    assert group.count == 28


# --- The figures ---------------------------------------------------------------------------------


def test_the_figures_above_the_list(company):
    customer = factories.customer(company)
    factories.invoice(customer, "100.00", due_on=TODAY - timedelta(days=1))
    factories.invoice(customer, "30.00", due_on=TODAY)
    factories.invoice(customer, "20.00", due_on=TODAY + timedelta(days=6))
    factories.invoice(customer, "7.00", due_on=TODAY + timedelta(days=7))
    factories.invoice(customer, "999.00", currency="CAD")
    factories.payment(customer, "45.00", paid_on=TODAY)
    factories.payment(customer, "44.00", paid_on=TODAY - timedelta(days=1))
    _settled(company, "5.00", NOW - timedelta(hours=2))
    _settled(company, "6.00", NOW - timedelta(hours=11))  # yesterday in New York

    [row] = figures.header([company], now=NOW).figures

    assert row == figures.Figures(
        "USD",
        open=Decimal("157.00"),
        past_due=Decimal("100.00"),
        due_this_week=Decimal("50.00"),
        collected_today=Decimal("50.00"),
    )


def _settled(company, amount, at) -> StripePayment:
    return StripePayment.objects.create(
        company=company,
        intent=f"pi_{amount}",
        amount=Decimal(amount),
        started_at=at,
        state=StripePayment.State.SUCCEEDED,
        settled_at=at,
    )


def test_different_currencies_are_never_added_up():
    here = factories.company(slug="a")
    there = factories.company(slug="b", currency="CAD")
    factories.invoice(factories.customer(here), "100.00")
    factories.invoice(factories.customer(there), "70.00", currency="CAD")

    rows = figures.header([here, there], now=NOW).figures

    assert [(row.currency, row.open) for row in rows] == [("CAD", 70), ("USD", 100)]


def test_without_an_invoice_there_is_one_row_of_zeros(company):
    [row] = figures.header([company], now=NOW).figures

    assert (row.currency, row.open) == ("USD", 0)


# --- The page ------------------------------------------------------------------------------------


def _fill(company, number: int) -> None:
    for one in range(number):
        customer = factories.customer(company)
        factories.invoice(customer, "10.00")
        _task(company, Task.Kind.MONEY, customer.pk, customer=customer)
        _task(company, Task.Kind.FIX_DATA, customer.pk, customer=customer)
        _approval(customer, one)
        _thread(customer)
        _proposed(customer)


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
    _task(company, Task.Kind.MONEY, "snoozed", snoozed_until=TODAY + timedelta(days=4000))

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
        _thread(factories.customer(one, name=f"Customer of {one.slug}"))

    page = client.get("/").content.decode()

    assert "2 things to do over all companies" in page
    assert "Customer of harbor" in page and "Customer of second" in page
    assert "Customer of ended" not in page


def test_nobody_else_sees_it(client, company):
    _thread(factories.customer(company, name="Secretive"))
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
    _task(company, Task.Kind.CALL, amount=Decimal("12.00"))
    client.force_login(factories.member(company))

    assert "CA$12.00" in client.get("/c/north/").content.decode().replace("\u00a0", "")


def test_idle_money_in_another_currency_is_not_added_to_our_own(company):
    customer = factories.customer(company)
    factories.invoice(customer, "10.00")
    factories.invoice(customer, "99.00", currency="CAD")

    rows = _groups(company)["idle"].rows

    assert [(row.amount, row.currency) for row in rows] == [(99, "CAD"), (10, "USD")]


# --- Search --------------------------------------------------------------------------------------


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
