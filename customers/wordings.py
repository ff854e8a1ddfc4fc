"""What people agree to, word for word: by kind and language, as versions that are never changed.

The house's own stand here as dated data; a company that wants others writes them, and each change
is a new version. A line of the ledger keeps the words and names the version.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from arbook.audit import log
from arbook.companies.models import Company, User
from customers.models import ConsentWording, Customer

Kind, Language = ConsentWording.Kind, Customer.Language
LONGEST = 1000
LONGEST_TEXT = 320
"""Of the text that asks for a yes: two parts."""


class WordingRefused(Exception):
    """These words cannot be used. The message is fit for the screen."""


@dataclass(frozen=True)
class House:
    """A wording that ships with the product, from a day on."""

    kind: str
    language: str
    since: date
    text: str


@dataclass(frozen=True)
class Wording:
    """The words in use, with the business's name in them, and their version."""

    kind: str
    language: str
    text: str
    version: str
    template: str
    changed_by: User | None = None
    changed_at: datetime | None = None


FIRST = date(2026, 11, 20)
HOUSE = (
    House(
        Kind.PAY_PAGE,
        "en",
        FIRST,
        "I agree that {business} may text me at this number about my account: payment reminders, "
        "pay links, balance and service notices, appointments. Message frequency varies. Msg & "
        "data rates may apply. Reply STOP to opt out, HELP for help. Agreeing is not a condition "
        "of any purchase.",
    ),
    House(
        Kind.PAY_PAGE,
        "es",
        FIRST,
        "Acepto que {business} me envie mensajes de texto a este numero sobre mi cuenta: "
        "recordatorios y enlaces de pago, avisos de saldo y de servicio, citas. La frecuencia "
        "varia. Pueden aplicarse tarifas de mensajes y datos. Responda STOP para cancelar, AYUDA "
        "para ayuda. Aceptar no es condicion de ninguna compra.",
    ),
    House(
        Kind.TEXT,
        "en",
        FIRST,
        "{business}: reply YES to get texts about your account here (payment reminders, pay "
        "links, notices). Msg frequency varies, msg&data rates may apply. Reply HELP for help, "
        "STOP to opt out.",
    ),
    House(
        Kind.TEXT,
        "es",
        FIRST,
        "{business}: responda SI para recibir aqui mensajes sobre su cuenta (recordatorios y "
        "enlaces de pago, avisos). Frecuencia variable, pueden aplicarse tarifas. Responda AYUDA "
        "para ayuda, STOP para cancelar.",
    ),
    House(
        Kind.FORM,
        "en",
        FIRST,
        "I authorize {business} to send text messages to the number above about my account: "
        "payment reminders, pay links, balance and service notices, appointments. Message "
        "frequency varies. Msg & data rates may apply. I can reply STOP at any time to opt out, "
        "or HELP for help. My consent is not a condition of any purchase.",
    ),
    House(
        Kind.FORM,
        "es",
        FIRST,
        "Autorizo a {business} a enviar mensajes de texto al numero indicado sobre mi cuenta: "
        "recordatorios y enlaces de pago, avisos de saldo y de servicio, citas. La frecuencia "
        "varia. Pueden aplicarse tarifas. Puedo responder STOP para cancelar o AYUDA para ayuda. "
        "Mi autorizacion no es condicion de ninguna compra.",
    ),
)

# What carriers and the law expect in the words of a consent, and how each shows.
MUST_SAY = (
    (r"\{business\}", "Name the business as {business}."),
    (r"(?i)\bstop\b", "Say how to opt out: STOP."),
    (r"(?i)\b(help|ayuda)\b", "Say how to get help: HELP."),
    (r"(?i)\b(rates|tarifas)\b", "Say that message and data rates may apply."),
    (r"(?i)\b(frequency|frecuencia)\b", "Say that the frequency varies, or what it is."),
    (
        r"(?i)\b(remind|balance|invoice|account|recordatorio|saldo|factura|cuenta)",
        "Say what the messages are about: payment reminders, balances, pay links.",
    ),
)
ASKS_FOR_YES = (r"\b(YES|SI|SÍ)\b", "Ask for the answer YES.")


def current(company: Company, kind: str, language: str = "en") -> Wording:
    """The words in use today: the company's own, or the house's."""
    row = (
        ConsentWording.objects.of(company)
        .filter(kind=kind, language=language, is_current=True)
        .select_related("changed_by")
        .first()
    )
    name = company.name
    if row:
        return Wording(
            kind,
            language,
            _filled(row.text, name),
            f"{kind}.{language}.{row.version}",
            row.text,
            row.changed_by,
            row.changed_at,
        )
    house = max(
        (one for one in HOUSE if one.kind == kind and one.language == language),
        key=lambda one: one.since,
    )
    version = f"{kind}.{language}.house-{house.since:%Y-%m-%d}"
    return Wording(kind, language, _filled(house.text, name), version, house.text)


def all_current(company: Company) -> list[Wording]:
    return [
        current(company, kind, language) for kind in Kind.values for language in Language.values
    ]


@transaction.atomic
def change(
    company: Company, *, kind: str, language: str, text: str, by: User, now: datetime
) -> ConsentWording:
    """Use other words from now on. Raises WordingRefused with what is missing in them."""
    text = " ".join(text.split())
    lacking = missing(kind, text)
    if lacking:
        raise WordingRefused(" ".join(lacking))
    mine = ConsentWording.objects.of(company).filter(kind=kind, language=language)
    last = mine.select_for_update().order_by("-version").first()
    if last and last.is_current and last.text == text:
        raise WordingRefused("These are the words in use already.")
    mine.update(is_current=False)
    row = ConsentWording.objects.create(
        company=company,
        kind=kind,
        language=language,
        version=last.version + 1 if last else 1,
        text=text,
        changed_by=by,
        changed_at=now,
    )
    log.record(
        "consent.wording",
        f"Consent is asked for in other words from now on ({row}): {text}",
        about=[row],
        by=by,
        at=now,
    )
    return row


def missing(kind: str, text: str) -> list[str]:
    """What the words lack, in sentences."""
    longest = LONGEST_TEXT if kind == Kind.TEXT else LONGEST
    wanted = [*MUST_SAY, ASKS_FOR_YES] if kind == Kind.TEXT else MUST_SAY
    lacking = [said for pattern, said in wanted if not re.search(pattern, text)]
    if len(text) > longest:
        lacking.append(f"Use at most {longest} characters.")
    unknown = set(re.findall(r"\{(\w*)\}", text)) - {"business"}
    if unknown:
        lacking.append("Only {business} is filled in.")
    return lacking


def _filled(text: str, name: str) -> str:
    return text.replace("{business}", name)
