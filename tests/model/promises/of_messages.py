"""Promises of a message: it says what the books say, to who may be texted, as it was approved."""

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from arbook.companies.models import Company
from tests.model.people import Meaning, Person
from tests.model.truth import Left
from tests.model.world import World

LIMIT = Decimal("10000.00")
HEARD_WITHIN = timedelta(minutes=10)


def says_what_the_books_say(world: World, gone: Left, what: str) -> None:
    """Promise 1: paid, voided, gone, or lower than the text says: then it does not leave."""
    truth = world.truth
    if not gone.lines:
        truth.breach(1, f"{what}: is about no invoice")
    for book_id, amount in gone.lines:
        balance = world.balance(gone.company, book_id)
        owner = world.person_of(gone.company, book_id)
        if owner != gone.person:
            truth.breach(1, f"{what}: invoice {book_id} is not theirs but {owner}'s")
        elif amount > balance:
            truth.breach(1, f"{what}: says {amount} of invoice {book_id}, the books say {balance}")
        elif amount > balance - truth.disputed.get((gone.company, book_id), Decimal(0)):
            truth.breach(3, f"{what}: asks for a disputed part of invoice {book_id}")
    if gone.total != sum(amount for _, amount in gone.lines):
        truth.breach(4, f"{what}: the total {gone.total} is not the sum of {gone.lines}")


def texts_only_who_may_be_texted(world: World, gone: Left, what: str) -> None:
    """Promise 2: recorded consent, no opt-out, a decent hour where they live."""
    truth, person = world.truth, gone.person
    if not person.is_decent(world.now):
        truth.breach(2, f"{what}: at {_local(world.now, person)}")
    if gone.kind == "confirmation":
        words = [one for one in truth.said if one.person.mobile == gone.to]
        if not any(
            one.heard_at and one.meaning == Meaning.STOP and world.now - one.heard_at < HEARD_WITHIN
            for one in words
        ):
            truth.breach(2, f"{what}: confirms an opt-out that nobody asked for")
        return
    if not truth.allows_texts(gone.company, gone.to):
        recently = any(
            one.is_heard
            and one.person.company == gone.company
            and one.person.mobile == gone.to
            and one.at > world.now - timedelta(days=30)
            for one in truth.said
        )
        never = not truth.consent.get((gone.company, gone.to))
        # Who never said a word on consent and has just written may be answered.
        if not (gone.kind == "answer" and recently and never):
            said = truth.consent.get((gone.company, gone.to), "nothing")
            truth.breach(2, f"{what}: no consent ({said})")


def was_approved(world: World, gone: Left, what: str, company: Company) -> None:
    """Promise 5: a yes to exactly this, where the mode or the amount asks for one."""
    if company.mode == Company.Mode.DRY_RUN:
        return
    yes = world.truth.approved.get(gone.message)
    fits = (
        yes is not None
        and yes.medium == gone.medium
        and yes.to == gone.to
        and yes.total == gone.total
        and _same(gone.body, yes.body)
    )
    if company.mode == Company.Mode.REVIEW and not fits:
        seen = f"not as approved ({yes})" if yes else "nobody approved it"
        world.truth.breach(5, f"{what}: {seen}")
    elif gone.total > LIMIT and not (fits and yes.is_managers):
        world.truth.breach(5, f"{what}: {gone.total} without a manager's yes to exactly this")


def was_released(world: World, gone: Left, what: str) -> None:
    """Promise 5: a letter leaves after a manager's yes to exactly its amounts."""
    numbers = {
        row["Id"]: row.get("DocNumber") or row["Id"]
        for row in world.books(gone.company).all("Invoice")
    }
    content = tuple(
        sorted((numbers.get(book_id, book_id), f"${amount:,.2f}") for book_id, amount in gone.lines)
    )
    if (gone.person.name, content) not in world.truth.released:
        world.truth.breach(5, f"{what}: released was {world.truth.released}, it says {content}")
    else:
        world.truth.released.remove((gone.person.name, content))


def _same(body: str, approved: str) -> bool:
    return _plain(body).startswith(_plain(approved))


def _plain(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").strip().split("\n"))


def _local(at: datetime, person: Person) -> str:
    return " / ".join(f"{at.astimezone(ZoneInfo(zone)):%a %b %d %H:%M}" for zone in person.clocks)
