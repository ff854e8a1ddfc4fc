"""Invoices, credit memos and customers: what QuickBooks works out from what was sent."""

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from arbook.sandbox.quickbooks.ledger import amount, cents
from arbook.sandbox.quickbooks.refusals import Refusal

if TYPE_CHECKING:
    from arbook.sandbox.quickbooks.books import Books

SUFFIX = " (deleted)"


def work_out(books: "Books", entity: str, new: dict[str, Any], old: dict[str, Any] | None) -> None:
    """Totals, balance, due date, number and names of an invoice or credit memo."""
    customer = books.customer(new.get("CustomerRef"))
    new["CustomerRef"] = {"value": customer["Id"], "name": customer["DisplayName"]}
    new.setdefault("CurrencyRef", customer.get("CurrencyRef") or {"value": books.ledger.currency})
    _work_out_lines(books, new)
    tax = cents((new.get("TxnTaxDetail") or {}).get("TotalTax"))
    net = sum(_signed(line) for line in new["Line"])
    total = net + tax
    applied = cents(old["TotalAmt"]) - cents(old["Balance"]) if old else 0
    if total < applied:
        raise Refusal("6000", "The amount is below what has already been applied to it.")
    new["TotalAmt"] = amount(total)
    new["Balance"] = amount(total - applied - cents(new.get("Deposit")))
    if entity == "CreditMemo":
        new["RemainingCredit"] = new["Balance"]
    else:
        _work_out_due_date(books, new, old)
    _work_out_number(books, entity, new, old)
    rate = new.get("ExchangeRate")
    if rate and new["CurrencyRef"]["value"] != books.ledger.currency:
        new["HomeTotalAmt"] = round(new["TotalAmt"] * rate, 2)
        new["HomeBalance"] = round(new["Balance"] * rate, 2)
    for name, default in (("LinkedTxn", []), ("EmailStatus", "NotSet"), ("CustomField", [])):
        new.setdefault(name, json.loads(json.dumps(default)))


def _signed(line: dict[str, Any]) -> int:
    kind = line.get("DetailType")
    if kind in ("SalesItemLineDetail", "GroupLineDetail"):
        return cents(line.get("Amount"))
    return -cents(line.get("Amount")) if kind == "DiscountLineDetail" else 0


def _work_out_lines(books: "Books", new: dict[str, Any]) -> None:
    lines = [
        line for line in new.get("Line") or [] if line.get("DetailType") != "SubTotalLineDetail"
    ]
    if not lines:
        detail = "Required parameter Line is missing in the request"
        raise Refusal("2020", detail, element="Line")
    for number, line in enumerate(lines, 1):
        kind = line.get("DetailType")
        if not kind:
            raise Refusal("2020", "Required parameter DetailType is missing", element="DetailType")
        if kind not in (
            "SalesItemLineDetail",
            "DiscountLineDetail",
            "DescriptionOnly",
            "GroupLineDetail",
        ):
            raise Refusal("2170", f"Invalid Enumeration : {kind}", element="DetailType")
        line.setdefault("Id", str(number))
        line.setdefault("LineNum", number)
        item = (line.get("SalesItemLineDetail") or {}).get("ItemRef")
        if item and item.get("value") not in books.ledger.of("Item"):
            raise Refusal("2500", f"Invalid Reference Id : ItemRef {item.get('value')}")
        if item:
            item["name"] = books.get("Item", item["value"])["Name"]
    subtotal = amount(sum(cents(x.get("Amount")) for x in lines if "SalesItemLineDetail" in x))
    lines.append({"Amount": subtotal, "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}})
    new["Line"] = lines


def _work_out_due_date(books: "Books", new: dict[str, Any], old: dict[str, Any] | None) -> None:
    term = (new.get("SalesTermRef") or {}).get("value")
    if term:
        if term not in books.ledger.of("Term"):
            raise Refusal("2500", f"Invalid Reference Id : SalesTermRef {term}")
        new["SalesTermRef"]["name"] = books.get("Term", term)["Name"]
    if "DueDate" in new:
        if new["DueDate"] is None:
            del new["DueDate"]
        return
    if old and old.get("DueDate"):
        new["DueDate"] = old["DueDate"]
        return
    days = books.get("Term", term).get("DueDays", 0) if term else 0
    new["DueDate"] = (date.fromisoformat(new["TxnDate"]) + timedelta(days=days)).isoformat()


def _work_out_number(
    books: "Books", entity: str, new: dict[str, Any], old: dict[str, Any] | None
) -> None:
    number = new.get("DocNumber")
    if number == "AUTO_GENERATE":
        number = None
    elif number is None and books.ledger.preferences.get("SalesFormsPrefs", {}).get(
        "CustomTxnNumbers"
    ):
        return
    if number is None:
        new["DocNumber"] = str(books.ledger.next_doc)
        books.ledger.next_doc += 1
        return
    if len(number) > 21:
        raise Refusal("2010", "DocNumber is longer than 21 characters", element="DocNumber")
    if old and old.get("DocNumber") == number:
        return
    taken = books.quickbooks.having(books.ledger, entity, "DocNumber", number)
    if taken and not books.quiet:
        detail = f"Duplicate Document Number Error : DocNumber={number} is used by TxnId={taken[0]}"
        raise Refusal("6140", detail, element="DocNumber")


def work_out_customer(books: "Books", new: dict[str, Any], old: dict[str, Any] | None) -> None:
    """Names, parents and balances of a customer; the display name is unique among all names."""
    name = (
        new.get("DisplayName")
        or new.get("CompanyName")
        or " ".join(part for part in (new.get("GivenName"), new.get("FamilyName")) if part)
    )
    if not name:
        raise Refusal("2020", "At least one name field is required", element="DisplayName")
    active = new.setdefault("Active", True)
    name = name.removesuffix(SUFFIX)
    if not active:
        name += SUFFIX
    new["DisplayName"] = name
    parent = (new.get("ParentRef") or {}).get("value")
    if parent:
        above = books.get("Customer", parent)
        new["FullyQualifiedName"] = f"{above['FullyQualifiedName']}:{name}"
        new["Job"], new["Level"] = True, above.get("Level", 0) + 1
        new.setdefault("BillWithParent", False)
    else:
        new["FullyQualifiedName"], new["Job"] = name, False
    _check_name(books, new)
    new.setdefault("CurrencyRef", {"value": books.ledger.currency})
    new.setdefault("PreferredDeliveryMethod", "Email")
    new["Balance"] = old.get("Balance", 0) if old else 0
    new["BalanceWithJobs"] = old.get("BalanceWithJobs", 0) if old else 0


def _check_name(books: "Books", new: dict[str, Any]) -> None:
    for entity in ("Customer", "Vendor"):
        for taken in books.quickbooks.having(
            books.ledger, entity, "DisplayName", new["DisplayName"]
        ):
            if taken != new["Id"]:
                detail = f"The name supplied already exists. : Id={taken}"
                raise Refusal("6240", detail, element="DisplayName")
