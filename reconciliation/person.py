"""What a person paid at Stripe: the payments stay, the payer's address goes."""

from datetime import datetime

from django.db.models import Q

from arbook.companies.models import User
from customers.models import Channel
from customers.person import Person
from reconciliation.models import PayLink, Posting, StripePayment


def payments(person: Person):
    """Their payments, and those that one of their addresses made."""
    mails = [address for channel, address in person.ways if channel == Channel.EMAIL]
    theirs = Q(payer_email__in=mails)
    if person.customer:
        theirs |= Q(customer=person.customer)
    return StripePayment.objects.filter(theirs, company=person.company)


def payer_addresses(person: Person) -> set[tuple[str, str]]:
    """Addresses they gave on the pay page."""
    if person.customer is None:
        return set()
    rows = StripePayment.objects.filter(customer=person.customer).exclude(payer_email="")
    return {
        (Channel.EMAIL.value, one.lower()) for one in rows.values_list("payer_email", flat=True)
    }


def export(person: Person) -> dict[str, list[dict]]:
    """Payments with what became of them in the books, and pay links."""
    fields = ["started_at", "amount", "currency", "state", "method", "intent", "payer_email"]
    found = {
        "payments": list(
            payments(person).order_by("pk").values(*fields, "settled_at", "posting__quickbooks_id")
        )
    }
    if person.customer:
        links = PayLink.objects.filter(customer=person.customer).order_by("pk")
        found["pay_links"] = list(
            links.values("id", "created_at", "first_opened_at", "last_opened_at", "opened_count")
        )
    return found


def mentions(person: Person) -> dict[str, set[int]]:
    return {
        "reconciliation.stripepayment": set(payments(person).values_list("pk", flat=True)),
    }


def count(person: Person, *, now: datetime) -> dict[str, int]:
    """How many rows an erasure takes words out of."""
    return {"addresses of payers": _with_address(person).count()}


def erase(person: Person, *, by: User | None, now: datetime, with_name: bool) -> dict[str, int]:
    """Take out the address the payer gave to Stripe."""
    return {"addresses of payers": _with_address(person).update(payer_email="")}


def _with_address(person: Person):
    return payments(person).exclude(payer_email="")


def unfinished(person: Person) -> int:
    """Payments on their way, or not yet in the books as they should be."""
    done = Q(posting__state=Posting.State.VERIFIED) | Q(state=StripePayment.State.FAILED)
    rows = payments(person)
    return rows.exclude(pk__in=rows.filter(done).values("pk")).count()
