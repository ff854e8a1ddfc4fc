"""Writes a planned company into its books, in the order things happened."""

import random
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from arbook.sandbox.quickbooks import starter
from arbook.sandbox.quickbooks.books import Books
from arbook.sandbox.seed.companies import Business
from arbook.sandbox.seed.people import People, domain
from arbook.sandbox.seed.plan import PlannedInvoice
from arbook.sandbox.seed.special import Special

METHODS = ("Check", "Check", "ACH", "Credit Card", "Wire")


class Writer:
    """One company being written. `ids` maps handles and names to customer ids."""

    def __init__(
        self, books: Books, business: Business, rng: random.Random, people: People, now: datetime
    ) -> None:
        self.books, self.business, self.rng, self.people = books, business, rng, people
        self.now, self.zone = now, ZoneInfo(business.timezone)
        self.emails: dict[str, str | None] = {}
        self.labelled: dict[str, list[dict[str, Any]]] = {}
        self.mobiles: dict[str, str] = {}

    def at(self, day: date, hour: int = 10) -> datetime:
        """Some minute of a working hour on a day, never in the future."""
        moment = datetime.combine(day, time(hour, self.rng.randint(0, 59)), self.zone)
        return min(moment, self.now - timedelta(minutes=2))

    def items(self) -> list[tuple[str, str, int]]:
        income = starter.account(self.books, "Services")
        made = []
        for name, price in self.business.items:
            item = self.books.create(
                "Item",
                {
                    "Name": name,
                    "FullyQualifiedName": name,
                    "Type": "Service",
                    "UnitPrice": price,
                    "IncomeAccountRef": {"value": income},
                },
            )
            made.append((item["Id"], name, price))
        return made

    def customer(self, name: str, special: Special | None, since: date, parent: str = "") -> str:
        """Write one customer; its id comes back."""
        rng, people = self.rng, self.people
        place = people.place()
        given, family = people.person()
        data: dict[str, Any] = {
            "DisplayName": name,
            "CompanyName": name,
            "GivenName": given,
            "FamilyName": family,
            "BillAddr": {
                "Line1": people.street(),
                "City": place.city,
                "PostalCode": place.postal,
                "CountrySubDivisionCode": place.state,
                "Country": "USA",
            },
            "Taxable": bool(self.business.tax_percent),
            "PreferredDeliveryMethod": "Email",
        }
        email: str | None = f"{rng.choice(['ap', 'billing', 'accounts', 'office'])}@{domain(name)}"
        mobile = ""
        if special is None:
            if rng.random() < 0.72:
                mobile = people.number(place.area)
            if rng.random() < 0.5:
                line = people.number(place.area)
                data["PrimaryPhone"] = {"FreeFormNumber": people.spelled(line)}
                self.books.quickbooks.sandbox.phone(line).data.line = "landline"
            if rng.random() < 0.06:
                email = None
        else:
            mobile = special.mobile
            email = email if special.email == "" else special.email
            data |= special.fields
            if kind := special.fields.get("CustomerTypeRef"):
                value = starter.customer_type(self.books, kind)
                data["CustomerTypeRef"] = {"value": value, "name": kind}
            if special.currency:
                data["CurrencyRef"] = {"value": special.currency}
                data["BillAddr"] |= {
                    "City": "Ottawa",
                    "CountrySubDivisionCode": "ON",
                    "PostalCode": "K1P 5M7",
                    "Country": "Canada",
                }
        if parent:
            data["ParentRef"] = {"value": parent}
            data["BillWithParent"] = True
        if email:
            data["PrimaryEmailAddr"] = {"Address": email}
        if mobile:
            data["Mobile"] = {"FreeFormNumber": people.spelled(mobile)}
            phone = self.books.quickbooks.sandbox.phone(mobile).data
            phone.name = f"{given} {family}, {name}"
            if special:
                phone.line, phone.fate = special.line, special.fate
                phone.lookup_error = special.lookup_error
        id_ = self.books.create("Customer", data, at=self.at(since, 9))["Id"]
        self.emails[id_], self.mobiles[id_] = email, mobile
        return id_

    def play(self, plans: list[PlannedInvoice], items: list[tuple[str, str, int]]) -> None:
        """Let the planned invoices and payments happen, day by day."""
        steps: list[tuple[date, int, int, PlannedInvoice, str]] = []
        for number, plan in enumerate(plans):
            steps.append((plan.on, 0, number, plan, "bill"))
            if plan.parted_on:
                steps.append((plan.parted_on, 1, number, plan, "part"))
            if plan.paid_on:
                steps.append((plan.paid_on, 2, number, plan, "pay"))
            if plan.void:
                steps.append((plan.on + timedelta(days=3), 3, number, plan, "void"))
        steps.sort(key=lambda step: step[:3])
        written: dict[int, dict[str, Any]] = {}
        for day, _, number, plan, what in steps:
            if what == "bill":
                written[number] = self.bill(plan, items)
                if plan.label:
                    self.labelled.setdefault(plan.label, []).append(written[number])
            elif what == "void":
                self.books.void("Invoice", written[number]["Id"], at=self.at(day, 15))
            else:
                total = plan.part if what == "part" else None
                self.receive(written[number]["Id"], total, day)

    def bill(self, plan: PlannedInvoice, items: list[tuple[str, str, int]]) -> dict[str, Any]:
        tax = 0.0 if plan.label else self.business.tax_percent
        net = round(plan.total / (1 + tax / 100), 2)
        parts = [net]
        if net > 400 and self.rng.random() < 0.4:
            first = round(net * self.rng.choice([0.3, 0.5, 0.65]), 2)
            parts = [first, round(net - first, 2)]
        lines = []
        for part in parts:
            item, name, _ = self.rng.choice(items)
            lines.append(
                {
                    "Amount": part,
                    "Description": name,
                    "DetailType": "SalesItemLineDetail",
                    "SalesItemLineDetail": {
                        "ItemRef": {"value": item},
                        "Qty": 1,
                        "UnitPrice": part,
                        "TaxCodeRef": {"value": "TAX" if tax else "NON"},
                    },
                }
            )
        days = (plan.due - plan.on).days if plan.due else 0
        names = {0: "Due on receipt", 15: "Net 15", 30: "Net 30", 60: "Net 60"}
        data: dict[str, Any] = {
            "CustomerRef": {"value": plan.customer},
            "TxnDate": plan.on.isoformat(),
            "DueDate": plan.due.isoformat() if plan.due else None,
            "Line": lines,
            "AllowOnlineCreditCardPayment": False,
            "AllowOnlineACHPayment": False,
        } | plan.extra
        if plan.due and days in names:
            data["SalesTermRef"] = {"value": starter.term(self.books, names[days])}
        if tax:
            data["TxnTaxDetail"] = {"TotalTax": round(plan.total - net, 2)}
        at = self.at(plan.on, 11)
        if email := self.emails.get(plan.customer):
            data["BillEmail"] = {"Address": email}
            data["EmailStatus"] = "EmailSent"
            data["DeliveryInfo"] = {
                "DeliveryType": "Email",
                "DeliveryTime": self.books.ledger.local(at),
            }
        return self.books.create("Invoice", data, at=at)

    def receive(self, invoice_id: str, total: float | None, day: date) -> None:
        invoice = self.books.get("Invoice", invoice_id)
        value = invoice["Balance"] if total is None else min(total, invoice["Balance"])
        method = self.rng.choice(METHODS)
        reference = f"{self.rng.randint(1100, 9899)}" if method == "Check" else ""
        self.books.pay(
            invoice["CustomerRef"]["value"],
            value,
            {invoice_id: value},
            at=self.at(day, 14),
            method=method,
            reference=reference,
            TxnDate=day.isoformat(),
        )
