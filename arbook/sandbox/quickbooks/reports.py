"""Aged receivables, as QuickBooks reports them: by customer, and document by document."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from arbook.sandbox import clock
from arbook.sandbox.quickbooks import journal
from arbook.sandbox.quickbooks.ledger import cents
from arbook.sandbox.quickbooks.payments import links
from arbook.sandbox.quickbooks.refusals import Refusal
from arbook.sandbox.wire import Request

if TYPE_CHECKING:
    from arbook.sandbox.quickbooks.books import Books


@dataclass
class Open:
    """One document with something open, in home currency cents; credits are negative."""

    kind: str
    id: str
    number: str
    customer: str
    day: str
    due: str
    total: int
    open: int


def open_documents(books: "Books", as_of: str) -> list[Open]:
    """All documents dated up to a day with what was open on them at its end."""
    ledger, taken, result = books.ledger, {}, []
    names = {id_: row.data["DisplayName"] for id_, row in ledger.of("Customer").items()}

    def add(kind: str, word: str, data: dict[str, Any], who: str, total: int, left: int) -> None:
        if left and who in names:
            rate = data.get("ExchangeRate", 1) or 1
            due = data.get("DueDate") or data["TxnDate"]
            result.append(
                Open(
                    word,
                    data["Id"],
                    data.get("DocNumber") or data.get("PaymentRefNum") or "",
                    who,
                    data["TxnDate"],
                    due,
                    round(total * rate),
                    round(left * rate),
                )
            )

    dates = {
        (kind, id_): row.data["TxnDate"]
        for kind in ("Invoice", "CreditMemo", "JournalEntry")
        for id_, row in ledger.of(kind).items()
    }
    payments = [row.data for row in ledger.of("Payment").values()]
    for payment in (one for one in payments if one["TxnDate"] <= as_of):
        left = cents(payment["TotalAmt"])
        for kind, id_, value in links(payment):
            if dates.get((kind, id_), "9") > as_of:
                continue
            taken[kind, id_] = taken.get((kind, id_), 0) + value
            left += value if kind == "CreditMemo" else -value
        add("Payment", "Payment", payment, payment["CustomerRef"]["value"], -left, -left)
    for row in ledger.of("Invoice").values():
        data = row.data
        if data["TxnDate"] <= as_of:
            total = cents(data["TotalAmt"])
            left = total - cents(data.get("Deposit")) - taken.get(("Invoice", data["Id"]), 0)
            add("Invoice", "Invoice", data, data["CustomerRef"]["value"], total, left)
    for row in ledger.of("CreditMemo").values():
        data = row.data
        if data["TxnDate"] <= as_of:
            total = cents(data["TotalAmt"])
            left = total - taken.get(("CreditMemo", data["Id"]), 0)
            add("CreditMemo", "Credit Memo", data, data["CustomerRef"]["value"], -total, -left)
    for row in ledger.of("JournalEntry").values():
        data = row.data
        if data["TxnDate"] <= as_of:
            for who, owed in journal.receivable(books, data).items():
                left = abs(owed) - taken.get(("JournalEntry", data["Id"]), 0)
                sign = 1 if owed > 0 else -1
                add("JournalEntry", "Journal Entry", data, who, owed, sign * left)
    return result


@dataclass
class Frame:
    """What a report was asked for."""

    as_of: str
    period: int
    count: int
    customers: set[str]
    by_report_date: bool

    @property
    def titles(self) -> list[str]:
        ends = [f"{n * self.period + 1} - {(n + 1) * self.period}" for n in range(self.count - 1)]
        return ["Current", *ends, f"{(self.count - 1) * self.period + 1} and over"]

    @property
    def keys(self) -> list[str]:
        return ["current", *(str(n) for n in range(self.count))]

    def bucket(self, document: Open) -> int:
        end = date.fromisoformat(self.as_of)
        days = (end - date.fromisoformat(document.due)).days
        return 0 if days <= 0 else min((days - 1) // self.period + 1, self.count)


def _frame(books: "Books", request: Request) -> Frame:
    try:
        as_of = date.fromisoformat(request.first("report_date") or books.today())
        period = int(request.first("aging_period") or 30)
        count = int(request.first("num_periods") or 4)
    except ValueError:
        raise Refusal("2010", "Invalid report parameter") from None
    if period < 1 or count < 1:
        raise Refusal("2010", "Invalid report parameter")
    wanted = {part for part in request.first("customer").split(",") if part}
    method = request.first("aging_method", "Report_Date")
    if method == "Current":
        as_of = date.fromisoformat(books.today())
    return Frame(as_of.isoformat(), period, count, wanted, method != "Current")


def _documents(books: "Books", frame: Frame) -> list[Open]:
    found = open_documents(books, frame.as_of)
    return [one for one in found if not frame.customers or one.customer in frame.customers]


def _money(value: int) -> str:
    return f"{value / 100:.2f}" if value else ""


def _head(books: "Books", name: str, frame: Frame, empty: bool) -> dict[str, Any]:
    return {
        "ReportName": name,
        "DateMacro": "today" if frame.as_of == books.today() else "",
        "StartPeriod": frame.as_of,
        "EndPeriod": frame.as_of,
        "Currency": books.ledger.currency,
        "Time": books.ledger.local(clock.now()),
        "Option": [
            {"Name": "report_date", "Value": frame.as_of},
            {"Name": "NoReportData", "Value": "true" if empty else "false"},
        ],
    }


def _column(title: str, kind: str, key: str) -> dict[str, Any]:
    return {"ColTitle": title, "ColType": kind, "MetaData": [{"Name": "ColKey", "Value": key}]}


def summary(books: "Books", request: Request) -> dict[str, Any]:
    """AgedReceivables: one row per customer, parents with jobs as nested sections."""
    frame = _frame(books, request)
    width = frame.count + 1
    sums: dict[str, list[int]] = {}
    for document in _documents(books, frame):
        row = sums.setdefault(document.customer, [0] * width)
        row[frame.bucket(document)] += document.open
    customers = {id_: row.data for id_, row in books.ledger.of("Customer").items()}
    children: dict[str, list[str]] = {}
    for id_, data in customers.items():
        if parent := (data.get("ParentRef") or {}).get("value"):
            children.setdefault(parent, []).append(id_)

    def cells(values: list[int]) -> list[dict[str, str]]:
        return [{"value": _money(value)} for value in [*values, sum(values)]]

    def node(id_: str) -> tuple[dict[str, Any] | None, list[int]]:
        name, own = customers[id_]["DisplayName"], sums.get(id_)
        below = [node(child) for child in children.get(id_, [])]
        below = [part for part in below if part[0]]
        first = {"value": name, "id": id_}
        leaf = {"ColData": [first, *cells(own)]} if own else None
        if not below:
            return leaf, own or [0] * width
        every = [own or [0] * width, *(values for _, values in below)]
        total = [sum(parts) for parts in zip(*every, strict=True)]
        rows = ([leaf] if leaf else []) + [row for row, _ in below]
        section = {
            "Header": {"ColData": [first, *cells([0] * width)]},
            "Rows": {"Row": rows},
            "Summary": {"ColData": [{"value": f"Total {name}"}, *cells(total)]},
            "type": "Section",
        }
        return section, total

    tops = [id_ for id_, data in customers.items() if not data.get("ParentRef")]
    tops.sort(key=lambda id_: customers[id_]["DisplayName"].lower())
    built = [node(id_) for id_ in tops]
    rows = [row for row, _ in built if row]
    total = [sum(values[n] for row, values in built if row) for n in range(width)]
    rows.append(
        {
            "group": "GrandTotal",
            "type": "Section",
            "Summary": {"ColData": [{"value": "TOTAL"}, *cells(total)]},
        }
    )
    columns = [
        _column("", "Customer", "cust_name"),
        *(_column(t, "Money", k) for t, k in zip(frame.titles, frame.keys, strict=True)),
        _column("Total", "Money", "total"),
    ]
    return {
        "Header": _head(books, "AgedReceivables", frame, not sums),
        "Columns": {"Column": columns},
        "Rows": {"Row": rows},
    }


DETAIL = (
    ("Date", "Date", "tx_date"),
    ("Transaction Type", "String", "txn_type"),
    ("Num", "String", "doc_num"),
    ("Customer", "String", "cust_name"),
    ("Due Date", "Date", "due_date"),
    ("Amount", "Money", "subt_amount"),
    ("Open Balance", "Money", "subt_open_bal"),
)


def detail(books: "Books", request: Request) -> dict[str, Any]:
    """AgedReceivableDetail: sections are buckets, leaves are documents."""
    frame = _frame(books, request)
    documents = _documents(books, frame)
    names = {id_: row.data["DisplayName"] for id_, row in books.ledger.of("Customer").items()}
    rows = []
    for number in range(frame.count, -1, -1):
        part = [one for one in documents if frame.bucket(one) == number]
        if not part:
            continue
        title = "Current" if not number else f"{frame.titles[number]} days past due"
        leaves = [
            {
                "ColData": [
                    {"value": one.day},
                    {"value": one.kind, "id": one.id},
                    {"value": one.number},
                    {"value": names[one.customer], "id": one.customer},
                    {"value": one.due},
                    {"value": _money(one.total)},
                    {"value": _money(one.open)},
                ],
                "type": "Data",
            }
            for one in sorted(part, key=lambda one: (one.day, int(one.id)))
        ]
        rows.append(
            {
                "Header": {"ColData": [{"value": title}, *({"value": ""} for _ in DETAIL[1:])]},
                "Rows": {"Row": leaves},
                "Summary": {"ColData": _sums(f"Total for {title}", part)},
                "type": "Section",
            }
        )
    rows.append(
        {
            "Summary": {"ColData": _sums("TOTAL", documents)},
            "type": "Section",
            "group": "GrandTotal",
        }
    )
    return {
        "Header": _head(books, "AgedReceivableDetail", frame, not documents),
        "Columns": {"Column": [_column(*column) for column in DETAIL]},
        "Rows": {"Row": rows},
    }


def _sums(title: str, documents: list[Open]) -> list[dict[str, str]]:
    total = sum(one.total for one in documents)
    left = sum(one.open for one in documents)
    blank = [{"value": ""} for _ in range(4)]
    return [{"value": title}, *blank, {"value": _money(total)}, {"value": _money(left)}]
