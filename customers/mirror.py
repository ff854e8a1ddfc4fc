"""Customers as QuickBooks knows them, kept here row for row; what is ours stays as we set it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import connection, transaction

from arbook.audit import log
from arbook.audit.models import Entry
from arbook.companies.models import Company
from arbook.gateways.quickbooks_shapes import BookCustomer
from arbook.upsert import Target, storable, upsert
from customers import book_contacts, tags
from customers.models import BookMail, Contact, Customer, CustomerTag, OptIn

TARGET = Target(
    model=Customer,
    constants=("company_id", "is_deleted"),
    columns=(
        "quickbooks_id",
        "sync_token",
        "name",
        "company_name",
        "given_name",
        "family_name",
        "parent_quickbooks_id",
        "is_job",
        "is_active",
        "balance",
        "currency",
        "street",
        "city",
        "state",
        "postal_code",
        "country",
        "terms",
        "customer_type",
        "notes",
        "books_updated_at",
    ),
    key=("company_id", "quickbooks_id"),
    defaults={"language": Customer.Language.ENGLISH.value, "is_sensitive": False},
)

# What stands in place of an erased person's name, and what else says who it is.
ERASED = "Erased customer {}"
WHO = (
    "company_name",
    "given_name",
    "family_name",
    "street",
    "city",
    "postal_code",
    "notes",
    "emails",
    "phone",
    "mobile",
    "other_phone",
)


@dataclass(frozen=True)
class Applied:
    """What a batch of the books' rows did to the mirror."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    changed_ids: list[int] = field(default_factory=list)

    def __add__(self, other: "Applied") -> "Applied":
        return Applied(
            self.created + other.created,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.changed_ids + other.changed_ids,
        )


@transaction.atomic
def apply(
    company: Company, rows: Sequence[BookCustomer], *, now: datetime, quiet: bool = False
) -> Applied:
    """Take over customers from the books with their contacts and tags.

    Rows older than what we have change nothing. ``quiet`` is for the first reading of a company's
    whole history, which is recorded by one summary instead of an entry for each row.
    """
    unique = {row.id: row for row in rows}
    if not unique:
        return Applied()
    unique |= _nameless(company, unique)
    written = upsert(
        TARGET,
        (_values(row, company) for row in unique.values()),
        constants={"company_id": company.pk, "is_deleted": False},
        watch=False,
    )
    if written:
        changed = {row.id: unique[row.key] for row in written}
        Customer.objects.filter(pk__in=changed, merged_into__isnull=False).update(merged_into=None)
        book_contacts.refresh(company, changed, now=now, quiet=quiet)
        tags.refresh(company, list(changed), now=now, quiet=quiet)
    created = sum(row.is_new for row in written)
    return Applied(
        created,
        len(written) - created,
        len(unique) - len(written),
        [row.id for row in written],
    )


def ids(company: Company, quickbooks_ids: Iterable[str]) -> dict[str, int]:
    """Our keys by the books' ids; a merged customer's id leads to the one it was merged into."""
    # One text in place of a thousand parameters: this runs for every page of documents.
    names = {storable(one).replace("\\", r"\\").replace('"', r"\"") for one in quickbooks_ids}
    wanted = '{"' + '","'.join(names) + '"}' if names else "{}"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT quickbooks_id, COALESCE(merged_into_id, id) FROM customers_customer"
            " WHERE company_id = %s AND quickbooks_id = ANY(%s::text[])",
            [company.pk, wanted],
        )
        return dict(cursor.fetchall())


@transaction.atomic
def ensure(
    company: Company,
    quickbooks_ids: Iterable[str],
    *,
    names: Mapping[str, str] | None = None,
    now: datetime,
) -> dict[str, int]:
    """Our keys by the books' ids, with a placeholder for each customer that is not mirrored yet."""
    wanted = set(quickbooks_ids)
    missing = wanted - set(ids(company, wanted))
    Customer.objects.bulk_create(
        [
            Customer(
                company=company,
                quickbooks_id=book_id,
                name=(names or {}).get(book_id) or f"Customer {book_id}",
                currency=company.currency,
            )
            for book_id in sorted(missing)
        ],
        ignore_conflicts=True,
    )
    return ids(company, wanted)


def _nameless(company: Company, rows: Mapping[str, BookCustomer]) -> dict[str, BookCustomer]:
    """Those of the rows whose person was erased here, without what says who it is."""
    erased = Customer.objects.filter(company=company, erased_at__isnull=False)
    return {
        book_id: replace(
            rows[book_id],
            name=ERASED.format(book_id),
            **dict.fromkeys(WHO, ""),
        )
        for book_id in erased.values_list("quickbooks_id", flat=True)
        if book_id in rows
    }


@transaction.atomic
def remove(company: Company, quickbooks_ids: Iterable[str], *, now: datetime) -> int:
    """Mark customers that are gone from the books; their documents and history stay."""
    gone = list(
        Customer.objects.of(company).present().filter(quickbooks_id__in=set(quickbooks_ids))
    )
    Customer.objects.filter(pk__in=[row.pk for row in gone]).update(is_deleted=True)
    log.record_many(
        [
            (
                Entry(
                    company=company,
                    verb="customer.removed",
                    said=f"{row.name} is no longer in QuickBooks.",
                    at=now,
                ),
                [row],
            )
            for row in gone
        ]
    )
    return len(gone)


@transaction.atomic
def merge(
    company: Company, *, gone: str, into: str | None, now: datetime
) -> tuple[Customer, Customer] | None:
    """One customer was merged into another: what people added here moves over.

    ``gone`` and ``into`` are the books' ids. Returns both rows, None when there was nothing to do.
    Without a survivor the customer is only marked as gone.
    """
    old = Customer.objects.of(company).filter(quickbooks_id=gone).select_for_update().first()
    if old is None or old.merged_into_id:
        return None
    kept = Customer.objects.of(company).filter(quickbooks_id=into).first() if into else None
    if kept is None or kept == old:
        remove(company, [gone], now=now)
        return None
    # What was said to them counts for the survivor, and so does care that somebody asked for.
    for model in (BookMail, OptIn):
        model.objects.filter(customer=old).update(customer=kept)
    Customer.objects.filter(pk=kept.pk).update(
        is_sensitive=kept.is_sensitive or old.is_sensitive,
        mail_only=kept.mail_only or old.mail_only,
        owner=kept.owner_id or old.owner_id,
        language=old.language if kept.language == Customer.Language.ENGLISH else kept.language,
    )
    old.is_deleted, old.merged_into = True, kept
    old.save(update_fields=["is_deleted", "merged_into"])
    Customer.objects.filter(merged_into=old).update(merged_into=kept)
    known = set(kept.contacts.values_list("channel", "address"))
    ours = old.contacts.exclude(source=Contact.Source.BOOKS)
    moving = [row.pk for row in ours if (row.channel, row.address) not in known]
    Contact.objects.filter(pk__in=moving).update(customer=kept, is_primary=False)
    CustomerTag.objects.bulk_create(
        [
            CustomerTag(customer=kept, tag_id=tag, source=CustomerTag.Source.PERSON)
            for tag in old.taggings.filter(source=CustomerTag.Source.PERSON).values_list(
                "tag", flat=True
            )
        ],
        ignore_conflicts=True,
    )
    log.record(
        "customer.merged",
        f"{old.name} was merged into {kept.name} in QuickBooks.",
        about=[old, kept],
        by=None,
        at=now,
    )
    return old, kept


def _values(row: BookCustomer, company: Company) -> tuple:
    return (
        row.id,
        row.sync_token,
        row.name or f"Customer {row.id}",
        row.company_name,
        row.given_name,
        row.family_name,
        row.parent_id or "",
        row.is_job,
        row.active,
        row.balance,
        row.currency or company.currency,
        row.street,
        row.city,
        row.state,
        row.postal_code,
        row.country,
        row.terms,
        row.customer_type,
        row.notes,
        row.updated_at,
    )
