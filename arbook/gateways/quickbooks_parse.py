"""From QuickBooks' JSON to our shapes; a record that cannot be read says why.

Written for pages of a thousand rows: plain dicts in, no SDK objects in between.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from arbook.gateways.quickbooks_shapes import (
    Applied,
    BookCreditMemo,
    BookCustomer,
    BookInvoice,
    BookJournalLine,
    BookPayment,
    BrokenRecord,
    Deleted,
    Page,
)
from arbook.money import CENT

_EMPTY: dict = {}


class Unreadable(ValueError):
    """A field does not hold what it must; the message names it."""


class Names:
    """Names behind the ids of terms and customer types; looked up once, when first needed.

    ``look_up`` takes an entity and gives its names by id.
    """

    def __init__(self, look_up: Callable[[str], Mapping[str, str]]):
        self._look_up = look_up
        self._known: dict[str, Mapping[str, str]] = {}

    def of(self, reference: Any, entity: str) -> str:
        if not reference:
            return ""
        name = reference.get("name")
        if name:
            return name
        value = reference.get("value") or ""
        if value and entity not in self._known:
            self._known[entity] = self._look_up(entity)
        return self._known.get(entity, _EMPTY).get(value, value)


def page(
    entity: str, records: list, *, names: Names, receivables: frozenset[str] = frozenset()
) -> Page:
    """The records of one answer as shapes. ``receivables`` are the ids of the accounts whose
    journal lines count; when empty all lines with a customer do."""
    rows: list = []
    broken: list[BrokenRecord] = []
    journals: list[str] = []
    for raw in records:
        try:
            if entity == "JournalEntry":
                rows += journal_lines(raw, receivables)
                journals.append(raw["Id"])
            elif entity == "Customer":
                rows.append(customer(raw, names))
            else:
                rows.append(_PARSERS[entity](raw))
        except Unreadable as error:
            broken.append(_broken(entity, raw, str(error)))
        except (KeyError, ValueError, TypeError, AttributeError, ArithmeticError) as error:
            broken.append(_broken(entity, raw, _reason(raw, error)))
    return Page(rows, broken, tuple(journals))


def customer(raw: Mapping, names: Names) -> BookCustomer:
    """One customer or job."""
    address = raw.get("BillAddr") or _EMPTY
    lines = [address.get(f"Line{number}") for number in range(1, 6)]
    return BookCustomer(
        id=_id(raw),
        sync_token=raw.get("SyncToken") or "",
        name=raw.get("DisplayName") or raw.get("FullyQualifiedName") or "",
        company_name=raw.get("CompanyName") or "",
        given_name=raw.get("GivenName") or "",
        family_name=raw.get("FamilyName") or "",
        active=raw.get("Active") is not False,
        balance=_money(raw.get("Balance") or 0, "Balance"),
        parent_id=(raw.get("ParentRef") or _EMPTY).get("value"),
        is_job=bool(raw.get("Job")),
        emails=_text(raw, "PrimaryEmailAddr", "Address"),
        phone=_text(raw, "PrimaryPhone", "FreeFormNumber"),
        mobile=_text(raw, "Mobile", "FreeFormNumber"),
        other_phone=_text(raw, "AlternatePhone", "FreeFormNumber"),
        street=", ".join(line for line in lines if line),
        city=address.get("City") or "",
        state=address.get("CountrySubDivisionCode") or "",
        postal_code=address.get("PostalCode") or "",
        country=address.get("Country") or "",
        terms=names.of(raw.get("SalesTermRef"), "Term"),
        currency=_text(raw, "CurrencyRef", "value"),
        customer_type=names.of(raw.get("CustomerTypeRef"), "CustomerType"),
        notes=raw.get("Notes") or "",
        updated_at=_updated_at(raw),
    )


def invoice(raw: Mapping) -> BookInvoice:
    """One invoice; a voided one is known by its zero total and its note."""
    get = raw.get
    total = _money(raw["TotalAmt"], "TotalAmt")
    note = get("PrivateNote") or ""
    due = get("DueDate")
    terms = get("SalesTermRef") or _EMPTY
    sent = (get("DeliveryInfo") or _EMPTY).get("DeliveryTime")
    return BookInvoice(
        _id(raw),
        get("SyncToken") or "",
        get("DocNumber") or "",
        raw["CustomerRef"]["value"],
        _day(raw["TxnDate"], "TxnDate"),
        _day(due, "DueDate") if due else None,
        total,
        _money(raw["Balance"], "Balance"),
        (get("CurrencyRef") or _EMPTY).get("value") or "",
        (get("BillEmail") or _EMPTY).get("Address") or "",
        terms.get("name") or terms.get("value") or "",
        not total and note.startswith("Voided"),
        get("EmailStatus") or "",
        _day(sent[:10], "DeliveryTime") if sent else None,
        note,
        (get("CustomerMemo") or _EMPTY).get("value") or "",
        bool(get("AllowOnlineCreditCardPayment") or get("AllowOnlineACHPayment")),
        _updated_at(raw),
        _sent_at(sent) if sent else None,
    )


def payment(raw: Mapping) -> BookPayment:
    """One payment with what it settles."""
    total = _money(raw["TotalAmt"], "TotalAmt")
    note = raw.get("PrivateNote") or ""
    applied = []
    for line in raw.get("Line") or ():
        for link in (line.get("LinkedTxn") or ())[:1]:
            amount = _money(line["Amount"], "Amount")
            applied.append(Applied(amount, link["TxnType"], str(link["TxnId"])))
    return BookPayment(
        id=_id(raw),
        sync_token=raw.get("SyncToken") or "",
        customer_id=raw["CustomerRef"]["value"],
        paid_on=_day(raw["TxnDate"], "TxnDate"),
        total=total,
        unapplied=_money(raw.get("UnappliedAmt") or 0, "UnappliedAmt"),
        currency=_text(raw, "CurrencyRef", "value"),
        reference=raw.get("PaymentRefNum") or "",
        private_note=note,
        is_void=not total and note.startswith("Voided"),
        applied=tuple(applied),
        updated_at=_updated_at(raw),
    )


def credit_memo(raw: Mapping) -> BookCreditMemo:
    """One credit memo."""
    total = _money(raw["TotalAmt"], "TotalAmt")
    remaining = raw.get("RemainingCredit")
    if remaining is None:
        remaining = raw.get("Balance") or 0
    return BookCreditMemo(
        id=_id(raw),
        sync_token=raw.get("SyncToken") or "",
        number=raw.get("DocNumber") or "",
        customer_id=raw["CustomerRef"]["value"],
        issued_on=_day(raw["TxnDate"], "TxnDate"),
        total=total,
        remaining=_money(remaining, "RemainingCredit"),
        currency=_text(raw, "CurrencyRef", "value"),
        is_void=not total and (raw.get("PrivateNote") or "").startswith("Voided"),
        updated_at=_updated_at(raw),
    )


def journal_lines(raw: Mapping, receivables: frozenset[str]) -> list[BookJournalLine]:
    """The lines of one journal entry that change what a customer owes."""
    journal_id, dated_on = _id(raw), _day(raw["TxnDate"], "TxnDate")
    updated_at = _updated_at(raw)
    lines = []
    for number, line in enumerate(raw.get("Line") or (), start=1):
        detail = line.get("JournalEntryLineDetail") or _EMPTY
        entity = detail.get("Entity") or _EMPTY
        account = (detail.get("AccountRef") or _EMPTY).get("value") or ""
        if entity.get("Type") != "Customer" or (receivables and account not in receivables):
            continue
        amount = _money(line["Amount"], "Amount")
        posting = detail.get("PostingType")
        if posting not in ("Debit", "Credit"):
            raise Unreadable(f"PostingType of a line is {posting!r}.")
        lines.append(
            BookJournalLine(
                journal_id=journal_id,
                line_id=str(line.get("Id") or number),
                customer_id=entity["EntityRef"]["value"],
                dated_on=dated_on,
                amount=amount if posting == "Debit" else -amount,
                description=line.get("Description") or raw.get("PrivateNote") or "",
                updated_at=updated_at,
            )
        )
    return lines


def is_tombstone(raw: Any) -> bool:
    """Whether change data capture says that a record is gone."""
    return isinstance(raw, Mapping) and raw.get("status") == "Deleted"


def deleted(entity: str, raw: Mapping) -> Deleted:
    """The record that is gone, and since when."""
    return Deleted(entity, _id(raw), _updated_at(raw))


_PARSERS = {"Invoice": invoice, "Payment": payment, "CreditMemo": credit_memo}


def instant(value: str) -> datetime:
    """A time with any offset, with colon or without, as UTC; nanoseconds are cut."""
    try:
        at = datetime.fromisoformat(value)
    except ValueError as error:
        head, dot, rest = value.partition(".")
        digits = len(rest) - len(rest.lstrip("0123456789"))
        if not dot or digits <= 6:
            raise Unreadable(f"{value[:40]!r} is not a time.") from error
        at = datetime.fromisoformat(f"{head}.{rest[:6]}{rest[digits:]}")
    if at.tzinfo is None:
        raise Unreadable(f"{value[:40]!r} has no offset.")
    return at.astimezone(UTC)


def _id(raw: Mapping) -> str:
    value = raw.get("Id")
    if not value:
        raise Unreadable("It has no Id.")
    return str(value)


def _money(value: Any, name: str) -> Decimal:
    if type(value) is not Decimal:
        if isinstance(value, float | bool):
            raise Unreadable(f"{name} is {value!r}, not an amount.")
        try:
            value = Decimal(value)
        except (InvalidOperation, TypeError, ValueError) as error:
            raise Unreadable(f"{name} is {str(value)[:40]!r}, not an amount.") from error
    try:
        return value.quantize(CENT, "ROUND_HALF_UP")
    except InvalidOperation as error:
        raise Unreadable(f"{name} is {str(value)[:40]}, not an amount.") from error


def _day(value: Any, name: str) -> date:
    try:
        return date.fromisoformat(value)
    except (ValueError, TypeError) as error:
        raise Unreadable(f"{name} is {str(value)[:40]!r}, not a date.") from error


def _updated_at(raw: Mapping) -> datetime | None:
    value = (raw.get("MetaData") or _EMPTY).get("LastUpdatedTime")
    if not value:
        return None
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except ValueError:
        return instant(value)


def _sent_at(value: str) -> datetime | None:
    """A moment with its zone; what names none is only good for a day."""
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else None


def _text(raw: Mapping, name: str, inner: str) -> str:
    return (raw.get(name) or _EMPTY).get(inner) or ""


def _broken(entity: str, raw: Any, reason: str) -> BrokenRecord:
    found = str(raw.get("Id") or "") if isinstance(raw, Mapping) else ""
    return BrokenRecord(entity, found, reason, raw)


def _reason(raw: Any, error: Exception) -> str:
    if not isinstance(raw, Mapping):
        return "It is not a record."
    if isinstance(error, KeyError):
        return f"{error.args[0]} is missing."
    return "A field has an unexpected form."
