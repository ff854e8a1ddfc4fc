"""What previews of replays repeat about a person: no data of their own, so nothing to export."""

from datetime import datetime

from django.db.models import Q, TextField
from django.db.models.functions import Cast

from arbook.companies.models import User
from arbook.system import retention
from arbook.system.models import Replay
from customers.person import Person


def export(person: Person) -> dict[str, list[dict]]:
    return {}


def mentions(person: Person) -> dict[str, set[int]]:
    return {}


def count(person: Person, *, now: datetime) -> dict[str, int]:
    """How many previews an erasure takes out."""
    return {"previews of replays": _about(person).count()}


def erase(person: Person, *, by: User | None, now: datetime, with_name: bool) -> dict[str, int]:
    """Take out the previews that name them."""
    rows = list(_about(person))
    retention.remove(rows)
    return {"previews of replays": len(rows)}


def _about(person: Person):
    says = Q(pk__in=[])
    for address in person.addresses:
        says |= Q(text__icontains=address)
    if person.customer:
        says |= Q(text__icontains=person.customer.name)
    rows = Replay.objects.of(person.company).exclude(foretold={})
    return rows.annotate(text=Cast("foretold", TextField())).filter(says)
