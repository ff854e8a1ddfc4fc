"""Messages that belong to one effect: written once, before they leave."""

from collections.abc import Callable

from django.db import transaction

from arbook import clock
from arbook.companies.models import Company
from arbook.gateways import twilio
from arbook.outbox.models import Effect
from arbook.outbox.registry import Later
from customers import consent
from customers.models import Contact
from messaging import hand_over, line_checks, segments, threads
from messaging.gate import AGAIN
from messaging.hand_over import Dropped, Ready
from messaging.models import CHANNEL_OF, Message

State, Medium = Message.State, Message.Medium


def nothing(sentence: str) -> Dropped:
    """There is nothing to send, and nothing is left to do."""
    return Dropped(None, sentence, is_closed=True)


def once(effect: Effect, write: Callable[[], Message | None]) -> Message | None:
    """The message of this effect; written the first time only."""
    with transaction.atomic():
        Effect.objects.select_for_update().get(pk=effect.pk)
        rows = Message.objects.filter(company=effect.company_id, reading__effect=effect.key)
        return rows.select_related("customer").first() or write()


def new_message(company, effect, wanted, composed, purpose, now) -> Message:
    """The message in these words, to be completed and saved by whoever knows its money."""
    pk = wanted.customer.pk
    return Message(
        company=company,
        thread_id=threads.of_customers(company, [pk])[pk],
        customer=wanted.customer,
        direction=Message.Direction.OUT,
        medium=wanted.medium,
        purpose=purpose,
        state=State.APPROVED,
        address=wanted.address,
        test_address=wanted.test_address,
        template=composed.template,
        template_version=composed.template_version,
        subject=composed.subject,
        body=composed.body,
        content_hash=composed.content_hash,
        approved_hash=composed.content_hash,
        approved_at=now,
        created_at=now,
        segments=(segments.measure(composed.body).parts if wanted.medium == Medium.SMS else None),
    )


def ready(company, message, known, now, **more) -> Dropped | Later | Ready:
    """All that the hand-over needs; Dropped when something came between writing and this try."""
    # Before its first text a number is looked up, whatever the text says.
    waits = line_checks.at_the_wire(company, [message], now=now)
    if message.pk in waits:
        return waits[message.pk]
    came_between = _came_between(company, message)
    if came_between:
        return Dropped(message.pk, came_between)
    more |= {"read_at": clock.system(), "result": hand_over.result_of(message)}
    if message.medium == Medium.EMAIL:
        language = message.customer.language
        return hand_over.ready_mail(company, message, link="", language=language, **more)
    if not known.company.texts.is_usable:
        return Later(now + AGAIN, f"Texts cannot leave: {known.company.texts.said}.")
    client = twilio.of(company)
    return hand_over.ready_text(company, message, client, place=known.place, now=now, **more)


def _came_between(company: Company, message: Message) -> str:
    if company.mode == Company.Mode.DRY_RUN and not message.test_address:
        return "Not sent: the company went back to a dry run."
    standing = consent.standing(company, CHANNEL_OF[message.medium], message.address)
    if standing.is_withdrawn or (message.medium == Medium.SMS and not standing.is_given):
        return "Not sent: the recipient opted out meanwhile."
    contact = Contact.objects.filter(pk=message.contact_id).first()
    if contact and not contact.is_usable and not message.test_address:
        return f"Not sent: {contact.state_reason or contact.get_state_display()}"
    return ""


def test_address(company: Company, medium: str) -> str:
    """Where a rehearsal goes; empty when this is none, or when nobody has set one."""
    if company.mode != Company.Mode.DRY_RUN:
        return ""
    return company.test_phone if medium == Medium.SMS else company.test_email


def has_target(company: Company, medium: str) -> bool:
    """A dry run without a test address sends nothing at all."""
    return company.mode != Company.Mode.DRY_RUN or bool(test_address(company, medium))
