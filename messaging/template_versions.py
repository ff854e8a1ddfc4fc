"""The texts of a company: which there are, how they changed, a new version, an old one again."""

import difflib
import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Q

from arbook.audit import log
from arbook.companies.models import Company, User
from invoices.default_cadences import TEXTS
from invoices.models import CadenceStep
from messaging import default_templates
from messaging.default_templates import Text
from messaging.models import Message, Template

EMAIL, SMS = Message.Medium.EMAIL, Message.Medium.SMS
SHIPPED = 0
"""The version of a text that nobody here has changed."""
COMBINED = "-combined"
NAMES = TEXTS | {
    "upcoming": "Ahead of the due date",
    "receipt": "Receipt",
    "promise": "Before a promised day",
    "instalment": "Instalment due",
    "instalment-missed": "Instalment missed",
    "plan-offer": "Payment plan to accept",
}
# What is said when, in the order of a cadence.
CHASING = ("invoice", "upcoming", "friendly", "reminder", "firm")
AGREED = ("promise", "instalment", "instalment-missed", "plan-offer")
KEYS = (*CHASING, "letter", *AGREED, "receipt", "neutral")
LANGUAGES = {"en": "English", "es": "Spanish"}
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


class TemplateRefused(Exception):
    """The text cannot be saved. The message is fit for the screen."""


@dataclass(frozen=True, slots=True)
class Place:
    """Which text: its step, its channel, its language."""

    key: str
    medium: str
    language: str

    def __str__(self) -> str:
        return f"{self.name}, {self.channel}, {LANGUAGES[self.language]}"

    @property
    def address(self) -> str:
        """How a page names it: ``reminder.sms.en``."""
        return f"{self.key}.{self.medium}.{self.language}"

    @property
    def is_combined(self) -> bool:
        return self.key.endswith(COMBINED)

    @property
    def single(self) -> str:
        return self.key.removesuffix(COMBINED)

    @property
    def name(self) -> str:
        return NAMES[self.single] + (", several invoices" if self.is_combined else "")

    @property
    def channel(self) -> str:
        return "text" if self.medium == SMS else "e-mail"


@dataclass(frozen=True, slots=True)
class Standing:
    """A text in force. Version 0 is the shipped one."""

    place: Place
    text: Text
    version: int
    changed_by: str = ""
    changed_at: datetime | None = None

    @property
    def is_own(self) -> bool:
        return self.version != SHIPPED


def place_of(address: str) -> Place | None:
    """The place behind ``reminder.sms.en``; None when there is none of that name."""
    key, _, rest = address.partition(".")
    medium, _, language = rest.partition(".")
    place = Place(key, medium, language)
    return place if place in set(places()) else None


def places() -> list[Place]:
    """Every text there is: by step, one and several invoices, channel and language."""
    keys = [each for key in KEYS for each in ([key, key + COMBINED] if key in CHASING else [key])]
    return [
        Place(key, medium, language)
        for key in keys
        for medium in (EMAIL, SMS)
        for language in LANGUAGES
        if not (key == "letter" and medium == SMS)
    ]


def catalogue(company: Company) -> dict[Place, Standing]:
    """Every text in force, in one statement; as ``library`` finds them when messages are made."""
    rows: dict[Place, Template] = {}
    for row in sorted(_current(company), key=lambda row: row.company_id is not None):
        rows[Place(row.key, row.medium, row.language)] = row
    return {place: _standing(place, rows) for place in places()}


def standing(company: Company, place: Place) -> Standing:
    """One text in force."""
    return catalogue(company)[place]


def _current(company: Company):
    rows = Template.objects.filter(Q(company=company) | Q(company=None), is_current=True)
    return rows.select_related("changed_by")


def _standing(place: Place, rows: dict[Place, Template]) -> Standing:
    row = rows.get(place)
    if row and row.company_id:
        text = Text(row.subject, row.body)
        return Standing(place, text, row.version, str(row.changed_by or ""), row.changed_at)
    # Several invoices are said in the company's own words for one, where it wrote only those.
    row = row or rows.get(Place(place.single, place.medium, place.language))
    return Standing(place, Text(row.subject, row.body) if row else built_in(place), SHIPPED)


def built_in(place: Place) -> Text:
    """The text as it came, in this language."""
    found = default_templates.find(
        place.single, place.medium, place.language, is_combined=place.is_combined
    )
    return found or Text("", "")


def history(company: Company, place: Place) -> list[Template]:
    """The company's own versions, newest first."""
    rows = Template.objects.filter(
        company=company, key=place.key, medium=place.medium, language=place.language
    )
    return list(rows.select_related("changed_by").order_by("-version"))


def text_of(company: Company, place: Place, version: int) -> Text | None:
    """The words of one version; 0 is the shipped one."""
    if version == SHIPPED:
        return built_in(place)
    row = next((one for one in history(company, place) if one.version == version), None)
    return Text(row.subject, row.body) if row else None


def used_by(company: Company) -> dict[str, list[str]]:
    """Which steps of the cadences in force send which text."""
    steps = (
        CadenceStep.objects.filter(cadence__company=company, cadence__is_current=True)
        .exclude(approval=CadenceStep.Approval.OFF)
        .select_related("cadence")
        .order_by("-cadence__is_default", "cadence__name", "day")
    )
    found: dict[str, list[str]] = defaultdict(list)
    for step in steps:
        found[step.template].append(f"{step.cadence.name} day {step.day:+d}")
    return found


@transaction.atomic
def save(
    company: Company, place: Place, text: Text, *, seen: int, by: User | None, now: datetime
) -> Template:
    """Write a new version; refused when somebody else wrote one since ``seen``.

    The words are judged before, by ``template_check``.
    """
    return _write(company, place, text, seen=seen, by=by, now=now, said="")


@transaction.atomic
def roll_back(
    company: Company, place: Place, version: int, *, seen: int, by: User | None, now: datetime
) -> Template:
    """Bring the words of an old version back, as a new version. What was sent stays as it was."""
    text = text_of(company, place, version)
    if text is None:
        raise TemplateRefused(f"There is no version {version} of this text.")
    named = "as shipped" if version == SHIPPED else f"as in version {version}"
    return _write(company, place, text, seen=seen, by=by, now=now, said=f" ({named})")


def _write(
    company: Company, place: Place, text: Text, *, seen: int, by: User | None, now, said: str
) -> Template:
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [f"template:{company.pk}:{place.address}"])
    current = standing(company, place)
    if current.version != seen:
        who = f" by {current.changed_by}" if current.changed_by else ""
        raise TemplateRefused(
            f"Somebody saved version {current.version}{who} meanwhile. Look at it, then save yours."
        )
    if (current.text.subject, current.text.body) == (text.subject, text.body):
        raise TemplateRefused("Nothing was changed.")
    last = next(iter(history(company, place)), None)
    Template.objects.filter(pk=last.pk if last else None).update(is_current=False)
    row = Template.objects.create(
        company=company,
        key=place.key,
        medium=place.medium,
        language=place.language,
        version=(last.version if last else 0) + 1,
        subject=text.subject,
        body=text.body,
        changed_by=by,
        changed_at=now,
    )
    log.record(
        "template.changed",
        f"The text “{place}” is now version {row.version}{said}.",
        about=[row],
        by=by,
        at=now,
        company=company,
        text=place.address,
        version=row.version,
        before=current.version,
    )
    return row


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of a difference: kept, added or taken out."""

    words: str
    kind: str
    """``same``, ``new`` or ``old``."""


def difference(before: Text, after: Text) -> list[Piece]:
    """What changed between two texts, word by word."""
    old, new = (_words(text) for text in (before, after))
    pieces = []
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for act, a, b, c, d in matcher.get_opcodes():
        if act == "equal":
            pieces.append(Piece("".join(old[a:b]), "same"))
            continue
        pieces += [Piece("".join(old[a:b]), "old")] if b > a else []
        pieces += [Piece("".join(new[c:d]), "new")] if d > c else []
    return pieces


def _words(text: Text) -> list[str]:
    whole = f"{text.subject}\n\n{text.body}" if text.subject else text.body
    return re.findall(r"\{\w+\}|\w+|\s+|[^\w\s]", whole)
