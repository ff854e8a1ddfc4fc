"""The promises, judged: at the very moment something leaves, and after every step of a story.

Each function is named after what is promised and looks at what is true outside. Of the product's
tables it reads what a message was about, what was stored of what arrived, and the record.
"""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.db.models import F

from arbook.audit.models import Entry
from arbook.companies.models import Company
from arbook.gateways import mail
from arbook.outbox.models import Effect
from arbook.webhooks import process
from arbook.webhooks.models import WebhookEvent
from customers.models import ConsentEvent
from invoices import next_touch
from invoices.models import Dispute, Hold, Invoice, Task
from messaging import why
from messaging.models import Message
from reconciliation.models import Chargeback, Match, Posting, StripePayment
from tests.model.people import BY_NAME, PEOPLE, Meaning, Person
from tests.model.truth import Left
from tests.model.world import NAMES, ZONES, World

AMOUNT = re.compile(r"\$([\d,]+\.\d\d)")
WEEK = timedelta(days=7)
PER_WEEK = 3
LIMIT = Decimal("10000.00")
HEARD_WITHIN = timedelta(minutes=10)


# --- What left -----------------------------------------------------------------------------------


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
        _texts_only_who_may_be_texted(world, gone, what)
    if gone.kind in ("reminder", "letter"):
        _says_what_the_books_say(world, gone, what)
    if gone.kind == "reminder":
        _keeps_silence(world, gone, what)
        _keeps_the_budget(world, gone, what, company)
        _was_approved(world, gone, what, company)
        _was_foretold(world, gone, what)
    if gone.kind == "letter":
        _was_released(world, gone, what)


def _says_what_the_books_say(world: World, gone: Left, what: str) -> None:
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


def _texts_only_who_may_be_texted(world: World, gone: Left, what: str) -> None:
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


def _keeps_silence(world: World, gone: Left, what: str) -> None:
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
        if promised and world.now < promised:
            truth.breach(3, f"{what}: invoice {book_id} is promised")
        if truth.disputed.get((gone.company, book_id), 0) >= world.balance(gone.company, book_id):
            truth.breach(3, f"{what}: invoice {book_id} is disputed")
        if book_id in world.flying(gone.company):
            truth.breach(3, f"{what}: money is on its way to invoice {book_id}")


def _keeps_the_budget(world: World, gone: Left, what: str, company: Company) -> None:
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


def _was_approved(world: World, gone: Left, what: str, company: Company) -> None:
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


def _was_foretold(world: World, gone: Left, what: str) -> None:
    """Promise 9: the next touch that the invoice's page foretold is the one that comes."""
    today = world.now.astimezone(ZoneInfo(ZONES[gone.company])).date()
    for book_id, _ in gone.lines:
        foretold = world.truth.predicted.get((gone.company, book_id))
        if foretold and today < foretold:
            world.truth.breach(9, f"{what}: foretold for {foretold}, it left on {today}")


def _was_released(world: World, gone: Left, what: str) -> None:
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


# --- What was heard ------------------------------------------------------------------------------


def hear(world: World) -> None:
    """Words count once they are stored as what they are: a reply of this person."""
    truth = world.truth
    waiting = [one for one in truth.said if not one.is_heard]
    if not waiting:
        return
    stored = set(
        Message.objects.filter(
            direction=Message.Direction.IN, vendor_id__in=[one.sid for one in waiting]
        ).values_list("vendor_id", flat=True)
    )
    for one in waiting:
        if one.sid in stored:
            one.is_heard, one.heard_at = True, world.now
            world.heard(one)


def hear_of_chargebacks(world: World) -> None:
    """A card dispute counts once Stripe's word of it has been understood."""
    known = (
        set(Chargeback.objects.values_list("dispute_id", flat=True)) - world.truth.disputes_known
    )
    for slug, desk in world.desks.items():
        for dispute in desk.payer.table("dispute").values():
            page = world.page_of(slug, dispute["payment_intent"])
            if dispute["id"] in known and page:
                world.truth.disputes_known.add(dispute["id"])
                world.truth.charged_back.add(page.person.name)


def hear_of_merges(world: World) -> None:
    """Whoever takes over a customer takes over why they are quiet, once the merge is known."""
    for name, into in world.merged.items():
        if name in world.merges_known or not world.is_merged(BY_NAME[name]):
            continue
        world.merges_known.add(name)
        truth = world.truth
        for quiet in (truth.vip, truth.charged_back):
            if name in quiet:
                quiet.add(into)
        if name in truth.paused:
            ends = [truth.paused[one] for one in (name, into) if one in truth.paused]
            truth.paused[into] = None if None in ends else max(ends)


# --- After every step ----------------------------------------------------------------------------


def nothing_is_lost(world: World, *, is_quiet: bool) -> None:
    """Promise 7: what was given is stored; what failed says why; nothing due lies idle."""
    events = list(WebhookEvent.objects.values("state", "error", "not_before", "kind", "vendor"))
    for row in events:
        if row["state"] == "dead" and not row["error"]:
            world.truth.breach(7, f"{row['vendor']} {row['kind']} is dead without a cause")
        if is_quiet and row["state"] == "received" and row["not_before"] <= world.now:
            world.truth.breach(7, f"{row['vendor']} {row['kind']} was given and lies there")
    for row in Effect.objects.exclude(state__in=["done", "cancelled"]).values(
        "state", "error", "failure", "not_before", "kind", "lane"
    ):
        if row["state"] in ("dead", "unsure") and not row["error"]:
            world.truth.breach(7, f"{row['kind']} is {row['state']} without a cause")
        if (
            is_quiet
            and row["state"] == "pending"
            and row["not_before"] <= world.now
            and not row["lane"]
        ):
            world.truth.breach(7, f"{row['kind']} is due and nobody does it")


def posted_at_most_once(world: World) -> None:
    """Promise 6: however often anything happened, a payment stands in the books once."""
    for slug, desk in world.desks.items():
        seen: set[str] = set()
        for payment in desk.books.all("Payment"):
            note = payment.get("PrivateNote") or ""
            if "arbook pi_" not in note:
                continue
            intent = note.split("arbook ")[1].split()[0]
            if intent in seen:
                world.truth.breach(6, f"{slug}: payment {intent} stands in the books twice")
            seen.add(intent)
            _stands_right(world, slug, intent, payment)


def _stands_right(world: World, slug: str, intent: str, payment: dict) -> None:
    truth = world.truth
    paid = world.desks[slug].payer.table("payment_intent").get(intent)
    if paid is None or paid["status"] != "succeeded":
        truth.breach(6, f"{slug}: {intent} was posted and was not paid here")
        return
    if (payment.get("PrivateNote") or "").startswith("Voided"):
        return
    total = Decimal(str(payment["TotalAmt"]))
    if total != Decimal(paid["amount_received"]) / 100:
        truth.breach(6, f"{slug}: {intent} paid {paid['amount_received']}, posted {total}")
    page = world.page_of(slug, intent)
    parts = page.parts if page else {}
    for line in payment.get("Line", []):
        for link in line.get("LinkedTxn", []):
            if link["TxnType"] != "Invoice":
                continue
            if Decimal(str(line["Amount"])) > parts.get(link["TxnId"], Decimal(0)):
                truth.breach(6, f"{slug}: {intent} went on invoice {link['TxnId']}, {parts}")


def everything_has_a_name(world: World) -> None:
    """Promise 8: the record says who and when; no row of one company points into the other."""
    if Entry.objects.filter(said="").exists():
        world.truth.breach(8, "an entry without words")
    strays = Message.objects.filter(customer__isnull=False).exclude(
        customer__company_id=F("company_id")
    )
    if strays.exists():
        world.truth.breach(8, "a message of one company to a customer of the other")


def posted_exactly_once(world: World) -> None:
    """Promise 6, once everything has settled: all that was paid through a page is in the books."""
    for slug, desk in world.desks.items():
        notes = [row.get("PrivateNote") or "" for row in desk.books.all("Payment")]
        gone = world.deleted_payments
        for intent in desk.payer.all("payment_intent"):
            if intent["status"] != "succeeded" or world.page_of(slug, intent["id"]) is None:
                continue
            if intent["id"] in gone:
                continue
            if not any(intent["id"] in note for note in notes):
                world.truth.breach(6, f"{slug}: {intent['id']} was paid and is not in the books")


def all_is_done(world: World) -> None:
    """Promises 6 and 7, at the end: what arrived was understood, what was wanted was done."""
    for row in WebhookEvent.objects.exclude(state__in=["done", "ignored"]):
        world.truth.breach(7, f"{row} is {row.state}: {row.error}")
    stores = {one.sid for one in world.truth.said}
    stored = set(
        Message.objects.filter(direction="in", vendor_id__in=stores).values_list(
            "vendor_id", flat=True
        )
    )
    for one in world.truth.said:
        if one.sid not in stored and one.sid not in world.lost_texts:
            world.truth.breach(7, f"{one.person.name} wrote {one.words!r}, which is nowhere")
    for row in Effect.objects.exclude(state__in=["done", "cancelled"]):
        waits = row.state == "pending" and row.not_before > world.now
        # Mail cannot be looked up: whether it left is asked of a person, who finds it in a task.
        is_asked = row.state == "dead" and row.kind.startswith("messaging.")
        if not waits and not is_asked:
            world.truth.breach(7, f"{row} is {row.state}: {row.error}")


def replays_change_nothing(world: World) -> None:
    """Promise 7: every event given again, all at once, leaves everything as it is."""
    with world.at_work():
        failed = world.run_jobs("sync the books", "catch up with Stripe")
        assert not failed, failed
        world.work()
        before = _everything(world)
        for row in WebhookEvent.objects.order_by("-pk"):
            process.replay(row, now=world.now)
        world.work()
        after = _everything(world)
    for name, was in before.items():
        if was != after[name]:
            gone, new = sorted(was - after[name])[:3], sorted(after[name] - was)[:3]
            world.truth.breach(7, f"replays changed {name}: {gone} became {new}")


def _everything(world: World) -> dict[str, set]:
    books = {
        (slug, row["Id"], str(row["TotalAmt"]))
        for slug, desk in world.desks.items()
        for row in desk.books.all("Payment")
    }
    return {
        "the books": books,
        "what left": {(one.to, one.at, one.body) for one in world.truth.left},
        "payments": _rows(StripePayment, "intent", "state", "amount", "refunded"),
        "matches": _rows(Match, "payment", "invoice", "amount"),
        "postings": _rows(Posting, "reference", "state", "quickbooks_id"),
        "invoices": _rows(Invoice, "quickbooks_id", "balance", "is_void", "is_deleted"),
        "consent": _rows(ConsentEvent, "pk", "direction"),
        "words": _rows(Message, "vendor_id", direction="in"),
        "chargebacks": _rows(Chargeback, "dispute_id", "state"),
        "disputes": _rows(Dispute, "invoice", "state", "amount"),
        "silences": _rows(Hold, "customer", "invoice", "reason", "source", lifted_at=None),
        "tasks": _rows(Task, "key", done_at=None),
    }


def _rows(model, *names: str, **only) -> set[tuple[str, ...]]:
    rows = model.objects.filter(**only).values_list(*names)
    return {tuple(str(value) for value in row) for row in rows}


def every_yes_and_no_is_explained(world: World, person: Person) -> None:
    """Promise 9: a sentence for each open invoice, and the right one."""
    truth = world.truth
    customer = world.customer(person)
    for invoice in customer.invoices.select_related("company", "customer__company"):
        said = why.of_invoice(invoice, now=world.now)
        if not said.sentence.strip().endswith((".", "!")):
            truth.breach(9, f"invoice {invoice} of {person.name}: no sentence ({said.sentence!r})")
        if not invoice.is_open:
            continue
        paused = person.name in truth.paused and (
            truth.paused[person.name] is None or world.now < truth.paused[person.name]
        )
        is_quiet = paused or person.name in truth.vip | world.in_review() | set(truth.waiting)
        touch = next_touch.of_invoice(invoice)
        if is_quiet and touch and not said.sentence.startswith("Blocked"):
            truth.breach(9, f"invoice {invoice} of {person.name} is quiet and says {said.sentence}")
        if touch:
            truth.predicted[person.company, invoice.quickbooks_id] = touch.due_on
