"""Plain builders: each makes one row with sensible values and takes any field by name."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count

from django.contrib.auth.hashers import make_password

from arbook.companies.models import Company, Membership, Role, User
from arbook.gateways.models import Connection
from customers.models import Channel, ConsentEvent, Contact, Customer, CustomerTag, Tag
from invoices.models import BooksState, Cadence, CadenceStep, Invoice, Payment, PaymentLine

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)
_number = count(1)


def company(**fields) -> Company:
    number = next(_number)
    fields.setdefault("slug", f"company-{number}")
    fields.setdefault("name", f"Company {number}")
    # Most stories are not about signing in; those that are ask for it.
    fields.setdefault("second_factor_required", False)
    return Company.objects.create(**fields)


def user(*, password: str = "correct horse battery", **fields) -> User:
    fields.setdefault("email", f"person{next(_number)}@desk.example")
    fields["email"] = User.objects.normalize_email(fields["email"]).lower()
    return User.objects.create(password=make_password(password), **fields)


def membership(of: Company, *, role: Role = Role.BOOKKEEPER, person: User | None = None):
    return Membership.objects.create(user=person or user(), company=of, role=role)


def member(of: Company, role: Role = Role.BOOKKEEPER) -> User:
    """A person with this role in the company."""
    return membership(of, role=role).user


def books(of: Company, **fields) -> BooksState:
    """Books read in full at ``NOW``."""
    fields = {"full_synced_at": NOW, "last_read_at": NOW, "changes_until": NOW} | fields
    return BooksState.objects.create(company=of, **fields)


def customer(of: Company, **fields) -> Customer:
    number = next(_number)
    fields.setdefault("quickbooks_id", f"c{number}")
    fields.setdefault("name", f"Customer {number}")
    return Customer.objects.create(company=of, **fields)


def contact(of: Customer, channel: str = Channel.EMAIL, address: str = "", **fields) -> Contact:
    number = next(_number)
    if not address:
        address = (
            f"ap{number}@customer.example"
            if channel == Channel.EMAIL
            else f"+1860555{number % 10000:04d}"
        )
    fields = {"written": address, "is_primary": True} | fields
    return Contact.objects.create(
        company=of.company, customer=of, channel=channel, address=address, **fields
    )


def consent(of: Contact, **fields) -> ConsentEvent:
    """Consent given for the contact's address."""
    fields = {
        "channel": of.channel,
        "address": of.address,
        "direction": ConsentEvent.Direction.GIVEN,
        "source": ConsentEvent.Source.PAY_PAGE,
        "at": NOW - timedelta(days=30),
    } | fields
    return ConsentEvent.objects.create(company=of.company, **fields)


def vip(of: Customer, *, source: str = CustomerTag.Source.PERSON) -> CustomerTag:
    """The tag that keeps every reminder silent."""
    tag, _ = Tag.objects.get_or_create(
        company=of.company, name="VIP", defaults={"stops_dunning": True}
    )
    return CustomerTag.objects.create(customer=of, tag=tag, source=source)


def invoice(of: Customer, balance: Decimal | int | str = "100.00", **fields) -> Invoice:
    """An open invoice issued 40 days before ``TODAY`` and due 10 days before it."""
    number = next(_number)
    fields = {
        "quickbooks_id": f"i{number}",
        "sync_token": "0",
        "number": str(1000 + number),
        "issued_on": TODAY - timedelta(days=40),
        "due_on": TODAY - timedelta(days=10),
        "total": Decimal(balance),
        "read_at": NOW,
        "books_updated_at": NOW - timedelta(days=40),
    } | fields
    return Invoice.objects.create(
        company=of.company, customer=of, balance=Decimal(balance), **fields
    )


def payment(of: Customer, total="100.00", *, on: dict | None = None, **fields) -> Payment:
    """Money in the books; ``on`` maps invoices to the parts that settle them."""
    parts = {row: Decimal(part) for row, part in (on or {}).items()}
    total = Decimal(total)
    fields = {
        "quickbooks_id": f"p{next(_number)}",
        "paid_on": TODAY,
        "unapplied": total - sum(parts.values()),
    } | fields
    row = Payment.objects.create(company=of.company, customer=of, total=total, **fields)
    for settled, part in parts.items():
        PaymentLine.objects.create(
            payment=row, document_type="Invoice", document_id=settled.quickbooks_id, amount=part
        )
    return row


def cadence(of: Company, steps: list[tuple[int, str]] | None = None, **fields) -> Cadence:
    """The company's default cadence; ``steps`` are days after issue with their actions."""
    fields = {"name": "Standard", "is_default": True, "changed_at": NOW} | fields
    row = Cadence.objects.create(company=of, **fields)
    standard = [(0, "email"), (7, "email"), (14, "sms"), (21, "sms"), (30, "escalate")]
    for day, action in steps or standard:
        CadenceStep.objects.create(
            cadence=row, key=f"day-{day}".replace("--", "-before-"), day=day, action=action
        )
    return row


def connection(of: Company, vendor: str = Connection.Vendor.QUICKBOOKS, **fields) -> Connection:
    """A connection in order, with secrets that no vendor knows."""
    fields.setdefault("external_id", f"{vendor}-{next(_number)}")
    fields.setdefault("connected_at", NOW)
    return Connection.objects.create(company=of, vendor=vendor, **fields)
