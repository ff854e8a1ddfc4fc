"""Journal entries: debits equal credits, and lines on accounts receivable name a customer."""

from typing import TYPE_CHECKING, Any

from arbook.sandbox.quickbooks.ledger import amount, cents
from arbook.sandbox.quickbooks.refusals import Refusal

if TYPE_CHECKING:
    from arbook.sandbox.quickbooks.books import Books


def _lines(entry: dict[str, Any]) -> list[tuple[int, dict[str, Any]]]:
    result = []
    for line in entry.get("Line") or []:
        detail = line.get("JournalEntryLineDetail")
        if not detail:
            continue
        sign = 1 if detail.get("PostingType") == "Debit" else -1
        result.append((sign * cents(line.get("Amount")), detail))
    return result


def work_out(books: "Books", new: dict[str, Any]) -> None:
    """Check an entry and fill in its total."""
    lines = _lines(new)
    if len(lines) < 2:
        raise Refusal("2020", "A journal entry needs at least two lines", element="Line")
    for _, detail in lines:
        if detail.get("PostingType") not in ("Debit", "Credit"):
            raise Refusal("2170", "Invalid Enumeration : PostingType", element="PostingType")
        account = (detail.get("AccountRef") or {}).get("value")
        if account not in books.ledger.of("Account"):
            raise Refusal("2500", f"Invalid Reference Id : AccountRef {account}")
        if _is_receivable(books, account) and not _customer(detail):
            detail_text = "When you use Accounts Receivable, you must choose a customer."
            raise Refusal("6000", detail_text)
    if sum(value for value, _ in lines) != 0:
        raise Refusal("6000", "Debits and credits must be equal.")
    new["TotalAmt"] = amount(sum(value for value, _ in lines if value > 0))
    for number, line in enumerate(new["Line"]):
        line.setdefault("Id", str(number))


def receivable(books: "Books", entry: dict[str, Any]) -> dict[str, int]:
    """Cents each customer owes more (or, negative, less) through this entry."""
    result: dict[str, int] = {}
    for value, detail in _lines(entry):
        if _is_receivable(books, detail["AccountRef"]["value"]) and (who := _customer(detail)):
            result[who] = result.get(who, 0) + value
    return result


def still_open(books: "Books", entry: dict[str, Any], customer_id: str) -> int:
    """What payments have not yet taken from a customer's part of an entry."""
    left = receivable(books, entry).get(customer_id, 0)
    for row in books.ledger.of("Payment").values():
        if f'"TxnId":"{entry["Id"]}","TxnType":"JournalEntry"'.encode() in row.blob:
            for line in row.data.get("Line", []):
                for link in line.get("LinkedTxn", []):
                    if (str(link["TxnId"]), link["TxnType"]) == (entry["Id"], "JournalEntry"):
                        left -= cents(line.get("Amount")) * (1 if left > 0 else -1)
    return left


def _is_receivable(books: "Books", account: str) -> bool:
    row = books.ledger.of("Account").get(account)
    return row is not None and b'"AccountType":"Accounts Receivable"' in row.blob


def _customer(detail: dict[str, Any]) -> str | None:
    entity = detail.get("Entity") or {}
    if entity.get("Type") != "Customer":
        return None
    return (entity.get("EntityRef") or {}).get("value")
