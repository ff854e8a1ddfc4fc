"""Numbers and addresses nobody uses any more go; the evidence of consent stays for five years."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from arbook.companies import keeping
from arbook.companies.models import Company
from customers import do_not_contact
from customers.models import ConsentEvent, Contact, Customer, OptIn, SignedForm

State = Contact.State

# Longer than any limitation for a text without consent; no setting shortens it.
CONSENT_YEARS = 5


def age_out(company: Company, *, now: datetime, dry_run: bool = False) -> dict[str, int]:
    """Take out contacts long out of use, and old evidence about people who were erased.

    An address that the books still have stays, whatever was found out about it: it would come
    back as if nobody knew.
    """
    months = company.keep_contacts_months
    line, said = keeping.months_before(now, months), keeping.removed_after(months, "months")
    left = Q(state=State.REMOVED, state_at__lt=line)
    refused = Q(state_at__lt=line) & ~Q(source=Contact.Source.BOOKS) & ~Q(state=State.USABLE)
    moved_on = Q(customer__is_deleted=True, customer__books_updated_at__lt=line)
    rows = (
        Contact.objects.filter(company=company, removed_at=None)
        .filter(left | refused | moved_on)
        .exclude(Exists(_owing(OuterRef("customer"))))
    )
    return {
        "contacts": keeping.in_batches(
            rows, lambda batch: remove(batch, said, now=now), dry_run=dry_run
        ),
        "lines of consent": forget_consent(company, now=now, dry_run=dry_run),
        "questions for consent": forget_questions(company, now=now, dry_run=dry_run),
    }


def _owing(customer: OuterRef):
    """Whether the customer still owes something, by the books."""
    return Customer.objects.filter(pk=customer, balance__gt=0)


def remove(contacts: list[Contact], said: str, *, now: datetime) -> None:
    """Leave the sentence in place of number, address and name."""
    for one in contacts:
        # Two of one customer must differ.
        one.address, one.written = "", f"{said.rstrip('.')} (no. {one.pk})"
        one.name, one.is_primary, one.removed_at = "", False, now
        one.state, one.state_reason = State.REMOVED, said
        one.state_at = one.state_at or now
    Contact.objects.bulk_update(
        contacts,
        [
            "address",
            "written",
            "name",
            "is_primary",
            "removed_at",
            "state",
            "state_reason",
            "state_at",
        ],
    )


def forget_consent(company: Company, *, now: datetime, dry_run: bool = False) -> int:
    """Take addresses out of the ledger where they are of erased people and older than five years.

    The opt-out itself lives on in the list of whom not to contact.
    """
    old = ConsentEvent.objects.filter(company=company, at__lt=_line(now)).exclude(address="")
    ways = set(old.values_list("channel", "address").distinct())
    count = 0
    for channel, address in do_not_contact.among(company, ways):
        rows = old.filter(channel=channel, address=address)
        if dry_run:
            count += rows.count()
            continue
        SignedForm.objects.filter(company=company, event__in=rows).delete()
        count += rows.update(address="", wording="", evidence={})
    return count


def forget_questions(company: Company, *, now: datetime, dry_run: bool = False) -> int:
    """Take the address out of questions that ended without a consent and are older than that."""
    old = (
        OptIn.objects.filter(company=company, asked_at__lt=_line(now))
        .exclude(address="")
        .exclude(state__in=[OptIn.State.PENDING, OptIn.State.FOR_PERSON])
    )
    return old.count() if dry_run else old.update(address="", wording="", evidence={})


def _line(now: datetime) -> datetime:
    return keeping.months_before(now, 12 * CONSENT_YEARS)
