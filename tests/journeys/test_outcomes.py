"""What answers lead to: a promise, a dispute, a claim of payment, a plan, each to its end."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from arbook.companies.models import Role
from invoices.models import Dispute, Hold, Installment, PaymentPlan, PromiseToPay, Task
from messaging.models import Thread
from tests.journeys.conftest import MOBILE, PHONE, link_in, sign_in

pytestmark = pytest.mark.journey


def says(handset: Page, sandbox, words: str) -> None:
    """The customer types on their phone."""
    handset.goto(f"{sandbox.url}/phones/{MOBILE}")
    handset.get_by_label("Reply").fill(words)
    handset.get_by_role("button", name="Send").click()
    expect(handset.locator(".mine", has_text=words)).to_be_visible()


def bodies(desk) -> list[str]:
    return [one.body for one in desk.sent_to(MOBILE)]


def thread_url(desk, act: str = "") -> str:
    thread = Thread.objects.get(customer__company=desk.company)
    return f"/c/{desk.company.slug}/messages/inbox/{thread.pk}/{act}"


def pay_by_card(phone: Page, link: str, amount: str) -> None:
    phone.goto(link)
    phone.get_by_role("button", name=f"Pay {amount}").click()
    phone.locator("#pay-card").click()
    expect(phone).to_have_url(re.compile("/done/"))


@pytest.mark.parametrize("is_kept", [True, False], ids=["kept", "broken"])
def test_a_promise_is_recalled_the_day_before_and_kept_or_broken(
    desk, owing, page, open_page, sandbox, is_kept
):
    person = desk.member()
    desk.approved("Blue Door Cafe", by=person)
    desk.work()
    says(open_page(), sandbox, "I'll pay Friday")
    desk.work()

    sign_in(page, person)
    page.goto(thread_url(desk, "promise/"))
    expect(page.get_by_label("Paid by")).to_have_value("2026-11-13")
    page.get_by_role("button", name="Record promise").click()
    expect(page.get_by_text("The promise is recorded.")).to_be_visible()

    desk.passes(days=2, by=person)  # Thursday
    assert "$162.07" in bodies(desk)[1] and "before the day" in bodies(desk)[1]
    if is_kept:
        desk.books.pay_by_check(owing)
        desk.work()
        desk.passes(days=8, by=person)
    else:
        desk.passes(days=3, by=person)  # Sunday, the grace is not over
        assert PromiseToPay.objects.get().state == "open"
        desk.passes(days=1, by=person)  # Monday
        assert Task.objects.open().get().title == "Broken promise of Blue Door Cafe"
        desk.passes(days=2, by=person)

    assert PromiseToPay.objects.get().state == ("kept" if is_kept else "broken")
    # Broken: the step due then, once. Kept: nothing more.
    assert len(bodies(desk)) == (2 if is_kept else 3)
    page.goto(desk.invoice(owing).get_absolute_url())
    ending = re.compile("^(kept|broken)$", re.IGNORECASE)
    expect(page.get_by_text(ending).first).to_have_text("Kept" if is_kept else "Broken")


def test_180_of_1240_are_disputed_and_the_rest_is_asked_for(desk, page, open_page, sandbox):
    (book_id,) = desk.owes("Blue Door Cafe", "1240.00", days_ago=14, mobile=MOBILE)
    desk.sync()
    person = desk.member(Role.MANAGER)
    desk.approved("Blue Door Cafe", by=person)
    desk.work()
    says(open_page(), sandbox, "We dispute $180 of this invoice, the delivery never came")
    desk.work()

    sign_in(page, person)
    page.goto(thread_url(desk, "dispute/"))
    page.get_by_label("Contested amount").fill("180")
    page.get_by_label("Reason").select_option("not_received")
    page.get_by_role("button", name="Open dispute").click()
    expect(page.get_by_text("the rest keeps moving")).to_be_visible()

    desk.passes(days=7, by=person)
    rest = bodies(desk)[-1]
    assert len(bodies(desk)) == 2 and "$1,060.00" in rest
    phone = open_page(**PHONE)
    phone.goto(link_in(rest))
    expect(phone.get_by_role("heading", name="$1,060.00")).to_be_visible()
    expect(phone.get_by_text("$180.00 set aside while we look into it")).to_be_visible()

    page.goto(f"/c/{desk.company.slug}/invoices/disputes/")
    expect(page.locator("[data-row]")).to_contain_text(["$180.00"])
    page.goto(f"/c/{desk.company.slug}/invoices/disputes/{Dispute.objects.get().pk}/resolve/")
    page.get_by_label("Credited in QuickBooks").check()
    page.get_by_label("What came of it").fill("The delivery did not happen.")
    page.get_by_role("button", name="Close dispute").click()
    expect(page.get_by_text("Enter it there first.")).to_be_visible()

    customer = desk.customer("Blue Door Cafe").quickbooks_id
    desk.books.credit(customer, "180.00", apply_to=book_id)
    desk.work()
    dispute = Dispute.objects.get()
    assert (dispute.state, dispute.ending) == ("resolved", "credited")
    phone.reload()
    expect(phone.get_by_role("heading", name="$1,060.00")).to_be_visible()
    expect(phone.get_by_text("set aside")).to_have_count(0)


def test_paid_is_matched_to_a_check_and_nobody_is_asked_again(
    desk, owing, page, open_page, sandbox
):
    person = desk.member()
    desk.approved("Blue Door Cafe", by=person)
    desk.work()
    customer = desk.customer("Blue Door Cafe").quickbooks_id
    desk.books.pay(customer, "162.07", reference="4471")
    desk.books.pay(customer, "99.00", reference="4400")
    says(open_page(), sandbox, "Already PAID, check 4471")
    desk.work()
    claim = Task.objects.get(kind=Task.Kind.VERIFY_PAYMENT)

    sign_in(page, person)
    page.goto(f"/c/{desk.company.slug}/invoices/tasks/{claim.pk}/")
    likely = page.locator("#likely li").first
    expect(likely).to_contain_text("Payment 4471")
    expect(likely).to_contain_text("exactly the amount 50")
    likely.get_by_role("button", name="This is it").click()
    expect(page.get_by_text("The claim is settled.")).to_be_visible()

    claim.refresh_from_db()
    assert claim.outcome == "It is payment 4471, $162.07 of Nov 10."
    work = Task.objects.open().get(kind=Task.Kind.MONEY)
    assert work.title == "Apply $162.07 of payment 4471 in QuickBooks"
    desk.passes(days=7, by=person)
    assert len(bodies(desk)) == 1


def test_a_plan_is_proposed_approved_accepted_paid_once_and_broken(desk, page, open_page, sandbox):
    (book_id,) = desk.owes("Blue Door Cafe", "900.00", days_ago=14, mobile=MOBILE)
    desk.sync()
    manager = desk.member(Role.MANAGER)
    desk.approved("Blue Door Cafe", by=manager)
    desk.work()
    says(open_page(), sandbox, "Could we pay this in installments?")
    desk.work()
    assert Task.objects.open().get().title == "Blue Door Cafe asks to pay in parts"

    sign_in(page, manager)
    page.goto(thread_url(desk, "plan/"))
    expect(page.get_by_text("$900.00 makes 3 instalments of $300.00").first).to_be_visible()
    page.get_by_label("How often").select_option("week")
    page.get_by_role("button", name="Ask a manager").click()
    expect(page.get_by_text("The plan waits for a manager")).to_be_visible()
    page.goto(f"/c/{desk.company.slug}/invoices/approvals/")
    page.get_by_role("link", name="Decide").click()
    page.get_by_label("Offer this plan to the customer").check()
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_text("gets a page to say yes on")).to_be_visible()
    desk.work()

    phone = open_page(**PHONE)
    offer = re.search(r"http://\S+/plan/\S+/", bodies(desk)[-1])[0]
    phone.goto(offer)
    phone.get_by_label("Your name").fill("Ana Reyes")
    phone.get_by_role("button", name="I agree to this plan").click()
    expect(phone.get_by_text("Accepted by Ana Reyes")).to_be_visible()

    desk.passes(days=7, by=manager)  # the first instalment's day
    note = bodies(desk)[-1]
    assert "your instalment of $300.00" in note
    pay_by_card(phone, link_in(note), "$300.00")
    desk.work()
    assert desk.invoice(book_id).balance == 600
    assert [one.paid for one in Installment.objects.all()] == [300, 0, 0]

    desk.passes(days=10, by=manager)  # three days after the second one's
    assert "has not come yet" in bodies(desk)[-1]
    desk.passes(days=1, by=manager)
    assert Task.objects.open().get().title == "Missed instalment of Blue Door Cafe"
    plan = PaymentPlan.objects.get()
    page.goto(plan.get_absolute_url())
    expect(page.get_by_text(re.compile("^missed$", re.IGNORECASE)).first).to_be_visible()

    third = Installment.objects.get(number=3).due_on
    desk.later(days=(third + PaymentPlan.GRACE - desk.today + timedelta(days=1)).days)
    desk.passes(by=manager)
    plan.refresh_from_db()
    assert plan.state == "broken"
    assert not Hold.objects.filter(reason=Hold.Reason.PLAN, lifted_at=None).exists()
    page.reload()
    expect(page.get_by_text("2 instalments were missed.")).to_be_visible()
