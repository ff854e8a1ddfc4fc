"""Promise 7: every event given again leaves everything as it is."""

from arbook.webhooks import process
from arbook.webhooks.models import WebhookEvent
from customers.models import ConsentEvent
from invoices.models import Dispute, Hold, Invoice, Task
from messaging.models import Message
from reconciliation.models import Chargeback, Match, Posting, StripePayment
from tests.model.world import World


def replays_change_nothing(world: World) -> None:
    """Promise 7: every event given again, all at once, leaves everything as it is."""
    with world.at_work():
        failed = world.run_jobs("sync the books", "catch up with Stripe")
        assert not failed, failed
        world.work()
        before = _everything(world)
        for row in WebhookEvent.objects.order_by("-pk"):
            process.replay(row, now=world.now)
        world.work()
        after = _everything(world)
    for name, was in before.items():
        if was != after[name]:
            gone, new = sorted(was - after[name])[:3], sorted(after[name] - was)[:3]
            world.truth.breach(7, f"replays changed {name}: {gone} became {new}")


def _everything(world: World) -> dict[str, set]:
    books = {
        (slug, row["Id"], str(row["TotalAmt"]))
        for slug, desk in world.desks.items()
        for row in desk.books.all("Payment")
    }
    return {
        "the books": books,
        "what left": {(one.to, one.at, one.body) for one in world.truth.left},
        "payments": _rows(StripePayment, "intent", "state", "amount", "refunded"),
        "matches": _rows(Match, "payment", "invoice", "amount"),
        "postings": _rows(Posting, "reference", "state", "quickbooks_id"),
        "invoices": _rows(Invoice, "quickbooks_id", "balance", "is_void", "is_deleted"),
        "consent": _rows(ConsentEvent, "pk", "direction"),
        "words": _rows(Message, "vendor_id", direction="in"),
        "chargebacks": _rows(Chargeback, "dispute_id", "state"),
        "disputes": _rows(Dispute, "invoice", "state", "amount"),
        "silences": _rows(Hold, "customer", "invoice", "reason", "source", lifted_at=None),
        "tasks": _rows(Task, "key", done_at=None),
    }


def _rows(model, *names: str, **only) -> set[tuple[str, ...]]:
    rows = model.objects.filter(**only).values_list(*names)
    return {tuple(str(value) for value in row) for row in rows}
