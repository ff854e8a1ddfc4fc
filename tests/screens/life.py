"""A working day in the demo before it is photographed, so that no screen is only empty.

Everything goes through doors: the product's pages and the sandbox's control room.
"""

import json
import re

from playwright.sync_api import Browser, Page

from tests.screens.doors import Demo, code, has, identify, rows, sign_in, until
from tests.screens.places import COMPANY, CUSTOMERS, INBOX, INVOICES, MESSAGES
from tests.screens.talks import CHATTY, talk, thread

PHONE = {"viewport": {"width": 390, "height": 844}}
LONG_NAME = (
    "Ångström & Çelik Beteiligungsgesellschaft für Denkmalpflege und Restaurierung mbH & Co. KG"
)
# What comes back from the phones, in this order; no one who pays below is among them.
ANSWERS = [
    "I will pay on Friday",
    "This is wrong, you charged me twice for the same job",
    "I already paid this by check last week",
    "please stop texting me",
    "Could I pay $200 a month? Things are slow before the holidays.",
    "Can you send me a copy of the invoice?",
]
MOST_APPROVALS = 50
STRANGER = "+19175550177"
# Of somebody nobody knows: from right to left, with signs no old phone has, and at length.
STRANGE = [
    "من هذا؟ 🙏🏽",
    "מי זה? who is this? 👩‍👩‍👧‍👦",
    "I keep getting these… " + "and nobody picks up the phone " * 12,
    *(f"Hello? ({number})" for number in range(1, 16)),
]
LINK = re.compile(r"http://\S+(/pay/\S+?/)(?=\s|$)")


def live(browser: Browser, demo: Demo) -> None:
    """Approve, send, be answered, be paid, decide; fills ``demo.addresses``."""
    desk = sign_in(browser, demo, "bookkeeper", viewport={"width": 1440, "height": 900})
    _long_name(demo)
    _approve_all(desk)
    demo.control("/clock", seconds=70)
    texts = until("texts arrive", lambda: _texts(demo), most=9, seconds=40)
    _pay(browser, demo, desk, texts)
    paid = {demo.addresses[name] for name in ("paid", "flying", "charged_back")}
    answering = [one for one in reversed(texts) if one["link"] not in paid]
    for one, words in zip(answering, ANSWERS, strict=False):
        demo.control(f"/phones/{one['to']}/reply", body=words)
    for words in STRANGE:
        demo.control(f"/phones/{STRANGER}/reply", body=words, to=texts[0]["sender"])
    until("replies are heard", lambda: _waiting(desk), most=len(ANSWERS))
    talk(browser, demo, desk, texts[0]["sender"])
    _work_the_inbox(desk, demo)
    _decide(browser, demo)
    _look_up(desk, demo)
    _second_factor(browser, demo)
    desk.context.close()


def _long_name(demo: Demo) -> None:
    realm = demo.fact(COMPANY)["realm"]
    path = f"/quickbooks/realms/{realm}/acts"
    reached = {"email": "buchhaltung@denk.example", "mobile": CHATTY}
    made = demo.control(path, act="add_customer", name=LONG_NAME, **reached)
    demo.control(
        path,
        act="add_invoice",
        customer_id=made["Id"],
        total="1234567.89",
        DocNumber="2026-INV-000123456789",
    )


def _approve_all(desk: Page) -> None:
    until("messages are prepared", lambda: rows(desk, MESSAGES))
    many = desk.locator("button", has_text=re.compile("^Approve (all|these)"))
    one = desk.locator("#chosen button", has_text=re.compile("^Approve"))
    for button in (many, one):
        for _ in range(MOST_APPROVALS):
            if not button.count():
                break
            button.first.click()
            desk.wait_for_load_state("networkidle")
            desk.goto(MESSAGES)
        else:
            raise SystemExit(f"Pressed {MOST_APPROVALS} times, and “Approve” is still offered.")


def _texts(demo: Demo) -> list[dict]:
    account = demo.fact(COMPANY)["twilio"]["sid"]
    found = []
    for one in demo.control(f"/twilio/accounts/{account}/messages"):
        if one["direction"] != "inbound" and (link := LINK.search(one["body"])):
            found.append(one | {"link": link[1]})
    return found


def _pay(browser: Browser, demo: Demo, desk: Page, texts: list[dict]) -> None:
    """One link is paid by card, one by bank, one by a card whose bank pulls it back."""
    many = next((one for one in texts if "invoices" in one["body"]), texts[0])
    single = [one for one in texts if one is not many]
    demo.addresses |= {"unpaid_many": many["link"], "unpaid": single[0]["link"]}
    phone = browser.new_context(base_url=demo.url, **PHONE).new_page()
    for name, button, text, card in (
        ("paid", "#pay-card", single[1], ""),
        ("flying", "#pay-bank", single[2], ""),
        ("charged_back", "#pay-card", single[3], "4000 0000 0000 0259"),
    ):
        demo.addresses[name] = text["link"]
        phone.goto(text["link"])
        phone.click(".pay-form button")
        if card:
            phone.get_by_label("Card number").fill(card)
        phone.click(button)
        phone.wait_for_url("**/done/")
        until("the money is seen", lambda: not phone.locator("[hx-trigger]#pay-state").count())
    phone.context.close()
    until("the payment stands in the books", lambda: rows(desk, f"{COMPANY}/money/", 3))


def _work_the_inbox(desk: Page, demo: Demo) -> None:
    """A promise, a dispute of the whole invoice; the rest stays for the pictures."""
    thread(desk, "charged me twice")
    link = desk.locator("#thread-context a[href*='/invoices/']").first.get_attribute("href")
    demo.addresses["disputed"] = link
    desk.goto(desk.locator("a[data-key=d]").get_attribute("href"))
    form = desk.locator("main form.form")
    _fill(form, "textarea, input[type=text]", "Says the job was billed twice.")
    form.locator("button[type=submit]").click()
    desk.wait_for_load_state("networkidle")
    thread(desk, "copy of the invoice")
    desk.locator("#composer textarea").fill("Thank you. The invoice is on its way by e-mail.")
    desk.locator("#composer button[value=close]").click()
    desk.wait_for_load_state("networkidle")


def _decide(browser: Browser, demo: Demo) -> None:
    """The manager lets two cases go on; an hour later one of them is old enough for a letter."""
    manager = sign_in(browser, demo, "manager")
    for case in ("Day 60", "Day 3"):
        manager.goto(f"{INVOICES}approvals/")
        manager.locator("article", has_text=case).first.locator("a.btn").click()
        manager.check("input[type=radio][value=resume]")
        manager.get_by_role("button", name="Decide").click()
        manager.wait_for_load_state("networkidle")
    demo.control("/clock", hours=1)
    letter = "a[href*='/approvals/']"
    until(
        "the letter is drafted", lambda: has(manager, f"{INVOICES}approvals/", "article", "Letter")
    )
    demo.addresses["letter"] = (
        manager.locator("article", has_text="Letter")
        .first.locator(letter)
        .first.get_attribute("href")
    )
    manager.goto(f"{INVOICES}cadences/")
    demo.addresses["cadence"] = manager.locator("main a[href*='/cadences/']").first.get_attribute(
        "href"
    )
    manager.context.close()


def _look_up(desk: Page, demo: Demo) -> None:
    """Addresses of particular rows, as a person finds them."""
    desk.goto(f"{CUSTOMERS}?q=blackbird")
    demo.addresses["ten_open"] = desk.locator("tbody a").first.get_attribute("href")
    for name, search in (
        ("owing", "?q=blackbird"),
        ("settled", "?state=paid&q=" + _number(desk, demo.addresses["paid"])),
        ("in_flight", "?q=" + _number(desk, demo.addresses["flying"])),
    ):
        desk.goto(f"{INVOICES}{search}")
        demo.addresses[name] = desk.locator("tbody a").first.get_attribute("href")
    desk.goto(demo.addresses["disputed"])
    number = desk.locator("h1").inner_text().split()[-1]
    contested = next(one for one in _texts(demo) if number in one["body"])
    demo.addresses["contested"] = contested["link"]
    letters = demo.control("/mailbox")
    demo.addresses["texts_offered"] = next(
        link[1]
        for letter in letters
        if (link := LINK.search(letter["text"])) and has(desk, link[1], "a[href$='/texts/']", "")
    )
    for letter in letters:
        if found := re.search(r"/stop/[0-9a-f-]{36}/", json.dumps(letter)):
            demo.addresses["unsubscribe"] = found[0]


def _number(page: Page, link: str) -> str:
    page.goto(link)
    return page.locator(".pay-parts strong").first.inner_text().split()[-1]


def _second_factor(browser: Browser, demo: Demo) -> None:
    person = sign_in(browser, demo, "viewer")
    person.goto("/accounts/2fa/totp/activate/")
    identify(person)
    demo.secret = person.get_by_label("Authenticator secret").input_value()
    person.fill("input[name=code]", code(demo.secret))
    person.locator("main").get_by_role("button", name=re.compile("Activate|Turn on")).click()
    person.wait_for_load_state("networkidle")
    person.context.close()


def _fill(form, boxes: str, words: str) -> None:
    for box in form.locator(boxes).all():
        if not box.input_value():
            box.fill(words)


def _waiting(page: Page) -> list:
    page.goto(INBOX)
    return page.locator(".pane-list a.item").all()
