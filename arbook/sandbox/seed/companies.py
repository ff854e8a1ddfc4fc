"""The two client companies of the demo, with their accounts at every vendor.

All secrets here are fixed and worth nothing outside the sandbox.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Business:
    """One client company: how it is known to QuickBooks, Stripe and Twilio."""

    slug: str
    name: str
    realm: str
    timezone: str
    address: dict[str, str]
    email: str
    phone: str
    refresh_token: str
    stripe: dict[str, str]
    twilio: dict[str, str]
    items: tuple[tuple[str, int], ...]
    tax_percent: float = 0.0
    customers: int = 42
    first_number: int = 1001
    preferences: dict = field(default_factory=dict)


STUDIO = Business(
    slug="juniper-vale",
    name="Juniper & Vale Studio",
    realm="9341453908120001",
    timezone="America/New_York",
    address={
        "Line1": "48 Harbor Lane",
        "City": "Brooklyn",
        "CountrySubDivisionCode": "NY",
        "PostalCode": "11201",
        "Country": "USA",
    },
    email="books@junipervale.example",
    phone="(718) 555-0100",
    refresh_token="RT-sandbox-juniper-vale",
    stripe={
        "id": "acct_1SandboxJuniper",
        "secret_key": "sk_test_sandbox_juniper_vale",
        "webhook_secret": "whsec_sandbox_juniper_vale",
    },
    twilio={
        "sid": "AC" + "1a" * 16,
        "auth_token": "a1" * 16,
        "service": "MG" + "1b" * 16,
        "campaign": "QE" + "1c" * 16,
        "brand": "BN" + "1d" * 16,
        "number": "+17185550101",
    },
    items=(
        ("Brand design", 2400),
        ("Web design", 3100),
        ("Photography day", 1450),
        ("Copywriting", 820),
        ("Retainer", 1800),
        ("Illustration", 640),
        ("Print run", 390),
    ),
    customers=42,
    first_number=2101,
)

FIELD = Business(
    slug="red-mesa",
    name="Red Mesa Field Services",
    realm="9341453908120002",
    timezone="America/Chicago",
    address={
        "Line1": "2210 Caliche Road",
        "City": "San Antonio",
        "CountrySubDivisionCode": "TX",
        "PostalCode": "78205",
        "Country": "USA",
    },
    email="office@redmesa.example",
    phone="(210) 555-0100",
    refresh_token="RT-sandbox-red-mesa",
    stripe={
        "id": "acct_1SandboxRedMesa",
        "secret_key": "sk_test_sandbox_red_mesa",
        "webhook_secret": "whsec_sandbox_red_mesa",
    },
    twilio={
        "sid": "AC" + "2a" * 16,
        "auth_token": "a2" * 16,
        "service": "MG" + "2b" * 16,
        "campaign": "QE" + "2c" * 16,
        "brand": "BN" + "2d" * 16,
        "number": "+12105550101",
    },
    items=(
        ("HVAC service call", 285),
        ("Preventive maintenance", 540),
        ("Compressor repair", 1260),
        ("Electrical work", 760),
        ("Emergency visit", 495),
        ("Duct cleaning", 430),
        ("Equipment rental", 910),
    ),
    tax_percent=8.25,
    customers=42,
    first_number=50301,
)

BUSINESSES = (STUDIO, FIELD)
SLACK_TOKEN = "xoxb-sandbox-000000000000"
