"""Promises of a reminder: silence, the budget of contacts, and the day that was foretold."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from arbook.companies.models import Company
from tests.model.people import ZONES
from tests.model.truth import Left
from tests.model.world import World

WEEK = timedelta(days=7)
PER_WEEK = 3
RECALLING = ("before the day", "ahead of the day", "nos prometieron", "antes del día")


def keeps_silence(world: World, gone: Left, what: str) -> None:
    """Promise 3: whoever or whatever is quiet stays quiet."""
    truth, name = world.truth, gone.person.name
    if name in truth.vip:
        truth.breach(3, f"{what}: is a VIP")
    if name in truth.waiting:
        truth.breach(3, f"{what}: waits for an answer since {truth.waiting[name]}")
    if name in truth.paused and (truth.paused[name] is None or world.now < truth.paused[name]):
        truth.breach(3, f"{what}: a person paused them until {truth.paused[name]}")
    if name in truth.charged_back:
        truth.breach(3, f"{what}: has a chargeback")
    if name in world.in_review():
        truth.breach(3, f"{what}: a manager's review is open")
    for book_id, _ in gone.lines:
        promised = truth.promised.get((gone.company, book_id))
        if promised and world.now < promised and not _recalls(gone, promised):
            truth.breach(3, f"{what}: invoice {book_id} is promised")
        if truth.disputed.get((gone.company, book_id), 0) >= world.balance(gone.company, book_id):
            truth.breach(3, f"{what}: invoice {book_id} is disputed")
        if book_id in world.flying(gone.company):
            truth.breach(3, f"{what}: money is on its way to invoice {book_id}")


def _recalls(gone: Left, promised: datetime) -> bool:
    """The one friendly word on the day before the promised one: three days before silence ends."""
    is_the_day = promised - timedelta(days=4) <= gone.at < promised - timedelta(days=3)
    return is_the_day and any(words in gone.body for words in RECALLING)


def keeps_the_budget(world: World, gone: Left, what: str, company: Company) -> None:
    """Promise 4: one contact a day, three in seven days, on whatever channel."""
    zone = ZoneInfo(ZONES[gone.company])
    before = [
        one.at
        for one in world.truth.left
        if one.person == gone.person
        and one.kind in ("reminder", "answer", "letter")
        and one.is_test == gone.is_test
        and not world.has_failed(one)
    ]
    today = gone.at.astimezone(zone).date()
    if any(at.astimezone(zone).date() == today for at in before):
        world.truth.breach(4, f"{what}: was contacted today already")
    if len([at for at in before if gone.at - at < WEEK]) >= PER_WEEK:
        world.truth.breach(4, f"{what}: had {PER_WEEK} contacts in seven days")


def was_foretold(world: World, gone: Left, what: str) -> None:
    """Promise 9: the next touch that the invoice's page foretold is the one that comes."""
    today = world.now.astimezone(ZoneInfo(ZONES[gone.company])).date()
    for book_id, _ in gone.lines:
        foretold = world.truth.predicted.get((gone.company, book_id))
        if foretold and today < foretold:
            world.truth.breach(9, f"{what}: foretold for {foretold}, it left on {today}")
