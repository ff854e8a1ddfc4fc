"""The record as a person searches it: words, person, kind, row, days, all of one cause."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from arbook.audit import timeline
from arbook.audit.models import Entry
from arbook.companies.models import Company, Membership, User
from arbook.system import logs
from arbook.upsert import is_key, storable

FAMILIES = sorted([*timeline.ICONS, "company", "effect", "member", "system"])
MACHINE = "arbook"
MOST_EXPORTED = 100_000
PER_PAGE = 1000


@dataclass(frozen=True)
class Wish:
    """What is looked for, as the address says it; what nobody can read is left out."""

    words: str = ""
    person: str = ""
    family: str = ""
    # A row, as ``invoices.invoice:12``.
    about: str = ""
    since: str = ""
    until: str = ""
    # The key of an entry: only what goes back to it.
    cause: str = ""

    @classmethod
    def of(cls, asked, company: Company) -> "Wish":
        found = {
            "words": storable(asked.get("q", "")).strip(),
            "person": asked.get("person", ""),
            "family": asked.get("family", ""),
            "about": asked.get("about", ""),
            "since": asked.get("since", ""),
            "until": asked.get("until", ""),
            "cause": asked.get("cause", ""),
        }
        checks = {
            "person": found["person"] == MACHINE or is_key(found["person"]),
            "family": found["family"] in FAMILIES,
            "about": _row(found["about"]) is not None,
            "since": logs.day_of(company, found["since"]) is not None,
            "until": logs.day_of(company, found["until"]) is not None,
            "cause": is_key(found["cause"]),
        }
        return cls(**{name: text for name, text in found.items() if checks.get(name, True)})

    @property
    def is_empty(self) -> bool:
        return self == Wish()


def entries(company: Company, wish: Wish) -> QuerySet[Entry]:
    """Entries of the company, with who did it; in the order of the index when sorted by time."""
    rows = Entry.objects.filter(company=company).select_related("by")
    if wish.words:
        rows = rows.filter(Q(said__icontains=wish.words) | Q(verb__icontains=wish.words))
    if wish.person:
        rows = rows.filter(by=None if wish.person == MACHINE else int(wish.person))
    if wish.family:
        rows = rows.filter(verb__startswith=f"{wish.family}.")
    if row := _row(wish.about):
        rows = rows.filter(mentions__subject_type=row[0], mentions__subject_id=row[1])
    if since := logs.day_of(company, wish.since):
        rows = rows.filter(at__gte=since[0])
    if until := logs.day_of(company, wish.until):
        rows = rows.filter(at__lt=until[1])
    if wish.cause:
        key = int(wish.cause)
        rows = rows.filter(pk__in=[key, *(one.pk for one in logs.led_to(key))])
    return rows


def people(company: Company) -> list[User]:
    """Who works here, for the choice of a person."""
    members = Membership.objects.filter(company=company).select_related("user")
    return [one.user for one in members.order_by("user__email")]


def lines(company: Company, wish: Wish) -> Iterator[list]:
    """What an export holds, newest first, read in pages so that nothing long stays open."""
    mark: tuple[datetime, int] | None = None
    written = 0
    while written < MOST_EXPORTED:
        rows = entries(company, wish)
        if mark:
            rows = rows.filter(Q(at__lt=mark[0]) | Q(at=mark[0], pk__lt=mark[1]))
        page = list(rows.order_by("-at", "-pk")[:PER_PAGE])
        for one in page:
            yield [one.pk, one.at, str(one.by or MACHINE), one.verb, one.said, one.cause_id or ""]
        if len(page) < PER_PAGE:
            return
        written += len(page)
        mark = page[-1].at, page[-1].pk


HEADER = ["number", "at", "by", "kind", "what happened", "because of"]


@dataclass(frozen=True)
class Chain:
    """One entry with what set it off, the root first, and what it led to, the first first."""

    entry: Entry
    up: list[Entry]
    down: list[Entry]
    about: list[str]


def chain(entry: Entry) -> Chain:
    """Four statements, however long the chain is."""
    up = timeline.chain(entry)[1:][::-1]
    about = [f"{one.subject_type}:{one.subject_id}" for one in entry.mentions.all()]
    return Chain(entry, up, logs.led_to(entry.pk), about)


def _row(text: str) -> tuple[str, int] | None:
    kind, _, key = text.partition(":")
    if not is_key(key) or not kind.replace(".", "").replace("_", "").isalpha() or len(kind) > 60:
        return None
    return kind, int(key)
