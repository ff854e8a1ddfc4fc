"""Test sends of a text: to the person's own mail or a number of the house, never to a customer."""

import uuid
from datetime import datetime, time, timedelta

from django.db import transaction

from arbook import phones
from arbook.audit import log
from arbook.companies import stops
from arbook.companies.models import Company, User
from arbook.outbox import outbox, retention
from arbook.outbox.models import Effect
from customers import consent, contacts, do_not_contact
from customers.models import Channel
from messaging import facts
from messaging.compose import SUBJECT_STAMP, Composed
from messaging.template_versions import SMS, Place

SEND = "messaging.trial"
MOST_A_DAY = 30
"""Tests of one company; each text costs."""
STAMP = "TEST: "


class TrialRefused(Exception):
    """The test does not leave. The message is fit for the screen."""


def sent_today(company: Company, *, now: datetime) -> int:
    """How many tests were asked for since midnight at the company's place."""
    midnight = datetime.combine(company.local_date(now), time.min, company.zone)
    return Effect.objects.filter(company=company, kind=SEND, created_at__gte=midnight).count()


@transaction.atomic
def send(
    company: Company,
    place: Place,
    composed: Composed,
    *,
    number: str = "",
    link: str = "",
    by: User,
    now: datetime,
) -> Effect:
    """Send the words as they stand to ``by``, or to a number that no customer has.

    Raises TrialRefused with the reason.
    """
    if stop := stops.standing(company, now):
        raise TrialRefused(f"{stops.HELD}{stop.said(company.zone)}")
    # The count holds when two ask at once.
    Company.objects.select_for_update(no_key=True).get(pk=company.pk)
    if sent_today(company, now=now) >= MOST_A_DAY:
        raise TrialRefused(f"{MOST_A_DAY} tests went out today; there are more tomorrow.")
    is_text = place.medium == SMS
    to = _number(company, number or company.test_phone, now) if is_text else by.email
    subject = "" if is_text else f"{SUBJECT_STAMP}{composed.subject}"[:300]
    shown = phones.display(to) if is_text else to
    entry = log.record(
        "template.tested",
        f"A test of “{place}” to {shown}.",
        about=[],
        by=by,
        at=now,
        company=company,
        text=place.address,
        to=to,
        version=composed.template_version,
    )
    with log.because(entry.pk):
        return outbox.enqueue(
            SEND,
            key=f"trial:{uuid.uuid4()}",
            company=company,
            payload={
                "medium": place.medium,
                "text": place.address,
                "to": to,
                "subject": subject,
                "body": f"{STAMP}{composed.body}",
                "link": link,
                "language": place.language,
                "by": by.pk,
                "asked_at": now.isoformat(),
                retention.WORDS_GO: True,
            },
            not_before=now,
            now=now,
        )


def _number(company: Company, written: str, now: datetime) -> str:
    if not written:
        raise TrialRefused("Write a number of your own, or set the test number in the settings.")
    parsed = phones.parse(written)
    if parsed is None or parsed.extension:
        raise TrialRefused(f"“{written[:40]}” is not a number that takes texts.")
    to = parsed.e164
    owners = contacts.owners(company, Channel.SMS, to)
    if owners:
        raise TrialRefused(f"{parsed.display} belongs to {owners[0]}: tests never go to customers.")
    if do_not_contact.among(company, [(Channel.SMS, to)]):
        raise TrialRefused("The person at this number was erased and is not written to.")
    if consent.standing(company, Channel.SMS, to).is_withdrawn:
        raise TrialRefused(f"{parsed.display} asked for no more texts.")
    texts = facts.of_company(company, now=now).texts
    if not texts.is_usable:
        raise TrialRefused(f"Texts cannot leave: {texts.said}.")
    return to


LATEST = timedelta(minutes=30)
"""A test that comes later than this surprises somebody."""
