"""What the logs' names mean to a bookkeeper."""

from arbook.gateways.models import Connection

EFFECTS = {
    "messaging.send": "Send a reminder",
    "messaging.reply": "Send an answer",
    "messaging.ask_for_yes": "Ask a number for its yes",
    "messaging.trial": "Send a test of a text",
    "messaging.receipt": "Thank for a payment",
    "messaging.letter": "Mail a letter",
    "messaging.plan_offer": "Offer a payment plan",
    "messaging.revisit": "Look again at proposals",
    "messaging.merged": "Join what was said to merged customers",
    "reconciliation.post_payment": "Post a payment to QuickBooks",
    "reconciliation.expire_checkout": "Close a pay page",
    "alerts.mail": "Alert by mail",
    "alerts.slack": "Alert in Slack",
    "setup.sync": "Read the books",
    "setup.invite": "Mail an invitation",
    "system.bulk": "Work through dead letters",
}
FAILURES = {
    "unreachable": "The vendor could not be reached",
    "throttled": "The vendor asked us to slow down",
    "refused": "The vendor refused",
    "disconnected": "Not connected",
    "unknown": "Nobody knows whether it happened",
    "bug": "A fault of arbook's own",
    "": "Not sorted",
}
TONES = {
    "received": "info",
    "pending": "info",
    "in_flight": "info",
    "unsure": "warn",
    "done": "ok",
    "ignored": "",
    "cancelled": "",
    "dead": "bad",
}
VENDORS = {value: str(label) for value, label in Connection.Vendor.choices}


def effect(kind: str) -> str:
    """``Send a reminder`` for ``messaging.send``; a kind without words stays as it is."""
    return EFFECTS.get(kind) or kind.replace("_", " ").replace(".", ": ").capitalize()


def vendor(name: str) -> str:
    return VENDORS.get(name, name)


def event(vendor_name: str, kind: str) -> str:
    """``QuickBooks: invoice updated``."""
    return f"{vendor(vendor_name)}: {kind.replace('_', ' ').replace('.', ' ')}"


def failure(kind: str) -> str:
    return FAILURES.get(kind, kind)
