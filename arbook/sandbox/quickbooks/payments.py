"""How money is applied: payments against invoices, credit memos and journal entries.

A payment's lines take from what it brings: its own total and the credits it names. What it brings
and does not use is its UnappliedAmt. More than a document still owes is refused.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from arbook.sandbox.quickbooks import journal
from arbook.sandbox.quickbooks.ledger import amount, cents
from arbook.sandbox.quickbooks.refusals import Refusal

if TYPE_CHECKING:
    from arbook.sandbox.quickbooks.books import Books

LINKABLE = {"Invoice", "CreditMemo", "JournalEntry", "Expense", "Check", "CreditCardCredit"}


def links(payment: dict[str, Any]) -> list[tuple[str, str, int]]:
    """(type, id, cents) of each document a payment is applied to."""
    return [
        (link["TxnType"], str(link["TxnId"]), cents(line.get("Amount")))
        for line in payment.get("Line") or []
        for link in line.get("LinkedTxn") or []
    ]


def work_out(books: "Books", new: dict[str, Any], old: dict[str, Any] | None, at: datetime) -> None:
    """Check a payment and apply it; on update the old application is undone first."""
    customer = books.customer(new.get("CustomerRef"))
    new["CustomerRef"] = {"value": customer["Id"], "name": customer["DisplayName"]}
    currency = (customer.get("CurrencyRef") or {}).get("value", books.ledger.currency)
    if (new.get("CurrencyRef") or {}).get("value", currency) != currency:
        raise Refusal("6000", "The payment must be in the customer's currency.")
    new["CurrencyRef"] = {"value": currency}
    if new.get("TotalAmt") is None:
        raise Refusal("2020", "Required parameter TotalAmt is missing", element="TotalAmt")
    if cents(new["TotalAmt"]) < 0:
        raise Refusal("6000", "Transaction amount must be 0 or greater.")
    if len(new.get("PrivateNote") or "") > 4000:
        raise Refusal("2010", "PrivateNote is longer than 4000", element="PrivateNote")
    _check_references(books, new)
    if old:
        check_not_deposited(books, old)
        unapply(books, old, at)
    try:
        _check(books, new, customer)
    except Refusal:
        if old:
            _apply(books, old, at)
        raise
    _apply(books, new, at)
    new["UnappliedAmt"] = amount(_unapplied(books, new))
    new["ProcessPayment"] = False
    new.setdefault("DepositToAccountRef", {"value": undeposited(books)})
    new["LinkedTxn"] = []
    new.setdefault("Line", [])
    for line in new["Line"]:
        line["LineEx"] = {"any": []}


def _unapplied(books: "Books", payment: dict[str, Any]) -> int:
    left = cents(payment["TotalAmt"])
    for kind, id_, value in links(payment):
        brings = kind == "CreditMemo"
        if kind == "JournalEntry" and id_ in books.ledger.of(kind):
            owed = journal.receivable(books, books.get(kind, id_))
            brings = owed.get(payment["CustomerRef"]["value"], 0) < 0
        left += value if brings else -value
    return left


def _check_references(books: "Books", new: dict[str, Any]) -> None:
    account = (new.get("DepositToAccountRef") or {}).get("value")
    if account:
        if account not in books.ledger.of("Account"):
            raise Refusal("2500", f"Invalid Reference Id : DepositToAccountRef {account}")
        if books.get("Account", account)["AccountType"] not in ("Bank", "Other Current Asset"):
            raise Refusal("6000", "Deposit To must be a bank or other current asset account.")
    method = (new.get("PaymentMethodRef") or {}).get("value")
    if method and method not in books.ledger.of("PaymentMethod"):
        raise Refusal("2500", f"Invalid Reference Id : PaymentMethodRef {method}")


def _check(books: "Books", new: dict[str, Any], customer: dict[str, Any]) -> None:
    family = _family(books, customer)
    wanted: dict[tuple[str, str], int] = {}
    for kind, id_, value in links(new):
        if kind not in LINKABLE:
            raise Refusal("2170", f"Invalid Enumeration : {kind}", element="TxnType")
        wanted[kind, id_] = wanted.get((kind, id_), 0) + value
    for (kind, id_), value in wanted.items():
        if kind not in ("Invoice", "CreditMemo", "JournalEntry"):
            continue
        if id_ not in books.ledger.of(kind):
            raise Refusal("610", f"Object Not Found : {kind} {id_}")
        target = books.get(kind, id_)
        if kind == "JournalEntry":
            still = journal.still_open(books, target, customer["Id"])
        elif target["CustomerRef"]["value"] not in family:
            raise Refusal("6000", f"{kind} {id_} belongs to another customer.")
        else:
            still = cents(target["Balance"])
        if value > abs(still):
            detail = (
                "Business Validation Error: You cannot apply more than the open balance"
                f" of {kind} {id_} ({amount(abs(still)):.2f})."
            )
            raise Refusal("6000", detail)
    if _unapplied(books, new) < 0:
        detail = "Business Validation Error: The sum of the lines is more than the payment amount."
        raise Refusal("6000", detail)


def _family(books: "Books", customer: dict[str, Any]) -> set[str]:
    top = customer
    while parent := (top.get("ParentRef") or {}).get("value"):
        top = books.get("Customer", parent)
    family, added = {top["Id"]}, True
    while added:
        added = False
        for child in books.quickbooks.jobs(books.ledger):
            if child[1] in family and child[0] not in family:
                family.add(child[0])
                added = True
    return family


def _apply(books: "Books", payment: dict[str, Any], at: datetime) -> None:
    for kind, id_, value in links(payment):
        _move(books, kind, id_, -value, at, payment["Id"], link=True)


def unapply(books: "Books", payment: dict[str, Any], at: datetime) -> None:
    """Give back what a payment was applied to."""
    for kind, id_, value in links(payment):
        _move(books, kind, id_, value, at, payment["Id"], link=False)


def _move(
    books: "Books", kind: str, id_: str, by: int, at: datetime, payment_id: str, *, link: bool
) -> None:
    if kind not in ("Invoice", "CreditMemo") or id_ not in books.ledger.of(kind):
        return
    data = books.get(kind, id_)
    data["Balance"] = amount(cents(data["Balance"]) + by)
    if kind == "CreditMemo":
        data["RemainingCredit"] = data["Balance"]
    if "HomeBalance" in data:
        data["HomeBalance"] = round(data["Balance"] * data.get("ExchangeRate", 1), 2)
    mine = {"TxnId": payment_id, "TxnType": "Payment"}
    data["LinkedTxn"] = [other for other in data.get("LinkedTxn", []) if other != mine]
    if link:
        data["LinkedTxn"].append(mine)
    books.change(kind, data, at)


def detach(books: "Books", kind: str, id_: str, at: datetime) -> None:
    """Take a document out of every payment applied to it; the money becomes unapplied."""
    for row in list(books.ledger.of("Payment").values()):
        if f'"TxnId":"{id_}"'.encode() not in row.blob:
            continue
        payment = row.data
        mine = [link for link in links(payment) if link[:2] == (kind, id_)]
        if not mine:
            continue
        for _, _, value in mine:
            _move(books, kind, id_, value, at, payment["Id"], link=False)
        payment["Line"] = [
            line
            for line in payment["Line"]
            if not any(
                (link["TxnType"], str(link["TxnId"])) == (kind, id_)
                for link in line.get("LinkedTxn", [])
            )
        ]
        spare = _unapplied(books, payment)
        if spare < 0:
            for other_kind, other_id, value in links(payment):
                _move(books, other_kind, other_id, value, at, payment["Id"], link=False)
            payment["Line"], spare = [], cents(payment["TotalAmt"])
        payment["UnappliedAmt"] = amount(spare)
        books.change("Payment", payment, at)


def check_not_deposited(books: "Books", payment: dict[str, Any]) -> None:
    wanted = f'"TxnId":"{payment["Id"]}","TxnType":"Payment"'.encode()
    if any(wanted in row.blob for row in books.ledger.of("Deposit").values()):
        raise Refusal("6540", f"Payment {payment['Id']} has been deposited.")


def undeposited(books: "Books") -> str:
    """The account QuickBooks puts a payment into when none is named."""
    for row in books.ledger.of("Account").values():
        if b'"AccountSubType":"UndepositedFunds"' in row.blob:
            return row.data["Id"]
    return "4"
