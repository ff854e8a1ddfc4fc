"""Who is in the stories: two companies, their customers, where they live, and what they may say."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

# A Tuesday morning in New York. Later weeks hold Thanksgiving, Christmas and a change of clocks.
START = datetime(2026, 11, 10, 15, 5, 30, tzinfo=UTC)

HOLIDAYS = {
    date(2026, 11, 11), date(2026, 11, 26), date(2026, 12, 25), date(2027, 1, 1),
    date(2027, 1, 18), date(2027, 2, 15), date(2027, 5, 31), date(2027, 6, 18), date(2027, 7, 5),
    date(2027, 9, 6), date(2027, 10, 11), date(2027, 11, 11), date(2027, 11, 25),
}  # fmt: skip

EAST, WEST, MIDDLE = "America/New_York", "America/Los_Angeles", "America/Chicago"


@dataclass(frozen=True)
class Person:
    """A customer as the neighbourhood knows them: every clock that may be theirs, and the law."""

    name: str
    company: str
    mobile: str
    email: str
    postal_code: str
    state: str
    clocks: tuple[str, ...]
    # From when until when anybody there may be texted, the house's own 9:00 to 19:30 included.
    opens: time = time(9)
    closes: time = time(19, 30)
    consents: bool = True
    language: str = ""
    # Invoices at the start: amount, age in days. All are due ten days after their date.
    owes: tuple[tuple[str, int], ...] = ()

    def is_decent(self, at: datetime) -> bool:
        """Whether a text may arrive at this instant on every clock that may be theirs."""
        for zone in self.clocks:
            local = at.astimezone(ZoneInfo(zone))
            if local.weekday() >= 5 or local.date() in HOLIDAYS:
                return False
            if not self.opens <= local.time() < self.closes:
                return False
        return True


HARBOR, PINE = "harbor", "pine"
ZONES = {HARBOR: EAST, PINE: WEST}
NAMES = {HARBOR: "Harbor Dental", PINE: "Pine Legal"}
LONG_AGO = timedelta(days=30)
SHARED = "+18605550142"

PEOPLE = (
    Person("Alder Mills", HARBOR, SHARED, "ap@alder.example", "06103", "CT", (EAST,),
           owes=(("120.00", 14), ("80.50", 8))),
    # A number from Los Angeles at an address in New York: both clocks count.
    Person("Birch Foods", HARBOR, "+12135550143", "ap@birch.example", "10001", "NY", (EAST, WEST),
           owes=(("12400.00", 15), ("310.00", 1))),
    Person("Cedar Press", HARBOR, "+15025550144", "ap@cedar.example", "40202", "KY", (EAST,),
           opens=time(10), consents=False, owes=(("640.25", 15),)),
    Person("Dogwood Cafe", HARBOR, "+14015550145", "ap@dogwood.example", "02903", "RI", (EAST,),
           closes=time(18), owes=(("95.00", 21), ("410.00", 61))),
    Person("Elm Studio", PINE, "+12145550146", "ap@elm.example", "75201", "TX", (MIDDLE,),
           owes=(("240.00", 14), ("31.00", 6), ("32.00", 5), ("33.00", 4), ("34.00", 3))),
    # The same phone as Alder, at another company: another consent, another story.
    Person("Fir Supply", PINE, SHARED, "ap@fir.example", "06103", "CT", (EAST,),
           owes=(("75.00", 14), ("60.00", 22))),
)  # fmt: skip
BY_NAME = {person.name: person for person in PEOPLE}


class Meaning(StrEnum):
    """What a text means to any reasonable reader."""

    STOP = "stop"
    START = "start"
    ASKS = "asks"
    """Somebody must answer before the next reminder."""
    IDLE = "idle"
    """Calls for nothing."""


WORDS: dict[str, Meaning] = {
    "STOP": Meaning.STOP,
    "STOP PLEASE": Meaning.STOP,
    "opt out": Meaning.STOP,
    "please don't text me again": Meaning.STOP,
    "Remove me from your list": Meaning.STOP,
    "no more texts please": Meaning.STOP,
    "no me manden más mensajes": Meaning.STOP,
    "Dejen de escribirme por favor": Meaning.STOP,
    "CANCEL": Meaning.STOP,
    "START": Meaning.START,
    "UNSTOP": Meaning.START,
    # No consent, whatever they mean by it.
    "YES": Meaning.ASKS,
    "you can text me again": Meaning.ASKS,
    "HELP": Meaning.ASKS,
    "I paid this last week by check": Meaning.ASKS,
    "This amount is wrong, we never ordered that": Meaning.ASKS,
    "I will pay on Friday": Meaning.ASKS,
    "Can I pay in three parts?": Meaning.ASKS,
    "Please don't stop sending these, I need the numbers": Meaning.ASKS,
    "what is this invoice for?": Meaning.ASKS,
    "ya pagué la factura": Meaning.ASKS,
    "Thanks!": Meaning.IDLE,
}
