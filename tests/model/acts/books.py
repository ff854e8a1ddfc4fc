"""What people do in QuickBooks."""

from datetime import datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from tests.model.drawing import PART, PICK, WHO, WHOSE, one_of
from tests.model.people import PEOPLE, Person
from tests.model.story import Story

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


class InQuickBooks(Story):
    """The books change, and nobody tells us but by a webhook."""

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
