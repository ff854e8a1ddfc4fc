"""Who takes part in the day: two companies, their customers and their 1,000 invoices, by a seed.

Places are chosen so that postal code, address and area code agree; their hours are written down
here once more, apart from the product's own table.
"""

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

DAY = date(2026, 11, 17)
"""A Tuesday with no holiday near."""
CUSTOMERS = 250
"""Of each company; two invoices each on average."""
WITHOUT_CONSENT = 0.06


@dataclass(frozen=True)
class Place:
    state: str
    city: str
    postal_code: str
    area: str
    zone: str
    opens: float = 9.0
    closes: float = 19.5


PLACES = (
    Place("NY", "New York", "10013", "212", "America/New_York"),
    Place("FL", "Miami", "33130", "305", "America/New_York"),
    Place("CT", "Hartford", "06103", "860", "America/New_York"),
    Place("RI", "Providence", "02903", "401", "America/New_York", closes=18.0),
    Place("KY", "Louisville", "40202", "502", "America/New_York", opens=10.0),
    Place("TX", "Austin", "78701", "512", "America/Chicago"),
    Place("CO", "Denver", "80202", "303", "America/Denver"),
    Place("CA", "Los Angeles", "90012", "213", "America/Los_Angeles"),
)
MAIL_OPENS, MAIL_CLOSES = 7.0, 20.0


@dataclass(frozen=True)
class Bill:
    number: str
    amount: Decimal
    issued_on: date
    due_on: date


@dataclass(frozen=True)
class Payer:
    """One customer of a company."""

    name: str
    email: str
    mobile: str
    place: Place
    consents: bool
    bills: tuple[Bill, ...]


@dataclass(frozen=True)
class Client:
    """One client company with what its vendors know it by."""

    slug: str
    name: str
    zone: str
    realm: str
    account: str
    sid: str
    service: str
    number: str
    payers: tuple[Payer, ...]
    secrets: dict = field(default_factory=dict)

    @property
    def bookkeeper(self) -> str:
        return f"bookkeeper@{self.slug}.example"


def cast(seed: int, *, customers: int = CUSTOMERS) -> tuple[Client, ...]:
    """The two companies of this seed; ``customers`` each, two invoices on average."""
    rng = random.Random(f"cast {seed}")
    return tuple(
        _client(rng, at, slug, name, zone, customers)
        for at, (slug, name, zone) in enumerate(
            [
                ("harbor", "Harbor Dental", "America/New_York"),
                ("mesa", "Mesa Roofing", "America/Chicago"),
            ]
        )
    )


def _client(rng: random.Random, at: int, slug: str, name: str, zone: str, customers: int) -> Client:
    sizes = [1] * (customers // 3) + [3] * (customers // 3)
    sizes += [2] * (customers - len(sizes))
    rng.shuffle(sizes)
    payers, bill = [], 0
    for number, size in enumerate(sizes):
        bills = []
        for _ in range(size):
            bill += 1
            bills.append(_bill(rng, "AB"[at] + f"{10_000 + bill}"))
        payers.append(_payer(rng, at, number, customers, tuple(bills)))
    sign = at + 1
    return Client(
        slug,
        name,
        zone,
        realm=f"913035000000000{sign}",
        account=f"acct_{slug}",
        sid=f"AC{sign:032x}",
        service=f"MG{sign:032x}",
        number=f"+1718555010{sign}",
        payers=tuple(payers),
        secrets={
            "refresh_token": f"RT-{slug}",
            "secret_key": f"sk_test_{slug}",
            "webhook_secret": f"whsec_{slug}",
            "auth_token": f"token-{slug}",
        },
    )


def _payer(rng: random.Random, at: int, number: int, customers: int, bills) -> Payer:
    place = PLACES[number % len(PLACES)]
    line = number // len(PLACES) + at * (customers // len(PLACES) + 1)
    word = f"{'ab'[at]}{number:03}"
    return Payer(
        name=f"Customer {word.upper()}",
        email=f"ap@{word}.example",
        mobile=f"+1{place.area}55501{line:02}" if line < 100 else f"+1{place.area}556{line:04}",
        place=place,
        consents=rng.random() >= WITHOUT_CONSENT,
        bills=bills,
    )


def _bill(rng: random.Random, number: str) -> Bill:
    kind = rng.random()
    if kind < 0.62:
        age = rng.randrange(14, 29)  # a text is due
    elif kind < 0.97:
        age = rng.randrange(0, 14)  # a mail
    else:
        age = rng.randrange(32, 45)  # a person's review
    issued = DAY - timedelta(days=age)
    amount = Decimal(rng.randrange(4_000, 180_000)) / 100
    return Bill(number, amount, issued, issued + timedelta(days=10))
