"""A day's inbox worked without a mouse: twenty replies, each dealt with as it asks for."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from arbook import clock
from customers import consent
from customers.models import Channel, Contact
from invoices.models import Dispute, PromiseToPay, Task
from messaging import inbound
from messaging.models import Message, Thread
from tests import factories
from tests.desk import PASSWORD

pytestmark = pytest.mark.journey

STRANGER = "+13125550177"
# What is said, and what the person at the keys does with it; the oldest comes first.
DAY = [
    ("I will pay on Friday", "promise"),
    ("Invoice is wrong, we were charged twice for the same job", "dispute"),
    ("I already paid this by check last week", "verify"),
    ("What is this for?", "answer"),
    ("please stop texting me", "close as opted out"),
    ("Thank you", "nothing"),
    ("Who are you?", "saved reply"),
    ("You have the wrong number, I am not Ada", "wrong person"),
    ("Will pay the full amount on Friday", "promise"),
    ("You overcharged me", "dispute"),
    ("Paid it yesterday", "verify"),
    ("Can I call you tomorrow about the invoice?", "snooze"),
    ("Which job was it?", "answer"),
    ("What did you do in October?", "note, then answer"),
    ("I'll pay on Friday, promise", "promise"),
    ("Paid by check", "verify"),
    ("When was this due?", "saved reply"),
    ("ok", "take and close"),
    ("got it", "take and close"),
]


def test_twenty_replies_are_worked_by_keys_alone(desk, page):
    clerk = desk.member()
    _a_day_of_replies(desk)
    _forbid_the_mouse(page)
    _sign_in(page, clerk)

    page.keyboard.press("g")
    page.keyboard.press("i")
    expect(page).to_have_url(re.compile("/inbox/"))
    page.wait_for_load_state()
    expect(page.locator("[data-row]")).to_have_count(len(DAY) + 1)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    for words, act in DAY:
        if act == "take and close":
            continue
        expect(page.locator(".bubble").first).to_have_text(words)
        WORK[act](page)
    _link_the_stranger(page)
    _take_and_close_the_rest(page)

    expect(page.get_by_text("No reply waits for an answer")).to_be_visible()
    _is_done_as_meant(desk, clerk)


def _a_day_of_replies(desk) -> None:
    """What came in over night, in the order of DAY; the stranger last but two."""
    said = [(f"+1212555{1000 + number}", words) for number, (words, _) in enumerate(DAY)]
    said.insert(len(DAY) - 2, (STRANGER, "Hi, this is Ada from Elm Street"))
    for number, (address, words) in enumerate(said):
        if address != STRANGER:
            customer = factories.customer(desk.company, name=f"Customer {number}", state="NY")
            factories.consent(factories.contact(customer, Channel.SMS, address))
            factories.invoice(customer, "1240.00", number=f"INV-{number}")
        inbound.receive(
            desk.company,
            channel=Channel.SMS,
            sender=address,
            body=words,
            vendor_id=f"SM{number}",
            received_at=clock.now() - timedelta(minutes=300 - number),
            now=clock.now(),
        )
    # Thanks alone wait for nobody; here somebody looks at them all the same.
    Thread.objects.update(state="needs_reply")
    for thread in Thread.objects.filter(needs_reply_since=None):
        thread.needs_reply_since = thread.last_message_at
        thread.save()
    factories.customer(desk.company, name="Elm Street Bakery")


def _forbid_the_mouse(page: Page) -> None:
    """Any press of a mouse would be heard here; keys click with no pointer behind them."""
    page.add_init_script(
        "addEventListener('pointerdown', () => { throw new Error('a mouse was used'); }, true)"
    )


def _sign_in(page: Page, person) -> None:
    page.goto("/accounts/login/")
    _tab_to(page, page.get_by_label("Email"))
    page.keyboard.type(person.email)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).not_to_have_url(re.compile("/accounts/login/"))
    page.wait_for_load_state()


def _tab_to(page: Page, control: Locator) -> None:
    for _ in range(9):
        if control.evaluate("box => box === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"The tabulator does not lead to {control}.")


# --- The acts ------------------------------------------------------------------------------------


def _leaves(act):
    """Do it, and wait until the next conversation or the list has come."""

    def done(page: Page) -> None:
        before = page.url
        act(page)
        expect(page).not_to_have_url(before)
        page.wait_for_load_state("domcontentloaded")

    return done


def _dialog(page: Page, key: str, title: str) -> None:
    page.keyboard.press(key)
    expect(page.locator("#dialog h2")).to_have_text(title)
    expect(page.locator("#dialog :focus")).to_have_count(1)


@_leaves
def _promise(page: Page) -> None:
    _dialog(page, "p", "Record a promise")
    page.keyboard.press("Control+Enter")


@_leaves
def _dispute(page: Page) -> None:
    _dialog(page, "d", "Open a dispute")
    _tab_to(page, page.get_by_label("Contested amount"))
    page.keyboard.press("Control+a")
    page.keyboard.type("180")
    page.keyboard.press("Control+Enter")


@_leaves
def _verify(page: Page) -> None:
    _dialog(page, "v", "Verify a payment")
    page.keyboard.press("Control+Enter")


@_leaves
def _wrong_person(page: Page) -> None:
    _dialog(page, "y", "Wrong person")
    page.keyboard.press("Control+Enter")


@_leaves
def _snooze(page: Page) -> None:
    _dialog(page, "s", "Put away")
    page.keyboard.press("Enter")


def _close_as(outcome: str, step: str):
    @_leaves
    def act(page: Page) -> None:
        _dialog(page, "c", "Close the conversation")
        if outcome:
            page.keyboard.type(outcome)
        page.keyboard.press("Tab")
        page.keyboard.type(step)
        page.keyboard.press("Enter")

    return act


def _answer(page: Page, words: str = "It is for the work in October.") -> None:
    """Send, then back to the list and on with the first."""
    page.keyboard.press("r")
    page.keyboard.type(words)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".bubble-out").last).to_have_text(words)
    _back_and_on(page)


def _saved_reply(page: Page) -> None:
    page.keyboard.press("r")
    page.keyboard.press("/")
    expect(page.locator(".saved-find")).to_be_focused()
    page.keyboard.type("who we")
    page.keyboard.press("Enter")
    written = page.locator("#composer textarea")
    expect(written).to_have_value("This is Harbor Dental. Reply here and a person answers.")
    expect(written).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".bubble-out")).to_have_count(1)
    _back_and_on(page)


def _note_then_answer(page: Page) -> None:
    page.keyboard.press("m")
    expect(page.locator("#thread-head")).to_contain_text("Yours")
    page.keyboard.press("n")
    page.keyboard.type("Ask Ben about October")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".bubble-note")).to_have_text("Ask Ben about October")
    _answer(page)


def _back_and_on(page: Page) -> None:
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(r"/inbox/(\?.*)?$"))
    page.wait_for_load_state()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/inbox/\d+/"))
    page.wait_for_load_state("domcontentloaded")


WORK = {
    "promise": _promise,
    "dispute": _dispute,
    "verify": _verify,
    "answer": _answer,
    "close as opted out": _close_as("", "Nothing is sent any more."),
    "nothing": _close_as("nothing", "Reminders go on."),
    "saved reply": _saved_reply,
    "wrong person": _wrong_person,
    "snooze": _snooze,
    "note, then answer": _note_then_answer,
}


def _link_the_stranger(page: Page) -> None:
    expect(page.locator(".bubble").first).to_contain_text("this is Ada")
    _dialog(page, "b", "Whose number is it?")
    page.keyboard.type("Elm")
    page.keyboard.press("Enter")
    theirs = page.locator("#dialog").get_by_role("button", name="It is theirs")
    expect(theirs).to_have_count(1)
    _tab_to(page, theirs)
    page.keyboard.press("Enter")
    expect(page.locator("#thread-head h2")).to_have_text("Elm Street Bakery")
    page.wait_for_load_state()
    _close_as("nothing", "A new contact.")(page)


def _take_and_close_the_rest(page: Page) -> None:
    """Two that ask for nothing, chosen in the list and closed as one."""
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile(r"/inbox/(\?.*)?$"))
    page.wait_for_load_state()
    expect(page.locator("[data-row]")).to_have_count(2)
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("m")
    expect(page.get_by_text("2 conversations are yours now.")).to_be_visible()
    expect(page.locator("[data-select]:checked")).to_have_count(2)
    page.keyboard.press("c")
    expect(page.locator("#inbox-many select")).to_be_focused()
    page.keyboard.type("nothing")
    page.keyboard.press("Tab")
    page.keyboard.type("Nothing to do.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")


def _is_done_as_meant(desk, clerk) -> None:
    states = Thread.objects.of(desk.company)
    assert states.filter(state="needs_reply").count() == 0
    assert states.filter(state="snoozed").count() == 1
    assert states.filter(state="waiting").count() == 5
    assert states.filter(state="closed").count() == 14
    assert PromiseToPay.objects.count() == 3
    assert {one.amount for one in Dispute.objects.all()} == {180}
    assert Task.objects.filter(kind=Task.Kind.VERIFY_PAYMENT).open().count() == 3
    assert Contact.objects.get(address=STRANGER).customer.name == "Elm Street Bakery"
    stopped = Message.objects.get(body="please stop texting me").address
    assert consent.standing(desk.company, Channel.SMS, stopped).is_withdrawn
    desk.work()
    answers = Message.objects.filter(purpose="reply", approved_by=clerk)
    assert answers.count() == 5
    assert not answers.exclude(state="delivered").exists()
