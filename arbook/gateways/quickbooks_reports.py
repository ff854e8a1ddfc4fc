"""Reading QuickBooks' reports: leaves only, columns found by what they are, never by position."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from arbook.gateways.errors import Refused
from arbook.gateways.quickbooks_shapes import ReportLine
from arbook.money import quantize

# The ColKey of a column, its ColType, then its title in English.
_COLUMNS = {
    "customer": ("cust_name", "customer", "customer"),
    "open": ("subt_open_bal", "open_balance", "open balance"),
    "type": ("txn_type", "txn_type", "transaction type"),
    "number": ("doc_num", "doc_num", "num"),
    "dated": ("tx_date", "tx_date", "date"),
    "due": ("due_date", "due_date", "due date"),
}
_REQUIRED = ("customer", "open", "type")
_SYNONYMS = {
    "customer": ("name", "full_name"),
    "open": ("open_bal", "subt_open_balance"),
    "number": ("no.",),
}


def aged_receivable_lines(report: Mapping) -> list[ReportLine]:
    """Every document of the AgedReceivableDetail report with what is open of it.

    Raises Refused when a column we cannot do without is missing: zeros would be a lie.
    """
    if _has_no_data(report):
        return []
    columns = (report.get("Columns") or {}).get("Column") or []
    at = {name: _find(columns, name) for name in _COLUMNS}
    missing = [name for name in _REQUIRED if at[name] is None]
    if missing:
        raise Refused(
            f"QuickBooks' receivables report lacks its column for {', '.join(missing)}.",
            code="report",
        )
    lines = []
    for cells in _leaves((report.get("Rows") or {}).get("Row") or []):

        def cell(name: str, cells: list = cells) -> Mapping:
            place = at[name]
            return cells[place] if place is not None and place < len(cells) else {}

        lines.append(
            ReportLine(
                customer_id=str(cell("customer").get("id") or ""),
                customer=cell("customer").get("value") or "",
                txn_type=cell("type").get("value") or "",
                txn_id=str(cell("type").get("id") or ""),
                number=cell("number").get("value") or "",
                dated_on=_day(cell("dated").get("value")),
                due_on=_day(cell("due").get("value")),
                open_balance=_amount(cell("open").get("value")),
            )
        )
    return lines


def _has_no_data(report: Mapping) -> bool:
    options = (report.get("Header") or {}).get("Option") or []
    return any(
        option.get("Name") == "NoReportData" and str(option.get("Value")).lower() == "true"
        for option in options
    )


def _find(columns: list, name: str) -> int | None:
    key, kind, title = _COLUMNS[name]
    keys = (key, *_SYNONYMS.get(name, ()))

    def key_of(column: Mapping) -> str:
        for item in column.get("MetaData") or []:
            if item.get("Name") == "ColKey":
                return str(item.get("Value") or "").lower()
        return ""

    for fits in (
        lambda column: key_of(column) in keys,
        lambda column: str(column.get("ColType") or "").lower() in (kind, *keys),
        lambda column: str(column.get("ColTitle") or "").strip().lower() in (title, *keys),
    ):
        for place, column in enumerate(columns):
            if fits(column):
                return place
    return None


def _leaves(rows: Any) -> Iterator[list]:
    for row in rows:
        inner = (row.get("Rows") or {}).get("Row")
        if inner:
            yield from _leaves(inner)
        elif row.get("type") in (None, "Data") and row.get("ColData"):
            yield row["ColData"]


def _amount(value: Any) -> Decimal:
    text = str(value or "").replace(",", "").strip() or "0"
    try:
        return quantize(text)
    except InvalidOperation:
        raise Refused(f"QuickBooks' report has {text[:30]!r} for an amount.") from None


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value or ""))
    except ValueError:
        return None
