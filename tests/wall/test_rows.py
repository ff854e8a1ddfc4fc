"""What the database itself shows and takes, asked in plain SQL under the roles."""

import psycopg
import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from arbook import wall
from arbook.companies.models import Company, Membership, User
from arbook.wall import install, tables
from customers.models import Channel, Contact, Customer, CustomerTag, Tag
from invoices.models import CadenceStep, Invoice, Reminder
from messaging.models import Message, MessageLine, Template
from tests import factories
from tests.house.lived_in import lived_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return lived_in("here")


@pytest.fixture
def there():
    return lived_in("there")


def _sql(statement: str, *values) -> list[tuple]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def _companies_of(table: tables.Table) -> set[int | None]:
    """The companies whose rows a SELECT without any condition returns."""
    from arbook.wall.policies import owner

    asked = owner(table, "seen").replace("{schema}.", "")
    return {company for (company,) in _sql(f'SELECT DISTINCT {asked} FROM "{table.name}" seen')}


def test_every_table_of_ours_is_walled_or_named_with_a_reason():
    assert tables.unnamed() == []
    assert len(tables.walled()) > 40
    named = {*tables.SHARED, *tables.OUTSIDE, tables.PEOPLE}
    known = {model._meta.label for model in tables.ours()}
    assert named & tables.walled().keys() == set()
    assert {*named, *tables.GRANTS, *tables.HOUSE} <= known


def test_every_walled_table_stands_as_the_models_say():
    assert install.missing() == []
    assert install.roles_missing() == []
    assert install.not_ours() == []


def test_what_was_taken_down_is_noticed_and_raised_again():
    _sql("ALTER TABLE customers_customer DISABLE ROW LEVEL SECURITY")
    _sql("DROP POLICY wall_arbook_tenant ON invoices_invoice")
    _sql("ALTER TABLE customers_contact DISABLE TRIGGER arbook_wall_insert")

    assert sorted(install.missing()) == [
        "customers_contact",
        "customers_customer",
        "invoices_invoice",
    ]
    assert len(install.raise_wall()) == 3
    assert install.missing() == []


@pytest.mark.parametrize("label", sorted(tables.walled()))
def test_a_select_without_where_returns_own_rows_only(label, here, there):
    table = tables.walled()[label]
    both = {here.company.pk, there.company.pk}
    mine = {here.company.pk} | ({None} if label in tables.HOUSE else set())

    outside = _companies_of(table)
    with wall.inside(here.company):
        inside = _companies_of(table)

    assert inside <= mine
    if both <= outside:
        assert here.company.pk in inside


def test_the_two_companies_have_rows_enough_to_be_told_apart(here, there):
    both = {here.company.pk, there.company.pk}

    assert sum(both <= _companies_of(table) for table in tables.walled().values()) > 25


def test_nothing_of_another_company_is_changed_or_deleted(here, there):
    with wall.inside(here.company):
        Invoice.objects.update(memo="mine now")
        Membership.objects.filter(company=there.company).delete()
        Company.objects.update(name="Mine")

    there.company.refresh_from_db()
    assert not Invoice.objects.of(there.company).filter(memo="mine now").exists()
    assert there.company.name != "Mine"
    assert there.company.memberships.count() == 4


def test_no_row_of_another_company_is_inserted_or_moved_there(here, there):
    with wall.inside(here.company):
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            factories.customer(there.company)
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            Tag.objects.bulk_create([Tag(company=there.company, name="x")])
        with pytest.raises(IntegrityError, match="stays with its company"), transaction.atomic():
            Customer.objects.update(company=there.company)
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            MessageLine.objects.create(
                message_id=there.values["message_id"],
                invoice_id=here.values["invoice_id"],
                amount=1,
            )


def test_what_belongs_to_no_company_is_not_for_anyone_inside(here):
    for table in (
        "django_session",
        "mfa_authenticator",
        "heartbeat_jobrun",
        "account_emailaddress",
    ):
        with (
            wall.inside(here.company),
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
        ):
            _sql(f"SELECT * FROM {table}")


def test_the_record_is_added_to_and_never_changed(here):
    with wall.inside(here.company):
        for act in ("UPDATE audit_entry SET said = ''", "DELETE FROM audit_mention"):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                _sql(act)


def test_people_are_seen_where_they_work_or_did_something(here, there):
    gone = factories.member(here.company)
    Message.objects.of(here.company).update(approved_by=gone)
    Membership.objects.filter(user=gone).delete()

    with wall.inside(here.company):
        seen = set(User.objects.all())
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            User.objects.update(is_superuser=True)

    assert seen == {*here.people.values(), gone}
    with wall.inside(there.company):
        assert set(User.objects.all()) == set(there.people.values())


def test_the_houses_own_wording_is_read_and_not_changed(here, there):
    fields = {"key": "x", "medium": "sms", "body": "x", "changed_at": factories.NOW}
    for company in (None, here.company, there.company):
        Template.objects.create(company=company, **fields)

    with wall.inside(here.company):
        assert {one.company_id for one in Template.objects.all()} == {None, here.company.pk}
        assert Template.objects.filter(key="x").update(body="y") == 1


# --- Rows that point into two companies, refused from everybody ----------------------------------


@pytest.fixture(params=["outside", "inside"])
def anywhere(request, here, there):
    """The same refusals outside any company, and inside both."""
    place = (
        wall.outside() if request.param == "outside" else wall.inside(here.company, there.company)
    )
    with place:
        yield


def test_a_row_that_points_into_another_company_is_not_written(anywhere, here, there):
    foreign = Customer.objects.of(there.company).first()
    invoice = Invoice.objects.of(there.company).first()
    step = CadenceStep.objects.filter(cadence__company=there.company).first()
    own = Invoice.objects.of(here.company).first()
    attempts = [
        lambda: _invoice(here.company, foreign),
        lambda: Contact.objects.create(
            company=here.company, customer=foreign, channel=Channel.EMAIL, written="a@b.example"
        ),
        lambda: MessageLine.objects.create(
            message_id=here.values["message_id"], invoice=invoice, amount=1
        ),
        lambda: CustomerTag.objects.create(
            customer_id=here.values["customer_id"],
            tag=Tag.objects.create(company=there.company, name="theirs"),
            source="person",
        ),
        lambda: Reminder.objects.create(
            company=here.company,
            invoice=own,
            step=step,
            step_key=step.key,
            anchor_on=factories.TODAY,
            due_on=factories.TODAY,
        ),
    ]
    for attempt in attempts:
        with (
            pytest.raises(IntegrityError, match="belongs to another company"),
            transaction.atomic(),
        ):
            attempt()


def _invoice(company: Company, customer: Customer) -> Invoice:
    return Invoice.objects.create(
        company=company,
        customer=customer,
        quickbooks_id="x",
        number="x",
        issued_on=factories.TODAY,
        total=1,
        balance=1,
        read_at=factories.NOW,
    )


def test_a_row_is_not_turned_to_another_company_later(anywhere, here, there):
    theirs = there.values
    acts = [
        lambda: Message.objects.of(here.company).update(contact=theirs["contact_id"]),
        lambda: Invoice.objects.of(here.company).update(customer=theirs["customer_id"]),
        lambda: MessageLine.objects.filter(message__company=here.company).update(
            message=theirs["message_id"]
        ),
        lambda: Customer.objects.of(here.company).update(merged_into=theirs["customer_id"]),
    ]
    for act in acts:
        with (
            pytest.raises(IntegrityError, match="belongs to another company"),
            transaction.atomic(),
        ):
            act()
    with pytest.raises(IntegrityError, match="stays with its company"), transaction.atomic():
        Customer.objects.of(here.company).update(company=there.company)


def test_one_wrong_row_among_many_is_found_and_named(here, there):
    theirs = there.values["customer_id"]
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        _sql(
            "INSERT INTO customers_contact (company_id, customer_id, channel, address, written,"
            " name, is_primary, source, state, state_reason, line_type)"
            " SELECT %s, CASE WHEN n = 300 THEN"
            " %s ELSE %s END, 'email', 'a' || n, 'a' || n, '', false, 'books', 'usable', '', ''"
            " FROM generate_series(1, 500) n",
            here.company.pk,
            theirs,
            here.values["customer_id"],
        )

    said = refusal.value.__cause__.diag
    assert (said.table_name, said.column_name) == ("customers_contact", "customer_id")
    assert not Contact.objects.filter(customer=theirs, company=here.company).exists()


def test_copy_is_judged_as_well(here, there):
    tag = Tag.objects.create(company=there.company, name="theirs")
    columns = "customers_customertag (customer_id, tag_id, source)"
    with (
        pytest.raises(psycopg.IntegrityError, match="belongs to another company"),
        transaction.atomic(),
        connection.cursor() as cursor,
        cursor.copy(f"COPY {columns} FROM STDIN") as copy,
    ):
        copy.write_row((here.values["customer_id"], tag.pk, "person"))


def test_a_row_nobody_else_can_see_yet_counts_as_foreign(here):
    """Its company is unknown until the other transaction ends, and then it would be too late."""
    with pytest.raises(IntegrityError, match="belongs to another company"), transaction.atomic():
        Contact.objects.create(
            company=here.company, customer_id=987654321, channel=Channel.EMAIL, written="x"
        )


def test_what_stays_in_one_company_is_taken(here):
    other = factories.customer(here.company)
    assert Invoice.objects.of(here.company).update(customer=other) == 2
    with wall.inside(here.company):
        factories.vip(other)
        factories.invoice(other)
