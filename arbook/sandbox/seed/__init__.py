"""The demo's world: two client companies whose books look like real books.

`plant(sandbox)` writes them (the same world for the same number and day) and gives `facts`: per
company its realm, secrets, and handles of the special customers. `bulk(books, n)` adds plain
invoices for benchmarks.
"""

import random
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from arbook.sandbox import clock
from arbook.sandbox.quickbooks import starter
from arbook.sandbox.seed import companies, plan, special
from arbook.sandbox.seed.bulk import bulk
from arbook.sandbox.seed.companies import BUSINESSES, Business
from arbook.sandbox.seed.people import People
from arbook.sandbox.seed.write import Writer

if TYPE_CHECKING:
    from arbook.sandbox.server import Sandbox

__all__ = ["BUSINESSES", "bulk", "facts", "plant"]


def facts(sandbox: "Sandbox") -> dict[str, Any]:
    """What was planted; empty when nothing was. See `plant`."""
    return sandbox.state.facts


def plant(sandbox: "Sandbox", *, number: int = 1, today: date | None = None) -> dict[str, Any]:
    """Write both companies. `facts["companies"][slug]` holds `realm`, `refresh_token`, `stripe`,
    `twilio`, `special` (handle to customer and invoices), `consented` and `counts`.
    """
    planted: dict[str, Any] = {"number": number, "companies": {}}
    with sandbox.lock:
        for business in BUSINESSES:
            day = today or clock.now().astimezone(ZoneInfo(business.timezone)).date()
            planted["today"] = day.isoformat()
            rng = random.Random(f"{number}-{business.slug}")
            _vendors(sandbox, business)
            planted["companies"][business.slug] = _company(sandbox, business, rng, day)
        sandbox.state.facts = planted
    sandbox.touch()
    return planted


def _vendors(sandbox: "Sandbox", business: Business) -> None:
    sandbox.stripe_vendor.add_account(
        business.stripe["id"],
        business.name,
        secret_key=business.stripe["secret_key"],
        webhook_secret=business.stripe["webhook_secret"],
    )
    sandbox.twilio_vendor.add_account(
        business.twilio["sid"],
        business.name,
        auth_token=business.twilio["auth_token"],
        brand_sid=business.twilio["brand"],
        key_secret="k" + business.twilio["auth_token"][1:],
        services=[
            {
                "sid": business.twilio["service"],
                "name": business.name,
                "numbers": [business.twilio["number"]],
                "campaign_sid": business.twilio["campaign"],
            }
        ],
    )


def _company(
    sandbox: "Sandbox", business: Business, rng: random.Random, today: date
) -> dict[str, Any]:
    zone = ZoneInfo(business.timezone)
    now = clock.now()
    if now.astimezone(zone).date() != today:
        now = datetime(today.year, today.month, today.day, 18, tzinfo=zone)
    books = sandbox.quickbooks.add_company(
        business.realm,
        business.name,
        timezone=business.timezone,
        refresh_token=business.refresh_token,
        address=business.address,
        email=business.email,
        phone=business.phone,
        next_doc=business.first_number,
    )
    books.ledger.preferences["CurrencyPrefs"]["MultiCurrencyEnabled"] = True
    people = People(rng, business.slug)
    writer = Writer(books, business, rng, people, now)
    prepared = special.both(people, rng, today)
    make = special.studio if business is companies.STUDIO else special.field_service
    prepared += make(people, rng, today)
    with books.silently():
        items = writer.items()
        prices = [price for _, _, price in items]
        since = today - timedelta(days=plan.MONTHS * 31)
        ids: dict[str, str] = {}
        plans: list[plan.PlannedInvoice] = []
        for one in prepared:
            parent = ids.get(one.parent, "")
            ids[one.handle] = id_ = writer.customer(one.name, one, since, parent)
            for owed in one.owes:
                owed.customer = id_
                plans.append(owed)
            if one.habits:
                habits = plan.habit(rng, prices)
                plans += plan.history(rng, id_, habits, today, all_paid=True)
        fixed = [one for one in plans if one.label]
        others = []
        for _ in range(business.customers - len(prepared) + 6):
            id_ = writer.customer(people.name(), None, since)
            others += plan.history(rng, id_, plan.habit(rng, prices), today)
        plan.balance(rng, others, today, len(fixed))
        for voided in rng.sample([one for one in others if one.paid_on], 3):
            voided.paid_on, voided.void, voided.label = None, True, "voided"
        writer.play(plans + others, items)
        _papers(writer, ids, today)
    return _facts(business, writer, prepared, ids)


def _papers(writer: Writer, ids: dict[str, str], today: date) -> None:
    """Credit memos, unapplied money, journal entries, and what became inactive."""
    books = writer.books

    def day(ago: int) -> dict[str, Any]:
        on = today - timedelta(days=ago)
        return {"at": writer.at(on, 13), "TxnDate": on.isoformat()}

    def invoice(handle: str) -> str:
        return writer.labelled[handle][0]["Id"]

    if "open_credit" in ids:
        books.credit(ids["open_credit"], 275, **day(12))
    if "applied_credit" in ids:
        books.credit(ids["applied_credit"], 200, apply_to=invoice("applied_credit"), **day(15))
    if "unapplied" in ids:
        books.pay(ids["unapplied"], 350, reference="7741", **day(10))
    if "net_zero" in ids:
        books.pay(ids["net_zero"], 700, reference="1180", **day(4))
    for handle, posting in (("journal_debit", "Debit"), ("journal_credit", "Credit")):
        if handle not in ids:
            continue
        other = "Credit" if posting == "Debit" else "Debit"
        who = {"Type": "Customer", "EntityRef": {"value": ids[handle]}}
        receivable = starter.account(books, "Accounts Receivable (A/R)")
        against = starter.account(books, "Bad Debts" if posting == "Credit" else "Services")
        lines = [
            {
                "Amount": 120.0,
                "DetailType": "JournalEntryLineDetail",
                "JournalEntryLineDetail": {
                    "PostingType": posting,
                    "AccountRef": {"value": receivable},
                    "Entity": who,
                },
            },
            {
                "Amount": 120.0,
                "DetailType": "JournalEntryLineDetail",
                "JournalEntryLineDetail": {
                    "PostingType": other,
                    "AccountRef": {"value": against},
                },
            },
        ]
        fields = day(40)
        at = fields.pop("at")
        books.create("JournalEntry", {"DocNumber": "JE-1", "Line": lines} | fields, at=at)
    if "inactive" in ids:
        books.edit("Customer", ids["inactive"], Active=False, at=writer.at(today, 8))


def _facts(
    business: Business, writer: Writer, prepared: list[special.Special], ids: dict[str, str]
) -> dict[str, Any]:
    books = writer.books
    silent = {ids[one.handle] for one in prepared if not one.consent}
    landlines = {ids[one.handle] for one in prepared if one.line != "mobile"}
    handles = {
        one.handle: {
            "customer_id": ids[one.handle],
            "name": one.name,
            "mobile": one.mobile,
            "email": writer.emails[ids[one.handle]],
            "invoices": [
                {"id": made["Id"], "number": made["DocNumber"], "total": made["TotalAmt"]}
                for made in (writer.labelled.get(one.handle, []) if one.owes else [])
            ],
        }
        for one in prepared
    }
    invoices = books.all("Invoice")
    return {
        "slug": business.slug,
        "name": business.name,
        "realm": business.realm,
        "timezone": business.timezone,
        "refresh_token": business.refresh_token,
        "stripe": dict(business.stripe),
        "twilio": dict(business.twilio),
        "special": handles,
        "voided": [made["Id"] for made in writer.labelled.get("voided", [])],
        "consented": {
            id_: mobile
            for id_, mobile in writer.mobiles.items()
            if mobile and id_ not in silent | landlines
        },
        "counts": {
            "customers": len(books.ledger.of("Customer")),
            "invoices": len(invoices),
            "open": sum(1 for one in invoices if one["Balance"] > 0),
            "payments": len(books.ledger.of("Payment")),
        },
    }
