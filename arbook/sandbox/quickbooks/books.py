"""The books of one company as QuickBooks keeps them: create, update, void, delete, merge.

Every change gives a new SyncToken and LastUpdatedTime and tells the webhook sender. `at` dates a
change for the seed; otherwise it happens now, on the movable clock. Refusals are `Refusal`.
"""

import contextlib
import json
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from arbook.sandbox import clock
from arbook.sandbox.quickbooks import incoming, journal, payments, sales
from arbook.sandbox.quickbooks.acts import Acts
from arbook.sandbox.quickbooks.ledger import (
    NAME_LISTS,
    Ledger,
    Row,
    Tombstone,
    amount,
    cents,
    row_of,
)
from arbook.sandbox.quickbooks.refusals import Refusal

if TYPE_CHECKING:
    from arbook.sandbox.quickbooks import QuickBooks

TRANSACTIONS = {
    "Invoice",
    "Payment",
    "CreditMemo",
    "JournalEntry",
    "Deposit",
    "Transfer",
    "RefundReceipt",
    "SalesReceipt",
}
SYSTEM = ("Id", "SyncToken", "domain", "sparse", "MetaData", "LinkedTxn")


class Books(Acts):
    """Reads and writes on one ledger; also what the API's handlers stand on."""

    def __init__(self, quickbooks: "QuickBooks", ledger: Ledger) -> None:
        self.quickbooks = quickbooks
        self.ledger = ledger
        self.quiet = False

    @property
    def realm(self) -> str:
        return self.ledger.realm

    @property
    def lock(self):
        return self.quickbooks.sandbox.lock

    # -- reading ----------------------------------------------------------------------------

    def row(self, entity: str, id_: str) -> Row:
        try:
            return self.ledger.of(entity)[str(id_)]
        except KeyError:
            detail = "Object Not Found : Something you're trying to use has been made inactive."
            raise Refusal("610", f"{detail} {entity} {id_}") from None

    def get(self, entity: str, id_: str) -> dict[str, Any]:
        """A copy of one entity; Refusal 610 when it is not there."""
        return self.row(entity, id_).data

    def all(self, entity: str, **equal: Any) -> list[dict[str, Any]]:
        """Copies of all entities; `CustomerRef="7"` and other top-level fields narrow them."""
        with self.lock:
            found = [row.data for row in self.ledger.of(entity).values()]
        for name, wanted in equal.items():
            found = [data for data in found if _plain(data.get(name)) == wanted]
        return found

    def today(self) -> str:
        return clock.now().astimezone(ZoneInfo(self.ledger.timezone)).date().isoformat()

    # -- writing ----------------------------------------------------------------------------

    def create(
        self, entity: str, data: dict[str, Any], *, at: datetime | None = None
    ) -> dict[str, Any]:
        """Add an entity from what the caller sent; the stored entity comes back."""
        with self.lock:
            data = incoming.clean(entity, data)
            for name in ("Id", "SyncToken", "MetaData", "sparse"):
                data.pop(name, None)
            at = at or clock.now()
            time = self.ledger.local(at)
            if entity in TRANSACTIONS:
                data.setdefault("TxnDate", time[:10])
                self._check_period(data["TxnDate"])
            data = {
                "domain": "QBO",
                "sparse": False,
                "Id": self.ledger.new_id(),
                "SyncToken": "0",
                "MetaData": {"CreateTime": time, "LastUpdatedTime": time},
                **data,
            }
            self._work_out(entity, data, None, at)
            self.put(entity, data)
            self._post(entity, data, +1)
            self.tell(entity, data["Id"], "created", at)
            return self.get(entity, data["Id"])

    def update(
        self, entity: str, data: dict[str, Any], *, at: datetime | None = None
    ) -> dict[str, Any]:
        """Change an entity: sparse keeps what was not sent, otherwise what is left out is gone."""
        with self.lock:
            sparse = data.get("sparse") is True
            data = incoming.clean(entity, data)
            old = self._current(entity, data)
            if entity in TRANSACTIONS:
                self._check_period(old["TxnDate"])
                self._check_period(data.get("TxnDate") or old["TxnDate"])
            kept = old if sparse else {name: old[name] for name in SYSTEM if name in old}
            fields = {k: v for k, v in data.items() if k not in SYSTEM}
            new = json.loads(json.dumps({**kept, **fields, "sparse": False}))
            if entity in TRANSACTIONS:
                new.setdefault("TxnDate", old["TxnDate"])
                if "DocNumber" in old:
                    new.setdefault("DocNumber", old["DocNumber"])
            at = at or clock.now()
            self._post(entity, old, -1)
            try:
                self._work_out(entity, new, old, at)
            except Refusal:
                self._post(entity, old, +1)
                raise
            self.change(entity, new, at)
            self._post(entity, new, +1)
            return self.get(entity, new["Id"])

    def void(
        self, entity: str, id_: str, sync_token: str | None = None, *, at: datetime | None = None
    ) -> dict[str, Any]:
        """Amounts go to zero, the note says so, the row stays."""
        with self.lock:
            at = at or clock.now()
            old = self._current(entity, {"Id": id_, "SyncToken": sync_token}, loose=True)
            self._check_period(old["TxnDate"])
            self._release(entity, old, at)
            data = self.get(entity, id_)
            self._post(entity, data, -1)
            note = old.get("PrivateNote") or ""
            data["PrivateNote"] = "Voided" + (f" - {note}" if note else "")
            for name in ("TotalAmt", "Balance", "UnappliedAmt", "RemainingCredit", "HomeBalance"):
                if name in data:
                    data[name] = 0
            if entity == "Payment":
                data["Line"] = []
            for line in data.get("Line", []):
                line["Amount"] = 0
                if "SalesItemLineDetail" in line:
                    line["SalesItemLineDetail"].update(Qty=0, UnitPrice=0)
            data.pop("TxnTaxDetail", None)
            self.change(entity, data, at, verb="voided")
            return self.get(entity, id_)

    def delete(
        self, entity: str, id_: str, sync_token: str | None = None, *, at: datetime | None = None
    ) -> dict[str, Any]:
        """A transaction vanishes; only change data capture and webhooks still know of it."""
        with self.lock:
            if entity in NAME_LISTS:
                raise Refusal("2010", f"Operation delete is not supported for {entity}")
            at = at or clock.now()
            old = self._current(entity, {"Id": id_, "SyncToken": sync_token}, loose=True)
            if "TxnDate" in old:
                self._check_period(old["TxnDate"])
            self._release(entity, old, at)
            self._post(entity, self.get(entity, id_), -1)
            self._bury(entity, id_, at, "deleted")
            return {"status": "Deleted", "domain": "QBO", "Id": str(id_)}

    # -- what the parts of this package share -----------------------------------------------

    def put(self, entity: str, data: dict[str, Any]) -> None:
        """Store an entity as it is."""
        self.ledger.of(entity)[data["Id"]] = row_of(entity, data)
        self.ledger.version += 1

    def change(
        self, entity: str, data: dict[str, Any], at: datetime, *, verb: str = "updated"
    ) -> None:
        """Store an entity with its next SyncToken and tell."""
        data["SyncToken"] = str(int(data["SyncToken"]) + 1)
        data["MetaData"]["LastUpdatedTime"] = self.ledger.local(at)
        self.put(entity, data)
        self.tell(entity, data["Id"], verb, at)

    def tell(self, entity: str, id_: str, verb: str, at: datetime, **data: Any) -> None:
        if not self.quiet:
            self.quickbooks.notify(self.realm, entity, id_, verb, at, data)

    @contextlib.contextmanager
    def silently(self) -> Iterator[None]:
        """Changes inside make no webhook."""
        before, self.quiet = self.quiet, True
        try:
            yield
        finally:
            self.quiet = before

    def customer(self, reference: Any) -> dict[str, Any]:
        """The active customer a CustomerRef names; Refusal 2020, 2500 or 610 otherwise."""
        id_ = reference.get("value") if isinstance(reference, dict) else None
        if not id_:
            detail = "Required parameter CustomerRef is missing in the request"
            raise Refusal("2020", detail, element="CustomerRef")
        if str(id_) not in self.ledger.of("Customer"):
            raise Refusal("2500", f"Invalid Reference Id : CustomerRef {id_}")
        customer = self.get("Customer", str(id_))
        if not customer["Active"] and not self.quiet:
            raise Refusal("610", f"Something you're trying to use has been made inactive: {id_}")
        return customer

    def shift_balance(self, customer_id: str, by: int) -> None:
        """Move a customer's balance by cents, and the parents' balance with jobs."""
        if not by or customer_id not in self.ledger.of("Customer"):
            return
        data, own = self.get("Customer", customer_id), True
        while True:
            if own:
                data["Balance"] = amount(cents(data.get("Balance")) + by)
            data["BalanceWithJobs"] = amount(cents(data.get("BalanceWithJobs")) + by)
            self.put("Customer", data)
            parent = (data.get("ParentRef") or {}).get("value")
            if not parent:
                return
            data, own = self.get("Customer", parent), False

    # -- inside -----------------------------------------------------------------------------

    def _current(self, entity: str, data: dict[str, Any], *, loose: bool = False) -> dict[str, Any]:
        """The stored entity, when the caller knows its SyncToken."""
        if not data.get("Id"):
            raise Refusal("2020", "Required parameter Id is missing in the request", element="Id")
        old = self.get(entity, str(data["Id"]))
        token = data.get("SyncToken")
        if token is None and not loose:
            detail = "Required parameter SyncToken is missing in the request"
            raise Refusal("2020", detail, element="SyncToken")
        if token is not None and str(token) != old["SyncToken"]:
            detail = (
                "Stale Object Error : You and another user were working on this at the same time."
                f" {entity} {old['Id']} is at {old['SyncToken']}."
            )
            raise Refusal("5010", detail)
        return old

    def _check_period(self, day: str) -> None:
        close = self.ledger.preferences.get("AccountingInfoPrefs", {}).get("BookCloseDate")
        if close and day and day <= close and not self.quiet:
            raise Refusal("6210", f"The account period has closed on {close}.")

    def _work_out(
        self, entity: str, new: dict[str, Any], old: dict[str, Any] | None, at: datetime
    ) -> None:
        if entity in ("Invoice", "CreditMemo"):
            sales.work_out(self, entity, new, old)
        elif entity == "Payment":
            payments.work_out(self, new, old, at)
        elif entity == "JournalEntry":
            journal.work_out(self, new)
        elif entity == "Customer":
            sales.work_out_customer(self, new, old)
        elif entity in NAME_LISTS:
            new.setdefault("Active", True)
        elif "Line" in new:
            new["TotalAmt"] = amount(sum(cents(line.get("Amount")) for line in new["Line"]))

    def _post(self, entity: str, data: dict[str, Any], sign: int) -> None:
        """The effect of a transaction on its customers' balances."""
        if entity in ("Invoice", "CreditMemo", "Payment"):
            total = cents(data.get("TotalAmt"))
            direction = 1 if entity == "Invoice" else -1
            self.shift_balance(data["CustomerRef"]["value"], sign * direction * total)
        elif entity == "JournalEntry":
            for customer_id, owed in journal.receivable(self, data).items():
                self.shift_balance(customer_id, sign * owed)

    def _release(self, entity: str, data: dict[str, Any], at: datetime) -> None:
        """Undo the links of a transaction that goes away."""
        if entity == "Payment":
            payments.check_not_deposited(self, data)
            payments.unapply(self, data, at)
        elif entity in ("Invoice", "CreditMemo", "JournalEntry"):
            payments.detach(self, entity, data["Id"], at)

    def _bury(self, entity: str, id_: str, at: datetime, verb: str, **data: Any) -> None:
        del self.ledger.of(entity)[str(id_)]
        self.ledger.version += 1
        self.ledger.tombstones.append(Tombstone(entity, str(id_), at.timestamp()))
        self.tell(entity, str(id_), verb, at, **data)


def _plain(value: Any) -> Any:
    return value.get("value") if isinstance(value, dict) and "value" in value else value
