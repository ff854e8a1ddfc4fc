"""Texts that ask a phone for its own yes, and what is heard of it.

Nothing else is sent to the number meanwhile: without a line in the ledger no text leaves. An answer
that is no clear yes goes the way of every reply.
"""

from datetime import datetime

from django.db import transaction

from arbook.audit import log
from arbook.companies.models import Company, User
from arbook.outbox import outbox
from arbook.outbox.models import Effect
from customers import consent, ledger, opt_ins, wordings
from customers.models import Channel, ConsentEvent, ConsentWording, OptIn
from invoices import tasks
from invoices.models import Task
from messaging import approving, quiet_hours, replies, segments, strangers, threads
from messaging.models import CHANNEL_OF, Message, Thread
from messaging.triage import Reading

YES = {
    *("yes", "y", "yeah", "yep", "yes please", "ok", "okay", "i agree", "agree", "start", "unstop"),
    *("si", "sí", "si por favor", "sí por favor", "acepto", "de acuerdo"),
}


class InvitationRefused(Exception):
    """The text cannot be written. The message is fit for the screen."""


@transaction.atomic
def invite(opt_in: OptIn, *, now: datetime) -> Message:
    """Write the one text that asks for YES; it leaves at the next decent hour.

    Raises InvitationRefused when it never can.
    """
    company, customer = opt_in.company, opt_in.customer
    test = company.test_phone if company.mode == Company.Mode.DRY_RUN else ""
    if company.mode == Company.Mode.DRY_RUN and not test:
        raise InvitationRefused("A dry run needs a test number in the settings.")
    policy = quiet_hours.policy_of(company, Channel.SMS)
    moment = quiet_hours.next_moment(now, customer.place(opt_in.address), policy)
    if moment.at is None:
        raise InvitationRefused(f"{moment.sentence[:1].upper()}{moment.sentence[1:]}.")
    words = wordings.current(company, ConsentWording.Kind.TEXT, customer.language)
    shown = threads.shown(opt_in.address)
    body = segments.plain(f"TEST for {shown}: {words.text}" if test else words.text)
    thread = threads.locked(threads.of(customer))
    message = Message.objects.create(
        company=company,
        thread=thread,
        customer=customer,
        contact=customer.contacts.filter(channel=Channel.SMS, address=opt_in.address).first(),
        direction=Message.Direction.OUT,
        medium=Message.Medium.SMS,
        purpose=Message.Purpose.OPT_IN,
        state=Message.State.APPROVED,
        address=opt_in.address,
        test_address=test,
        body=body,
        approved_by=opt_in.asked_by,
        approved_at=now,
        created_at=now,
        send_after=moment.at if moment.at > now else None,
        segments=segments.measure(body).parts,
        reading={"opt_in": opt_in.pk, "wording": words.version},
    )
    opt_in.texted_at = moment.at
    opt_in.save(update_fields=["texted_at"])
    when = f", {moment.sentence}" if moment.at > now else ""
    entry = log.record(
        "message.invited",
        f"{shown} is asked whether it may be texted{when}: {body}",
        about=threads.about(thread, message, opt_in),
        by=opt_in.asked_by,
        at=now,
        message=message.pk,
    )
    with log.because(entry.pk):
        outbox.enqueue(
            replies.SEND,
            key=approving.effect_key(message.pk),
            company=company,
            payload={"message": message.pk},
            not_before=message.send_after,
            now=now,
        )
    thread.last_message_at = now
    thread.save(update_fields=["last_message_at"])
    return message


def heard(
    thread: Thread, message: Message, reading: Reading, *, carrier_type: str, now: datetime
) -> bool:
    """Whether a reply was the yes we asked this phone for. A stop, too, ends the question."""
    if CHANNEL_OF[message.medium] != Channel.SMS:
        return False
    company = thread.company
    opt_in = opt_ins.pending(company, message.address, now=message.created_at)
    if opt_in is None or not _was_asked(opt_in):
        return False
    if carrier_type == "STOP" or reading.opt_out:
        opt_ins.refuse(opt_in, reason=f"They answered: {message.body[:200]}", now=now)
        return False
    is_stopped = consent.standing(company, Channel.SMS, message.address).is_withdrawn
    if is_stopped or not is_yes(message.body):
        return False
    proof = {"answer": message.body, "message": message.pk, "vendor_id": message.vendor_id}
    opt_ins.confirmed(opt_in, evidence=proof, now=message.created_at)
    if thread.customer_id is None and not opt_in.customer.is_deleted:
        strangers.link(thread, customer=opt_in.customer, by=None, now=now)
    return True


def did_not_arrive(message: Message, reason: str, *, now: datetime) -> None:
    """The text that asked for a yes failed: its question ends, and whoever asked hears of it."""
    rows = OptIn.objects.of(message.company).select_related("customer", "asked_by")
    opt_in = rows.filter(pk=message.reading.get("opt_in")).first()
    if opt_in is None or not opt_ins.not_asked(opt_in, reason=reason, now=now):
        return
    shown = threads.shown(opt_in.address)
    log.record(
        "consent.refused",
        f"{shown} could not be asked whether it may be texted: {reason}",
        about=threads.about(message.thread, message, opt_in),
        by=None,
        at=now,
        company=message.company,
    )
    tasks.open_task(
        message.company,
        kind=Task.Kind.FIX_DATA,
        key=f"not-asked:{opt_in.address}",
        title=f"The text that asks {opt_in.customer or shown} for a yes did not arrive",
        detail=f"{shown}: {reason} Check the number with them, then ask again.",
        customer=opt_in.customer,
        owner=opt_in.asked_by,
        now=now,
    )


def is_open(message: Message) -> bool:
    """Whether the question in this text is still one."""
    rows = OptIn.objects.of(message.company_id).filter(state=OptIn.State.PENDING)
    return rows.filter(pk=message.reading.get("opt_in")).exists()


def _was_asked(opt_in: OptIn) -> bool:
    """Whether the question has left us: a yes before it answers something else."""
    asked = (
        Message.objects.of(opt_in.company)
        .filter(address=opt_in.address, purpose=Message.Purpose.OPT_IN)
        .filter(reading__opt_in=opt_in.pk)
        .first()
    )
    if asked is None or asked.state != Message.State.APPROVED:
        return asked is not None and asked.handed_over_at is not None
    # The answer may be quicker than the line that says it left.
    leaving = [Effect.State.IN_FLIGHT, Effect.State.UNSURE]
    key = approving.effect_key(asked.pk)
    return Effect.objects.filter(key=key, state__in=leaving).exists()


def is_yes(body: str) -> bool:
    """A yes and nothing else; “yes, but who is this?” is for a person."""
    return " ".join(body.casefold().strip(" .!,'\"\n").split()) in YES


def wishes(thread: Thread, message: Message, *, now: datetime) -> None:
    """Somebody who opted out seems to want texts again: no consent until a person confirms it."""
    channel = CHANNEL_OF[message.medium]
    said = f"“{message.body[:80]}” from an opted-out number is no consent until a person"
    log.record(
        "consent.asked",
        f"{said} confirms it.",
        about=threads.about(thread, message),
        by=None,
        at=now,
    )
    opt_ins.wish(
        thread.company,
        channel=channel,
        address=message.address,
        words=message.body,
        evidence={"message": message.pk, "vendor_id": message.vendor_id},
        customer=thread.customer,
        now=now,
    )
    ask_person(
        thread.company,
        channel=channel,
        address=message.address,
        customer=thread.customer,
        detail=message.body,
        now=now,
    )


def ask_person(company: Company, *, channel, address, customer, detail, now: datetime) -> Task:
    """The task to decide whether somebody who opted out may be written to again."""
    shown = ledger.shown(channel, address)
    return tasks.open_task(
        company,
        kind=Task.Kind.ANSWER,
        key=task_key(channel, address),
        title=f"{customer or shown} opted out and now seems to want messages: decide",
        detail=f"{shown}: “{detail}” Consent, {shown}, holds the answer to give.",
        customer=customer,
        now=now,
    )


def task_key(channel: str, address: str) -> str:
    return f"consent:{channel}:{address}"


@transaction.atomic
def decide(
    opt_in: OptIn, *, allows: bool, reason: str, by: User, now: datetime
) -> ConsentEvent | None:
    """A person's answer to that, with the reason; the task is done with it."""
    event = opt_ins.decide(opt_in, allows=allows, reason=reason, by=by, now=now)
    outcome = "Allowed again" if allows else "Stays opted out"
    tasks.finish_key(
        opt_in.company,
        task_key(opt_in.channel, opt_in.address),
        by=by,
        now=now,
        outcome=f"{outcome}: {reason.strip()}",
    )
    return event
