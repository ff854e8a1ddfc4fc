"""The main story: reviewed, approved, texted, paid by card, recorded once in QuickBooks."""

import re

import pytest
from playwright.sync_api import Page, expect

from arbook.audit import timeline
from invoices.models import Reminder
from messaging.models import Message
from reconciliation.models import Posting
from tests.journeys.conftest import MOBILE, PHONE, link_in, sign_in

pytestmark = pytest.mark.journey


@pytest.mark.parametrize("scripts", [True, False], ids=["with-scripts", "without-scripts"])
def test_a_text_is_approved_paid_by_card_and_stands_in_the_books(desk, owing, open_page, scripts):
    page = open_page(java_script_enabled=scripts)
    sign_in(page, desk.member())
    body = _review_and_approve(page, desk)

    desk.work()
    assert desk.texts(MOBILE) == []
    desk.later(seconds=61)
    desk.work()

    (text,) = desk.texts(MOBILE)
    assert text.body == body
    assert "$162.07" in text.body

    page.goto(desk.invoice(owing).get_absolute_url())
    expect(page.get_by_text("Paid", exact=True)).to_have_count(0)
    desk.prepare()
    assert Reminder.objects.planned().count() == 1

    phone = open_page(**PHONE, java_script_enabled=scripts)
    _pay_by_card(phone, link_in(text.body), "$162.07")
    desk.work()

    if not scripts:
        phone.reload()
        page.reload()
    expect(phone.get_by_text("$162.07 has arrived")).to_be_visible()
    # The page asks every ten seconds whether something happened.
    expect(page.get_by_text("Paid", exact=True).first).to_be_visible(timeout=15_000)
    _stands_in_the_books_once(desk, owing)
    _the_timeline_reads_from_webhook_to_posting(page, desk, owing)


def test_an_approval_undone_within_the_window_sends_nothing(desk, owing, page):
    sign_in(page, desk.member())
    _review_and_approve(page, desk)

    page.get_by_role("button", name=re.compile("Undo")).first.click()
    expect(page.get_by_text("1 message waits for a yes")).to_be_visible()
    desk.later(minutes=10)
    desk.work()

    assert desk.texts(MOBILE) == []
    assert desk.sandbox.faults.count("twilio", "messages.create") == 0
    assert Message.objects.get().state == Message.State.PROPOSED


def test_keys_approve_and_undo(desk, owing, page):
    sign_in(page, desk.member())
    page.goto(f"/c/{desk.company.slug}/messages/")
    expect(page.get_by_text("1 message waits for a yes")).to_be_visible()

    page.keyboard.press("a")
    expect(page.get_by_text("1 message approved")).to_be_visible()
    assert Message.objects.get().state == Message.State.APPROVED
    page.keyboard.press("u")
    expect(page.get_by_text("1 message waits for a yes")).to_be_visible()

    assert Message.objects.get().state == Message.State.PROPOSED


def test_the_undo_bar_shows_even_when_the_pane_was_swapped_meanwhile(desk, owing, page):
    sign_in(page, desk.member())
    page.goto(f"/c/{desk.company.slug}/messages/")
    shown = page.locator("#chosen")
    held = {}
    page.route(re.compile(r"/messages/\d+/(\?|$)"), lambda route: held.update(pane=route))
    page.route(re.compile(r"/messages/\d+/approve/$"), lambda route: held.update(yes=route))
    page.locator("[data-row]", has_text="Blue Door Cafe").first.click()
    old = shown.element_handle()
    shown.get_by_role("button", name=re.compile("^Approve")).click()
    for _ in range(250):
        page.wait_for_timeout(20)
        if len(held) == 2:
            break
    held["pane"].continue_()
    page.wait_for_function("old => !old.isConnected", arg=old)
    held["yes"].continue_()

    expect(page.get_by_text("1 message approved")).to_be_visible()


def test_a_link_opened_again_says_it_is_paid(desk, owing, open_page):
    desk.approved("Blue Door Cafe")
    desk.work()
    link = link_in(desk.texts(MOBILE)[0].body)
    phone = open_page(**PHONE)
    _pay_by_card(phone, link, "$162.07")
    desk.work()

    phone.goto(link)

    expect(phone.get_by_role("heading", name="Already paid")).to_be_visible()
    expect(phone.get_by_role("button", name=re.compile("Pay"))).to_have_count(0)


def test_a_declined_card_can_be_followed_by_a_good_one(desk, owing, open_page):
    desk.approved("Blue Door Cafe")
    desk.work()
    phone = open_page(**PHONE)
    phone.goto(link_in(desk.texts(MOBILE)[0].body))
    phone.get_by_role("button", name=re.compile("Pay")).click()
    phone.get_by_label("Card number").fill("4000 0000 0000 0002")
    phone.locator("#pay-card").click()
    expect(phone.get_by_role("alert")).to_contain_text("declined")

    phone.get_by_label("Card number").fill("4242 4242 4242 4242")
    phone.locator("#pay-card").click()
    expect(phone).to_have_url(re.compile("/done/"))
    desk.work()

    _stands_in_the_books_once(desk, owing)


def _review_and_approve(page: Page, desk) -> str:
    """Find the message in the review, read it, say yes; returns the words it had."""
    page.goto(f"/c/{desk.company.slug}/messages/")
    expect(page.get_by_text("1 message waits for a yes")).to_be_visible()
    expect(page.locator("[data-row]", has_text="Blue Door Cafe").first).to_be_visible()
    body = Message.objects.get(state="proposed").body
    shown = page.locator("#chosen")
    expect(shown).to_contain_text("$162.07")
    expect(shown.locator(".bubble").first).to_have_text(body, use_inner_text=True)
    shown.get_by_role("button", name=re.compile("^Approve")).click()
    expect(page.get_by_text("1 message approved")).to_be_visible()
    assert Message.objects.get().state == Message.State.APPROVED
    return body


def _pay_by_card(phone: Page, link: str, amount: str) -> None:
    phone.goto(link)
    expect(phone.get_by_role("heading", name=amount)).to_be_visible()
    phone.get_by_role("button", name=f"Pay {amount}").click()
    expect(phone.locator(".total")).to_have_text(amount)
    phone.locator("#pay-card").click()
    expect(phone).to_have_url(re.compile("/done/"))
    expect(phone.get_by_role("heading", name="Thank you")).to_be_visible()


def _stands_in_the_books_once(desk, owing) -> None:
    (made,) = desk.books.all("Payment")
    assert made["TotalAmt"] == 162.07
    assert [line["LinkedTxn"][0]["TxnId"] for line in made["Line"]] == [owing]
    assert Posting.objects.get().state == Posting.State.VERIFIED
    assert desk.invoice(owing).balance == 0
    assert not Reminder.objects.planned().exists()


def _the_timeline_reads_from_webhook_to_posting(page: Page, desk, owing) -> None:
    posted = next(line for line in timeline.of(desk.invoice(owing)) if line.verb == "money.posted")
    chain = [entry.verb for entry in timeline.chain(posted.entry)]
    assert chain[0] == "money.posted"
    assert "money.captured" in chain
    assert chain[-1] == "webhook.stripe"
    for words in ("was paid by card", "recorded in QuickBooks", "Approved:", "handed over"):
        expect(page.get_by_text(words).first).to_be_attached()
