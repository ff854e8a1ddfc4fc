"""Words on customers. One that stops dunning keeps every reminder silent, whoever placed it.

QuickBooks places the VIP tag by customer type or by a marker in the notes, as the company set it;
what QuickBooks placed only QuickBooks takes away.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from arbook.audit import log
from arbook.audit.models import Entry
from arbook.companies.models import Company, User
from customers import contacts
from customers.models import Customer, CustomerTag, Tag

VIP = "VIP"
LONGEST = 60
MOST_OFFERED = 30
Source = CustomerTag.Source


class TagRefused(Exception):
    """The tag cannot be changed here. The message is fit for the screen."""


@transaction.atomic
def put(
    customer: Customer,
    *,
    name: str = VIP,
    source: str = Source.PERSON,
    by: User | None,
    now: datetime,
) -> CustomerTag:
    """Tag a customer. A tag that the books placed may be placed by a person as well."""
    tag = named(customer.company, name)
    row, is_new = CustomerTag.objects.get_or_create(customer=customer, tag=tag, source=source)
    if is_new:
        silent = " Every reminder is silent." if tag.stops_dunning else ""
        entry = log.record(
            "customer.tagged",
            f"{customer} was tagged {tag}.{silent}",
            about=[customer],
            by=by,
            at=now,
            tag=tag.name,
        )
        contacts.revisit(customer.company, {customer.pk: entry.pk}, now=now)
    return row


@transaction.atomic
def take(
    customer: Customer,
    *,
    name: str = VIP,
    source: str = Source.PERSON,
    by: User | None,
    now: datetime,
) -> bool:
    """Take a tag away; False when it was not there.

    Raises TagRefused when a person tries it and QuickBooks holds the tag in place.
    """
    held = customer.taggings.filter(tag__name=name)
    count, _ = held.filter(source=source).delete()
    if not count and source == Source.PERSON and held.filter(source=Source.BOOKS).exists():
        raise TagRefused(
            f"QuickBooks marks {customer} as {name}. Change the customer type or the notes there."
        )
    if not count:
        return False
    entry = log.record(
        "customer.untagged",
        f"{customer} is no longer tagged {name}.",
        about=[customer],
        by=by,
        at=now,
        tag=name,
    )
    contacts.revisit(customer.company, {customer.pk: entry.pk}, now=now)
    return True


def silent(customer_ids: Iterable[int]) -> dict[int, str]:
    """The tag that keeps each customer silent, by customer; one query."""
    rows = CustomerTag.objects.filter(
        customer__in=list(customer_ids), tag__stops_dunning=True
    ).values_list("customer_id", "tag__name")
    return dict(rows.order_by("customer_id", "tag__name"))


def spelled(company: Company, words: str) -> str:
    """The tag somebody wrote, as the company spells it already. Raises TagRefused."""
    words = " ".join(words.split())
    if not words:
        raise TagRefused("Write the tag.")
    if len(words) > LONGEST:
        raise TagRefused(f"A tag has at most {LONGEST} characters.")
    known = Tag.objects.of(company).filter(name__iexact=words).order_by("pk").first()
    return known.name if known else VIP if words.upper() == VIP else words


@dataclass(frozen=True)
class On:
    """A tag on a customer, as a screen shows it."""

    name: str
    is_silent: bool
    may_go: bool
    """Only what a person placed a person takes away."""


def on(customer: Customer) -> list[On]:
    """The tags of a customer, by name; one query."""
    found: dict[str, On] = {}
    rows = customer.taggings.select_related("tag").order_by("tag__name", "pk")
    for row in rows:
        name, known = row.tag.name, found.get(row.tag.name)
        may_go = row.source == Source.PERSON or bool(known and known.may_go)
        found[name] = On(name, row.tag.stops_dunning, may_go)
    return list(found.values())


def offered(company: Company, present: Iterable[On]) -> list[str]:
    """The company's other tags, VIP among them."""
    names = set(Tag.objects.of(company).values_list("name", flat=True)[:MOST_OFFERED])
    return sorted((names | {VIP}) - {one.name for one in present}, key=str.casefold)


def named(company: Company, name: str) -> Tag:
    """The company's tag of this name; made when it is new. VIP stops dunning."""
    tag, _ = Tag.objects.get_or_create(
        company=company, name=name, defaults={"stops_dunning": name == VIP}
    )
    return tag


@transaction.atomic
def refresh(
    company: Company,
    customer_ids: Iterable[int] | None = None,
    *,
    now: datetime,
    quiet: bool = False,
) -> None:
    """Place and take the VIP tag as the books say, for these customers or for all of them."""
    among = Customer.objects.of(company)
    if customer_ids is not None:
        among = among.filter(pk__in=list(customer_ids))
    held = CustomerTag.objects.filter(customer__in=among, tag__name=VIP, source=Source.BOOKS)
    wanted = set(_marked(company, among).values_list("pk", flat=True))
    has = dict(held.values_list("customer_id", "pk"))
    placed, taken = wanted - set(has), set(has) - wanted
    if placed:
        tag = named(company, VIP)
        CustomerTag.objects.bulk_create(
            [CustomerTag(customer_id=pk, tag=tag, source=Source.BOOKS) for pk in sorted(placed)],
            ignore_conflicts=True,
        )
    CustomerTag.objects.filter(pk__in=[has[pk] for pk in taken]).delete()
    if (placed or taken) and not quiet:
        _tell(company, placed, taken, now=now)


def _marked(company: Company, among: QuerySet[Customer]) -> QuerySet[Customer]:
    wanted = Q(pk__in=[])
    if kind := company.vip_customer_type.strip():
        # "VIP" means "VIP - do not dun" as well: in doubt nobody is reminded.
        wanted |= Q(customer_type__iregex=rf"^\s*{re.escape(kind)}(\W|$)")
    if company.vip_note_marker.strip():
        wanted |= Q(notes__icontains=company.vip_note_marker.strip())
    return among.filter(wanted)


def _tell(company: Company, placed: set[int], taken: set[int], *, now: datetime) -> None:
    customers = Customer.objects.in_bulk([*placed, *taken])
    said = {
        pk: f"QuickBooks marks {customers[pk]} as {VIP}: every reminder is silent." for pk in placed
    }
    said |= {pk: f"QuickBooks no longer marks {customers[pk]} as {VIP}." for pk in taken}
    entries = log.record_many(
        [
            (
                Entry(
                    company=company,
                    verb="customer.tagged" if pk in placed else "customer.untagged",
                    said=words,
                    at=now,
                ),
                [customers[pk]],
            )
            for pk, words in said.items()
        ]
    )
    contacts.revisit(company, dict(zip(said, (one.pk for one in entries), strict=True)), now=now)
