"""Messages: none twice, none too much, none to who must not hear from us now."""

from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

from tests.chaos.cast import MAIL_CLOSES, MAIL_OPENS
from tests.chaos.judges.asking import AMOUNT, ASKS, Open, words_of
from tests.chaos.judging import judge
from tests.chaos.ledger import Ledger, Person

ON_THE_WIRE = 5.0
"""Real seconds a call that is under way may still take when a stop arrives."""
AT_THE_BORDER = 60.0
"""Seconds of the day's clock between the last look at the hours and the hand-over."""


@judge("no text twice")
def no_text_twice(ledger: Ledger):
    seen: dict[tuple, str] = {}
    for text in sorted(ledger.texts, key=lambda one: one.real):
        key = (text.company, text.to, text.body)
        yield f"{text.sid} to {text.to} repeats {seen[key]}" if key in seen else None
        seen.setdefault(key, text.sid)


@judge("no mail twice")
def no_mail_twice(ledger: Ledger):
    seen: dict[tuple, int] = {}
    for letter in sorted(ledger.letters, key=lambda one: one.id):
        # The way out of a mail names the mail itself; two of the same words are still one.
        key = (letter.company, letter.to, letter.subject, letter.text.split("\n--")[0])
        yield f"mail {letter.id} to {letter.to} repeats {seen[key]}" if key in seen else None
        seen.setdefault(key, letter.id)


@judge("one reminder a day for each customer, over all channels")
def within_the_budget(ledger: Ledger):
    people = _people(ledger)
    days = Counter()
    for one in _reminders(ledger):
        person = people[one.company, one.to]
        zone = ZoneInfo(person.place.zone)
        days[person.company, person.id, one.at.astimezone(zone).date()] += 1
    for (company, customer, day), count in days.items():
        told = f"customer {customer} of {company} heard from us {count} times on {day}"
        yield told if count > 1 else None


@judge("no reminder about what was paid a minute before")
def none_after_payment(ledger: Ledger):
    books = Open(ledger)
    people = _people(ledger)
    for one in _reminders(ledger):
        yield books.overstated(one, people[one.company, one.to])


@judge("no text after an opt-out reached us")
def none_after_stop(ledger: Ledger):
    stops = {}
    for stop in ledger.stops:
        if stop.real is not None:
            key = (stop.company, stop.number)
            stops[key] = min(stop.real, stops.get(key, stop.real))
    for text in ledger.texts:
        since = stops.get((text.company, text.to))
        late = text.real - since if since is not None else 0.0
        # "You will hear no more" is the one thing that may follow.
        is_breach = late > ON_THE_WIRE and not _confirms(text.body)
        yield f"{text.sid} to {text.to}, {late:.0f} s after its stop" if is_breach else None


@judge("no text without consent")
def none_without_consent(ledger: Ledger):
    people = _people(ledger)
    for text in ledger.texts:
        person = people.get((text.company, text.to))
        if person is None:
            yield f"{text.sid} went to {text.to}, who is nobody's customer"
        else:
            is_fine = person.consents or _confirms(text.body)
            yield None if is_fine else f"{text.sid} to {text.to}, who never agreed"


@judge("no message outside the hours of where its reader lives")
def within_the_hours(ledger: Ledger):
    people = _people(ledger)
    for text in ledger.texts:
        person = people.get((text.company, text.to))
        if person:
            late = _outside(text.at, person, person.place.opens, person.place.closes)
            yield f"{text.sid} to {text.to} at {late}" if late else None
    for letter in ledger.letters:
        person = people.get((letter.company, letter.to))
        if person and ASKS in letter.text:
            late = _outside(letter.at, person, MAIL_OPENS, MAIL_CLOSES)
            yield f"mail {letter.id} to {letter.to} at {late}" if late else None


def _outside(at: datetime, person: Person, opens: float, closes: float) -> str:
    local = at.astimezone(ZoneInfo(person.place.zone))
    second = local.hour * 3600 + local.minute * 60 + local.second
    if local.weekday() < 5 and opens * 3600 <= second < closes * 3600 + AT_THE_BORDER:
        return ""
    return f"{local:%a %H:%M:%S} in {person.place.city}"


def _confirms(body: str) -> bool:
    """The one text that answers a stop."""
    return ASKS not in body and not AMOUNT.search(body)


def _people(ledger: Ledger) -> dict[tuple[str, str], Person]:
    found = {(one.company, one.mobile): one for one in ledger.people}
    return found | {(one.company, one.email): one for one in ledger.people}


def _reminders(ledger: Ledger) -> list:
    people = _people(ledger)
    return [
        one
        for one in [*ledger.texts, *ledger.letters]
        if ASKS in words_of(one) and (one.company, one.to) in people
    ]
