"""An answer by mail: from the customer's mailbox into the conversation, and back."""

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import expect

from tests.journeys.conftest import sign_in

pytestmark = pytest.mark.journey

AP = "ap@bluedoorcafe.example"


def test_an_answer_by_mail_is_threaded_read_and_answered(desk, page, open_page, sandbox):
    sandbox.postbox.open(
        "postmark",
        settings.POSTMARK_WEBHOOK_SECRET,
        settings.PUBLIC_URL + reverse("webhooks:mail_inbound", args=["postmark"]),
        settings.PUBLIC_URL + reverse("webhooks:mail_tracking", args=["postmark"]),
    )
    person = desk.member()
    desk.owes("Blue Door Cafe", "1240.00", days_ago=7)
    desk.sync()
    desk.approved("Blue Door Cafe", by=person)
    desk.work()
    (reminder,) = desk.letters(AP)

    mailbox = open_page()
    mailbox.goto(f"{sandbox.url}/mail")
    mailbox.get_by_role("link", name=reminder.subject).click()
    mailbox.get_by_label("From").fill("Jane Roe <jane@roe.example>")
    mailbox.get_by_label("Answer").fill("I'll pay on Friday.\n\nBest regards,\nJane Roe\nAccounts")
    mailbox.get_by_role("button", name="Send", exact=True).click()
    expect(mailbox.get_by_role("status")).to_have_text("The answer is on its way.")
    desk.work()

    sign_in(page, person)
    page.goto(reverse("messaging:inbox", args=[desk.company.slug]))
    page.locator(".pane-list").get_by_role("link", name="Blue Door Cafe").click()
    talk = page.locator("#talk")
    heard = talk.locator(".bubble", has_text="I'll pay on Friday.")
    expect(heard).to_be_visible()
    expect(heard).not_to_contain_text("/pay/")
    expect(heard).not_to_contain_text("Accounts")
    expect(talk).to_contain_text("jane@roe.example")

    talk.get_by_role("link", name="Whole mail").click()
    whole = page.locator(".letter-text")
    expect(whole).to_contain_text("Best regards,")
    expect(whole).to_contain_text("/pay/")
    expect(page.get_by_text("the reply address")).to_be_visible()
    page.get_by_role("link", name="Blue Door Cafe").first.click()
    expect(talk).to_be_visible()

    mailbox.goto(f"{sandbox.url}/mail/{reminder.id}")
    mailbox.get_by_role("button", name="Send it back: no such mailbox").click()
    desk.work()

    page.goto(desk.customer("Blue Door Cafe").get_absolute_url())
    expect(page.get_by_text("5.1.1").first).to_be_visible()
