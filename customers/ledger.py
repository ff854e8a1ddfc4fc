"""The consent ledger to read: one standing for each number or address, its lines, its export."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from arbook import phones
from arbook.companies.models import Company
from customers import consent
from customers.consent import Direction, Standing
from customers.models import Channel, ConsentEvent, Contact, Customer, OptIn

STANDINGS = {"": "Every standing", "given": "Allowed", "withdrawn": "Stopped", "unknown": "Unknown"}
SOURCES = {"": "Every source", **dict(ConsentEvent.Source.choices)}
HEADER = [
    *("When (UTC)", "Number or address", "Channel", "Direction", "Source", "Purpose"),
    *("Wording", "Wording version", "Evidence", "Recorded by", "Customers"),
]


@dataclass(frozen=True)
class Counts:
    given: int
    withdrawn: int
    unknown: int
    waiting: int


@dataclass(frozen=True)
class Number:
    """Everything the ledger knows of one number or address."""

    channel: str
    address: str
    standing: Standing
    contacts: list[Contact]
    lines: list[ConsentEvent]
    opt_ins: list[OptIn]

    @property
    def shown(self) -> str:
        return shown(self.channel, self.address)

    @property
    def is_text(self) -> bool:
        return self.channel == Channel.SMS


def shown(channel: str, address: str) -> str:
    return phones.display(address) if channel == Channel.SMS else address


def channel_of(address: str) -> str:
    return Channel.EMAIL if "@" in address else Channel.SMS


def counts(company: Company) -> Counts:
    """How many numbers and addresses stand where; the unknown are numbers we might text."""
    last = _last(company)
    waiting = OptIn.objects.of(company).filter(
        state__in=[OptIn.State.PENDING, OptIn.State.FOR_PERSON]
    )
    return Counts(
        last.filter(direction=Direction.GIVEN).count(),
        last.filter(direction=Direction.WITHDRAWN).count(),
        unknown(company).count(),
        waiting.count(),
    )


def last_lines(
    company: Company, *, words: str = "", standing: str = "", source: str = ""
) -> QuerySet[ConsentEvent]:
    """The line that decides for each number and address, newest first."""
    rows = _last(company)
    if standing in (Direction.GIVEN, Direction.WITHDRAWN):
        rows = rows.filter(direction=standing)
    if source:
        rows = rows.filter(source=source)
    if words:
        rows = rows.filter(_about(company, words))
    return rows.select_related("by", "company").order_by("-at", "-pk")


def unknown(company: Company, *, words: str = "") -> QuerySet[Contact]:
    """Usable numbers about which nobody ever recorded anything."""
    lines = ConsentEvent.objects.filter(
        company=company, channel=Channel.SMS, address=OuterRef("address")
    )
    rows = (
        Contact.objects.of(company)
        .filter(channel=Channel.SMS, state=Contact.State.USABLE, customer__is_deleted=False)
        .exclude(address="")
        .exclude(Exists(lines))
        .select_related("customer", "company")
        .order_by("customer__name", "pk")
    )
    if words:
        rows = rows.filter(Q(customer__name__icontains=words) | _spelled(words))
    return rows


def waiting(company: Company) -> QuerySet[OptIn]:
    """What is not yet consent: questions to phones, and wishes that a person must judge."""
    return (
        OptIn.objects.of(company)
        .filter(state__in=[OptIn.State.FOR_PERSON, OptIn.State.PENDING])
        .select_related("customer", "company", "asked_by")
        .order_by("-state", "asked_at")
    )


def owners(company: Company, ways: Iterable[tuple[str, str]]) -> dict[tuple[str, str], list]:
    """The customers of each (channel, address), in one query."""
    wanted = set(ways)
    rows = (
        Contact.objects.of(company)
        .filter(address__in={address for _, address in wanted}, customer__is_deleted=False)
        .select_related("customer", "customer__company")
        .order_by("customer__name", "pk")
    )
    found: dict[tuple[str, str], list[Customer]] = defaultdict(list)
    for row in rows:
        if (row.channel, row.address) in wanted:
            found[row.channel, row.address].append(row.customer)
    return found


def number(company: Company, address: str) -> Number | None:
    """One number or address with its whole history; None when nobody ever heard of it."""
    if "\x00" in address:
        return None
    channel = channel_of(address)
    lines = list(
        ConsentEvent.objects.of(company)
        .filter(channel=channel, address=address)
        .exclude(address="")
        .select_related("by", "form")
        .order_by("-at", "-pk")
    )
    contacts = list(
        Contact.objects.of(company)
        .filter(channel=channel, address=address)
        .exclude(address="")
        .select_related("customer", "customer__company", "company")
        .order_by("pk")
    )
    opt_ins = list(
        OptIn.objects.of(company)
        .filter(channel=channel, address=address)
        .exclude(address="")
        .select_related("customer", "asked_by", "settled_by", "company")
    )
    if not (lines or contacts or opt_ins):
        return None
    standing = consent.standing(company, channel, address)
    return Number(channel, address, standing, contacts, lines, opt_ins)


def export_rows(
    company: Company, *, address: str = "", words: str = "", standing: str = "", source: str = ""
) -> Iterator[list]:
    """Lines as cells: all of one number, or of every number that the filters leave."""
    rows = ConsentEvent.objects.of(company).exclude(address="").select_related("by")
    if address:
        rows = rows.filter(channel=channel_of(address), address=address)
    elif words or standing or source:
        left = last_lines(company, words=words, standing=standing, source=source).order_by()
        same = ConsentEvent.objects.filter(
            pk__in=left.values("pk"), channel=OuterRef("channel"), address=OuterRef("address")
        )
        rows = rows.filter(Exists(same))
    rows = list(rows.order_by("channel", "address", "at", "pk"))
    whose = owners(company, {(row.channel, row.address) for row in rows})
    for row in rows:
        yield [
            row.at.strftime("%Y-%m-%d %H:%M:%S"),
            row.address,
            row.get_channel_display(),
            row.get_direction_display(),
            row.get_source_display(),
            row.purpose,
            row.wording,
            row.wording_version,
            evidence_words(row),
            str(row.by or ""),
            "; ".join(dict.fromkeys(str(one) for one in whose[row.channel, row.address])),
        ]


def evidence_words(row: ConsentEvent) -> str:
    """The evidence of a line as one cell."""
    return json.dumps(row.evidence, ensure_ascii=False, sort_keys=True) if row.evidence else ""


def _last(company: Company) -> QuerySet[ConsentEvent]:
    newest = (
        ConsentEvent.objects.of(company)
        .exclude(address="")
        .order_by("channel", "address", "-at", "-id")
        .distinct("channel", "address")
        .values("pk")
    )
    return ConsentEvent.objects.of(company).filter(pk__in=newest)


def _about(company: Company, words: str) -> Q:
    named = Contact.objects.of(company).filter(customer__name__icontains=words).exclude(address="")
    return _spelled(words) | Q(address__in=named.values("address"))


def _spelled(words: str) -> Q:
    """An address as people type it: numbers without their marks."""
    digits = re.sub(r"[^\d+]", "", words)
    written = Q(address__icontains=words)
    return written | Q(address__contains=digits) if len(digits) > 2 else written
