"""Promise 6: what was paid online stands in the books, once and as it was paid."""

from decimal import Decimal

from tests.model.world import World


def posted_at_most_once(world: World) -> None:
    """Promise 6: however often anything happened, a payment stands in the books once."""
    for slug, desk in world.desks.items():
        seen: set[str] = set()
        for payment in desk.books.all("Payment"):
            note = payment.get("PrivateNote") or ""
            if "arbook pi_" not in note:
                continue
            intent = note.split("arbook ")[1].split()[0]
            if intent in seen:
                world.truth.breach(6, f"{slug}: payment {intent} stands in the books twice")
            seen.add(intent)
            _stands_right(world, slug, intent, payment)


def _stands_right(world: World, slug: str, intent: str, payment: dict) -> None:
    truth = world.truth
    paid = world.desks[slug].payer.table("payment_intent").get(intent)
    if paid is None or paid["status"] != "succeeded":
        truth.breach(6, f"{slug}: {intent} was posted and was not paid here")
        return
    if (payment.get("PrivateNote") or "").startswith("Voided"):
        return
    total = Decimal(str(payment["TotalAmt"]))
    if total != Decimal(paid["amount_received"]) / 100:
        truth.breach(6, f"{slug}: {intent} paid {paid['amount_received']}, posted {total}")
    page = world.page_of(slug, intent)
    parts = page.parts if page else {}
    for line in payment.get("Line", []):
        for link in line.get("LinkedTxn", []):
            if link["TxnType"] != "Invoice":
                continue
            if Decimal(str(line["Amount"])) > parts.get(link["TxnId"], Decimal(0)):
                truth.breach(6, f"{slug}: {intent} went on invoice {link['TxnId']}, {parts}")


def posted_exactly_once(world: World) -> None:
    """Promise 6, once everything has settled: all that was paid through a page is in the books."""
    for slug, desk in world.desks.items():
        notes = [row.get("PrivateNote") or "" for row in desk.books.all("Payment")]
        gone = world.deleted_payments
        for intent in desk.payer.all("payment_intent"):
            if intent["status"] != "succeeded" or world.page_of(slug, intent["id"]) is None:
                continue
            if intent["id"] in gone:
                continue
            if not any(intent["id"] in note for note in notes):
                world.truth.breach(6, f"{slug}: {intent['id']} was paid and is not in the books")
