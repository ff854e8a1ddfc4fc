"""A yes that has to be proven: asked for on the pay page or by staff, given by the phone itself.

A link proves that somebody holds our message, not whose number they type. So a number gets one text
that asks for YES, and only that answer is consent; until then nothing else is sent to it. Who opted
out before is not asked by us again: a person decides, with a reason.
"""

from datetime import datetime, timedelta

from django.db import transaction

from arbook import phones
from arbook.audit import log
from arbook.companies.models import Company, User
from arbook.gateways.models import Connection
from arbook.outbox import outbox
from customers import consent, contacts, do_not_contact, wordings
from customers.consent import Source
from customers.models import Channel, ConsentEvent, Contact, Customer, OptIn

State = OptIn.State
ASK = "messaging.ask_for_yes"
ANSWER_WITHIN = timedelta(days=7)
ASKED_AGAIN_AFTER = timedelta(days=30)
"""A number that did not say yes is left alone for so long, whoever types it."""
NUMBERS_A_DAY = 3
"""So many numbers one customer's link may have asked in a day: no way to text strangers by it."""


class OptInRefused(Exception):
    """It cannot be asked for. The message is fit for the screen, also the customer's."""


class NothingToAsk(OptInRefused):
    """What we know of this number already says that it is not asked. Only staff may be told."""


def offered(customer: Customer) -> bool:
    """Whether their page offers texts: the company has a sender, and no number of theirs has said
    yes already. Who is written to by mail only is not asked."""
    if customer.mail_only:
        return False
    row = Connection.objects.of(customer.company).filter(vendor=Connection.Vendor.TWILIO).first()
    if row is None or not row.is_usable or not row.options.get("messaging_service"):
        return False
    best = contacts.best([customer.pk], Channel.SMS).get(customer.pk)
    return not (best and consent.standing(customer.company, Channel.SMS, best.address).is_given)


@transaction.atomic
def ask(
    customer: Customer,
    *,
    written: str,
    source: str,
    wording: wordings.Wording,
    evidence: dict,
    by: User | None,
    now: datetime,
) -> OptIn:
    """Take a yes to texts at a number, and have the number itself asked. Raises OptInRefused."""
    company = customer.company
    # One after the other for each customer: the limits below count what the other has written.
    Customer.objects.select_for_update().get(pk=customer.pk)
    parsed = phones.parse(written)
    if parsed is None or parsed.extension:
        raise OptInRefused("Enter one mobile number with its area code.")
    number = parsed.e164
    if do_not_contact.among(company, [(Channel.SMS, number)]):
        raise NothingToAsk("This number asked never to be contacted; call us to change that.")
    standing = consent.standing(company, Channel.SMS, number)
    if standing.is_given:
        raise NothingToAsk("Texts to this number are allowed already.")
    mine = OptIn.objects.of(company).filter(channel=Channel.SMS)
    known = mine.filter(address=number).order_by("-asked_at").first()
    if known and known.is_open:
        return known
    if known and known.state == State.EXPIRED and now - known.asked_at < ASKED_AGAIN_AFTER:
        raise NothingToAsk("It was asked lately and did not answer.")
    if by is None and _asked_today(mine, customer, now) >= NUMBERS_A_DAY:
        raise OptInRefused("Too many numbers were entered today. Try again tomorrow.")
    opt_in = OptIn.objects.create(
        company=company,
        customer=customer,
        address=number,
        state=State.FOR_PERSON if standing.is_withdrawn else State.PENDING,
        source=source,
        wording=wording.text,
        wording_version=wording.version,
        evidence=evidence,
        asked_at=now,
        asked_by=by,
    )
    shown = parsed.display
    said = (
        f"Somebody agreed to texts at {shown}, which opted out before: a person decides."
        if standing.is_withdrawn
        else f"Texts to {shown} were agreed to; the number is asked for its own yes first."
    )
    entry = log.record(
        "consent.asked",
        said,
        about=[opt_in, customer],
        by=by,
        at=now,
        company=company,
        version=wording.version,
        source=source,
    )
    with log.because(entry.pk):
        outbox.enqueue(
            ASK, key=f"opt-in:{opt_in.pk}", company=company, payload={"opt_in": opt_in.pk}, now=now
        )
    return opt_in


@transaction.atomic
def wish(
    company: Company,
    *,
    channel: str,
    address: str,
    words: str,
    evidence: dict,
    customer: Customer | None,
    now: datetime,
) -> OptIn:
    """Somebody who opted out wrote what sounds like a yes: kept for a person, no consent."""
    opt_in, _ = OptIn.objects.get_or_create(
        company=company,
        channel=channel,
        address=address,
        state=State.FOR_PERSON,
        defaults={
            "customer": customer,
            "source": Source.REPLY,
            "wording": words[:2000],
            "evidence": evidence,
            "asked_at": now,
        },
    )
    return opt_in


def pending(company: Company, number: str, *, now: datetime) -> OptIn | None:
    """The question this number still has to answer, when it was texted and may answer yet."""
    return (
        OptIn.objects.of(company)
        .filter(
            channel=Channel.SMS,
            address=number,
            state=State.PENDING,
            texted_at__gt=now - ANSWER_WITHIN,
        )
        .select_related("customer", "company")
        .first()
    )


@transaction.atomic
def confirmed(opt_in: OptIn, *, evidence: dict, now: datetime) -> ConsentEvent:
    """The phone itself said yes: that is consent, and the number becomes the customer's."""
    opt_in = _locked(opt_in)
    _settle(opt_in, State.CONFIRMED, by=None, reason="They answered yes.", now=now)
    event = consent.grant(
        opt_in.company,
        channel=opt_in.channel,
        address=opt_in.address,
        source=Source.OPT_IN,
        wording=opt_in.wording,
        wording_version=opt_in.wording_version,
        evidence=_proof(opt_in) | evidence,
        by=None,
        now=now,
        about=[opt_in, *([opt_in.customer] if opt_in.customer else [])],
    )
    if opt_in.customer:
        take_contact(opt_in.customer, opt_in.address, by=None, now=now)
    return event


@transaction.atomic
def decide(
    opt_in: OptIn, *, allows: bool, reason: str, by: User, now: datetime
) -> ConsentEvent | None:
    """A person says whether what was heard is consent after all, and how they know."""
    reason = reason.strip()
    if not reason:
        raise OptInRefused("Write down how you know: it is kept as evidence.")
    opt_in = _locked(opt_in)
    state = State.CONFIRMED if allows else State.REFUSED
    _settle(opt_in, state, by=by, reason=reason, now=now)
    if not allows:
        log.record(
            "consent.refused",
            f"{opt_in.address} stays opted out: {reason}",
            about=[opt_in, *([opt_in.customer] if opt_in.customer else [])],
            by=by,
            at=now,
            company=opt_in.company,
        )
        return None
    return consent.grant(
        opt_in.company,
        channel=opt_in.channel,
        address=opt_in.address,
        source=Source.STAFF,
        wording=opt_in.wording,
        wording_version=opt_in.wording_version,
        evidence=_proof(opt_in) | {"reason": reason},
        by=by,
        now=now,
        about=[opt_in],
    )


@transaction.atomic
def refuse(opt_in: OptIn, *, reason: str, now: datetime) -> None:
    """It comes to nothing: a landline, a no, a stop."""
    opt_in = OptIn.objects.select_for_update(of=("self",)).get(pk=opt_in.pk)
    if opt_in.is_open:
        _settle(opt_in, State.REFUSED, by=None, reason=reason, now=now)


@transaction.atomic
def not_asked(opt_in: OptIn, *, reason: str, now: datetime) -> bool:
    """The text that asked did not arrive, so nobody can answer; whether it was still open."""
    opt_in = OptIn.objects.select_for_update(of=("self",)).get(pk=opt_in.pk)
    if opt_in.state != State.PENDING:
        return False
    _settle(opt_in, State.REFUSED, by=None, reason=f"The text did not arrive: {reason}", now=now)
    return True


def expire(company: Company, *, now: datetime) -> int:
    """Questions that nobody answered come to an end."""
    rows = OptIn.objects.of(company).filter(state=State.PENDING, texted_at__lte=now - ANSWER_WITHIN)
    return rows.update(state=State.EXPIRED, settled_at=now, reason="No answer.")


def take_contact(customer: Customer, number: str, *, by: User | None, now: datetime) -> Contact:
    """The number is the customer's from now on; it is used first unless another may be texted."""
    known = customer.contacts.filter(channel=Channel.SMS, address=number).first()
    if known and known.is_usable:
        return known
    best = contacts.best([customer.pk], Channel.SMS).get(customer.pk)
    is_better = (
        best is None or not consent.standing(customer.company, Channel.SMS, best.address).is_given
    )
    return contacts.add(
        customer,
        channel=Channel.SMS,
        written=number,
        source=Contact.Source.OPT_IN,
        is_primary=is_better,
        by=by,
        now=now,
    )


def _asked_today(rows, customer: Customer, now: datetime) -> int:
    return rows.filter(
        customer=customer, asked_by=None, asked_at__gt=now - timedelta(days=1)
    ).count()


def _locked(opt_in: OptIn) -> OptIn:
    row = (
        OptIn.objects.select_for_update(of=("self",))
        .select_related("company", "customer", "customer__company")
        .get(pk=opt_in.pk)
    )
    if not row.is_open:
        raise OptInRefused(f"This is settled already: {row.reason or row.get_state_display()}")
    return row


def _settle(opt_in: OptIn, state: str, *, by: User | None, reason: str, now: datetime) -> None:
    opt_in.state, opt_in.settled_by, opt_in.settled_at = state, by, now
    opt_in.reason = reason[:300]
    opt_in.save(update_fields=["state", "settled_by", "settled_at", "reason"])


def _proof(opt_in: OptIn) -> dict:
    return opt_in.evidence | {
        "opt_in": opt_in.pk,
        "asked_by": opt_in.source,
        "asked_at": opt_in.asked_at.isoformat(),
    }
