"""Gathering the ledger at the end of the day: from the sandbox's own books, and from our tables.

Plain SQL and the sandbox's admin API; nothing of the product judges itself here.
"""

from datetime import datetime
from decimal import Decimal

from tests.chaos.cast import Client
from tests.chaos.day import Journal
from tests.chaos.ledger import (
    BookInvoice,
    BookPayment,
    Charge,
    Ledger,
    Letter,
    Person,
    Row,
    Stop,
    Text,
)
from tests.chaos.payers import Deeds
from tests.chaos.world import World

ROWS = """
SELECT 'effect ' || id, kind, state, error, state IN ('pending', 'unsure') AND not_before > %(now)s
FROM outbox_effect
UNION ALL
SELECT 'event ' || id, vendor || ' ' || kind, state, error,
       state = 'received' AND not_before > %(now)s
FROM webhooks_webhookevent
"""


def gather(world: World, journal: Journal, deeds: Deeds, *, now: datetime) -> Ledger:
    """Everything both sides hold now."""
    ledger = Ledger(checks=set(deeds.checks))
    for client in world.clients:
        _vendors_of(world, client, journal, deeds, ledger)
    _mail(world, journal, ledger)
    _ours(world, journal, deeds, ledger, now)
    return ledger


def _vendors_of(world: World, client: Client, journal: Journal, deeds: Deeds, ledger: Ledger):
    control, company = world.control, client.slug
    books = f"/quickbooks/realms/{client.realm}"
    by_name = {payer.name: payer for payer in client.payers}
    for row in control.get(f"{books}/Customer"):
        payer = by_name.get(row["DisplayName"])
        if payer:
            ledger.people.append(
                Person(row["Id"], company, payer.email, payer.mobile, payer.place, payer.consents)
            )
    amounts = {bill.number: bill.amount for payer in client.payers for bill in payer.bills}
    ids = {}
    for row in control.get(f"{books}/Invoice"):
        ids[row["DocNumber"]] = row["Id"]
        changes = [
            (change.real, change.total)
            for change in deeds.changes
            if change.company == company and change.invoice == row["Id"] and change.total
        ]
        ledger.invoices.append(
            BookInvoice(
                row["Id"],
                row["DocNumber"],
                company,
                row["CustomerRef"]["value"],
                _money(row["Balance"]),
                ((0.0, amounts[row["DocNumber"]]), *changes),
            )
        )
    for row in control.get(f"{books}/Payment"):
        ledger.payments.append(_payment(company, row, journal))
    _stripe(control, client, ids, deeds, ledger)
    for text in control.get(f"/twilio/accounts/{client.sid}/messages"):
        at = datetime.fromisoformat(text["created"])
        if text["direction"] == "outbound-api":
            ledger.texts.append(
                Text(text["sid"], company, text["to"], text["body"], at, journal.machine(at))
            )
        elif text["direction"] == "inbound":
            ledger.inbound[text["sid"]] = False


def _payment(company: str, row: dict, journal: Journal) -> BookPayment:
    lines: dict[str, Decimal] = {}
    for line in row.get("Line", []):
        for link in line.get("LinkedTxn", []):
            if link["TxnType"] == "Invoice":
                before = lines.get(link["TxnId"], Decimal("0.00"))
                lines[link["TxnId"]] = before + _money(line["Amount"])
    return BookPayment(
        row["Id"],
        company,
        _money(row["TotalAmt"]),
        row.get("PrivateNote", ""),
        _money(row.get("UnappliedAmt", 0)),
        lines,
        journal.machine(datetime.fromisoformat(row["MetaData"]["CreateTime"])),
    )


def _stripe(control, client: Client, ids: dict, deeds: Deeds, ledger: Ledger) -> None:
    account = f"/stripe/accounts/{client.account}"
    pages = {page.session: page.parts for page in deeds.pages if page.parts}
    sessions = {
        row["payment_intent"]: row["id"]
        for row in control.get(f"{account}/checkout.session")
        if row.get("payment_intent")
    }
    for row in control.get(f"{account}/payment_intent"):
        parts = pages.get(sessions.get(row["id"], ""), {})
        ledger.charges.append(
            Charge(
                row["id"],
                client.slug,
                row["status"],
                Decimal(row["amount"]) / 100,
                {ids[number]: amount for number, amount in parts.items()},
            )
        )


def _mail(world: World, journal: Journal, ledger: Ledger) -> None:
    company_of = {person.email: person.company for person in ledger.people}
    for row in world.control.get("/mailbox"):
        to = row["to"][0]
        if to in company_of:
            at = datetime.fromisoformat(row["at"])
            ledger.letters.append(
                Letter(
                    row["id"],
                    company_of[to],
                    to,
                    row["subject"],
                    row["text"],
                    at,
                    journal.machine(at),
                )
            )


def _ours(world: World, journal: Journal, deeds: Deeds, ledger: Ledger, now: datetime) -> None:
    with world.connect() as connection:

        def rows(query: str, *values):
            return connection.execute(query, values or None).fetchall()

        companies = dict(rows("SELECT id, slug FROM companies_company"))
        received = dict(
            rows(
                "SELECT split_part(external_id, ':', 1), received_at FROM webhooks_webhookevent"
                " WHERE vendor = 'twilio' AND kind = 'inbound'"
            )
        )
        client_of = {
            payer.mobile: client.slug for client in world.clients for payer in client.payers
        }
        for number, sid in deeds.stops:
            at = received.get(sid)
            real = journal.machine(at) if at else None
            ledger.stops.append(Stop(number, client_of[number], sid, real))
        held = rows("SELECT vendor_id, direction FROM messaging_message WHERE medium = 'sms'")
        ledger.known_texts = {sid for sid, direction in held if direction == "out"}
        for sid, direction in held:
            if direction == "in" and sid in ledger.inbound:
                ledger.inbound[sid] = True
        ledger.withdrawn = {
            (companies[company], address)
            for company, address in rows(
                "SELECT DISTINCT company_id, address FROM customers_consentevent"
                " WHERE direction = 'withdrawn'"
            )
        }
        ledger.mirror = {
            (companies[company], id_): balance
            for company, id_, balance in rows(
                "SELECT company_id, quickbooks_id, balance FROM invoices_invoice"
            )
        }
        ledger.captured = dict(rows("SELECT intent, state FROM reconciliation_stripepayment"))
        for what, kind, state, cause, waits in connection.execute(ROWS, {"now": now}):
            ledger.rows.append(Row(what, kind, state, cause, is_due=not waits))


def _money(value) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.01"))
