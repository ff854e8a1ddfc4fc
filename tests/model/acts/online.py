"""What payers do online, and what becomes of their money at Stripe."""

from decimal import Decimal

from hypothesis import strategies as st

from reconciliation import checkout, paylinks
from reconciliation.models import CheckoutAttempt
from tests.model.drawing import HOW_TO_PAY, PICK, WHO, one_of
from tests.model.people import Person
from tests.model.story import Story
from tests.model.truth import Page

ONLINE = one_of(
    taps_the_link={"person": WHO},
    taps_and_pays={"person": WHO, "how": st.sampled_from(HOW_TO_PAY)},
    pays_online={"pick": PICK, "how": st.sampled_from(HOW_TO_PAY)},
    money_goes_back={
        "pick": PICK,
        "what": st.sampled_from(("refund", "half a refund", "dispute", "won", "lost")),
    },
)


class Online(Story):
    """Links are tapped, money comes and goes back."""

    def taps_the_link(self, person: Person) -> None:
        self.opens(person, self.link_of(person))

    def taps_and_pays(self, person: Person, how: str) -> None:
        before = len(self.truth.pages)
        self.opens(person, self.link_of(person))
        if len(self.truth.pages) > before:
            self.pays_online(0, how)

    def link_of(self, person: Person) -> str:
        """The link of the last message they got, or one that staff gives them on the phone."""
        links = [
            word
            for one in self.truth.left
            if one.person == person and not one.is_test
            for word in one.body.split()
            if "/pay/" in word
        ]
        if links:
            return links[-1].split("/pay/")[1].split("/")[0]
        customer = self.world.customer(person)
        rows = list(customer.invoices.open())
        return paylinks.token(paylinks.link_for(customer, rows, now=self.world.now)) if rows else ""

    def opens(self, person: Person, token: str) -> None:
        link = paylinks.find(token)
        if link is None:
            return
        with self.does(f"{person.name} taps the pay link"):
            flying = self.world.flying(person.company)
            url = checkout.open_page(link, now=self.world.now)
            attempt = CheckoutAttempt.objects.filter(link=link, url=url).latest("pk")
            parts = {}
            for invoice in link.invoices.all():
                book_id = invoice.quickbooks_id
                owed = self.world.balance(person.company, book_id)
                owed -= self.truth.disputed.get((person.company, book_id), Decimal(0))
                if book_id not in flying and owed > 0:
                    parts[book_id] = owed
            if attempt.amount > sum(parts.values()):
                self.truth.breach(
                    6, f"{person.name} is asked for {attempt.amount} online and owes {parts}"
                )
            known = [page.session for page in self.truth.pages]
            if attempt.session_id not in known:
                self.truth.pages.append(Page(person.company, person, attempt.session_id, parts))

    def pays_online(self, pick: int, how: str) -> None:
        if not self.truth.pages:
            return
        page = self.truth.pages[-1 - pick % len(self.truth.pages)]
        with self.does(f"{page.person.name} pays {sum(page.parts.values())} at Stripe with {how}"):
            payer = self.world.desks[page.company].payer
            if how.startswith("bank"):
                payer.pay_by_bank(page.session, number=how.split()[1])
            else:
                payer.pay(page.session, card=how)

    def money_goes_back(self, pick: int, what: str) -> None:
        if not self.truth.pages:
            return
        page = self.truth.pages[-1 - pick % len(self.truth.pages)]
        payer = self.world.desks[page.company].payer
        intent = payer.table("checkout.session")[page.session]["payment_intent"]
        found = payer.table("payment_intent").get(intent)
        if not found or found["status"] != "succeeded":
            return
        charge = found["latest_charge"]
        with self.does(f"Stripe: {what} of the payment of {page.person.name}"):
            if what == "refund":
                payer.refund(charge)
            elif what == "half a refund":
                payer.refund(charge, found["amount_received"] // 2)
            elif what == "dispute":
                payer.dispute(charge)
            else:
                for dispute in payer.table("dispute").values():
                    if dispute["charge"] == charge and dispute["status"] not in ("won", "lost"):
                        payer.close_dispute(dispute["id"], won=what == "won")
