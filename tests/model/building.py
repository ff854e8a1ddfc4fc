"""The stage set: two companies whose books were read, their people and everybody's consent."""

import pickle
from datetime import timedelta

from arbook.companies.models import Company, Role
from arbook.gateways.models import Connection
from arbook.sandbox import clock as movable
from customers.models import Channel, ConsentEvent, Customer
from invoices import sync
from tests.desk import Desk
from tests.model.people import HARBOR, LONG_AGO, NAMES, PEOPLE, PINE, START, ZONES, Person
from tests.model.world import World


def build(world: World) -> None:
    """Two companies whose books were read; members; everybody's consent."""
    movable.move_to(world.now - timedelta(hours=1))
    world.desks = {
        slug: Desk(
            world.sandbox,
            slug=slug,
            number=number,
            timezone=ZONES[slug],
            mode=Company.Mode.REVIEW if slug == HARBOR else Company.Mode.AUTOMATIC,
        )
        for number, slug in enumerate((HARBOR, PINE), start=1)
    }
    for slug, desk in world.desks.items():
        desk.company.name = NAMES[slug]
        desk.company.save(update_fields=["name"])
        desk.carrier.service.name = NAMES[slug]
        # Slack has a transport of its own; staff hear by mail here.
        Connection.objects.of(desk.company).filter(vendor=Connection.Vendor.SLACK).delete()
        for role in (Role.BOOKKEEPER, Role.MANAGER, Role.OWNER):
            world.staff[slug, role] = desk.member(role)
    for person in PEOPLE:
        _move_in(world, person)
    for desk in world.desks.values():
        sync.full(desk.company, now=world.now - timedelta(hours=1))
    for slug, desk in world.desks.items():
        for person in PEOPLE:
            if person.company == slug and person.language:
                Customer.objects.of(desk.company).filter(name=person.name).update(
                    language=person.language
                )
    world.sandbox.tasks.run_due()
    world.sandbox.state.parcels.clear()
    world.vendors_at_start = pickle.dumps(world.sandbox.state)


def _move_in(world: World, person: Person) -> None:
    desk = world.desks[person.company]
    made = desk.books.add_customer(
        person.name,
        email=person.email,
        mobile=person.mobile,
        BillAddr={"Line1": "1 Main St", "CountrySubDivisionCode": person.state,
                  "PostalCode": person.postal_code},
    )  # fmt: skip
    world.book_ids[person.name] = made["Id"]
    for number, (amount, age) in enumerate(person.owes):
        issued = desk.today - timedelta(days=age)
        desk.books.add_invoice(
            made["Id"],
            amount,
            TxnDate=str(issued),
            DueDate=str(issued + timedelta(days=10)),
            DocNumber=f"{1000 + int(made['Id'])}-{number}",
        )
    if person.consents:
        ConsentEvent.objects.create(
            company=desk.company,
            channel=Channel.SMS,
            address=person.mobile,
            direction=ConsentEvent.Direction.GIVEN,
            source=ConsentEvent.Source.IMPORT,
            at=START - LONG_AGO,
        )
