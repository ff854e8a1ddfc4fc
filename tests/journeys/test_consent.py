"""What customers allow and forbid, as they say it themselves: on a phone and on the pay page."""

import re

import pytest
from playwright.sync_api import expect

from arbook import clock
from customers import consent
from customers.models import Channel, ConsentEvent, Customer
from messaging.models import Message, Thread
from reconciliation import paylinks
from tests.journeys.conftest import MOBILE, PHONE, sign_in

pytestmark = pytest.mark.journey

STRANGER = "+12125550188"


def standing(desk, number) -> str:
    return consent.standing(desk.company, Channel.SMS, number).state


def writes(sandbox, open_page, number, words):
    """Somebody types on a phone and sends it."""
    handset = open_page()
    handset.goto(f"{sandbox.url}/phones/{number}")
    handset.get_by_label("Reply").fill(words)
    handset.get_by_role("button", name="Send").click()
    expect(handset.locator(".mine", has_text=words)).to_be_visible()
    return handset


@pytest.mark.parametrize(
    ("words", "language", "confirmed"),
    [
        ("Lose my number. Dont message me ever again", "en", "no more texts"),
        ("ya no me manden mensajes por favor", "es", "no le enviaremos mas mensajes"),
    ],
    ids=["words Twilio does not know", "Spanish"],
)
def test_an_opt_out_in_any_words_is_heard_confirmed_and_final(
    desk, owing, page, open_page, sandbox, words, language, confirmed
):
    person = desk.member()
    Customer.objects.update(language=language)
    desk.approved("Blue Door Cafe", by=person)
    desk.work()

    handset = writes(sandbox, open_page, MOBILE, words)
    desk.work()

    assert standing(desk, MOBILE) == "withdrawn"
    handset.reload()
    expect(handset.locator(".bubble", has_text=confirmed)).to_be_visible()
    for _ in range(4):
        desk.passes(days=4, by=person)
    assert len(desk.sent_to(MOBILE)) == 2  # the reminder, and that we heard
    sign_in(page, person)
    page.goto(f"/c/harbor/customers/consent/of/{MOBILE}/")
    expect(page.get_by_role("heading", name="(212) 555-0111")).to_contain_text("Stopped")
    expect(page.get_by_role("cell", name=words)).to_be_visible()


def test_a_reply_from_a_number_nobody_knows_is_kept_and_finds_its_customer(
    desk, owing, page, open_page, sandbox
):
    person = desk.member()
    sandbox.phone(STRANGER).reply("This is Ana of Blue Door, use this number", to="+17185550101")
    desk.work()
    sign_in(page, person)

    page.goto("/c/harbor/messages/inbox/?queue=unknown")
    thread = Thread.objects.get(unknown_address=STRANGER)
    page.goto(f"/c/harbor/messages/inbox/{thread.pk}/link/")
    page.get_by_label("Customer's name").fill("Blue Door")
    page.get_by_role("button", name="Search", exact=True).click()
    page.get_by_role("button", name="It is theirs").click()
    page.wait_for_url(re.compile(r"/inbox/\d+/$"))

    assert Message.objects.get(direction="in").customer.name == "Blue Door Cafe"
    assert desk.customer("Blue Door Cafe").contacts.filter(address=STRANGER).exists()
    assert standing(desk, STRANGER) == "unknown"


def test_a_customer_opts_in_on_the_pay_page_and_by_the_phones_own_yes(
    desk, owing, open_page, sandbox
):
    ConsentEvent.objects.all().delete()
    customer = desk.customer("Blue Door Cafe")
    link = paylinks.link_for(customer, [desk.invoice(owing)], now=clock.now())
    hand = open_page(**PHONE)
    hand.goto(f"/pay/{paylinks.token(link)}/")
    hand.get_by_role("link", name="Get reminders by text").click()

    box = hand.get_by_role("checkbox")
    expect(box).not_to_be_checked()
    hand.get_by_label("Mobile number").fill("(212) 555-0177")
    box.evaluate("box => box.required = false")
    hand.get_by_role("button", name="Text me").click()
    expect(hand.get_by_text("without it no text is sent")).to_be_visible()
    hand.get_by_role("checkbox").check()
    hand.get_by_role("button", name="Text me").click()
    expect(hand.get_by_role("heading", name="One step left")).to_be_visible()
    desk.work()
    number = "+12125550177"
    assert len(desk.sent_to(number)) == 1
    assert standing(desk, number) == "unknown"

    writes(sandbox, open_page, number, "YES")
    desk.work()

    event = ConsentEvent.objects.get(address=number)
    assert standing(desk, number) == "given"
    assert event.wording.startswith("I agree that Harbor Dental may text me at this number")
    assert event.evidence["pay_link"] == link.pk and event.evidence["answer"] == "YES"
    assert len(desk.sent_to(number)) == 1
