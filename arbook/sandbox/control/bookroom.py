"""The books of each company, and what a bookkeeper does in QuickBooks itself."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from arbook.sandbox.page import (
    Html,
    badge,
    card,
    choice,
    e,
    facts,
    field,
    form,
    join,
    link,
    money,
    page,
    table,
)
from arbook.sandbox.wire import Request, Response, Routes

if TYPE_CHECKING:
    from arbook.sandbox.quickbooks.books import Books
    from arbook.sandbox.server import Sandbox

routes = Routes()
SHOWN = 200


@routes.on("GET", "/books")
def companies(sandbox: "Sandbox", request: Request) -> Response:
    rows = [
        (
            link(f"/books/{realm}", ledger.name),
            realm,
            ledger.timezone,
            len(ledger.of("Customer")),
            len(ledger.of("Invoice")),
            len(ledger.of("Payment")),
        )
        for realm, ledger in sandbox.quickbooks.app.companies.items()
    ]
    heads = ("Company", "Realm", "Time zone", "#Customers", "#Invoices", "#Payments")
    return page("QuickBooks", card("Companies", table(heads, rows)), at="/books")


@routes.on("GET", "/books/{realm}")
def invoices(sandbox: "Sandbox", request: Request, realm: str) -> Response:
    books = sandbox.books(realm)
    wanted = request.first("show", "open")
    asked = request.first("q").casefold()
    found = [
        row for row in books.ledger.of("Invoice").values() if wanted == "all" or row.facts[6] > 0
    ]
    data = [row.data for row in sorted(found, key=lambda row: row.facts[4], reverse=True)]
    if asked:
        data = [
            i
            for i in data
            if asked in i["CustomerRef"]["name"].casefold() or asked in i.get("DocNumber", "")
        ]
    rows = [
        (
            link(f"/books/{realm}/invoices/{i['Id']}", i.get("DocNumber") or f"Id {i['Id']}"),
            link(f"/books/{realm}/customers/{i['CustomerRef']['value']}", i["CustomerRef"]["name"]),
            i["TxnDate"],
            i.get("DueDate", "none"),
            money(i["TotalAmt"], currency_of(i)),
            money(i["Balance"], currency_of(i)),
            _state(i),
        )
        for i in data[:SHOWN]
    ]
    search = Html(
        f'<form class="act"><label>Find a customer or number<input name="q" value="{e(asked)}">'
        f'</label><label>Show<select name="show"><option value="open">open</option>'
        f'<option value="all"{" selected" if wanted == "all" else ""}>all</option></select>'
        f"</label><button>Show</button></form>"
    )
    heads = ("Number", "Customer", "Date", "Due", "#Total", "#Balance", "State")
    more = f"{len(data) - SHOWN} more; find by name." if len(data) > SHOWN else ""
    return page(
        books.ledger.name,
        tabs(realm),
        card("Invoices", search, table(heads, rows, "None found."), more),
        at="/books",
        notice=request.first("notice"),
        error=request.first("error"),
    )


def tabs(realm: str) -> Html:
    root = f"/books/{realm}"
    places = (("", "Invoices"), ("/customers", "Customers"), ("/payments", "Payments"))
    return join(
        (
            Html('<nav class="tabs">'),
            *(link(root + path, name) for path, name in places),
            Html("</nav>"),
        )
    )


def currency_of(data: dict[str, Any]) -> str:
    return data.get("CurrencyRef", {}).get("value", "USD")


def _state(invoice: dict[str, Any]) -> Html:
    if invoice["TotalAmt"] == 0 and (invoice.get("PrivateNote") or "").startswith("Voided"):
        return badge("voided")
    if invoice["Balance"] == 0:
        return badge("paid", "good")
    return badge("partly paid") if invoice["Balance"] < invoice["TotalAmt"] else badge("open")


@routes.on("GET", "/books/{realm}/customers")
def customers(sandbox: "Sandbox", request: Request, realm: str) -> Response:
    books = sandbox.books(realm)
    rows = [
        (
            link(f"/books/{realm}/customers/{c['Id']}", c["FullyQualifiedName"]),
            c.get("PrimaryEmailAddr", {}).get("Address", ""),
            c.get("Mobile", {}).get("FreeFormNumber", ""),
            money(c["Balance"], currency_of(c)),
        )
        for c in sorted(books.all("Customer"), key=lambda c: c["FullyQualifiedName"])[:SHOWN]
    ]
    new = form(
        f"/books/{realm}/customers",
        "Add",
        field("Name", "name"),
        field("Email", "email"),
        field("Mobile", "mobile"),
    )
    heads = ("Customer", "Email", "Mobile", "#Balance")
    return page(
        books.ledger.name,
        tabs(realm),
        card("New customer", new),
        card("Customers", table(heads, rows)),
        at="/books",
        notice=request.first("notice"),
        error=request.first("error"),
    )


@routes.on("POST", "/books/{realm}/customers")
def add_customer(sandbox: "Sandbox", request: Request, realm: str) -> str:
    sent = request.form
    sandbox.books(realm).add_customer(
        sent.get("name", ""), email=sent.get("email"), mobile=sent.get("mobile")
    )
    return "Customer added."


@routes.on("GET", "/books/{realm}/customers/{id_}")
def customer(sandbox: "Sandbox", request: Request, realm: str, id_: str) -> Response:
    books = sandbox.books(realm)
    data = books.get("Customer", id_)
    here = f"/books/{realm}/customers/{id_}"
    theirs = books.all("Invoice", CustomerRef=id_)
    rows = [
        (
            link(f"/books/{realm}/invoices/{i['Id']}", i.get("DocNumber", "")),
            i["TxnDate"],
            money(i["TotalAmt"], currency_of(i)),
            money(i["Balance"], currency_of(i)),
            _state(i),
        )
        for i in reversed(theirs)
    ]
    edit = form(
        f"{here}/edit",
        "Save",
        field("Email", "email", data.get("PrimaryEmailAddr", {}).get("Address", "")),
        field("Mobile", "mobile", data.get("Mobile", {}).get("FreeFormNumber", "")),
        field("Notes", "notes", data.get("Notes", "")),
        choice(
            "Active", "active", (("yes", "yes"), ("no", "no")), "yes" if data["Active"] else "no"
        ),
    )
    others = [(c["Id"], c["DisplayName"]) for c in books.all("Customer") if c["Id"] != id_][:SHOWN]
    acts = card(
        "Do in QuickBooks",
        form(
            f"{here}/invoice",
            "Create invoice",
            field("Amount", "amount", "250.00"),
            field("Due in days", "days", "30"),
        ),
        form(f"{here}/money", "Record unapplied payment", field("Amount", "amount", "100.00")),
        form(f"{here}/credit", "Create credit memo", field("Amount", "amount", "50.00")),
        form(
            f"{here}/merge",
            "Merge into",
            choice("Other customer", "winner", others),
            kind="danger",
            then=f"/books/{realm}/customers",
        ),
    )
    heads = ("Number", "Date", "#Total", "#Balance", "State")
    return page(
        data["FullyQualifiedName"],
        tabs(realm),
        Html(f"<p>Balance {money(data['Balance'], currency_of(data))}</p>"),
        card("Contact", edit),
        acts,
        card("Invoices", table(heads, rows[:SHOWN])),
        at="/books",
        notice=request.first("notice"),
        error=request.first("error"),
    )


@routes.on("POST", "/books/{realm}/customers/{id_}/{act}")
def act_on_customer(sandbox: "Sandbox", request: Request, realm: str, id_: str, act: str) -> str:
    books, sent = sandbox.books(realm), request.form
    if act == "edit":
        books.edit(
            "Customer",
            id_,
            PrimaryEmailAddr={"Address": sent.get("email", "")},
            Mobile={"FreeFormNumber": sent.get("mobile", "")},
            Notes=sent.get("notes", ""),
            Active=sent.get("active") != "no",
        )
        return "Saved."
    if act == "invoice":
        return _add_invoice(books, id_, sent)
    if act == "money":
        books.pay(id_, sent.get("amount"))
        return "Payment recorded, not applied to any invoice."
    if act == "credit":
        books.credit(id_, sent.get("amount"))
        return "Credit memo created."
    if act == "merge":
        books.merge(id_, sent.get("winner", ""))
        return "Merged."
    raise ValueError(f"unknown act {act}")


def _add_invoice(books: "Books", customer: str, sent: dict[str, str]) -> str:
    due = date.fromisoformat(books.today()) + timedelta(days=int(sent.get("days") or 30))
    email = books.get("Customer", customer).get("PrimaryEmailAddr")
    fields = {"BillEmail": email} if email else {}
    made = books.add_invoice(customer, sent.get("amount"), DueDate=due.isoformat(), **fields)
    return f"Invoice {made['DocNumber']} created."


@routes.on("GET", "/books/{realm}/invoices/{id_}")
def invoice(sandbox: "Sandbox", request: Request, realm: str, id_: str) -> Response:
    books = sandbox.books(realm)
    data = books.get("Invoice", id_)
    here, currency = f"/books/{realm}/invoices/{id_}", currency_of(data)
    rows = [
        (
            p["Id"],
            p["TxnDate"],
            p.get("PaymentRefNum", ""),
            money(p["TotalAmt"], currency),
            p.get("PrivateNote", ""),
        )
        for p in books.payments_on(id_)
    ]
    known = [
        (
            "Customer",
            link(
                f"/books/{realm}/customers/{data['CustomerRef']['value']}",
                data["CustomerRef"]["name"],
            ),
        ),
        ("Date", data["TxnDate"]),
        ("Due", data.get("DueDate", "none")),
        ("Total", money(data["TotalAmt"], currency)),
        ("Balance", money(data["Balance"], currency)),
        ("State", _state(data)),
        ("Billing email", data.get("BillEmail", {}).get("Address", "")),
        ("Id, SyncToken", f"{data['Id']}, {data['SyncToken']}"),
        ("Note", data.get("PrivateNote", "")),
    ]
    gone = f"/books/{realm}"
    acts = card(
        "Do in QuickBooks",
        form(
            f"{here}/check",
            "Record check",
            field("Amount", "amount", data["Balance"]),
            field("Check number", "number", ""),
        ),
        form(f"{here}/amount", "Change amount", field("New total", "amount", data["TotalAmt"])),
        form(
            f"{here}/due",
            "Change due date",
            field("Due", "due", data.get("DueDate", ""), type="date"),
        ),
        form(f"{here}/credit", "Apply credit memo", field("Amount", "amount", "50.00")),
        Html('<div class="acts">'),
        form(f"{here}/void", "Void", kind="danger"),
        form(f"{here}/delete", "Delete", kind="danger", then=gone),
        Html("</div>"),
    )
    heads = ("Payment", "Date", "Reference", "#Amount", "Note")
    return page(
        f"Invoice {data.get('DocNumber', id_)}",
        tabs(realm),
        Html('<div class="grid">'),
        card("Invoice", facts(known), live="facts"),
        acts,
        Html("</div><br>"),
        card("Payments", table(heads, rows, "None."), live="payments"),
        at="/books",
        notice=request.first("notice"),
        error=request.first("error"),
    )


@routes.on("POST", "/books/{realm}/invoices/{id_}/{act}")
def act_on_invoice(sandbox: "Sandbox", request: Request, realm: str, id_: str, act: str) -> str:
    books, sent = sandbox.books(realm), request.form
    if act == "check":
        books.pay_by_check(id_, sent.get("amount"), number=sent.get("number", ""))
        return "Check recorded."
    if act == "amount":
        books.change_amount(id_, sent.get("amount"))
        return "Amount changed."
    if act == "due":
        books.edit("Invoice", id_, DueDate=sent.get("due"))
        return "Due date changed."
    if act == "credit":
        customer = books.get("Invoice", id_)["CustomerRef"]["value"]
        books.credit(customer, sent.get("amount"), apply_to=id_)
        return "Credit memo applied."
    if act == "void":
        books.void("Invoice", id_)
        return "Voided."
    if act == "delete":
        books.delete("Invoice", id_)
        return "Deleted."
    raise ValueError(f"unknown act {act}")
