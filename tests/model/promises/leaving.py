"""What left: who it went to and what it is, judged at that very moment."""

import re
from decimal import Decimal
from urllib.parse import urlsplit

from arbook.companies.models import Company
from arbook.gateways import mail
from messaging.models import Message
from tests.model.people import NAMES, PEOPLE
from tests.model.promises import of_messages, of_reminders
from tests.model.promises.hearing import hear
from tests.model.truth import Left
from tests.model.world import World

AMOUNT = re.compile(r"\$([\d,]+\.\d\d)")


def text_left(world: World, account, message) -> None:
    """The carrier took a text."""
    slug = next(one for one, desk in world.desks.items() if desk.carrier.sid == account.sid)
    uuid = (
        urlsplit(message.callback).path.rstrip("/").rpartition("/")[2] if message.callback else ""
    )
    left(world, slug, "sms", message.to, "", message.body, uuid, message.sid)


def letter_left(world: World, letter) -> None:
    """The mail server took a letter; those to the staff are no concern of the customers."""
    sender = letter.sender
    slug = next((one for one, name in NAMES.items() if name in sender), "")
    to = letter.to[0]
    if to.startswith("staff@"):
        return
    if letter.attachments:
        for one in letter.attachments:
            assert one.content.startswith(b"%PDF"), "the letter is no PDF"
    name = letter.headers["Message-ID"]
    rows = Message.objects.filter(company__slug=slug, direction="out", medium="email")
    uuid = next(
        (
            str(one)
            for one in rows.order_by("-pk").values_list("uuid", flat=True)
            if mail.message_id_for(f"message:{one}") == name
        ),
        "",
    )
    left(world, slug, "email", to, letter.subject, letter.text, uuid, name)


def left(world: World, slug, medium, to, subject, body, uuid, vendor_id) -> None:
    truth = world.truth
    row = Message.objects.filter(uuid=uuid or None).select_related("customer").first()
    company = world.company(slug)
    is_test = to in (company.test_phone, company.test_email)
    person = next(
        (
            one
            for one in PEOPLE
            if one.company == slug
            and (
                to in (one.mobile, one.email) or (is_test and row and str(row.customer) == one.name)
            )
        ),
        None,
    )
    lines = (
        tuple(
            (line.invoice.quickbooks_id, line.amount)
            for line in row.lines.select_related("invoice")
        )
        if row
        else ()
    )
    kind = _kind(world, subject, body, row)
    amounts = [Decimal(one.replace(",", "")) for one in AMOUNT.findall(body)]
    gone = Left(
        person, slug, medium, kind, world.now, to, subject, body,
        amounts[0] if amounts and kind in ("reminder", "letter") else Decimal(0),
        lines, uuid, is_test, vendor_id,
    )  # fmt: skip
    judge(world, gone, company)
    truth.left.append(gone)


def _kind(world: World, subject: str, body: str, row) -> str:
    words = body.split("\n\n--\n")[0].split(": ", 1)[-1] if body.startswith("TEST for") else body
    if any(answer in body for answer in world.truth.answers):
        return "answer"
    if "/pay/" in body:
        return "reminder"
    if "no more texts from us" in words:
        return "confirmation"
    if subject.startswith(("A letter", "Una carta")) or "attached our letter" in body:
        return "letter"
    if "receipt" in body or "received" in words or "recib" in words:
        return "receipt"
    return "unknown"


def judge(world: World, gone: Left, company: Company) -> None:
    """Everything that is promised of a message, at the moment it leaves."""
    truth = world.truth
    what = f"{gone.kind} by {gone.medium} to {gone.person.name if gone.person else gone.to}"
    if gone.kind == "unknown":
        truth.breach(8, f"nobody knows what this is: {gone.body[:200]!r}")
    if gone.person is None:
        truth.breach(8, f"{what}: nobody of {gone.company} has this address")
        return
    hear(world)
    if gone.company in truth.stopped:
        truth.breach(3, f"{what}: all sending is stopped")
    if company.mode == Company.Mode.DRY_RUN and not gone.is_test:
        truth.breach(5, f"{what}: the company is in a dry run")
    if company.mode != Company.Mode.DRY_RUN and gone.is_test:
        truth.breach(5, f"{what}: the rehearsal is over")
    if NAMES[gone.company] not in gone.body + gone.subject and gone.kind != "answer":
        truth.breach(8, f"{what}: does not say that it comes from {NAMES[gone.company]}")
    if gone.medium == "sms" and not gone.is_test:
        of_messages.texts_only_who_may_be_texted(world, gone, what)
    if gone.kind in ("reminder", "letter"):
        of_messages.says_what_the_books_say(world, gone, what)
    if gone.kind == "reminder":
        of_reminders.keeps_silence(world, gone, what)
        of_reminders.keeps_the_budget(world, gone, what, company)
        of_messages.was_approved(world, gone, what, company)
        of_reminders.was_foretold(world, gone, what)
    if gone.kind == "letter":
        of_messages.was_released(world, gone, what)
