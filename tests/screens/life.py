"""A working day in the demo before it is photographed, so that no screen is only empty.

Everything goes through doors: the product's pages and the sandbox's control room.
"""

import base64
import hashlib
import hmac
import json
import re
import struct
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import Browser, Page

from tests.screens.places import COMPANY, CUSTOMERS, INBOX, INVOICES, MESSAGES

PASSWORD = "desk-by-the-window"
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
STRANGER = "+19175550177"
# Of somebody nobody knows: from right to left, with signs no old phone has, and at length.
STRANGE = [
    "من هذا؟ 🙏🏽",
    "מי זה? who is this? 👩‍👩‍👧‍👦",
    "I keep getting these… " + "and nobody picks up the phone " * 12,
    *(f"Hello? ({number})" for number in range(1, 16)),
]
LINK = re.compile(r"http://\S+(/pay/\S+?/)(?=\s|$)")


@dataclass
class Demo:
    """A running demo, and the addresses that only living in it gives."""

    url: str
    sandbox: str
    addresses: dict[str, str] = field(default_factory=dict)
    # The viewer's authenticator: the only one with a second factor.
    secret: str = ""

    def control(self, path: str, **sent):
        """One call of the sandbox's admin API: a GET without fields, else a POST."""
        request = urllib.request.Request(
            f"{self.sandbox}/_control{path}", json.dumps(sent).encode() if sent else None
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=60) as answer:
            return json.load(answer)

    def fact(self, company: str) -> dict:
        facts = self.control("/state")["facts"]["companies"]
        return next(one for one in facts.values() if f"/c/{one['slug']}" == company)


def sign_in(browser: Browser, demo: Demo, who: str, **look) -> Page:
    """A page of its own, in at the front door."""
    page = browser.new_context(base_url=demo.url, **look).new_page()
    first_factor(page, who)
    if "/2fa/authenticate/" in page.url:
        page.fill("input[name=code]", _code(demo.secret))
        page.click("main button[type=submit]")
    page.wait_for_url(lambda address: "/accounts/" not in address)
    return page


def first_factor(page: Page, who: str) -> None:
    page.goto("/accounts/login/")
    page.fill("input[name=login]", f"{who}@arbook.example")
    page.fill("input[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(lambda address: "/accounts/login" not in address)


def live(browser: Browser, demo: Demo) -> None:
    """Approve, send, be answered, be paid, decide; fills ``demo.addresses``."""
    desk = sign_in(browser, demo, "bookkeeper", viewport={"width": 1440, "height": 900})
    _long_name(demo)
    _approve_all(desk)
    demo.control("/clock", seconds=70)
    texts = _until("texts arrive", lambda: _texts(demo), most=9, seconds=40)
    _pay(browser, demo, desk, texts)
    paid = {demo.addresses[name] for name in ("paid", "flying", "charged_back")}
    answering = [one for one in reversed(texts) if one["link"] not in paid]
    for one, words in zip(answering, ANSWERS, strict=False):
        demo.control(f"/phones/{one['to']}/reply", body=words)
    for words in STRANGE:
        demo.control(f"/phones/{STRANGER}/reply", body=words, to=texts[0]["sender"])
    _until("replies are heard", lambda: _waiting(desk), most=len(ANSWERS))
    _work_the_inbox(desk, demo)
    _decide(browser, demo)
    _look_up(desk, demo)
    _second_factor(browser, demo)
    desk.context.close()


def _long_name(demo: Demo) -> None:
    realm = demo.fact(COMPANY)["realm"]
    path = f"/quickbooks/realms/{realm}/acts"
    made = demo.control(path, act="add_customer", name=LONG_NAME, email="buchhaltung@denk.example")
    demo.control(
        path,
        act="add_invoice",
        customer_id=made["Id"],
        total="1234567.89",
        DocNumber="2026-INV-000123456789",
    )


def _approve_all(desk: Page) -> None:
    _until("messages are prepared", lambda: _rows(desk, MESSAGES))
    while (button := desk.locator("button", has_text=re.compile("^Approve (all|these)"))).count():
        button.first.click()
        desk.wait_for_load_state("networkidle")
        desk.goto(MESSAGES)
    while (button := desk.locator("#chosen button", has_text=re.compile("^Approve"))).count():
        button.first.click()
        desk.wait_for_load_state("networkidle")
        desk.goto(MESSAGES)


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
        _until("the money is seen", lambda: not phone.locator("[hx-trigger]#pay-state").count())
    phone.context.close()
    _until("the payment stands in the books", lambda: _rows(desk, f"{COMPANY}/money/", 3))


def _work_the_inbox(desk: Page, demo: Demo) -> None:
    """A promise, a dispute of the whole invoice; the rest stays for the pictures."""
    _thread(desk, "charged me twice")
    link = desk.locator("#thread-context a[href*='/invoices/']").first.get_attribute("href")
    demo.addresses["disputed"] = link
    desk.goto(desk.locator("a[data-key=d]").get_attribute("href"))
    form = desk.locator("main form.form")
    _fill(form, "textarea, input[type=text]", "Says the job was billed twice.")
    form.locator("button[type=submit]").click()
    desk.wait_for_load_state("networkidle")
    _thread(desk, "copy of the invoice")
    desk.locator("#composer textarea").fill("Thank you. The invoice is on its way by e-mail.")
    desk.locator("#composer button[value=close]").click()
    desk.wait_for_load_state("networkidle")


def _thread(desk: Page, words: str) -> None:
    desk.goto(f"{INBOX}?q={words.replace(' ', '+')}")
    desk.goto(desk.locator(".pane-list a.item").first.get_attribute("href"))


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
    _until(
        "the letter is drafted", lambda: _has(manager, f"{INVOICES}approvals/", "article", "Letter")
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
    for letter in demo.control("/mailbox"):
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
    person.fill("input[name=code]", _code(demo.secret))
    person.locator("main").get_by_role("button", name=re.compile("Activate|Turn on")).click()
    person.wait_for_load_state("networkidle")
    person.context.close()


def identify(page: Page) -> None:
    """Some pages of the account ask for the password again."""
    page.wait_for_load_state("networkidle")
    if page.locator("main input[name=password]").count():
        page.fill("main input[name=password]", PASSWORD)
        page.locator("main form button[type=submit], main form button").first.click()
        page.wait_for_load_state("networkidle")


def _code(secret: str) -> str:
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def _fill(form, boxes: str, words: str) -> None:
    for box in form.locator(boxes).all():
        if not box.input_value():
            box.fill(words)


def _rows(page: Page, path: str, at_least: int = 1) -> bool:
    page.goto(path)
    return page.locator("[data-row]").count() >= at_least


def _waiting(page: Page) -> list:
    page.goto(INBOX)
    return page.locator(".pane-list a.item").all()


def _has(page: Page, path: str, box: str, words: str) -> bool:
    page.goto(path)
    return page.locator(box, has_text=words).count() > 0


def _until(what: str, look: Callable, *, most: int = 0, seconds: int = 90):
    """Look again until there is something (``most`` of them, when that many come at all)."""
    end = time.monotonic() + seconds
    while True:
        found = look()
        if found and (not most or len(found) >= most):
            return found
        if time.monotonic() > end:
            if found:
                return found
            raise SystemExit(f"The demo did not come so far that {what}.")
        time.sleep(1)
