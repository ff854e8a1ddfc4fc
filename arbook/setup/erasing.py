"""Erasing a person: words, names and addresses go; what books and law need stays, and is told.

QuickBooks is the book of record: what stands there comes from there and must be taken out there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from arbook import money
from arbook.audit import log, redactions
from arbook.companies.models import Company, User
from arbook.heartbeat.jobs import each_company
from arbook.setup import erasing_effects
from arbook.setup.persons import entries, mentions, of_customer, parts
from arbook.webhooks import retention as events
from arbook.webhooks.models import WebhookEvent
from customers import person as persons
from customers.models import Customer
from customers.person import SAID, Names, Person
from invoices import person as collecting
from messaging import person as talking
from reconciliation import person as paying

# Sentences that are a person's own words; of the others only names and addresses go.
OWN_WORDS = (
    *("reply.received", "thread.noted", "customer.note", "consent.asked", "consent.given"),
    *("consent.refused", "consent.withdrawn", "dispute.opened", "dispute.resolved"),
    *("hold.placed", "thread.closed"),
)
# The record of the erasure itself must say when and by whom.
NOT_TOUCHED = (redactions.VERB, "person.erased", "person.exported")
SETTLED = [WebhookEvent.State.DONE, WebhookEvent.State.IGNORED]


class ErasureRefused(Exception):
    """It cannot be done now. The message is fit for the screen."""


@dataclass(frozen=True)
class Kept:
    """What stays, why, and until when."""

    what: str
    why: str


@dataclass(frozen=True)
class Preview:
    """What an erasure takes out and what stays."""

    goes: dict[str, int]
    stays: list[Kept]
    with_name: bool
    addresses: list[str] = field(default_factory=list)
    # Customers who have one of the addresses, and lose it.
    others: list[str] = field(default_factory=list)


def preview(person: Person, *, now: datetime) -> Preview:
    """What ``erase`` would do at this moment. Writes nothing."""
    with_name = _may_lose_name(person)
    goes: dict[str, int] = {}
    for part in parts():
        goes |= part.count(person, now=now)
    found = persons.names(person, with_name=with_name)
    goes["events of vendors"] = _events(person).filter(state__in=SETTLED).count()
    named = erasing_effects.naming(person, with_name, found)
    going = erasing_effects.going(person, named)
    goes["effects"] = len(going)
    goes["sentences of the record"] = len(_sentences(person, mentions(person), found))
    others = {str(one.customer) for one in persons.contacts_of_others(person, person.ways)}
    stays = _stays(person, with_name, len(named) - len(going))
    return Preview(goes, stays, with_name, sorted(person.addresses), sorted(others))


@transaction.atomic
def erase(person: Person, *, reason: str, by: User | None, now: datetime) -> dict[str, int]:
    """Take out words, names and addresses; returns how many rows of each kind.

    The addresses stay only as salted hashes, so that no reading of the books brings them back.
    """
    if not reason.strip():
        raise ErasureRefused("Say who asked, and when.")
    if person.customer:
        Customer.objects.select_for_update().get(pk=person.customer.pk)
    with_name = _may_lose_name(person)
    # Before anything changes: afterwards nobody knows any more what to look for.
    found = persons.names(person, with_name=with_name)
    told = list(_events(person).filter(state__in=SETTLED))
    named, subjects = erasing_effects.naming(person, with_name, found), mentions(person)
    counts: dict[str, int] = {}
    # From the roof down: what is said needs the addresses it was said to.
    for part in reversed(parts()):
        counts |= part.erase(person, by=by, now=now, with_name=with_name)
    events.remove(told, SAID)
    counts["events of vendors"] = len(told)
    counts["effects"] = erasing_effects.take_words(named, person, found)
    # Those of this erasure are among them: closing a task repeats its title.
    words = _sentences(person, subjects, found)
    redactions.redact_all(words, company=person.company, by=by, reason=SAID, now=now)
    counts["sentences of the record"] = len(words)
    log.record(
        "person.erased",
        f"A person's data was erased. Reason: {found.cover(reason.strip())}",
        about=[person.customer] if person.customer else [],
        by=by,
        at=now,
        company=person.company,
        name_stays=not with_name,
        **{name.replace(" ", "_").replace(",", ""): count for name, count in counts.items()},
    )
    return counts


def finish(now: datetime) -> None:
    """The job: what could not go when it was asked for, as the name on an open bill."""
    each_company(_finish, now)


def _finish(company: Company, now: datetime) -> None:
    erasing_effects.take_words_left_behind(company)
    for customer in Customer.objects.of(company).filter(erasure_asked_at__isnull=False):
        person = of_customer(customer)
        is_due = customer.erased_at is None and _may_lose_name(person)
        if is_due or talking.messages(person).exists() or customer.contacts.exclude(address=""):
            erase(person, reason="What could not go before.", by=None, now=now)


def _may_lose_name(person: Person) -> bool:
    """A name stays on what is still owed, and on money not yet in the books."""
    return not collecting.owed(person)[0] and not paying.unfinished(person)


def _stays(person: Person, with_name: bool, unfinished: int) -> list[Kept]:
    kept = []
    count, owed = collecting.owed(person)
    if count:
        amount = money.words(owed, person.company.currency)
        kept.append(
            Kept(
                _counted(count, "open invoice", f"over {amount}", before="The name, on "),
                "The claim needs to say whom it is against. The name goes by itself when nothing "
                "is owed any more; nothing is sent meanwhile, because no address is left.",
            )
        )
    if paying.unfinished(person):
        kept.append(
            Kept("The name, on money that is not in the books yet", "It must still be recorded.")
        )
    if talking.unfinished(person):
        kept.append(
            Kept("Messages that are leaving at this moment", "They go with the next daily run.")
        )
    waiting = _events(person).exclude(state__in=SETTLED).count()
    if waiting:
        kept.append(
            Kept(
                _counted(waiting, "event", "of vendors not understood yet"),
                "They go as soon as they are settled and old.",
            )
        )
    if unfinished:
        kept.append(
            Kept(
                _counted(unfinished, "effect", "waiting, in doubt, or dead"),
                "What is to be done needs its words. They go with the next daily run once it is "
                "done or given up; whoever is responsible gives up what is dead.",
            )
        )
    until = persons.consent_kept_until(person)
    if until:
        kept.append(
            Kept(
                _counted(person.consent.count(), "line", "of the consent ledger"),
                "Evidence that messages were allowed, kept five years after each line, the last "
                f"until {until:%Y-%m-%d}. An opt-out holds beyond that.",
            )
        )
    if person.customer:
        kept.append(
            Kept(
                "The customer, invoices and payments in QuickBooks, as they are mirrored here",
                "QuickBooks is the book of record and is not written to: take name and addresses "
                "out there as well, also from invoices and notes. Name and addresses are not taken "
                "over from the customer again in any case.",
            )
        )
        jobs = persons.jobs(person)
        if jobs:
            kept.append(
                Kept(
                    _counted(jobs, "job", "of this customer"),
                    "Each is a customer of its own in the books: erase each on its own page.",
                )
            )
    kept.append(
        Kept(
            "Amounts, days, and who did what when",
            "The books and the record rest on them; their sentences lose the words, not the fact.",
        )
    )
    kept.append(
        Kept(
            "A salted hash of each number and address",
            "So that nobody makes it a contact again.",
        )
    )
    return kept


def _counted(count: int, what: str, of: str, *, before: str = "") -> str:
    return f"{before}{count} {what}{'s'[: count != 1]} {of}"


# --- Words elsewhere -----------------------------------------------------------------------------


def _events(person: Person) -> QuerySet[WebhookEvent]:
    """Events of vendors that name one of their addresses."""
    rows = WebhookEvent.objects.filter(company=person.company)
    return rows.exclude(content__startswith=events.MARK).filter(
        erasing_effects.says(person, "content")
    )


def _sentences(
    person: Person, subjects: Mapping[str, set[int]], found: Names
) -> list[redactions.Words]:
    """What the record would say instead, for every sentence that must change."""
    changed = []
    for entry in entries(person.company, subjects):
        if entry.verb in NOT_TOUCHED:
            continue
        if entry.verb in OWN_WORDS:
            said = f"{entry.verb.replace('.', ' ').replace('_', ' ').capitalize()}. {SAID}"
            data = {
                name: value
                for name, value in entry.data.items()
                if isinstance(value, bool | int | float)
            }
        else:
            said, data = found.cover(entry.said), found.cover_all(entry.data)
        if (said, data) != (entry.said, entry.data):
            changed.append(redactions.Words(entry, said, data))
    return changed
