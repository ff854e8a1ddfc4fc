"""The stories: whatever may happen to the desk, in any order, with the promises judged throughout.

A rule is one thing that somebody does or that befalls the machine. What the product or a vendor
refuses with its own words is part of a story; any other exception is a bug and ends it.
"""

from collections import Counter
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from arbook.companies.models import Company, Role
from arbook.gateways.errors import VendorError
from arbook.sandbox.quickbooks.refusals import Refusal
from arbook.sandbox.stripe.errors import StripeError
from arbook.setup import companies, stopping
from arbook.webhooks import process
from arbook.webhooks.models import WebhookEvent
from customers import consent, tags
from invoices import (
    approvals,
    case_decisions,
    disputes,
    holds,
    pauses,
    tasks,
)
from invoices import (
    promises as promised,
)
from invoices.models import Approval, Dispute, Hold, Task
from messaging import (
    approving,
    declining,
    dispatch,
    editing,
    in_doubt,
    replies,
    threads,
)
from messaging.models import Message, Thread
from reconciliation import checkout, paylinks
from reconciliation.models import CheckoutAttempt
from tests.model import promises
from tests.model.people import EAST, HARBOR, PEOPLE, PINE, WORDS, Person
from tests.model.truth import Page, Said, Yes
from tests.model.wire import Killed, Trouble
from tests.model.world import ZONES, World

REFUSALS = (
    Refusal,
    StripeError,
    VendorError,
    approvals.ApprovalRefused,
    approving.MessageRefused,
    case_decisions.EscalationRefused,
    checkout.CannotPayNow,
    checkout.NothingToPay,
    disputes.DisputeRefused,
    holds.HoldRefused,
    in_doubt.NotInDoubt,
    promised.PromiseRefused,
    replies.ReplyRefused,
    tags.TagRefused,
    tasks.TaskRefused,
    threads.ThreadRefused,
)
WHO = st.sampled_from(PEOPLE)
WHOSE = st.sampled_from((HARBOR, HARBOR, PINE))
PICK = st.integers(0, 5)
PART = st.sampled_from((Decimal("0.25"), Decimal("0.5"), Decimal(1), Decimal(1)))
HOW_TO_PAY = (
    "4242424242424242",
    "4242424242424242",
    "4000000000000002",
    "bank 000123456789",
    "bank 000222222227",
    "bank 000555555559",
)
TROUBLES = st.sampled_from(
    [
        Trouble(vendor, operation, kind)
        for vendor, operation in (
            ("twilio", "send"),
            ("twilio", "list"),
            ("quickbooks", "post"),
            ("quickbooks", "read"),
            ("stripe", "read"),
            ("mail", "send"),
        )
        for kind in ("unreached", "lost", "cut", "killed_before", "killed_after", "refused")
        if vendor == "mail" or kind != "refused"
    ]
)


def one_of(**acts: dict) -> st.SearchStrategy:
    """One of these methods, by name, and what it is called with."""
    return st.one_of(
        *[st.tuples(st.just(name), st.fixed_dictionaries(about)) for name, about in acts.items()]
    )


IN_QUICKBOOKS = one_of(
    bills={
        "person": WHO,
        "amount": st.sampled_from(("35.00", "200.00", "999.99", "10500.00")),
        "age": st.sampled_from((0, 7, 14, 15, 22, 31, 62)),
    },
    changes_the_amount={
        "slug": WHOSE, "pick": PICK, "part": st.sampled_from((Decimal("0.5"), Decimal("1.5"))),
    },
    moves_the_due_date={"slug": WHOSE, "pick": PICK, "days": st.sampled_from((-20, 10, 30))},
    pays_by_check={"slug": WHOSE, "pick": PICK, "part": PART},
    voids_or_deletes={"slug": WHOSE, "pick": PICK, "deletes": st.booleans()},
    credits={"slug": WHOSE, "pick": PICK, "part": PART, "applied": st.booleans()},
    merges={"person": WHO, "pick": PICK},
    undoes_a_payment={"slug": WHOSE, "pick": PICK, "deletes": st.booleans()},
)  # fmt: skip
ONLINE = one_of(
    taps_the_link={"person": WHO},
    taps_and_pays={"person": WHO, "how": st.sampled_from(HOW_TO_PAY)},
    pays_online={"pick": PICK, "how": st.sampled_from(HOW_TO_PAY)},
    money_goes_back={
        "pick": PICK,
        "what": st.sampled_from(("refund", "half a refund", "dispute", "won", "lost")),
    },
)
ON_THEIR_PHONES = one_of(
    writes={"person": WHO, "words": st.sampled_from(list(WORDS))},
    phone_fares={
        "person": WHO,
        "fate": st.sampled_from(("delivered", "delivered", "30003", "30005", "30007")),
    },
)
ABOUT_A_CUSTOMER = one_of(
    staff_records_consent={"person": WHO, "allows": st.booleans()},
    tags_a_vip={"person": WHO},
    contests={"slug": WHOSE, "pick": PICK, "part": PART},
    settles_a_dispute={"slug": WHOSE, "pick": PICK},
    promises_to_pay={
        "slug": WHOSE, "pick": PICK, "days": st.sampled_from((0, 1, 3, 6)), "part": PART,
    },
    pauses={"person": WHO, "days": st.sampled_from((0, 2, 7, None))},
    lifts_pauses={"person": WHO},
    closes_the_conversation={"person": WHO},
    answers={"person": WHO, "medium": st.sampled_from(("sms", "email"))},
    finishes_tasks={"person": WHO},
    opens_the_invoice={"person": WHO},
)  # fmt: skip
ABOUT_MESSAGES = one_of(
    prepares={"slug": WHOSE},
    approves={
        "slug": WHOSE,
        "role": st.sampled_from((Role.BOOKKEEPER, Role.MANAGER)),
        "one": st.booleans(),
    },
    changes_a_message={
        "slug": WHOSE,
        "pick": PICK,
        "how": st.sampled_from(("edit", "skip", "undo", "pause", "exclude")),
    },
    decides_a_case={
        "slug": WHOSE,
        "pick": PICK,
        "how": st.sampled_from(("yes", "yes", "print", "quiet", "no")),
    },
    presses_stop={"slug": WHOSE},
    changes_the_mode={"slug": WHOSE, "mode": st.sampled_from(Company.Mode.values)},
)
TIME = one_of(
    passes={"seconds": st.sampled_from((61, 61, 61, 930, 3607, 3 * 3607, 9 * 3600 + 61))},
    days_pass={
        "days": st.sampled_from((1, 1, 2, 3, 5, 7, 30)),
        "hour": st.sampled_from((7, 10, 13, 18, 20)),
    },
)
A_DAYS_JOBS = ("sync the books", "plan touches", "prepare reminders")
DAYS, HOURS = st.sampled_from((0, 1, 1, 2, 7)), st.sampled_from((10, 13, 13, 17))
MISHAPS = one_of(loses_a_webhook={"pick": PICK}, replays_an_event={"pick": PICK})


class Desk(RuleBasedStateMachine):
    """A story of two companies. ``world`` is the stage it is played on."""

    world: World
    # Off where only what leaves is looked at: settling takes as long as ten steps.
    settling = True

    def __init__(self) -> None:
        super().__init__()
        self.story: list[str] = []
        self.is_over = False
        self.posted: list[str] = []
        self.world.begin()
        self.truth = self.world.truth

    @initialize(replays=st.booleans())
    def morning(self, replays: bool) -> None:
        self.replays = replays
        self.tell("the story begins")

    @rule(act=IN_QUICKBOOKS)
    def the_books_change(self, act: tuple) -> None:
        self.do(act)

    @rule(act=ONLINE)
    def money_moves_online(self, act: tuple) -> None:
        self.do(act)

    @rule(person=WHO, how=st.sampled_from(HOW_TO_PAY))
    def somebody_pays(self, person: Person, how: str) -> None:
        self.do(("taps_and_pays", {"person": person, "how": how}))

    @rule(act=ON_THEIR_PHONES)
    def customers_speak(self, act: tuple) -> None:
        self.do(act)

    @rule(act=ABOUT_A_CUSTOMER)
    def staff_sees_to_a_customer(self, act: tuple) -> None:
        self.do(act)

    @rule(act=ABOUT_MESSAGES)
    def staff_sees_to_messages(self, act: tuple) -> None:
        self.do(act)

    @rule(act=TIME)
    def time_passes(self, act: tuple) -> None:
        self.do(act)

    @rule(act=MISHAPS)
    def something_goes_wrong(self, act: tuple) -> None:
        self.do(act)

    def do(self, act: tuple) -> None:
        name, about = act
        if "person" in about and about["person"].name in self.world.merged:
            return
        getattr(self, name)(**about)

    # --- Telling ---------------------------------------------------------------------------------

    def tell(self, said: str) -> None:
        local = self.world.now.astimezone(ZoneInfo(EAST))
        self.story.append(f"{local:%a %b %d %H:%M} {said}")

    @contextmanager
    def does(self, said: str):
        """Do one thing at the story's instant; a refusal in words is a part of the story."""
        self.tell(said)
        try:
            with self.world.at_work():
                yield
        except REFUSALS as refusal:
            self.story[-1] += f" (refused: {refusal})"
        self.judge()

    def judge(self) -> None:
        promises.hear(self.world)
        promises.hear_of_chargebacks(self.world)
        promises.hear_of_merges(self.world)
        promises.posted_at_most_once(self.world)
        self.lapse()
        self.stop_at_a_breach()

    def stop_at_a_breach(self) -> None:
        if self.truth.breaches:
            raise AssertionError("\n".join(self.truth.breaches))

    def lapse(self) -> None:
        """Contested or promised money that is not owed any more needs no silence."""
        for slug in ZONES:
            for row in self.world.books(slug).all("Invoice"):
                if Decimal(str(row["Balance"])) <= 0:
                    self.truth.disputed.pop((slug, row["Id"]), None)
                    self.truth.promised.pop((slug, row["Id"]), None)

    # --- In QuickBooks ---------------------------------------------------------------------------

    def an_invoice(self, slug: str, pick: int) -> dict | None:
        rows = self.world.open_invoices(slug)
        return rows[pick % len(rows)] if rows else None

    def bills(self, person: Person, amount: str, age: int) -> None:
        with self.does(f"QuickBooks: {person.name} is billed {amount}, dated {age} days ago"):
            desk = self.world.desks[person.company]
            issued = desk.company.local_date(self.world.now) - timedelta(days=age)
            desk.books.add_invoice(
                self.world.book_ids[person.name],
                amount,
                TxnDate=str(issued),
                DueDate=str(issued + timedelta(days=10)),
            )

    def changes_the_amount(self, slug: str, pick: int, part: Decimal) -> None:
        row = self.an_invoice(slug, pick)
        if row:
            new = (Decimal(str(row["TotalAmt"])) * part).quantize(Decimal("0.01"))
            with self.does(f"QuickBooks: invoice {row['Id']} of {slug} is now {new}"):
                self.world.books(slug).change_amount(row["Id"], new)
                self.truth.promised.pop((slug, row["Id"]), None)

    def moves_the_due_date(self, slug: str, pick: int, days: int) -> None:
        row = self.an_invoice(slug, pick)
        if row:
            due = datetime.fromisoformat(row["DueDate"]).date() + timedelta(days=days)
            with self.does(f"QuickBooks: invoice {row['Id']} of {slug} is due {due}"):
                self.world.books(slug).edit("Invoice", row["Id"], DueDate=str(due))

    def pays_by_check(self, slug: str, pick: int, part: Decimal) -> None:
        row = self.an_invoice(slug, pick)
        if row:
            paid = (Decimal(str(row["Balance"])) * part).quantize(Decimal("0.01"))
            with self.does(f"QuickBooks: a check of {paid} for invoice {row['Id']} of {slug}"):
                self.world.books(slug).pay_by_check(row["Id"], paid)
                self.truth.promised.pop((slug, row["Id"]), None)

    def voids_or_deletes(self, slug: str, pick: int, deletes: bool) -> None:
        row = self.an_invoice(slug, pick)
        if row:
            verb = "deleted" if deletes else "voided"
            with self.does(f"QuickBooks: invoice {row['Id']} of {slug} is {verb}"):
                books = self.world.books(slug)
                (books.delete if deletes else books.void)("Invoice", row["Id"])

    def credits(self, slug: str, pick: int, part: Decimal, applied: bool) -> None:
        row = self.an_invoice(slug, pick)
        if row:
            credit = (Decimal(str(row["Balance"])) * part).quantize(Decimal("0.01"))
            use = f"used on invoice {row['Id']}" if applied else "not used yet"
            with self.does(f"QuickBooks: a credit memo of {credit} in {slug}, {use}"):
                owner = row["CustomerRef"]["value"]
                self.world.books(slug).credit(
                    owner, credit, apply_to=row["Id"] if applied else None
                )
                self.truth.promised.pop((slug, row["Id"]), None)

    def merges(self, person: Person, pick: int) -> None:
        others = [one for one in PEOPLE if one.company == person.company and one != person]
        into = others[pick % len(others)]
        if into.name in self.world.merged:
            return
        with self.does(f"QuickBooks: {person.name} is merged into {into.name}"):
            ids = self.world.book_ids
            self.world.books(person.company).merge(ids[person.name], ids[into.name])
            self.world.merged[person.name] = into.name

    def undoes_a_payment(self, slug: str, pick: int, deletes: bool) -> None:
        books = self.world.books(slug)
        rows = [row for row in books.all("Payment") if Decimal(str(row["TotalAmt"])) > 0]
        if rows:
            row = rows[pick % len(rows)]
            verb = "deleted" if deletes else "voided"
            with self.does(f"QuickBooks: payment {row['Id']} of {slug} is {verb}"):
                note = row.get("PrivateNote") or ""
                (books.delete if deletes else books.void)("Payment", row["Id"])
                if "arbook pi_" in note:
                    self.world.deleted_payments.add(note.split("arbook ")[1].split()[0])

    # --- At Stripe -------------------------------------------------------------------------------

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

    # --- On their phones -------------------------------------------------------------------------

    def writes(self, person: Person, words: str) -> None:
        with self.does(f"{person.name} texts {person.company}: {words!r}"):
            number = self.world.desks[person.company].carrier.service.numbers[0]
            text = self.world.sandbox.phone(person.mobile).reply(words, to=number)
            self.truth.said.append(Said(person, words, WORDS[words], text.sid, self.world.now))

    def phone_fares(self, person: Person, fate: str) -> None:
        with self.does(f"texts to {person.name} end as {fate}"):
            self.world.sandbox.phone(person.mobile).data.fate = fate

    # --- At the desk -----------------------------------------------------------------------------

    def staff_records_consent(self, person: Person, allows: bool) -> None:
        verb = "allows" if allows else "refuses"
        with self.does(f"staff notes that {person.name} {verb} texts"):
            (consent.grant if allows else consent.withdraw)(
                self.world.company(person.company),
                channel="sms",
                address=person.mobile,
                source="staff",
                wording="on the phone",
                by=self.world.by(person.company),
                now=self.world.now,
            )
            key = (person.company, person.mobile)
            self.truth.consent.setdefault(key, []).append((self.world.now, allows))

    def tags_a_vip(self, person: Person) -> None:
        on = person.name not in self.truth.vip
        with self.does(f"staff {'tags' if on else 'untags'} {person.name} as VIP"):
            act = tags.put if on else tags.take
            act(self.world.customer(person), by=self.world.by(person.company), now=self.world.now)
            (self.truth.vip.add if on else self.truth.vip.discard)(person.name)

    def contests(self, slug: str, pick: int, part: Decimal) -> None:
        row = self.an_invoice(slug, pick)
        invoice = row and self.world.mirrored(slug, row["Id"])
        if invoice:
            amount = (Decimal(str(row["Balance"])) * part).quantize(Decimal("0.01"))
            with self.does(f"staff sets {amount} of invoice {row['Id']} of {slug} aside"):
                disputes.open_dispute(
                    invoice=invoice, amount=amount, reason="Wrong hours",
                    by=self.world.by(slug), now=self.world.now,
                )  # fmt: skip
                self.truth.disputed[slug, row["Id"]] = amount

    def settles_a_dispute(self, slug: str, pick: int) -> None:
        rows = list(Dispute.objects.filter(company__slug=slug, state="open").order_by("pk"))
        if rows:
            row = rows[pick % len(rows)]
            book_id = row.invoice.quickbooks_id
            with self.does(f"staff settles the dispute of invoice {book_id} of {slug}"):
                disputes.resolve_dispute(
                    row, outcome="It was right", by=self.world.by(slug), now=self.world.now
                )
                self.truth.disputed.pop((slug, book_id), None)

    def promises_to_pay(self, slug: str, pick: int, days: int, part: Decimal) -> None:
        row = self.an_invoice(slug, pick)
        invoice = row and self.world.mirrored(slug, row["Id"])
        if invoice:
            amount = (Decimal(str(row["Balance"])) * part).quantize(Decimal("0.01"))
            day = invoice.company.local_date(self.world.now) + timedelta(days=days)
            with self.does(f"{amount} of invoice {row['Id']} of {slug} is promised by {day}"):
                promised.record_promise(
                    invoice=invoice, amount=amount, due_on=day,
                    by=self.world.by(slug), now=self.world.now,
                )  # fmt: skip
                # Two days of grace, to their end.
                self.truth.promised[slug, row["Id"]] = self.midnight(slug, day + timedelta(days=3))

    def midnight(self, slug: str, day) -> datetime:
        return datetime.combine(day, time.min, ZoneInfo(ZONES[slug]))

    def pauses(self, person: Person, days: int | None) -> None:
        until = "until it is lifted" if days is None else f"for {days} more days"
        with self.does(f"staff pauses {person.name} {until}"):
            today = self.world.company(person.company).local_date(self.world.now)
            day = None if days is None else today + timedelta(days=days)
            pauses.pause(
                self.world.customer(person), until=day, note="", now=self.world.now,
                by=self.world.by(person.company),
            )  # fmt: skip
            self.truth.paused[person.name] = (
                self.midnight(person.company, day + timedelta(days=1)) if day else None
            )

    def lifts_pauses(self, person: Person) -> None:
        customer = self.world.customer(person)
        mine = ("person", "chargeback", "payment_failed")
        rows = Hold.objects.active(self.world.now).filter(customer=customer, reason__in=mine)
        for row in rows:
            with self.does(f"a manager ends {row} of {person.name}"):
                holds.lift(
                    row, by=self.world.by(person.company, Role.MANAGER), reason="settled",
                    now=self.world.now,
                )  # fmt: skip
        self.truth.paused.pop(person.name, None)
        self.truth.charged_back.discard(person.name)

    def closes_the_conversation(self, person: Person) -> None:
        thread = Thread.objects.filter(
            customer=self.world.customer(person), state__in=["needs_reply", "waiting", "snoozed"]
        ).first()
        if thread:
            with self.does(f"staff closes the conversation with {person.name}"):
                threads.close(
                    thread, outcome="answered", next_step="Reminders go on.",
                    by=self.world.by(person.company), now=self.world.now,
                )  # fmt: skip
                self.truth.waiting.pop(person.name, None)

    def answers(self, person: Person, medium: str) -> None:
        thread = Thread.objects.filter(customer=self.world.customer(person)).first()
        if thread:
            body = f"We look into it and come back to you by {self.world.now:%A}, answer {medium}."
            with self.does(f"staff answers {person.name} by {medium}"):
                replies.reply(
                    thread, body=body, medium=medium, by=self.world.by(person.company),
                    now=self.world.now,
                )  # fmt: skip
                self.truth.answers.add(body)

    def finishes_tasks(self, person: Person) -> None:
        open_ones = Task.objects.open().filter(customer=self.world.customer(person))
        for task in open_ones.exclude(kind=Task.Kind.MONEY).exclude(key__startswith="message:"):
            with self.does(f"staff finishes the task {task.title!r}"):
                tasks.finish(
                    task, by=self.world.by(person.company), now=self.world.now, outcome="Done."
                )

    def prepares(self, slug: str) -> None:
        with self.does(f"the batch of {slug} is prepared"):
            dispatch.prepare(self.world.company(slug), now=self.world.now)

    def approves(self, slug: str, role: Role, one: bool) -> None:
        rows = self.world.proposed(slug)
        rows = rows[:1] if one else rows
        if rows:
            with self.does(f"a {role.label} of {slug} approves {len(rows)} messages"):
                self.say_yes(slug, rows, role)

    def say_yes(self, slug: str, rows: list[Message], role: Role) -> None:
        by = self.world.by(slug, role)
        seen = {row.pk: row.content_hash for row in rows}
        approving.approve(rows, by=by, now=self.world.now, hashes=seen)
        for row in rows:
            after = Message.objects.get(pk=row.pk)
            if after.state == Message.State.APPROVED:
                self.truth.approved[str(row.uuid)] = Yes(
                    row.medium, row.test_address or row.address, row.body, row.total,
                    role >= Role.MANAGER,
                )  # fmt: skip

    def changes_a_message(self, slug: str, pick: int, how: str) -> None:
        rows = list(
            Message.objects.filter(
                company__slug=slug, purpose="reminder", state__in=["proposed", "approved"]
            ).select_related("company", "customer", "pay_link__company")
            .order_by("pk")
        )  # fmt: skip
        if not rows:
            return
        row = rows[pick % len(rows)]
        by, now = self.world.by(slug), self.world.now
        with self.does(f"staff of {slug}: {how} the {row}"):
            if how == "edit":
                body = row.body.replace(" open", " yet to be paid", 1)
                editing.edit(row, body=body, subject=row.subject or "Invoice", by=by, now=now)
            elif how == "skip":
                declining.skip(row, by=by, now=now)
            elif how == "undo":
                approving.withdraw([row], by=by, now=now)
            elif how == "pause":
                today = row.company.local_date(now)
                declining.pause(row, until=today + timedelta(days=2), by=by, now=now)
                self.truth.paused[row.customer.name] = self.midnight(
                    slug, today + timedelta(days=3)
                )
            else:
                declining.exclude(row, by=by, now=now)
                self.truth.vip.add(row.customer.name)
            self.truth.approved.pop(str(row.uuid), None)

    def decides_a_case(self, slug: str, pick: int, how: str) -> None:
        rows = list(Approval.objects.waiting(self.world.now).filter(company__slug=slug))
        if not rows:
            return
        row = rows[pick % len(rows)]
        by, now = self.world.by(slug, Role.MANAGER), self.world.now
        seen = {"by": by, "now": now, "content_hash": row.content_hash}
        with self.does(f"a manager of {slug} decides {row}: {how}"):
            if how == "no":
                case_decisions.turn_down(row, note="No.", **seen)
            elif row.kind == Approval.Kind.LETTER:
                case_decisions.release(row, printed=how == "print", **seen)
                if how != "print":
                    told = row.content["letter"]["rows"]
                    content = tuple(sorted((one["number"], one["open"]) for one in told))
                    self.truth.released.append((row.customer.name, content))
            elif how == "quiet":
                day = self.world.company(slug).local_date(now) + timedelta(days=3)
                case_decisions.keep_quiet(row, until=day, **seen)
                self.truth.paused[row.customer.name] = self.midnight(slug, day + timedelta(days=1))
            else:
                case_decisions.resume(row, **seen)

    def presses_stop(self, slug: str) -> None:
        on = slug not in self.truth.stopped
        with self.does(f"{slug}: {'stop' if on else 'go on'}"):
            company, by = self.world.company(slug), self.world.by(slug, Role.OWNER)
            if on:
                stopping.stop(company, reason="Look first", by=by, now=self.world.now)
                self.truth.stopped.add(slug)
            else:
                stopping.resume(company, by=by, now=self.world.now)
                self.truth.stopped.discard(slug)

    def changes_the_mode(self, slug: str, mode: str) -> None:
        with self.does(f"{slug} is now in mode {mode}"):
            companies.save(
                slug, {"mode": mode}, by=self.world.by(slug, Role.OWNER), now=self.world.now
            )
            self.truth.predicted.clear()

    @rule()
    def says_what_became_of_it(self) -> None:
        """A person looks at the phone or the mailbox, and says what is there."""
        rows = Message.objects.filter(state="approved", direction="out").select_related(
            "company", "customer", "thread"
        )
        gone = {one.message for one in self.truth.left}
        for row in rows:
            if in_doubt.is_in_doubt(row):
                it_left = str(row.uuid) in gone
                by = self.world.by(row.company.slug)
                with self.does(f"staff looks: the {row} {'left' if it_left else 'did not leave'}"):
                    act = in_doubt.it_left if it_left else in_doubt.it_did_not_leave
                    act(row, by=by, now=self.world.now)

    # --- Time ------------------------------------------------------------------------------------

    def passes(self, seconds: int) -> None:
        self.world.move(timedelta(seconds=seconds))
        with self.does(f"{timedelta(seconds=seconds)} later"):
            pass

    def days_pass(self, days: int, hour: int) -> None:
        self.to(days, hour)
        with self.does(f"{days} days later"):
            pass

    def to(self, days: int, hour: int) -> None:
        """That hour in New York, so many days on; a change of clocks is crossed as it comes."""
        zone = ZoneInfo(EAST)
        day = self.world.now.astimezone(zone).date() + timedelta(days=days)
        self.world.move_to(datetime.combine(day, time(hour, 35, 30), zone))

    # --- The machine -----------------------------------------------------------------------------

    @rule(how=st.sampled_from(("all", "all", "all", "first", "last", "reversed", "twice")))
    def delivers(self, how: str) -> None:
        bag = list(self.world.bag)
        if not bag:
            return
        chosen = {"first": bag[:1], "last": bag[-1:], "reversed": bag[::-1]}.get(how, bag)
        with self.does(f"webhooks come in: {how}, {', '.join(one.about for one in chosen)[:200]}"):
            for parcel in chosen:
                if how == "twice":
                    self.world.deliver(parcel, keep=True)
                self.world.deliver(parcel)

    def loses_a_webhook(self, pick: int) -> None:
        if not self.world.bag:
            return
        parcel = self.world.bag[pick % len(self.world.bag)]
        with self.does(f"a webhook is lost: {parcel.about}"):
            self.world.bag.remove(parcel)
            self.world.sandbox.delivery._remember(parcel, "given up")
            self.world.lost_texts |= {one.sid for one in self.truth.said if one.sid in parcel.about}

    @rule(trouble=st.none() | TROUBLES, statement=st.none() | st.integers(1, 120))
    def works(self, trouble: Trouble | None, statement: int | None) -> None:
        how = f", {trouble.vendor} {trouble.operation} {trouble.kind}" if trouble else ""
        how += f", killed before statement {statement}" if statement else ""
        with self.does(f"the worker works{how}"):
            self.world.wire.troubles = [trouble] if trouble else []
            try:
                with self.world.killed_at(statement):
                    is_alive = self.world.work()
            except Killed:
                is_alive = False
            self.world.wire.troubles = []
            if not is_alive:
                self.story[-1] += " and dies"
                self.world.leases_end()
            promises.nothing_is_lost(self.world, is_quiet=is_alive)

    @rule(
        names=st.sampled_from(
            (
                (),
                ("sync the books",),
                ("plan touches", "escalate"),
                ("sync the books", "plan touches", "prepare reminders"),
                ("prepare reminders",),
                ("catch up with Stripe", "close stale pay pages"),
                ("hear lost replies", "ask for silent texts", "wake conversations"),
            )
        ),
        again=st.booleans(),
    )
    def schedule_runs(self, names: tuple[str, ...], again: bool) -> None:
        twice = ", twice" if again else ""
        with self.does(f"the schedule runs: {', '.join(names) or 'everything'}{twice}"):
            for _ in range(2 if again else 1):
                failed = self.world.run_jobs(*names)
                assert not failed, failed

    # Three times, so that the machine draws it as often: it is what makes messages leave.

    @rule(days=DAYS, hour=HOURS)
    def a_day_at_the_desk(self, days: int, hour: int, meanwhile: tuple | None = None) -> None:
        """What most days are: webhooks come, jobs run, a manager approves, messages leave."""
        self.to(days, hour)
        with self.does(f"{days} days later: a usual day, everything proposed is approved"):
            for parcel in list(self.world.bag):
                self.world.deliver(parcel)
            self.world.work()
            failed = self.world.run_jobs(*A_DAYS_JOBS)
            assert not failed, failed
            for slug in ZONES:
                rows = self.world.proposed(slug)
                if rows:
                    self.say_yes(slug, rows, Role.MANAGER)
        if meanwhile:
            self.do(meanwhile)
        self.world.move(timedelta(seconds=61))
        with self.does("what was approved leaves"):
            self.world.work()

    @rule(days=DAYS, hour=HOURS, act=IN_QUICKBOOKS)
    def a_day_with_news_from_the_books(self, days: int, hour: int, act: tuple) -> None:
        """Between a yes and the sending the books change, and nobody has told yet."""
        self.a_day_at_the_desk(days, hour, meanwhile=act)

    @rule(days=DAYS, hour=HOURS, act=ABOUT_A_CUSTOMER)
    def a_day_with_second_thoughts(self, days: int, hour: int, act: tuple) -> None:
        """Between a yes and the sending staff learns something about a customer."""
        self.a_day_at_the_desk(days, hour, meanwhile=act)

    def replays_an_event(self, pick: int) -> None:
        rows = list(WebhookEvent.objects.exclude(state="in_flight").order_by("-pk")[:6])
        if rows:
            row = rows[pick % len(rows)]
            with self.does(f"an operator replays {row.vendor} {row.kind}"):
                process.replay(row, now=self.world.now)

    def opens_the_invoice(self, person: Person) -> None:
        """Promise 9: the invoice's page says why, in a sentence, and is right."""
        with self.does(f"somebody looks at the invoices of {person.name}"):
            promises.every_yes_and_no_is_explained(self.world, person)

    # --- The end ---------------------------------------------------------------------------------

    def happened(self) -> Counter:
        """What this story had in it, for counting."""
        found = Counter(f"{one.kind} by {one.medium}" for one in self.truth.left)
        found["payments posted"] = len(self.posted)
        found["refusals"] = sum("(refused: " in line for line in self.story)
        found["deaths"] = sum(line.endswith(" and dies") for line in self.story)
        found["words heard"] = sum(one.is_heard for one in self.truth.said)
        found["chargebacks"] = len(self.truth.disputes_known)
        return found

    def teardown(self) -> None:
        try:
            if self.settling and not self.truth.breaches and not self.is_over:
                self.settles()
        finally:
            self.world.end()

    def settles(self) -> None:
        """All vendors well, every webhook delivered, time for every further try: it must add up."""
        self.tell("everything settles")
        self.is_over = True
        for slug in sorted(self.truth.stopped):
            stopping.resume(
                self.world.company(slug), by=self.world.by(slug, Role.OWNER), now=self.world.now
            )
        self.truth.stopped.clear()
        for _ in range(6):
            with self.world.at_work():
                for parcel in list(self.world.bag):
                    self.world.deliver(parcel)
                self.world.leases_end()
                self.world.work()
            if not self.world.bag and not self.world.is_waiting():
                break
            self.world.move(timedelta(hours=1, seconds=7))
        promises.hear(self.world)
        promises.posted_at_most_once(self.world)
        promises.posted_exactly_once(self.world)
        for slug in ZONES:
            for row in self.world.books(slug).all("Payment"):
                if "arbook pi_" in (row.get("PrivateNote") or ""):
                    self.posted.append(row["Id"])
        promises.all_is_done(self.world)
        promises.everything_has_a_name(self.world)
        if self.replays:
            self.tell("everything that ever came is replayed")
            promises.replays_change_nothing(self.world)
        self.stop_at_a_breach()
