"""How far a company's texting is registered with the carriers, step by step, and what comes next.

The state is what Twilio said last, kept beside the connection. Nothing is texted before it reads
VERIFIED; whoever registers finds here the very words to give.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.urls import reverse
from django.utils.dateparse import parse_datetime

from arbook.companies.models import Company
from arbook.gateways.models import Connection
from customers import wordings
from customers.models import ConsentWording, Customer
from messaging import compose, facts, segments
from messaging.library import Library
from messaging.merge_fields import Line
from messaging.models import Message

DONE, NOW, WAITS, BROKEN = "done", "now", "waits", "broken"
USUAL_DAYS = "5 to 7 business days"
MOST_SAMPLES = 5


@dataclass(frozen=True)
class Step:
    """One step of the way. ``state`` is done, now (somebody must act), waits (on the carriers or
    on an earlier step) or broken."""

    title: str
    state: str
    said: str
    errors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Words:
    """What to give when registering, ready to copy."""

    name: str
    text: str
    note: str = ""


@dataclass(frozen=True)
class Readiness:
    """The whole way, what is said about it in one sentence, and what to do next."""

    is_ready: bool
    said: str
    next_step: str
    read_at: datetime | None
    steps: list[Step] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    samples: list[str] = field(default_factory=list)
    concerns: list[str] = field(default_factory=list)
    """What a reviewer at the carriers would stumble over in what was handed in."""
    score: int | None = None
    kind: str = ""


def of(company: Company, *, now: datetime) -> Readiness:
    """Where the registration stands, out of what was read last."""
    row = Connection.objects.of(company).filter(vendor=Connection.Vendor.TWILIO).first()
    options = row.options if row else {}
    campaign = options.get("campaign") or {}
    brand = campaign.get("of_brand") or {}
    texts = facts.of_company(company, now=now).texts
    read_at = parse_datetime(campaign["read_at"]) if campaign.get("read_at") else None
    steps = [
        _account(row),
        _sender(options),
        _brand(campaign, brand, read_at),
        _campaign(campaign, read_at),
        _numbers(campaign),
    ]
    if blocked := options.get("blocked"):
        steps.append(Step("Nothing blocks the channel", BROKEN, str(blocked.get("said", ""))))
    following = next((step for step in steps if step.state != DONE), None)
    samples = [str(one) for one in campaign.get("samples") or []]
    return Readiness(
        is_ready=texts.is_usable,
        said=f"Texts may leave: {texts.said}."
        if texts.is_usable
        else f"No text leaves: {texts.said}.",
        next_step=following.said if following else "Nothing: everything is in place.",
        read_at=read_at,
        steps=steps,
        numbers=list(campaign.get("numbers") or []),
        samples=samples,
        concerns=_concerns(company, campaign, samples),
        score=brand.get("score"),
        kind=str(brand.get("kind") or ""),
    )


def _account(row: Connection | None) -> Step:
    title = "Twilio account connected"
    if row is None:
        return Step(title, NOW, "An owner connects the company's own Twilio account.")
    if not row.is_usable:
        return Step(title, BROKEN, f"Connect Twilio again: {row.error or 'access was lost'}.")
    return Step(title, DONE, f"Account {row.external_id}.")


def _sender(options: dict) -> Step:
    title = "Messaging service"
    if service := options.get("messaging_service"):
        return Step(title, DONE, f"Service {service}.")
    return Step(title, NOW, "Make a messaging service at Twilio and enter it under Connections.")


def _brand(campaign: dict, brand: dict, read_at: datetime | None) -> Step:
    title, state = "Brand: the business itself", str(campaign.get("brand") or "")
    errors = tuple(str(one) for one in brand.get("errors") or [])
    if state == "APPROVED":
        identity = str(brand.get("identity") or "").replace("_", " ").lower()
        return Step(title, DONE, f"Approved{f', identity {identity}' if identity else ''}.")
    if state in ("PENDING", "IN_REVIEW"):
        return Step(title, WAITS, "The carriers look at the business; usually a day or two.")
    if state:
        said = f"{state.replace('_', ' ').capitalize()}: correct name, address and EIN as the "
        return Step(title, BROKEN, f"{said}tax office has them, and hand it in again.", errors)
    if campaign.get("state") == "VERIFIED":
        return Step(title, DONE, "Not listed, but the campaign on it is verified.")
    if read_at is None:
        return Step(title, NOW, "Twilio has not been asked yet; press Read now.")
    return Step(title, NOW, "Register the business at Twilio (Trust Hub, then A2P brand).")


def _campaign(campaign: dict, read_at: datetime | None) -> Step:
    title, state = "Campaign: what it texts about", str(campaign.get("state") or "")
    errors = tuple(str(one) for one in campaign.get("errors") or [])
    if state == "VERIFIED":
        return Step(title, DONE, "Verified by the carriers.")
    if state == "UNREADABLE":
        return Step(title, WAITS, "It cannot be read here; the carriers decide at each text.")
    if state in ("PENDING", "IN_PROGRESS"):
        return Step(title, WAITS, f"The carriers look at it; plan {USUAL_DAYS}.")
    if state:
        said = "Correct what they name, hand it in again, and plan another "
        return Step(title, BROKEN, f"{state.capitalize()}. {said}{USUAL_DAYS}.", errors)
    if read_at is None:
        return Step(title, WAITS, "Not asked yet.")
    return Step(title, NOW, "Register the campaign with the words below.")


def _numbers(campaign: dict) -> Step:
    title, numbers = "A number in the sender's pool", campaign.get("numbers")
    if numbers:
        return Step(title, DONE, f"{len(numbers)} in the pool.")
    if numbers is None:
        return Step(title, WAITS, "Twilio has not listed the numbers.")
    return Step(title, NOW, "Buy a number and put it into the messaging service's pool.")


def _concerns(company: Company, campaign: dict, samples: list[str]) -> list[str]:
    if not campaign.get("state") or campaign.get("state") == "UNREADABLE":
        return []
    found = []
    business = compose.business_of(company).casefold()
    if not 2 <= len(samples) <= MOST_SAMPLES:
        found.append("Two to five samples are wanted.")
    if any(business not in one.casefold() for one in samples):
        found.append(f"A sample does not name {company.name} as the sender.")
    if samples and not any("stop" in one.casefold() for one in samples):
        found.append("No sample says how to stop.")
    if campaign.get("has_links") is False:
        found.append("The campaign says its texts hold no links; ours do.")
    if len(str(campaign.get("message_flow") or "")) < 40:
        found.append("The message flow is too short to tell how customers agree.")
    return found


def words(company: Company, *, now: datetime) -> list[Words]:
    """Everything the form at Twilio asks for, made from what this company really sends."""
    name = company.name
    asked = wordings.current(company, ConsentWording.Kind.PAY_PAGE)
    confirms = wordings.current(company, ConsentWording.Kind.TEXT)
    phone = f" or call {company.phone}" if company.phone else ""
    reach = f"Write to {company.reply_email}{phone}." if company.reply_email else ""
    flow = (
        f"Customers of {name} agree on the payment page of their own invoice ({_pay_page()}): they "
        f"enter their mobile number and tick a box that is not ticked beforehand, beside these "
        f"words: “{asked.text}” They then get one text that asks them to answer YES, and nothing "
        "else before they do. Others sign the same words on paper. Consent is kept with its "
        "wording, time and source; it is not a condition of purchase and is never shared."
    )
    return [
        Words("Use case", "ACCOUNT_NOTIFICATION", "Low volume mixed also fits."),
        Words(
            "Description",
            f"{name} sends its own customers account notifications by text: invoice and payment "
            "reminders, payment links, receipts, and answers to their questions. First party only: "
            "no collection for others, no marketing.",
        ),
        Words(
            "Message flow", flow, "The usual reason for a rejection. Show the page as a picture."
        ),
        *[
            Words(f"Sample {place}", text, _length(segments.measure(text).parts))
            for place, text in enumerate(samples(company, now=now), 1)
        ],
        Words("Opt-in message", confirms.text),
        Words("Opt-in keywords", "YES, START"),
        Words(
            "Opt-out message",
            f"{name}: you will get no more texts from us. Reply START if you want them again.",
        ),
        Words("Help message", f"{name}: {reach} Reply STOP to opt out.".replace(":  ", ": ")),
        Words("Embedded links", "Yes", f"All on {settings.PUBLIC_URL}"),
    ]


def samples(company: Company, *, now: datetime) -> list[str]:
    """Real reminders of this company, as a customer would read them, over made-up amounts."""
    library = Library(company)
    today = company.local_date(now)
    issued, due = today - timedelta(days=44), today - timedelta(days=14)
    line = Line(0, "1042", Decimal("240.00"), issued, due)
    found = []
    for key in ("friendly", "reminder", "firm", "neutral"):
        try:
            made = compose.render(
                compose.Wanted(
                    company=company,
                    customer=Customer(company=company, name="Customer", given_name="Customer"),
                    medium=Message.Medium.SMS,
                    key=key,
                    lines=(line,),
                    link=f"{settings.PUBLIC_URL}/pay/2a-example",
                    today=today,
                    is_first=not found,
                ),
                library,
            )
        except compose.ComposeRefused:
            continue
        found.append(made.body)
    return list(dict.fromkeys(found))[:MOST_SAMPLES]


def _pay_page() -> str:
    return settings.PUBLIC_URL + reverse("pay", args=["…"]).replace("%E2%80%A6", "…")


def _length(parts: int) -> str:
    return "1 part" if parts == 1 else f"{parts} parts"
