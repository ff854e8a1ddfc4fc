"""STOP: one word on a phone, and nothing is ever sent to that number again."""

import pytest
from playwright.sync_api import expect

from customers import consent
from customers.models import Channel
from tests.journeys.conftest import MOBILE, sign_in

pytestmark = pytest.mark.journey

WEEKS = 5


@pytest.mark.parametrize("words", ["STOP", "Please stop texting me"])
def test_after_stop_nothing_is_sent_to_that_number_while_weeks_pass(
    desk, owing, page, open_page, sandbox, words
):
    person = desk.member()
    desk.approved("Blue Door Cafe", by=person)
    desk.work()
    assert len(desk.sent_to(MOBILE)) == 1

    handset = open_page()
    handset.goto(f"{sandbox.url}/phones/{MOBILE}")
    handset.get_by_role("button", name=words, exact=True).click()
    expect(handset.locator(".mine", has_text=words)).to_be_visible()
    desk.work()

    standing = consent.standings(desk.company, Channel.SMS, [MOBILE])[MOBILE]
    assert standing.state == "withdrawn"
    # The carrier confirms its own words; after other words we say once that we heard.
    heard = [one.body for one in desk.sent_to(MOBILE)[1:]]
    assert len(heard) == (0 if words == "STOP" else 1)
    assert not any("$" in body or "/pay/" in body for body in heard)
    for _ in range(WEEKS * 3):
        desk.passes(days=2, by=person)
    desk.passes(days=7, by=person)

    assert len(desk.sent_to(MOBILE)) == 1 + len(heard)
    assert sandbox.faults.count("twilio", "messages.create") == 1 + len(heard)
    sign_in(page, person)
    page.goto(desk.customer("Blue Door Cafe").get_absolute_url())
    expect(page.get_by_text("Texts must not be sent to (212) 555-0111").first).to_be_visible()
    if words == "STOP":  # the rest went by mail, where that is allowed
        assert len(desk.letters("ap@bluedoorcafe.example")) == 1
    else:  # a sentence waits for an answer, and until then all is quiet
        assert desk.letters("ap@bluedoorcafe.example") == []
        expect(page.get_by_role("heading", name="Why it is quiet")).to_be_visible()
        expect(page.get_by_text("an unanswered reply", exact=False).first).to_be_visible()


def test_a_yes_after_stop_brings_no_text_back_before_a_person_agrees(desk, owing, sandbox):
    person = desk.member()
    desk.approved("Blue Door Cafe", by=person)
    desk.work()
    phone = sandbox.phone(MOBILE)

    phone.reply("Please stop texting me")
    desk.work()
    heard = len(desk.sent_to(MOBILE))
    phone.reply("YES")
    desk.work()
    for _ in range(3):
        desk.passes(days=4, by=person)

    assert len(desk.sent_to(MOBILE)) == heard
