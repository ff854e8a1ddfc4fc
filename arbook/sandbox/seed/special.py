"""The customers that every rule has an example of, by the handle tests and demo know them by."""

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from arbook.sandbox.seed.people import People
from arbook.sandbox.seed.plan import PlannedInvoice, weekday


@dataclass
class Special:
    """One prepared customer: how it differs, and which invoices it still owes."""

    handle: str
    name: str
    fields: dict[str, Any] = field(default_factory=dict)
    owes: list[PlannedInvoice] = field(default_factory=list)
    mobile: str = ""
    email: str | None = ""
    parent: str = ""
    line: str = "mobile"
    fate: str = "delivered"
    lookup_error: int | None = None
    consent: bool = True
    habits: bool = True
    currency: str = ""


def _owe(days: int, total: float, today: date, term: int = 15, **fields: Any) -> PlannedInvoice:
    on = today - timedelta(days=days)
    return PlannedInvoice("", on, on + timedelta(days=term), total, None, **fields)


def both(people: People, rng: random.Random, today: date) -> list[Special]:
    """What each company has: one customer on every day a step of the cadence falls on."""
    made = []
    for days, total in (
        (0, 1180.0),
        (7, 940.5),
        (14, 1362.07),
        (21, 2210.0),
        (30, 1875.25),
        (60, 3480.0),
    ):
        area = {"juniper-vale": "718", "red-mesa": "210"}[people.slug]
        made.append(
            Special(
                f"day_{days}",
                people.name(),
                mobile=people.number(area),
                owes=[_owe(days, total, today, label=f"day_{days}")],
            )
        )
    return made


def studio(people: People, rng: random.Random, today: date) -> list[Special]:
    """The special customers of the New York studio."""
    ten = Special("ten_open", "Blackbird Theatre Company", mobile=people.number("212"))
    ten.owes = [
        _owe(3 + 5 * number, 180.0 + 35 * number, today, label="ten_open") for number in range(10)
    ]
    landline = people.number("212")
    return [
        ten,
        Special(
            "vip_type",
            "Stonecrop Foundation",
            mobile=people.number("212"),
            fields={"CustomerTypeRef": "VIP - do not dun"},
            owes=[_owe(24, 5200.0, today, label="vip_type")],
        ),
        Special(
            "landline",
            "Gable & Finch Architects",
            mobile=landline,
            line="landline",
            owes=[_owe(16, 2640.0, today, label="landline")],
        ),
        Special(
            "several_emails",
            "Tidewater Hotel",
            mobile=people.number("401"),
            email="ap@tidewater.example, owner@tidewater.example; billing@tidewater.example",
            owes=[_owe(9, 1990.0, today, label="several_emails")],
        ),
        Special(
            "unparsable_phone",
            "Moth & Moon Gallery",
            fields={
                "Mobile": {"FreeFormNumber": "ask for Rosa"},
                "PrimaryPhone": {"FreeFormNumber": "555-01"},
            },
            owes=[_owe(17, 760.0, today, label="unparsable_phone")],
        ),
        Special(
            "no_email",
            "Paper Crane Press",
            mobile=people.number("215"),
            email=None,
            owes=[_owe(15, 1120.0, today, label="no_email")],
        ),
        Special(
            "quotes",
            'Brooks "The Lantern" O\'Shea Café',
            mobile=people.number("617"),
            owes=[_owe(11, 430.0, today, label="quotes")],
        ),
        Special(
            "accents",
            "Peña & Núñez Diseño",
            mobile=people.number("305"),
            owes=[_owe(22, 880.0, today, label="accents")],
        ),
        Special(
            "no_due_date",
            "Halfmoon Records",
            mobile=people.number("212"),
            owes=[
                PlannedInvoice(
                    "", weekday(today - timedelta(days=12)), None, 690.0, None, label="no_due_date"
                )
            ],
        ),
        Special(
            "foreign",
            "Bytown Cycles",
            currency="CAD",
            habits=False,
            mobile="",
            fields={"PrimaryPhone": {"FreeFormNumber": "(613) 555-0142"}},
            owes=[_owe(18, 1500.0, today, label="foreign", extra={"ExchangeRate": 0.73})],
        ),
        Special(
            "open_credit",
            "Larch & Lime Skincare",
            mobile=people.number("718"),
            owes=[_owe(26, 1300.0, today, label="open_credit")],
        ),
        Special(
            "journal_debit",
            "Cobalt Apparel",
            mobile=people.number("973"),
            owes=[_owe(5, 640.0, today, label="journal_debit")],
        ),
        Special(
            "no_consent",
            "Sorrel Bakery",
            mobile=people.number("860"),
            consent=False,
            owes=[_owe(14, 515.0, today, label="no_consent")],
        ),
    ]


def field_service(people: People, rng: random.Random, today: date) -> list[Special]:
    """The special customers of the Texas company."""
    return [
        Special(
            "vip_note",
            "Bluebonnet Regional Clinic",
            mobile=people.number("512"),
            fields={"Notes": "[VIP] do not dun. Talk to the owner first."},
            owes=[_owe(28, 4100.0, today, label="vip_note")],
        ),
        Special(
            "parent",
            "Larkspur Homes",
            mobile=people.number("713"),
            habits=False,
            owes=[_owe(8, 400.0, today, label="parent")],
        ),
        Special(
            "job_one",
            "Lot 14",
            parent="parent",
            habits=False,
            email=None,
            owes=[_owe(19, 2350.0, today, label="job_one")],
        ),
        Special(
            "job_two",
            "Lot 22",
            parent="parent",
            habits=False,
            email=None,
            owes=[_owe(33, 1725.0, today, label="job_two")],
        ),
        Special(
            "extension",
            "Caprock Logistics",
            habits=True,
            fields={"PrimaryPhone": {"FreeFormNumber": "(915) 555-0177 ext. 204"}},
            owes=[_owe(13, 985.0, today, label="extension")],
        ),
        Special(
            "inactive",
            "Old Depot Grill",
            mobile=people.number("214"),
            owes=[_owe(95, 1240.0, today, label="inactive")],
        ),
        Special(
            "no_email",
            "Dusty Spur Motel",
            mobile=people.number("915"),
            email=None,
            owes=[_owe(15, 640.0, today, label="no_email")],
        ),
        Special(
            "no_contact",
            "Coyote Creek Storage",
            email=None,
            owes=[_owe(20, 310.0, today, label="no_contact")],
        ),
        Special(
            "apostrophe",
            "O'Malley's Auto Body",
            mobile=people.number("210"),
            owes=[_owe(10, 720.0, today, label="apostrophe")],
        ),
        Special(
            "unapplied",
            "Pecan Street Market",
            mobile=people.number("512"),
            owes=[_owe(23, 900.0, today, label="unapplied")],
        ),
        Special(
            "net_zero",
            "Salt Fork Brewing",
            mobile=people.number("918"),
            habits=False,
            owes=[_owe(29, 650.0, today, label="net_zero")],
        ),
        Special(
            "journal_credit",
            "Mockingbird Schools",
            mobile=people.number("225"),
            owes=[_owe(27, 2980.0, today, label="journal_credit")],
        ),
        Special(
            "applied_credit",
            "Palo Duro Fitness",
            mobile=people.number("505"),
            owes=[_owe(25, 1450.0, today, label="applied_credit")],
        ),
        Special(
            "duplicate",
            "Cedar Ridge Dental",
            mobile=people.number("210"),
            habits=False,
            owes=[_owe(6, 540.0, today, label="duplicate")],
        ),
        Special("duplicate_of", "Cedar Ridge Dental LLC", mobile=people.number("210")),
        Special(
            "unreachable",
            "Yucca Flats Apartments",
            mobile=people.number("915"),
            fate="30003",
            owes=[_owe(14, 1090.0, today, label="unreachable")],
        ),
        Special(
            "lookup_error",
            "Ocotillo Printing",
            mobile=people.number("505"),
            lookup_error=60600,
            owes=[_owe(16, 470.0, today, label="lookup_error")],
        ),
        Special(
            "no_consent",
            "Agave Foods",
            mobile=people.number("210"),
            consent=False,
            owes=[_owe(21, 830.0, today, label="no_consent")],
        ),
    ]
