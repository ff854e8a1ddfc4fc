"""A bank debit: on its way, failed, looked at by a person, and asked for again."""

import re

import pytest
from playwright.sync_api import expect

from invoices.models import Hold, Reminder, Task
from reconciliation.models import StripePayment
from tests.journeys.conftest import MOBILE, PHONE, link_in, sign_in

pytestmark = pytest.mark.journey


def test_a_debit_in_flight_is_quiet_and_a_failed_one_resumes_at_the_same_step(
    desk, page, open_page, sandbox
):
    (book_id,) = desk.owes("Blue Door Cafe", "162.07", days_ago=19, mobile=MOBILE)
    desk.sync()
    person = desk.member()
    sign_in(page, person)
    desk.approved("Blue Door Cafe", by=person)
    desk.work()
    (text,) = desk.sent_to(MOBILE)
    _pay_by_bank(open_page(**PHONE), link_in(text.body), desk)

    # The next step falls due while the money is on its way.
    for _ in range(3):
        desk.passes(days=1, by=person)
    assert StripePayment.objects.get().state == StripePayment.State.IN_FLIGHT
    assert len(desk.sent_to(MOBILE)) == 1
    step = Reminder.objects.planned().get(invoice__quickbooks_id=book_id).step_key
    page.goto(desk.invoice(book_id).get_absolute_url())
    expect(page.locator("#main").get_by_text(re.compile("on its way", re.I)).first).to_be_visible()
    assert desk.books.all("Payment") == []

    # Stripe says after four days that the account has no money.
    desk.passes(days=2, by=person)
    assert StripePayment.objects.get().state == StripePayment.State.FAILED
    hold = Hold.objects.active(_now()).get()
    assert (hold.reason, hold.invoice) == (Hold.Reason.PAYMENT_FAILED, None)
    assert any("failed" in note.text for note in sandbox.slack.workspace.notes)
    assert any("failed" in letter.subject for letter in desk.letters("staff@harbor.example"))
    desk.passes(days=2, by=person)
    assert len(desk.sent_to(MOBILE)) == 1

    # A person deals with it.
    task = Task.objects.open().get(kind=Task.Kind.PAYMENT_FAILED)
    page.goto(f"/c/{desk.company.slug}/invoices/tasks/{task.pk}/")
    page.get_by_label("Outcome").fill("They will pay by card instead.")
    page.get_by_role("button", name="Done").click()
    expect(page).to_have_url(re.compile("/tasks/$"))
    assert not Hold.objects.active(_now()).exists()

    desk.passes(hours=1, by=person)

    assert len(desk.sent_to(MOBILE)) == 2
    sent = Reminder.objects.filter(state=Reminder.State.SENT).latest("settled_at")
    assert sent.step_key == step
    assert "$162.07" in desk.sent_to(MOBILE)[-1].body


def _now():
    from arbook import clock

    return clock.now()


def _pay_by_bank(phone, link: str, desk) -> None:
    phone.goto(link)
    phone.get_by_role("button", name="Pay $162.07").click()
    phone.get_by_label("Account number").select_option("000222222227")
    phone.locator("#pay-bank").click()
    expect(phone).to_have_url(re.compile("/done/"))
    desk.work()
    expect(phone.get_by_text("Your bank is transferring $162.07")).to_be_visible()
    phone.goto(link)
    expect(phone.get_by_role("heading", name="Your payment is on its way")).to_be_visible()
    expect(phone.get_by_role("button", name=re.compile("^Pay"))).to_have_count(0)
