"""What people do in QuickBooks itself, for the control room and the tests."""

from datetime import datetime
from typing import Any

from arbook.sandbox import clock
from arbook.sandbox.quickbooks.ledger import Tombstone, amount, cents
from arbook.sandbox.quickbooks.refusals import Refusal


class Acts:
    """Mixed into `Books`: one call for each thing a bookkeeper clicks."""

    def add_customer(self, name: str, *, at: datetime | None = None, **fields: Any) -> dict:
        """A customer by display name; `email`, `mobile`, `phone` stand for the nested fields."""
        data: dict[str, Any] = {"DisplayName": name}
        for word, field, inner in (
            ("email", "PrimaryEmailAddr", "Address"),
            ("mobile", "Mobile", "FreeFormNumber"),
            ("phone", "PrimaryPhone", "FreeFormNumber"),
        ):
            if value := fields.pop(word, None):
                data[field] = {inner: value}
        return self.create("Customer", data | fields, at=at)

    def add_invoice(
        self, customer_id: str, total: Any, *, at: datetime | None = None, **fields: Any
    ) -> dict:
        """An invoice with one line; TxnDate, DueDate, DocNumber and others as QuickBooks names."""
        line = {
            "Amount": amount(cents(total)),
            "Description": fields.pop("description", "Services"),
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": {"Qty": 1, "UnitPrice": amount(cents(total))},
        }
        if item := fields.pop("item", None) or next(iter(self.ledger.of("Item")), None):
            line["SalesItemLineDetail"]["ItemRef"] = {"value": item}
        data = {"CustomerRef": {"value": str(customer_id)}, "Line": [line]} | fields
        return self.create("Invoice", data, at=at)

    def pay(
        self,
        customer_id: str,
        total: Any,
        on: dict[str, Any] | None = None,
        *,
        at: datetime | None = None,
        reference: str = "",
        method: str = "Check",
        **fields: Any,
    ) -> dict:
        """Money from a customer, applied to invoices (`on`: id to amount) as far as named."""
        data: dict[str, Any] = {
            "CustomerRef": {"value": str(customer_id)},
            "TotalAmt": amount(cents(total)),
            "Line": [
                {
                    "Amount": amount(cents(part)),
                    "LinkedTxn": [{"TxnId": str(invoice), "TxnType": "Invoice"}],
                }
                for invoice, part in (on or {}).items()
            ],
        } | fields
        if reference:
            data["PaymentRefNum"] = reference
        for row in self.ledger.of("PaymentMethod").values():
            found = row.data
            if found["Name"] == method:
                data["PaymentMethodRef"] = {"value": found["Id"], "name": method}
        return self.create("Payment", data, at=at)

    def pay_by_check(
        self, invoice_id: str, total: Any = None, *, number: str = "", at: datetime | None = None
    ) -> dict:
        """A check for one invoice; the whole balance when no amount is given."""
        invoice = self.get("Invoice", invoice_id)
        value = cents(invoice["Balance"] if total in (None, "") else total)
        part = min(value, cents(invoice["Balance"]))
        return self.pay(
            invoice["CustomerRef"]["value"],
            amount(value),
            {invoice_id: amount(part)},
            reference=number or f"CHK-{1000 + self.ledger.next_id}",
            at=at,
        )

    def change_amount(self, invoice_id: str, total: Any, *, at: datetime | None = None) -> dict:
        """The invoice now has one line of this amount."""
        invoice = self.get("Invoice", invoice_id)
        line = next(x for x in invoice["Line"] if "SalesItemLineDetail" in x)
        line["Amount"] = amount(cents(total))
        line["SalesItemLineDetail"].update(Qty=1, UnitPrice=amount(cents(total)))
        change = {
            "Id": invoice_id,
            "SyncToken": invoice["SyncToken"],
            "sparse": True,
            "Line": [line],
            "TxnTaxDetail": {"TotalTax": 0},
        }
        return self.update("Invoice", change, at=at)

    def edit(self, entity: str, id_: str, *, at: datetime | None = None, **fields: Any) -> dict:
        """A sparse update with the current SyncToken."""
        token = self.get(entity, id_)["SyncToken"]
        return self.update(entity, {"Id": id_, "SyncToken": token, "sparse": True} | fields, at=at)

    def credit(
        self,
        customer_id: str,
        total: Any,
        *,
        apply_to: str | None = None,
        at: datetime | None = None,
        **fields: Any,
    ) -> dict:
        """A credit memo; with `apply_to` QuickBooks' own 0.00 payment links it to an invoice."""
        line = {
            "Amount": amount(cents(total)),
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": {"Qty": 1, "UnitPrice": amount(cents(total))},
        }
        data = {"CustomerRef": {"value": str(customer_id)}, "Line": [line]} | fields
        memo = self.create("CreditMemo", data, at=at)
        if apply_to:
            self.link_credit(memo["Id"], apply_to, at=at)
        return self.get("CreditMemo", memo["Id"])

    def link_credit(self, memo_id: str, invoice_id: str, *, at: datetime | None = None) -> dict:
        """Use a credit memo on an invoice, as far as both reach."""
        memo, invoice = self.get("CreditMemo", memo_id), self.get("Invoice", invoice_id)
        part = min(cents(memo["Balance"]), cents(invoice["Balance"]))
        line = [
            {"Amount": amount(part), "LinkedTxn": [{"TxnId": invoice_id, "TxnType": "Invoice"}]},
            {"Amount": amount(part), "LinkedTxn": [{"TxnId": memo_id, "TxnType": "CreditMemo"}]},
        ]
        note = "Created by QB Online to link credits to charges."
        data = {"CustomerRef": memo["CustomerRef"], "TotalAmt": 0, "Line": line}
        return self.create("Payment", data | {"PrivateNote": note}, at=at)

    def merge(self, loser: str, winner: str, *, at: datetime | None = None) -> dict:
        """One customer is merged into another: its documents move, its Id is gone."""
        with self.lock:
            at = at or clock.now()
            if loser == winner:
                raise Refusal("6000", "A customer cannot be merged into itself.")
            old, kept = self.get("Customer", loser), self.get("Customer", winner)
            for entity in ("Invoice", "CreditMemo", "Payment"):
                for row in list(self.ledger.of(entity).values()):
                    data = row.data
                    if data["CustomerRef"]["value"] == loser:
                        data["CustomerRef"] = {"value": winner, "name": kept["DisplayName"]}
                        self.change(entity, data, at)
            balance = cents(old["Balance"])
            self.shift_balance(loser, -balance)
            self.shift_balance(winner, balance)
            del self.ledger.of("Customer")[loser]
            self.change("Customer", self.get("Customer", winner), at)
            self.ledger.tombstones.append(Tombstone("Customer", loser, at.timestamp()))
            self.ledger.version += 1
            self.tell("Customer", winner, "merged", at, deletedId=loser)
            return self.get("Customer", winner)

    def payments_on(self, invoice_id: str) -> list[dict]:
        """Every payment in the books applied to this invoice."""
        wanted = {"TxnId": str(invoice_id), "TxnType": "Invoice"}
        return [
            payment
            for payment in self.all("Payment")
            if any(wanted in line.get("LinkedTxn", []) for line in payment["Line"])
        ]
