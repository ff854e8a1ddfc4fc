"""Paid by check after the approval and before the sending: nothing leaves, and it says why."""

import pytest
from playwright.sync_api import expect

from arbook.audit import timeline
from messaging.models import Message
from tests.journeys.conftest import MOBILE, sign_in

pytestmark = pytest.mark.journey


@pytest.mark.parametrize("told", [True, False], ids=["with-webhook", "webhook-lost"])
def test_a_check_between_approval_and_sending_keeps_the_text_here(desk, owing, page, sandbox, told):
    if not told:
        sandbox.delivery.hold("quickbooks")
    person = desk.member()
    sign_in(page, person)
    page.goto(f"/c/{desk.company.slug}/messages/")
    page.get_by_role("button", name="Approve").first.click()
    expect(page.get_by_text("1 message approved")).to_be_visible()

    desk.books.pay_by_check(owing)
    desk.later(seconds=61)
    desk.work()

    assert desk.texts(MOBILE) == []
    assert sandbox.faults.count("twilio", "messages.create") == 0
    message = Message.objects.get()
    assert message.state == Message.State.WITHDRAWN
    assert desk.invoice(owing).balance == 0
    assert "message.withdrawn" in [line.verb for line in timeline.of(desk.invoice(owing))]
    page.goto(f"/c/{desk.company.slug}/messages/")
    expect(page.get_by_role("heading", name="Not going out")).to_be_visible()
    page.goto(f"/c/{desk.company.slug}/messages/{message.pk}/")
    expect(page.locator("#main")).to_contain_text("paid")
    page.goto(desk.invoice(owing).get_absolute_url())
    expect(page.get_by_text("Not sent:").first).to_be_attached()


def test_a_part_paid_meanwhile_sends_the_message_back_to_a_person(desk, owing, page, sandbox):
    sandbox.delivery.hold("quickbooks")
    sign_in(page, desk.member())
    page.goto(f"/c/{desk.company.slug}/messages/")
    page.get_by_role("button", name="Approve").first.click()
    expect(page.get_by_text("1 message approved")).to_be_visible()

    desk.books.pay_by_check(owing, "62.07")
    desk.later(seconds=61)
    desk.work()

    assert desk.texts(MOBILE) == []
    page.goto(f"/c/{desk.company.slug}/messages/")
    expect(page.get_by_text("Amount changed").first).to_be_visible()
    expect(page.get_by_text("from $162.07 to $100.00").first).to_be_visible()
    expect(page.locator("#chosen")).to_contain_text("$100.00")
