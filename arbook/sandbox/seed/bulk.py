"""Plain books for benchmarks: many customers and invoices, written as text, without events."""

import random
from datetime import date, timedelta

from arbook.sandbox import clock
from arbook.sandbox.quickbooks.books import Books
from arbook.sandbox.quickbooks.ledger import Row


def bulk(
    books: Books,
    invoices: int = 1000,
    *,
    open: int | None = None,
    customers: int = 0,
    number: int = 1,
) -> int:
    """Add `invoices` invoices, `open` of them unpaid (all by default); their number comes back."""
    rng, ledger = random.Random(number), books.ledger
    customers = customers or max(1, min(2000, invoices // 25))
    open = invoices if open is None else open
    today = date.fromisoformat(books.today())
    days = [(today - timedelta(days=n)).isoformat() for n in range(121)]
    dues = [(today - timedelta(days=n - 30)).isoformat() for n in range(121)]
    now = clock.now()
    meta, epoch = ledger.local(now), now.timestamp() // 1
    stamp = f'"MetaData":{{"CreateTime":"{meta}","LastUpdatedTime":"{meta}"}}'
    first = ledger.next_id
    ledger.next_id += customers + invoices
    owed = [0] * customers
    table = ledger.of("Invoice")
    start_doc = ledger.next_doc
    ledger.next_doc += invoices
    for at in range(invoices):
        who = at % customers
        id_, customer = first + customers + at, first + who
        cents = rng.randrange(5_000, 500_000)
        left = cents if at < open else 0
        owed[who] += left
        age = rng.randrange(121)
        total, balance = cents / 100, left / 100
        name = f"Customer {who + 1:05}"
        blob = (
            f'{{"domain":"QBO","sparse":false,"Id":"{id_}","SyncToken":"0",{stamp},'
            f'"CustomerRef":{{"value":"{customer}","name":"{name}"}},'
            f'"DocNumber":"{start_doc + at}","TxnDate":"{days[age]}","DueDate":"{dues[age]}",'
            f'"CurrencyRef":{{"value":"{ledger.currency}"}},"TotalAmt":{total},"Balance":{balance},'
            f'"BillEmail":{{"Address":"ap{who + 1}@bulk.example"}},"EmailStatus":"EmailSent",'
            f'"Line":[{{"Id":"1","LineNum":1,"Amount":{total},"DetailType":"SalesItemLineDetail",'
            f'"SalesItemLineDetail":{{"Qty":1,"UnitPrice":{total}}}}},{{"Amount":{total},'
            f'"DetailType":"SubTotalLineDetail","SubTotalLineDetail":{{}}}}],'
            f'"LinkedTxn":[],"CustomField":[]}}'
        ).encode()
        facts = (
            id_,
            epoch,
            epoch,
            str(start_doc + at),
            days[age],
            dues[age],
            balance,
            str(customer),
            "",
        )
        table[str(id_)] = Row(blob, facts, epoch)
    _customers(books, first, owed, stamp, epoch)
    ledger.version += 1
    return invoices


def _customers(books: Books, first: int, owed: list[int], stamp: str, epoch: float) -> None:
    table = books.ledger.of("Customer")
    for at, cents in enumerate(owed):
        id_, name, balance = first + at, f"Customer {at + 1:05}", cents / 100
        area, line = 201 + at // 100 % 780, at % 100
        blob = (
            f'{{"domain":"QBO","sparse":false,"Id":"{id_}","SyncToken":"0",{stamp},'
            f'"DisplayName":"{name}","FullyQualifiedName":"{name}","CompanyName":"{name}",'
            f'"Active":true,"Job":false,"Balance":{balance},"BalanceWithJobs":{balance},'
            f'"PrimaryEmailAddr":{{"Address":"ap{at + 1}@bulk.example"}},'
            f'"Mobile":{{"FreeFormNumber":"({area}) 555-01{line:02}"}},'
            f'"BillAddr":{{"City":"New York","CountrySubDivisionCode":"NY","PostalCode":"10013"}},'
            f'"CurrencyRef":{{"value":"{books.ledger.currency}"}}}}'
        ).encode()
        facts = (
            id_,
            epoch,
            epoch,
            name,
            name,
            "",
            "",
            name,
            True,
            balance,
            f"ap{at + 1}@bulk.example",
        )
        table[str(id_)] = Row(blob, facts, epoch)
