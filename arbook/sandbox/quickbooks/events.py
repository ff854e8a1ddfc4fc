"""QuickBooks' webhooks: changes gathered for a moment, then one signed array for all companies."""

import json
import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

from arbook.sandbox import clock, signing
from arbook.sandbox.state import Parcel

if TYPE_CHECKING:
    from arbook.sandbox.quickbooks import QuickBooks

GATHER = 0.15
LEGACY = {
    "created": "Create",
    "updated": "Update",
    "deleted": "Delete",
    "voided": "Void",
    "merged": "Merge",
    "emailed": "Emailed",
}
ANNOUNCED = {
    "Invoice",
    "Payment",
    "Customer",
    "CreditMemo",
    "JournalEntry",
    "Account",
    "Item",
    "Term",
    "Deposit",
    "Transfer",
    "RefundReceipt",
    "SalesReceipt",
    "PaymentMethod",
}


def gather(
    quickbooks: "QuickBooks",
    realm: str,
    entity: str,
    id_: str,
    verb: str,
    at: datetime,
    data: dict[str, Any],
) -> None:
    """Remember one change; the first of a batch starts the clock."""
    app = quickbooks.app
    if not app.webhook_url or entity not in ANNOUNCED:
        return
    if not app.pending:
        quickbooks.sandbox.tasks.later(GATHER * quickbooks.sandbox.pace, "quickbooks.flush")
    event = {"realm": realm, "entity": entity, "id": id_, "verb": verb, "at": at.timestamp()}
    if event | data not in app.pending:
        app.pending.append(event | {"data": data})


def flush(quickbooks: "QuickBooks") -> None:
    """Hand the gathered changes to the delivery."""
    app, events = quickbooks.app, quickbooks.app.pending
    app.pending = []
    for start in range(0, len(events), 100):
        part = events[start : start + 100]
        legacy = app.webhook_format == "legacy"
        content = _legacy(part) if legacy else [_cloud_event(event) for event in part]
        quickbooks.sandbox.delivery.post(
            "quickbooks",
            part[0]["realm"],
            app.webhook_url,
            kind="legacy" if legacy else "cloudevents",
            body=json.dumps(content, separators=(",", ":")).encode(),
            lane="quickbooks",
            about=", ".join(f"{e['entity']} {e['id']} {e['verb']}" for e in part[:4])
            + (f" and {len(part) - 4} more" if len(part) > 4 else ""),
        )


def _cloud_event(event: dict[str, Any]) -> dict[str, Any]:
    time = datetime.fromtimestamp(event["at"], clock.now().tzinfo)
    return {
        "specversion": "1.0",
        "id": str(uuid.uuid4()),
        "source": "intuit.c2FuZGJveA==",
        "type": f"qbo.{event['entity'].lower()}.{event['verb']}.v1",
        "datacontenttype": "application/json",
        "time": time.strftime("%Y-%m-%dT%H:%M:%S.%f") + "517Z",
        "intuitentityid": event["id"],
        "intuitaccountid": event["realm"],
        "data": event["data"],
    }


def _legacy(events: list[dict[str, Any]]) -> dict[str, Any]:
    realms: dict[str, list[dict[str, Any]]] = {}
    for event in events:
        time = datetime.fromtimestamp(event["at"], clock.now().tzinfo)
        entity = {
            "name": event["entity"],
            "id": event["id"],
            "operation": LEGACY[event["verb"]],
            "lastUpdated": time.strftime("%Y-%m-%dT%H:%M:%S.") + f"{time.microsecond // 1000:03}Z",
        }
        realms.setdefault(event["realm"], []).append(entity | event["data"])
    return {
        "eventNotifications": [
            {"realmId": realm, "dataChangeEvent": {"entities": entities}}
            for realm, entities in realms.items()
        ]
    }


def sign(quickbooks: "QuickBooks", parcel: Parcel) -> dict[str, str]:
    """Headers of one attempt."""
    cloud = parcel.kind == "cloudevents"
    return {
        "Content-Type": "application/cloudevents+json" if cloud else "application/json",
        "User-Agent": "intuit_notification_bus_ipp",
        "intuit-signature": signing.quickbooks(parcel.body, quickbooks.app.verifier_token),
        "intuit-t-id": str(uuid.uuid4()),
        "intuit-created-time": clock.now().isoformat(),
        "intuit-notification-schema-version": "cloudevents.v1" if cloud else "0.0.1",
    }
