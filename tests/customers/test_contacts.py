"""Numbers and addresses: read from what people type, kept in step with the books."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arbook.gateways.quickbooks_shapes import BookCustomer
from arbook.outbox.models import Effect
from customers import contact_reading, contacts, mirror
from customers.models import Channel, Contact, Customer
from tests import factories
from tests.factories import NOW


def book(**fields) -> BookCustomer:
    names = BookCustomer.__dataclass_fields__
    plain = dict.fromkeys(names, "") | {
        "id": "1",
        "sync_token": "0",
        "name": "Mill",
        "active": True,
        "balance": 0,
        "parent_id": None,
        "is_job": False,
        "updated_at": NOW,
    }
    return BookCustomer(**(plain | fields))


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("ap@mill.example", ["ap@mill.example"]),
        ("AP@Mill.example; boss@mill.example", ["ap@mill.example", "boss@mill.example"]),
        ("Ana Ruiz <ana@mill.example>, b@mill.example", ["ana@mill.example", "b@mill.example"]),
        ("a@mill.example\nA@MILL.EXAMPLE", ["a@mill.example"]),
        ("mailto:a@mill.example.", ["a@mill.example"]),
        ("", []),
    ],
)
def test_several_addresses_of_one_field_are_read(text, addresses):
    assert [one.address for one in contact_reading.read_emails(text)] == addresses


@pytest.mark.parametrize("text", ["broken@", "ask Ana", "a@b@c"])
def test_what_is_no_address_is_kept_as_unreadable(text):
    (one,) = contact_reading.read_emails(text)

    assert (one.address, one.state) == ("", Contact.State.INVALID)


def test_the_mobile_field_comes_first_and_an_extension_takes_no_text():
    found = contact_reading.read_phones("860-555-0101", "(860) 555-0102 ext 7", "555-0100")

    assert [(one.address, one.state, one.is_primary) for one in found] == [
        ("+18605550101", "usable", True),
        ("+18605550102", "not_textable", False),
        ("", "invalid", False),
    ]


@given(st.text(max_size=80), st.text(max_size=80))
def test_no_text_breaks_the_reading(email, phone):
    for one in [*contact_reading.read_emails(email), *contact_reading.read_phones(phone)]:
        assert one.address or one.state != Contact.State.USABLE
        assert len(one.written) <= contact_reading.LONGEST


@pytest.fixture
def company(db):
    return factories.company()


def read(company, **fields) -> Customer:
    mirror.apply(company, [book(**fields)], now=NOW)
    return Customer.objects.get(quickbooks_id="1")


def test_contacts_gone_from_the_books_are_marked_and_come_back(company):
    customer = read(company, emails="a@mill.example, b@mill.example")
    read(company, sync_token="1", emails="b@mill.example")

    gone = customer.contacts.get(address="a@mill.example")
    assert gone.state == Contact.State.REMOVED
    assert customer.contacts.get(is_primary=True).address == "b@mill.example"

    read(company, sync_token="2", emails="a@mill.example")
    gone.refresh_from_db()
    assert gone.is_usable and gone.is_primary


def test_what_people_entered_and_found_out_survives_a_reading(company):
    customer = read(company, mobile="860 555 0101")
    contacts.mark(
        customer.contacts.get(), state="wrong_person", reason="A bakery", by=None, now=NOW
    )
    ours = contacts.add(customer, channel="sms", written="860 555 0199", by=None, now=NOW)

    read(company, sync_token="1", mobile="860 555 0101", phone="860 555 0102")

    states = dict(customer.contacts.values_list("address", "state"))
    assert states == {
        "+18605550101": "wrong_person",
        "+18605550199": "usable",
        "+18605550102": "usable",
    }
    assert contacts.best([customer.pk], Channel.SMS)[customer.pk] == ours
    ours.refresh_from_db()
    assert ours.source == Contact.Source.PERSON


def test_a_persons_first_choice_stays_first(company):
    customer = read(company, mobile="860 555 0101")
    contacts.add(customer, channel="sms", written="860 555 0199", is_primary=True, by=None, now=NOW)

    read(company, sync_token="1", mobile="860 555 0101", notes="changed")

    assert contacts.best([customer.pk], Channel.SMS)[customer.pk].address == "+18605550199"


def test_a_change_of_contacts_has_proposals_looked_at_again(company):
    customer = read(company, emails="a@mill.example")
    Effect.objects.all().delete()

    read(company, sync_token="1", emails="b@mill.example")

    effect = Effect.objects.get()
    assert (effect.kind, effect.payload) == ("messaging.revisit", {"customer": customer.pk})


def test_the_owners_of_a_number_are_found_those_it_left_last(company):
    left, has = factories.customer(company, name="A"), factories.customer(company, name="B")
    for one, state in ((left, "wrong_person"), (has, "usable")):
        factories.contact(one, Channel.SMS, "+18605550142", state=state)
    factories.contact(factories.customer(factories.company()), Channel.SMS, "+18605550142")

    assert contacts.owners(company, Channel.SMS, "+18605550142") == [has, left]


def test_older_answers_change_nothing(company):
    read(company, sync_token="5", name="New name")
    read(company, sync_token="4", name="Old name")

    assert Customer.objects.get().name == "New name"
