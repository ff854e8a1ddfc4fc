"""What staff does about a customer."""

from datetime import timedelta
from decimal import Decimal

from hypothesis import strategies as st

from arbook.companies.models import Role
from customers import consent, tags
from invoices import disputes, holds, pauses, tasks
from invoices import promises as promised
from invoices.models import Dispute, Hold, Task
from messaging import closing, replies
from messaging.models import Thread
from tests.model import promises
from tests.model.drawing import PART, PICK, WHO, WHOSE, one_of
from tests.model.people import Person
from tests.model.story import Story

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


class AboutCustomers(Story):
    """Consent, tags, disputes, promises, pauses, answers, tasks."""

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
                closing.close(
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

    def opens_the_invoice(self, person: Person) -> None:
        """Promise 9: the invoice's page says why, in a sentence, and is right."""
        with self.does(f"somebody looks at the invoices of {person.name}"):
            promises.every_yes_and_no_is_explained(self.world, person)
