"""What one QuickBooks company holds: rows as JSON text, and the facts queries may ask for.

A row keeps its entity already serialised, so that a page of 1000 is a join of bytes. Beside it
stand the filterable fields in the type they are compared in.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo


def cents(value: Any) -> int:
    """An amount (number or string) in cents; ValueError for anything else."""
    if value in (None, ""):
        return 0
    return round(float(value) * 100)


def amount(value: int) -> float:
    """Cents as the number that stands in the JSON."""
    return value / 100


def _time(value: Any) -> float:
    return datetime.fromisoformat(value).timestamp() if value else 0.0


def _ref(value: Any) -> str:
    return value.get("value", "") if isinstance(value, dict) else ""


def _address(value: Any) -> str:
    return value.get("Address", "") if isinstance(value, dict) else ""


def _number(value: Any) -> float:
    return float(value or 0)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _flag(value: Any) -> bool:
    return value is not False


Reader = Callable[[Any], Any]
ALWAYS: dict[str, Reader] = {
    "Id": lambda value: int(value),
    "MetaData.CreateTime": _time,
    "MetaData.LastUpdatedTime": _time,
}
_SALE = {"DocNumber": _text, "TxnDate": _text, "DueDate": _text, "Balance": _number}
_NAMED = {"Name": _text, "Active": _flag}
FILTERABLE: dict[str, dict[str, Reader]] = {
    "Invoice": ALWAYS | _SALE | {"CustomerRef": _ref, "SalesTermRef": _ref},
    "CreditMemo": ALWAYS | _SALE | {"CustomerRef": _ref, "SalesTermRef": _ref},
    "Payment": ALWAYS | {"CustomerRef": _ref, "TxnDate": _text, "PaymentRefNum": _text},
    "JournalEntry": ALWAYS | {"DocNumber": _text, "TxnDate": _text},
    "Customer": ALWAYS
    | {
        "DisplayName": _text,
        "CompanyName": _text,
        "GivenName": _text,
        "FamilyName": _text,
        "FullyQualifiedName": _text,
        "Active": _flag,
        "Balance": _number,
        "PrimaryEmailAddr": _address,
    },
    "Account": ALWAYS
    | _NAMED
    | {
        "AccountType": _text,
        "AccountSubType": _text,
        "Classification": _text,
        "CurrentBalance": _number,
        "FullyQualifiedName": _text,
    },
    "Item": ALWAYS | _NAMED | {"Type": _text, "FullyQualifiedName": _text},
    "Term": ALWAYS | _NAMED,
    "PaymentMethod": ALWAYS | _NAMED,
    "CustomerType": ALWAYS | _NAMED,
    "Class": ALWAYS | _NAMED,
    "Department": ALWAYS | _NAMED,
    "Vendor": ALWAYS | {"DisplayName": _text, "Active": _flag},
    "TaxCode": ALWAYS | _NAMED,
    "Attachable": ALWAYS | {"FileName": _text, "Note": _text},
    "Deposit": ALWAYS | {"TxnDate": _text},
    "Transfer": ALWAYS | {"TxnDate": _text},
    "RefundReceipt": ALWAYS | {"TxnDate": _text, "DocNumber": _text, "CustomerRef": _ref},
    "SalesReceipt": ALWAYS | {"TxnDate": _text, "DocNumber": _text, "CustomerRef": _ref},
}
NAME_LISTS = {
    "Customer",
    "Vendor",
    "Account",
    "Item",
    "Term",
    "PaymentMethod",
    "CustomerType",
    "Class",
    "Department",
    "TaxCode",
}
FIELDS = {entity: list(readers) for entity, readers in FILTERABLE.items()}
_INDEX = {entity: {name: at for at, name in enumerate(names)} for entity, names in FIELDS.items()}


class Row:
    """One entity: its JSON text, its facts in the order of FIELDS, when it last changed."""

    __slots__ = ("blob", "facts", "updated")

    def __init__(self, blob: bytes, facts: tuple[Any, ...], updated: float) -> None:
        self.blob, self.facts, self.updated = blob, facts, updated

    def __getstate__(self) -> tuple[bytes, tuple[Any, ...], float]:
        return self.blob, self.facts, self.updated

    def __setstate__(self, saved: tuple[bytes, tuple[Any, ...], float]) -> None:
        self.blob, self.facts, self.updated = saved

    @property
    def data(self) -> dict[str, Any]:
        """A fresh copy of the entity."""
        return json.loads(self.blob)


def row_of(entity: str, data: dict[str, Any]) -> Row:
    facts = []
    for name, read in FILTERABLE[entity].items():
        value: Any = data
        for part in name.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        facts.append(read(value))
    blob = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()
    return Row(blob, tuple(facts), facts[_INDEX[entity]["MetaData.LastUpdatedTime"]])


def position(entity: str, name: str) -> int | None:
    """Where a filterable field stands in a row's facts; None when it is not filterable."""
    return _INDEX[entity].get(name)


@dataclass
class Tombstone:
    entity: str
    id: str
    at: float


@dataclass
class Ledger:
    """One company's books and settings."""

    realm: str
    name: str
    timezone: str
    currency: str = "USD"
    address: dict[str, str] = field(default_factory=dict)
    email: str = ""
    phone: str = ""
    rows: dict[str, dict[str, Row]] = field(default_factory=dict)
    tombstones: list[Tombstone] = field(default_factory=list)
    requests: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    preferences: dict[str, Any] = field(default_factory=dict)
    next_id: int = 1
    next_doc: int = 1001
    version: int = 0
    files: dict[str, bytes] = field(default_factory=dict)

    def of(self, entity: str) -> dict[str, Row]:
        return self.rows.setdefault(entity, {})

    def new_id(self) -> str:
        self.next_id += 1
        return str(self.next_id - 1)

    def local(self, at: datetime) -> str:
        """An instant as QuickBooks writes it: to the second, with the company's offset."""
        return at.astimezone(ZoneInfo(self.timezone)).replace(microsecond=0).isoformat()

    def local_stamp(self, at: float) -> str:
        return self.local(datetime.fromtimestamp(at, UTC))


@dataclass
class Grant:
    """One consent: a realm, its tokens, and until when they live (epoch seconds)."""

    realm: str
    refresh_token: str
    refresh_until: float
    hard_until: float
    access: dict[str, float] = field(default_factory=dict)
    spent: list[str] = field(default_factory=list)
    revoked: bool = False


@dataclass
class App:
    """The Intuit app and everything connected to it."""

    client_id: str = "sandbox"
    client_secret: str = "sandbox-secret"
    verifier_token: str = "sandbox-verifier"
    webhook_url: str = ""
    webhook_format: str = "cloudevents"
    reuse_revokes: bool = False
    reuses: int = 0
    redirect_uris: list[str] = field(default_factory=list)
    companies: dict[str, Ledger] = field(default_factory=dict)
    grants: list[Grant] = field(default_factory=list)
    codes: dict[str, tuple[str, str, float]] = field(default_factory=dict)
    pending: list[dict[str, Any]] = field(default_factory=list)
