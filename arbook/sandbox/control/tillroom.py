"""The payments a company's books hold, and taking one back."""

from typing import TYPE_CHECKING

from arbook.sandbox.control.bookroom import SHOWN, currency_of, tabs
from arbook.sandbox.page import card, form, join, money, page, table
from arbook.sandbox.wire import Request, Response, Routes

if TYPE_CHECKING:
    from arbook.sandbox.server import Sandbox

routes = Routes()


@routes.on("GET", "/books/{realm}/payments")
def payments(sandbox: "Sandbox", request: Request, realm: str) -> Response:
    books = sandbox.books(realm)
    found = sorted(books.ledger.of("Payment").items(), key=lambda x: int(x[0]), reverse=True)
    rows = []
    for id_, row in found[:SHOWN]:
        data = row.data
        acts = join(
            (
                form(f"/books/{realm}/payments/{id_}/void", "Void", kind="danger"),
                form(f"/books/{realm}/payments/{id_}/delete", "Delete", kind="danger"),
            )
        )
        rows.append(
            (
                id_,
                data["CustomerRef"]["name"],
                data["TxnDate"],
                data.get("PaymentRefNum", ""),
                money(data["TotalAmt"], currency_of(data)),
                money(data["UnappliedAmt"], currency_of(data)),
                acts,
            )
        )
    heads = ("Id", "Customer", "Date", "Reference", "#Amount", "#Unapplied", "")
    return page(
        books.ledger.name,
        tabs(realm),
        card("Payments", table(heads, rows), live="list"),
        at="/books",
        notice=request.first("notice"),
        error=request.first("error"),
    )


@routes.on("POST", "/books/{realm}/payments/{id_}/{act}")
def act_on_payment(sandbox: "Sandbox", request: Request, realm: str, id_: str, act: str) -> str:
    books = sandbox.books(realm)
    if act not in ("void", "delete"):
        raise ValueError(f"unknown act {act}")
    (books.void if act == "void" else books.delete)("Payment", id_)
    return "Payment voided." if act == "void" else "Payment deleted."
