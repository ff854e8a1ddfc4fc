"""The stage: two companies with their vendors, the bag of webhooks under way, the worker, the jobs.

Built once for a run (building.py); each example starts from the same state of tables and vendors.
"""

import pickle
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from urllib.parse import urlsplit

from django.db import transaction
from django.test import Client

from arbook.companies.models import Company, Role, User
from arbook.gateways import connections
from arbook.heartbeat.jobs import run_due
from arbook.outbox.drain import drain
from arbook.outbox.models import Effect
from arbook.sandbox import Sandbox
from arbook.sandbox import clock as movable
from arbook.sandbox.state import Parcel
from arbook.schedule import JOBS
from arbook.webhooks.models import WebhookEvent
from arbook.webhooks.process import process_waiting
from customers.models import Customer
from invoices.models import Escalation, Invoice
from messaging.models import Message
from reconciliation.models import StripePayment
from tests.model.people import BY_NAME, HARBOR, LONG_AGO, PEOPLE, PINE, START, Meaning, Person
from tests.model.truth import Left, Page, Said, Truth
from tests.model.wire import Killed, Wire


class World:
    """What a story acts on."""

    def __init__(self) -> None:
        self.sandbox = Sandbox(None)
        self.sandbox._server.server_close()  # nobody calls: the wire answers
        self.sandbox.pace = self.sandbox._usual_pace = 0.0
        self.wire = Wire(self.sandbox)
        self.client = Client()
        self.now = START
        self.truth = Truth()
        self.staff: dict[tuple[str, Role], User] = {}
        # Each person's id in the books.
        self.book_ids: dict[str, str] = {}

    # --- One example -----------------------------------------------------------------------------

    def begin(self) -> None:
        self._example = transaction.atomic()
        # The outermost block of a test case: gateways allow a vendor call within it.
        self._example._from_testcase = True
        self._example.__enter__()
        self.sandbox.state.__dict__.update(pickle.loads(self.vendors_at_start).__dict__)
        for vendor in self.sandbox.vendors.values():
            vendor.reset()
        for slug, desk in self.desks.items():
            number = {HARBOR: 1, PINE: 2}[slug]
            desk.books = self.sandbox.books(f"913035000000000{number}")
            desk.payer = self.sandbox.stripe(f"acct_{slug}")
            desk.carrier = self.sandbox.twilio(f"AC{number:032x}")
        connections.forget()
        self.wire.troubles.clear()
        self.truth = Truth()
        # Texts whose webhook the carrier gave up on.
        self.lost_texts: set[str] = set()
        self.deleted_payments: set[str] = set()
        # Who was merged into whom in the books, and of which merges the desk knows.
        self.merged: dict[str, str] = {}
        self.merges_known: set[str] = set()
        for person in PEOPLE:
            if person.consents:
                self.truth.consent[person.company, person.mobile] = [(START - LONG_AGO, True)]
        self.now = START
        movable.move_to(self.now)

    def end(self) -> None:
        transaction.set_rollback(True)
        self._example.__exit__(None, None, None)

    @contextmanager
    def at_work(self):
        """The clock stands at the story's instant while something is done."""
        movable.move_to(self.now)
        with self.wire.plugged_in():
            yield
            self.sandbox.tasks.run_due()

    # --- Finding ---------------------------------------------------------------------------------

    def company(self, slug: str) -> Company:
        return Company.objects.get(slug=slug)

    def by(self, slug: str, role: Role = Role.BOOKKEEPER) -> User:
        return self.staff[slug, role]

    def customer(self, person: Person) -> Customer:
        return Customer.objects.select_related("company").get(
            company__slug=person.company, quickbooks_id=self.book_ids[person.name]
        )

    def books(self, slug: str):
        return self.desks[slug].books

    def open_invoices(self, slug: str) -> list[dict]:
        """The open invoices of a company as its books have them, oldest first."""
        return [row for row in self.books(slug).all("Invoice") if Decimal(str(row["Balance"])) > 0]

    def balance(self, slug: str, book_id: str) -> Decimal:
        """What the books show open; zero for what is void or gone."""
        row = self.books(slug).ledger.of("Invoice").get(book_id)
        return Decimal(str(row.data["Balance"])) if row else Decimal(0)

    def mirrored(self, slug: str, book_id: str) -> Invoice | None:
        return (
            Invoice.objects.select_related("company", "customer__company")
            .filter(company__slug=slug, quickbooks_id=book_id)
            .first()
        )

    def person_of(self, slug: str, book_id: str) -> Person | None:
        """Whose invoice it is in the books."""
        row = self.books(slug).ledger.of("Invoice").get(book_id)
        owner = row.data["CustomerRef"]["value"] if row else None
        for name, customer in self.book_ids.items():
            if customer == owner and BY_NAME[name].company == slug:
                return BY_NAME[name]
        return None

    def proposed(self, slug: str) -> list[Message]:
        rows = Message.objects.filter(company__slug=slug, state=Message.State.PROPOSED)
        return list(rows.select_related("company", "customer").order_by("pk"))

    # --- Time, doors and the worker --------------------------------------------------------------

    def move(self, delta: timedelta) -> None:
        self.now += delta
        movable.move_to(self.now)

    def move_to(self, instant: datetime) -> None:
        self.now = max(self.now, instant)
        movable.move_to(self.now)

    @property
    def bag(self) -> list[Parcel]:
        """Webhooks the vendors have made and nobody has delivered."""
        return self.sandbox.state.parcels

    def deliver(self, parcel: Parcel, *, keep: bool = False) -> None:
        """Hand a webhook in through the real door, signed at this moment."""
        headers = self.sandbox.sign(parcel)
        kind = headers.pop("Content-Type")
        url = urlsplit(parcel.url)
        answer = self.client.generic(
            "POST",
            url.path + (f"?{url.query}" if url.query else ""),
            parcel.body,
            content_type=kind,
            headers=headers,
        )
        assert answer.status_code == 200, (answer.status_code, answer.content[:300])
        if not keep and parcel in self.bag:
            self.bag.remove(parcel)
            self.sandbox.delivery._remember(parcel, "taken")

    def run_jobs(self, *names: str) -> list[str]:
        """What the schedule starts, now; returns what failed, in words."""
        jobs = [job for job in JOBS if not names or job.name in names]
        ran = run_due(jobs, now=self.now, everything=True)
        return [f"{one.name}: {one.error}" for one in ran if not one.ok]

    def round(self) -> int:
        """One round of the worker; how many rows it moved."""
        from arbook import clock

        inbound = process_waiting(now=clock.now)
        outbound = drain(now=clock.now)
        return sum(inbound.values()) + sum(outbound.values())

    def work(self, *, most: int = 12) -> bool:
        """Rounds until nothing due is left; False when the worker was killed on the way."""
        try:
            for _ in range(most):
                if not self.round():
                    break
                self.sandbox.tasks.run_due()
        except Killed:
            return False
        return True

    def leases_end(self) -> None:
        """The machine's own clock has passed every lease: whoever held one is dead."""
        past = datetime(2000, 1, 1, tzinfo=START.tzinfo)
        Effect.objects.filter(state=Effect.State.IN_FLIGHT).update(leased_until=past)
        WebhookEvent.objects.filter(state=WebhookEvent.State.IN_FLIGHT).update(leased_until=past)

    # --- What the model keeps --------------------------------------------------------------------

    def heard(self, one: Said) -> None:
        """A reply is stored: from now on it counts."""
        key = (one.person.company, one.person.mobile)
        if one.meaning in (Meaning.STOP, Meaning.START):
            word = (one.at, one.meaning == Meaning.START)
            self.truth.consent.setdefault(key, []).append(word)
        elif one.meaning == Meaning.ASKS:
            self.truth.waiting[one.person.name] = one.at

    def page_of(self, slug: str, intent: str) -> Page | None:
        """The page that a payment came through."""
        sessions = self.desks[slug].payer.table("checkout.session")
        for page in self.truth.pages:
            if page.company == slug and sessions[page.session]["payment_intent"] == intent:
                return page
        return None

    def in_books(self, slug: str, intent: str) -> bool:
        notes = (row.get("PrivateNote") or "" for row in self.books(slug).all("Payment"))
        return any(f"arbook {intent}" in note for note in notes)

    def flying(self, slug: str) -> set[str]:
        """Invoices to which money is on its way, as far as Stripe's word has come in."""
        told = set(
            StripePayment.objects.filter(company__slug=slug).values_list("intent", flat=True)
        )
        found: set[str] = set()
        for intent in self.desks[slug].payer.table("payment_intent").values():
            page = self.page_of(slug, intent["id"])
            is_moving = intent["status"] == "processing" or (
                intent["status"] == "succeeded"
                and not self.in_books(slug, intent["id"])
                and intent["id"] not in self.deleted_payments
            )
            if page and is_moving and intent["id"] in told:
                found |= set(page.parts)
        return found

    def is_merged(self, person: Person) -> bool:
        """Whether the desk knows that this customer is another one now."""
        rows = Customer.objects.filter(
            company__slug=person.company, quickbooks_id=self.book_ids[person.name]
        )
        return rows.filter(merged_into__isnull=False).exists()

    def in_review(self) -> set[str]:
        """Customers about whom a manager has been asked and has not answered."""
        rows = Escalation.objects.filter(closed_at=None, stage=Escalation.Stage.REVIEW)
        return set(rows.values_list("customer__name", flat=True))

    def is_waiting(self) -> bool:
        """Whether anything that does not wait for a decent hour is still to be done."""
        return (
            Effect.objects.filter(state__in=["in_flight", "unsure"]).exists()
            or Effect.objects.filter(state="pending").exclude(kind="messaging.send").exists()
            or WebhookEvent.objects.filter(state__in=["received", "in_flight"]).exists()
        )

    def has_failed(self, one: Left) -> bool:
        """Whether a text never reached the phone."""
        if one.medium != "sms":
            return False
        message = self.desks[one.company].carrier.data.messages.get(one.vendor_id)
        return message is not None and message.status in ("undelivered", "failed")
