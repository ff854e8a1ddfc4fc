"""What effects say of a person who is erased: it goes at once, or as soon as they are over."""

from django.db.models import Q, TextField
from django.db.models.functions import Cast, Concat

from arbook.companies.models import Company
from arbook.outbox import retention
from arbook.outbox.models import Effect
from customers.models import Channel
from customers.person import SAID, Names, Person
from messaging import person as talking

OVER = [Effect.State.DONE, Effect.State.CANCELLED]


def naming(person: Person, with_name: bool, found: Names) -> list[Effect]:
    """Effects that name them, alerts to staff among them."""
    rows = Effect.objects.filter(company=person.company).exclude(payload__has_key="removed")
    named = says(person, "text")
    if with_name and person.customer:
        named |= Q(text__icontains=person.customer.name)
    # What was done says in its result to whom, what failed in its error.
    rows = rows.annotate(
        text=Concat(Cast("payload", TextField()), Cast("result", TextField()), "error")
    )
    # A short name is part of many words, and those are about others.
    return [one for one in rows.filter(named) if found.cover_all(_words(one)) != _words(one)]


def _words(one: Effect) -> list:
    return [one.payload, one.result, one.error]


def going(person: Person, named: list[Effect]) -> list[Effect]:
    """Those that are over, and those that an erasure takes back or gives up."""
    ending = talking.undone(person).filter(state__in=[Effect.State.PENDING, Effect.State.DEAD])
    ending = set(ending.values_list("pk", flat=True))
    return [one for one in named if one.state in OVER or one.pk in ending]


def take_words(named: list[Effect], person: Person, found: Names) -> int:
    """Out of those that are over by now; the others are remembered. Returns how many are over."""
    leaving = talking.in_hand(person).values("pk")
    keys = Q(pk__in=[one.pk for one in named]) | Q(pk__in=leaving)
    rows = list(Effect.objects.filter(keys, company=person.company).select_for_update())
    over = [one for one in rows if one.state in OVER]
    for one in over:
        one.error = found.cover(one.error)
    retention.remove(over, SAID)
    later = [one for one in rows if one.state not in OVER]
    for one in later:
        one.payload[retention.WORDS_GO] = True
    Effect.objects.bulk_update(later, ["payload"])
    return len(over)


def take_words_left_behind(company: Company) -> None:
    """Out of effects that were not over when their person was erased, and are now."""
    rows = Effect.objects.filter(
        company=company, state__in=OVER, payload__has_key=retention.WORDS_GO
    )
    rows = list(rows.exclude(payload__has_key="removed"))
    for one in rows:
        # Whom it named nobody knows any more.
        one.error = SAID if one.error else ""
    retention.remove(rows, SAID)


def says(person: Person, field: str) -> Q:
    """What in a column may name one of their addresses."""
    says = Q(pk__in=[])
    for channel, address in person.ways:
        # Numbers are written in many ways, and their last ten digits in nearly all of them.
        part = address if channel == Channel.EMAIL else address[-10:]
        says |= Q(**{f"{field}__icontains": part})
    return says
