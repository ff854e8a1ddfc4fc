"""Promises 7, 8 and 9: nothing is lost, all has a name, each yes and no is explained."""

from django.db.models import F

from arbook.audit.models import Entry
from arbook.outbox.models import Effect
from arbook.webhooks.models import WebhookEvent
from invoices import next_touch
from messaging import why
from messaging.models import Message
from tests.model.people import Person
from tests.model.world import World


def nothing_is_lost(world: World, *, is_quiet: bool) -> None:
    """Promise 7: what was given is stored; what failed says why; nothing due lies idle."""
    events = list(WebhookEvent.objects.values("state", "error", "not_before", "kind", "vendor"))
    for row in events:
        if row["state"] == "dead" and not row["error"]:
            world.truth.breach(7, f"{row['vendor']} {row['kind']} is dead without a cause")
        if is_quiet and row["state"] == "received" and row["not_before"] <= world.now:
            world.truth.breach(7, f"{row['vendor']} {row['kind']} was given and lies there")
    for row in Effect.objects.exclude(state__in=["done", "cancelled"]).values(
        "state", "error", "failure", "not_before", "kind", "lane"
    ):
        if row["state"] in ("dead", "unsure") and not row["error"]:
            world.truth.breach(7, f"{row['kind']} is {row['state']} without a cause")
        if (
            is_quiet
            and row["state"] == "pending"
            and row["not_before"] <= world.now
            and not row["lane"]
        ):
            world.truth.breach(7, f"{row['kind']} is due and nobody does it")


def everything_has_a_name(world: World) -> None:
    """Promise 8: the record says who and when; no row of one company points into the other."""
    if Entry.objects.filter(said="").exists():
        world.truth.breach(8, "an entry without words")
    strays = Message.objects.filter(customer__isnull=False).exclude(
        customer__company_id=F("company_id")
    )
    if strays.exists():
        world.truth.breach(8, "a message of one company to a customer of the other")


def all_is_done(world: World) -> None:
    """Promises 6 and 7, at the end: what arrived was understood, what was wanted was done."""
    for row in WebhookEvent.objects.exclude(state__in=["done", "ignored"]):
        world.truth.breach(7, f"{row} is {row.state}: {row.error}")
    stores = {one.sid for one in world.truth.said}
    stored = set(
        Message.objects.filter(direction="in", vendor_id__in=stores).values_list(
            "vendor_id", flat=True
        )
    )
    for one in world.truth.said:
        if one.sid not in stored and one.sid not in world.lost_texts:
            world.truth.breach(7, f"{one.person.name} wrote {one.words!r}, which is nowhere")
    for row in Effect.objects.exclude(state__in=["done", "cancelled"]):
        waits = row.state == "pending" and row.not_before > world.now
        # Mail cannot be looked up: whether it left is asked of a person, who finds it in a task.
        is_asked = row.state == "dead" and row.kind.startswith("messaging.")
        if not waits and not is_asked:
            world.truth.breach(7, f"{row} is {row.state}: {row.error}")


def every_yes_and_no_is_explained(world: World, person: Person) -> None:
    """Promise 9: a sentence for each open invoice, and the right one."""
    truth = world.truth
    customer = world.customer(person)
    for invoice in customer.invoices.select_related("company", "customer__company"):
        said = why.of_invoice(invoice, now=world.now)
        if not said.sentence.strip().endswith((".", "!")):
            truth.breach(9, f"invoice {invoice} of {person.name}: no sentence ({said.sentence!r})")
        if not invoice.is_open:
            continue
        paused = person.name in truth.paused and (
            truth.paused[person.name] is None or world.now < truth.paused[person.name]
        )
        is_quiet = paused or person.name in truth.vip | world.in_review() | set(truth.waiting)
        touch = next_touch.of_invoice(invoice)
        if is_quiet and touch and not said.sentence.startswith("Blocked"):
            truth.breach(9, f"invoice {invoice} of {person.name} is quiet and says {said.sentence}")
        if touch:
            truth.predicted[person.company, invoice.quickbooks_id] = touch.due_on
