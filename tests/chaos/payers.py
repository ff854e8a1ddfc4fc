"""The customers: they read what reaches them and pay, answer, contest, ask, or say stop.

What they did is kept as evidence: which page showed them which invoices, which check was written.
"""

import random
import re
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

import requests

from tests.chaos.cast import Client, Payer
from tests.chaos.control import Control, Refused

TRIES = 12
LINK = re.compile(r"https?://\S+/pay/[\w.~-]+/?")
BUTTON = 'class="pay-form"'
PART = re.compile(r"<strong>Invoice ([AB]\d{5})</strong>.*?pay-part-sum\">\$?([\d,.]*)", re.S)
SESSION = re.compile(r"cs_\w+")

STOPS = (
    "please stop texting me",
    "Take me off your list",
    "no more texts!!",
    "STOP",
    "unsubscribe",
)
CLAIMS = ("I already paid this last week", "check is in the mail", "paid it yesterday")
CONTESTS = ("this invoice is wrong, we never got that", "I dispute this charge")
ASKS = ("can you send me a copy of the invoice?", "who is this?", "call me please")


@dataclass
class Page:
    """One page at Stripe that a customer opened: what ours showed just before."""

    company: str
    session: str
    parts: dict[str, Decimal]
    """Amount by invoice number."""


@dataclass
class Change:
    """Something done in the books by hand, at a real second."""

    real: float
    company: str
    invoice: str
    total: Decimal | None = None
    """The invoice's new total; None for a check."""


@dataclass
class Deeds:
    """What customers and the client's own people did."""

    pages: list[Page] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    stops: list[tuple[str, str]] = field(default_factory=list)
    """Number and the sandbox's id of a text that says stop."""
    checks: set[str] = field(default_factory=set)
    """Payments in the books that a person wrote there, by their id."""
    counts: Counter = field(default_factory=Counter)


class Payers:
    """All customers of one company, and the clerk who keeps its books by hand."""

    def __init__(self, control: Control, client: Client, seed: int, deeds: Deeds):
        self.control, self.client, self.deeds = control, client, deeds
        self._rng = random.Random(f"payers {client.slug} {seed}")
        self._by_mobile = {payer.mobile: payer for payer in client.payers}
        self._by_mail = {payer.email: payer for payer in client.payers}
        self._texts_read: set[str] = set()
        self._last_letter = 0
        self._session = requests.Session()
        self._session.trust_env = False
        self._debits: list[str] = []
        self._invoices: dict[str, str] = {}

    def run(self, is_over: Callable[[], bool]) -> None:
        """Read, act, read again."""
        for row in self.control.get(f"/quickbooks/realms/{self.client.realm}/Invoice"):
            self._invoices[row["DocNumber"]] = row["Id"]
        while not is_over():
            for payer, words in self._news():
                if is_over():
                    return
                self._act(payer, words)
            self._clerk()
            time.sleep(0.7)

    def _news(self) -> list[tuple[Payer, str]]:
        """What arrived since the last look, with whom it reached."""
        found = []
        for text in self.control.get(f"/twilio/accounts/{self.client.sid}/messages"):
            is_new = text["direction"] == "outbound-api" and text["sid"] not in self._texts_read
            if is_new and text["status"] in ("sent", "delivered"):
                self._texts_read.add(text["sid"])
                found.append((self._by_mobile.get(text["to"]), text["body"]))
        for letter in self.control.get("/mailbox", after=self._last_letter):
            self._last_letter = max(self._last_letter, letter["id"])
            found.append((self._by_mail.get(letter["to"][0]), letter["text"]))
        return [(payer, words) for payer, words in found if payer is not None]

    def _act(self, payer: Payer, words: str) -> None:
        link = LINK.search(words)
        if link is None:
            return  # a receipt, or the answer to a stop
        mood = self._rng.random()
        if mood < 0.34:
            self._pay(link[0], "card")
        elif mood < 0.46:
            self._pay(link[0], "bank")
        elif mood < 0.52:
            self._pay(link[0], "declined first")
        elif mood < 0.60:
            self._text(payer, self._rng.choice(STOPS), is_stop=True)
        elif mood < 0.65:
            self._text(payer, self._rng.choice(CLAIMS))
        elif mood < 0.70:
            self._text(payer, self._rng.choice(CONTESTS))
        elif mood < 0.76:
            self._text(payer, self._rng.choice(ASKS))

    def _text(self, payer: Payer, words: str, *, is_stop: bool = False) -> None:
        told = self.control.post(f"/phones/{payer.mobile}/reply", body=words, to=self.client.number)
        if is_stop:
            self.deeds.stops.append((payer.mobile, told["sid"]))
        self.deeds.counts["texts from customers"] += 1

    # --- Paying ----------------------------------------------------------------------------------

    def _pay(self, link: str, how: str) -> None:
        session = self._open_page(link)
        if not session:
            return
        account = self.client.account
        try:
            if how == "bank":
                number = "000222222227" if self._rng.random() < 0.2 else "000123456789"
                paid = self.control.at_stripe(
                    account, "pay_by_bank", session_id=session, number=number
                )
                self._debits.append(paid["payment_intent"])
                self.deeds.counts["bank debits begun"] += 1
                return
            if how == "declined first":
                try:
                    self.control.at_stripe(
                        account, "pay", session_id=session, card="4000000000000002"
                    )
                except Refused:
                    self.deeds.counts["cards declined"] += 1
            self.control.at_stripe(account, "pay", session_id=session)
            self.deeds.counts["cards paid"] += 1
        except Refused:
            self.deeds.counts["pages closed before they were paid"] += 1

    def _open_page(self, link: str) -> str:
        """The Stripe session behind the pay button; '' when nothing is to be paid."""
        for _ in range(TRIES):
            try:
                page = self._session.get(link, timeout=15)
                if page.status_code == 200 and BUTTON not in page.text:
                    return ""
                if page.status_code == 200:
                    answer = self._session.post(
                        link if link.endswith("/") else f"{link}/",
                        timeout=15,
                        allow_redirects=False,
                    )
                    found = SESSION.search(answer.headers.get("Location", ""))
                    if found:
                        self._remember(found[0], page.text)
                        return found[0]
            except requests.RequestException:
                pass
            self.deeds.counts["customers who had to try again"] += 1
            time.sleep(1)
        return ""

    def _remember(self, session: str, page: str) -> None:
        parts = {
            number: Decimal(amount.replace(",", ""))
            for number, amount in PART.findall(page)
            if amount
        }
        self.deeds.pages.append(Page(self.client.slug, session, parts))

    # --- The client's own clerk ------------------------------------------------------------------

    def _clerk(self) -> None:
        """Now and then: a check comes in, an invoice is changed, a bank debit ends."""
        if self._debits and self._rng.random() < 0.25:
            self._settle(self._debits.pop(0))
        dice = self._rng.random()
        payer = self._rng.choice(self.client.payers)
        bill = self._rng.choice(payer.bills)
        invoice = self._invoices[bill.number]
        try:
            if dice < 0.10:
                self._check(invoice)
            elif dice < 0.13:
                self._change(invoice, bill.amount)
            elif dice < 0.17:
                # Out of the blue, perhaps with a message approved and on its way.
                self._text(payer, self._rng.choice(STOPS), is_stop=True)
        except Refused:
            self.deeds.counts["acts the books refused"] += 1

    def _settle(self, intent: str) -> None:
        failure = "insufficient_funds" if self._rng.random() < 0.2 else ""
        self.control.at_stripe(self.client.account, "settle", intent_id=intent, failure=failure)
        self.deeds.counts["bank debits ended"] += 1

    def _check(self, invoice: str) -> None:
        made = self.control.act(self.client.realm, "pay_by_check", invoice_id=invoice)
        self.deeds.checks.add(f"{self.client.slug} {made['Id']}")
        self.deeds.changes.append(Change(time.time(), self.client.slug, invoice))
        self.deeds.counts["checks in the books"] += 1

    def _change(self, invoice: str, amount: Decimal) -> None:
        total = (amount * Decimal(self._rng.choice(("0.8", "1.1")))).quantize(Decimal("0.01"))
        self.control.act(self.client.realm, "change_amount", invoice_id=invoice, total=str(total))
        self.deeds.changes.append(Change(time.time(), self.client.slug, invoice, total))
        self.deeds.counts["invoices changed"] += 1
