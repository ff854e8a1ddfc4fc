"""What customers and colleagues say before the pictures: at length, in every script, by mail."""

import re
import urllib.parse

from playwright.sync_api import Browser, Page

from tests.screens.doors import Demo, has, sign_in, until
from tests.screens.places import COMPANY, INBOX, INVOICES

# Of a customer with a very long name: more than a conversation shows at once, in the end in
# scripts from right to left, with signs no old phone has, and a word without a place to break.
CHATTY = "+13325550166"
TALK = [
    *(
        f"And another thing, number {number}: the second van came late again"
        for number in range(204)
    ),
    "https://pictures.example/van/" + "b3JkZXI" * 24,
    "👍🏽👍🏽👍🏽",
    "שלום, קיבלנו את החשבון. נשלם $1,200.50 ביום ראשון 🙂",
    "مرحبًا، استلمنا الفاتورة 2026-INV-000123456789. متى يمكننا الدفع؟ 🙏🏽",
]
LETTER = """Hello,

we have two questions about this invoice before it can be released:

1. Which purchase order does it belong to? Ours begin with PO-2026.
2. العنوان على الفاتورة قديم، نرجو تغييره قبل الدفع.

Payment goes out on the next run.

Kind regards
Jane Roe
Accounts payable
"""
OFFER = re.compile(r"http://\S+(/plan/\S+?/)(?=\s|$)")
COPY = re.compile(r"http://\S+(/copy/\S+?/)(?=\s|$)")


def talk(browser: Browser, demo: Demo, desk: Page, sender: str) -> None:
    """Long talks, a letter, a plan, a copy, a yes that is none; fills ``demo.addresses``."""
    for words in TALK:
        demo.control(f"/phones/{CHATTY}/reply", body=words, to=sender)
    _letter(demo)
    _money_that_fits(demo, desk)
    _plans(browser, demo, desk)
    _copy(demo, desk)
    _wants_texts_again(demo, desk)
    until("the long talk is heard", lambda: _heard(desk, TALK[-1][:18]), seconds=180)
    until("the letter is heard", lambda: _heard(desk, "purchase order"))


def thread(desk: Page, words: str) -> None:
    """The conversation in which that was said."""
    for queue in ("needs", "waiting", "closed"):
        desk.goto(f"{INBOX}?queue={queue}&q={urllib.parse.quote_plus(words)}")
        if (found := desk.locator(".pane-list a.item")).count():
            desk.goto(found.first.get_attribute("href"))
            return
    raise SystemExit(f"Nobody said {words!r} in the demo.")


def _heard(desk: Page, words: str) -> bool:
    return has(desk, f"{INBOX}?q={urllib.parse.quote_plus(words)}", ".pane-list a.item", "")


def _letter(demo: Demo) -> None:
    """A customer answers the newest reminder that went out by mail."""
    ours = [one for one in demo.control("/mailbox") if "/pay/" in one["text"]]
    sent = {"body": LETTER, "sender": f"Jane Roe <{ours[-1]['to'][0]}>"}
    demo.press(f"/mail/{ours[-1]['id']}/answer", **sent)


def _money_that_fits(demo: Demo, desk: Page) -> None:
    """Who says they paid by check has one in the books that nobody applied."""
    thread(desk, "by check last week")
    name = desk.locator("#thread-head h2").inner_text()
    owed = desk.locator("#thread-context .tick-sum").first.inner_text().split()[0]
    realm = demo.fact(COMPANY)["realm"]
    rows = demo.control(f"/quickbooks/realms/{realm}/Customer")
    (customer,) = [one["Id"] for one in rows if one["DisplayName"] == name]
    demo.control(
        f"/quickbooks/realms/{realm}/acts",
        act="pay",
        customer_id=customer,
        total=re.sub(r"[^0-9.]", "", owed),
        reference="4471",
    )


def _plans(browser: Browser, demo: Demo, desk: Page) -> None:
    """One plan is offered to its customer, another one waits for a manager."""
    manager = sign_in(browser, demo, "manager")
    for words in ("$200 a month", "I will pay on Friday"):
        thread(desk, words)
        whose = desk.locator("#thread-head h2 a").get_attribute("href")
        desk.goto(desk.locator("a[data-key=l]").get_attribute("href"))
        desk.get_by_role("button", name="Ask a manager").click()
        desk.wait_for_load_state("networkidle")
        if "offered" in demo.addresses:
            break
        demo.addresses["planned"] = whose
        manager.goto(f"{INVOICES}approvals/")
        manager.locator("article", has_text="plan").first.locator("a.btn").first.click()
        manager.get_by_label("Offer this plan to the customer").check()
        manager.get_by_role("button", name="Decide").click()
        manager.wait_for_load_state("networkidle")
        demo.addresses["offered"] = until("a plan is offered", lambda: _link(demo, OFFER))
    manager.context.close()


def _copy(demo: Demo, desk: Page) -> None:
    thread(desk, "copy of the invoice")
    desk.goto(desk.locator("a[data-key=f]").get_attribute("href"))
    desk.locator("main form.form button[type=submit]").first.click()
    desk.wait_for_load_state("networkidle")
    demo.addresses["copy"] = until("a copy is sent", lambda: _link(demo, COPY))


def _link(demo: Demo, pattern: re.Pattern) -> str:
    account = demo.fact(COMPANY)["twilio"]["sid"]
    texts = demo.control(f"/twilio/accounts/{account}/messages")
    letters = demo.control("/mailbox")
    said = [one["body"] for one in texts] + [one["text"] for one in letters]
    return next((found[1] for one in said if (found := pattern.search(one))), "")


def _wants_texts_again(demo: Demo, desk: Page) -> None:
    """A yes after an opt-out, which a person must look at."""
    thread(desk, "stop texting me")
    number = re.sub(r"\D", "", desk.locator(".consent-line .strong").first.inner_text())
    demo.control(f"/phones/+1{number[-10:]}/reply", body="ok you can text me again, yes")
